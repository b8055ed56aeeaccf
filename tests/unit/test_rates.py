"""geo.stats.rates against published vectors, other implementations, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from geo.stats import intervals, rates, smoothing

POPULATION = [
    *(636, 558, 609, 543, 384, 594, 669, 843, 660, 576, 606, 522, 426, 273, 300, 288, 153, 123, 207),
]
BIG = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
SMALL = [12, 4, 3, 2, 3, 4, 8, 2, 2, 3, 4, 5, 6, 8, 5, 6, 5, 5, 4]
LIMITS = ["value", "lower_ci", "upper_ci"]


class Line:
    """Areas in a row, each the neighbour of the next: what ``eb_local`` needs of ``Neighbours``."""

    def __init__(self, n: int) -> None:
        self.n = n

    @property
    def cardinalities(self) -> np.ndarray:
        return self.neighbour_sum(np.ones(self.n)).astype(int)

    def neighbour_sum(self, y: np.ndarray) -> np.ndarray:
        padded = np.concatenate([[0.0], y, [0.0]])
        return padded[:-2] + padded[2:]


# ---------------------------------------------------------------- published vectors


@pytest.mark.parametrize(
    ("events", "confidence", "lower", "upper"),
    [
        (65, 0.95, 50.1631877105, 82.8491385459),
        (1045, 0.95, 982.5932018073, 1110.3312129856),
        (1, 0.95, 0.0130721329, 5.5637555825),
        (10, 0.998, 2.9163183747, 24.1937249279),
    ],
)
def test_byar_is_as_published(events, confidence, lower, upper):
    assert intervals.byar(events, confidence) == pytest.approx((lower, upper), abs=1e-8)


def test_wilson_is_as_published():
    got = intervals.wilson(65, 100)[LIMITS].to_numpy()[0]
    assert got == pytest.approx([0.65, 0.5525444330, 0.7363575176], abs=1e-9)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(1, 25.3178079843, 5571.6433909389), (20, 12211.4288348759, 30889.8803691971)],
)
def test_crude_rate_is_as_published(events, lower, upper):
    got = rates.crude_rate(events, 100, per=100_000, hide_below=0)[LIMITS].to_numpy()[0]
    assert got == pytest.approx([events * 1000, lower, upper], abs=1e-8)


@pytest.mark.parametrize(
    ("events", "confidence", "value", "lower", "upper"),
    [
        (BIG, 0.95, 10430.2479914694, 9717.7090679857, 11178.9409154793),
        (BIG, 0.998, 10430.2479914694, 9323.2878802199, 11620.5959995221),
        (SMALL, 0.95, 1103.2120253001, 877.4557675367, 1367.0882227252),
    ],
)
def test_dsr_is_as_published(events, confidence, value, lower, upper):
    got = rates.dsr(events, POPULATION, confidence=confidence)[LIMITS].to_numpy()[0]
    assert got == pytest.approx([value, lower, upper], abs=1e-8)


def test_dsr_under_ten_events_is_not_shown():
    events = np.zeros((2, 19))
    events[0, 4], events[1, 4] = 9, 10
    table = rates.dsr(events, [POPULATION, POPULATION])
    assert table["value"].isna().tolist() == [True, False]
    assert table[LIMITS].isna().all(axis=1).tolist() == [True, False]
    assert table["note"].tolist() == ["not shown: fewer than 10 events", "unreliable: fewer than 20 events"]


def test_european_standard_population():
    published = (
        "5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000"
    )
    assert rates.ESP2013.tolist() == [*map(float, published.split(", ")), 2500, 1500, 1000]
    assert rates.ESP2013.index[[0, 1, 17, 18]].tolist() == ["0-4", "5-9", "85-89", "90+"]
    assert rates.ESP2013.sum() == 100_000


@pytest.mark.parametrize(
    ("events", "lower_population", "lower_limit", "upper_population", "upper_limit"),
    [  # PHEindicatormethods, funnel of a crude rate over 3 years; populations of one year, rates per 100,000
        (1, 1616.949526, 20.61494982, 7.347518827, 4536.678859),
        (9, 4958.18753, 60.5059809, 1194.324587, 251.1879964),
        (20, 8964.13118, 74.37047197, 3545.361505, 188.0391226),
        (1344, 411466.9163, 108.8787415, 369466.4508, 121.2559352),
    ],
)
def test_funnel_limits_are_as_published(events, lower_population, lower_limit, upper_population, upper_limit):
    """Published with exact limits throughout; ours are Byar's from 10 events on, as our intervals are."""
    table = rates.funnel_limits([lower_population, upper_population], 114.8591735, years=3, per=100_000)
    tolerance = 1e-6 if events < 10 else 5e-4
    assert table["lower_95"][0] == pytest.approx(lower_limit, rel=tolerance)
    assert table["upper_95"][1] == pytest.approx(upper_limit, rel=tolerance)
    assert table["lower_95"][0] * lower_population * 3 / 1e5 == pytest.approx(events, rel=tolerance)


