"""Did patrols make a difference? Inference from the very schedule that was drawn.

The counts are what they are; only who was patrolled on which day was left to chance. So the schedule is drawn
again, thousands of times by the same rules, and the difference between place-days with and without a patrol
is compared with those that the redraws give. Nothing is assumed of the law of the counts. Place-days count as
patrolled where the schedule says so, whether or not anybody came (intention to treat). The method is in
``docs/methods/patrol.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

WIDEST = 60.0
"""Ratio beyond which no limit is looked for, either way."""
STEPS = 400
"""Ratios tried between 1 / :data:`WIDEST` and that, evenly on a log scale, before limits are refined."""


class Effect(NamedTuple):
    """Events of place-days with a patrol, over those that would have happened without.

    Attributes
    ----------
    ratio, lower, upper : float
        NaN where too few events tell none.
    p : float
        That patrols made no difference at all, two-sided.
    with_patrol, without : float
        Mean a place-day, as observed.
    deviates : ndarray of float, shape (1 + redraws,)
        Studentised difference of the schedule that ran, then of each redraw, with no effect.
    """

    ratio: float
    lower: float
    upper: float
    p: float
    with_patrol: float
    without: float
    deviates: np.ndarray


def effect(
    y: np.ndarray,
    patrolled: np.ndarray,
    redraws: np.ndarray,
    *,
    beside: tuple[np.ndarray, np.ndarray] | None = None,
    confidence: float = 0.95,
) -> Effect:
    """Estimate the ratio of a quantity with and without patrols, with limits by inverting the test.

    For each ratio r tried, what a patrolled place-day would have had without is taken as y / r. Of these the
    means of area and day are taken off; the difference of the means of place-days with and without a patrol,
    over its standard error, is then compared with that of every redraw. The limits are the ratios at which p
    passes 1 − confidence, and the estimate is that at which the difference is nil.

    Parameters
    ----------
    y : ndarray, shape (N, D)
        Events, or their harm, of each area and day.
    patrolled : ndarray of bool, shape (N, D)
        The schedule that ran. An exposure of another kind, such as the day after a patrol, does as well.
    redraws : ndarray of bool, shape (B, N, D)
        The same of schedules drawn by the same rules with another seed.
    beside : pair of ndarray of bool, optional
        Place-days compared with, of the schedule that ran and of the redraws; all others by default.
    confidence : float

    Returns
    -------
    Effect

    References
    ----------
    Rosenbaum (2002), Observational studies, chapter 2 (inversion); Wu and Ding (2021), Randomization tests
    for weak null hypotheses, Journal of the American Statistical Association 116 (why it is studentised).
    """
    y = np.asarray(y, float)
    every = np.concatenate([patrolled[None], redraws]).reshape(1 + len(redraws), -1)
    others = ~every
    if beside is not None:
        others &= np.concatenate([beside[0][None], beside[1]]).reshape(every.shape)
    treated = y * patrolled
    rest, share = _net(y - treated).ravel(), _net(treated).ravel()
    columns = np.column_stack([rest, share, rest**2, rest * share, share**2]).astype(np.float32)
    first, second = (_means(one, columns) for one in (every, others))

    def deviates(ratio: np.ndarray) -> np.ndarray:
        """Of every schedule, for each ratio; shape (schedules, ratios)."""
        weight = 1 / np.asarray(ratio, float)
        (a, va), (b, vb) = (_mean_and_error(one, weight) for one in (first, second))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (a - b) / np.sqrt(np.maximum(va + vb, 1e-300))
        return np.where(np.isfinite(found), found, 0.0)

    null = deviates(np.array([1.0]))[:, 0]
    with_patrol, without = (float(y.ravel()[one[0]].mean()) for one in (every, others))
    ratio, lower, upper = np.nan, np.nan, np.nan
    if with_patrol > 0 and without > 0:
        inside, outside = first[1][0, 1] - second[1][0, 1], first[1][0, 0] - second[1][0, 0]
        ratio = float(-inside / outside) if outside < 0 < inside else with_patrol / without
        lower, upper = _limits(deviates, ratio, 1 - confidence)
    return Effect(ratio, lower, upper, float(_p(null[:, None])[0]), with_patrol, without, null)


def _means(places: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many place-days each schedule takes, shape (schedules, 1), and the means of columns over them."""
    sizes = np.maximum(places.sum(axis=1, keepdims=True), 1).astype(float)
    return sizes, (places.astype(np.float32) @ columns).astype(float) / sizes


