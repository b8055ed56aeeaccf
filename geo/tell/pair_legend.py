"""How are the colours of two maps told? In one list with both sides of every class, else in one of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.answer.disclosure import ASSUMED, SUPPRESSED
from geo.answer.legend import Classes, Entry
from geo.answer.measures import MEASURES
from geo.ask.choices import LEVELS
from geo.tell.beside import in_fifths

if TYPE_CHECKING:
    from geo.answer.answer import Answer

ONE = "One legend for both maps"
FIFTHS = "Each map in fifths of its own areas"

Row = tuple[Entry, tuple[str, ...]]
"""A class, and what is said of it on each map."""
Say = Callable[["Answer", str], str]
"""What is said of the class of a key: the number of its areas, or its least and greatest value."""


@dataclass(frozen=True)
class Legend:
    """One list of classes.

    Attributes
    ----------
    title : str
        What the colours show.
    sides : tuple of str
        Names of the maps that it is of, in the order of what is said of each class.
    rows : tuple of (Entry, tuple of str)
        Hatched classes last.
    """

    title: str
    sides: tuple[str, ...]
    rows: tuple[Row, ...]


def legends(first: Answer, second: Answer, names: tuple[str, str]) -> list[Legend]:
    """Legends of two maps that stand side by side.

    Parameters
    ----------
    first, second : Answer
        With the classes of :func:`geo.tell.beside.pair`.
    names : tuple of str
        What the maps are called.

    Returns
    -------
    list of Legend
        One where classes of the same key look and read the same on both, else one of each.
    """
    fifths = in_fifths(first, second)
    say = _bounds if fifths else _areas
    if shared(first.classes, second.classes):
        title = first.classes.title if first.classes.title == second.classes.title else ONE
        return [Legend(FIFTHS if fifths else title, names, _rows(say, first, second))]
    return [
        Legend(one.classes.title, (name,), _rows(say, one))
        for name, one in zip(names, (first, second), strict=True)
    ]


def note(first: Answer, second: Answer) -> str:
    """What the numbers beside the classes are."""
    if not in_fifths(first, second):
        return f"Number of {LEVELS[first.query.level]} in each, left / right."
    if any("suppressed" in one.classes.keys for one in (first, second)):
        return "A colour is a rank on its own map, not a number; suppressed areas have none."
    return "A colour is a rank among the areas of its map, not a number."


def shared(one: Classes, two: Classes) -> bool:
    """Whether the classes of two legends that have the same key look and read the same."""
    first, other = (dict(zip(c.keys, zip(c.labels, c.colours, strict=True), strict=True)) for c in (one, two))
    steps = [
        {key for key, pattern in zip(c.keys, c.patterns, strict=True) if not pattern} for c in (one, two)
    ]
    return steps[0] == steps[1] and all(first[key] == other[key] for key in first.keys() & other.keys())


def _areas(answer: Answer, key: str) -> str:
    """Number of areas in a class."""
    counts = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    return f"{counts.get(key, 0):,}"


def _bounds(answer: Answer, key: str) -> str:
    """Least and greatest value in a class; of a hatched one the number of areas."""
    counts = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    number = counts.get(key, 0)
    if not number:
        return "none"
    if not key[:1].isdigit():
        return f"{number:,} areas" if number > 1 else "1 area"
    measure = MEASURES[answer.query.measure]
    values = answer.table[measure.column.name].to_numpy(float, na_value=np.nan)
    among = values[answer.codes == answer.classes.keys.index(key)]
    order = np.nan_to_num(among, nan=ASSUMED)
    ends = among[[order.argmin(), order.argmax()]]
    low, high = (SUPPRESSED if np.isnan(value) else measure.form.format(value) for value in ends)
    return low if low == high else f"{low}–{high}"


def _rows(say: Say, *answers: Answer) -> tuple[Row, ...]:
    """Every class with what is said of it on each map; hatched classes last."""
    found: dict[str, Entry] = {}
    for answer in answers:
        for entry in answer.legend:
            found.setdefault(entry.key, entry)
    rows = [(entry, tuple(say(answer, key) for answer in answers)) for key, entry in found.items()]
    return tuple(sorted(rows, key=lambda row: bool(row[0].pattern)))
