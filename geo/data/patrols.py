"""What of patrols does a folder keep? Sealed schedules, visits that were made, results of finished trials."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from geo.ask.problem import Problem
from geo.data.boundaries import locate
from geo.data.interventions import COLUMNS
from geo.data.moments import parse_moments
from geo.data.read_table import read_table
from geo.data.receipt import Receipt
from geo.data.store import Snapshot, Transaction
from geo.data.table import Table, parse_degrees, parse_whole_numbers
from geo.stats.patrol_record import Record

SCHEDULES, VISITS, TRIALS = "schedules", "visits", "trials"
FORM = "%d/%m/%Y %H:%M"
GAP = 10
"""Minutes without a point of a unit after which it has left."""


# ---------------------------------------------------------------- schedules


def kept_schedules(snapshot: Snapshot) -> list[Record]:
    """Schedules that a folder keeps, that which began last first."""
    if not snapshot.has(SCHEDULES):
        return []
    records = [Record.from_json(text) for text in snapshot.read(SCHEDULES)["record"]]
    return sorted(records, key=lambda record: record.design.first, reverse=True)


def keep_schedule(change: Transaction, path: Path) -> bool:
    """Keep the schedule of a sealed record; whether it was not kept before.

    Raises
    ------
    Problem
        If it is no record, was changed, or is of areas that are not loaded.
    """
    if not path.is_file():
        raise Problem(f"{path} is no file: name each record of a schedule by itself.")
    record = Record.from_json(path.read_bytes().decode("utf-8", "replace"), path.name)
    strange = set(record.design.areas) - known_areas(change)
    if strange:
        raise Problem(
            f"{path.name} is a schedule of areas that are not loaded, such as {min(strange)}: keep it in the "
            "folder of the county that it was drawn for."
        )
    held = change.read(SCHEDULES) if change.has(SCHEDULES) else pd.DataFrame({"seal": [], "record": []})
    if record.seal in set(held["seal"]):
        return False
    row = pd.DataFrame({"seal": [record.seal], "record": [record.to_json()]})
    change.put(SCHEDULES, pd.concat([held, row], ignore_index=True).astype("str"))
    return True


def known_areas(snapshot: Snapshot) -> set[str]:
    """Codes of all areas that are loaded."""
    return {code for role in snapshot.roles("areas/") for code in snapshot.read(role).index}


# ---------------------------------------------------------------- visits


def kept_visits(snapshot: Snapshot) -> pd.DataFrame | None:
    """Visits that a folder keeps: ``area, start, minutes``; None where there are none."""
    return snapshot.read(VISITS) if snapshot.has(VISITS) else None


def keep_visits(change: Transaction, visits: pd.DataFrame) -> int:
    """Add visits to those kept; how many are new. Of the same area and start the newest counts."""
    held = kept_visits(change)
    every = visits if held is None else pd.concat([held, visits], ignore_index=True)
    every = every.drop_duplicates(["area", "start"], keep="last").sort_values(["start", "area"])
    change.put(VISITS, every.reset_index(drop=True))
    return len(every) - (0 if held is None else len(held))


def visits_of(name: str, content: bytes, known: Collection[str], small: Any) -> pd.DataFrame:
    """Read a file of visits, of any form that an event may have; as :func:`read_visits`."""
    return read_visits(read_table(name, content, is_visits).with_rows(), known, small)


def is_visits(header: Collection[str]) -> bool:
    """Whether the head of a table may be that of visits."""
    return bool({"start", "time"} & set(header))


def read_visits(table: Table, known: Collection[str], small: Any) -> pd.DataFrame:
    """Read visits (``area, start, minutes``) or points (``time, longitude, latitude``, perhaps ``unit``).

    Dates are as 31/12/2026 14:05 or 2026-12-31 14:05. Points of a unit in one small area with at most
    :data:`GAP` minutes between them are one visit, from the first to the last; of points and units nothing
    else is kept.

    Parameters
    ----------
    table : Table
    known : collection of str
        Codes of areas.
    small : GeoDataFrame
        The small areas.

    Returns
    -------
    DataFrame
        ``area, start, minutes``.

    Raises
    ------
    Problem
        If it is neither, or a row makes no sense.
    """
    columns = table.columns((), "")
    if {"area", "start", "minutes"} <= set(columns):
        start, hours = parse_moments(table, columns["start"], FORM)
        table.refuse(hours.isna(), columns["start"], "a date without a time of day")
        minutes = parse_whole_numbers(table, columns["minutes"])
        table.refuse(minutes.isna(), columns["minutes"], "blank, where minutes are needed")
        areas = table.text(columns["area"]).str.upper()
        table.refuse(~areas.isin(known), columns["area"], "no code of an area of this county")
        found = pd.DataFrame({"area": areas, "start": start, "minutes": minutes.astype(float)})
    elif {"time", "longitude", "latitude"} <= set(columns):
        found = _of_points(table, columns, small)
    else:
        raise Problem(
            f"{table.name} tells no visits: it needs the columns area, start and minutes, or time, longitude "
            "and latitude (and unit, where several are in one file)."
        )
    return found.astype({"area": "str", "start": "datetime64[s]"})


def _of_points(table: Table, columns: dict[str, str], small: Any) -> pd.DataFrame:
    """Visits that the points of units make."""
    time, _ = parse_moments(table, columns["time"], FORM)
    at = parse_degrees(table, columns["longitude"], columns["latitude"])
    unit = table.text(columns["unit"]) if "unit" in columns else pd.Series("", range(len(table)))
    area = locate(*at, small).astype("str")
    points = pd.DataFrame({"unit": unit.to_numpy(), "time": time.to_numpy(), "area": area.to_numpy()})
    points = points[at[0].notna() & at[1].notna()]  # a unit that does not know where it is has not left
    points = points.sort_values(["unit", "time"], kind="stable")
    same = (points["unit"] == points["unit"].shift()) & (points["area"] == points["area"].shift())
    soon = points["time"].diff() <= pd.Timedelta(minutes=GAP)
    stay = (~(same & soon)).cumsum()
    grouped = points.groupby(stay)
    found = pd.DataFrame({"area": grouped["area"].first(), "start": grouped["time"].min()})
    found["minutes"] = (grouped["time"].max() - found["start"]).dt.total_seconds() / 60
    return found[found["area"].isin(small.index)].reset_index(drop=True)


# ---------------------------------------------------------------- results


def register_trial(change: Transaction, known_by: str, row: dict[str, Any]) -> bool:
    """Write the result of a finished trial beside the county's register; whether it was not there before.

    Parameters
    ----------
    change : Transaction
    known_by : str
        The same for the same trial: it stands in the register once.
    row : dict
        ``what, where, from, to, rating, result``, and the ``source`` whose true numbers it rests on.
    """
    if is_registered(change, known_by):
        return False
    held = change.read(TRIALS) if change.has(TRIALS) else None
    new = pd.DataFrame([{**{name: row[name] for name in (*COLUMNS, "source")}, "known_by": known_by}])
    new = new.astype({"from": "datetime64[s]", "to": "datetime64[s]"})
    change.put(TRIALS, new if held is None else pd.concat([held, new], ignore_index=True))
    change.manifest["history"].append(Receipt(TRIALS, [], TRIALS, rows=1, in_county=1).kept())
    return True


def is_registered(snapshot: Snapshot, known_by: str) -> bool:
    """Whether a trial stands in the register."""
    return snapshot.has(TRIALS) and known_by in set(snapshot.read(TRIALS)["known_by"])


def trials_registered(snapshot: Snapshot) -> pd.DataFrame | None:
    """Rows of trials as a register has them, of those sources whose true numbers who asks may see.

    None where there are none.
    """
    if not snapshot.has(TRIALS):
        return None
    held = snapshot.read(TRIALS)
    mine = held[[snapshot.sees(source) for source in held["source"]]]
    return mine[list(COLUMNS)] if len(mine) else None
