"""Change between periods and over months, against exact enumeration, scipy and statsmodels."""

import warnings
from collections import Counter
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geo.ask.windows import four_weeks, year_to_date
from geo.stats.change import PATTERNS, compare_periods, emerging, mann_kendall
from geo.stats.hotspots import getis_ord_star
from geo.stats.weights import Neighbours

AREAS = pd.Index([f"E{i:08d}" for i in range(6)], name="lsoa21cd")


def counts(*values: float) -> pd.Series:
    return pd.Series(values, AREAS[: len(values)])


def board(side: int) -> Neighbours:
    """Queen neighbours on a square chessboard."""
    r, c = np.divmod(np.arange(side * side), side)
    near = (np.abs(r[:, None] - r) <= 1) & (np.abs(c[:, None] - c) <= 1)
    ids = pd.Index([f"E{i:08d}" for i in range(side * side)], name="lsoa21cd")
    return Neighbours.from_pairs(*np.nonzero(near), ids)


# --- windows


def test_four_weeks_hold_the_same_weekdays() -> None:
    before, after = four_weeks(date(2025, 7, 13))
    assert (before.days, after.days) == (28, 28)
    assert after.stop == date(2025, 7, 13)
    assert after.start - before.stop == timedelta(days=1)
    assert before.start.weekday() == after.start.weekday() == 0


@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)))
def test_year_to_date_begins_in_january_and_ends_on_the_same_day(until: date) -> None:
    before, after = year_to_date(until)
    assert (after.start, after.stop) == (date(until.year, 1, 1), until)
    assert before.start == date(until.year - 1, 1, 1)
    assert abs(before.days - after.days) <= 1
    assert before.stop.month == until.month


# --- two periods


def e_test_by_enumeration(k1: int, k2: int, n1: int, n2: int) -> float:
    """Krishnamoorthy and Thomson's p by its double sum, statistics compared as whole numbers."""
    rate = (k1 + k2) / (n1 + n2)
    reach = [int(stats.poisson.isf(1e-14, n * rate)) + 2 for n in (n1, n2)]
    x1, x2 = np.arange(reach[0])[:, None], np.arange(reach[1])[None, :]
    top, bottom = (x1 * n2 - x2 * n1) ** 2, x1 * n2**2 + x2 * n1**2
    observed_top, observed_bottom = (k1 * n2 - k2 * n1) ** 2, k1 * n2**2 + k2 * n1**2
    extreme = (top * observed_bottom >= observed_top * bottom) & (bottom > 0)
    chance = stats.poisson.pmf(x1, n1 * rate) * stats.poisson.pmf(x2, n2 * rate)
    return float(chance[extreme].sum())


