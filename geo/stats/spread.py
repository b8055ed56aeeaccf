"""By which law do areas alike differ, and what does it leave to the tails?

Each area has a mean of its own, and its count is Poisson given that. The means spread about their expectation
by a gamma law (counts are then negative-binomial) or by a log-normal one, whose upper tail is longer. By both
the variance of counts is μ + αμ².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from geo.stats.vectors import Floats

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
"""Where an uncertain expectation is looked at under the gamma law, in standard errors."""
WIDE = 1.5
"""The same for a quarter of the steps; for half of them four times as many."""
STEPS = np.linspace(-7, 7, 101)[:, None]
_DENSITY = np.exp(-(STEPS**2) / 2) / np.sqrt(2 * np.pi)
STEP_WEIGHTS = _DENSITY / _DENSITY.sum()
"""Where a log-normal mean is looked at, in standard deviations."""
EXPECTATIONS, SMALLEST_TAIL = 32, 1e-300
"""Expectations at which the tails of a count are worked out where more areas than these have it."""
FINEST = 100
"""How many times Poisson's variance the log-normal law's may be for these steps to see both; beyond, counts
are so large that the logarithm of what chance alone makes of a mean is normal too."""

LARGEST = 50.0  # of the logarithm of a mean


@dataclass(frozen=True)
class Law:
    """A law of counts among areas alike.

    Attributes
    ----------
    log_probability : callable
        ``f(y, mean, alpha)``: logarithm of the probability of each count.
    log_likelihood : callable
        ``f(y, mean)``: from a dispersion to the logarithm of the probability of all counts together.
    tails : callable
        ``f(y, expected, error, alpha, share)``: P(Y ≤ y) and P(Y ≥ y) where the logarithm of the expectation
        is known with that standard error, summed over the dispersions of the column ``alpha``, for each of
        which ``error`` and ``share`` have a row.
    """

    log_probability: Callable[[Floats, Floats, float], Floats]
    log_likelihood: Callable[[Floats, Floats], Callable[[float], float]]
    tails: Callable[[Floats, Floats, Floats, Floats, Floats], tuple[Floats, Floats]]


def _both(high: np.ndarray, near: Floats, itself: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Lower and upper tail, from that on the side of a count (high or not), the count itself, and all."""
    far = np.clip(whole - near + itself, 0.0, whole)
    return np.where(high, far, near), np.where(high, near, far)


def _gamma_log_probability(y: Floats, mean: Floats, alpha: Floats | float) -> Floats:
    size, more = 1 / alpha, alpha * mean
    if np.ndim(alpha) == 0 and y.ndim == 1:  # few of many areas have a count of their own
        which, some = pd.factorize(y)
        ways = (special.gammaln(size + some) - special.gammaln(some + 1) - special.gammaln(size))[which]
    else:
        ways = special.gammaln(size + y) - special.gammaln(y + 1) - special.gammaln(size)
    return np.asarray(ways - (size + y) * np.log1p(more) + special.xlogy(y, more))


def _gamma_log_likelihood(y: Floats, mean: Floats) -> Callable[[float], float]:
    """Few of many areas have a count of their own, and little of the sum depends on the dispersion."""
    some, times = np.unique(y, return_counts=True)
    total, rest = float(y.sum()), float(special.xlogy(y, mean).sum() - times @ special.gammaln(some + 1))

    def of(alpha: float) -> float:
        size = 1 / alpha
        ways = times @ (special.gammaln(size + some) - special.gammaln(size))
        return float(ways + rest + total * np.log(alpha) - (size + y) @ np.log1p(alpha * mean))

    return of


def _gamma_tails(
    y: Floats, expected: Floats, error: Floats, alpha: Floats, share: Floats
) -> tuple[Floats, Floats]:
    error, alpha, share = (each[:, None] for each in (error, alpha, share))
    mean = expected * np.exp(np.clip(NODES[:, None] * error, -30, 30))
    size, none = np.broadcast_to(1 / alpha, mean.shape), 1 / (1 + alpha * mean)
    near, high = np.empty(mean.shape), y > expected
    near[..., high] = special.betainc(y[high], size[..., high], 1 - none[..., high])
    near[..., ~high] = special.betainc(size[..., ~high], y[~high] + 1, none[..., ~high])
    itself = np.exp(_gamma_log_probability(y, mean, alpha))
    weight = share * (NODE_WEIGHTS / NODE_WEIGHTS.sum())[:, None]
    near, itself, whole = ((weight * part).sum(axis=(0, 1)) for part in (near, itself, np.ones_like(near)))
    return _both(high, near, itself, whole)


