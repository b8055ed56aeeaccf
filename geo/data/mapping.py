"""What do the columns of a file of one's own mean?

A mapping is a TOML file that registers a source, or another format of a source, without code. Its form is in
``docs/data-formats.md``.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.factors import CODE, FACTORS, LIST
from geo.ask.plain_text import text_of
from geo.ask.problem import Problem
from geo.ask.resources import shipped
from geo.ask.words import listed, month_number
from geo.data.covers import Covers
from geo.data.distinct import filled, mapped, packed, unknown
from geo.data.moments import hours_between, parse_dates, parse_moments, parse_months, parse_times
from geo.data.protection import STRENGTHS
from geo.data.read_persons import PLACE_NAME, read_factors, read_names
from geo.data.readers import NO_CATEGORY, Grain, Reader, incidents
from geo.data.sources import SOURCES, STRICTER, Source
from geo.data.table import (
    Table,
    parse_ages,
    parse_areas,
    parse_degrees,
    parse_flags,
    parse_grid,
    parse_sexes,
    parse_whole_numbers,
)

TEXTS = ("label", "moment", "attribution", "category", "period")
CHOICES: dict[str, tuple[str, ...]] = {
    "place": ("occurrence", "residence"),
    "disclosure": STRICTER,
    "protection": tuple(STRENGTHS),
    "sector": ("police", "health", "other"),
}
SHIPPED = "docs/mappings"
NEEDED = ("label", "place")
"""What a mapping of a new source must say."""
FACTORS_OF_COLUMNS = [name for name in FACTORS if name not in ("victim_sex", "victim_age")]
"""What is recorded of persons and circumstances in a column of its name; the victim's are sex and age."""
OF_WORDS = [name for name, one in FACTORS.items() if one.written]
"""Those of them that are told by a publisher's words, which a table of that name may translate."""
TABLES: dict[str, tuple[str, ...]] = {
    "covers": ("districts", "from", "to"),
    "columns": tuple(
        "date date_to time month category area longitude latitude easting northing age sex person reference "
        "count reporter code offence factors premises_name".split()
    )
    + tuple(FACTORS_OF_COLUMNS),
    "formats": ("date", "time", "month", "encoding"),
    "categories": (),
    "counts": (),
    "flags": (),
    "attributes": (),
    "nouns": (),
    **{name: () for name in OF_WORDS},
}
"""Tables of a mapping and what each may hold; all but the first two may hold anything."""
KEYS = (*TEXTS, *CHOICES, "noun", "set_aside", *TABLES)


