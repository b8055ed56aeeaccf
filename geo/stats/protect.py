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
ROUNDS, CLOSE, MANY_CLOSE = 500, 1e-7, 1e-3
"""Projections at most, and what is taken for equal: a number, and a sum of many."""


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


COINS = 0.5
"""Variance of the coins of :func:`coined`."""


def coined(counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let two coins decide of each noisy count whether it goes up by 1, down by 1, or stays.

    The peak of Laplace noise is where a count is exactly right: this flattens it, at little cost in variance.
    It sees what is noisy already, so it spends no budget.

    Parameters
    ----------
    counts : ndarray of int
    rng : Generator

    Returns
    -------
    ndarray of int64
    """
    return counts + rng.binomial(2, 0.5, counts.shape) - 1


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


def both_ways(
    values: np.ndarray,
    groups: tuple[np.ndarray, np.ndarray],
    totals: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Bring noisy counts to the totals of two groupings that cross, as whole numbers of 0 or more.

    The nearest numbers (least squares) lie where two convex sets meet: Dykstra's projections find them. They
    are rounded by chance as Pareto's sampling does, each right on average but for little; that both kinds of
    totals can be kept in whole numbers is a property of networks.

    Parameters
    ----------
    values : ndarray, shape (n,)
    groups : (ndarray of int, ndarray of int), shape (n,)
        Row and column of each value, 0 up; each row and column has a value.
    totals : (ndarray of int, ndarray of float)
        Of the rows, which are kept exactly, and of the columns, which are kept as far as those and numbers of
        0 or more let them; up to 1 where not whole.
    rng : Generator

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    near = _nearest_both(np.asarray(values, np.float64), groups, totals)
    return _whole_both(near, groups, totals[0], rng)


def _nearest_both(
    found: np.ndarray, groups: tuple[np.ndarray, np.ndarray], totals: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    rows, columns = (_members(of) for of in groups)
    sides = ((columns, totals[1]), (rows, totals[0]))  # the last is kept exactly
    moved = [np.zeros_like(found), np.zeros_like(found)]
    for _ in range(ROUNDS):
        before = found
        for at, (members, total) in enumerate(sides):
            wish, found = found + moved[at], np.empty_like(found)
            for mine, sum_ in zip(members, total, strict=True):
                found[mine] = nearest(wish[mine], sum_)
            moved[at] = wish - found
        if np.abs(found - before).max() < CLOSE:
            break
    return found


def _members(groups: np.ndarray) -> list[np.ndarray]:
    """Positions of the values of each group."""
    return np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])


def _whole_both(
    values: np.ndarray,
    groups: tuple[np.ndarray, np.ndarray],
    row_totals: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    down = np.floor(values + CLOSE)
    part = np.clip(values - down, CLOSE, 1 - CLOSE)
    chance = rng.random(len(values))
    cost = np.log(chance / (1 - chance)) - np.log(part / (1 - part))
    one, at = np.ones(len(values)), np.arange(len(values))
    by_row, by_column = (csr_array((one, (of, at))) for of in groups)
    up, over = row_totals - by_row @ down, by_column @ (values - down)
    best = milp(
        cost,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            vstack([by_row, by_column]),
            np.concatenate([up, np.floor(over + MANY_CLOSE)]),
            np.concatenate([up, np.ceil(over - MANY_CLOSE)]),
        ),
    )
    return (down + np.rint(best.x)).astype(np.int64)


def dealt(counts: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal labels to events at random within groups, each label as often as a table says.

    Parameters
    ----------
    counts : ndarray of int, shape (number of groups, labels)
        Each row adds up to the events of its group.
    groups : ndarray of int, shape (events,)

    Returns
    -------
    ndarray of int, shape (events,)
        Label of each event, in as few bits as labels need.
    """
    return dealt_in(shuffled(len(groups), rng), counts, groups)


def shuffled(events: int, rng: np.random.Generator) -> np.ndarray:
    """An order of events by chance, int32: all the chance that there is in dealing."""
    return rng.permutation(np.arange(events, dtype=np.int32))


def dealt_in(order: np.ndarray, counts: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Deal as :func:`dealt` does, in an order that is given."""
    of_group, of_label = (np.min_scalar_type(-n) for n in counts.shape)  # few bits sort fast and lie near
    order = order[np.argsort(groups.astype(of_group)[order], kind="stable")]
    labels = np.tile(np.arange(counts.shape[1], dtype=of_label), counts.shape[0])
    found = np.empty(len(groups), of_label)
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
