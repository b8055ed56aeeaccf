"""Every sentence, legend, list and table on a page gives the same count of the same thing."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import plotly
import pytest

from dashboard import ids, view
from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.tell.assessment import part_of
from geo.tell.evidence import evidence_of
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits.exhibit import Exhibit

PERIODS: dict[str, dict[str, Any]] = {
    "everything": {},
    "a month": {"first": month_number("2023-12"), "last": month_number("2023-12")},
    "one borough, uncorrected": {"borough": ("E06000001",), "fdr": False},
    "hardly anything": {"hour": (3,), "day": (0, 1), "first": month_number("2023-11")},
}
COUNTED: dict[str, Callable[[str], bool]] = {
    "quintile": lambda key: key == "5",
    "significance": lambda key: key.startswith("higher"),
    "local_moran": lambda key: key == "HH",
    "getis_ord": lambda key: key == "HH",
    "confidence": lambda key: key.isdigit(),
    "imd": lambda key: key in {"1", "2"},
    "bivariate": lambda key: key == "9",
    "excess": lambda key: key.startswith("more than"),
    "agreement": lambda key: key.isdigit() and int(key) >= 2,
    "colocation": lambda key: key in {"HH", "both"},
    "bivariate_moran": lambda key: key == "HH",
    "change": lambda key: key == "up",
    "emerging": lambda key: key.endswith("hotspot"),
    "hot_hours": lambda key: key != "never",
}
"""Classes of each layer that the first number of its headline counts."""
AREAS = re.compile(r"(?:([\d,]+) of )?(?:the )?(?:([\d,]+) of )?([\d,]+) (?:small areas?|wards?|boroughs?)")


def legend(answer: Answer) -> dict[str, int]:
    return dict(zip(answer.classes.keys, answer.classes.counts, strict=True))


def counted(answer: Answer) -> int:
    """Areas in the classes that the headline speaks of."""
    return sum(n for key, n in legend(answer).items() if COUNTED[answer.query.layer](key))


def listed(answer: Answer) -> int | None:
    """The same areas, from the table that is listed and exported."""
    table = answer.table[answer.inside]
    layer = answer.query.layer
    if layer in {"local_moran", "getis_ord", "bivariate_moran"}:
        return int((table["cluster"] == "HH").sum())
    known = {
        "quintile": lambda: table["quintile"] == 5,
        "significance": lambda: table["compared"] == "higher",
        "confidence": lambda: table[["check_gi_star", "check_eb_moran"]].fillna(False).any(axis=1),
        "imd": lambda: table["imd_decile"] <= 2,
        "bivariate": lambda: (table["measure_class"] == 3) & (table["deprivation_class"] == 3),
        "excess": lambda: table["verdict"].str.startswith("more"),
        "agreement": lambda: table["sources_hot"] >= 2,
        "colocation": lambda: table["together"].str.startswith("both"),
        "change": lambda: table["change"] == "up",
        "emerging": lambda: table["pattern"].str.endswith("hotspot"),
        "hot_hours": lambda: table["hot_hours"] > 0,
    }
    try:
        return int(known[layer]().fillna(False).sum())
    except KeyError as missing:
        assert str(missing).strip("'") in {"measure_class", "together", "change", "pattern"}
        return None  # the layer says that it cannot be drawn


def number(text: str) -> int:
    return int(text.replace(",", ""))


def of_exhibit(exhibit: Exhibit, answer: Answer) -> int | None:
    """What an exhibit says of the same areas; None where it speaks of others."""
    small = answer.query.level == "lsoa"
    if exhibit.key == "ladder":
        return len(exhibit.table)
    if exhibit.key == "top_quintile" and small and answer.query.measure == "count":
        of = re.search(r"([\d,]+) of ([\d,]+)(?:,| small areas)", exhibit.finding)
        assert (
            of
            and number(of[2]) == answer.inside.sum()
            and number(of[1]) == exhibit.table["Small areas"].sum()
        )
        return number(of[1])
    if exhibit.key == "funnel":
        higher = exhibit.table.iloc[:, 0].str.startswith("Higher")
        return int(exhibit.table.loc[higher, "Areas"].sum())
    if exhibit.key == "agreement" and small:
        return len(exhibit.table)
    if exhibit.key == "most_deprived" and small and answer.query.layer == "imd":
        return int(exhibit.table.set_index("Most deprived").at["20%", "Small areas"])
    return None


def on_the_map(atlas: Atlas, query: Query) -> tuple[list[int], str, str]:
    """Areas of each class as the browser draws them, the headline, and all that a page shows."""
    page = json.loads(json.dumps(view.page(atlas, query.to_search()), cls=plotly.utils.PlotlyJSONEncoder))
    codes = np.frombuffer(base64.b64decode(page["frame"]["classes"]), np.uint8)
    drawn = np.bincount(codes[codes < 255], minlength=len(page["frame"]["palette"]))
    headline = page["shown"].get(f"{ids.HEADLINE}.children", "")
    return drawn.tolist(), headline, json.dumps(page["shown"], ensure_ascii=False)


@pytest.mark.parametrize("level", ["lsoa", "ward"])
@pytest.mark.parametrize("which", PERIODS)
@pytest.mark.parametrize("layer", COUNTED)
def test_one_thing_has_one_count(small_atlas: Atlas, layer: str, which: str, level: str):
    """Of each source by one measure at one level, and by the other at the other."""
    measures = ("count", "rate") if level == "lsoa" else ("rate", "count")
    for source, measure in zip(small_atlas.sources, measures, strict=True):
        asked = Query(source=source, layer=layer, level=level, measure=measure, **PERIODS[which])
        query, _ = small_atlas.catalogue.check(asked)
        answer = small_atlas.answer(query)
        if answer.headline.startswith("No ") and not answer.totals.shown:
            continue
        hold(small_atlas, answer)


@pytest.mark.parametrize("layer", COUNTED)
def test_one_thing_has_one_count_in_the_demonstration(demo_atlas: Atlas, layer: str):
    for source in ("offences", "ae"):
        query, _ = demo_atlas.catalogue.check(Query(source=source, layer=layer))
        hold(demo_atlas, demo_atlas.answer(query))


def hold(atlas: Atlas, answer: Answer) -> None:
    """Compare every count of the areas that the layer is about, and of all areas."""
    told, whole = counted(answer), int(answer.inside.sum())
    assert sum(legend(answer).values()) == whole
    rows = listed(answer)
    assert rows in {None, told}, (answer.headline, legend(answer))
    found, _ = evidence_of(atlas, answer.query)
    for exhibit in found:
        said = of_exhibit(exhibit, answer)
        assert said in {None, told}, (exhibit.key, exhibit.finding, answer.headline)
    sentence = AREAS.search(answer.headline)
    if sentence and "cannot be told" not in answer.headline:
        numbers = [number(one) for one in sentence.groups() if one]
        assert numbers[-1] == whole, answer.headline
        begins = answer.headline.split()[0]
        of_all = {"None": 0, "No": 0, "Not": 0, "All": whole, "Both": 2}
        first = of_all.get(begins, numbers[0] if len(numbers) > 1 else told)
        assert first == told or answer.query.layer == "change", (answer.headline, legend(answer))
    for text in (answer.headline, *answer.caveats):
        for match in AREAS.finditer(text):
            numbers = [number(one) for one in match.groups() if one]
            if text[match.end() :].startswith(" with one"):  # of those that have a rate
                whole_or_less = int(answer.table.loc[answer.inside, "rate_per_1000_year"].notna().sum())
                assert numbers[-1] == whole_or_less, text
                continue
            assert numbers == sorted(numbers), text
            assert len(numbers) == 1 or numbers[-1] == whole, text


@pytest.mark.parametrize("shown", ["", "present"])
@pytest.mark.parametrize("layer", COUNTED)
def test_the_page_and_the_meeting_draw_what_the_legend_counts(demo_atlas: Atlas, layer: str, shown: str):
    query, _ = demo_atlas.catalogue.check(Query(source="offences", layer=layer))
    answer = demo_atlas.answer(query)
    drawn, headline, page = on_the_map(demo_atlas, query.replace(view=shown))
    assert drawn == list(answer.classes.counts)
    assert headline in {"", answer.headline}
    assert shown or headline
    for label, count in zip(answer.classes.labels, answer.classes.counts, strict=True):
        if not shown and count:
            assert json.dumps(label, ensure_ascii=False)[1:-1] in page and f"{count:,}" in page


def test_events_have_one_count(demo_atlas: Atlas):
    """The page's total, its months, its week and the exhibits add up to one number, of an open source."""
    query = demo_atlas.catalogue.check(Query(source="offences"))[0]
    answer = demo_atlas.answer(query)
    total = answer.totals.shown
    assert total == answer.table.loc[answer.inside, "count"].sum() == answer.months["count"].sum()
    assert answer.caveats[0].startswith(f"{total:,} offences ")
    clock = answer.clock
    assert int(clock.to_numpy().sum()) + answer.totals.untimed == total
    part, _ = part_of(demo_atlas, query.replace(category=("robbery",)), "offences")
    robberies = demo_atlas.answer(query.replace(category=("robbery",))).totals.shown
    for key in ("totals", "by_year"):
        exhibit = EXHIBITS[key][1](part)
        column = exhibit.table["Count"]
        if key == "by_year":
            assert column.sum() == robberies
        else:
            assert f"{robberies:,} offences" in exhibit.finding
