"""Every layer with every measure, source and kind of slice: an answer, whatever is asked."""

import re

import numpy as np
import pytest

from geo.answer.atlas import Atlas
from geo.answer.county import County
from geo.answer.layers import LAYERS, column
from geo.answer.measures import MEASURES
from geo.answer.moments import N_SLOTS
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.stats.exact_null import SMALLEST_P, neighbour_sum_p

pytestmark = pytest.mark.long

JANUARY = month_number("2023-01")
SLICES = {
    "everything": {},
    "nothing": {"hour": (4,), "day": (1,), "first": JANUARY, "last": JANUARY, "month": (6,)},
    "hardly anything": {"hour": (3,), "day": (0,), "first": JANUARY, "last": JANUARY},
    "one area": {"level": "borough", "borough": ("E06000002",)},
    "one area, quiet": {"level": "borough", "borough": ("E06000001",), "hour": (3,), "first": JANUARY + 11},
    "wards of a borough at night": {"level": "ward", "borough": ("E06000001",), "night": (4, 5)},
    "uncorrected": {"fdr": False, "benchmark": "E06000001", "compare": "28-days"},
}
"""Slices with nothing, hardly anything, a single area, and few."""


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("which", SLICES)
def test_every_layer_answers_for_every_measure_and_source(small_atlas: Atlas, layer: str, which: str):
    """Each layer with each measure of each source in three of the slices, so that all pairs of them meet."""
    for source in small_atlas.sources:
        for place, measure in enumerate(small_atlas.catalogue.sources[source].measures):
            if (place + list(LAYERS).index(layer) + list(SLICES).index(which)) % len(SLICES) not in {0, 1, 3}:
                continue
            query = Query(source=source, layer=layer, measure=measure, **SLICES[which])
            answer = small_atlas.answer(query)
            asked = f"{source}, {measure}"
            assert answer.query.measure == measure, asked
            assert answer.table.index.equals(small_atlas.levels[answer.query.level].frame.index), asked
            assert ((answer.codes == 255) == ~answer.inside).all(), asked
            in_each = np.bincount(answer.codes[answer.inside], minlength=len(answer.classes.counts))
            assert in_each.tolist() == list(answer.classes.counts), asked
            sizes = {len(getattr(answer.classes, part)) for part in ("keys", "labels", "colours", "patterns")}
            assert sizes == {len(answer.classes.counts)}, asked
            assert MEASURES[measure].column.name in answer.table, asked
            assert answer.table.columns.is_unique, asked
            columns = answer.export().reset_index().columns
            assert all(len(column(name).definition) > 8 for name in columns), asked
            assert answer.headline.endswith("."), asked
            for said in (answer.headline, answer.classes.title, *answer.classes.labels, *answer.caveats):
                assert said == "None" or not re.search(r"\b(nan|inf|None)\b|<NA>|\{", said), (
                    f"{asked}: {said}"
                )
            if answer.totals.shown == 0:
                assert answer.headline.startswith("No ") or answer.listed, (
                    asked
                )  # no filter of events hides those
                assert not (answer.codes[answer.inside] == _hot(answer)).any(), asked


def _hot(answer) -> int:
    """Class of a hotspot; one that no area has where the layer knows none."""
    return answer.classes.keys.index("HH") if "HH" in answer.classes.keys else 254


def test_harm_is_judged_by_the_null_of_real_numbers(small_atlas: Atlas, monkeypatch):
    """Weights of many figures are no whole numbers: their sums are drawn on a lattice."""
    atlas = Atlas(small_atlas.snapshot)
    cube = atlas.sources["offences"].cube
    weights = {"Robbery": 746.34, "Violence and sexual offences": 40.517, "Drugs": 3.1416}
    by_category = np.array([weights[label] for label in cube.categories])
    by_event = by_category[cube.cell // (N_SLOTS * len(cube.months))]
    monkeypatch.setattr(County, "harm_weights", lambda county, source: by_event)
    answer = atlas.answer(Query(source="offences", measure="harm", layer="getis_ord"))
    harm, neighbours = answer.table["harm"].to_numpy(float), atlas.levels["lsoa"].neighbours
    assert not np.array_equal(harm, np.rint(harm))
    tails = neighbour_sum_p(harm, neighbours)
    assert 2 * SMALLEST_P < tails.error.max() < 0.01  # rounded, but not to whole numbers
    np.testing.assert_allclose(answer.table["p_ring"], tails.p, rtol=0, atol=2 * tails.error.max())
    assert any("of its exact value" in caveat for caveat in answer.caveats)
    counted = atlas.answer(Query(source="offences", measure="count", layer="getis_ord"))
    assert not any("of its exact value" in caveat for caveat in counted.caveats)
    rng = np.random.default_rng(5)
    for area in (int(np.argmin(tails.p)), 14, 21):
        near, others = neighbours.matrix[[area]].indices, np.delete(harm, area)
        drawn = rng.permuted(np.tile(others, (20_000, 1)), axis=1)[:, : len(near)].sum(axis=1)
        upper = (drawn >= harm[near].sum() - 1e-6).mean()
        assert tails.upper[area] == pytest.approx(upper, abs=0.015)
