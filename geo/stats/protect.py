"""How are counts protected once, and turned back into events? Noise on a few tables, made to add up.

A table of counts gets discrete Laplace noise (Ghosh, Roughgarden and Sundararajan 2012) with the share of the
privacy budget that it is given: one event more or less changes one cell by 1, so noise of scale ``1 / share``
keeps the chance of every outcome within a factor ``exp(share)``. What follows sees the noisy tables alone:
each is brought to the totals above it (the nearest counts of 0 or more that add up to these), and labels are
then dealt to as many events as there are, so that whatever is counted of these events adds up.
"""

from __future__ import annotations

import numpy as np

SURE = 1.959963984540054
"""Standard deviations of 95%."""


def noisy(counts: np.ndarray, budget: float, rng: np.random.Generator) -> np.ndarray:
    """Add discrete Laplace noise to counts, each event of which lies in one cell.

    Parameters
    ----------
    counts : ndarray of int
    budget : float
        Share of the privacy budget (epsilon) that these counts are given.
    rng : Generator

    Returns
    -------
    ndarray of int64
        May be negative.
    """
    counts = np.asarray(counts, dtype=np.int64)
    stop = -np.expm1(-budget)  # the difference of two geometric numbers
    return counts + (rng.geometric(stop, counts.shape) - rng.geometric(stop, counts.shape))


def noise_variance(budget: float) -> float:
    """Variance of the noise of :func:`noisy`.

    >>> round(noise_variance(0.5), 2)
    7.84
    """
    return float(2 * np.exp(-budget) / np.expm1(-budget) ** 2)


def nearest(values: np.ndarray, total: float) -> np.ndarray:
    """Numbers of 0 or more nearest to some values (least squares) that add up to a total.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least one.
    total : float
        0 or more.

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> nearest(np.array([5.0, -2.0, 1.0]), 6).tolist()
    [5.0, 0.0, 1.0]
    >>> nearest(np.array([5.0, -2.0, 1.0]), 9).tolist()
    [6.5, 0.0, 2.5]
    """
    ordered = np.sort(np.asarray(values, np.float64))[::-1]
    over = (np.cumsum(ordered) - total) / np.arange(1, len(ordered) + 1)
    last = int(np.flatnonzero(ordered - over >= 0)[-1]) if total > 0 else 0
    found = np.maximum(values - over[last], 0.0)
    return found if total > 0 else np.zeros(len(ordered))


def whole(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Round numbers of 0 or more up or down by chance, each right on average, their sum kept.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        They add up to a whole number.

    Returns
    -------
    ndarray of int64
    """
    order = rng.permutation(len(values))
    edges = np.floor(np.cumsum(values[order]) + rng.random())
    edges = np.concatenate([[0], edges])
    edges[-1] = np.rint(values.sum())
    found = np.empty(len(values), np.int64)
    found[order] = np.diff(edges).astype(np.int64)
    return found


def within(
    values: np.ndarray, totals: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Bring noisy counts to the totals of their groups, as whole numbers of 0 or more.

    Parameters
    ----------
    values : ndarray, shape (n,)
    totals : ndarray of int, shape (number of groups,)
        0 for a group without values.
    groups : ndarray of int, shape (n,)
        Group of each value, 0 up.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    found = np.zeros(len(values), np.int64)
    for group in np.unique(groups):
        mine = groups == group
        found[mine] = whole(nearest(values[mine], totals[group]), rng)
    return found


def shrunk(values: np.ndarray, expected: np.ndarray, variance: float) -> np.ndarray:
    """Pull noisy counts towards those expected, the more the smaller these are beside the noise.

    The best linear guess of counts that are Poisson about ``expected`` and were seen with noise of
    ``variance``.
    """
    return expected + (values - expected) * expected / (expected + variance)


def two_ways(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Whole numbers near a table that have some totals of its rows and of its columns.

    Parameters
    ----------
    values : ndarray of float, shape (r, c)
        0 or more.
    rows : ndarray of int, shape (r,)
    columns : ndarray of int, shape (c,)
        Both add up to the same.

    Returns
    -------
    ndarray of int64, shape (r, c)
    """
    table = np.asarray(values, np.float64) + 1e-9 + np.outer(rows, columns) * 1e-9
    for _ in range(50):  # iterative proportional fitting
        table *= (columns / np.maximum(table.sum(axis=0), 1e-300))[None, :]
        table *= (rows / np.maximum(table.sum(axis=1), 1e-300))[:, None]
    found = np.floor(table + 1e-9).astype(np.int64)
    over = np.maximum(found.sum(axis=0) - columns, 0)
    for column in np.flatnonzero(over):  # rows fit exactly, columns almost
        for row in np.argsort(-found[:, column])[: over[column]]:
            found[row, column] -= 1
    short = columns - found.sum(axis=0)
    for row in rng.permutation(len(rows)):
        while (missing := rows[row] - found[row].sum()) > 0:
            wish = np.where(short > 0, table[row] - found[row] + rng.random(len(columns)), -np.inf)
            most = np.argsort(-wish)[: min(missing, int((short > 0).sum()))]
            found[row, most] += 1
            short[most] -= 1
    return found


def dealt(counts: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal labels to events at random within groups, each label as often as a table says.

    Parameters
    ----------
    counts : ndarray of int, shape (number of groups, labels)
        Each row adds up to the events of its group.
    groups : ndarray of int, shape (events,)

    Returns
    -------
    ndarray of int32, shape (events,)
        Label of each event.
    """
    order = rng.permutation(np.arange(len(groups), dtype=np.int32))
    few = np.int16 if counts.shape[0] < np.iinfo(np.int16).max else np.int64  # numbers of 16 bits sort fast
    order = order[np.argsort(groups.astype(few)[order], kind="stable")]
    labels = np.tile(np.arange(counts.shape[1], dtype=np.int32), counts.shape[0])
    found = np.empty(len(groups), np.int32)
    found[order] = np.repeat(labels, counts.ravel())
    return found


def widened(
    value: np.ndarray, lower: np.ndarray, upper: np.ndarray, noise: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Widen limits by noise that is independent of what they tell: squares of half-widths add up.

    Newcombe's square-and-add. The lower limit stays at 0 or more.

    >>> [limit.tolist() for limit in widened(*(np.array([x]) for x in (10.0, 6.0, 14.0, 3.0)))]
    [[5.0], [15.0]]
    """
    return (
        np.maximum(value - np.hypot(value - lower, noise), np.minimum(lower, 0.0)),
        value + np.hypot(upper - value, noise),
    )
