"""How is each key of the address read and written?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from geo.ask.choices import (
    BREAKS,
    CLOCKS,
    DOMAINS,
    GROUPS,
    LAYOUTS,
    LEGENDS,
    LEVELS,
    MEASURES,
    NULLS,
    OVERLAYS,
    PALETTES,
    THEMES,
    VIEWS,
)
from geo.ask.words import DAYS, listed, month_number, month_text, one_span

LARGEST_GROUP = 60
"""Areas of a set, so that its link stays short enough to send."""
MOST_EDGES = 8
"""Bounds of the reader's own classes: one class more than bounds."""
Notices = list[str]


@dataclass(frozen=True)
class Parameter:
    """One key of the URL.

    Attributes
    ----------
    name : str
        Key in the URL.
    field : str
        Attribute of :class:`Query`.
    read : callable
        Text to (value or None, sentences about what was left out).
    write : callable
        Value to text.
    """

    name: str
    field: str
    read: Callable[[str], tuple[Any, Notices]]
    write: Callable[[Any], str] = str


def _choice(name: str, allowed: Collection[str]) -> Callable[[str], tuple[str | None, Notices]]:
    def read(text: str) -> tuple[str | None, Notices]:
        if text in allowed:
            return text, []
        return None, [f"“{text}” is not a {name} that this page has; it has {listed(sorted(allowed))}."]

    return read


def _word(name: str) -> Callable[[str], tuple[str | None, Notices]]:
    def read(text: str) -> tuple[str | None, Notices]:
        if re.fullmatch(r"[A-Za-z0-9_.:-]{1,80}", text):
            return text, []
        return None, [f"The {name} in the link could not be read and was left out."]

    return read


def _words(name: str, pattern: str) -> Callable[[str], tuple[tuple[str, ...], Notices]]:
    def read(text: str) -> tuple[tuple[str, ...], Notices]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        good = tuple(dict.fromkeys(part for part in parts if re.fullmatch(pattern, part)))
        bad = [part for part in parts if not re.fullmatch(pattern, part)]
        return good, [f"“{part[:40]}” is not a {name} and was left out." for part in bad]

    return read


def _names(name: str, names: Sequence[str]) -> Callable[[str], tuple[tuple[int, ...], Notices]]:
    """Read a comma list of names as their sorted positions."""

    def read(text: str) -> tuple[tuple[int, ...], Notices]:
        parts = [part.strip().lower() for part in text.split(",") if part.strip()]
        good = sorted({names.index(part) for part in parts if part in names})
        bad = [part for part in parts if part not in names]
        return tuple(good), [f"“{part[:40]}” is not a {name} and was left out." for part in bad]

    return read


def _write_names(names: Sequence[str]) -> Callable[[Sequence[int]], str]:
    return lambda positions: ",".join(names[i] for i in positions)


def _month(text: str) -> tuple[int | None, Notices]:
    try:
        return month_number(text), []
    except ValueError as problem:
        return None, [f"{problem}; that end of the period was left open."]


def read_hours(text: str) -> tuple[tuple[int, ...], Notices]:
    """Hours of a list or an inclusive range that may wrap midnight.

    Returns
    -------
    hours : tuple of int
        Sorted hours 0-23; empty means all.
    notices : list of str

    Examples
    --------
    >>> read_hours("22-1")[0]
    (0, 1, 22, 23)
    >>> read_hours("7,9")[0]
    (7, 9)
    """
    hours: set[int] = set()
    notices: Notices = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (99, 99)
        if first > 23 or last > 23:
            notices.append(f"“{part[:40]}” is not an hour from 0 to 23 (or a range such as 19-6).")
            continue
        hours.update((first + step) % 24 for step in range((last - first) % 24 + 1))
    return (() if len(hours) == 24 else tuple(sorted(hours))), notices


def write_hours(hours: Sequence[int]) -> str:
    """Hours as one range where they are one (wrapping midnight), else as a list.

    Examples
    --------
    >>> write_hours((0, 1, 22, 23)), write_hours((7, 9))
    ('22-1', '7,9')
    """
    span = one_span(hours)
    if span is None:
        return ",".join(map(str, hours))
    return f"{span[0]}" if span[0] == span[1] else f"{span[0]}-{span[1]}"


def _months_of_year(text: str) -> tuple[tuple[int, ...], Notices]:
    good: set[int] = set()
    notices: Notices = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        if re.fullmatch(r"0?[1-9]|1[0-2]", part):
            good.add(int(part))
        else:
            notices.append(f"“{part[:40]}” is not a month of the year from 1 to 12 and was left out.")
    return (() if len(good) == 12 else tuple(sorted(good))), notices


MARKS = {"class": r"[A-Za-z0-9-]+", "decile": r"[1-9]|10", "quintile": r"[1-5]"}
"""What areas can be marked by: classes of the legend by their keys, tenths or fifths of deprivation."""


