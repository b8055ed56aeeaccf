"""What do the colours mean?

The classes of a map and the legend that the page, the exports and the print share, so that they cannot
disagree. No data and suppressed are hatched; what is less than expected has level lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from geo.answer.colours import OVERLAY, PALETTES, PAPER, Shade, lines_over
from geo.answer.deciles import Deciles
from geo.ask.words import lower_first

Scale = Literal["rising", "falling", "kinds", "square"]
"""How the classes of a layer follow one another: steps from the least to the most or from the most to the
least, kinds with the hottest first, or nine cells of two scales that rise to the right and upwards."""


class Kind(NamedTuple):
    """One class that a map may show.

    Attributes
    ----------
    key, label : str
    shade : Shade
    name : str
        The label in short, where that says less.
    said : str, optional
        What a meeting is told of an area of it, where the label would be jargon; "" where nothing is said.
    """

    key: str
    label: str
    shade: Shade
    name: str = ""
    said: str | None = None


SUPPRESSED = Kind("suppressed", "Suppressed (1 to 7)", PAPER)


HIDDEN = 255
"""Class code of an area that the borough filter leaves out."""


def class_value(key: str) -> str:
    """Key of a class as a query writes it: "New hotspot" is "New-hotspot"."""
    return key.replace(" ", "-")


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
    names : tuple of str
        The labels in short.
    said : tuple of str
        What a meeting is told of an area of each class.
    """

    title: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str | None, ...]
    counts: tuple[int, ...]
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """Position of each class by its key as a query writes it (:func:`class_value`)."""
        return {class_value(key): at for at, key in enumerate(self.keys)}

    @property
    def lines(self) -> tuple[str | None, ...]:
        """Colour of the level lines over each class; None where it has none."""
        return tuple(map(_lines, self.colours, self.patterns))

    def coloured(self, palette: str) -> Classes:
        """Return the same steps in a reader's colours; hatched classes stay as they are."""
        number = self.patterns.count(None)
        steps = [shade.paper for shade in PALETTES[palette].steps(number)]
        again = dict(zip(self.colours, steps, strict=False))
        return replace(self, colours=tuple(again.get(colour, colour) for colour in self.colours))


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
    name : str
        The label in short.
    """

    colour: str
    label: str
    pattern: str | None
    count: int
    key: str = ""
    position: int = -1
    name: str = ""

    @property
    def lines(self) -> str | None:
        """Colour of the level lines over it; None where it has none."""
        return _lines(self.colour, self.pattern)


def _lines(colour: str, pattern: str | None) -> str | None:
    """Level lines, but where it is hatched, which says more."""
    return None if pattern else lines_over(colour)


def in_reading_order(classes: Classes, scale: Scale) -> tuple[Entry, ...]:
    """Lines of a legend as page and print show them: the most or the hottest first, hatched classes last.

    Examples
    --------
    >>> low_high = Classes("Count", ("0", "1"), ("0", "1 or more"), ("#fff", "#000"), (None, None), (3, 1))
    >>> [entry.label for entry in in_reading_order(low_high, "rising")]
    ['1 or more', '0']
    """
    parts = zip(classes.colours, classes.labels, classes.patterns, classes.counts, classes.keys, strict=True)
    names = classes.names or classes.labels
    entries = [Entry(*line, position, names[position]) for position, line in enumerate(parts)]
    plain = [entry for entry in entries if not entry.pattern]
    if scale in ("rising", "square"):
        plain.reverse()
    return (*plain, *(entry for entry in entries if entry.pattern))


def overlay_entry(areas: np.ndarray, deciles: Deciles) -> Entry:
    """Line of the dots that lie over the most deprived areas."""
    return Entry(OVERLAY.paper, deciles.overlay, "dots", int(areas.sum()))


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
    warning : tuple of str
        What must be said with the finding, wherever it stands.
    title, source : str
        What is shown and whose it is, where it is not of the events; "" where it is of them.
    """

    columns: pd.DataFrame
    codes: np.ndarray
    classes: Classes
    finding: str = ""
    caveats: tuple[str, ...] = ()
    warning: tuple[str, ...] = ()
    title: str = ""
    source: str = ""


