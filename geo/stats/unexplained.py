"""Where is there more than deprivation explains?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas.api.extensions import ExtensionArray
from scipy import special

from geo.stats import intervals, rates, spread, vectors
from geo.stats.as_seen import AsSeen
from geo.stats.vectors import Floats

MORE, AS_PREDICTED, LESS = (
    "more than similarly deprived areas",
    "as similarly deprived areas",
    "less than similarly deprived areas",
)


MIN_AREAS_CURVE, MIN_EVENTS_CURVE = 20, 50


MIN_AREAS_LINE, MIN_EVENTS_LINE = 8, 20
"""With less, nothing can be said of how areas of like deprivation differ: no p, and no verdict."""


MIN_AREAS = 3
LEAVE_ONE_OUT_UP_TO = 1000  # areas; of as many the law is found where there are more
SPREADS, SMALLEST_SPREAD = 15, 1e-3
"""How many spreads between areas a predictive law is summed over, and the least of them."""
WHOLE = AsSeen()
MOST = 60  # areas that stand for all where chance is added up, evenly in their order
NEGLIGIBLE = 1e-5  # share of a spread that need not be looked at


LEAST_EXPECTED, LARGEST_ERROR = 0.01, 2.0  # beyond, an expectation is too uncertain to compare with


LONGEST_STEP = 3.0  # of the fit, on the scale of log rates
NEAR = 1.0  # of the logarithms of two laws' likeliest dispersions


@dataclass(frozen=True)
class Excess:
    """Each area against what its deprivation predicts.

    Attributes
    ----------
    table : DataFrame on the index of areas
        ``count, expected, ratio, lower_ci, upper_ci, p, verdict``.
    model : str
        Which model gave the expectation, in words; "" without one.
    dispersion : float
        α of the negative-binomial law (variance μ + αμ²) of highest likelihood; 0 is Poisson, NaN without a
        model.
    curve : DataFrame
        ``deprivation, expected_rate, lower_ci, upper_ci``: the fitted rate per 1,000 and year along the scale
        of deprivation, to draw; empty without a model.
    reason : str
        Why there is no verdict, "fewer than 8 areas can be compared"; "" where there is one.
    """

    table: pd.DataFrame
    model: str
    dispersion: float
    curve: pd.DataFrame
    reason: str = ""


def excess(
    events: ArrayLike | pd.Series,
    population: ArrayLike | pd.Series,
    deprivation: ArrayLike | pd.Series,
    *,
    years: float = 1.0,
    confidence: float = 0.95,
    seen: AsSeen = WHOLE,
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
    seen : AsSeen
        Where counts are suppressed and rounded: p is then that among counts that can be seen; that of a
        suppressed one means nothing.

    Returns
    -------
    Excess
        ``ratio`` = count / expected; its limits combine the count's exact or Byar's interval with the
        uncertainty of the expectation (Zou and Donner's MOVER), so "double the rate of similarly deprived
        wards" can be read off with its interval. ``p`` is two-sided and predictive: from the law of counts
        *among* similarly deprived areas, summed over what the other areas leave open about the expectation,
        the spread and its law (up to 1,000 areas; beyond, the likelier law is taken as fitted). ``verdict``
        is :func:`verdicts` of it: an area is called more only where it exceeds the spread that such areas
        show anyway. No p and "not compared" with fewer than eight areas or 20 events, without events
        elsewhere, and where less than 0.01 events are expected or the expectation is uncertain by more than
        a factor of 50; no ratio either with fewer than three areas.

    Raises
    ------
    ValueError
        If a count is not whole (weighted counts have no such law).

    Notes
    -----
    McCullagh P, Nelder JA (1989), *Generalized linear models*; Harrell FE (2015), *Regression modeling
    strategies* (knots); Zou GY, Donner A (2008), *Statistics in Medicine* 27, 1693-1702 (limits of a ratio).
    """
    index, (x, n) = vectors.vectors(events, population)
    score = np.asarray(pd.Series(deprivation).astype("Float64"), dtype=np.float64)
    if len(score) != len(x):
        raise ValueError(f"deprivation has {len(score)} areas and the counts {len(x)}")
    used = np.isfinite(x) & (n > 0) & np.isfinite(score)
    y, offset = x[used], np.log(n[used])
    if (y != np.round(y)).any():
        raise ValueError("the excess over similarly deprived areas needs whole counts, not weighted ones")

    if used.sum() < MIN_AREAS or y.sum() == 0:
        nothing = np.full(len(x), np.nan)
        table = _excess_table(index, x, nothing, nothing, nothing, confidence=confidence)
        curve = pd.DataFrame(columns=["deprivation", "expected_rate", "lower_ci", "upper_ci"], dtype=float)
        return Excess(table, "", np.nan, curve, _too_few(len(y)))

    basis, words = _basis(score[used], y.sum())
    design = basis(score[used])
    dispersion, beta = _fit(y, offset, design)
    expected, error, p = np.full((3, len(x)), np.nan)
    expected[used], error[used] = _expected_of_others(y, offset, design, beta, dispersion)
    reason = ""
    if len(y) < MIN_AREAS_LINE or y.sum() < MIN_EVENTS_LINE:
        reason = _too_few(len(y))
    elif len(y) <= LEAVE_ONE_OUT_UP_TO:
        at = seen.point(y, expected[used])
        tails = _predictive_tails(at, y, offset, design, expected[used], beta=beta, dispersion=dispersion)
        p[used] = seen.p(y, expected[used], tails, _law(expected[used], dispersion))
    else:
        tails = _fitted_tails(seen.point(y, expected[used]), y, expected[used])
        p[used] = seen.p(y, expected[used], tails, _law(expected[used], dispersion))
    table = _excess_table(index, x, expected, error, p, confidence=confidence)
    law = "negative-binomial" if dispersion > 0 else "Poisson"
    covariance = _covariance(design, _weights(offset, design, beta, dispersion)[1])
    curve = _curve(basis, score[used], beta, covariance, years=years, confidence=confidence)
    return Excess(table, f"{law} model, {words}", dispersion, curve, reason)


