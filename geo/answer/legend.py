"""What do the colours mean?

Palettes, class breaks, and the legend that the page, the exports and the print share, so that they cannot
disagree. ColorBrewer's OrRd for volumes, purples for deprivation (so that it is never taken for crime) and
its red-blue pair for clusters; all are safe for colour-blind readers. No data and suppressed are hatched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from geo.stats import unexplained

PALETTES = {
    "orrd": ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000"),
    "ylorbr": ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"),
    "ylgnbu": ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),
    "blues": ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"),
    "greys": ("#f7f7f7", "#cccccc", "#969696", "#636363", "#252525"),
}
"""ColorBrewer's sequential schemes of five steps that colour-blind readers can tell apart."""
SEQUENTIAL = PALETTES["orrd"]
BIVARIATE = "#ece7ee #efb9a4 #dd5f4b #bfb2d6 #b98592 #a1404c #7d67ab #6d3f74 #4a1440".split()
"""Measure from left to right, deprivation from least (first three) to most."""
EXCESS = (
    (unexplained.LESS, "Less than similarly deprived areas", "#4a77b4"),
    ("less-", "Less, before correction only", "#cfdff0"),
    (unexplained.AS_PREDICTED, "As similarly deprived areas", "#f6ecc9"),
    ("more-", "More, before correction only", "#f3cfae"),
    (unexplained.MORE, "More than similarly deprived areas", "#c2571a"),
)
DEPRIVATION = tuple("#3f007d #54278f #6a51a3 #807dba #9e9ac8 #b3b1d6 #cac8e3 #dcdbec #edecf5 #f8f7fb".split())
CLUSTERS = {
    "HH": ("High, among high", "#b2182b"),
    "LL": ("Low, among low", "#2166ac"),
    "HL": ("High, among low", "#d6604d"),
    "LH": ("Low, among high", "#4393c3"),
    "high-": ("High, before correction only", "#f7c6b8"),
    "low-": ("Low, before correction only", "#cfe1ef"),
    "NS": ("Not significant", "#f3f4f5"),
}
HOT_COLD = {
    "HH": ("Hot spot", "#b2182b"),
    "LL": ("Cold spot", "#2166ac"),
    "high-": ("Hot, before correction only", "#f7c6b8"),
    "low-": ("Cold, before correction only", "#cfe1ef"),
    "NS": ("Not significant", "#f3f4f5"),
}
COMPARED = (
    ("lower998", "Lower (99.8% sure)", "#4a77b4"),
    ("lower95", "Lower (95% sure)", "#a9c3df"),
    ("similar", "Similar", "#f6ecc9"),
    ("higher95", "Higher (95% sure)", "#f0a86b"),
    ("higher998", "Higher (99.8% sure)", "#c2571a"),
)
Scale = Literal["rising", "falling", "kinds", "square"]
"""How the classes of a layer follow one another: steps from the least to the most or from the most to the
least, kinds with the hottest first, or nine cells of two scales that rise to the right and upwards."""
SUPPRESSED = ("suppressed", "Suppressed (1 to 7)", "#ffffff")
OVERLAY = "#54278f"
"""Colour of the dots that lie over the most deprived areas."""
HIDDEN = 255
"""Class code of an area that the borough filter leaves out."""


@dataclass(frozen=True)
class Classes:
    """The classes of a map, one entry each; a legend has them in the order of :func:`in_reading_order`.

    Attributes
    ----------
    title : str
    keys, labels, colours : tuple of str
        Colours as ``#rrggbb``.
    patterns : tuple of str or None
        ``"nodata"`` or ``"suppressed"`` where the class is hatched.
    counts : tuple of int
        Areas in each class.
    edges : tuple of float
        Where the classes are steps of a number: the lower bounds of the second and later ones.
    """

    title: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str | None, ...]
    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()

    def coloured(self, palette: str) -> Classes:
        """Return the same steps in a reader's colours; hatched classes stay as they are."""
        number = self.patterns.count(None)
        return replace(self, colours=(*steps(number, palette), *self.colours[number:]))


@dataclass(frozen=True)
class Entry:
    """One line of a legend.

    Attributes
    ----------
    colour, label : str
    pattern : {None, "nodata", "suppressed", "dots"}
    count : int
        Areas in the class.
    key : str
    position : int
        Of the class in :class:`Classes`; -1 for what lies over the classes.
    """

    colour: str
    label: str
    pattern: str | None
    count: int
    key: str = ""
    position: int = -1


def in_reading_order(classes: Classes, scale: Scale) -> tuple[Entry, ...]:
    """Lines of a legend as page and print show them: the most or the hottest first, hatched classes last.

    Examples
    --------
    >>> low_high = Classes("Count", ("0", "1"), ("0", "1 or more"), ("#fff", "#000"), (None, None), (3, 1))
    >>> [entry.label for entry in in_reading_order(low_high, "rising")]
    ['1 or more', '0']
    """
    parts = zip(classes.colours, classes.labels, classes.patterns, classes.counts, classes.keys, strict=True)
    entries = [Entry(*line, position) for position, line in enumerate(parts)]
    plain = [entry for entry in entries if not entry.pattern]
    if scale in ("rising", "square"):
        plain.reverse()
    return (*plain, *(entry for entry in entries if entry.pattern))


def overlay_entry(areas: np.ndarray) -> Entry:
    """Line of the dots that lie over the most deprived areas."""
    return Entry(OVERLAY, "Most deprived 20% in England", "dots", int(areas.sum()))