@pytest.mark.parametrize("lengths", [(1, 1), (28, 28), (365, 30), (3, 7)])
def test_e_test_equals_its_double_sum(lengths: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    first, second = rng.poisson(rng.choice([0.7, 4, 40], 60)), rng.poisson(rng.choice([0.7, 4, 40], 60))
    first[0], second[0] = first[0] + 1, second[0] + 3
    table = compare_periods(pd.Series(first), pd.Series(second), exposure=lengths)
    n1, n2 = lengths
    for k1, k2, p in zip(first.tolist(), second.tolist(), table["p"], strict=True):
        if k1 + k2 == 0:
            assert np.isnan(p)
        elif k1 * n2 == k2 * n1:
            assert p == 1.0
        else:
            assert p == pytest.approx(e_test_by_enumeration(k1, k2, n1, n2), abs=1e-12)


def test_e_test_of_the_published_example() -> None:
    """Krishnamoorthy and Thomson (2004): no dodder seeds in 100 samples, and 3 in 100 others: p = 0.0884."""
    table = compare_periods(counts(0), counts(3), exposure=(100, 100))
    assert round(table["p"].iloc[0], 4) == 0.0884
    assert table["p"].iloc[0] == pytest.approx(stats.poisson_means_test(0, 100, 3, 100).pvalue, abs=1e-9)


def test_e_test_equals_statsmodels() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.rates import test_poisson_2indep as two_poisson

    for k1, k2, n1, n2 in ((60, 30, 51477.5, 54308.7), (6, 2, 1, 1), (150, 190, 181, 184)):
        theirs = two_poisson(k1, n1, k2, n2, method="etest-wald", compare="diff").pvalue
        ours = compare_periods(counts(k1), counts(k2), exposure=(n1, n2))["p"].iloc[0]
        assert ours == pytest.approx(theirs, rel=1e-6)


def test_conditional_test_doubles_the_smaller_binomial_tail() -> None:
    first, second = np.meshgrid(np.arange(12), np.arange(12))
    first, second = first.ravel(), second.ravel()
    table = compare_periods(pd.Series(first), pd.Series(second), exposure=(181, 184))
    law = stats.binom(first + second, 184 / 365)
    expected = np.minimum(1, 2 * np.minimum(law.cdf(second), law.sf(second - 1)))
    expected[first + second == 0] = np.nan
    np.testing.assert_allclose(table["p_conditional"], expected, atol=1e-12)


def test_ratio_and_its_exact_limits() -> None:
    table = compare_periods(counts(10, 0, 8, 3000), counts(20, 5, 0, 3300), exposure=(100, 50))
    assert table["ratio"].tolist() == [4.0, np.inf, 0.0, 2.2]
    for i, (k1, k2) in enumerate(((10, 20), (0, 5), (8, 0), (3000, 3300))):
        share = stats.binomtest(k2, k1 + k2).proportion_ci(0.95, method="exact")
        assert table["ratio_lower"].iloc[i] == pytest.approx(2 * share.low / (1 - share.low))
        if k1:
            assert table["ratio_upper"].iloc[i] == pytest.approx(2 * share.high / (1 - share.high))
    assert table["ratio_upper"].iloc[1] == np.inf


def test_change_says_which_way_and_what_cannot_be_told() -> None:
    before, after = counts(10, 60, 0, 5, np.nan, 7), counts(60, 10, 0, 6, 3, np.nan)
    table = compare_periods(before, after)
    pd.testing.assert_index_equal(table.index, AREAS)
    assert table["change"].tolist() == [
        "up",
        "down",
        "no events",
        "no clear change",
        "not judged",
        "not judged",
    ]
    assert table["flagged"].tolist() == [True, True, False, False, False, False]
    assert (
        table.loc[table["change"].isin(["no events", "not judged"]), ["ratio", "p", "q"]]
        .isna()
        .all(axis=None)
    )
    pd.testing.assert_series_equal(table["before"], before, check_names=False)


def test_the_correction_runs_over_the_areas_with_events() -> None:
    before, after = counts(4, 0, 0, 9, 9, 9), counts(13, 0, 0, 9, 9, 9)
    table = compare_periods(before, after)
    assert table["p"].iloc[0] < 0.05 < table["q"].iloc[0]
    assert table["q"].iloc[0] == pytest.approx(4 * table["p"].iloc[0])
    assert table["change"].iloc[0] == "no clear change"
    assert compare_periods(before, after, fdr=False)["change"].iloc[0] == "up"


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([(1, 1), (28, 31)]))
def test_turning_the_periods_round_turns_the_ratio(k1: int, k2: int, lengths: tuple[int, int]) -> None:
    there = compare_periods(counts(k1), counts(k2), exposure=lengths).iloc[0]
    back = compare_periods(counts(k2), counts(k1), exposure=lengths[::-1]).iloc[0]
    if k1 + k2 == 0:
        assert there["change"] == "no events"
        return
    assert 0 < there["p"] <= 1 and 0 < there["p_conditional"] <= 1
    assert there["p"] == pytest.approx(back["p"], abs=1e-11)
    assert there["p_conditional"] == pytest.approx(back["p_conditional"], abs=1e-11)
    if k1 and k2:
        assert there["ratio"] == pytest.approx(1 / back["ratio"])
        assert there["ratio_lower"] == pytest.approx(1 / back["ratio_upper"])


