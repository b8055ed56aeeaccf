"""geo.stats.deprivation against statsmodels, brute loops, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from statsmodels.discrete.discrete_model import NegativeBinomial

from geo.stats import deprivation as d
from geo.stats import intervals, rates, unexplained
from geo.stats.between import Between

RNG = np.random.default_rng(7)


def county(n: int = 200, *, overdispersed: bool = True, slope: float = 0.05, seed: int = 1) -> pd.DataFrame:
    """Areas whose violence rises with deprivation."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"population": rng.integers(1200, 2200, n), "score": rng.gamma(4, 6, n)})
    rate = 0.004 * np.exp(slope * frame["score"])
    if overdispersed:
        rate = rate * rng.gamma(4, 0.25, n)
    frame["events"] = rng.poisson(rate * frame["population"])
    frame["decile"] = 10 - np.floor(frame["score"].rank(method="first").sub(1) * 10 / n).astype(int)
    return frame.set_axis(pd.Index([f"E{i:04d}" for i in range(n)], name="lsoa21cd"))


# ---------------------------------------------------------------- gradient


def test_gradient_pools_areas_and_keeps_empty_groups():
    frame = county()
    frame.loc[frame["decile"] == 4, "decile"] = pd.NA
    table = d.gradient(frame["events"], frame["population"], frame["decile"], years=2)
    inside = frame[frame["decile"] == 1]
    assert table.loc[1, "count"] == inside["events"].sum()
    assert table.loc[1, "value"] == pytest.approx(
        inside["events"].sum() / inside["population"].sum() / 2 * 1000
    )
    assert table.loc[4, ["areas", "count"]].tolist() == [0, 0] and np.isnan(table.loc[4, "value"])
    assert table.index.tolist() == list(range(1, 11)) and table["share"].sum() == pytest.approx(1)
    assert table.loc[1, "value"] > 2 * table.loc[10, "value"]


def test_gradient_of_age_bands_is_age_standardised():
    population = pd.DataFrame(RNG.integers(20, 200, (30, 19)), columns=rates.ESP2013.index)
    events = population // 20 + 1
    group = pd.Series(RNG.integers(1, 6, 30))
    table = d.gradient(events, population, group, groups=5)
    third = rates.dsr(events[group == 3].sum().to_numpy(), population[group == 3].sum().to_numpy())
    assert table.loc[3, "value"] == pytest.approx(third["value"][0])
    assert table.loc[3, "upper_ci"] == pytest.approx(third["upper_ci"][0])


def test_quintiles_of_deciles():
    assert d.quintile([1, 2, 3, 4, 9, 10]).tolist() == [1, 1, 2, 2, 5, 5]
    assert d.quintile(pd.Series([None, 10])).isna().tolist() == [True, False]


def test_groups_outside_the_scale_are_refused():
    with pytest.raises(ValueError, match="from 1"):
        d.gradient([1], [1], [11])


# ---------------------------------------------------------------- slope index


def test_slope_index_equals_weighted_least_squares():
    frame = county(slope=0.02)
    table = d.gradient(frame["events"], frame["population"], frame["decile"], hide=False)
    share = table["population"] / table["population"].sum()
    rank = share.cumsum() - share / 2
    fitted = sm.WLS(table["value"], sm.add_constant(rank.to_numpy()), weights=share).fit().params.to_numpy()
    got = d.slope_index(table)
    assert got["sii"] == pytest.approx(-fitted[1])
    assert got["rii"] == pytest.approx(fitted[0] / (fitted[0] + fitted[1]))
    assert got["sii_lower"] < got["sii"] < got["sii_upper"] and got["sii_lower"] > 0
    assert got["rii_lower"] < got["rii"] < got["rii_upper"]