def read_mapping(path: Path, key: str, period: str = "") -> Source:
    """Read what a mapping says of a source.

    Parameters
    ----------
    path : Path
        The TOML file, or the name of one that comes with the program.
    key : str
        Key of the source. Of a registered one (``offences``) the mapping is one more format, and what it
        does not say stays.
    period : str
        Of all rows of a file without dates, in place of what the mapping says.

    Returns
    -------
    Source
        With the mapped file as its only reader.

    Raises
    ------
    Problem
        If the file is not TOML, has an unknown key, lacks a needed one, or the source's key is no plain name.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise Problem(
            f"“{key}” cannot name a source: use small letters, digits and _, such as knife_injuries."
        )
    ours = {} if path.is_file() else {one.stem: one for one in shipped(SHIPPED).glob("*.toml")}
    path = ours.get(str(path), path)
    try:
        said = tomllib.loads(text_of(path))
    except OSError as error:
        raise Problem(
            f"The mapping {path} cannot be read: check its name; those that come with the program are "
            f"{listed(sorted(ours))}."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"The mapping {path.name} is not well-formed TOML: {error}.") from error
    if period:
        said["period"] = period
    faults = _faults(said, new=key not in SOURCES)
    if faults:
        raise Problem(f"The mapping {path.name} {faults[0]}; docs/data-formats.md has an example.")
    blank = Source(key, key, ("event", "events"), "recorded", "occurrence", "internal")
    known = SOURCES.get(key, blank)
    facts = {field: said[field] for field in ("label", "moment", "attribution", *CHOICES) if field in said}
    facts["encoding"] = said.get("formats", {}).get("encoding", "")
    if "set_aside" in said:
        facts["set_aside"] = float(said["set_aside"])
    if "covers" in said:
        facts["covers"] = _covers(said["covers"])
    if "nouns" in said:
        facts["nouns"] = {label: tuple(words) for label, words in said["nouns"].items()}
    if "noun" in said:
        facts["noun"] = tuple(said["noun"])
    if known.disclosure == "open" and said.get("disclosure") != "open":  # a file is open if it says so
        facts = {"disclosure": "internal", "attribution": f"{known.label}: official-sensitive"} | facts
    if not (known.attribution or facts.get("attribution")) and facts.get("disclosure") != "open":
        facts["attribution"] = f"{said['label']}: official-sensitive; the mapping does not name its supplier"
    return dataclasses.replace(known, readers=(_reader(path.stem, said),), **facts)


def _faults(said: dict[str, Any], *, new: bool) -> list[str]:
    """What is wrong with a mapping, the first thing first."""
    faults = [f"has an unknown key “{key}” (known: {', '.join(KEYS)})" for key in said if key not in KEYS]
    faults += [f"must give “{key}” as text" for key in TEXTS if not isinstance(said.get(key, ""), str)]
    for key, allowed in CHOICES.items():
        if said.get(key, allowed[0]) not in allowed:
            faults.append(f"must give “{key}” as {' or '.join(allowed)}")
    for key, allowed in TABLES.items():
        table = said.get(key, {})
        fits, what = _FITS.get(key, (_text, "texts"))
        if not isinstance(table, dict) or not all(map(fits, table.values())):
            return [*faults, f"must give [{key}] as a table of {what}"]
        faults += [
            f"has “{inner}” under [{key}], where it may have {', '.join(allowed)}"
            for inner in table
            if allowed and inner not in allowed
        ]
    if not _two_words(said.get("noun", ["", ""])):
        faults.append("must give “noun” as two words, for one and for several")
    faults += [f"lacks “{key}”, which a new source needs" for key in NEEDED if new and key not in said]
    columns = said.get("columns", {})
    if ("date" in columns) + ("month" in columns) + ("period" in said) != 1:
        faults.append(
            "must name either “date” or “month” under [columns] or, for a file without them, the period of "
            "all its rows: above it, such as period = “2024” or “2023-04 to 2024-03”, or by --period"
        )
    if "period" in said and _period(said["period"]) is None:
        faults.append("must give “period” as a year, a month or two months, such as “2023-04 to 2024-03”")
    faults += _faults_of_covers(said.get("covers", {}))
    places = [[key for key in pair if key in columns] for pair in PLACES]
    if [len(found) for found, pair in zip(places, PLACES, strict=True) if found] != [
        len(pair) for found, pair in zip(places, PLACES, strict=True) if found
    ] or sum(map(bool, places)) != 1:
        faults.append(
            "must name either “area”, “longitude” and “latitude”, or “easting” and “northing” under [columns]"
        )
    if "date_to" in columns and "%H" not in said.get("formats", {}).get("date", ""):
        faults.append("has “date_to” under [columns], which needs a format of date with its time (%H:%M)")
    share = said.get("set_aside", 0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        faults.append("must give “set_aside” as a share of the rows from 0 to 1, such as 0.02")
    named = ("category" in columns) + ("category" in said) + ("counts" in said)
    if named != 1 and not (named == 0 and new and "count" in columns):  # one number: of what its label says
        faults.append(
            "must name either a column “category” under [columns], one “category” for all rows, or the "
            "columns of numbers under [counts]"
        )
    faults += [
        f"has “{value}” under [{name}], where a word may mean {listed(meanings)}"
        for name in OF_WORDS
        if (meanings := [*FACTORS[name].written])
        for value in said.get(name, {}).values()
        if value not in meanings
    ]
    if "count" in columns and "counts" in said:
        faults.append("has both “count” under [columns] and [counts]: keep one")
    return faults


def _covers(said: dict[str, Any]) -> Covers:
    """What a mapping says that its source covers, checked by :func:`_faults`."""
    districts = said.get("districts", [])
    first, last = (_month(said[end]) if end in said else None for end in ("from", "to"))
    return Covers((districts,) if isinstance(districts, str) else tuple(districts), first, last)


def _faults_of_covers(said: dict[str, Any]) -> list[str]:
    ends = [_month(said[end]) for end in ("from", "to") if end in said]
    if None not in ends and ends == sorted(ends, key=lambda month: month or 0):
        return []
    return ["must give “from” and “to” under [covers] as months such as “2023-04”, in their order"]


def _month(text: object) -> int | None:
    """A month of a mapping; None where it is none."""
    fits = isinstance(text, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text)
    return month_number(str(text)) if fits else None


def _text(value: object) -> bool:
    return isinstance(value, str)


def _text_or_texts(value: object) -> bool:
    return _text(value) or (isinstance(value, list) and bool(value) and all(map(_text, value)))


def _two_words(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_text, value))


_FITS: dict[str, tuple[Callable[[object], bool], str]] = {
    "nouns": (_two_words, "pairs of words"),
    "covers": (_text_or_texts, "months and a list of districts"),
}
"""What the values of a table must be, where not texts."""


def _period(text: str) -> tuple[int, int] | None:
    """First and last month of a period as a mapping gives it; None where it is none.

    >>> _period("2024"), _period("2023-04 to 2024-03"), _period("lately")
    ((24288, 24299), (24279, 24290), None)
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:\s*(?:to|–|/)\s*(\d{4})(?:-(\d\d))?)?", text.strip())
    if match is None:
        return None
    year, month, to_year, to_month = match.groups()
    first = int(year) * 12 + int(month or 1) - 1
    last = int(to_year or year) * 12 + int(to_month or (month if not to_year else None) or 12) - 1
    return (first, last) if first <= last < first + 120 else None


