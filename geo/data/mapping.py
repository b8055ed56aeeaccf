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

import pandas as pd

from geo.ask.problem import Problem
from geo.data.readers import Grain, Reader, incidents
from geo.data.sources import SOURCES, Source
from geo.data.table import (
    Table,
    parse_ages,
    parse_areas,
    parse_dates,
    parse_degrees,
    parse_hours,
    parse_moments,
    parse_months,
    parse_persons,
    parse_sexes,
)

TEXTS = ("label", "moment", "attribution", "category")
CHOICES: dict[str, tuple[str, ...]] = {
    "place": ("occurrence", "residence"),
    "disclosure": ("open", "controlled"),
    "sector": ("police", "health", "other"),
}
NEEDED = ("label", "place", "disclosure")
"""What a mapping of a new source must say."""
TABLES: dict[str, tuple[str, ...]] = {
    "columns": tuple("date time month category area longitude latitude age sex person reference".split()),
    "formats": ("date", "time"),
    "categories": (),
}
"""Tables of a mapping and what each may hold; ``categories`` may hold anything."""
KEYS = (*TEXTS, *CHOICES, "noun", *TABLES)


def read_mapping(path: Path, key: str) -> Source:
    """Read what a mapping says of a source.

    Parameters
    ----------
    path : Path
        The TOML file.
    key : str
        Key of the source. Of a registered one (``offences``) the mapping is one more format, and what it
        does not say stays.

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
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"The mapping {path} cannot be read: check its name.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"The mapping {path.name} is not well-formed TOML: {error}.") from error
    faults = _faults(said, new=key not in SOURCES)
    if faults:
        raise Problem(f"The mapping {path.name} {faults[0]}; docs/data-formats.md has an example.")
    blank = Source(key, key, ("event", "events"), "recorded", "occurrence", "controlled")
    facts = {field: said[field] for field in ("label", "moment", "attribution", *CHOICES) if field in said}
    if "noun" in said:
        facts["noun"] = tuple(said["noun"])
    return dataclasses.replace(SOURCES.get(key, blank), readers=(_reader(path.stem, said),), **facts)


def _faults(said: dict[str, Any], *, new: bool) -> list[str]:
    """What is wrong with a mapping, the first thing first."""
    faults = [f"has an unknown key “{key}” (known: {', '.join(KEYS)})" for key in said if key not in KEYS]
    faults += [f"must give “{key}” as text" for key in TEXTS if not isinstance(said.get(key, ""), str)]
    for key, allowed in CHOICES.items():
        if said.get(key, allowed[0]) not in allowed:
            faults.append(f"must give “{key}” as {' or '.join(allowed)}")
    for key, allowed in TABLES.items():
        table = said.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            return [*faults, f"must give [{key}] as a table of texts"]
        faults += [
            f"has “{inner}” under [{key}], where it may have {', '.join(allowed)}"
            for inner in table
            if allowed and inner not in allowed
        ]
    noun = said.get("noun", ["", ""])
    if not (isinstance(noun, list) and len(noun) == 2 and all(isinstance(word, str) for word in noun)):
        faults.append("must give “noun” as two words, for one and for several")
    faults += [f"lacks “{key}”, which a new source needs" for key in NEEDED if new and key not in said]
    columns = said.get("columns", {})
    if ("date" in columns) == ("month" in columns):
        faults.append("must name either “date” or “month” under [columns]")
    if ("longitude" in columns) != ("latitude" in columns) or ("area" in columns) == ("latitude" in columns):
        faults.append("must name either “area”, or “longitude” and “latitude”, under [columns]")
    if ("category" in columns) == ("category" in said):
        faults.append("must name either a column “category” under [columns], or one “category” for all rows")
    return faults


def _reader(name: str, said: dict[str, Any]) -> Reader:
    columns, formats = said["columns"], {"date": "%d/%m/%Y", "time": "%H:%M"} | said.get("formats", {})
    timed = "date" in columns and "%H" in formats["date"]
    cells_of: dict[str, tuple[str, Callable[[Table, str], pd.Series]]]
    cells_of = {
        "area": ("lsoa", parse_areas),
        "age": ("age_band", parse_ages),
        "sex": ("sex", parse_sexes),
        "person": ("person", parse_persons),
    }

    def parse(table: Table) -> pd.DataFrame:
        given: dict[str, Any] = {
            field: read(table, columns[key]) for key, (field, read) in cells_of.items() if key in columns
        }
        if timed:
            given["date"], given["hour"] = parse_moments(table, columns["date"], formats["date"])
        elif "date" in columns:
            given["date"] = parse_dates(table, columns["date"], formats["date"])
        else:
            given["month"] = parse_months(table, columns["month"])
        if "time" in columns:
            given["hour"] = parse_hours(table, columns["time"], formats["time"])
        if "category" in columns:
            cells = table.text(columns["category"])
            category = cells.map(said.get("categories", {})).astype("str").fillna(cells)
        else:
            category = pd.Series(said["category"], index=range(len(table)))
        events = incidents(category=category, **given)
        if "latitude" in columns:
            events["longitude"] = parse_degrees(table, columns["longitude"], -9, 3)
            events["latitude"] = parse_degrees(table, columns["latitude"], 49, 62)
        return events

    grain: Grain = "hour" if timed or "time" in columns else "day" if "date" in columns else "month"
    return Reader(
        f"file described by {name}", tuple(columns.values()), parse, grain, columns.get("reference")
    )