# Ten deciles of two areas: the example data of phe_sii in PHEindicatormethods (life expectancy).
PHE = {
    "Area1": (
        [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534],
        [75.9, 78.3, 83.8, 83.6, 80.5, 81.1, 81.7, 84.2, 80.6, 86.3],
    ),
    "Area2": (
        [21675, 20065, 19750, 24713, 20112, 19618, 22408, 19752, 18939, 19312],
        [70.5, 71.6, 72.5, 73.5, 73.1, 76.2, 78.7, 80.6, 80.9, 80.0],
    ),
}


@pytest.mark.parametrize("area", PHE)
def test_slope_index_is_phes_regression_of_root_weighted_values(area):
    """As phe_sii states its method: Y·√a on √a and b·√a without a constant, here by statsmodels."""
    population, value = (np.array(numbers, dtype=float) for numbers in PHE[area])
    a = population / population.sum()
    b = np.cumsum(a) - a / 2
    design = np.column_stack([np.sqrt(a), b * np.sqrt(a)])
    intercept, slope = sm.OLS(value * np.sqrt(a), design).fit().params
    limits = {"lower_ci": value * 0.98, "upper_ci": value / 0.98}
    got = d.slope_index(pd.DataFrame({"population": population, "value": value, **limits}))
    assert got["sii"] == pytest.approx(-slope, rel=1e-10)
    assert got["rii"] == pytest.approx(intercept / (intercept + slope), rel=1e-10)  # 1/RII with multiplier −1


def test_slope_index_of_a_line_that_is_known():
    """Five equal fifths at 40, 45, …, 60 per cent: each 0.2 of the rank is worth 5, so the index is 25."""
    table = d.gradient([600, 550, 500, 450, 400], [1000] * 5, range(1, 6), groups=5, hide=False)
    got = d.slope_index(table)
    assert got["sii"] == pytest.approx(250) and got["rii"] == pytest.approx(625 / 375)


@pytest.mark.parametrize("seed", [3, 4])
def test_slope_limits_are_those_of_a_separate_simulation(seed):
    """phe_sii's simulation for rates, rate by rate with another generator and numpy's own line fit."""
    frame = county(slope=0.02, seed=seed)
    table = d.gradient(frame["events"], frame["population"], frame["decile"], hide=False)
    weight = (table["population"] / table["population"].sum()).to_numpy(float)
    rank = np.cumsum(weight) - weight / 2
    error = np.log(table["upper_ci"] / table["lower_ci"]).to_numpy(float) / (2 * stats.norm.ppf(0.975))
    rng = np.random.Generator(np.random.MT19937(seed))
    draws = np.exp(rng.normal(np.log(table["value"].to_numpy(float)), error, (20_000, 10)))
    line = np.polynomial.polynomial.polyfit(rank, draws.T, 1, w=np.sqrt(weight))
    got = d.slope_index(table)
    for name, drawn in (("sii", -line[1]), ("rii", line[0] / (line[0] + line[1]))):
        lower, upper = np.quantile(drawn, [0.025, 0.975])
        assert got[f"{name}_lower"] == pytest.approx(lower, rel=0.02)
        assert got[f"{name}_upper"] == pytest.approx(upper, rel=0.02)


def test_slope_limits_agree_with_the_analytic_variance():
    """The slope is a weighted sum of independent rates: its variance follows from theirs."""
    table = pd.DataFrame({"population": [1000.0, 1500, 1200, 900, 1300], "value": [50.0, 42, 37, 30, 22]})
    log_error = 0.06
    z = stats.norm.ppf(0.975)
    table["lower_ci"], table["upper_ci"] = (table["value"] * np.exp(k * z * log_error) for k in (-1, 1))
    share = (table["population"] / table["population"].sum()).to_numpy()
    rank = np.cumsum(share) - share / 2
    coefficient = share * (rank - share @ rank) / (share @ (rank - share @ rank) ** 2)
    deviation = np.sqrt(((coefficient * table["value"] * log_error) ** 2).sum())
    got = d.slope_index(table, repetitions=100_000)
    assert got["sii_upper"] - got["sii_lower"] == pytest.approx(2 * z * deviation, rel=0.02)
    assert got.equals(d.slope_index(table, repetitions=100_000))
    assert not got.equals(d.slope_index(table, repetitions=100_000, seed=2))


