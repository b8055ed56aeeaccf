"""How are the colours of two maps told? In one list with both sides of every class, else in one of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.answer.legend import Classes, Entry
from geo.ask.choices import LEVELS
from geo.tell.beside import in_own_classes

if TYPE_CHECKING:
    from geo.answer.answer import Answer

ONE = "One legend for both maps"
OWN = "Each map in its own classes"
PLACES = (
    ("All",),
    ("Lowest", "Highest"),
    ("Lowest", "Middle", "Highest"),
    ("Lowest", "Low", "High", "Highest"),
    ("Lowest", "Low", "Middle", "High", "Highest"),
)
"""What one to five classes are called by their place, where their numbers differ from map to map."""

Row = tuple[Entry, tuple[str, ...]]
"""A class, and what is said of it on each map."""
Say = Callable[["Answer", str], str]
"""What is said of the class of a key: the number of its areas, or where it begins and ends."""


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
        One where classes of the same key look and read the same on both, kinds that one map alone has among
        them, or by their place where each map has its own; else one of each.
    """
    if in_own_classes(first, second):
        one, two = _by_place(first.classes), _by_place(second.classes)
        if shared(one, two):
            called = dict(zip(one.keys, one.labels, strict=True))
            rows = _rows(_bounds, first, second)
            named = (replace(entry, label=called.get(entry.key, entry.label)) for entry, _ in rows)
            return [Legend(OWN, names, tuple(zip(named, (said for _, said in rows), strict=True)))]
    elif shared(first.classes, second.classes) or (
        first.query.layer == second.query.layer and of_kinds(first.classes, second.classes)
    ):
        title = first.classes.title if first.classes.title == second.classes.title else ONE
        return [Legend(title, names, _rows(_areas, first, second))]
    return [
        Legend(one.classes.title, (name,), _rows(_areas, one))
        for name, one in zip(names, (first, second), strict=True)
    ]


def note(first: Answer, second: Answer) -> str:
    """What the numbers beside the classes are."""
    if in_own_classes(first, second):
        return "A colour stands for other numbers on each map."
    cut = "Both maps have the classes of the left one. " if first.classes.edges else ""
    return f"{cut}Number of {LEVELS[first.query.level]} in each, left / right."


def shared(one: Classes, two: Classes) -> bool:
    """Whether the classes of two legends that have the same key look and read the same."""
    steps = [
        {key for key, pattern in zip(c.keys, c.patterns, strict=True) if not pattern} for c in (one, two)
    ]
    return steps[0] == steps[1] and _alike(one, two)


def of_kinds(one: Classes, two: Classes) -> bool:
    """Whether the classes of two legends are kinds, no steps of a number, and look and read the same."""
    return not (one.edges or two.edges) and _alike(one, two)


def _alike(one: Classes, two: Classes) -> bool:
    first, other = (dict(zip(c.keys, zip(c.labels, c.colours, strict=True), strict=True)) for c in (one, two))
    return all(first[key] == other[key] for key in first.keys() & other.keys())


def _by_place(classes: Classes) -> Classes:
    """Call the steps of a legend by their place among them; hatched classes stay as they are."""
    number = classes.patterns.count(None)
    return replace(classes, labels=(*PLACES[number - 1], *classes.labels[number:]))


def _areas(answer: Answer, key: str) -> str:
    """Number of areas in a class."""
    counts = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    return f"{counts.get(key, 0):,}"


def _bounds(answer: Answer, key: str) -> str:
    """Where a class begins and ends, in short; of a hatched one the number of areas."""
    for entry in answer.legend:
        if entry.key == key:
            if entry.pattern:
                return f"{entry.count:,} area{'s' * (entry.count != 1)}"
            return entry.label.replace(" to under ", "–").replace(" to ", "–").replace(" or more", "+")
    return "none"


def _rows(say: Say, *answers: Answer) -> tuple[Row, ...]:
    """Every class with what is said of it on each map; hatched classes last.

    A class that a later map alone has stands behind the one that it follows there.
    """
    found: list[Entry] = []
    for answer in answers:
        at = 0
        for entry in answer.legend:
            keys = [one.key for one in found]
            if entry.key not in keys:
                found.insert(at, entry)
                at += 1
            else:
                at = keys.index(entry.key) + 1
    rows = [(entry, tuple(say(answer, entry.key) for answer in answers)) for entry in found]
    return tuple(sorted(rows, key=lambda row: bool(row[0].pattern)))
