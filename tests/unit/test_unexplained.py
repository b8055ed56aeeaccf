"""Is the p of the excess what it claims, with few areas and with many?"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from geo.answer.disclosure import Gate
from geo.stats import rates, spread, unexplained
from geo.stats.as_seen import AsSeen
from geo.stats.unexplained import excess, flagged_by_chance


def wards(n: int, seed: int = 1) -> pd.DataFrame:
    """Wards of unlike size and deprivation, and what their deprivation alone predicts."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"population": rng.uniform(4_000, 14_000, n), "score": rng.uniform(3, 60, n)})
    return frame.assign(mean=0.01 * frame["population"] * np.exp(0.035 * frame["score"]))


def drawn(
    frame: pd.DataFrame,
    rng: np.random.Generator,
    dispersion: float,
    rate: float = 1.0,
    law: str = "gamma",
) -> np.ndarray:
    """Counts that follow the law, with nothing in any ward."""
    factor = rng.gamma(1 / dispersion, dispersion, len(frame))
    if law == "log-normal":
        variance = np.log1p(dispersion)
        factor = rng.lognormal(-variance / 2, np.sqrt(variance), len(frame))
    return rng.poisson(rate * frame["mean"] * factor)


def q_of(frame: pd.DataFrame, events: np.ndarray) -> np.ndarray:
    """P corrected for the number of areas, by statsmodels."""
    table = unexplained.excess(events, frame["population"], frame["score"]).table
    return multipletests(table["p"].dropna(), method="fdr_bh")[1]


# ---------------------------------------------------------------- how often it speaks of nothing


@pytest.mark.parametrize(
    ("areas", "dispersion", "rate", "law", "runs"),
    [
        (8, 0.2, 1.0, "gamma", 60),
        (20, 0.1, 1.0, "gamma", 100),
        (20, 0.3, 0.05, "gamma", 60),
        (30, 0.3, 1.0, "log-normal", 80),
        (80, 0.1, 1.0, "gamma", 40),
        (80, 0.3, 1.0, "log-normal", 60),
    ],
)
def test_with_nothing_there_an_area_is_seldom_called(areas, dispersion, rate, law, runs):
    """At most 6% of runs have a false area after correction; the limit is what 6% exceeds 1 time in 1,000."""
    rng, frame = np.random.default_rng(areas), wards(areas)
    false = sum((q_of(frame, drawn(frame, rng, dispersion, rate, law)) <= 0.05).any() for _ in range(runs))
    assert false <= stats.binom.ppf(0.999, runs, 0.06)


def test_with_nothing_there_p_is_as_small_as_it_says():
    rng, frame, p = np.random.default_rng(4), wards(400), []
    for _ in range(10):
        table = unexplained.excess(drawn(frame, rng, 0.2), frame["population"], frame["score"]).table
        p.extend(table["p"])
    assert len(p) == 4000
    for level in (0.05, 0.01):  # areas of one run know each other's law, so that they vary as if fewer
        assert np.mean(np.array(p) <= level) == pytest.approx(level, abs=4.5 * np.sqrt(level / len(p)))


@pytest.mark.parametrize("law", ["gamma", "log-normal"])
def test_of_very_many_areas_the_law_is_found(law: str):
    rng, frame = np.random.default_rng(6), wards(3_000)
    events = drawn(frame, rng, 0.25, law=law)
    events[17] = 12 * frame["mean"][17]
    p = unexplained.excess(events, frame["population"], frame["score"]).table["p"]
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.flatnonzero(multipletests(p, method="fdr_bh")[1] <= 0.05).tolist() == [17]


def test_what_is_there_is_found():
    rng, frame, found = np.random.default_rng(5), wards(80), 0
    for ward in range(12):
        events = drawn(frame, rng, 0.1)
        events[ward] = 4 * frame["mean"][ward]
        found += q_of(frame, events)[ward] <= 0.05
    assert found >= 7


# ---------------------------------------------------------------- against other ways to the same p


def by_steps(y: np.ndarray, mean: np.ndarray, sigma: float, function) -> np.ndarray:
    """A function of Poisson's law where the logarithm of the mean is normal, by 1,601 steps."""
    steps = np.linspace(-8, 8, 1601)[:, None]
    weight = stats.norm.pdf(steps) / stats.norm.pdf(steps).sum()
    return (weight * function(y, mean * np.exp(sigma * steps))).sum(axis=0)