@pytest.mark.parametrize("slope", [0.0, 0.02, 0.05])
def test_the_fit_is_the_chi_square_of_statsmodels(slope):
    frame = county(1000, slope=slope)
    table = d.gradient(frame["events"], frame["population"], frame["decile"], hide=False)
    share = (table["population"] / table["population"].sum()).to_numpy()
    error = np.log(table["upper_ci"] / table["lower_ci"]) / (2 * stats.norm.ppf(0.975))
    weights = (table["value"] * error).to_numpy() ** -2
    rank = sm.add_constant(np.cumsum(share) - share / 2)
    found = sm.WLS(table["value"].to_numpy(), rank, weights=weights).fit()
    got = d.slope_index(table)
    assert got["fit"] == pytest.approx(found.ssr, rel=1e-6)
    assert got["fit_p"] == pytest.approx(stats.chi2.sf(found.ssr, 8), rel=1e-4)


def test_rates_on_a_line_seldom_fail_the_fit_and_bent_ones_do():
    rng, people = np.random.default_rng(6), np.full(10, 70_000)
    straight, bent = np.linspace(0.02, 0.004, 10), 0.004 + 0.016 * np.exp(-np.arange(10.0))
    for rate, least, most in ((straight, 0.02, 0.09), (bent, 1.0, 1.0)):
        tables = [d.gradient(rng.poisson(rate * people), people, range(1, 11)) for _ in range(300)]
        failed = np.mean([d.slope_index(table, repetitions=2)["fit_p"] <= 0.05 for table in tables])
        assert least <= failed <= most


def test_a_bend_is_no_line_however_areas_differ():
    """Offences a year by tenth of real Bedfordshire: a line has 149 over 20, and missed the first by 100."""
    rate = np.array([249.0, 104.0, 107.9, 99.4, 77.8, 72.3, 61.8, 52.0, 52.5, 36.5])
    table = d.gradient((rate * 60).round(), [60_000] * 10, range(1, 11))
    wide = Between(np.full(10, 0.3), 1.1, 0.001, np.full(10, 0.001))
    alone, allowing = (d.slope_index(table, between=between) for between in (None, wide))
    assert allowing["fit"] == alone["fit"] and allowing["fit_p"] < 1e-9
    assert allowing["sii_lower"] < alone["sii_lower"] and allowing["sii_upper"] > alone["sii_upper"]


def test_the_ends_have_the_limits_of_a_ratio_of_counts():
    """Of equal residents the ratio's exact limits are those of the share that the first end holds."""
    for first, last in ((450, 75), (60, 31), (900, 1000)):
        got = d.ends(d.gradient([first, 99, last], [50_000] * 3, [1, 4, 10]))
        share = stats.binomtest(first, first + last).proportion_ci(method="exact")
        assert got["ratio"] == pytest.approx(first / last)
        assert got["ratio_lower"] == pytest.approx(share.low / (1 - share.low), rel=0.03)
        assert got["ratio_upper"] == pytest.approx(share.high / (1 - share.high), rel=0.03)
        assert got[["most", "least"]].tolist() == [1, 10]


@pytest.mark.parametrize("events", [[9, 5, 0], [0, 5, 9], [1, 5, 9], [0, 0, 0]])
def test_ends_without_a_rate_have_no_ratio(events):
    got = d.ends(d.gradient(events, [100] * 3, [1, 4, 10]))
    assert got[["ratio", "ratio_lower", "ratio_upper"]].isna().all()
    assert d.ends(d.gradient([40], [100], [2])).isna().all()


def test_no_gradient_gives_no_slope():
    table = d.gradient([20] * 10, [1000] * 10, range(1, 11), hide=False)
    got = d.slope_index(table)
    assert got["sii"] == pytest.approx(0, abs=1e-9) and got["rii"] == pytest.approx(1)
    assert got["sii_lower"] < 0 < got["sii_upper"]


