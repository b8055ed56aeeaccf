"""What is a parameter of the address, and how is each kind of its values read and written?

A :class:`Parameter` is declared once, as a field of :class:`geo.ask.query.Query`: its name in the address,
its :class:`Kind`, the words for it, which parts of an answer it changes, and what no longer makes sense once
it changes. The memory of answers, "Clear all", the controls, the browser's tables, the exports and the
description of the HTTP interface follow from that. Reading never fails: what cannot be understood is left out
and said.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from geo.ask.choices import GROUPS
from geo.ask.notice import choose, left_out
from geo.ask.source_info import SourceInfo
from geo.ask.words import DAYS, a, listed, month_number, month_text, one_span

if TYPE_CHECKING:
    import numpy as np


LARGEST_GROUP = 1_000
"""Areas of a set; its link names runs of codes, so that it stays short enough to send."""
RUN = 3
"""Codes one after the other from which on they are written as a run, "E01000001-2" for three of them."""
MOST_EDGES = 8
"""Bounds of the reader's own classes: one class more than bounds."""

EVENTS, MAP, COLOURS, MONTHS, WEEK, GRADIENT = "events", "map", "colours", "months", "week", "gradient"
"""Parts of an answer: its events; numbers and classes of the areas, and their colours; the three charts."""
CHARTS = frozenset({MAP, MONTHS, WEEK, GRADIENT})
ALL = CHARTS | {EVENTS}

LONGEST = 8_000
"""Characters of a query string."""

Notices = list[str]
Read = Callable[[str], tuple[Any, Notices]]


# ---------------------------------------------------------------- what is declared


@dataclass(frozen=True)
class Kind:
    """One kind of value.

    Attributes
    ----------
    read : callable
        Text to (value or None, sentences about what was left out).
    write : callable
        Value to text; the inverse.
    schema : mapping
        JSON Schema of the text, or of one item of a comma list.
    many : bool
        Whether the text is a comma list.
    cycle : int
        Number of values where they go round, so that a run of them is one range; else 0.
    loaded : str
        Attribute of the catalogue that holds its values, where these depend on what is loaded; else "".
    """

    read: Read
    write: Callable[[Any], str] = str
    schema: Mapping[str, Any] = dataclasses.field(default_factory=lambda: {"type": "string"})
    many: bool = False
    cycle: int = 0
    loaded: str = ""


@dataclass(frozen=True)
class Parameter:
    """One key of the address.

    Attributes
    ----------
    name : str
        Key in the address.
    field : str
        Attribute of :class:`~geo.ask.query.Query`; the name where it has none.
    kind : Kind
    label : str
        What people call it, "Hours".
    description : str
        What it asks for, one sentence.
    default : object
        Value that means everything, or as usual.
    changes : frozenset of str
        Parts of an answer that it changes; none where only the place on the page changes.
    heeded : bool
        Whether only some layers and measures heed it (those that name it under ``heeds``).
    filters : bool
        Whether it says what, when or where, so that "Clear all" clears it.
    clears : tuple of str
        Names of the parameters that no longer make sense once this one changes.
    stays : tuple of (str, str)
        Name and beginning of a value: where that parameter has it, this one is not cleared.
    control : {"", "value", "checked", "strip"}
        Property that holds the state of its control on the page, "strip" for a strip of cells; "" without
        one.
    usual : str
        What its control holds for the default, where that is not the default itself.
    options : mapping
        Value to label, for a control that the page makes by itself (see ``keeps``): a list, or a strip of
        which several are chosen, held as their positions.
    keeps : callable or None
        ``keeps(cube, value) -> ndarray of bool``, one an event: a filter of events by a further attribute.
    unsure : callable or None
        ``unsure(cube, value) -> ndarray of bool``: the events of which too little is recorded to tell.
    reason : callable or None
        ``reason(source) -> str``: why a source cannot be asked by it, a sentence; "" where it can.
    fits : callable or None
        ``fits(source, value) -> (value, notices)``: what of a value a source can be asked for.
    says : callable or None
        Value to the words that the description of a question adds, "weekends only".
    """

    name: str
    field: str
    kind: Kind
    label: str
    description: str
    default: Any = ()
    changes: frozenset[str] = frozenset()
    heeded: bool = False
    filters: bool = False
    clears: tuple[str, ...] = ()
    stays: tuple[str, str] | None = None
    control: str = ""
    usual: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    keeps: Callable[[Any, Any], np.ndarray] | None = None
    unsure: Callable[[Any, Any], np.ndarray] | None = None
    reason: Callable[[SourceInfo], str] | None = None
    fits: Callable[[SourceInfo, Any], tuple[Any, Notices]] | None = None
    says: Callable[[Any], str] | None = None

    @property
    def usually(self) -> str:
        """Text of its control for the default; "" where it is empty or depends on what is loaded."""
        if self.usual or self.default in ((), None, ""):
            return self.usual or ("all" if self.options and self.control == "value" else "")
        return self.kind.write(self.default)