def predictive(frame: pd.DataFrame, events: np.ndarray, area: int) -> float:
    """P of one area from all others by statsmodels, each law and spread weighted by what they say of it."""
    others, one = np.arange(len(frame)) != area, events[[area]]
    score, offset = frame["score"].to_numpy(), np.log(frame["population"].to_numpy())
    design = unexplained._basis(score, events.sum())[0](score)
    weight, tails = [], []
    steps = np.linspace(-5, 5, 201)
    normal = stats.norm.pdf(steps) / stats.norm.pdf(steps).sum()
    for deviation in np.linspace(0.01, 1.6, 100):
        alpha = deviation**2
        family = sm.families.NegativeBinomial(alpha=alpha)
        fit = sm.GLM(events[others], design[others], family=family, offset=offset[others]).fit()
        covariance = fit.cov_params()
        flat = np.linalg.slogdet(covariance)[1] / 2
        error = np.sqrt(design[area] @ covariance @ design[area])
        mean = np.exp(offset[area] + design[area] @ fit.params + steps * error)
        law = stats.nbinom(1 / alpha, 1 / (1 + alpha * mean))
        weight.append(fit.llf + flat)
        tails.append([normal @ law.cdf(one[0]), normal @ law.sf(one[0] - 1)])
        sigma, lower = np.sqrt(np.log1p(alpha)), 1 / np.sqrt(1 + alpha)  # the median over the mean
        each = by_steps(events[others], fit.fittedvalues * lower, sigma, stats.poisson.pmf)
        weight.append(np.log(each).sum() + flat)
        middle, both = mean[[100]] * lower, np.hypot(sigma, error)
        tails.append(
            [
                by_steps(one, middle, both, stats.poisson.cdf)[0],
                by_steps(one - 1, middle, both, stats.poisson.sf)[0],
            ]
        )
    return min(1.0, 2 * (special.softmax(weight) @ np.array(tails)).min())


@pytest.mark.parametrize("mean", [0.3, 4.0, 90.0, 3_000.0])
@pytest.mark.parametrize("alpha", [0.01, 0.2, 1.5])
def test_the_log_normal_law_is_the_sum_over_its_means(mean: float, alpha: float):
    sigma, error = np.sqrt(np.log1p(alpha)), 0.2
    y = np.unique(np.round(mean * np.exp(np.linspace(-2.5, 2.5, 7) * sigma)))
    means = np.full(len(y), mean)
    pmf = by_steps(y, means / np.sqrt(1 + alpha), sigma, stats.poisson.pmf)
    np.testing.assert_allclose(np.exp(spread.LOG_NORMAL.log_probability(y, means, alpha)), pmf, rtol=2e-3)
    errors = np.full((1, len(y)), error)
    lower, upper = spread.LOG_NORMAL.tails(y, means, errors, np.array([[alpha]]), np.ones_like(errors))
    middle, both = means / np.sqrt(1 + alpha), np.hypot(sigma, error)
    np.testing.assert_allclose(lower, by_steps(y, middle, both, stats.poisson.cdf), rtol=2e-3)
    np.testing.assert_allclose(upper, by_steps(y - 1, middle, both, stats.poisson.sf), rtol=2e-3)


@pytest.mark.parametrize(("areas", "rate"), [(20, 1.0), (30, 0.1)])
def test_p_is_that_of_the_other_areas_fitted_again(areas: int, rate: float):
    frame = wards(areas)
    events = drawn(frame, np.random.default_rng(2), 0.15, rate)
    events[3] = 2.5 * rate * frame["mean"][3]
    table = unexplained.excess(events, frame["population"], frame["score"]).table
    for area in (3, int(table["p"].drop(3).idxmin()), 7):
        assert table["p"][area] == pytest.approx(predictive(frame, events, area), rel=0.12)


@pytest.mark.parametrize("areas", [9, 20, 60])
def test_of_large_counts_p_is_students(areas: int):
    """Where only the spread between areas counts, p is that of the residual against all others.

    As every spread is as likely beforehand, a degree of freedom less is left than without that.
    """
    frame = wards(areas).assign(population=5e8)
    noise = np.random.default_rng(3).normal(0, 0.05, areas)
    noise[4] += 0.15
    rate = np.exp(-4 + 0.03 * frame["score"] + noise)
    events = np.round(frame["population"] * rate)
    table = unexplained.excess(events, frame["population"], frame["score"]).table
    design = unexplained._basis(frame["score"].to_numpy(), 1e9)[0](frame["score"].to_numpy())
    t = sm.OLS(np.log(rate), design).fit().get_influence().resid_studentized_external
    free = areas - design.shape[1] - 2
    p = 2 * stats.t.sf(np.abs(t) * np.sqrt(free / (free + 1)), free)
    np.testing.assert_allclose(np.log(table["p"]), np.log(p), atol=0.35)
    assert np.median(np.abs(np.log(table["p"] / p))) < 0.08


# ---------------------------------------------------------------- where it cannot be told


@pytest.mark.parametrize(
    ("areas", "each", "reason"),
    [
        (7, 30, "fewer than 8 areas can be compared"),
        (2, 30, "fewer than 8 areas can be compared"),
        (19, 1, "there are fewer than 20 events"),
    ],
)
def test_with_too_little_there_is_no_verdict(areas: int, each: int, reason: str):
    found = unexplained.excess([each] * areas, [900] * areas, range(areas))
    assert found.reason == reason
    assert found.table["p"].isna().all() and (found.table["verdict"] == rates.NOT_COMPARED).all()
    assert found.table["ratio"].notna().all() == (areas > 2)


