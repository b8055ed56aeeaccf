"""geo.stats.confidence: back-tests against brute force."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.stats import confidence as c

counts = hnp.arrays(np.int64, st.integers(2, 12), elements=st.integers(0, 20))


# ---------------------------------------------------------------- measures


def test_indices_by_hand():
    """A quarter of the area catches half: PAI 2; the best quarter would have caught 60%."""
    chosen, after, size = [1, 0, 0, 0], [5, 1, 4, 0], [1, 1, 1, 1]
    assert c.hit_rate(chosen, after) == 0.5 and c.pai(chosen, after, size) == 2
    assert c.pei(chosen, [4, 6, 0, 0], size) == pytest.approx(4 / 6)


@given(counts, st.data())
def test_pei_of_equal_areas_is_over_the_best_subset(after, data):
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(after), max_size=len(after))))
    got = c.pei(chosen, after, np.ones(len(after)))
    k = int(chosen.sum())
    best = max((after[list(subset)].sum() for subset in combinations(range(len(after)), k)), default=0)
    if best == 0:
        assert np.isnan(got)
    else:
        assert got == pytest.approx(after[chosen].sum() / best)
        assert 0 <= got <= 1 + 1e-12


@given(counts, st.data())
def test_no_choice_beats_the_best_possible(after, data):
    n = len(after)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    size = data.draw(hnp.arrays(np.float64, n, elements=st.floats(0.1, 9)))
    got = c.pei(chosen, after, size)
    assert np.isnan(got) or got <= 1 + 1e-9


# ---------------------------------------------------------------- back-test


def test_back_test_of_a_lasting_hotspot():
    rng = np.random.default_rng(1)
    risk = rng.gamma(0.7, 10, 200)
    before, after = rng.poisson(risk), rng.poisson(risk)
    chosen = pd.Series(before >= np.sort(before)[-20])
    table = c.back_test(chosen, before, after)
    assert table.index.tolist() == [c.CHOSEN, c.BY_COUNT, c.AT_RANDOM]
    assert table.loc[c.CHOSEN, "hit_rate"] == after[chosen].sum() / after.sum()
    assert table.loc[c.CHOSEN, "events"] == after[chosen].sum()
    assert table.loc[c.BY_COUNT, "hit_rate"] == pytest.approx(table.loc[c.CHOSEN, "hit_rate"])
    assert table.loc[c.CHOSEN, "p"] == 1 / 1000
    assert table.loc[c.AT_RANDOM, "pai"] == pytest.approx(1, abs=0.05)
    assert (
        table.loc[c.AT_RANDOM, "lower"] < table.loc[c.AT_RANDOM, "hit_rate"] < table.loc[c.AT_RANDOM, "upper"]
    )


def test_rivals_have_the_same_total_size():
    rng = np.random.default_rng(2)
    size = rng.uniform(0.2, 9, 60)
    before, after = rng.poisson(4, 60), rng.poisson(4, 60)
    chosen = rng.random(60) < 0.2
    table = c.back_test(chosen, before, after, size)
    assert table["size_share"].to_numpy() == pytest.approx(np.full(3, size[chosen].sum() / size.sum()))
    assert table.loc[c.CHOSEN, "pai"] == pytest.approx(
        (after[chosen].sum() / after.sum()) / (size[chosen].sum() / size.sum())
    )


def test_random_choices_are_the_same_each_time_and_fair():
    after = np.arange(30)
    first = c.back_test(after > 25, after, after)
    pd.testing.assert_frame_equal(first, c.back_test(after > 25, after, after))
    other = c.back_test(after > 25, after, after, seed=2)
    assert not other.loc[c.AT_RANDOM].equals(first.loc[c.AT_RANDOM])
    assert first.loc[c.AT_RANDOM, "hit_rate"] == pytest.approx(4 / 30, rel=0.05)


def test_missing_areas_are_left_out():
    whole = c.back_test([True, False, False], [3, 2, 1], [2, 2, 4])
    gappy = c.back_test([True, False, True, False], [3, 2, np.nan, 1], [2, 2, 9, 4])
    assert gappy.loc[c.CHOSEN].equals(whole.loc[c.CHOSEN])


@pytest.mark.parametrize(
    ("chosen", "before", "after"),
    [([], [], []), ([False, False], [1, 2], [3, 4]), ([True, False], [1, 2], [0, 0])],
)
def test_nothing_to_test(chosen, before, after):
    table = c.back_test(chosen, before, after, repeats=9)
    assert table[["hit_rate", "pai", "pei", "p"]].isna().all(axis=None)
    assert c.back_test_sentence(table, "call-outs") == (
        "Nothing to test: there were no hotspots, or no call-outs in the next period."
    )


def test_a_single_area_is_everything():
    table = c.back_test([True], [5], [7], repeats=9)
    assert table.loc[c.CHOSEN, ["hit_rate", "pai", "pei", "p"]].tolist() == [1, 1, 1, 1]