def test_funnel_limits_at_three_sigma_are_as_published():
    table = rates.funnel_limits([3790.800121, 55.29475788], 114.8591735, years=3, per=100_000)
    assert table["lower_99.8"][0] == pytest.approx(26.37965517, rel=1e-6)
    assert table["upper_99.8"][1] == pytest.approx(1808.489698, rel=1e-6)


# ---------------------------------------------------------------- other implementations


def test_exact_limits_invert_the_poisson_tails():
    for events in (1, 4, 9, 30):
        lower = optimize.brentq(lambda mean, o=events: stats.poisson.sf(o - 1, mean) - 0.025, 1e-9, 99)
        upper = optimize.brentq(lambda mean, o=events: stats.poisson.cdf(o, mean) - 0.025, 1e-9, 99)
        assert intervals.exact_poisson(events) == pytest.approx((lower, upper), abs=1e-9)
    assert intervals.exact_poisson(0) == pytest.approx((0, -np.log(0.025)))


@given(st.integers(0, 200), st.integers(1, 200), st.sampled_from([0.9, 0.95, 0.998]))
def test_wilson_equals_statsmodels(part, rest, confidence):
    table = intervals.wilson(part, part + rest, confidence)
    expected = proportion_confint(part, part + rest, 1 - confidence, method="wilson")
    assert table[["lower_ci", "upper_ci"]].to_numpy()[0] == pytest.approx(expected, abs=1e-12)


def test_dsr_equals_a_brute_loop():
    rng = np.random.default_rng(1)
    population = rng.integers(1, 300, (6, 19))
    events = rng.poisson(population * 0.05) + 1
    years = np.array([1, 2, 0.5, 1, 3, 1.0])
    table = rates.dsr(events, population, years=years)
    weights = rates.ESP2013.tolist()
    for area in range(6):
        value = variance = 0.0
        for x, n, w in zip(events[area], population[area] * years[area], weights, strict=True):
            value += w * x / n / 1e5
            variance += x * (w / n / 1e5) ** 2
        total = events[area].sum()
        z = stats.norm.ppf(0.975)
        lower = total * (1 - 1 / (9 * total) - z / (3 * total**0.5)) ** 3
        assert table["value"][area] == pytest.approx(value * 1e5)
        assert table["lower_ci"][area] == pytest.approx(
            (value + (variance / total) ** 0.5 * (lower - total)) * 1e5
        )


def test_repeat_attenders_follow_the_method_for_dependent_events():
    """The variance of a sum of f·Poisson(persons with f events) is Σ f²·persons: simulate it."""
    persons = np.array([[40.0, 10.0, 0, 2]] * 19)
    frequency = np.arange(1, 5)
    events, squares = persons @ frequency, persons @ frequency**2
    population = np.full(19, 5000.0)
    table = rates.dsr(events, population, squares=squares)
    plain = rates.dsr(events, population)
    assert table["value"][0] == plain["value"][0]
    widened = (table["upper_ci"] - table["value"]) / (plain["upper_ci"] - plain["value"])
    assert widened[0] == pytest.approx(np.sqrt(squares.sum() / events.sum()))

    draws = np.random.default_rng(2).poisson(persons, (20_000, *persons.shape)) @ frequency
    simulated = (draws * rates.ESP2013.to_numpy() / population).sum(axis=1)
    z = stats.norm.ppf(0.975)
    assert (table["upper_ci"] - table["value"])[0] / z == pytest.approx(simulated.std(), rel=0.05)


def test_fewer_squares_than_events_are_refused():
    with pytest.raises(ValueError, match="below the events"):
        rates.dsr(BIG, POPULATION, squares=SMALL)


def test_a_band_without_residents_is_pooled_with_its_neighbour():
    population = np.array(POPULATION, dtype=float)
    population[[0, 18]] = 0
    pooled_standard = rates.ESP2013.to_numpy()[1:18].copy()
    pooled_standard[0] += 5000
    pooled_standard[-1] += 1000
    events = np.array(BIG[1:18])
    events[0] += BIG[0]
    events[-1] += BIG[18]
    by_hand = 1e5 * (pooled_standard * events / population[1:18]).sum() / 1e5
    assert rates.dsr(BIG, population)["value"][0] == pytest.approx(by_hand)
    assert rates.dsr(BIG, np.zeros(19))["note"][0] == "no residents"