@pytest.mark.parametrize("events", [[0] * 10, [5, *[0] * 9], [1] * 10])
def test_slope_of_few_events_is_finite_or_absent(events):
    got = d.slope_index(d.gradient(events, [1000] * 10, range(1, 11), hide=False), repetitions=1000)
    assert np.isfinite(got[["sii", "sii_lower", "sii_upper"]].astype(float)).all()
    assert np.isnan(got["rii"]) or got["rii"] > 0


def test_slope_needs_three_groups():
    got = d.slope_index(d.gradient([5, 6], [100, 100], [1, 2], hide=False))
    assert got.drop("groups").isna().all() and got["groups"] == 2


# ---------------------------------------------------------------- shares and classes


def test_share_in_the_most_deprived():
    table = d.share_in_most_deprived([30, 20, 13, 37, 9], [10, 10, 10, 70, 50], [1, 2, 3, 10, None])
    assert table["share"].tolist() == [0.30, 0.50, 0.63]
    assert table["population_share"].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert table.index.tolist() == ["10%", "20%", "30%"] and table["areas"].tolist() == [1, 2, 3]
    assert table.loc["30%", "lower_ci"] == pytest.approx(intervals.wilson(63, 100)["lower_ci"][0])
    assert d.share_in_most_deprived([0], [5], [1])["share"].isna().all()


def test_bivariate_classes():
    index = pd.Index(list("abcdefghi"), name="lsoa21cd")
    measure = pd.Series([1, 2, 3, 4, 5, 6, 7, 8, np.nan], index=index)
    table = d.bivariate_classes(measure, [10, 9, 8, 7, 6, 5, 2, 1, 1])
    assert table.loc["a", ["measure_class", "deprivation_class", "class"]].tolist() == [1, 1, 1]
    assert table.loc["h", ["measure_class", "deprivation_class", "class"]].tolist() == [3, 3, 9]
    assert table.loc["i", "class"] is pd.NA
    assert table.index.name == "lsoa21cd"
    constant = d.bivariate_classes([2, 2, 2], [5, 5, 5])
    assert constant["class"].tolist() == [1, 1, 1]


# ---------------------------------------------------------------- excess: against statsmodels


def test_poisson_model_equals_statsmodels_with_the_area_left_out():
    frame = county(60, overdispersed=False, seed=2)
    got = unexplained.excess(frame["events"], frame["population"], frame["score"])
    assert got.dispersion == 0 and got.model == "Poisson model, spline of deprivation"
    design = unexplained._basis(frame["score"].to_numpy(), 1e6)[0](frame["score"].to_numpy())
    for area in (0, 17, 59):
        others = np.arange(60) != area
        fit = sm.GLM(
            frame["events"].to_numpy()[others],
            design[others],
            family=sm.families.Poisson(),
            offset=np.log(frame["population"].to_numpy()[others]),
        ).fit()
        log_rate = design[area] @ fit.params
        expected = np.exp(log_rate) * frame["population"].iloc[area]
        assert got.table["expected"].iloc[area] == pytest.approx(expected, rel=1e-6)


def test_negative_binomial_equals_statsmodels():
    frame = county(150)
    y, offset = frame["events"].to_numpy(float), np.log(frame["population"].to_numpy(float))
    design = unexplained._basis(frame["score"].to_numpy(), y.sum())[0](frame["score"].to_numpy())
    dispersion, beta = unexplained._fit(y, offset, design)
    given = sm.GLM(y, design, family=sm.families.NegativeBinomial(alpha=dispersion), offset=offset).fit()
    assert design @ beta == pytest.approx(design @ given.params, abs=1e-5)
    joint = NegativeBinomial(y, design, offset=offset)
    best = joint.fit(start_params=np.append(beta, dispersion) * 1.05, disp=0, maxiter=500)
    assert dispersion == pytest.approx(best.params[-1], rel=1e-3)
    assert joint.loglike(np.append(beta, dispersion)) >= best.llf - 1e-6