def _mean_and_error(of: tuple[np.ndarray, np.ndarray], weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of rest + weight · share, and its squared standard error, of each schedule."""
    sizes, means = of
    mean = means[:, [0]] + weight * means[:, [1]]
    square = means[:, [2]] + 2 * weight * means[:, [3]] + weight**2 * means[:, [4]]
    return mean, (square - mean**2) / sizes


def _net(y: np.ndarray) -> np.ndarray:
    """Values without the means of their area and day."""
    return y - y.mean(axis=1, keepdims=True) - y.mean(axis=0, keepdims=True) + y.mean()


def _p(deviates: np.ndarray) -> np.ndarray:
    """Two-sided p of the first row among all rows, for each column."""
    size = np.abs(deviates)
    as_far: np.ndarray = (size >= size[0] * (1 - 1e-5)).mean(axis=0)
    return as_far


def _limits(deviates, ratio: float, alpha: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Ratios below and above the estimate between which p stays above alpha; inf or 0 beyond the widest."""
    found = []
    for end, beyond in ((1 / WIDEST, 0.0), (WIDEST, np.inf)):
        tried = np.geomspace(ratio, end if (end < ratio) == (beyond == 0) else ratio, STEPS // 2)
        out = np.flatnonzero(_p(deviates(tried)) <= alpha)
        if not len(out):
            found.append(beyond)
            continue
        near, far = tried[max(out[0] - 1, 0)], tried[out[0]]
        for _ in range(12):
            middle = np.sqrt(near * far)
            outside = _p(deviates(np.array([middle])))[0] <= alpha
            near, far = (near, middle) if outside else (middle, far)
        found.append(float(far))
    return found[0], found[1]


def several(
    outcomes: Mapping[str, np.ndarray], patrolled: np.ndarray, redraws: np.ndarray, confidence: float = 0.95
) -> pd.DataFrame:
    """Estimate the effect on several outcomes, with p corrected for looking at all of them.

    Parameters
    ----------
    outcomes : mapping of str to ndarray, shape (N, D)
        Counts and harm; by tier or time of day with zeros elsewhere.
    patrolled, redraws : ndarray of bool
        As in :func:`effect`.

    Returns
    -------
    DataFrame
        On the outcomes: ``with_patrol, without`` (mean a place-day), ``ratio, lower, upper, p`` and
        ``p_corrected``: how often the largest of all deviates of a redraw is as large (Westfall and Young's
        one-step max-T, which knows how outcomes move together).
    """
    return corrected(
        {name: effect(y, patrolled, redraws, confidence=confidence) for name, y in outcomes.items()}
    )


def corrected(effects: Mapping[Any, Effect]) -> pd.DataFrame:
    """Table of effects of one schedule, their p corrected together as :func:`several` does."""
    if not effects:
        return pd.DataFrame(columns=["with_patrol", "without", "ratio", "lower", "upper", "p", "p_corrected"])
    size = np.abs(np.column_stack([one.deviates for one in effects.values()]))
    largest = size.max(axis=1)
    rows = {
        name: {
            "with_patrol": one.with_patrol,
            "without": one.without,
            "ratio": one.ratio,
            "lower": one.lower,
            "upper": one.upper,
            "p": one.p,
            "p_corrected": float((largest >= size[0, k] * (1 - 1e-5)).mean()),
        }
        for k, (name, one) in enumerate(effects.items())
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def afterwards(
    y: np.ndarray,
    patrolled: np.ndarray,
    redraws: np.ndarray,
    since: np.ndarray,
    since_redrawn: np.ndarray,
    *,
    ratio: float,
    days: Sequence[int] = (1, 2, 3),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate what is left of the effect on days without a patrol, by days since the last one.

    They are compared with the days without a patrol that are further from one.

    Parameters
    ----------
    y : ndarray, shape (N, D)
    patrolled, redraws : ndarray of bool, shapes (N, D) and (B, N, D)
    since, since_redrawn : ndarray of int
        Days since the last patrol, as :func:`geo.stats.patrol_schedule.days_since`.
    ratio : float
        Effect on the day itself, which is taken out of patrolled days.
    days : sequence of int
    confidence : float

    Returns
    -------
    DataFrame
        Index ``days``; columns as :func:`several`.
    """
    untouched = np.where(patrolled, y / ratio, y) if np.isfinite(ratio) and ratio > 0 else y
    effects = {
        day: effect(
            untouched, ~patrolled & (since == day), ~redraws & (since_redrawn == day), confidence=confidence
        )
        for day in days
    }
    return corrected(effects).rename_axis("days")


def nearby(schedules: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Whether any area near each of other places is patrolled.

    Parameters
    ----------
    schedules : ndarray of bool, shape (…, N, D)
    near : ndarray of bool, shape (M, N)
        Which patrol areas each place is near: its neighbours, or the area whose buffer it is.

    Returns
    -------
    ndarray of bool, shape (…, M, D)
        What :func:`effect` takes for places that were not patrolled themselves: a ratio above 1 is
        displacement, below 1 a benefit that spread.
    """
    touched = np.einsum("mn,...nd->...md", near.astype(np.float32), schedules.astype(np.float32))
    return np.asarray(touched > 0)


def level_of_look(shares: Sequence[float], alpha: float = 0.05) -> list[float]:
    """Level of significance of each of several planned looks, so that all together err in ``alpha``.

    What Lan and DeMets' spending function of the kind of O'Brien and Fleming spends from one look to the
    next: little early. The levels add up to ``alpha``, so that it holds whatever the looks have in common.

    Parameters
    ----------
    shares : sequence of float
        Share of the planned days that have passed at each look, rising to 1.

    Examples
    --------
    >>> [round(level, 4) for level in level_of_look([1 / 3, 2 / 3, 1])]
    [0.0007, 0.0157, 0.0336]
    """
    spent = 2 * (1 - ndtr(ndtri(1 - alpha / 2) / np.sqrt(np.asarray(shares, float))))
    return np.diff(spent, prepend=0.0).tolist()