def test_eb_global_equals_esda():
    from esda.smoothing import Empirical_Bayes

    rng = np.random.default_rng(3)
    population = rng.integers(800, 4000, 40).astype(float)
    events = rng.poisson(population * rng.gamma(4, 0.005, 40)).astype(float)
    got = smoothing.eb_global(events, population, per=1)
    assert got["value"].to_numpy() == pytest.approx(Empirical_Bayes(events, population).r.ravel(), abs=1e-14)
    assert got["weight"].between(0, 1).all()


def test_eb_local_equals_esda():
    import libpysal
    from esda.smoothing import Spatial_Empirical_Bayes

    rng = np.random.default_rng(4)
    population = rng.integers(800, 4000, 40).astype(float)
    events = rng.poisson(population * rng.gamma(4, 0.005, 40)).astype(float)
    weights = libpysal.weights.W(
        {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}, id_order=list(range(40))
    )
    expected = Spatial_Empirical_Bayes(events, population, weights).r.ravel()
    got = smoothing.eb_local(events, population, Line(40), per=1)["value"].to_numpy()
    assert got == pytest.approx(expected, abs=1e-12)


def test_eb_standardised_equals_esda():
    from esda.smoothing import assuncao_rate

    rng = np.random.default_rng(5)
    population = rng.integers(20, 4000, 40).astype(float)
    for spread in (0.2, 50):  # areas that differ, and areas that vary less than chance
        events = rng.poisson(population * rng.gamma(spread, 0.01 / spread, 40)).astype(float)
        got = smoothing.eb_standardised(events, population).to_numpy()
        assert got == pytest.approx(assuncao_rate(events, population), abs=1e-12)


def test_eb_standardised_where_the_variance_would_be_negative():
    """Equal rates in areas of unequal size: A + m/n is below 0 in the largest, and m/n takes its place."""
    z = smoothing.eb_standardised([2, 3, 100], [100, 100, 5000])
    assert z.notna().all()
    mean = 105 / 5200
    assert z[2] == pytest.approx((0.02 - mean) / np.sqrt(mean / 5000))


def test_indirect_ratio_by_hand():
    population = pd.DataFrame(
        [[100.0] * 19, [0.0] * 19], columns=rates.ESP2013.index, index=pd.Index(["E1", "E2"], name="lsoa21cd")
    )
    expected = rates.expected_events(population, [2.0] * 19, [1000.0] * 19, years=2)
    assert expected.to_dict() == pytest.approx({"E1": 19 * 100 * 0.002 * 2, "E2": 0})
    table = rates.indirect_ratio(pd.Series([38.0, 0.0], index=expected.index), expected)
    assert table["value"]["E1"] == pytest.approx(500)
    assert table["lower_ci"]["E1"] == pytest.approx(100 * intervals.byar(38)[0] / 7.6)
    assert table["note"]["E2"] == "nothing expected"
    assert table.index.name == "lsoa21cd"


# ---------------------------------------------------------------- what must always hold

counts = hnp.arrays(np.int64, st.integers(1, 8), elements=st.integers(0, 3000))


@given(counts, st.sampled_from([0.9, 0.95, 0.998]))
def test_intervals_contain_the_count_and_widen_with_confidence(events, confidence):
    for interval in (intervals.byar, intervals.exact_poisson, intervals.poisson_interval):
        lower, upper = interval(events, confidence)
        assert (lower <= events).all() and (events < upper).all() and (lower >= 0).all()
        assert (interval(events, confidence + 0.001)[1] > upper).all()


@given(counts, st.data())
def test_smoothed_rates_lie_between_the_crude_rate_and_the_mean(events, data):
    population = data.draw(hnp.arrays(np.int64, len(events), elements=st.integers(1, 5000)))
    for table in (
        smoothing.eb_global(events, population, per=1),
        smoothing.eb_local(events, population, Line(len(events)), per=1),
    ):
        raw = events / population
        assert table["weight"].between(0, 1).all()
        assert (table["value"] <= raw.max() + 1e-9).all() and (table["value"] >= raw.min() - 1e-9).all()