def asks(
    default: Any,
    kind: Kind,
    label: str,
    description: str,
    changes: Collection[str] = (),
    *,
    name: str = "",
    **more: Any,
) -> Any:
    """Declare a parameter as a field of a query; its name in the address is the field's, unless given."""
    declared = Parameter(
        name, "", kind, label, description, default=default, changes=frozenset(changes), **more
    )
    return dataclasses.field(default=default, metadata={"parameter": declared})


# ---------------------------------------------------------------- kinds of values


def choice(name: str, allowed: Collection[str]) -> Kind:
    """One of some fixed words; messages call it by ``name``."""

    def read(text: str) -> tuple[str | None, Notices]:
        if text in allowed:
            return text, []
        return None, [f"“{text[:40]}” is not {a(name)} that this page has; it has {listed(sorted(allowed))}."]

    return Kind(read, schema={"type": "string", "enum": list(allowed)})


_WORD = r"[A-Za-z0-9_.:-]{1,80}"


def word(name: str, loaded: str = "") -> Kind:
    """One word, judged by what is loaded."""

    def read(text: str) -> tuple[str | None, Notices]:
        if re.fullmatch(_WORD, text):
            return text, []
        return None, [left_out(f"“{text[:40]}” names no {name}")]

    return Kind(read, schema={"type": "string", "pattern": f"^{_WORD}$"}, loaded=loaded)


def words(name: str, pattern: str = _WORD, loaded: str = "", *, like: str = "") -> Kind:
    """Some words of one pattern, each once; ``like`` is one of them, for messages."""
    such = f" such as {like}." if like else "."

    def read(text: str) -> tuple[tuple[str, ...], Notices]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        good = tuple(dict.fromkeys(part for part in parts if re.fullmatch(pattern, part)))
        bad = [part for part in parts if not re.fullmatch(pattern, part)]
        return good, [left_out(f"“{part[:40]}” is not {a(name)}", instead=such) for part in bad]

    return Kind(read, _write_list, {"type": "string", "pattern": f"^{pattern}$"}, many=True, loaded=loaded)


def names(name: str, among: Sequence[str]) -> Kind:
    """Some of a few names, held as their sorted positions."""

    def read(text: str) -> tuple[tuple[int, ...], Notices]:
        parts = [part.strip().lower() for part in text.split(",") if part.strip()]
        good = sorted({among.index(part) for part in parts if part in among})
        bad = [part for part in parts if part not in among]
        known = choose(among)
        return tuple(good), [left_out(f"“{part[:40]}” is not {a(name)}", instead=known) for part in bad]

    schema = {"type": "string", "enum": list(among)}
    return Kind(read, lambda positions: ",".join(among[i] for i in positions), schema, many=True)


def on_off(name: str) -> Kind:
    """Something that is on or off."""

    def read(text: str) -> tuple[bool | None, Notices]:
        if text in ("on", "off"):
            return text == "on", []
        return None, [f"{name} is “on” or “off”, not “{text[:40]}”."]

    return Kind(read, lambda value: "on" if value else "off", {"type": "string", "enum": ["on", "off"]})


def _month(text: str) -> tuple[int | None, Notices]:
    try:
        return month_number(text), []
    except ValueError as problem:
        return None, [left_out(f"{problem}", "; that end of the period was left open")]


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
            notices.append(left_out(f"“{part[:40]}” is not a month of the year from 1 to 12"))
    return (() if len(good) == 12 else tuple(sorted(good))), notices


MARKS = {"class": r"[A-Za-z0-9-]+", "decile": r"[1-9]|10", "quintile": r"[1-5]"}
"""What areas can be marked by: classes of the legend by their keys, tenths or fifths of deprivation."""

LAST = {"decile": 10, "quintile": 5}
"""The last tenth and fifth: the least deprived."""


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
    known = f": choose from 1 to {LAST[kind]}." if kind in GROUPS else "."
    bad: Notices = [
        left_out(f"“{part[:40]}” is not {a(kind)} to mark", instead=known)
        for part in parts
        if part not in good
    ]
    return (f"{kind}:{','.join(good)}" if good else None), bad


OUTSIDE = "outside"
"""How a set was chosen that no count of this page chose: by deprivation, or as its reader says."""


