"""How values are cut into classes, and how a second map is read with the legend of the first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.answer.atlas import Atlas
from geo.answer.colours import PALETTES
from geo.answer.legend import HIDDEN, classify_alike
from geo.ask import choices
from geo.ask.query import Query
from geo.out.provenance import sheet
from geo.stats.breaks import BREAKS

counts = st.lists(st.integers(0, 500), min_size=0, max_size=60).map(lambda v: np.array(v, float))


def test_the_ways_offered_are_the_ways_there_are():
    assert list(BREAKS) == list(choices.BREAKS)
    assert list(PALETTES) == list(choices.PALETTES)
    assert all(len(ramp.paper) == len(ramp.dark) == 5 for ramp in PALETTES.values())


@pytest.mark.parametrize("way", BREAKS)
@given(values=counts, whole=st.booleans())
def test_bounds_increase_and_are_at_most_four(way, values, whole):
    edges = BREAKS[way](np.append(values, np.nan), whole)
    assert len(edges) <= 4
    assert (np.diff(edges) > 0).all()
    assert (edges > 0).all()
    if whole:
        assert (edges == np.floor(edges)).all()


@pytest.mark.filterwarnings("ignore:Numba not installed")
@given(st.lists(st.integers(0, 200), min_size=12, max_size=30, unique=True))
def test_natural_breaks_are_those_of_mapclassify(values):
    from mapclassify import FisherJenks

    values = np.array(values, float)
    edges = BREAKS["natural"](values, True)
    classes = np.searchsorted(edges, values, side="right")
    theirs = FisherJenks(values, k=5)
    spread = sum(((values[classes == c] - values[classes == c].mean()) ** 2).sum() for c in set(classes))
    best = sum(((values[theirs.yb == c] - values[theirs.yb == c].mean()) ** 2).sum() for c in set(theirs.yb))
    assert spread <= best + 1e-6


def test_standard_deviations_are_counted_from_the_mean():
    values = np.random.default_rng(3).normal(100, 10, 2000)
    assert BREAKS["sd"](values, False) == pytest.approx([80, 90, 110, 120], abs=1)


def test_equal_steps_are_equal():
    assert list(BREAKS["equal"](np.array([0.0, 3.0, 500.0]), True)) == [100, 200, 300, 400]


@pytest.mark.parametrize("way", BREAKS)
def test_the_map_takes_the_breaks_and_colours_asked_for(small_atlas: Atlas, way: str):
    answer = small_atlas.answer(Query(breaks=way, palette="blues"))
    assert set(answer.classes.colours) <= {*PALETTES["blues"].paper, "#ffffff"}
    steps = np.searchsorted(answer.classes.edges, answer.table["count"].to_numpy(float), side="right")
    assert list(steps) == list(answer.codes)


def test_breaks_stay_where_they_are_when_hours_change(small_atlas: Atlas):
    one, other = (small_atlas.answer(Query(breaks="natural", hour=(h,))) for h in (3, 15))
    assert one.classes.labels == other.classes.labels
    assert one.classes.counts != other.classes.counts


def test_a_second_map_is_read_with_the_legend_of_the_first(small_atlas: Atlas):
    first = small_atlas.answer(Query())
    values = np.array([0, first.classes.edges[0], first.classes.edges[-1] * 10, np.nan, np.nan, 1.0])
    inside, hidden = np.array([True] * 5 + [False]), np.array([False] * 4 + [True, False])
    codes, classes = classify_alike("Calls", first.classes, values, inside, hidden)
    assert classes.keys == (*first.classes.keys, "suppressed", "nodata")
    assert classes.labels[:5] == first.classes.labels
    assert list(codes) == [0, 1, 4, 6, 5, HIDDEN]
    assert classes.counts == (1, 1, 0, 0, 1, 1, 1)


def test_the_period_and_the_source_compared_with_are_not_mixed_up(small_atlas: Atlas):
    """Layers that compare give another answer for another comparison; the others do not care."""
    change = [
        small_atlas.answer(Query(layer="change", first=24286, last=24287, compare=c))
        for c in ("2023-01..2023-02", "2023-03..2023-04")
    ]
    assert not change[0].table["count_before"].equals(change[1].table["count_before"])
    plain = [small_atlas.answer(Query(compare=c)) for c in ("", "ae")]
    assert plain[0].table.equals(plain[1].table)


# ---------------------------------------------------------------- bounds that the reader wrote


@pytest.mark.parametrize("measure", ["count", "rate", "eb_rate"])
@given(edges=st.lists(st.integers(1, 4000), min_size=1, max_size=8, unique=True).map(sorted))
def test_own_bounds_hold_on_every_measure(small_atlas: Atlas, measure: str, edges: list[int]):
    query, notices = Query.parse(f"?measure={measure}&breaks=own&edges={','.join(map(str, edges))}")
    answer = small_atlas.answer(query)
    assert not [*notices, *answer.notices]
    assert list(answer.classes.edges) == edges
    assert len(set(answer.classes.colours)) == len(edges) + 1
    column = {"count": "count", "rate": "rate_per_1000_year", "eb_rate": "eb_rate_per_1000_year"}[measure]
    steps = np.searchsorted(edges, answer.table[column].to_numpy(float), side="right")
    assert list(steps) == list(answer.codes)


def test_own_bounds_stay_whatever_the_hours_and_months(small_atlas: Atlas):
    own = Query(breaks="own", edges=(10.0, 20.0, 50.0))
    labels = small_atlas.answer(own).classes.labels
    assert labels == ("0 to 9", "10 to 19", "20 to 49", "50 or more")
    for other in (own.replace(hour=(3,)), own.replace(month=(7,)), own.replace(night=(5,))):
        assert small_atlas.answer(other).classes.labels == labels


def test_of_counts_own_bounds_are_the_next_whole_numbers(small_atlas: Atlas):
    answer = small_atlas.answer(Query(breaks="own", edges=(9.5, 10.0, 20.25)))
    assert answer.classes.edges == (10, 21)


def test_own_bounds_never_cut_among_protected_counts(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="ae", breaks="own", edges=(2.0, 5.0, 7.0, 30.0)))
    assert answer.classes.edges == (10, 30)
    assert answer.classes.labels[:3] == ("0", "10 to 29", "30 or more")
    assert any("lifted to" in caveat for caveat in answer.caveats)
    open_ = small_atlas.answer(Query(breaks="own", edges=(2.0, 30.0)))
    assert open_.classes.edges == (2, 30)
    assert not any("lifted to" in caveat for caveat in open_.caveats)


def test_a_print_has_the_bounds_of_the_screen(small_atlas: Atlas):
    legend = sheet(small_atlas, Query(breaks="own", edges=(10.0, 60.0))).legend
    assert [entry.label for entry in legend] == ["60 or more", "10 to 59", "0 to 9"]


@pytest.mark.parametrize("palette", PALETTES)
def test_more_classes_than_colours_go_on_from_light_to_dark(palette: str):
    ramp = PALETTES[palette]
    assert ramp.steps(5) == list(zip(*ramp, strict=True))
    for number in range(2, 10):
        colours = [shade.paper for shade in ramp.steps(number)]
        parts = ((1, 0.2126), (3, 0.7152), (5, 0.0722))
        lightness = [sum(int(c[i : i + 2], 16) * weight for i, weight in parts) for c in colours]
        assert len(set(colours)) == number
        assert lightness == sorted(lightness, reverse=True)
        assert (colours[0], colours[-1]) == (ramp.paper[0], ramp.paper[-1])