def verdicts(table: pd.DataFrame, probability: str = "p", alpha: float = 0.05) -> ExtensionArray:
    """More, as or less than similarly deprived areas; "not compared" where there is no probability.

    No area has more that has fewer events than a rate is shown of.

    Parameters
    ----------
    table : DataFrame
        ``count``, ``ratio`` and probabilities, as of :func:`excess`.
    probability : str
        The column that decides: p, or the same corrected for looking at many areas.
    alpha : float
        Up to which probability an area stands out.
    """
    names = (probability, "ratio", "count")
    p, ratio, count = (table[name].to_numpy(np.float64, na_value=np.nan) for name in names)
    enough = count >= rates.HIDE_RATE_BELOW
    at = np.select([np.isnan(p), (p <= alpha) & (ratio > 1) & enough, (p <= alpha) & (ratio <= 1)], [1, 2, 3])
    return vectors.worded((AS_PREDICTED, rates.NOT_COMPARED, MORE, LESS), at)


def flagged_by_chance(
    table: pd.DataFrame,
    dispersion: float,
    *,
    alpha: float = 0.05,
    seen: AsSeen = WHOLE,
) -> float:
    """Number of areas to expect with more or less, uncorrected, where none differs from areas like it.

    A count has so many tails as it has values, so of few events less than `alpha` of the areas. For the
    predictive law stands the model's own: negative-binomial about what the others predict.

    Parameters
    ----------
    table : DataFrame
        Of :class:`Excess`, without the p of areas that are not compared.
    dispersion : float
        Of :class:`Excess`.
    alpha : float
    seen : AsSeen
        As of :func:`excess`; areas that are suppressed are not compared.
    """
    expected = np.sort(table["expected"][table["p"].notna()].to_numpy(np.float64))
    number = min(MOST, len(expected))
    share = 0.0
    for mean in expected[((np.arange(number) + 0.5) * len(expected) / max(1, number)).astype(int)]:
        law = _law(mean, dispersion)
        count = np.arange(law.isf(NEGLIGIBLE**2) + 2)
        shown, chance = seen.shown(count), law.pmf(count) * seen.seen(count)
        at = seen.point(shown, mean)
        surprising = seen.p(shown, mean, (law.cdf(at), law.sf(at - 1)), law) <= alpha
        surprising &= (shown <= mean) | (shown >= rates.HIDE_RATE_BELOW)
        share += chance[surprising].sum() / chance.sum()
    return float(share * len(expected) / max(1, number))


