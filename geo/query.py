"""What is being asked?

A :class:`Query` is one question to the atlas: which events, when, where, shown how. It is frozen, it is
read from and written to the query string of a URL, and it says itself in plain English. The URL holds
the whole state of the page, so a pasted link, the Back button and an export all ask the same question.

Each parameter is one :class:`Parameter` in :data:`PARAMETERS`: it knows its name in the URL, how to read a
value, how to write one, and what to say of a value that makes no sense. Reading never fails: what cannot
be understood is left out and said, and the rest of the link still works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, quote

from geo.windows import WINDOWS, Window, Windows, windows

LEVELS = {"lsoa": "small areas (LSOA)", "ward": "wards", "borough": "boroughs"}
MEASURES = {
    "count": "Count",
    "rate": "Rate",
    "dsr": "Age-standardised rate",
    "ratio": "Age-standardised ratio",
    "eb_rate": "Smoothed rate",
    "eb_local": "Locally smoothed rate",
    "harm": "Harm",
}
GROUPS = {"decile": "Tenths", "quintile": "Fifths"}
DOMAINS = {
    "imd": "All domains (IMD)",
    "income": "Income",
    "employment": "Employment",
    "education": "Education and skills",
    "health": "Health and disability",
    "crime": "Crime",
    "barriers": "Housing and services",
    "environment": "Living environment",
}
"""The Index of Multiple Deprivation and its seven domains, as people call them."""
OVERLAYS = {"none": "None", "imd": "Deprivation: most deprived 20%", "boundaries": "Ward and borough lines"}
LAYOUTS = {"map": "Map", "tiles": "Equal-area tiles"}
LEGENDS = {"own": "Fifths of each map", "common": "Same numbers on both maps"}
BREAKS = {
    "quantile": "Quantiles",
    "equal": "Equal steps",
    "natural": "Natural breaks",
    "sd": "Standard deviations",
    "own": "Own",
}
PALETTES = {
    "orrd": "Orange-red",
    "ylorbr": "Yellow-brown",
    "ylgnbu": "Yellow-blue",
    "blues": "Blues",
    "greys": "Greys",
}
ENGLAND = "england"
"""Benchmark that only a file of reference rates can give."""
THEMES = ("light", "dark")
VIEWS = ("explore", "present", "assess", "compare")
CHANGE = "change"
"""Key of the layer that compares one stretch of time with another."""
CLOCKS = {
    "recorded": "As recorded",
    "without": "Without unknown",
    "aoristic": "Spread",
}
"""Versions of the clock: as recorded, without times that are not known, spread over ranges of time."""
NULLS = {"exact": "exact", "permutation": "esda permutations"}

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = "January February March April May June July August September October November December".split()

LARGEST_GROUP = 60
"""Areas of a set, so that its link stays short enough to send."""
MOST_EDGES = 8
"""Bounds of the reader's own classes: one class more than bounds."""

Notices = list[str]


# ---------------------------------------------------------------- months and words