def test_pure_noise_is_seldom_called_a_change() -> None:
    rng = np.random.default_rng(12)
    mean = rng.gamma(1, 5, 4000)
    table = compare_periods(pd.Series(rng.poisson(mean)), pd.Series(rng.poisson(mean)))
    tested = table["p"].notna()
    assert 0.02 < table.loc[tested, "flagged"].mean() < 0.055
    assert (table.loc[tested, "p_conditional"] <= 0.05).mean() < table.loc[tested, "flagged"].mean()
    assert table["change"].isin(["up", "down"]).sum() <= 2


def test_large_counts_and_no_areas() -> None:
    table = compare_periods(counts(300_000), counts(302_500))
    normal = 2 * stats.norm.sf(2500 / np.sqrt(602_500))
    assert table["p"].iloc[0] == pytest.approx(normal, rel=0.01)
    assert len(compare_periods(counts(), counts())) == 0


def test_periods_must_be_comparable() -> None:
    with pytest.raises(ValueError, match="same areas"):
        compare_periods(counts(1, 2), counts(1))
    with pytest.raises(ValueError, match="above 0"):
        compare_periods(counts(1), counts(1), exposure=(0, 1))


# --- trend


@pytest.mark.parametrize(
    "series", [(1, 2, 3, 4, 5, 6), (1, 1, 2, 2, 2, 3), (0, 0, 0, 0, 1, 5), (4, 4, 4, 4, 4, 4)]
)
def test_trend_p_is_the_share_of_all_orders(series: tuple[int, ...]) -> None:
    def kendall(order: tuple[int, ...]) -> int:
        return sum(np.sign(b - a) for i, a in enumerate(order) for b in order[i + 1 :])

    spread = Counter(abs(kendall(order)) for order in permutations(series))
    for order in sorted(set(permutations(series)))[::17]:
        s, p = mann_kendall(np.array([order], dtype=float))
        assert s[0] == kendall(order)
        extreme = sum(count for value, count in spread.items() if value >= abs(s[0]))
        assert p[0] == pytest.approx(extreme / 720, abs=1e-12)


@pytest.mark.parametrize("periods", [2, 12, 36])
def test_trend_equals_scipy_without_ties(periods: int) -> None:
    values = np.random.default_rng(periods).random((30, periods)) + np.linspace(0, 0.5, periods)
    _, p = mann_kendall(values)
    for row, ours in zip(values, p, strict=True):
        theirs = stats.kendalltau(np.arange(periods), row, method="exact").pvalue
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_trend_leaves_out_missing_periods_and_holds_at_nothing() -> None:
    full, gap = np.array([[1.0, 5.0, 2.0, 7.0]]), np.array([[1.0, np.nan, 5.0, 2.0, np.nan, 7.0]])
    assert [x.tolist() for x in mann_kendall(full)] == [x.tolist() for x in mann_kendall(gap)]
    for nothing in (np.full((2, 3), np.nan), np.ones((2, 1)), np.ones((2, 0))):
        s, p = mann_kendall(nothing)
        assert s.tolist() == [0, 0] and p.tolist() == [1.0, 1.0]


# --- emerging hotspots


