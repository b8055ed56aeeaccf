"""By which law do areas alike differ, and what does it leave to the tails?

Each area has a mean of its own, and its count is Poisson given that. The means spread about their expectation
by a gamma law (counts are then negative-binomial) or by a log-normal one, whose upper tail is longer. By both
the variance of counts is μ + αμ².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from geo.stats.vectors import Floats

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
"""Where an uncertain expectation is looked at under the gamma law, in standard errors."""
STEPS = np.linspace(-7, 7, 101)[:, None]
STEP_WEIGHTS = stats.norm.pdf(STEPS) / stats.norm.pdf(STEPS).sum()
"""Where a log-normal mean is looked at, in standard deviations."""
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
    tails : callable
        ``f(y, expected, error, alpha, share)``: P(Y ≤ y) and P(Y ≥ y) where the logarithm of the expectation
        is known with that standard error, summed over the dispersions of the column ``alpha``, for each of
        which ``error`` and ``share`` have a row.
    """

    log_probability: Callable[[Floats, Floats, float], Floats]
    tails: Callable[[Floats, Floats, Floats, Floats, Floats], tuple[Floats, Floats]]


def _both(high: np.ndarray, near: Floats, itself: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Lower and upper tail, from that on the side of a count (high or not), the count itself, and all."""
    far = np.clip(whole - near + itself, 0.0, whole)
    return np.where(high, far, near), np.where(high, near, far)


def _gamma_log_probability(y: Floats, mean: Floats, alpha: Floats | float) -> Floats:
    size, share = 1 / alpha, 1 / (1 + alpha * mean)
    ways = special.gammaln(size + y) - special.gammaln(y + 1) - special.gammaln(size)
    return np.asarray(ways + size * np.log(share) + special.xlog1py(y, -share))


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


def _log_normal_tails(
    y: Floats, expected: Floats, error: Floats, alpha: Floats, share: Floats
) -> tuple[Floats, Floats]:
    variance, middle = np.log1p(alpha) + np.square(error), np.log(expected) - np.log1p(alpha) / 2
    large = variance.max(axis=0) * y > FINEST
    lower, upper = np.empty((2, len(y)))
    for tails, those in ((_normal_tails, large), (_tails_at_steps, ~large)):
        lower[those], upper[those] = tails(y[those], middle[:, those], variance[:, those], share[:, those])
    return lower, upper


def _normal_tails(y: Floats, middle: Floats, variance: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Of large counts: a Poisson count reaches y where a gamma variable of that shape stays below the mean.

    The logarithm of that variable is all but normal, and so is its distance from that of the mean.
    """
    below = (special.digamma(y + 1) - middle) / np.sqrt(variance + special.zeta(2, y + 1))
    above = (middle - special.digamma(y)) / np.sqrt(variance + special.zeta(2, y))
    return (share * special.ndtr(below)).sum(axis=0), (share * special.ndtr(above)).sum(axis=0)


def _tails_at_steps(y: Floats, middle: Floats, variance: Floats, share: Floats) -> tuple[Floats, Floats]:
    """The means of all spreads together have one law, which is looked at at the steps of the widest."""
    centre = middle.mean(axis=0)
    step = np.sqrt(variance.max(axis=0)) * STEPS
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


GAMMA = Law(_gamma_log_probability, _gamma_tails)
LOG_NORMAL = Law(_log_normal_log_probability, _log_normal_tails)
LAWS = (GAMMA, LOG_NORMAL)