@dataclass(frozen=True)
class Drawn:
    """What a layer gives.

    Attributes
    ----------
    columns : DataFrame
        Added to the table; on the area index; already protected.
    codes : ndarray of uint8, shape (n,)
        Position in ``classes``, :data:`HIDDEN` outside the boroughs chosen.
    classes : Classes
    finding : str
        One sentence, a finding before a number; "" lets the measure's finding stand.
    caveats : tuple of str
    """

    columns: pd.DataFrame
    codes: np.ndarray
    classes: Classes
    finding: str = ""
    caveats: tuple[str, ...] = ()


def classify(
    title: str,
    entries: Sequence[tuple[str, str, str]],
    position: np.ndarray,
    inside: np.ndarray,
    *,
    suppressed: np.ndarray | None = None,
    no_value: str = "No data",
) -> tuple[np.ndarray, Classes]:
    """Class codes and legend from positions in a list of entries.

    Parameters
    ----------
    title : str
    entries : sequence of (key, label, colour)
    position : ndarray of int, shape (n,)
        Position in ``entries``; -1 has no value: no data, or suppressed where ``suppressed`` holds.
    inside : ndarray of bool, shape (n,)
    suppressed : ndarray of bool, shape (n,), optional
    no_value : str
        Label of the areas that have none.

    Returns
    -------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
        Hatched classes are there only when an area is in them.
    """
    position = np.asarray(position)
    hidden = np.zeros(len(position), bool) if suppressed is None else suppressed & (position < 0)
    legend = list(entries)
    patterns: list[str | None] = [None] * len(entries)
    codes = np.where(position >= 0, position, HIDDEN)
    nothing = ("nodata", no_value, "#ffffff")
    for entry, areas in ((SUPPRESSED, hidden), (nothing, (position < 0) & ~hidden)):
        if (areas & inside).any():
            codes = np.where(areas, len(legend), codes)
            legend.append(entry)
            patterns.append(entry[0])
    codes = np.where(inside, codes, HIDDEN).astype(np.uint8)
    counts = np.bincount(codes[inside], minlength=len(legend))
    keys, labels, colours = zip(*legend, strict=True)
    return codes, Classes(title, keys, labels, colours, tuple(patterns), tuple(int(c) for c in counts))


def classify_alike(
    title: str, like: Classes, values: np.ndarray, inside: np.ndarray, suppressed: np.ndarray
) -> tuple[np.ndarray, Classes]:
    """Class other values by the steps of a legend, so that two maps can be read with one.

    Parameters
    ----------
    title : str
    like : Classes
        With ``edges``.
    values : ndarray of float, shape (n,)
        NaN has no value.
    inside, suppressed : ndarray of bool, shape (n,)

    Returns
    -------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
        The same steps, labels and colours.
    """
    entries = list(zip(like.keys, like.labels, like.colours, strict=True))[: len(like.edges) + 1]
    position = np.where(np.isnan(values), -1, np.searchsorted(like.edges, np.nan_to_num(values), "right"))
    codes, classes = classify(title, entries, position, inside, suppressed=suppressed)
    return codes, replace(classes, edges=like.edges)


CLASSES = len(SEQUENTIAL)
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


def _tidy(edges: np.ndarray, whole: bool) -> np.ndarray:
    """Bounds that can be read: whole numbers from 1, or three figures; increasing."""
    if whole:
        return np.unique(np.maximum(np.ceil(edges - 1e-9), 1))
    digits = 2 - np.floor(np.log10(np.maximum(edges, 1e-9))).astype(int)
    rounded = np.array([round(float(e), int(d)) for e, d in zip(edges, digits, strict=True)])
    return np.unique(rounded[rounded > 0])


def edge_labels(edges: np.ndarray, whole: bool, smallest: int) -> list[str]:
    if not edges.size:
        return ["0" if whole else "All areas"]
    texts = [f"{int(e):,}" if whole else f"{e:,.10g}" for e in edges]
    if whole:
        ends = [int(e) - 1 for e in edges]
        labels = ["0" if ends[0] < smallest else f"0 to {ends[0]:,}"]
        pairs = zip(edges[:-1].astype(int), ends[1:], strict=True)
        labels += [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in pairs]
    else:
        labels = [f"under {texts[0]}"]
        labels += [f"{a} to under {b}" for a, b in pairwise(texts)]
    return [*labels, f"{texts[-1]} or more"]


def steps(number: int, palette: str) -> list[str]:
    """``number`` colours from a sequential palette, always from light to dark; mixed where it has fewer."""
    return ramp(PALETTES[palette], number)


def ramp(colours: Sequence[str], number: int) -> list[str]:
    """``number`` colours along some, from the first to the last; mixed between them where there are too few.

    Examples
    --------
    >>> ramp(["#000000", "#ffffff"], 3), ramp(["#000000", "#808080", "#ffffff"], 2)
    (['#000000', '#808080', '#ffffff'], ['#000000', '#ffffff'])
    """
    places = np.linspace(0, len(colours) - 1, number) if number > 1 else np.zeros(1)
    if number <= len(colours):
        return [colours[i] for i in places.round().astype(int)]
    channels = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]).T
    mixed = np.array([np.interp(places, range(len(colours)), channel) for channel in channels]).T.round()
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed.astype(int).tolist()]