def classify(
    title: str,
    entries: Sequence[Kind],
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
    entries : sequence of Kind
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
    nothing = Kind("nodata", no_value, PAPER)
    for entry, areas in ((SUPPRESSED, hidden), (nothing, (position < 0) & ~hidden)):
        if (areas & inside).any():
            codes = np.where(areas, len(legend), codes)
            legend.append(entry)
            patterns.append(entry.key)
    codes = np.where(inside, codes, HIDDEN).astype(np.uint8)
    counts = np.bincount(codes[inside], minlength=len(legend))
    return codes, Classes(
        title,
        keys=tuple(entry.key for entry in legend),
        labels=tuple(entry.label for entry in legend),
        colours=tuple(entry.shade.paper for entry in legend),
        patterns=tuple(patterns),
        counts=tuple(int(count) for count in counts),
        names=tuple(entry.name or entry.label for entry in legend),
        said=tuple(lower_first(entry.label) if entry.said is None else entry.said for entry in legend),
    )


PARTLY = "part-"
"""Begins the key of a class of areas reported on in part of the period, before that of their value."""


def partly_reported(codes: np.ndarray, classes: Classes, position: np.ndarray) -> tuple[np.ndarray, Classes]:
    """Give areas reported on in part of the period the colour of their value, hatched, as own classes.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
    position : ndarray of int, shape (n,)
        Position of the value of each such area in ``classes``; -1 for others.

    Returns
    -------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
        The same where there are none.
    """
    codes = codes.copy()
    for at in np.unique(position[position >= 0]).tolist():
        mine = position == at
        codes[mine] = len(classes.keys)
        classes = replace(
            classes,
            keys=(*classes.keys, PARTLY + classes.keys[at]),
            labels=(*classes.labels, f"{classes.labels[at]}, in part of the period"),
            colours=(*classes.colours, classes.colours[at]),
            patterns=(*classes.patterns, "nodata"),
            counts=(*classes.counts, int(mine.sum())),
            names=(*classes.names, f"{classes.names[at]}, in part"),
            said=(*classes.said, ""),
        )
    return codes, classes


UNREPORTED = Kind("unreported", "No data: not reported on, or not throughout", PAPER, "No data", "no data")


def unreported(codes: np.ndarray, classes: Classes, chosen: np.ndarray) -> tuple[np.ndarray, Classes]:
    """Give the areas chosen that a layer left out, because nobody reports on them, a class of their own.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
    chosen : ndarray of bool, shape (n,)

    Returns
    -------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
        The same where there are none.
    """
    left = chosen & (codes == HIDDEN)
    if not left.any():
        return codes, classes
    return np.where(left, len(classes.keys), codes).astype(np.uint8), replace(
        classes,
        keys=(*classes.keys, UNREPORTED.key),
        labels=(*classes.labels, UNREPORTED.label),
        colours=(*classes.colours, UNREPORTED.shade.paper),
        patterns=(*classes.patterns, "nodata"),
        counts=(*classes.counts, int(left.sum())),
        names=(*(classes.names or classes.labels), UNREPORTED.name),
        said=(*classes.said, UNREPORTED.said or ""),
    )


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
    shades = [Shade(colour, colour) for colour in like.colours]
    entries = list(map(Kind, like.keys, like.labels, shades))[: len(like.edges) + 1]
    position = np.where(np.isnan(values), -1, np.searchsorted(like.edges, np.nan_to_num(values), "right"))
    codes, classes = classify(title, entries, position, inside, suppressed=suppressed)
    return codes, replace(classes, edges=like.edges)


def edge_labels(edges: np.ndarray, whole: bool, smallest: int) -> list[str]:
    """Labels of the steps between bounds, all with as many decimals as the finest bound has.

    Examples
    --------
    >>> edge_labels(np.array([75, 84.7]), False, 1)
    ['under 75.0', '75.0 to under 84.7', '84.7 or more']
    """
    if not edges.size:
        return ["0" if whole else "All areas"]
    finest = max(len(f"{e:.10f}".rstrip("0").partition(".")[2]) for e in edges)
    texts = [f"{int(e):,}" if whole else f"{e:,.{finest}f}" for e in edges]
    if whole:
        ends = [int(e) - 1 for e in edges]
        labels = ["0" if ends[0] < smallest else f"0 to {ends[0]:,}"]
        pairs = zip(edges[:-1].astype(int), ends[1:], strict=True)
        labels += [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in pairs]
    else:
        labels = [f"under {texts[0]}"]
        labels += [f"{a} to under {b}" for a, b in pairwise(texts)]
    return [*labels, f"{texts[-1]} or more"]