def _log_normal_log_probability(y: Floats, mean: Floats, alpha: float) -> Floats:
    variance = np.log1p(alpha)
    middle, large = np.log(mean) - variance / 2, variance * y > FINEST
    found = np.empty(len(y))
    of_log, about = special.digamma(y[large]), variance + special.zeta(2, y[large])
    found[large] = -((of_log - middle[large]) ** 2 / about + np.log(2 * np.pi * about)) / 2 - np.log(y[large])
    count, middle = y[~large], middle[~large]
    steps = np.sqrt(variance) * STEPS
    at_steps = count * steps
    at_steps -= np.exp(steps) * np.exp(middle)
    highest = at_steps.max(axis=0, initial=-np.inf)
    at_steps -= highest
    seen = (STEP_WEIGHTS.T @ np.exp(at_steps, out=at_steps))[0]
    found[~large] = np.log(seen) + highest + count * middle - special.gammaln(count + 1)
    return found


def _log_normal_log_likelihood(y: Floats, mean: Floats) -> Callable[[float], float]:
    return lambda alpha: float(_log_normal_log_probability(y, mean, alpha).sum())


def _log_normal_tails(
    y: Floats, expected: Floats, error: Floats, alpha: Floats, share: Floats
) -> tuple[Floats, Floats]:
    variance, middle = np.log1p(alpha) + np.square(error), np.log(expected) - np.log1p(alpha) / 2
    # The tail of a count rises over so many times Poisson's variance: where that is far, few steps see it.
    times = variance.max(axis=0) * np.maximum(y, 1)
    lower, upper = np.empty((2, len(y)))
    least = 0.0
    for most, steps in ((WIDE, STEPS[2::4]), (4 * WIDE, STEPS[::2]), (FINEST, STEPS), (np.inf, None)):
        those = (times > least) & (times <= most)
        given = y[those], middle[:, those], variance[:, those], share[:, those]
        lower[those], upper[those] = _normal_tails(*given) if steps is None else _tails_at(steps, *given)
        least = most
    return lower, upper


def _normal_tails(y: Floats, middle: Floats, variance: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Of large counts: a Poisson count reaches y where a gamma variable of that shape stays below the mean.

    The logarithm of that variable is all but normal, and so is its distance from that of the mean. Every
    count reaches 0.
    """
    some = np.maximum(y, 1)
    below = (special.digamma(y + 1) - middle) / np.sqrt(variance + special.zeta(2, y + 1))
    above = (middle - special.digamma(some)) / np.sqrt(variance + special.zeta(2, some))
    reached = np.where(y > 0, special.ndtr(above), 1.0)
    return (share * special.ndtr(below)).sum(axis=0), (share * reached).sum(axis=0)


def _tails_at(
    steps: Floats, y: Floats, middle: Floats, variance: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """The means of all spreads together have one law, which is looked at at the steps of the widest."""
    centre = middle.mean(axis=0)
    step = np.sqrt(variance.max(axis=0)) * steps
    weight = np.zeros_like(step)
    for part, off, own in zip(share, middle - centre, np.sqrt(variance), strict=True):
        away = (step - off) / own
        weight += part / own * np.exp(away * away / -2)
    whole = share.sum(axis=0)
    weight *= whole / weight.sum(axis=0)
    log_mean = np.minimum(centre + step, LARGEST)
    mean = np.exp(log_mean)
    itself = (weight * np.exp(y * log_mean - mean - special.gammaln(y + 1))).sum(axis=0)
    near, high = np.empty(mean.shape), y > np.exp(centre)
    near[:, high] = special.gammainc(y[high], mean[:, high])
    near[:, ~high] = special.gammaincc(y[~high] + 1, mean[:, ~high])
    return _both(high, (weight * near).sum(axis=0), itself, whole)


def between_nodes(
    tails: Callable[[Floats, Floats], Floats], at: Floats, expected: Floats
) -> tuple[Floats, Floats]:
    """Tails of counts, many of which are alike: of each worked out at some expectations, and read between.

    The logarithm of a tail is a smooth line over that of the expectation; what is read differs from what
    would be worked out by less than one part in ten thousand.
    """
    from scipy.interpolate import CubicSpline

    which, counts = pd.factorize(at)
    order = np.argsort(which, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(which, minlength=len(counts)))[:-1])
    many = [group for group in groups if len(group) > EXPECTATIONS]
    few = np.concatenate([np.empty(0, np.int64), *(group for group in groups if len(group) <= EXPECTATIONS)])
    found = np.empty((2, len(at)))
    found[:, few] = tails(at[few], expected[few])
    if many:
        of_log = np.log(expected)
        lines = [np.linspace(of_log[g].min(), of_log[g].max() + 1e-6, EXPECTATIONS) for g in many]
        known = tails(np.repeat([at[g[0]] for g in many], EXPECTATIONS), np.exp(np.concatenate(lines)))
        known = np.log(np.maximum(known, SMALLEST_TAIL)).reshape(2, len(many), EXPECTATIONS)
        for group, line, each in zip(many, lines, known.swapaxes(0, 1), strict=True):
            found[:, group] = np.exp(CubicSpline(line, each, axis=1)(of_log[group]))
    return found[0], found[1]


GAMMA = Law(_gamma_log_probability, _gamma_log_likelihood, _gamma_tails)
LOG_NORMAL = Law(_log_normal_log_probability, _log_normal_log_likelihood, _log_normal_tails)
LAWS = (GAMMA, LOG_NORMAL)
