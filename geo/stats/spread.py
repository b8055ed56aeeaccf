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
FINEST = 200
"""How many times Poisson's variance the log-normal law's may be for these steps to see both."""

LARGEST = 50.0  # of the logarithm of a mean


@dataclass(frozen=True)
class Law:
    """A law of counts among areas alike.

    Attributes
    ----------
    log_probability : callable
        ``f(y, mean, alpha)``: logarithm of the probability of each count.
    tails : callable
        ``f(y, expected, error, alpha)``: P(Y ≤ y) and P(Y ≥ y) where the logarithm of the expectation is
        known with that standard error.
    """

    log_probability: Callable[[Floats, Floats, float], Floats]
    tails: Callable[[Floats, Floats, Floats, float], tuple[Floats, Floats]]


def _gamma_log_probability(y: Floats, mean: Floats, alpha: float) -> Floats:
    return np.asarray(stats.nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)))


def _gamma_tails(y: Floats, expected: Floats, error: Floats, alpha: float) -> tuple[Floats, Floats]:
    share = 1 / (1 + alpha * expected * np.exp(np.clip(NODES[:, None] * error, -30, 30)))
    lower = special.betainc(1 / alpha, y + 1, share)
    upper = np.where(y > 0, special.betainc(np.maximum(y, 1), 1 / alpha, 1 - share), 1.0)
    weights = NODE_WEIGHTS / NODE_WEIGHTS.sum()
    return weights @ lower, weights @ upper


def _at_steps(y: Floats, mean: Floats, alpha: float, error: Floats | float = 0.0) -> tuple[Floats, ...]:
    """Counts, the logarithms of their means at each step, and the unit that both are told in.

    Large counts are told in a larger unit: their own chance, then 0.5% of the variance, is seen by the steps.
    """
    variance = np.log1p(alpha) + np.square(error)
    log_mean = np.log(mean) - np.log1p(alpha) / 2 + np.sqrt(variance) * STEPS
    unit = np.maximum(1.0, variance * (y + 1) / FINEST)
    return y / unit, np.minimum(log_mean - np.log(unit), LARGEST), unit


def _log_normal_log_probability(y: Floats, mean: Floats, alpha: float) -> Floats:
    count, log_mean, unit = _at_steps(y, mean, alpha)
    at_steps = count * log_mean - np.exp(log_mean) - special.gammaln(count + 1)
    return np.asarray(special.logsumexp(at_steps, axis=0, b=STEP_WEIGHTS) - np.log(unit))


def _log_normal_tails(y: Floats, expected: Floats, error: Floats, alpha: float) -> tuple[Floats, Floats]:
    count, log_mean, _ = _at_steps(y, expected, alpha, error)
    mean = np.exp(log_mean)
    itself = (STEP_WEIGHTS * np.exp(count * log_mean - mean - special.gammaln(count + 1))).sum(axis=0)
    high = y > expected  # the tail that may be small is added up, the other follows from it
    near = np.empty(len(y))
    near[high] = (STEP_WEIGHTS * special.gammainc(count[high], mean[:, high])).sum(axis=0)
    near[~high] = (STEP_WEIGHTS * special.gammaincc(count[~high] + 1, mean[:, ~high])).sum(axis=0)
    far = np.minimum(1.0, 1 - near + itself)
    return np.where(high, far, near), np.where(high, near, far)


GAMMA = Law(_gamma_log_probability, _gamma_tails)
LOG_NORMAL = Law(_log_normal_log_probability, _log_normal_tails)
LAWS = (GAMMA, LOG_NORMAL)
