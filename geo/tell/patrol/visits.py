"""Who went, and who did not? Visits as they were made, beside those that the schedule asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.words import counted, day_name, named
from geo.data.boundaries import locate
from geo.data.moments import parse_moments
from geo.data.read_table import read_table
from geo.data.table import Table, parse_degrees, parse_whole_numbers
from geo.stats.patrol_record import Record
from geo.tell.exhibits.part import PERCENT, Exhibit

FORM = "%d/%m/%Y %H:%M"
GAP = 10
"""Minutes without a point of a unit after which it has left."""
DEFAULT = 15
"""Minutes of a visit where the record does not say."""


@dataclass(frozen=True)
class Visits:
    """Visits to areas.

    Attributes
    ----------
    table : DataFrame
        ``area`` (code), ``start`` (datetime), ``minutes`` (float).
    """

    table: pd.DataFrame

    @property
    def days(self) -> pd.Series:
        """Day of each visit's start."""
        return self.table["start"].dt.date


def read_visits(name: str, content: bytes, atlas: Atlas) -> Visits:
    """Read visits (``area, start, minutes``) or points (``time, longitude, latitude``, perhaps ``unit``).

    Read as every other delivery is: any separator and encoding, workbooks too; dates as 31/12/2026 14:05 or
    2026-12-31 14:05. Points of a unit in one small area with at most :data:`GAP` minutes between them are one
    visit, from the first to the last.

    Raises
    ------
    Problem
        If it is neither, or a row makes no sense.
    """
    table = read_table(name, content, lambda header: bool({"start", "time"} & set(header)))
    columns = {str(column).strip().lower(): column for column in table.frame}
    if {"area", "start", "minutes"} <= set(columns):
        start, hours = parse_moments(table, columns["start"], FORM)
        table.refuse(hours.isna(), columns["start"], "a date without a time of day")
        minutes = parse_whole_numbers(table, columns["minutes"])
        table.refuse(minutes.isna(), columns["minutes"], "blank, where minutes are needed")
        areas = table.text(columns["area"]).str.upper()
        known = {code for level in atlas.levels.values() for code in level.frame.index}
        table.refuse(~areas.isin(known), columns["area"], "no code of an area of this county")
        return Visits(pd.DataFrame({"area": areas, "start": start, "minutes": minutes.astype(float)}))
    if {"time", "longitude", "latitude"} <= set(columns):
        return Visits(_of_points(table, columns, atlas))
    raise Problem(
        f"{name} tells no visits: it needs the columns area, start and minutes, or time, longitude and "
        "latitude (and unit, where several are in one file)."
    )


def _of_points(table: Table, columns: dict[str, str], atlas: Atlas) -> pd.DataFrame:
    """Visits that the points of units make."""
    time, _ = parse_moments(table, columns["time"], FORM)
    at = (
        parse_degrees(table, columns["longitude"], -9, 3),
        parse_degrees(table, columns["latitude"], 49, 62),
    )
    unit = table.text(columns["unit"]) if "unit" in columns else pd.Series("", range(len(table)))
    area = locate(*at, atlas.levels["lsoa"].shapes).astype("str")
    points = pd.DataFrame({"unit": unit.to_numpy(), "time": time.to_numpy(), "area": area.to_numpy()})
    points = points.sort_values(["unit", "time"], kind="stable")
    same = (points["unit"] == points["unit"].shift()) & (points["area"] == points["area"].shift())
    soon = points["time"].diff() <= pd.Timedelta(minutes=GAP)
    stay = (~(same & soon)).cumsum()
    grouped = points.groupby(stay)
    found = pd.DataFrame({"area": grouped["area"].first(), "start": grouped["time"].min()})
    found["minutes"] = (grouped["time"].max() - found["start"]).dt.total_seconds() / 60
    return found[found["area"].isin(atlas.levels["lsoa"].frame.index)].reset_index(drop=True)