def read_chosen(text: str) -> tuple[str | None, Notices]:
    """How a set was chosen: "outside", or by the counts of a source in some months.

    Examples
    --------
    >>> read_chosen("offences:2024-01..2024-12"), read_chosen("outside")[0]
    (('offences:2024-01..2024-12', []), 'outside')
    """
    source = text.partition(":")[0]
    if text == OUTSIDE or (re.fullmatch(r"[A-Za-z0-9_-]{1,40}", source) and chosen_months(text)):
        return text, []
    fault = f"“{text[:40]}” does not say how the set was chosen"
    return None, [
        left_out(fault, instead=f"; {OUTSIDE}, or a source and months as in offences:2024-01..2024-12")
    ]


def chosen_months(text: str) -> tuple[int, int] | None:
    """First and last month of the counts that chose a set; None where no counts did."""
    first, _, last = text.partition(":")[2].partition("..")
    try:
        return month_number(first), month_number(last)
    except ValueError:
        return None


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


CODE_OR_RUN = r"[A-Z]\d{8}(?:-\d{1,4})?"


def read_codes(text: str) -> tuple[tuple[str, ...], Notices]:
    """Codes of areas, each once; a run of them as its first and how many follow.

    Examples
    --------
    >>> read_codes("E01000009,E01000001-2")[0]
    ('E01000009', 'E01000001', 'E01000002', 'E01000003')
    >>> read_codes("Luton")
    ((), ['“Luton” is not a code of an area and was left out.'])
    """
    found: dict[str, None] = {}
    notices: Notices = []
    for part in filter(None, map(str.strip, text.split(","))):
        if not re.fullmatch(CODE_OR_RUN, part):
            such = " such as E01000001."
            notices.append(left_out(f"“{part[:40]}” is not a code of an area", instead=such))
        elif len(found) <= LARGEST_GROUP:
            first, _, more = part.partition("-")
            start = int(first[1:])
            found |= dict.fromkeys(f"{first[0]}{start + i:08d}" for i in range(int(more or 0) + 1))
    return tuple(found), notices


def write_codes(codes: Sequence[str]) -> str:
    """Codes as text; the inverse of :func:`read_codes`.

    Examples
    --------
    >>> write_codes(["E01000001", "E01000002", "E01000003", "E01000004", "E01000009"])
    'E01000001-3,E01000009'
    """
    runs: list[list[str]] = []
    for code in codes:
        if runs and code == f"{runs[-1][-1][0]}{int(runs[-1][-1][1:]) + 1:08d}":
            runs[-1].append(code)
        else:
            runs.append([code])
    return ",".join(f"{run[0]}-{len(run) - 1}" if len(run) >= RUN else ",".join(run) for run in runs)


def write_edges(edges: Sequence[float]) -> str:
    """Bounds as text; the inverse of :func:`read_edges`."""
    return ",".join(f"{edge:.6f}".rstrip("0").rstrip(".") for edge in edges)


def read_keys(search: str) -> tuple[dict[str, str], Notices]:
    """Texts of a query string by their keys; those of a key that is given more than once, as one list.

    Examples
    --------
    >>> read_keys("?day=fri&day=sat&hour=")
    ({'day': 'fri,sat'}, ['The link names “hour” without a value; it was left out.'])
    """
    text = search.removeprefix("?")
    notices: Notices = []
    if len(text) > LONGEST:
        notices.append(left_out(f"The link is longer than {LONGEST:,} characters", "; the rest was left out"))
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl(text[:LONGEST], keep_blank_values=True):
        if value.strip(" ,"):
            given.setdefault(key, []).append(value.strip())
        else:
            notices.append(left_out(f"The link names “{key[:40]}” without a value", "; it was left out"))
    return {key: ",".join(values) for key, values in given.items()}, notices


def _write_list(values: Sequence[Any]) -> str:
    return ",".join(map(str, values))


MONTH = Kind(_month, month_text, {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"})
MONTHS_OF_YEAR = Kind(
    _months_of_year, _write_list, {"type": "integer", "minimum": 1, "maximum": 12}, many=True
)
HOURS = Kind(
    read_hours, write_hours, {"type": "string", "pattern": r"^\d{1,2}(-\d{1,2})?$"}, many=True, cycle=24
)
DAYS_OF_WEEK = names("day", DAYS)
NIGHTS_OF_WEEK = names("night", DAYS)
MARK = Kind(read_mark, schema={"type": "string", "pattern": "^(class|decile|quintile):.+$"})
CHOSEN = Kind(read_chosen)
EDGES = Kind(read_edges, write_edges, {"type": "number", "exclusiveMinimum": 0}, many=True)
SLUGS = words("category", r"[a-z0-9]+(?:-[a-z0-9]+)*", "categories")
BOROUGH_CODES = words("borough code", r"[A-Z]\d{8}", "boroughs")
AREA_CODES = Kind(read_codes, write_codes, {"type": "string", "pattern": rf"^{CODE_OR_RUN}$"}, many=True)