def month_number(text: str) -> int:
    """Months since year 0 of ``YYYY-MM`` (``year * 12 + month - 1``).

    Raises
    ------
    ValueError
        If the text is not a month of the years 1900 to 2199.

    Examples
    --------
    >>> month_number("2025-03") - month_number("2024-12")
    3
    """
    match = re.fullmatch(r"(19\d\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])", text)
    if not match:
        raise ValueError(f"“{text}” is not a month written as YYYY-MM")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_text(number: int) -> str:
    """``YYYY-MM`` of a month number; the inverse of :func:`month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_name(number: int) -> str:
    """Month in words, "March 2025"."""
    return f"{MONTH_NAMES[number % 12]} {number // 12}"


def day_name(day: date) -> str:
    """Day in words, "3 March 2025"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def period_name(first: int, last: int) -> str:
    """Period in words, as short as it stays clear.

    Examples
    --------
    >>> period_name(month_number("2025-01"), month_number("2025-12"))
    '2025'
    >>> period_name(month_number("2025-05"), month_number("2025-07"))
    'May to July 2025'
    >>> period_name(month_number("2024-11"), month_number("2025-02"))
    'November 2024 to February 2025'
    """
    if first == last:
        return month_name(first)
    whole_years = first % 12 == 0 and last % 12 == 11
    if whole_years:
        return str(first // 12) if first // 12 == last // 12 else f"{first // 12} to {last // 12}"
    if first // 12 == last // 12:
        return f"{MONTH_NAMES[first % 12]} to {month_name(last)}"
    return f"{month_name(first)} to {month_name(last)}"


def month_runs(months: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted month numbers as unbroken runs (first, last).

    Examples
    --------
    >>> month_runs([5, 6, 7, 9])
    [(5, 7), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for month in months:
        if runs and month == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], month)
        else:
            runs.append((month, month))
    return runs


def read_period(text: str) -> tuple[int, int]:
    """First and last month number of ``YYYY-MM..YYYY-MM``.

    Raises
    ------
    ValueError
        If the text is not a period.

    Examples
    --------
    >>> read_period("2024-12..2025-01") == (month_number("2024-12"), month_number("2025-01"))
    True
    """
    first, dots, last = text.partition("..")
    period = month_number(first), month_number(last)
    if not dots or period[0] > period[1]:
        raise ValueError(f"“{text}” is not a period written as YYYY-MM..YYYY-MM")
    return period


def write_period(first: int, last: int) -> str:
    """``YYYY-MM..YYYY-MM``; the inverse of :func:`read_period`."""
    return f"{month_text(first)}..{month_text(last)}"


def listed(words: Sequence[str]) -> str:
    """Words joined as a person would: "a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def slug(label: str) -> str:
    """Name of a category in a URL.

    Examples
    --------
    >>> slug("Violence and sexual offences")
    'violence-and-sexual-offences'
    """
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


# ---------------------------------------------------------------- one parameter


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
    span = _one_span(hours)
    if span is None:
        return ",".join(map(str, hours))
    return f"{span[0]}" if span[0] == span[1] else f"{span[0]}-{span[1]}"


def _one_span(hours: Sequence[int]) -> tuple[int, int] | None:
    """First and last hour where the hours are one unbroken run around the clock."""
    chosen = set(hours)
    starts = [h for h in hours if (h - 1) % 24 not in chosen]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(chosen) - 1) % 24


def hours_name(hours: Sequence[int]) -> str:
    """Hours in words, "19:00 to 06:59"."""
    span = _one_span(hours)
    if span is not None:
        return f"{span[0]:02d}:00 to {span[1]:02d}:59"
    return "the hours " + listed([f"{h:02d}" for h in hours])


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


# ---------------------------------------------------------------- the question


@dataclass(frozen=True)
class Query:
    """One question to the atlas. Empty tuples and None mean everything.

    Attributes
    ----------
    level : {"lsoa", "ward", "borough"}
    source : str
        Key of a source; "" is the first one loaded.
    sources : tuple of str
        Keys of the sources that an assessment covers; empty is all that are loaded.
    category : tuple of str
        Slugs of offence or event categories.
    first, last : int or None
        Month numbers (see :func:`month_number`), inclusive.
    month : tuple of int
        Months of the year, 1-12.
    hour : tuple of int
        Hours 0-23, local wall time.
    day, night : tuple of int
        Monday is 0. The night of Friday is Friday 12:00 to Saturday 11:59.
    borough : tuple of str
        Codes of local authority districts.
    measure : str
        Key of :data:`MEASURES`.
    layer : str
        Key of a map layer.
    overlay : {"none", "imd", "boundaries"}
    domain : str
        Key of :data:`DOMAINS`: the deprivation that layers and the gradient go by.
    groups : {"decile", "quintile"}
        How the chart by deprivation groups areas.
    benchmark : str
        With whom rates are compared: "" for the whole of what is shown, the code of a borough, or
        :data:`ENGLAND`.
    fdr : bool
        Whether clusters are those left after the Benjamini-Hochberg correction.
    null : {"exact", "permutation"}
        Where p comes from.
    area : str
        Code of the selected area, or "".
    group : tuple of str
        Codes of a set of areas, looked at together against the rest; ``set`` in the URL.
    mark : str
        Areas that stand out while the others fade, "decile:1,2" or "class:HH" (see :func:`read_mark`).
    compare : str
        What to set beside it: the key of a source or layer, a period (:func:`read_period`), a key of
        :data:`geo.windows.WINDOWS`, or "".
    view : {"explore", "present", "assess", "compare"}
    layout : {"map", "tiles"}
        Areas in their places, or as tiles of equal size.
    legend : {"own", "common"}
        Whether two maps of different sources are each cut into fifths of their own areas, or by the same
        numbers.
    breaks : {"quantile", "equal", "natural", "sd", "own"}
        How the values of a measure are cut into classes.
    edges : tuple of float
        Lower bounds of the second and later classes where ``breaks`` is "own"; empty is the quantiles.
    palette : str
        Key of :data:`PALETTES`.
    clock : {"recorded", "without", "aoristic"}
        How times that are not known are counted in the chart of weekdays and hours.
    window : Window or None
        Days that replace the period; in no link, but made by :meth:`windowed`.

    Examples
    --------
    >>> query, notices = Query.parse("?level=ward&hour=22-1&colour=red")
    >>> query.level, query.hour, notices
    ('ward', (0, 1, 22, 23), ['The link asks for “colour”, which this page does not know; it was left out.'])
    >>> query.to_search()
    '?level=ward&hour=22-1'
    """

    level: str = "lsoa"
    source: str = ""
    category: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    month: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    day: tuple[int, ...] = ()
    night: tuple[int, ...] = ()
    borough: tuple[str, ...] = ()
    measure: str = "count"
    layer: str = "measure"
    overlay: str = "none"
    domain: str = "imd"
    benchmark: str = ""
    groups: str = "decile"
    fdr: bool = True
    null: str = "exact"
    area: str = ""
    group: tuple[str, ...] = ()
    mark: str = ""
    compare: str = ""
    view: str = "explore"
    layout: str = "map"
    legend: str = "own"
    breaks: str = "quantile"
    edges: tuple[float, ...] = ()
    palette: str = "orrd"
    sources: tuple[str, ...] = ()
    clock: str = "recorded"
    window: Window | None = None

    @classmethod
    def parse(cls, search: str, catalogue: Catalogue | None = None) -> tuple[Query, Notices]:
        """Read a query string; never fails.

        Parameters
        ----------
        search : str
            Query string of a URL, with or without the leading "?".
        catalogue : Catalogue, optional
            What is loaded; with it, the query is also checked against it (:meth:`checked`).

        Returns
        -------
        query : Query
        notices : list of str
            A plain sentence for each thing that could not be taken.
        """
        values: dict[str, Any] = {}
        notices: Notices = []
        given: dict[str, list[str]] = {}
        for key, text in parse_qsl(search.removeprefix("?")[:8000], keep_blank_values=False):
            given.setdefault(key, []).append(text.strip())
        for key, texts in given.items():
            parameter = PARAMETERS.get(key) or SCREEN.get(key)
            if parameter is None:
                notices.append(
                    f"The link asks for “{key[:40]}”, which this page does not know; it was left out."
                )
                continue
            value, said = parameter.read(",".join(texts))
            notices += said
            if value is not None and value != () and parameter.field:
                values[parameter.field] = value
        query = cls(**values)
        if query.first is not None and query.last is not None and query.first > query.last:
            notices.append("The period in the link ended before it began; its two months were exchanged.")
            query = replace(query, first=query.last, last=query.first)
        if catalogue is not None:
            query, said = query.checked(catalogue)
            notices += said
        return query, notices

    def to_search(self) -> str:
        """Query string that asks this question: only what differs from the default, in a fixed order."""
        parts = []
        for parameter in PARAMETERS.values():
            value = getattr(self, parameter.field)
            if value != _DEFAULTS[parameter.field]:
                parts.append(f"{parameter.name}={quote(parameter.write(value), safe=',-:._')}")
        return "?" + "&".join(parts) if parts else ""

    def replace(self, **changes: Any) -> Query:
        """Return the same question with some answers changed."""
        return replace(self, **changes)

    def checked(self, catalogue: Catalogue) -> tuple[Query, Notices]:
        """Return the nearest question that the loaded data can answer, and what was changed.

        Parameters
        ----------
        catalogue : Catalogue

        Returns
        -------
        query : Query
            With a source that is loaded, and only categories, boroughs, layers and measures it has.
        notices : list of str
        """
        notices: Notices = []
        changes: dict[str, Any] = {}
        if self.source not in catalogue.sources:
            default = next(iter(catalogue.sources), "")
            changes["source"] = default
            if self.source:
                shown = f"; {catalogue.sources[default].label} are shown" if default else ""
                notices.append(f"The source “{self.source}” is not loaded here{shown}.")
        absent = [key for key in self.sources if key not in catalogue.sources]
        if absent:
            notices.append(f"The source {listed([f'“{key}”' for key in absent])} is not loaded here.")
            changes["sources"] = tuple(key for key in self.sources if key in catalogue.sources)
        source = catalogue.sources.get(changes.get("source", self.source))
        if source is not None:
            of_source, said = self._checked_for(source)
            changes |= of_source
            notices += said
        unknown = [b for b in self.borough if b not in catalogue.boroughs]
        if unknown:
            notices.append(f"This map has no borough {listed(unknown)}.")
            changes["borough"] = tuple(b for b in self.borough if b in catalogue.boroughs)
        if set(changes.get("borough", self.borough)) == set(catalogue.boroughs):
            changes["borough"] = ()
        if self.benchmark and self.benchmark not in catalogue.benchmarks:
            changes["benchmark"] = ""
            lacks = f"This map has no borough “{self.benchmark}” to compare with"
            lacks = "No rates of England are loaded to compare with" if self.benchmark == ENGLAND else lacks
            notices.append(f"{lacks}; areas are compared with the whole of what is shown.")
        if self.layer not in catalogue.layers:
            changes["layer"] = "measure"
            notices.append(
                f"There is no layer “{self.layer}” here; the {MEASURES['count'].lower()} is shown."
            )
        of_shown, said = self._checked_shown(catalogue)
        changes |= of_shown
        notices += said
        if self.area and self.area not in catalogue.areas.get(self.level, ()):
            changes["area"] = ""
            notices.append(f"“{self.area}” is not one of the {LEVELS[self.level]} of this map.")
        here = catalogue.areas.get(self.level, ())
        group = tuple(code for code in self.group if code in here)
        if len(group) < len(self.group):
            strange = len(self.group) - len(group)
            notices.append(f"{strange} of the set of areas are not {LEVELS[self.level]} of this map.")
        if len(group) > LARGEST_GROUP:
            notices.append(f"A set has at most {LARGEST_GROUP} areas; the first {LARGEST_GROUP} are kept.")
        changes["group"] = group[:LARGEST_GROUP]
        query = replace(self, **changes)
        reason = query._no_comparison(catalogue)
        if reason:
            query = replace(query, compare="")
        return query, [*notices, *filter(None, [reason])]

    def _no_comparison(self, catalogue: Catalogue) -> str:
        """Why ``compare`` means nothing here, a sentence; "" where it does or is not used."""
        if not self.compare:
            return ""
        if self.compare in WINDOWS and self.view != "compare":
            source = catalogue.sources.get(self.source)
            reason = self.windows(source)[1] if source is not None else ""
            return f"{WINDOWS[self.compare]} cannot be shown: {reason}" if reason else ""
        if self.other(catalogue) is None:
            return f"“{self.compare}” is no source, layer or loaded period to compare with."
        return ""

    @property
    def decile(self) -> str:
        """Column of a level's frame that holds the deciles of deprivation asked for."""
        return f"{self.domain}_decile"

    @property
    def by_domain(self) -> str:
        """What to add where deprivation is named: "" for the index as a whole, else " by income"."""
        return "" if self.domain == "imd" else f" by {_lower_first(DOMAINS[self.domain])}"

    def other(self, catalogue: Catalogue) -> Query | None:
        """Return the question that ``compare`` sets beside this one; None where it sets none.

        Parameters
        ----------
        catalogue : Catalogue
            Of what is loaded; the query has been checked against it.
        """
        if not self.compare:
            return None
        if self.compare in catalogue.sources:
            return replace(self, source=self.compare, category=(), compare="")
        if self.compare in catalogue.layers:
            return replace(self, layer=self.compare, compare="")
        try:
            first, last = read_period(self.compare)
        except ValueError:
            return None
        loaded = catalogue.sources[self.source].months if self.source in catalogue.sources else ()
        if not any(first <= month <= last for month in loaded):
            return None
        return replace(self, first=first, last=last, compare="")

    def _checked_shown(self, catalogue: Catalogue) -> tuple[dict[str, Any], Notices]:
        """Say what to change of how it is shown so that the data loaded can show it."""
        notices: Notices = []
        changes: dict[str, Any] = {}
        if self.domain != "imd" and self.domain not in catalogue.domains:
            changes["domain"] = "imd"
            notices.append(f"Deprivation by the domain “{DOMAINS[self.domain]}” is not loaded.")
        if self.overlay == "imd" and not catalogue.has_deprivation:
            changes["overlay"] = "none"
            notices.append("Deprivation is not loaded, so it cannot be laid over the map.")
        if self.mark.partition(":")[0] in GROUPS and not catalogue.has_deprivation:
            changes["mark"] = ""
            notices.append("Deprivation is not loaded, so nothing can be marked by it.")
        if self.edges and self.breaks != "own":
            changes["edges"] = ()
            notices.append("Bounds of classes are heeded where the classes are “own”; they were left out.")
        return changes, notices

    def windows(self, source: SourceInfo) -> tuple[Windows | None, str]:
        """Stretches of days that the layer of change compares.

        Parameters
        ----------
        source : SourceInfo
            That of the query.

        Returns
        -------
        windows : Windows or None
            None where none are asked for, or none can be had.
        reason : str
            Why they cannot be had, a sentence; "" where they can or are not asked for.
        """
        if self.layer != CHANGE or self.compare not in WINDOWS:
            return None, ""
        return windows(self.compare, source.last_days, self.last)

    def windowed(self, source: SourceInfo) -> Query:
        """Return the same question for the days that it compares, if it compares days; else as it is."""
        found, _ = self.windows(source)
        return self if found is None or self.window else self.within(found.after, by_month=found.by_month)

    def within(self, days: Window, *, by_month: bool = False) -> Query:
        """Return the same question for some days (or for their whole months) in place of its period."""
        first, last = days.months[0], days.months[-1]
        return replace(self, first=first, last=last, month=(), window=None if by_month else days)

    def _checked_for(self, source: SourceInfo) -> tuple[dict[str, Any], Notices]:
        """Say what to change so that one source can answer."""
        notices: Notices = []
        changes: dict[str, Any] = {}
        unknown = [c for c in self.category if c not in source.categories]
        if unknown:
            notices.append(f"{source.label} have no category {listed([f'“{c}”' for c in unknown])}.")
            changes["category"] = tuple(c for c in self.category if c in source.categories)
        if source.months and not self._months_of(source):
            loaded = listed([period_name(a, b) for a, b in month_runs(source.months)])
            changes |= {"first": None, "last": None, "month": ()}
            notices.append(
                f"No {source.noun} are loaded for the months asked for; loaded are {loaded}, all shown."
            )
        if (self.hour or self.night) and not source.has_hours:
            changes |= {"hour": (), "night": ()}
            notices.append(f"Hours and nights were left out: {source.no_hours_reason}")
        if self.day and not source.has_days:
            changes["day"] = ()
            notices.append(f"Weekdays were left out: {source.no_hours_reason}")
        if self.measure not in source.measures:
            changes["measure"] = "rate" if "rate" in source.measures else "count"
            reason = source.no_measure_reasons.get(self.measure, "the data for it are not loaded.")
            notices.append(f"{MEASURES[self.measure]} cannot be shown: {reason}")
        return changes, notices

    def _months_of(self, source: SourceInfo) -> list[int]:
        """Loaded months of a source that the query keeps."""
        first = source.months[0] if self.first is None else self.first
        last = source.months[-1] if self.last is None else self.last
        return [
            m for m in source.months if first <= m <= last and (not self.month or m % 12 + 1 in self.month)
        ]

    def describe(self, catalogue: Catalogue) -> str:
        """Say the question in plain English: what, where, when.

        Parameters
        ----------
        catalogue : Catalogue
            For the names of categories and boroughs.

        Returns
        -------
        str
            Without a full stop, "Robbery in Bedford and Luton, 2025, Friday and Saturday nights".
        """
        parts = [f"{self.describe_what(catalogue)} in {self.describe_where(catalogue)}"]
        return ", ".join(parts + self.describe_when(catalogue))

    def describe_what(self, catalogue: Catalogue) -> str:
        """Name the events, "Violence and sexual offences" or "All police offences"."""
        source = catalogue.sources[self.source]
        if not self.category:
            named = source.noun in source.label
            return f"All {_lower_first(source.label) if named else source.noun}"
        names = [source.categories[c] for c in self.category]
        if len(names) > 3:
            return f"{len(names)} categories of {_lower_first(source.label)}"
        words = listed([names[0], *(_lower_first(name) for name in names[1:])])
        # "Assault" of A&E attendances is not an offence: say which service unless the label says it.
        return words if source.key == "offences" else f"{source.label} ({_lower_first(words)})"

    def describe_where(self, catalogue: Catalogue) -> str:
        """Name the boroughs chosen, or the whole place."""
        return listed([catalogue.boroughs[b] for b in self.borough]) if self.borough else catalogue.place

    def describe_when(self, catalogue: Catalogue) -> list[str]:
        """Name the period and each filter of time."""
        source = catalogue.sources[self.source]
        months, words = source.months, []
        compared, _ = self.windows(source)
        if compared is not None:
            words.append(windows_name(compared))
        elif months:
            first = months[0] if self.first is None else self.first
            last = months[-1] if self.last is None else self.last
            words.append(period_name(first, last))
        if self.month and compared is None:
            words.append(listed([MONTH_NAMES[m - 1] for m in self.month]) + " only")
        if self.day:
            words.append(listed([DAY_NAMES[d] + "s" for d in self.day]))
        if self.night:
            names = [f"{DAY_NAMES[d]} into {DAY_NAMES[(d + 1) % 7]}" for d in self.night]
            words.append("nights of " + listed(names))
        if self.hour:
            words.append(hours_name(self.hour))
        return words


def windows_name(compared: Windows) -> str:
    """Both windows in words, "28 days to 31 December 2023 against the 28 days before"."""
    after = compared.after
    if compared.kind == "28-days":
        days = f"28 days to {day_name(after.stop)}"
    elif compared.by_month:
        days = period_name(after.months[0], after.months[-1])
    else:
        days = f"1 January to {day_name(after.stop)}"
    return f"{days} against {before_name(compared)}"


def before_name(compared: Windows) -> str:
    """The window compared with in words, "the same days of 2022"."""
    if compared.kind == "28-days":
        return "the 28 days before"
    return f"the same {'months' if compared.by_month else 'days'} of {compared.before.stop.year}"


def _lower_first(text: str) -> str:
    """Lower the first letter unless the word is an abbreviation such as A&E."""
    return text if text[1:2].isupper() or text[1:2] == "&" else text[:1].lower() + text[1:]


_DEFAULTS = {f.name: f.default for f in fields(Query)}


# ---------------------------------------------------------------- what can be asked


@dataclass(frozen=True)
class SourceInfo:
    """What one loaded source can be asked.

    Attributes
    ----------
    key, label, noun : str
        "offences", "Police offences", "offences".
    categories : mapping
        Slug to label.
    months : tuple of int
        Month numbers loaded, sorted; a month between them that is missing is a gap, not a zero.
    has_hours, has_days : bool
    no_hours_reason : str
        Why hours cannot be filtered, a sentence; "" where they can.
    place : {"occurrence", "residence"}
    disclosure : {"open", "controlled"}
    measures : tuple of str
        Keys of :data:`MEASURES` that can be computed.
    no_measure_reasons : mapping
        Key of a measure that cannot be computed to the reason, a sentence.
    attribution : str
    last_days : mapping
        Every month loaded to the last day of it that has an event; 0 where days are not known.
    """

    key: str
    label: str
    noun: str
    categories: Mapping[str, str]
    months: tuple[int, ...]
    has_hours: bool
    has_days: bool
    no_hours_reason: str
    place: str
    disclosure: str
    measures: tuple[str, ...]
    no_measure_reasons: Mapping[str, str] = field(default_factory=dict)
    attribution: str = ""
    last_days: Mapping[int, int] = field(default_factory=dict)

    @property
    def gaps(self) -> tuple[int, ...]:
        """Months between the first and the last that were not loaded."""
        loaded = set(self.months)
        return tuple(m for m in range(self.months[0], self.months[-1]) if m not in loaded) if loaded else ()


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be asked of the loaded data: the choices of every control.

    Attributes
    ----------
    place : str
        Name of the county or area covered.
    sources : mapping of str to SourceInfo
    boroughs : mapping
        Code to name.
    layers : mapping
        Key to label.
    areas : mapping
        Level to the set of its area codes.
    has_deprivation : bool
    domains : mapping
        Key of each domain of deprivation loaded (the whole index included) to its name.
    benchmarks : mapping
        What rates can be compared with but the whole: code of a borough, or :data:`ENGLAND`, to its name.
    """

    place: str
    sources: Mapping[str, SourceInfo]
    boroughs: Mapping[str, str]
    layers: Mapping[str, str]
    areas: Mapping[str, Collection[str]]
    has_deprivation: bool
    domains: Mapping[str, str] = field(default_factory=dict)
    benchmarks: Mapping[str, str] = field(default_factory=dict)
