"""Which places soak up events? Those that a folder's list names, and the points that stand out.

A custody suite, a hospital or a prison draws events that were recorded there for its own sake. The list names
each by a point with a radius, or by a whole small area; events at a place of the list can be left out of
every answer (``exclude=listed`` in the address), and nothing is left out unless that is asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.plain_text import text_of
from geo.ask.problem import Problem
from geo.ask.words import listed, one_line
from geo.data.distinct import dealt, values_of
from geo.data.table import Table, looks_like, parse_degrees, parse_grid
from geo.data.vintages import OUTSIDE

ROLE = "exclusions"
RADIUS = 60.0
"""Metres around a point that are its place where the list does not say."""
COLUMNS = ("name", "kind", "area", "longitude", "latitude", "easting", "northing", "radius")
SOAKING = 10
"""Times the events of the middle point, or area, from which on one soaks them up."""
LEAST = 50
"""Events that it must have."""
MOST = 8
"""Points, or areas, that are named."""
KEPT = 10
"""Events of a delivery at one point below which the point of a source that is not open is not kept."""


def read_exclusions(table: Table) -> pd.DataFrame:
    """Read a list of places: ``name``, ``kind`` and either ``area`` or a point, with its ``radius``.

    Returns
    -------
    DataFrame
        ``name, kind, lsoa, x, y, radius`` (EPSG:27700, metres; NaN for a whole small area).

    Raises
    ------
    Problem
        If a place has no name, stands twice, or has neither a small area nor a point.
    """
    columns = {column.lower(): column for column in table.frame}
    if "name" not in columns or unknown_of(columns):
        raise Problem(
            f"{table.name} is no list of places: it needs the columns name, kind and either area (a small "
            "area's code) or longitude and latitude (or easting and northing), with radius in metres."
        )

    def text(column: str) -> pd.Series:
        given = (
            table.text(columns[column]) if column in columns else pd.Series(None, range(len(table)), "str")
        )
        return given.fillna("")

    found = pd.DataFrame({"name": text("name").map(one_line), "kind": text("kind").map(one_line)})
    found["lsoa"] = text("area").str.upper()
    table.refuse(
        (found["lsoa"] != "") & ~looks_like(found["lsoa"], r"[EW]01\d{6}"),
        columns.get("area", ""),
        "not the code of a small area like E01017540",
    )
    found["x"], found["y"] = _points(table, columns)
    radius = pd.to_numeric(text("radius"), errors="coerce")
    wrong = (text("radius") != "") & ~radius.between(1, 2_000)
    table.refuse(wrong, columns.get("radius", ""), "not a radius from 1 to 2,000 metres")
    found["radius"] = radius.fillna(RADIUS).where(found["x"].notna())
    table.refuse(found["name"] == "", columns["name"], "blank, where the name of a place is needed")
    table.refuse(found["name"].duplicated(), columns["name"], "a place that stands above already")
    table.refuse(
        (found["lsoa"] != "") == found["x"].notna().to_numpy(),
        columns["name"],
        "a place needs either the code of a small area or a point, not both",
    )
    return found.astype({"name": "str", "kind": "str", "lsoa": "str"}).reset_index(drop=True)


def unknown_of(columns: Mapping[str, str]) -> list[str]:
    """Columns that no list of places has."""
    return [column for column in columns if column not in COLUMNS]


def _points(table: Table, columns: Mapping[str, str]) -> tuple[pd.Series, pd.Series]:
    """Eastings and northings of the places that are given by a point."""
    from pyproj import Transformer

    if {"longitude", "latitude"} <= set(columns):
        longitude, latitude = parse_degrees(table, columns["longitude"], columns["latitude"])
    elif {"easting", "northing"} <= set(columns):
        longitude, latitude = parse_grid(table, columns["easting"], columns["northing"])
    else:
        longitude = latitude = pd.Series(np.nan, index=range(len(table)))
    x, y = (pd.Series(np.nan, index=longitude.index) for _ in range(2))
    known = longitude.notna() & latitude.notna()
    if known.any():
        to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
        x[known], y[known] = to_grid.transform(longitude[known], latitude[known])
    return x, y


def table_of_toml(path: Path) -> Table:
    """A list in TOML, ``[[place]]`` for each, as a table.

    Raises
    ------
    Problem
        If it is not TOML or holds anything else.
    """
    try:
        said = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"The list {path.name} is not well-formed TOML: {error}.") from error
    places = said.get("place", [])
    if set(said) - {"place"} or not isinstance(places, list) or not places:
        raise Problem(f"The list {path.name} needs one table [[place]] for each place, and nothing else.")
    unknown = sorted({key for place in places for key in place}.difference(COLUMNS))
    if unknown:
        raise Problem(
            f"The list {path.name} has an unknown key “{unknown[0]}”: a place has {listed(list(COLUMNS))}."
        )
    columns = [column for column in COLUMNS if any(column in place for place in places)]
    rows = [[str(place[c]) if c in place else None for c in columns] for place in places]
    return Table(path.name, pd.DataFrame(rows, columns=columns, dtype="str"))


def place(**said: Any) -> pd.DataFrame:
    """One place of a list, checked as a row of a file is."""
    row = {key: str(value) for key, value in said.items() if value is not None and value != ""}
    try:
        return read_exclusions(Table("The place", pd.DataFrame([row], dtype="str")))
    except Problem as problem:
        fault = str(problem).partition(": ")[2].replace("; correct the file and import it again", "")
        raise Problem(f"“{said['name']}” cannot be listed: {fault}") from problem


def where(one: Any) -> str:
    """Say where a place of a list (a row of it) is: its small area, or metres of the National Grid."""
    return one.lsoa or f"{one.radius:,.0f} m round {one.x:.0f}, {one.y:.0f}"


# ---------------------------------------------------------------- events at them


def points_of(longitude: pd.Series, latitude: pd.Series, words: pd.Series | None = None) -> pd.Series:
    """Points of events as packed text, "-0.46712 52.13579 On or near Prison"; missing where there is none."""
    columns = [_numbers(longitude), _numbers(latitude)] + ([] if words is None else [values_of(words)])
    codes, texts = zip(*columns, strict=True)
    known = (codes[0] >= 0) & (codes[1] >= 0)
    whole = codes[0].astype(np.int64)
    for more, distinct in zip(codes[1:], texts[1:], strict=True):
        whole = whole * (len(distinct) + 1) + more + 1
    positions, first = np.full(len(longitude), -1), np.empty(0, np.int64)
    if known.any():
        positions[known], _ = pd.factorize(whole[known])
        first = np.flatnonzero(known)[np.unique(positions[known], return_index=True)[1]]
    parts = [
        text.reindex(code[first]).fillna("").reset_index(drop=True)
        for code, text in zip(codes, texts, strict=True)
    ]
    joined = parts[0].str.cat(parts[1:], sep=" ").str.strip()
    return dealt(positions, joined)


def _numbers(degrees: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """As :func:`values_of`, of degrees to about a metre; what is no number is missing."""
    codes, texts = values_of(degrees)
    numbers = pd.to_numeric(texts, errors="coerce").round(5)
    again, distinct = pd.factorize(numbers)
    return np.append(again, -1)[codes], pd.Series(distinct).astype("str")


def often(events: pd.DataFrame) -> pd.DataFrame:
    """Leave out the points, where events have any, at which fewer than :data:`KEPT` of them stand."""
    if "point" not in events:
        return events
    positions, texts = values_of(events["point"])
    many = np.bincount(positions[positions >= 0], minlength=len(texts)) >= KEPT
    return events.assign(point=dealt(np.where(np.append(many, False)[positions], positions, -1), texts))


def at_places(points: pd.Series | None, lsoa: pd.Series, places: pd.DataFrame) -> np.ndarray:
    """Position in the list of the place at which each event stands, -1 at none; int16."""
    codes, areas = values_of(lsoa)
    of_area = dict(zip(places["lsoa"], range(len(places)), strict=True))
    of_area.pop("", None)
    found = np.append(areas.map(of_area).fillna(-1).astype(np.int16), np.int16(-1))[codes]
    given = places[places["x"].notna()]
    if points is None or given.empty:
        return found
    positions, texts = values_of(points)
    x, y = grid_of(texts)
    near = np.full(len(texts) + 1, -1, np.int16)
    for at, one in given.iterrows():
        near[:-1][np.hypot(x - one["x"], y - one["y"]) <= one["radius"]] = at
    return np.where(near[positions] >= 0, near[positions], found)


def grid_of(points: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Eastings and northings of points as :func:`points_of` writes them."""
    from pyproj import Transformer

    parts = points.str.split(" ", n=2, expand=True)
    if not len(points):
        return np.empty(0), np.empty(0)
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    return to_grid.transform(parts[0].astype("float64").to_numpy(), parts[1].astype("float64").to_numpy())