def pattern_of(history: str, slope: float = 0.0, monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    """Pattern of one area whose periods are H (hot), C (cold) or . (neither), with z rising by `slope`."""
    ids = pd.Index(["a"], name="lsoa21cd")
    code = {"H": "HH", "C": "LL", ".": "NS", "?": "NA"}
    rng = np.random.default_rng(0)
    wobble = rng.permutation(len(history)) * 1e-3
    maps = iter(
        pd.DataFrame({"cluster": [code[h]], "z": [slope * t + wobble[t]]}, ids) for t, h in enumerate(history)
    )
    assert monkeypatch is not None
    monkeypatch.setattr("geo.stats.change.getis_ord_star", lambda *_, **__: next(maps))
    alone = Neighbours.from_pairs(np.empty(0), np.empty(0), ids)
    return emerging(pd.DataFrame(0, ids, range(len(history))), alone).areas["pattern"].iloc[0]


@pytest.mark.parametrize(
    ("history", "slope", "pattern"),
    [
        (".........H", 0, "New hotspot"),
        ("..C......H", 0, "New hotspot"),
        ("H", 0, "New hotspot"),
        ("........HH", 0, "Consecutive hotspot"),
        ("..HHHHHHHH", 0, "Consecutive hotspot"),
        (".HHHHHHHHH", 0, "Persistent hotspot"),
        ("HH", 0, "Persistent hotspot"),
        ("HHHHHHHHHH", 1, "Intensifying hotspot"),
        ("HHHHH.HHHH", -1, "Diminishing hotspot"),
        ("HHHHHHHHH.", 0, "Historical hotspot"),
        ("HHHHHHHHH.", 1, "Historical hotspot"),
        (".H..HH.H.H", 0, "Sporadic hotspot"),
        (".H...H..HH", 1, "Sporadic hotspot"),
        ("CH...H..HH", 0, "Oscillating hotspot"),
        ("HHHHHHHH..", 0, "No pattern"),
        ("..........", 1, "No pattern"),
        ("?.........", 0, "No pattern"),
        ("??????????", 0, "Undefined"),
        (".........C", 0, "New coldspot"),
        ("CCCCCCCCCC", -1, "Intensifying coldspot"),
        ("CCCCCCCCCC", 1, "Diminishing coldspot"),
        ("CCCCCCCCC.", 0, "Historical coldspot"),
        ("CCCCCCCCCH", 0, "New hotspot"),
        ("HHHHHHHHHC", 0, "New coldspot"),
        ("HC...C..CC", 0, "Oscillating coldspot"),
    ],
)
def test_each_pattern_as_defined(history: str, slope: float, pattern: str, monkeypatch) -> None:
    assert pattern_of(history, slope, monkeypatch) == pattern
    assert pattern in PATTERNS


@settings(max_examples=60)
@given(st.text("HC.", min_size=1, max_size=12))
def test_every_history_has_one_pattern_and_turned_over_its_mirror(history: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        straight = pattern_of(history, 0.0, patch)
    turned = history.translate(str.maketrans("HC", "CH"))
    with pytest.MonkeyPatch.context() as patch:
        mirrored = pattern_of(turned, 0.0, patch)
    swap = {"hotspot": "coldspot", "coldspot": "hotspot"}
    assert mirrored.split() == [swap.get(word, word) for word in straight.split()]
    assert straight in PATTERNS


def test_emerging_follows_a_hot_corner_through_the_year() -> None:
    neighbours, rng = board(10), np.random.default_rng(3)
    r, c = np.divmod(np.arange(100), 10)
    old, young = (r < 3) & (c < 3), (r > 6) & (c > 6)
    cube = pd.DataFrame(
        {m: rng.poisson(3 + 40 * old + (40 * young if m >= 10 else 0)) for m in range(12)}, neighbours.ids
    )
    result = emerging(cube, neighbours)
    for month in cube:
        one = getis_ord_star(cube[month], neighbours)
        np.testing.assert_array_equal(result.z[month], one["z"])
        np.testing.assert_array_equal(result.codes[month] == 1, one["cluster"] == "HH")
    assert result.areas.loc[neighbours.ids[11], "pattern"] == "Persistent hotspot"
    assert result.areas.loc[neighbours.ids[88], "pattern"] == "Consecutive hotspot"
    np.testing.assert_array_equal(result.areas["hot"], (result.codes == 1).sum(axis=1))
    assert (result.areas["periods"] == 12).all()


def test_emerging_holds_where_there_is_nothing_to_follow() -> None:
    neighbours = board(3)
    none = emerging(pd.DataFrame(index=neighbours.ids), neighbours)
    assert (none.areas["pattern"] == "Undefined").all()
    constant = emerging(pd.DataFrame(2, neighbours.ids, range(5)), neighbours)
    assert (constant.areas["pattern"] == "Undefined").all()
    one = pd.DataFrame(0, neighbours.ids, range(5))
    one.loc[neighbours.ids[4], 2] = 1
    assert (emerging(one, neighbours).areas["pattern"] == "No pattern").all()
    empty = neighbours.subset(np.zeros(9, dtype=bool))
    assert len(emerging(pd.DataFrame(index=empty.ids, columns=[0, 1], dtype=float), empty).areas) == 0