def read_mark(text: str) -> tuple[str | None, Notices]:
    """Areas to mark, as "decile:1,2" or "class:HH", tidy.

    Examples
    --------
    >>> read_mark("decile:2,1,11")
    ('decile:1,2', ['“11” is not a decile to mark and was left out.'])
    """
    kind, _, rest = text.partition(":")
    if kind not in MARKS:
        return None, [f"“{text[:40]}” marks no areas; “decile:1,2” or “class:HH” would."]
    parts = list(dict.fromkeys(part.strip() for part in rest.split(",") if part.strip()))
    good = [part for part in parts if re.fullmatch(MARKS[kind], part)]
    if kind in GROUPS:
        good.sort(key=int)
    bad = [f"“{part[:40]}” is not a {kind} to mark and was left out." for part in parts if part not in good]
    return (f"{kind}:{','.join(good)}" if good else None), bad


def read_edges(text: str) -> tuple[tuple[float, ...] | None, Notices]:
    """Bounds of the reader's own classes: 1 to 8 increasing numbers above zero.

    Examples
    --------
    >>> read_edges("10, 20,50")[0]
    (10.0, 20.0, 50.0)
    >>> read_edges("20,10")
    (None, ['The bounds of own classes go up from one number to the next, as in 10,20,50.'])
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [part for part in parts if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", part)]
    if wrong:
        return None, [f"“{wrong[0][:40]}” is not a bound of a class; write numbers as in 10,20,50."]
    edges = tuple(float(part) for part in parts)
    if not 1 <= len(edges) <= MOST_EDGES:
        return None, [f"Own classes have 1 to {MOST_EDGES} bounds, as in 10,20,50."]
    if edges[0] <= 0 or any(b <= a for a, b in pairwise(edges)):
        above = "are above zero" if edges[0] <= 0 else "go up from one number to the next"
        return None, [f"The bounds of own classes {above}, as in 10,20,50."]
    return edges, []


def write_edges(edges: Sequence[float]) -> str:
    """Bounds as text; the inverse of :func:`read_edges`."""
    return ",".join(f"{edge:.6f}".rstrip("0").rstrip(".") for edge in edges)


def _on_off(name: str) -> Callable[[str], tuple[bool | None, Notices]]:
    def read(text: str) -> tuple[bool | None, Notices]:
        if text in ("on", "off"):
            return text == "on", []
        return None, [f"{name} is “on” or “off”, not “{text[:40]}”."]

    return read


def _write_list(values: Sequence[Any]) -> str:
    return ",".join(map(str, values))


_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_CODE = r"[A-Z]\d{8}"
PARAMETERS: dict[str, Parameter] = {
    p.name: p
    for p in (
        Parameter("level", "level", _choice("level", LEVELS)),
        Parameter("source", "source", _word("source")),
        Parameter("sources", "sources", _words("source", r"[A-Za-z0-9_.:-]{1,80}"), _write_list),
        Parameter("category", "category", _words("category", _SLUG), _write_list),
        Parameter("from", "first", _month, month_text),
        Parameter("to", "last", _month, month_text),
        Parameter("month", "month", _months_of_year, _write_list),
        Parameter("hour", "hour", read_hours, write_hours),
        Parameter("day", "day", _names("day", DAYS), _write_names(DAYS)),
        Parameter("night", "night", _names("night", DAYS), _write_names(DAYS)),
        Parameter("borough", "borough", _words("borough code", _CODE), _write_list),
        Parameter("measure", "measure", _choice("measure", MEASURES)),
        Parameter("layer", "layer", _word("layer")),
        Parameter("overlay", "overlay", _choice("overlay", OVERLAYS)),
        Parameter("domain", "domain", _choice("domain of deprivation", DOMAINS)),
        Parameter("benchmark", "benchmark", _word("benchmark")),
        Parameter("groups", "groups", _choice("way to group areas by deprivation", GROUPS)),
        Parameter(
            "fdr", "fdr", _on_off("The correction for many areas (fdr)"), lambda v: "on" if v else "off"
        ),
        Parameter("null", "null", _choice("way to find p", NULLS)),
        Parameter("area", "area", _word("area")),
        Parameter("set", "group", _words("area code", _CODE), _write_list),
        Parameter("mark", "mark", read_mark),
        Parameter("compare", "compare", _word("comparison")),
        Parameter("view", "view", _choice("view", VIEWS)),
        Parameter("clock", "clock", _choice("clock", CLOCKS)),
        Parameter("layout", "layout", _choice("layout", LAYOUTS)),
        Parameter("legend", "legend", _choice("legend of two maps", LEGENDS)),
        Parameter("breaks", "breaks", _choice("way to form classes", BREAKS)),
        Parameter("edges", "edges", read_edges, write_edges),
        Parameter("palette", "palette", _choice("set of colours", PALETTES)),
    )
}


SCREEN = {"theme": Parameter("theme", "", _choice("theme", THEMES))}
"""Parameters of the page's address that change no answer: the browser heeds them, a query leaves them out."""