def _too_few(areas: int) -> str:
    return (
        f"fewer than {MIN_AREAS_LINE} areas can be compared"
        if areas < MIN_AREAS_LINE
        else f"there are fewer than {MIN_EVENTS_LINE} events"
    )


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


def _weights(
    offset: Floats, design: Floats, beta: Floats, dispersion: Floats | float
) -> tuple[Floats, Floats]:
    """Means, and the working weights of the log link."""
    mean = np.exp(np.clip(offset + beta @ design.T, -30, 30))
    return mean, mean / (1 + dispersion * mean)


def _inverse(information: Floats) -> Floats:
    """Inverse of symmetric matrices, or the nearest to one where there is none."""
    values, vectors = np.linalg.eigh(information)
    size = np.abs(values)
    known = size > 1e-15 * size.max(axis=-1, keepdims=True)
    parts = vectors * np.divide(1.0, values, out=np.zeros_like(values), where=known)[..., None, :]
    return np.asarray(parts @ vectors.swapaxes(-1, -2))


def _covariance(design: Floats, weight: Floats) -> Floats:
    """Covariance of the coefficients."""
    return _inverse((weight[..., None, :] * design.T) @ design)


def _regress(y: Floats, offset: Floats, design: Floats, beta: Floats, dispersion: Floats | float) -> Floats:
    """Coefficients of given dispersion, by iteratively reweighted least squares from ``beta``.

    Of several dispersions (a column) there is a row of coefficients each.
    """
    for _ in range(50):
        mean, weight = _weights(offset, design, beta, dispersion)
        score = (weight * (y - mean) / mean) @ design
        step = (_covariance(design, weight) @ score[..., None])[..., 0]
        change = np.abs(step @ design.T).max(axis=-1, keepdims=True)
        beta = beta + step * np.minimum(1.0, LONGEST_STEP / np.maximum(change, 1e-300))
        if change.max() < 1e-10:
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
        previous, mean = dispersion, _weights(offset, design, beta, dispersion)[0]
        dispersion = _likeliest(spread.GAMMA, y, mean)
        beta = _regress(y, offset, design, beta, dispersion)
        if abs(dispersion - previous) < 1e-6 * max(dispersion, 1e-3):
            break
    return dispersion, beta


def _likeliest(law: spread.Law, y: Floats, mean: Floats, near: float = 0.0) -> float:
    """Dispersion of highest likelihood about given means; first looked for near that of another law."""
    from scipy.optimize import minimize_scalar

    likelihood = law.log_likelihood(y, mean)

    def unlikelihood(log_dispersion: float) -> float:
        return -likelihood(float(np.exp(log_dispersion)))

    about = [(np.log(near) - NEAR, np.log(near) + NEAR)] if near else []
    for low, high in (*about, (-15, 5)):
        options = {"xatol": 1e-6}
        best = minimize_scalar(unlikelihood, bounds=(low, high), method="bounded", options=options)
        if low + 1e-3 < best.x < high - 1e-3:
            break
    return float(np.exp(best.x))


