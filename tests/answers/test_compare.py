"""Two maps with one legend: what is set beside what, and how it is said."""

import json
import re
from typing import Any

import numpy as np
import plotly
import pytest

from dashboard import compare, search, view
from dashboard.help import KEYS, glossary
from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.measures import MEASURES
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.tell import beside, pair_legend

JULY, DECEMBER = month_number("2023-07"), month_number("2023-12")


def page(atlas: Atlas, search_: str) -> dict[str, Any]:
    return json.loads(json.dumps(view.page(atlas, search_), cls=plotly.utils.PlotlyJSONEncoder))


def second(atlas: Atlas, **asked: Any):
    """Return both answers of a comparison, in the classes that the page shows."""
    return beside.pair(atlas, atlas.answer(Query(view="compare", **asked)))


def legend(atlas: Atlas, first: Answer, other: Answer) -> list[Any]:
    """Return the legend as plain data."""
    made = compare.legend(first, other, atlas.catalogue, Query.to_search)
    return json.loads(json.dumps(made, cls=plotly.utils.PlotlyJSONEncoder))


def rows(made: list[Any]) -> dict[str, list[str]]:
    """Return what a legend says of each class: label to what is said on the left and on the right."""
    lines = [item["props"]["children"]["props"]["children"] for item in made[1]["props"]["children"][1:]]
    texts = [[cell["props"].get("children", "") for cell in line] for line in lines]
    return {line[1]: [cell[1] for cell in line[2:]] for line in texts}


def test_only_the_view_compare_has_a_second_map(small_atlas: Atlas):
    assert beside.pair(small_atlas, small_atlas.answer(Query(compare="ae"))) is None
    assert "second" not in page(small_atlas, "?compare=ae")["frame"]


def test_a_period_is_compared_with_the_one_before(small_atlas: Atlas):
    first, other = second(small_atlas, first=JULY, last=DECEMBER)
    assert (other.query.first, other.query.last) == (JULY - 6, DECEMBER - 6)
    assert beside.names(first, other, small_atlas.catalogue) == (
        "July to December 2023",
        "January to June 2023",
    )
    said = beside.finding(first, other, small_atlas.catalogue)
    before, now = other.totals.shown, first.totals.shown
    assert said.startswith(f"{now:,} offences in July to December 2023, {before:,} in January to June 2023")
    assert f"({now / before - 1:+.0%})".replace("-", "−") in said


@pytest.mark.parametrize("measure", ["count", "rate"])
def test_a_colour_means_the_same_number_on_both_maps(small_atlas: Atlas, measure: str):
    first, other = second(small_atlas, measure=measure, first=JULY, last=DECEMBER)
    assert other.classes.labels[: len(first.classes.edges) + 1] == first.classes.labels
    for answer in (first, other):
        values = answer.table[MEASURES[measure].column.name].to_numpy(float)
        assert list(answer.codes) == list(np.searchsorted(first.classes.edges, values, side="right"))


def test_suppressed_areas_stay_suppressed_beside_an_open_source(small_atlas: Atlas):
    _, other = second(small_atlas, compare="ae", legend="common")
    hidden = other.table["count"].isna().to_numpy()
    assert hidden.any()
    assert {other.classes.keys[code] for code in other.codes[hidden]} == {"suppressed"}
    assert "suppressed" not in {other.classes.keys[code] for code in other.codes[~hidden]}


def test_two_layers_keep_their_own_legends(small_atlas: Atlas):
    first, other = second(small_atlas, compare="local_moran")
    assert beside.names(first, other, small_atlas.catalogue) == ("Count", "Hotspots, outliers (Moran's I)")
    made = legend(small_atlas, first, other)
    assert [part["props"].get("className") for part in made] == [*["legend-title", None] * 2, "note"]


def test_one_legend_counts_both_maps(small_atlas: Atlas):
    said = rows(legend(small_atlas, *second(small_atlas, compare="ae", layer="getis_ord")))
    assert [sum(map(int, side)) for side in zip(*said.values(), strict=True)] == [36, 36]


@pytest.mark.parametrize("measure", ["count", "rate"])
def test_a_map_has_the_classes_that_it_has_alone(small_atlas: Atlas, measure: str):
    """One question has one set of breaks, in Explore and beside another source."""
    for compared in second(small_atlas, compare="ae", measure=measure, breaks="equal"):
        alone = small_atlas.answer(compared.query.replace(view="explore", compare=""))
        assert compared.classes == alone.classes
        assert compared.codes.tolist() == alone.codes.tolist()


def test_two_sources_have_their_own_classes_told_by_place(small_atlas: Atlas):
    first, other = second(small_atlas, compare="ae", measure="rate")
    made = legend(small_atlas, first, other)
    assert made[0]["props"]["children"] == "Each map in its own classes"
    said = rows(made)
    assert list(said)[:5] == ["Highest", "High", "Middle", "Low", "Lowest"]
    assert said["Suppressed (1 to 7)"][0] == "none" != said["Suppressed (1 to 7)"][1]
    for side, answer in enumerate((first, other)):
        edges = [f"{edge:g}" for edge in answer.classes.edges]
        ends = [re.findall(r"[\d.]+", cells[side]) for cells in said.values()][4::-1]
        inner = [edge for edge in edges for _ in range(2)]
        assert [f"{float(end):g}" for pair in ends for end in pair] == inner
    link = made[-1]["props"]["children"][-1]["props"]
    assert link["children"] == "Same numbers on both maps"
    assert "legend=common" in link["href"]