def test_with_just_enough_there_is_one():
    found = unexplained.excess([3] * 8, [900] * 8, range(8))
    assert not found.reason and (found.table["verdict"] == unexplained.AS_PREDICTED).all()


# ---------------------------------------------------------------- by chance alone


@pytest.mark.parametrize("mean", [1.5, 5.0])
def test_by_chance_are_as_many_as_the_predictive_p_of_every_count_says(mean: float) -> None:
    """Each area given every count there may be, the others staying: its own p says which are surprising."""
    rng, n = np.random.default_rng(7), 24
    people, deprivation = np.full(n, 1500.0), np.linspace(0, 1, n)
    events = rng.poisson(rng.gamma(4, mean / 4, n)).astype(float)
    found = excess(events, people, deprivation)
    expected = 0.0
    for at in range(0, n, 6):
        least = most = 0.0
        for count in range(int(6 * mean) + 12):
            with_it = events.copy()
            with_it[at] = count
            row = excess(with_it, people, deprivation).table.iloc[at]
            if row["p"] <= 0.05 and count < row["expected"]:
                least = max(least, row["p"] / 2)
            if row["p"] <= 0.05 and count > row["expected"] and count >= 3:
                most = max(most, row["p"] / 2)
                break
        expected += (least + most) * 6
    got = flagged_by_chance(found.table, found.dispersion)
    assert got == pytest.approx(expected, abs=0.25)
    assert got < 0.05 * n


def test_by_chance_of_protected_counts_is_what_draws_of_them_flag() -> None:
    """Counts drawn from the law, suppressed and rounded, and judged among all draws that are seen."""
    rng, mean, size = np.random.default_rng(3), np.array([4.0, 12.0, 30.0, 90.0]), 1 / 0.3
    got = flagged_by_chance(pd.DataFrame({"expected": mean, "p": 0.5}), 0.3, seen=AsSeen(10, 5))
    expected = 0.0
    for one in mean:
        drawn = rng.poisson(rng.gamma(size, one / size, 200_000))
        shown = Gate("controlled").counts(drawn).to_numpy(float, na_value=np.nan)
        values, number = np.unique(shown[~np.isnan(shown)], return_counts=True)
        share = number / number.sum()
        lower, upper = np.cumsum(share), np.cumsum(share[::-1])[::-1]
        expected += share[2 * np.where(values > one, upper, lower) <= 0.05].sum()
    assert got == pytest.approx(expected, rel=0.1)
    assert got < 0.05 * len(mean)


@pytest.mark.parametrize(("n", "mean"), [(150, 2.0), (150, 6.0)])
def test_protected_counts_are_not_surprising_for_being_seen(n: int, mean: float) -> None:
    """Areas that do not differ, drawn, suppressed and rounded: one in twenty of those seen at most."""
    rng, gate, deprivation = np.random.default_rng(1), Gate("controlled"), np.linspace(-1, 1, n)
    people, worlds, flagged, judged, naive = rng.uniform(1200, 2000, n), 8, 0, 0, 0
    around = mean * people / people.mean() * np.exp(0.5 * deprivation)
    for _ in range(worlds):
        counts = rng.poisson(around * rng.gamma(1 / 0.15, 0.15, n))
        shown = gate.counts(counts).to_numpy(float, na_value=np.nan)
        known = ~np.isnan(shown)
        filled = np.where(known, shown, 4.0)
        p, as_if = (
            excess(filled, people, deprivation, seen=seen).table["p"].to_numpy(float)[known]
            for seen in (AsSeen(10, 5), AsSeen())
        )
        flagged, naive, judged = flagged + (p <= 0.05).sum(), naive + (as_if <= 0.05).sum(), judged + len(p)
    assert flagged <= 0.05 * judged + 3 * (0.05 * judged) ** 0.5
    assert naive > 1.6 * 0.05 * judged


@pytest.mark.parametrize("law", spread.LAWS)
def test_tails_read_between_expectations_are_those_worked_out(law: spread.Law) -> None:
    rng = np.random.default_rng(5)
    expected = rng.gamma(2, 6, 3000)
    counts = rng.poisson(expected * rng.gamma(1.5, 1 / 1.5, 3000)).astype(float)

    def tails(count: np.ndarray, mean: np.ndarray) -> np.ndarray:
        none = np.zeros((1, len(count)))
        return np.stack(law.tails(count, mean, none, np.array([[0.6]]), none + 1))

    found = np.stack(spread.between_nodes(tails, counts, expected))
    assert np.bincount(counts.astype(int)).max() > spread.EXPECTATIONS
    np.testing.assert_allclose(found, tails(counts, expected), rtol=1e-4)
