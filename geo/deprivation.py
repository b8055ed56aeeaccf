"""How deprived, and is it more than that explains?

Rates by decile or quintile of the Index of Multiple Deprivation, the slope and relative index of inequality,
the share of events in the most deprived areas, the 3×3 classes of a bivariate map, and each area against what
areas as deprived as it predict. No IO; numpy, pandas and scipy only.

Deciles and ranks are those of England as published: **1 is the most deprived**. Where a function wants a
score instead, it says so, and a higher score is more deprived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from geo import rates
from geo.concentration import ranked_classes

Floats = NDArray[np.float64]

CRIME_DOMAIN_CAUTION = (
    "The crime domain of the index is itself made from recorded crime, so it partly repeats what this map "
    "counts; prefer the overall index or another domain to explain crime."
)

MORE, AS_PREDICTED, LESS = (
    "more than similarly deprived areas",
    "as similarly deprived areas",
    "less than similarly deprived areas",
)
MIN_AREAS_CURVE, MIN_EVENTS_CURVE = 20, 50
MIN_AREAS_LINE, MIN_EVENTS_LINE = 8, 20
MIN_AREAS = 3
LEAVE_ONE_OUT_UP_TO = 1000
LEAST_EXPECTED, LARGEST_ERROR = 0.01, 2.0  # beyond, an expectation is too uncertain to compare with
LONGEST_STEP = 3.0  # of the fit, on the scale of log rates


# ---------------------------------------------------------------- gradient


def quintile(decile: ArrayLike | pd.Series) -> pd.Series:
    """Quintiles of deciles: 1 and 2 are 1 (most deprived), … 9 and 10 are 5; NA stays NA.

    Examples
    --------
    >>> quintile([1, 2, 3, 10]).tolist()
    [1, 1, 2, 5]
    """
    series = pd.Series(decile).astype("Int8")
    return (series + 1) // 2


def gradient(
    events: ArrayLike | pd.DataFrame,
    population: ArrayLike | pd.DataFrame,
    group: ArrayLike | pd.Series,
    *,
    groups: int = 10,
    squares: ArrayLike | pd.DataFrame | None = None,
    years: float = 1.0,
    confidence: float = 0.95,
    hide: bool = True,
) -> pd.DataFrame:
    """Rates by group of deprivation, over areas pooled within each group.

    Parameters
    ----------
    events, population : one value an area, or tables [area, age band]
        Vectors give crude rates per 1,000 (:func:`geo.rates.crude_rate`); tables of age bands give
        age-standardised rates per 100,000 (:func:`geo.rates.dsr`).
    group : array_like, one value an area
        Decile or quintile, 1 = most deprived; areas without one are left out.
    groups : int
        10 or 5: every group has a row, also one without areas.
    squares : table [group, age band], optional
        Σ f² of persons with f events each within a group (:func:`geo.rates.dsr`).
    years : float
        Length of the period in years.
    confidence : float
        Two-sided level.
    hide : bool
        Whether rates of too few events are left blank, as :mod:`geo.rates` does; :func:`slope_index` needs
        them all.

    Returns
    -------
    DataFrame
        Index ``group`` 1 … ``groups``; ``areas``, then the columns of the rate (``count, population, value,
        lower_ci, upper_ci, unreliable, note``) and ``share`` of all events of the areas that have a group.
    """
    labels = pd.Series(np.asarray(pd.Series(group).astype("Float64").fillna(0), dtype=int))
    if not labels.between(0, groups).all():
        raise ValueError(f"groups of deprivation run from 1 (most deprived) to {groups}")
    order = pd.RangeIndex(1, groups + 1, name="group")

    def pooled(values: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame(np.asarray(values, dtype=float))
        return frame.groupby(labels.to_numpy()).sum().reindex(order, fill_value=0)

    x, n = pooled(events), pooled(population)
    if x.shape[1] > 1:
        least = rates.HIDE_DSR_BELOW * hide
        repeated = None if squares is None else pd.DataFrame(np.asarray(squares), order, x.columns)
        table = rates.dsr(x, n, squares=repeated, years=years, confidence=confidence, hide_below=least)
    else:
        least = rates.HIDE_RATE_BELOW * hide
        table = rates.crude_rate(x[0], n[0], years=years, confidence=confidence, hide_below=least)
    table.insert(0, "areas", labels.value_counts().reindex(order, fill_value=0))
    total = table["count"].sum()
    table["share"] = table["count"] / (total if total > 0 else np.nan)
    return table


# ---------------------------------------------------------------- slope and relative index of inequality


def slope_index(
    table: pd.DataFrame, *, confidence: float = 0.95, repetitions: int = 10_000, seed: int = 1
) -> pd.Series:
    """Slope and relative index of inequality of a gradient, with simulated intervals.

    The method of PHE/OHID (``phe_sii`` for rates): groups in order of deprivation take the midpoint of
    their range in the cumulative population as rank *b* (0 = most deprived end, 1 = least), and the rates
    are regressed on *b* by least squares weighted by the population share. The slope index (SII) is the
    fitted rate at the most deprived end less that at the least deprived end, the relative index (RII)
    their ratio; both count a higher rate in deprived areas as positive inequality (PHE's multiplier −1).
    For the intervals each rate is drawn ``repetitions`` times from a log-normal law with standard error
    (ln upper − ln lower) / (2 × 1.96), and the regression repeated; a rate of 0 is drawn from half a
    normal law that reaches its upper limit as rarely.

    Parameters
    ----------
    table : DataFrame
        A :func:`gradient` with ``hide=False``: ``population, value, lower_ci, upper_ci`` (95% limits), most
        deprived first. Groups without population are left out.
    confidence : float
        Two-sided level of the result.
    repetitions, seed : int
        Of the simulation; the same seed gives the same limits.

    Returns
    -------
    Series
        ``sii, sii_lower, sii_upper`` in the unit of the rate, ``rii, rii_lower, rii_upper``, ``groups`` used.
        NaN with fewer than three groups; the relative index also where the fitted rate at the least deprived
        end is not above 0, which a straight line may give.

    Notes
    -----
    Low A, Low A (2004), Measuring the gap, *Journal of Public Health* 26, 388-395. A straight line is
    assumed: look at the gradient first.
    """
    used = table[(table["population"] > 0) & table["value"].notna()]
    names = ["sii", "sii_lower", "sii_upper", "rii", "rii_lower", "rii_upper"]
    if len(used) < MIN_AREAS:
        return pd.Series({**dict.fromkeys(names, np.nan), "groups": len(used)})
    share = used["population"].to_numpy(dtype=float) / used["population"].sum()
    rank = np.cumsum(share) - share / 2
    centred = rank - share @ rank
    to_slope = share * centred / (share @ centred**2)

    value, lower, upper = (used[name].to_numpy(dtype=float) for name in ("value", "lower_ci", "upper_ci"))
    z = stats.norm.ppf(0.975)
    positive = value > 0
    centre = np.log(np.where(positive, value, 1.0))
    floor = np.where(positive, np.maximum(lower, value / 1000), 1.0)
    spread = np.where(positive, np.log(upper / floor) / (2 * z), upper / z)
    normal = np.random.default_rng(seed).standard_normal((repetitions, len(used))) * spread
    drawn = np.where(positive, np.exp(centre + normal), np.abs(normal))

    def indices(y: Floats) -> tuple[Floats, Floats]:
        slope = y @ to_slope
        most = y @ share - slope * (share @ rank)
        least = most + slope
        return -slope, np.divide(most, least, out=np.full_like(most, np.nan), where=(least > 0) & (most > 0))

    (sii,), (rii,) = indices(value[None, :])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    sii_limits, rii_drawn = np.quantile(indices(drawn)[0], tails), indices(drawn)[1]
    # Draws whose line falls below 0 at the least deprived end have an unboundedly large ratio.
    rii_limits = np.quantile(np.where(np.isnan(rii_drawn), np.inf, rii_drawn), tails, method="nearest")
    found = [sii, *sii_limits, rii, *(rii_limits if np.isfinite(rii) else [np.nan, np.nan])]
    return pd.Series({**dict(zip(names, map(float, found), strict=True)), "groups": len(used)})


def share_in_most_deprived(
    events: ArrayLike,
    population: ArrayLike,
    decile: ArrayLike | pd.Series,
    deciles: Sequence[int] = (1, 2, 3),
    *,
    confidence: float = 0.95,
    told: Callable[[int], float | None] = float,
) -> pd.DataFrame:
    """Share of events in the most deprived 10%, 20%, 30% of England's areas.

    Parameters
    ----------
    events, population : array_like, one value an area
        Counts and residents; events of areas without a decile are left out.
    decile : array_like
        National decile, 1 = most deprived.
    deciles : sequence of int
        The last decile of each row; 3 means deciles 1 to 3, the most deprived 30%.
    confidence : float
        Two-sided level of the Wilson interval.
    told : callable
        A sum of events to what may be told of it, None where nothing may.

    Returns
    -------
    DataFrame
        Index ``most_deprived`` ("10%", …); ``areas, events, share, lower_ci, upper_ci`` and
        ``population_share``: what the share would be at equal rates. All of them rest on the sums as told.
    """
    x, n = (np.nan_to_num(np.asarray(values, dtype=np.float64)) for values in (events, population))
    d = np.asarray(pd.Series(decile).astype("Float64"), dtype=np.float64)
    inside = d <= np.asarray(deciles)[:, None]
    sums = [told(int(x[part].sum())) for part in (~np.isnan(d), *inside)]
    whole, *parts = (np.nan if known is None else float(known) for known in sums)
    residents = n[~np.isnan(d)].sum()
    share = rates.wilson(np.minimum(parts, whole), np.full(len(parts), whole), confidence)
    table = {
        "areas": inside.sum(axis=1),
        "events": parts,
        "share": share["value"].to_numpy(),
        "lower_ci": share["lower_ci"].to_numpy(),
        "upper_ci": share["upper_ci"].to_numpy(),
        "population_share": inside @ n / (residents if residents > 0 else np.nan),
    }
    names = [f"{last * 10}%" for last in deciles]
    return pd.DataFrame(table, index=pd.Index(names, name="most_deprived"))


def bivariate_classes(
    measure: ArrayLike | pd.Series, deprivation_rank: ArrayLike | pd.Series
) -> pd.DataFrame:
    """Thirds of a measure against thirds of deprivation, for a map in 3×3 colours.

    Parameters
    ----------
    measure : array_like, one value an area
        Count or rate; NaN has no class.
    deprivation_rank : array_like
        National rank or decile, 1 = most deprived; the thirds are those of the areas given.

    Returns
    -------
    DataFrame
        ``measure_class`` and ``deprivation_class`` (Int8, 3 = highest measure, most deprived), ``class``
        (Int8 from 1 = low and least deprived to 9 = high and most deprived: 3·(deprivation − 1) + measure)
        and ``label`` in words. NA where either is missing. Equal values share a class.
    """
    index = measure.index if isinstance(measure, pd.Series) else None
    high = ranked_classes(np.asarray(measure, dtype=np.float64), 3)["class"]
    rank = np.asarray(pd.Series(deprivation_rank).astype("Float64"), dtype=np.float64)
    deprived = ranked_classes(-rank, 3)["class"]
    words = {1: "low", 2: "middle", 3: "high"}, {1: "least deprived", 2: "middle", 3: "most deprived"}
    both = high.notna() & deprived.notna()
    label = high.map(words[0]).astype(object) + ", " + deprived.map(words[1]).astype(object) + " third"
    table = pd.DataFrame(
        {
            "measure_class": high,
            "deprivation_class": deprived,
            "class": 3 * (deprived - 1) + high,
            "label": label.where(both, None),
        }
    )
    return table if index is None else table.set_axis(index, axis=0)


# ---------------------------------------------------------------- excess over similarly deprived areas


@dataclass(frozen=True)
class Excess:
    """Each area against what its deprivation predicts.

    Attributes
    ----------
    table : DataFrame on the index of areas
        ``count, expected, ratio, lower_ci, upper_ci, p, verdict``.
    model : str
        Which model gave the expectation, in words.
    dispersion : float
        α of the negative-binomial law (variance μ + αμ²); 0 is Poisson, NaN without a model.
    curve : DataFrame
        ``deprivation, expected_rate, lower_ci, upper_ci``: the fitted rate per 1,000 and year along the scale
        of deprivation, to draw; empty without a model.
    """

    table: pd.DataFrame
    model: str
    dispersion: float
    curve: pd.DataFrame


def excess(
    events: ArrayLike | pd.Series,
    population: ArrayLike | pd.Series,
    deprivation: ArrayLike | pd.Series,
    *,
    years: float = 1.0,
    confidence: float = 0.95,
) -> Excess:
    """Each area's events over those of similarly deprived areas.

    A log-linear model of counts with the resident population as offset and deprivation as a restricted
    cubic spline (four knots at the 5th, 35th, 65th and 95th percentile). Where counts vary more than
    Poisson's law allows, it is negative-binomial with its dispersion estimated by maximum likelihood. The
    expectation of an area comes from all the *other* areas (up to 1,000 areas; beyond, one area no longer
    matters). With fewer than 20 areas or 50 events the spline gives way to a straight line, with fewer
    than 8 areas or 20 events to the overall rate.

    Parameters
    ----------
    events, population : array_like, one value an area
        Whole counts of the period, and residents. NaN, or no residents, leave an area out.
    deprivation : array_like
        Score of deprivation, **higher = more deprived** (a population-weighted mean for wards); a rank or
        decile can be given with its sign reversed.
    years : float
        Length of the period in years (only the curve's unit depends on it).
    confidence : float
        Two-sided level.

    Returns
    -------
    Excess
        ``ratio`` = count / expected; its limits combine the count's exact or Byar's interval with the
        uncertainty of the expectation (Zou and Donner's MOVER), so "double the rate of similarly deprived
        wards" can be read off with its interval. ``p`` is two-sided, from the law of counts *among* similarly
        deprived areas, and so is ``verdict`` (more, as, or less at that level): an area is called more only
        where it exceeds the spread that such areas show anyway. NaN and "not compared" with fewer than three
        areas, without events elsewhere, and where less than 0.01 events are expected or the expectation is
        uncertain by more than a factor of 50.

    Raises
    ------
    ValueError
        If a count is not whole (weighted counts have no such law).

    Notes
    -----
    McCullagh P, Nelder JA (1989), *Generalized linear models*; Harrell FE (2015), *Regression modeling
    strategies* (knots); Zou GY, Donner A (2008), *Statistics in Medicine* 27, 1693-1702 (limits of a ratio).
    """
    index, (x, n) = rates.vectors(events, population)
    score = np.asarray(pd.Series(deprivation).astype("Float64"), dtype=np.float64)
    if len(score) != len(x):
        raise ValueError(f"deprivation has {len(score)} areas and the counts {len(x)}")
    used = np.isfinite(x) & (n > 0) & np.isfinite(score)
    y, offset = x[used], np.log(n[used])
    if (y != np.round(y)).any():
        raise ValueError("the excess over similarly deprived areas needs whole counts, not weighted ones")

    if used.sum() < MIN_AREAS or y.sum() == 0:
        nothing = np.full(len(x), np.nan)
        table = _excess_table(index, x, nothing, nothing, dispersion=0.0, confidence=confidence)
        curve = pd.DataFrame(columns=["deprivation", "expected_rate", "lower_ci", "upper_ci"], dtype=float)
        return Excess(table, "too few areas or events for a model", np.nan, curve)

    basis, words = _basis(score[used], y.sum())
    design = basis(score[used])
    dispersion, beta = _fit(y, offset, design)
    expected, error = np.full(len(x), np.nan), np.full(len(x), np.nan)
    expected[used], error[used] = _expected_of_others(y, offset, design, beta, dispersion)
    table = _excess_table(index, x, expected, error, dispersion=dispersion, confidence=confidence)
    law = "negative-binomial" if dispersion > 0 else "Poisson"
    covariance = _covariance(offset, design, beta, dispersion)
    curve = _curve(basis, score[used], beta, covariance, years=years, confidence=confidence)
    return Excess(table, f"{law} model, {words}", dispersion, curve)


class _Basis:
    """Columns of the design: a constant, a straight line, or a restricted cubic spline of deprivation."""

    def __init__(self, values: Floats, knots: Floats | None) -> None:
        self.centre, self.scale = values.mean(), max(float(np.ptp(values)), 1e-12)
        self.knots = knots if knots is None else self._scaled(knots)
        self.flat = bool(np.ptp(values) == 0)

    def _scaled(self, values: Floats) -> Floats:
        return (values - self.centre) / self.scale

    def __call__(self, values: Floats) -> Floats:
        u = self._scaled(values)
        columns = [np.ones_like(u)] if self.flat else [np.ones_like(u), u]
        if self.knots is not None:
            t = self.knots

            def cube(knot: float) -> Floats:
                return np.maximum(u - knot, 0.0) ** 3

            for knot in t[:-2]:
                columns.append(
                    cube(knot)
                    - cube(t[-2]) * (t[-1] - knot) / (t[-1] - t[-2])
                    + cube(t[-1]) * (t[-2] - knot) / (t[-1] - t[-2])
                )
        return np.column_stack(columns)


def _basis(values: Floats, events: float) -> tuple[_Basis, str]:
    """The richest form of deprivation that this many areas and events bear, and its name."""
    knots = np.quantile(values, [0.05, 0.35, 0.65, 0.95])
    if len(values) >= MIN_AREAS_CURVE and events >= MIN_EVENTS_CURVE and (np.diff(knots) > 0).all():
        return _Basis(values, knots), "spline of deprivation"
    if len(values) >= MIN_AREAS_LINE and events >= MIN_EVENTS_LINE and np.ptp(values) > 0:
        return _Basis(values, None), "straight line of deprivation"
    return _Basis(np.zeros_like(values), None), "overall rate only: too few areas, events or differences"


def _weights(offset: Floats, design: Floats, beta: Floats, dispersion: float) -> tuple[Floats, Floats]:
    """Means, and the working weights of the log link."""
    mean = np.exp(np.clip(offset + design @ beta, -30, 30))
    return mean, mean / (1 + dispersion * mean)


def _covariance(offset: Floats, design: Floats, beta: Floats, dispersion: float) -> Floats:
    """Covariance of the coefficients."""
    weight = _weights(offset, design, beta, dispersion)[1]
    information = design.T @ (weight[:, None] * design)
    return np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)


def _regress(y: Floats, offset: Floats, design: Floats, beta: Floats, dispersion: float) -> Floats:
    """Coefficients of given dispersion, by iteratively reweighted least squares from ``beta``."""
    for _ in range(50):
        mean, weight = _weights(offset, design, beta, dispersion)
        step = _covariance(offset, design, beta, dispersion) @ (design.T @ (weight * (y - mean) / mean))
        change = np.abs(design @ step).max()
        beta = beta + step * min(1.0, LONGEST_STEP / max(change, 1e-300))
        if change < 1e-10:
            break
    return beta


def _fit(y: Floats, offset: Floats, design: Floats) -> tuple[float, Floats]:
    """Dispersion and coefficients of highest likelihood; dispersion 0 where the counts ask for none."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(y.sum()) - special.logsumexp(offset)
    beta = _regress(y, offset, design, beta, 0.0)
    mean = _weights(offset, design, beta, 0.0)[0]
    if ((y - mean) ** 2 - y).sum() <= 0:
        return 0.0, beta
    dispersion = 0.0
    for _ in range(50):
        mean = _weights(offset, design, beta, dispersion)[0]

        def unlikelihood(log_dispersion: float, mean: Floats = mean) -> float:
            size = np.exp(-log_dispersion)
            return -float(stats.nbinom.logpmf(y, size, size / (size + mean)).sum())

        best = optimize.minimize_scalar(
            unlikelihood, bounds=(-15, 5), method="bounded", options={"xatol": 1e-9}
        )
        previous, dispersion = dispersion, float(np.exp(best.x))
        beta = _regress(y, offset, design, beta, dispersion)
        if abs(dispersion - previous) < 1e-9 * max(dispersion, 1e-3):
            break
    return dispersion, beta


def _expected_of_others(
    y: Floats, offset: Floats, design: Floats, beta: Floats, dispersion: float
) -> tuple[Floats, Floats]:
    """What all other areas predict of each, and the standard error of its logarithm."""
    if len(y) > LEAVE_ONE_OUT_UP_TO:
        covariance = _covariance(offset, design, beta, dispersion)
        mean = _weights(offset, design, beta, dispersion)[0]
        return mean, np.sqrt(np.einsum("ip,pq,iq->i", design, covariance, design))
    others = 1.0 - np.eye(len(y))
    betas = np.tile(beta, (len(y), 1))
    for _ in range(25):
        mean = np.exp(np.clip(offset + betas @ design.T, -30, 30))
        weight = others * mean / (1 + dispersion * mean)
        information = np.einsum("ij,jp,jq->ipq", weight, design, design)
        score = (weight * (y - mean) / mean) @ design
        covariance = np.linalg.pinv(information, hermitian=True)
        step = np.einsum("ipq,iq->ip", covariance, score)
        change = np.abs(step @ design.T).max(axis=1)
        betas = betas + step * np.minimum(1.0, LONGEST_STEP / np.maximum(change, 1e-300))[:, None]
        if change.max() < 1e-8:
            break
    expected = np.exp(np.clip(offset + (betas * design).sum(axis=1), -30, 30))
    return expected, np.sqrt(np.einsum("ip,ipq,iq->i", design, covariance, design))


def _excess_table(
    index: pd.Index, x: Floats, expected: Floats, error: Floats, *, dispersion: float, confidence: float
) -> pd.DataFrame:
    """Ratios, their limits, and how surprising the counts are."""
    z = stats.norm.ppf(0.5 + confidence / 2)
    lower, upper = rates.poisson_interval(x, confidence)
    known = (expected >= LEAST_EXPECTED) & (error <= LARGEST_ERROR)
    expected, error = np.where(known, expected, np.nan), np.where(known, error, np.nan)
    at_least_one = np.maximum(x, 1.0)
    down = np.hypot(np.log(at_least_one / np.where(x > 0, lower, 1.0)), z * error)
    up = np.hypot(np.log(upper / np.where(x > 0, x, upper)), z * error)
    ratio = x / expected
    if dispersion > 0:
        law = stats.nbinom(1 / dispersion, 1 / (1 + dispersion * expected))
    else:
        law = stats.poisson(expected)
    p = np.minimum(1.0, 2 * np.minimum(law.cdf(x), law.sf(x - 1)))
    surprising = p <= 1 - confidence
    verdict = np.select(
        [np.isnan(ratio), surprising & (ratio > 1), surprising],
        [rates.NOT_COMPARED, MORE, LESS],
        AS_PREDICTED,
    )
    table = {
        "count": x,
        "expected": expected,
        "ratio": ratio,
        "lower_ci": np.where(x > 0, ratio * np.exp(-down), ratio * 0.0),
        "upper_ci": np.where(x > 0, ratio, upper / expected) * np.exp(up),
        "p": np.where(np.isnan(ratio), np.nan, p),
        "verdict": pd.Series(verdict, index=index, dtype="str"),
    }
    return pd.DataFrame(table, index=index)


def _curve(
    basis: _Basis, values: Floats, beta: Floats, covariance: Floats, *, years: float, confidence: float
) -> pd.DataFrame:
    """The fitted rate per 1,000 and year at 50 points along the scale of deprivation."""
    points = np.linspace(values.min(), values.max(), 50)
    design = basis(points)
    z = stats.norm.ppf(0.5 + confidence / 2)
    error = np.sqrt(np.einsum("ip,pq,iq->i", design, covariance, design))
    rate = np.exp(np.clip(design @ beta, -30, 30)) * 1000 / years
    factor = np.exp(z * np.where(error <= LARGEST_ERROR, error, np.nan))
    columns = {"expected_rate": rate, "lower_ci": rate / factor, "upper_ci": rate * factor}
    return pd.DataFrame({"deprivation": points, **columns})