def standing_out(events: pd.DataFrame) -> pd.DataFrame:
    """Find the points with far more events than the middle one.

    Parameters
    ----------
    events : DataFrame
        With ``point``, where any of them has one.

    Returns
    -------
    DataFrame
        ``point`` (as :func:`points_of` writes it), ``lsoa``, ``events``, ``times`` (those of the middle
        point) and ``category``, the most frequent there; those with most events, at most :data:`MOST`.
    """
    columns = ["point", "lsoa", "events", "times", "category"]
    if "point" not in events:
        return pd.DataFrame(columns=columns)
    inside = (events["lsoa"].notna() & (events["lsoa"] != OUTSIDE)).to_numpy(bool)
    positions, texts = values_of(events["point"])
    counts = np.bincount(positions[inside & (positions >= 0)], minlength=len(texts))
    middle = max(1.0, float(np.median(counts[counts > 0]))) if counts.any() else 1.0
    rows = []
    for at in np.argsort(-counts, kind="stable")[:MOST]:
        if counts[at] >= LEAST and counts[at] >= SOAKING * middle:
            mine = events[(positions == at) & inside]
            top = (mine[column].value_counts().index[0] for column in ("lsoa", "category"))
            rows.append((texts.iloc[at], next(top), int(counts[at]), counts[at] / middle, next(top)))
    return pd.DataFrame(rows, columns=columns)
