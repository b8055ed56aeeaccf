"""Who went, and who did not? Visits as they were made, beside those that the schedule asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.ask.words import counted, day_name, named
from geo.data.patrols import kept_visits, visits_of
from geo.stats.patrol_record import Record
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.exhibits.part import PERCENT

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
    """Read a file of visits or of points, as :func:`geo.data.patrols.read_visits` does."""
    known = {code for level in atlas.levels.values() for code in level.frame.index}
    return Visits(visits_of(name, content, known, atlas.levels["lsoa"].shapes))


def visits_kept(atlas: Atlas) -> Visits | None:
    """Visits that the folder keeps; None where there are none."""
    held = kept_visits(atlas.snapshot)
    return None if held is None else Visits(held)


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


def delivered_by_day(atlas: Atlas, record: Record, visits: Visits, today: date) -> Exhibit:
    """Compare what was delivered with what was planned, by day; missed areas are named."""
    minutes = float(record.notes.get("minutes", DEFAULT)) * float(record.notes.get("visits", 1))
    made, names = _minutes(record, visits), list(_names(atlas, record).values())
    rows = []
    for k, day in enumerate(record.design.dates):
        if day > today:
            break
        planned = record.schedule[:, k]
        missed = [names[area] for area in np.flatnonzero(planned & (made[:, k] == 0))]
        rows.append({
            "Day": day_name(day),
            "Areas planned": int(planned.sum()),
            "Areas visited": int(planned.sum()) - len(missed),
            "Minutes planned": int(planned.sum() * minutes),
            "Minutes delivered": int(made[planned, k].sum()),
            "Missed": ", ".join(missed) or "–",
        })  # fmt: skip
    columns = ["Day", "Areas planned", "Areas visited", "Minutes planned", "Minutes delivered", "Missed"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:5], "Int64"))
    short = sum(row["Missed"] != "–" for row in rows)
    finding = f"On {short:,} of {counted(len(rows), 'day', 'days')} an area was missed." if rows else ""
    title = f"Visits planned and made by day until {day_name(min(today, record.design.dates[-1]))}"
    return Exhibit("by_day", title, finding, table)


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