def _expected_of_others(
    y: Floats, offset: Floats, design: Floats, beta: Floats, dispersion: float
) -> tuple[Floats, Floats]:
    """What all other areas predict of each, and the standard error of its logarithm."""
    if len(y) > LEAVE_ONE_OUT_UP_TO:
        mean, weight = _weights(offset, design, beta, dispersion)
        covariance = _covariance(design, weight)
        return mean, np.sqrt(np.einsum("ip,pq,iq->i", design, covariance, design))
    products = (design[:, :, None] * design[:, None, :]).reshape(len(y), -1)
    betas = np.tile(beta, (len(y), 1))
    for _ in range(25):
        mean, weight = _weights(offset, design, betas, dispersion)
        np.fill_diagonal(weight, 0.0)
        covariance = _inverse((weight @ products).reshape(-1, design.shape[1], design.shape[1]))
        weight *= y - mean
        weight /= mean
        step = np.einsum("ipq,iq->ip", covariance, weight @ design)
        change = np.abs(step @ design.T).max(axis=1)
        betas = betas + step * np.minimum(1.0, LONGEST_STEP / np.maximum(change, 1e-300))[:, None]
        if change.max() < 1e-8:
            break
    expected = np.exp(np.clip(offset + (betas * design).sum(axis=1), -30, 30))
    return expected, np.sqrt(np.einsum("ip,ipq,iq->i", design, covariance, design))


def _law(expected: Floats | float, dispersion: float) -> Any:
    """The negative-binomial law about an expectation."""
    from scipy.stats import nbinom

    size = 1 / max(dispersion, 1e-9)
    return nbinom(size, size / (size + expected))


