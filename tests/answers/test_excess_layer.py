"""The layer “more than deprivation explains”: corrected for many areas, and by the protected counts."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from dash._utils import to_json
from statsmodels.stats.multitest import multipletests

from dashboard import view
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.stats import unexplained
from geo.tell.assessment import part_of
from geo.tell.exhibits.compared import excess
from geo.tell.exhibits.exhibit import NotPossible

KEYS = {
    "tinted": ("less-", "more-"),
    "sure": (unexplained.LESS, unexplained.MORE),
}


def of(answer, areas: str) -> np.ndarray:
    """Whether each area is in one of the tinted or of the sure classes."""
    keys = np.array([*answer.classes.keys, "hidden"])[np.minimum(answer.codes, len(answer.classes.keys))]
    return np.isin(keys, KEYS[areas])


@pytest.mark.parametrize("source", ["offences", "ae"])
@pytest.mark.parametrize("level", ["lsoa", "ward"])
def test_q_is_that_of_benjamini_and_hochberg(small_atlas: Atlas, source: str, level: str):
    table = small_atlas.answer(Query(source=source, layer="excess", level=level)).table
    known = table["ratio_p"].notna()
    expected = multipletests(table["ratio_p"][known], method="fdr_bh")[1]
    np.testing.assert_allclose(table["ratio_q"][known], expected)
    assert table["ratio_q"][~known].isna().all()


def test_what_the_correction_takes_away_is_tinted(demo_atlas: Atlas):
    nights = Query(source="ae", layer="excess", hour=(22, 23, 0, 1, 2))
    corrected, plain = demo_atlas.answer(nights), demo_atlas.answer(nights.replace(fdr=False))
    table = corrected.table
    sure, surprising = (table[name] <= 0.05 for name in ("ratio_q", "ratio_p"))
    assert sure.any() and (surprising & ~sure).any()
    assert of(corrected, "sure").tolist() == sure.tolist()
    assert of(corrected, "tinted").tolist() == (surprising & ~sure).tolist()
    assert of(plain, "sure").tolist() == surprising.tolist() and not of(plain, "tinted").any()
    assert "more-" not in plain.classes.keys
    assert ((table["verdict"] == unexplained.MORE) == (sure & (table["ratio"] > 1))).all()
    assert f"{int((surprising & ~sure).sum())} more would be flagged" in " ".join(corrected.caveats)
    number = int((table["verdict"] == unexplained.MORE).sum())
    judged = int(table["ratio_p"].notna().sum())
    (said,) = [caveat for caveat in plain.caveats if caveat.startswith("Not corrected")]
    by_chance = re.fullmatch(
        rf"Not corrected: about (\d+) of the {judged} of 381 small areas that could be judged would be "
        "flagged by chance alone.",
        said,
    )
    assert by_chance and 0 < int(by_chance[1]) <= 0.05 * 381  # of those seen more than a twentieth
    among = f"the {judged} of 381 small areas that could be compared"
    said = f"{number} of {among} ha" if number else f"No area among {among} has more"
    assert judged < 381 and corrected.headline.startswith(said)


def test_no_area_of_fewer_than_three_events_has_more(small_atlas: Atlas):
    table = pd.DataFrame({"count": [1, 2, 3, 0], "ratio": [90.8, 40.0, 40.0, 0.0], "p": [0.001] * 4})
    as_, more, less = unexplained.AS_PREDICTED, unexplained.MORE, unexplained.LESS
    assert unexplained.verdicts(table).tolist() == [as_, as_, more, less]
    march = month_number("2023-03")
    asked = Query(category=("robbery",), first=march, last=march, layer="excess", fdr=False)
    shown = small_atlas.answer(asked).table
    few = (shown["count"] < 3).to_numpy(bool)
    assert (
        few.any() and (shown["ratio"].isna() == few).all() and (shown["ratio_upper_ci"].isna() == few).all()
    )


def test_a_suppressed_area_is_not_compared(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="ae", layer="excess"))
    hidden = answer.table["count"].isna()
    assert hidden.any() and (answer.table.loc[hidden, "verdict"] == "not compared").all()
    assert answer.table.loc[hidden, ["ratio", "ratio_p", "ratio_q"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "asked", [{"hour": (3,), "day": (1,)}, {"borough": ("E06000002",), "level": "borough"}]
)
def test_it_holds_where_there_is_little_to_compare(small_atlas: Atlas, asked: dict):
    answer = small_atlas.answer(Query(source="ae", layer="excess", **asked))
    q = pd.to_numeric(answer.table["ratio_q"])
    assert q.dropna().between(0, 1).all()


def test_the_switch_is_there(small_atlas: Atlas):
    shown = json.loads(to_json(view.page(small_atlas, "?layer=excess&fdr=off")))["shown"]
    assert not shown["row-fdr.hidden"] and shown["filter-fdr.checked"] is False


def test_the_assessment_lists_wards_before_correction_and_says_which_remain(true_demo_atlas: Atlas):
    part, _ = part_of(true_demo_atlas, Query(), "ae")
    found = excess(part)
    answer = part.answer(level="ward", layer="excess", measure="count")
    table = answer.table
    listed = table[(table["ratio_p"] <= 0.05) & (table["ratio"] > 1)]
    assert set(found.table["Ward"]) == set(listed["name"])
    sure = set(table["name"][table["verdict"] == unexplained.MORE])
    assert set(found.table["Ward"][found.table["After correction"] == "more"]) == sure
    assert found.finding.startswith(answer.headline), "the layer and the exhibit say the same"
    assert f"{len(listed) - len(sure)} would have more without correction" in found.finding
    assert "Eastcotts has 2.2 times as many as expected" in found.finding


def test_too_few_areas_have_no_verdict_on_the_map_nor_in_the_assessment(demo_atlas: Atlas):
    boroughs = demo_atlas.answer(Query(source="ae", layer="excess", level="borough"))
    assert boroughs.headline == (
        "Whether an area has more attendances than similarly deprived areas cannot be told: fewer than 8 "
        "areas can be compared."
    )
    assert (boroughs.table["verdict"] == "not compared").all() and boroughs.table["ratio"].notna().all()
    last = int(demo_atlas.sources["offences"].cube.months[-1])
    part, _ = part_of(demo_atlas, Query(hour=(5,), day=(1,), first=last, last=last), "offences")
    assert 0 < part.total < 20
    with pytest.raises(NotPossible, match=r"cannot be told: there are fewer than 20 events\."):
        excess(part)


def test_what_an_expectation_is_from_is_a_sentence(small_atlas: Atlas):
    """With a model it is named as one; of two boroughs there is none, and none is spoken of."""
    small, boroughs = (
        [
            caveat
            for caveat in small_atlas.answer(Query(source="offences", layer="excess", level=level)).method
            if "Expected" in caveat
        ]
        for level in ("lsoa", "borough")
    )
    assert len(small) == 1 and re.fullmatch(
        r"Expected from the other areas by a (Poisson|negative-binomial) model, [a-z: ,]+\.", small[0]
    )
    assert not boroughs