def delivered(atlas: Atlas, record: Record, visits: Visits, today: date) -> Exhibit:
    """Compare what was delivered with what was planned, by area; missed days are named.

    Days after ``today`` are not due yet.
    """
    dates = np.array(record.design.dates)
    due = dates <= today
    schedule = record.schedule & due
    minutes = float(record.notes.get("minutes", DEFAULT)) * float(record.notes.get("visits", 1))
    made = _minutes(record, visits)
    names = _names(atlas, record)
    rows = []
    for k, area in enumerate(record.design.areas):
        planned = schedule[k]
        missed = dates[planned & (made[k] == 0)]
        rows.append({
            "Area": names[area],
            "Days planned": int(planned.sum()),
            "Days visited": int((planned & (made[k] > 0)).sum()),
            "Minutes planned": int(planned.sum() * minutes),
            "Minutes delivered": int(made[k][planned].sum()),
            "Delivered": 100 * made[k][planned].sum() / max(1.0, planned.sum() * minutes),
            "Visited unplanned": int(((made[k] > 0) & ~schedule[k] & due).sum()),
            "Missed": ", ".join(f"{day.day}/{day.month}" for day in missed) or "–",
        })  # fmt: skip
    table = pd.DataFrame(rows)
    whole = [column for column in table if column.startswith(("Days", "Minutes", "Visited"))]
    table[whole] = table[whole].astype("Int64")
    strange = int((~visits.table["area"].isin(record.design.areas)).sum())
    caveats = (
        "Missed: days planned, until today, without a visit. Visited unplanned: days on which the schedule "
        "asked for none; these count as days without a patrol in the effect, which they make smaller.",
        *(
            [f"{counted(strange, 'visit', 'visits')} to places that are no areas of the trial."]
            if strange
            else []
        ),
    )
    title = f"Visits planned and made until {day_name(min(today, dates[-1]))}"
    return Exhibit(
        "delivered",
        title,
        _finding(record, made, names, today),
        table,
        {"Delivered": PERCENT},
        caveats=caveats,
    )


def _minutes(record: Record, visits: Visits) -> np.ndarray:
    """Minutes of visits to each area on each date, shape (N, D); a visit of less than one counts as one."""
    at = {day: k for k, day in enumerate(record.design.dates)}
    row = {area: k for k, area in enumerate(record.design.areas)}
    made = np.zeros((len(row), len(at)))
    for area, day, minutes in zip(visits.table["area"], visits.days, visits.table["minutes"], strict=True):
        if area in row and day in at:
            made[row[area], at[day]] += max(1.0, minutes)
    return made


def _names(atlas: Atlas, record: Record) -> dict[str, str]:
    """What each area of a record is called."""
    known = {code: str(name) for level in atlas.levels.values() for code, name in level.frame["name"].items()}
    return {area: known.get(area, area) for area in record.design.areas}


def _finding(record: Record, made: np.ndarray, names: dict[str, str], today: date) -> str:
    """Coverage tonight, this month, and of all days that were due."""
    dates = record.design.dates
    areas = np.array(record.design.areas)
    said = []
    if today in dates:
        k = dates.index(today)
        planned = record.schedule[:, k]
        missing = areas[planned & (made[:, k] == 0)].tolist()
        still = (
            f"; still to visit: {named([names[a] for a in missing], 'area', 'areas', most=9)}"
            if missing
            else ""
        )
        said.append(f"Today {planned.sum() - len(missing)} of {planned.sum()} areas are visited{still}.")
    for name, kept in (
        ("This month", [d.year == today.year and d.month == today.month and d <= today for d in dates]),
        ("In all", [d <= today for d in dates]),
    ):
        planned = record.schedule & np.array(kept)
        if planned.any():
            went, asked = int((planned & (made > 0)).sum()), int(planned.sum())
            said.append(f"{name} {went:,} of {asked:,} planned days were visited ({went / asked:.0%}).")
    return " ".join(said) or f"The first day is {day_name(dates[0])}: nothing is due yet."