def test_the_spline_is_straight_beyond_its_outer_knots():
    values = np.linspace(0, 100, 101)
    basis, words = unexplained._basis(values, 1000)
    assert words == "spline of deprivation"
    tail = basis(np.array([96.0, 97, 98, 99, 100]))
    assert np.diff(tail, 2, axis=0) == pytest.approx(0, abs=1e-12)
    assert np.abs(np.diff(basis(values)[:, 2], 2)).max() > 1e-5


# ---------------------------------------------------------------- excess: what it says


def test_double_the_rate_of_similarly_deprived_wards():
    frame = county(80, overdispersed=False)
    wards = frame.copy()
    ward = wards["score"].sub(wards["score"].median()).abs().idxmin()
    base = unexplained.excess(wards["events"], wards["population"], wards["score"]).table.loc[
        ward, "expected"
    ]
    wards.loc[ward, "events"] = round(2 * base)
    got = unexplained.excess(wards["events"], wards["population"], wards["score"]).table.loc[ward]
    assert got["ratio"] == pytest.approx(2, rel=0.1)
    assert got["lower_ci"] < 2 < got["upper_ci"] and got["verdict"] == unexplained.MORE and got["p"] < 0.01
    assert got["expected"] == pytest.approx(base, rel=2e-3), "the area itself is left out"


def test_areas_that_follow_the_law_are_rarely_called_unusual():
    for overdispersed in (False, True):
        frame = county(400, overdispersed=overdispersed, seed=3)
        verdict = unexplained.excess(frame["events"], frame["population"], frame["score"]).table["verdict"]
        assert (verdict != unexplained.AS_PREDICTED).mean() < 0.08
        assert len(verdict) == 400


def test_ratio_is_that_of_its_own_poisson_limits_where_the_model_is_certain():
    frame = county(1500, overdispersed=False)
    table = unexplained.excess(frame["events"], frame["population"], frame["score"]).table
    lower, upper = intervals.poisson_interval(frame["events"])
    busy = (frame["events"] >= 10).to_numpy()
    assert table["upper_ci"].to_numpy()[busy] == pytest.approx((upper / table["expected"])[busy], rel=0.02)
    assert table["lower_ci"].to_numpy()[busy] == pytest.approx((lower / table["expected"])[busy], rel=0.02)


def test_an_uncertain_expectation_widens_the_interval_both_ways():
    """Three areas, an overall rate from two others with 20 events: both limits carry its standard error."""
    got = unexplained.excess([10, 10, 10], [1000, 1000, 1000], [5, 5, 5]).table.iloc[0]
    lower, upper = intervals.poisson_interval([10])
    error = stats.norm.ppf(0.975) / np.sqrt(20)
    assert np.log(got["upper_ci"]) == pytest.approx(np.hypot(np.log(upper[0] / 10), error))
    assert np.log(got["lower_ci"]) == pytest.approx(-np.hypot(np.log(10 / lower[0]), error))


def test_curve_is_the_fitted_rate():
    frame = county(200, overdispersed=False)
    got = unexplained.excess(frame["events"], frame["population"], frame["score"], years=2)
    curve = got.curve
    assert curve["deprivation"].iloc[[0, -1]].tolist() == [frame["score"].min(), frame["score"].max()]
    overall = frame["events"].sum() / frame["population"].sum() / 2 * 1000
    assert curve["expected_rate"].min() < overall < curve["expected_rate"].max()
    assert (curve["lower_ci"] < curve["expected_rate"]).all()
    middle = curve.iloc[(curve["deprivation"] - 24).abs().argmin()]
    assert middle["expected_rate"] == pytest.approx(0.5 * 1000 * 0.004 * np.exp(0.05 * 24), rel=0.1)


