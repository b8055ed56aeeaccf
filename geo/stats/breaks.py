"""Where do the classes of a number begin?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

CLASSES = 5
"""Classes of a measure, unless the reader writes other bounds."""
MOST_VALUES = 2_000


def quantile_edges(values: np.ndarray, whole: bool) -> np.ndarray:
    """Lower bounds of the second and later classes, about as many values in each.

    Where more values are zero than a class should hold, zero is the first class and the others are shared
    out over the rest.

    Parameters
    ----------
    values : ndarray of float
        NaN is left out.
    whole : bool
        Whether the bounds must be whole numbers (counts); then at least 1.

    Returns
    -------
    ndarray of float
        Increasing; fewer than four where bounds fall together.

    Examples
    --------
    >>> quantile_edges(np.arange(101.0), True)
    array([20., 40., 60., 80.])
    >>> quantile_edges(np.array([0.0, 0.0, 0.0, 0.0, 2.0]), True)
    array([1., 2.])
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return np.empty(0)
    positive = known[known > 0]
    if positive.size < known.size * (1 - 1 / CLASSES):  # zeros have a class of their own, the rest the others
        edges = np.quantile(positive, np.arange(CLASSES - 1) / (CLASSES - 1)) if positive.size else known[:0]
        edges[:1] = np.minimum(edges[:1], 1) if whole else edges[:1]
    else:
        edges = np.quantile(known, np.arange(1, CLASSES) / CLASSES)
    return _tidy(edges, whole)


def equal_edges(values: np.ndarray, whole: bool) -> np.ndarray:
    """Lower bounds of classes of equal width from the least to the greatest value; as :func:`quantile_edges`.

    Examples
    --------
    >>> equal_edges(np.array([0.0, 1.0, 100.0]), True)
    array([20., 40., 60., 80.])
    """
    known = values[~np.isnan(values)]
    return _tidy(np.linspace(known.min(), known.max(), CLASSES + 1)[1:-1], whole) if known.size else known


def natural_edges(values: np.ndarray, whole: bool) -> np.ndarray:
    """Lower bounds of the classes with the least spread within them; as :func:`quantile_edges`.

    Exact, by dynamic programming: Fisher (1958), "On grouping for maximum homogeneity", JASA 53; known in
    cartography as Fisher-Jenks. More than :data:`MOST_VALUES` values are first thinned to that many, evenly
    spaced in their order.

    Examples
    --------
    >>> natural_edges(np.array([1.0, 2.0, 3.0, 20.0, 21.0, 50.0, 80.0, 81.0, 200.0]), True)
    array([ 20.,  50.,  80., 200.])
    """
    known = np.sort(values[~np.isnan(values)])
    if len(np.unique(known)) <= CLASSES:
        return _tidy(np.unique(known)[1:], whole)
    if len(known) > MOST_VALUES:
        known = known[np.linspace(0, len(known) - 1, MOST_VALUES).round().astype(int)]
    n = len(known)
    first = np.concatenate([[0.0], np.cumsum(known)])
    second = np.concatenate([[0.0], np.cumsum(known**2)])
    ends = np.arange(1, n + 1)
    least = second[1:] - first[1:] ** 2 / ends  # spread of one class that ends at each value
    starts = np.zeros((CLASSES, n), np.int64)
    for number in range(1, CLASSES):
        again = np.full(n, np.inf)
        for end in range(number, n):
            start = np.arange(number, end + 1)
            total = first[end + 1] - first[start]
            spread = second[end + 1] - second[start] - total**2 / (end + 1 - start)
            best = int(np.argmin(least[start - 1] + spread))
            again[end], starts[number, end] = least[start[best] - 1] + spread[best], start[best]
        least = again
    edges, end = [], n - 1
    for number in range(CLASSES - 1, 0, -1):
        edges.append(known[starts[number, end]])
        end = int(starts[number, end]) - 1
    return _tidy(np.array(edges[::-1]), whole)


def sd_edges(values: np.ndarray, whole: bool) -> np.ndarray:
    """Lower bounds at two and one standard deviations below and above the mean; as :func:`quantile_edges`.

    Bounds that no value can fall below are left out.
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return known
    edges = known.mean() + np.array([-2, -1, 1, 2]) * known.std()
    return _tidy(edges[(edges > known.min()) & (edges <= known.max())], whole)


BREAKS: dict[str, Callable[[np.ndarray, bool], np.ndarray]] = {
    "quantile": quantile_edges,
    "equal": equal_edges,
    "natural": natural_edges,
    "sd": sd_edges,
    "own": quantile_edges,  # until the reader has written bounds
}
"""How values are cut into classes, by the keys of :data:`geo.ask.choices.BREAKS`."""


def own_edges(edges: Sequence[float], whole: bool) -> np.ndarray:
    """Bounds that the reader wrote; of counts the next whole numbers.

    Examples
    --------
    >>> own_edges((2.5, 10.0), True)
    array([ 3., 10.])
    """
    return np.unique(np.ceil(edges)) if whole else np.asarray(edges, float)


def steps_passed(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How many of a few bounds each value has reached; NaN none.

    >>> steps_passed(np.array([1.0, 3.0]), np.array([0.0, 1.0, 5.0, np.nan])).tolist()
    [0, 1, 2, 0]
    """
    passed = np.zeros(len(values), np.int64)
    for edge in edges:
        passed += values >= edge
    return passed


def _tidy(edges: np.ndarray, whole: bool) -> np.ndarray:
    """Bounds that can be read: whole numbers from 1, or three figures; increasing."""
    if whole:
        return np.unique(np.maximum(np.ceil(edges - 1e-9), 1))
    digits = 2 - np.floor(np.log10(np.maximum(edges, 1e-9))).astype(int)
    rounded = np.array([round(float(e), int(d)) for e, d in zip(edges, digits, strict=True)])
    return np.unique(rounded[rounded > 0])