PLACES = (("area",), ("longitude", "latitude"), ("easting", "northing"))
"""Columns that say where, one of these sets in each mapping."""


def _span(table: Table, column: str, form: str, start: pd.Series, hour: pd.Series) -> pd.Series:
    """Hours from the earliest to the latest possible moment; missing where either has no time."""
    end, end_hour = parse_moments(table, column, form, optional=True)
    timed = hour.notna() & end_hour.notna()
    table.refuse((end < start) & timed, column, "earlier than the moment that it ends")
    return hours_between(start, end, timed)


def _counted(table: Table, said: dict[str, Any], events: pd.DataFrame) -> pd.DataFrame:
    """Events of a table of numbers, one category or several in a row; of any other table as they are."""
    if "count" in said["columns"]:
        return _repeated(table, said["columns"]["count"], events)
    if "counts" not in said:
        return events
    parts = []
    for label, column in said["counts"].items():
        category = pd.Series(label, index=events.index, dtype="str")
        parts.append(_repeated(table, column, events.assign(category=category)))
    found = pd.concat(parts)
    found["category"] = packed(found["category"]).set_axis(found.index)
    return found


def _repeated(table: Table, column: str, events: pd.DataFrame) -> pd.DataFrame:
    """Events as often as a column of numbers says."""
    times = parse_whole_numbers(table, column)
    table.refuse(times.isna(), column, "blank, where a number of events is needed")
    return events.loc[events.index.repeat(times.fillna(0).astype("int64"))]


def _reader(name: str, said: dict[str, Any]) -> Reader:
    columns, formats = (
        said["columns"],
        {"date": "%d/%m/%Y", "time": "%H:%M", "month": "%Y-%m"} | said.get("formats", {}),
    )
    timed = "date" in columns and "%H" in formats["date"]
    period = _period(said["period"]) if "period" in said else None
    yearly = "month" in columns and not re.search("%[mbB]", formats["month"])
    cells_of: dict[str, tuple[str, Callable[[Table, str], pd.Series]]]
    cells_of = {
        "area": ("lsoa", parse_areas),
        "age": ("age_band", parse_ages),
        "sex": ("sex", parse_sexes),
        "reporter": ("reporter", Table.words),
        "code": (CODE.column, Table.words),
        "offence": ("offence", Table.words),
        "factors": (LIST, Table.words),
    }
    persons = {name: columns[name] for name in FACTORS_OF_COLUMNS if name in columns}
    own = {name: said[name] for name in OF_WORDS if name in said}

    def parse(table: Table) -> pd.DataFrame:
        given: dict[str, Any] = {
            field: read(table, columns[key]) for key, (field, read) in cells_of.items() if key in columns
        }
        if timed:
            start, given["hour"] = parse_moments(table, columns["date"], formats["date"])
            given["date"] = start
            if "date_to" in columns:
                given["span_hours"] = _span(table, columns["date_to"], formats["date"], start, given["hour"])
        elif period:
            given["month"] = pd.Series(period[0], index=range(len(table)))
        elif "date" in columns:
            given["date"] = parse_dates(table, columns["date"], formats["date"])
        else:
            given["month"] = parse_months(table, columns["month"], formats["month"])
        if "time" in columns:
            given["date"], given["hour"] = parse_times(table, columns["time"], given["date"], formats["time"])
        if "category" in columns:
            category = mapped(
                table.words(columns["category"]),
                lambda cells: cells.map(said.get("categories", {})).astype("str").fillna(cells),
            )
        else:
            category = filled(unknown(len(table)), said.get("category", said.get("label", NO_CATEGORY)))
        given |= {name: table.words(column) for name, column in said.get("attributes", {}).items()}
        given |= {name: parse_flags(table, column) for name, column in said.get("flags", {}).items()}
        given |= read_factors(table, persons, own)
        person, place = (columns.get(key, "") for key in ("person", PLACE_NAME))
        given |= read_names(table, person, place, given.get("premises"))
        events = incidents(category=category, **given)
        if "latitude" in columns:
            events["longitude"], events["latitude"] = parse_degrees(
                table, columns["longitude"], columns["latitude"]
            )
        if "easting" in columns:
            events["longitude"], events["latitude"] = parse_grid(
                table, columns["easting"], columns["northing"]
            )
        events = _counted(table, said, events)
        if period or yearly:
            months = period[1] - period[0] + 1 if period else 12
            within = events.groupby("month").cumcount()  # of each year evenly, however its rows lie
            events["month"] += (within % months).astype(np.int32)
        return events

    needed = (
        *columns.values(),
        *(c for key in ("counts", "flags", "attributes") for c in said.get(key, {}).values()),
    )
    grain: Grain = "hour" if timed or "time" in columns else "day" if "date" in columns else "month"
    return Reader(
        f"file described by {name}",
        needed,
        parse,
        grain,
        columns.get("reference"),
        spread=bool(period or yearly),
        period=period,
        persons=tuple(columns[key] for key in ("person",) if key in columns),
    )