@given(st.integers(0, 400), st.integers(1, 100_000), st.floats(0.01, 100), st.sampled_from([0.95, 0.998]))
def test_outside_the_funnel_is_higher_or_lower_than_the_benchmark(events, population, benchmark, confidence):
    rate = rates.crude_rate(events, population, confidence=confidence, hide_below=0)
    verdict = rates.compare_with_benchmark(rate["lower_ci"], rate["upper_ci"], benchmark)[0]
    funnel = rates.funnel_limits([population], benchmark, confidence=[confidence])
    name, value, slack = f"{100 * confidence:g}", rate["value"][0], 1e-6 * benchmark + 1e-9
    if verdict == "higher":
        assert value >= funnel[f"upper_{name}"][0] - slack
    elif verdict == "lower":
        assert value <= funnel[f"lower_{name}"][0] + slack
    else:
        assert funnel[f"lower_{name}"][0] - slack <= value <= funnel[f"upper_{name}"][0] + slack


@given(hnp.arrays(np.int64, (3, 19), elements=st.integers(0, 50)), st.permutations(range(3)))
def test_relabelling_areas_only_relabels_rates(events, order):
    population = np.full((3, 19), 200)
    table = rates.dsr(events, population)
    shuffled = rates.dsr(events[list(order)], population).set_axis(order)
    pd.testing.assert_frame_equal(shuffled.loc[range(3)], table, check_index_type=False)


# ---------------------------------------------------------------- edges


def test_hidden_unreliable_and_missing_are_said():
    index = pd.Index(list("abcde"), name="lsoa21cd")
    table = rates.crude_rate(pd.Series([2, 3, 20, 50, np.nan], index=index), [100, 100, 100, 0, 100])
    assert table["note"].to_dict() == {
        "a": "not shown: fewer than 3 events",
        "b": "unreliable: fewer than 20 events",
        "c": "",
        "d": "no residents",
        "e": "no data",
    }
    assert table["value"].isna().tolist() == [True, False, False, True, True]
    assert table["unreliable"].tolist() == [True, True, False, False, False]
    assert table.index.name == "lsoa21cd"


def test_five_years_are_expressed_for_one():
    assert rates.crude_rate(500, 1000, years=5)["value"][0] == 100


def test_empty_constant_and_single_area_slices():
    empty = pd.Series([], dtype=float, index=pd.Index([], name="lsoa21cd"))
    for table in (
        rates.crude_rate(empty, empty),
        smoothing.eb_global(empty, empty),
        intervals.wilson(empty, empty),
    ):
        assert len(table) == 0 and table.index.name == "lsoa21cd"
    assert len(rates.dsr(np.zeros((0, 19)), np.zeros((0, 19)))) == 0
    assert len(smoothing.eb_local(empty, empty, Line(0))) == 0
    assert len(smoothing.eb_standardised(empty, empty)) == 0

    single = smoothing.eb_global([5], [1000])
    assert single["value"][0] == pytest.approx(5)
    constant = smoothing.eb_local([7, 7, 7], [100, 100, 100], Line(3))
    assert constant["value"].to_numpy() == pytest.approx([70, 70, 70])
    nothing = smoothing.eb_global([0, 0], [10, 10])
    assert nothing["value"].tolist() == [0, 0]
    assert smoothing.eb_standardised([0, 0], [10, 10]).isna().all()


def test_areas_without_data_or_residents_do_not_disturb_smoothing():
    with_gaps = smoothing.eb_global([5, np.nan, 9, 4], [100, 100, 100, 0])
    assert with_gaps["value"].isna().tolist() == [False, True, False, True]
    assert with_gaps["value"].dropna().tolist() == smoothing.eb_global([5, 9], [100, 100])["value"].tolist()


def test_bands_of_a_table_are_matched_by_name():
    events = pd.DataFrame([BIG], columns=rates.ESP2013.index)
    population = pd.DataFrame([POPULATION], columns=rates.ESP2013.index)
    backwards = rates.dsr(events[events.columns[::-1]], population)
    assert backwards["value"][0] == pytest.approx(10430.2479914694)
    with pytest.raises(ValueError, match=r"age bands differ.*90\+"):
        rates.dsr(events.drop(columns="90+"), population)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rates.crude_rate([-1], [10]), "cannot be negative"),
        (lambda: rates.crude_rate([[1]], [10]), "vector"),
        (
            lambda: rates.crude_rate(pd.Series([1], index=["a"]), pd.Series([1], index=["b"])),
            "share one index",
        ),
        (lambda: intervals.wilson([3], [2]), "exceed its whole"),
        (lambda: intervals.byar(3, 95), "between 0 and 1"),
        (lambda: rates.dsr([[1, 2]], [[1, 2]]), "19 age bands"),
        (lambda: rates.dsr([BIG, BIG], [POPULATION]), "same areas"),
    ],
)
def test_nonsense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