@pytest.mark.parametrize(
    ("n", "events", "words"),
    [
        (30, 5, "spline of deprivation"),
        (15, 5, "straight line of deprivation"),
        (30, 1, "straight line of deprivation"),
        (5, 9, "overall rate only: too few areas, events or differences"),
    ],
)
def test_small_slices_fall_back_to_simpler_models(n, events, words):
    score = np.linspace(1, 60, n)
    got = unexplained.excess(np.full(n, events), np.full(n, 1500), score)
    assert got.model == f"Poisson model, {words}"
    assert got.table["ratio"].to_numpy() == pytest.approx(np.ones(n), rel=1e-6)


def test_overall_rate_is_that_of_the_others():
    got = unexplained.excess([4, 6, 8], [100, 100, 200], [9, 9, 9]).table
    assert got["expected"].tolist() == pytest.approx([100 * 14 / 300, 100 * 12 / 300, 200 * 10 / 200])


@pytest.mark.parametrize(
    ("events", "population", "score"),
    [
        ([], [], []),
        ([3], [100], [20]),
        ([0, 0, 0, 0], [9, 9, 9, 9], [1, 2, 3, 4]),
        ([np.nan] * 4, [9] * 4, [1] * 4),
    ],
)
def test_nothing_to_compare_with(events, population, score):
    got = unexplained.excess(events, population, score)
    assert got.table["ratio"].isna().all() and (got.table["verdict"] == rates.NOT_COMPARED).all()
    assert got.curve.empty and np.isnan(got.dispersion) and not got.model and got.reason


def test_all_events_in_one_area():
    events = np.zeros(30)
    events[7] = 60
    got = unexplained.excess(events, np.full(30, 1000), np.linspace(1, 50, 30)).table
    assert np.isnan(got["ratio"][7]) and got["verdict"][7] == rates.NOT_COMPARED
    others = got.drop(7)
    assert set(others["verdict"]) <= {unexplained.AS_PREDICTED, rates.NOT_COMPARED}
    assert others["ratio"].isin([0]).eq(others["verdict"] == unexplained.AS_PREDICTED).all()


def test_missing_areas_are_left_out_and_kept_in_place():
    frame = county(40).astype({"events": float, "score": float})
    frame.loc["E0003", "events"] = np.nan
    frame.loc["E0005", "population"] = 0
    frame.loc["E0007", "score"] = np.nan
    gaps = ["E0003", "E0005", "E0007"]
    got = unexplained.excess(frame["events"], frame["population"], frame["score"])
    whole = frame.drop(index=gaps)
    expected = unexplained.excess(whole["events"], whole["population"], whole["score"]).table["expected"]
    assert got.table.loc[gaps, "verdict"].tolist() == ["not compared"] * 3
    assert got.table["expected"].drop(gaps).to_numpy() == pytest.approx(expected.to_numpy())
    assert got.table.index.equals(frame.index)


def test_weighted_counts_are_refused():
    with pytest.raises(ValueError, match="whole counts"):
        unexplained.excess([1.5, 2, 3], [10, 10, 10], [1, 2, 3])
    with pytest.raises(ValueError, match="deprivation has 2 areas"):
        unexplained.excess([1, 2, 3], [10, 10, 10], [1, 2])


@settings(max_examples=40)
@given(hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 60)), st.data())
def test_excess_holds_on_any_slice(events, data):
    n = len(events)
    score = data.draw(hnp.arrays(np.float64, n, elements=st.sampled_from([1.0, 5, 5, 20, 40.5])))
    table = unexplained.excess(events, np.full(n, 800), score).table
    compared = table[table["verdict"] != rates.NOT_COMPARED]
    assert compared["p"].between(0, 1).all() and (compared["p"] > 0).all()
    assert (compared["lower_ci"] <= compared["ratio"]).all()
    assert (compared["ratio"] <= compared["upper_ci"]).all()
    order = data.draw(st.permutations(range(n)))
    moved = (
        unexplained.excess(events[order], np.full(n, 800), score[order]).table.set_axis(order).sort_index()
    )
    assert moved["expected"].to_numpy() == pytest.approx(table["expected"].to_numpy(), rel=1e-4, nan_ok=True)