def test_own_classes_that_are_not_as_many_have_a_list_each(small_atlas: Atlas):
    first, other = second(small_atlas, compare="ae")
    assert first.classes.patterns.count(None) != other.classes.patterns.count(None)
    title, *lists, below = legend(small_atlas, first, other)
    assert title["props"]["children"] == "Each map in its own classes"
    named = [each["props"]["children"][0]["props"]["children"] for each in lists]
    assert named == list(beside.names(first, other, small_atlas.catalogue))
    assert below["props"]["children"][-1]["props"]["children"] == "Same numbers on both maps"


def test_the_same_numbers_are_one_link_away(small_atlas: Atlas):
    first, other = second(small_atlas, compare="ae", legend="common")
    assert other.classes.labels[: len(first.classes.edges) + 1] == first.classes.labels
    link = legend(small_atlas, first, other)[-1]["props"]["children"][-1]["props"]
    assert (link["children"], link["href"]) == (
        "Own classes of each map",
        first.query.replace(legend="own").to_search(),
    )
    same_source = legend(small_atlas, *second(small_atlas, first=JULY, last=DECEMBER))
    assert same_source[-1]["props"]["children"] == [
        "Both maps have the classes of the left one. Number of small areas (LSOA) in each, left / right. "
        + beside.RANKS
    ]


def test_what_can_be_compared_with_can_be_answered(small_atlas: Atlas):
    offered = beside.options(Query(source="offences", first=JULY, last=DECEMBER), small_atlas.catalogue)
    values = [option["value"] for option in offered]
    assert values[0] == "2023-01..2023-06"
    assert {"ae", "local_moran", "2023-01..2023-12"} <= set(values)
    assert "offences" not in values
    assert len(values) == len(set(values))
    for value in values:
        query, notices = Query.parse(f"?view=compare&compare={value}", small_atlas.catalogue)
        assert not notices
        assert small_atlas.catalogue.other(query) is not None


def test_hotspots_of_both_maps_are_counted(small_atlas: Atlas):
    first, other = second(small_atlas, layer="getis_ord", compare="local_moran")
    gi_star, moran = (set(a.table.index[a.table["cluster"] == "HH"]) for a in (first, other))
    assert gi_star and moran
    assert beside.finding(first, other, small_atlas.catalogue) == (
        f"{len(gi_star)} hotspots on the left, {len(moran)} on the right; "
        f"{len(gi_star & moran)} of them on both maps."
    )


def test_unequal_periods_are_said(small_atlas: Atlas):
    first, other = second(small_atlas, first=JULY, last=DECEMBER, compare="2023-01..2023-12")
    assert "The left map holds 6 months, the right one 12." in beside.caveats(
        first, other, small_atlas.catalogue
    )
    assert "%" not in beside.finding(first, other, small_atlas.catalogue)


def test_one_request_carries_both_maps(small_atlas: Atlas):
    answer = page(small_atlas, "?view=compare&from=2023-07")
    frame = answer["frame"]
    assert (frame["title"], frame["second"]["title"]) == ("July to December 2023", "January to June 2023")
    assert frame["second"]["query"] == frame["query"]
    assert frame["second"]["classes"] != frame["classes"]
    assert frame["ranked"] and frame["second"]["ranked"] == frame["ranked"], "a number is one area on both"
    assert frame["second"]["insets"] == frame["insets"]
    assert answer["shown"]["row-compare.hidden"] is False
    assert answer["shown"]["filter-compare.value"] == "2023-01..2023-06"
    assert answer["shown"]["compare.aria-current"] == "page"
    assert answer["shown"]["explore.aria-current"] is None


def test_every_place_can_be_found(small_atlas: Atlas):
    groups = search.places(small_atlas)
    assert [group["group"] for group in groups] == ["Boroughs", "Wards", "Small areas"]
    assert [len(group["items"]) for group in groups] == [2, 9, 36]
    assert groups[2]["items"][0] == {
        "value": "lsoa:E01035001",
        "label": "Square 00 · Ward 00 · Westshire · E01035001",
    }


def test_the_help_knows_the_keys_of_the_script_and_the_words_of_the_methods():
    from geo.ask.resources import shipped

    script = (shipped("assets") / "tools/acts.mjs").read_text(encoding="utf-8")
    keys = re.search(r"const KEYS = \{(.*?)\};", script, re.DOTALL)[1]
    own = {a or b for a, b in re.findall(r'(?:"(.)"|\b([a-z])): ', keys)}
    assert own | {"p", "Esc"} == set(KEYS)
    words = glossary()
    assert words["LSOA"].startswith("lower-layer super output area")
    assert "Getis-Ord Gi*" in words


def test_kinds_that_one_map_alone_has_stand_among_those_of_both(small_atlas: Atlas) -> None:
    asked = Query(view="compare", layer="local_moran", compare="ae")
    first, second = beside.pair(small_atlas, small_atlas.answer(asked))
    own = [dict(zip(one.classes.keys, one.classes.counts, strict=True)) for one in (first, second)]
    assert own[0].keys() != own[1].keys(), "one has a kind that the other has not"
    [legend] = pair_legend.legends(first, second, ("left", "right"))
    keys = [entry.key for entry, _ in legend.rows]
    for counts, answer, at in zip(own, (first, second), (0, 1), strict=True):
        assert [key for key in keys if key in counts] == [entry.key for entry in answer.legend]
        assert [said[at] for _, said in legend.rows] == [f"{counts.get(key, 0)}" for key in keys]