def _fitted_tails(at: Floats, y: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Tails of counts by the likelier law, which so many areas know well: it is found from some of them."""
    some = slice(None, None, -(-len(y) // LEAVE_ONE_OUT_UP_TO))
    count, mean = y[some], expected[some]
    alphas = {law: max(_likeliest(law, count, mean), SMALLEST_SPREAD**2) for law in spread.LAWS}
    best = max(alphas, key=lambda law: law.log_likelihood(count, mean)(alphas[law]))
    alpha = np.array([[alphas[best]]])

    def tails(count: Floats, mean: Floats) -> Floats:
        none = np.zeros((1, len(count)))
        return np.stack(best.tails(count, mean, none, alpha, none + 1))

    return spread.between_nodes(tails, at, expected)


def _predictive_tails(
    at: Floats,
    y: Floats,
    offset: Floats,
    design: Floats,
    expected: Floats,
    *,
    beta: Floats,
    dispersion: float,
) -> tuple[Floats, Floats]:
    """Tails of a count of each area given all the others, which know the law only so well.

    The tails are summed over the laws of the spread and over the spread itself (the root of the dispersion,
    every value being as likely beforehand), weighted with the likelihood of the other areas, and over the
    logarithm of the expectation, normal about that of the others. The likelihood is that of the dispersion
    alone, adjusted for the coefficients (Cox and Reid); what it is without an area follows by a Newton step.
    """
    mean = _weights(offset, design, beta, dispersion)[0]
    tails, known = np.zeros((2, len(y))), []
    for law in spread.LAWS:
        likeliest = 0.0 if dispersion == 0 else _likeliest(law, y, mean, dispersion)
        spreads, width = np.linspace(*_bounds(y, design.shape[1], likeliest), SPREADS, retstep=True)
        alpha = spreads[:, None] ** 2
        likelihood, error = _known_without_each(law, y, offset, design, beta=beta, alpha=alpha)
        known.append((law, alpha, likelihood + np.log(width), error))
    whole = special.logsumexp([likelihood for _, _, likelihood, _ in known], axis=(0, 1))
    for law, alpha, likelihood, error in known:
        share = np.exp(likelihood - whole)
        some = share.max(axis=1) > NEGLIGIBLE
        if some.any():
            tails += law.tails(at, expected, error[some], alpha[some], share[some])
    return tails[0], tails[1]


def _known_without_each(
    law: spread.Law, y: Floats, offset: Floats, design: Floats, *, beta: Floats, alpha: Floats
) -> tuple[Floats, Floats]:
    """Logarithm of the likelihood of all other areas, and the standard error of their log expectation.

    Both have a row for each of the dispersions, a column.
    """
    betas = _regress(y, offset, design, np.tile(beta, (len(alpha), 1)), alpha)
    mean, weight = _weights(offset, design, betas, alpha)
    information = (weight[:, None] * design.T) @ design
    own = np.einsum("ip,kpq,iq->ki", design, _inverse(information), design, optimize=True)
    leverage = np.clip(weight * own, 0, 1 - 1e-9)
    odds = leverage / (1 - leverage)
    each = np.array([law.log_probability(y, *one) for one in zip(mean, alpha[:, 0], strict=True)])
    better = weight * ((y - mean) / mean) ** 2 * odds / 2  # the fit of the others to themselves
    known = np.linalg.slogdet(information)[1][:, None] + np.log1p(-leverage)
    return each.sum(axis=1, keepdims=True) - each + better - known / 2, np.sqrt(odds / weight)


def _bounds(y: Floats, coefficients: int, dispersion: float) -> tuple[float, float]:
    """Between which the spread of areas may lie: some standard errors about the likeliest."""
    likeliest, error = np.sqrt(dispersion), 1 / np.sqrt(2 * max(len(y) - coefficients - 1, 1))
    chance = 3 / np.sqrt(y.mean() * np.sqrt(len(y)))  # what counts of no spread leave open
    least = max(likeliest * (1 - 6 * error), SMALLEST_SPREAD)
    return least, max(likeliest * (1 + 8 * error), chance, 0.05)


def _excess_table(
    index: pd.Index, x: Floats, expected: Floats, error: Floats, p: Floats, *, confidence: float
) -> pd.DataFrame:
    """Ratios, their limits, and how surprising the counts are."""
    z = intervals.deviate(confidence)
    lower, upper = intervals.poisson_interval(x, confidence)
    known = (expected >= LEAST_EXPECTED) & (error <= LARGEST_ERROR)
    expected, error = np.where(known, expected, np.nan), np.where(known, error, np.nan)
    at_least_one = np.maximum(x, 1.0)
    down = np.hypot(np.log(at_least_one / np.where(x > 0, lower, 1.0)), z * error)
    up = np.hypot(np.log(upper / np.where(x > 0, x, upper)), z * error)
    ratio = x / expected
    columns = {
        "count": x,
        "expected": expected,
        "ratio": ratio,
        "lower_ci": np.where(x > 0, ratio * np.exp(-down), ratio * 0.0),
        "upper_ci": np.where(x > 0, ratio, upper / expected) * np.exp(up),
        "p": np.where(known, p, np.nan),
    }
    table = pd.DataFrame(columns, index=index)
    return table.assign(verdict=verdicts(table, alpha=1 - confidence))


def _curve(
    basis: _Basis, values: Floats, beta: Floats, covariance: Floats, *, years: float, confidence: float
) -> pd.DataFrame:
    """The fitted rate per 1,000 and year at 50 points along the scale of deprivation."""
    points = np.linspace(values.min(), values.max(), 50)
    design = basis(points)
    z = intervals.deviate(confidence)
    error = np.sqrt(np.einsum("ip,pq,iq->i", design, covariance, design))
    rate = np.exp(np.clip(design @ beta, -30, 30)) * 1000 / years
    factor = np.exp(z * np.where(error <= LARGEST_ERROR, error, np.nan))
    columns = {"expected_rate": rate, "lower_ci": rate / factor, "upper_ci": rate * factor}
    return pd.DataFrame({"deprivation": points, **columns})
