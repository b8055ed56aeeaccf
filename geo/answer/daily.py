"""How many events did each area have on each day? For what is planned and judged by the day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import numpy as np

from geo.answer.asked import Asked
from geo.answer.cube import Cube
from geo.answer.moments import N_SLOTS
from geo.ask.problem import Problem
from geo.ask.words import day_name, month_number


def needs_days(asked: Asked) -> None:
    """Raise Problem where a source does not tell the days of its events, or may not."""
    if asked.gate.controlled:
        raise Problem(
            f"The numbers of {asked.info.label} are protected here, so no day of theirs can be judged: ask "
            "somebody who may see the true ones."
        )
    if not asked.events.has_days:
        raise Problem(
            f"{asked.info.label} tell months, not days: load events with dates (`hotspots import "
            f"{asked.query.source} FILE`) to judge days."
        )


def ordinals(cube: Cube, rows: np.ndarray) -> np.ndarray:
    """Day of some rows as a proleptic ordinal, 0 where it is not known; int64."""
    month = cube.cell[rows] // N_SLOTS % max(1, len(cube.months))
    return np.where(cube.day[rows] > 0, cube.before_first[month] + cube.day[rows], 0)


def by_day(asked: Asked, dates: Sequence[date], weights: np.ndarray | None = None) -> np.ndarray:
    """Count the events of each area on some days; true numbers, never to be shown as they are.

    Parameters
    ----------
    asked : Asked
        Its filters hold, that of the period apart.
    dates : sequence of date
        Rising; days whose months are not loaded raise Problem.
    weights : ndarray of float, one an event, optional
        Sum these in place of counting; events without one add nothing.

    Returns
    -------
    ndarray of float, shape (number of areas, number of dates)
    """
    first, last = (month_number(f"{day:%Y-%m}") for day in (dates[0], dates[-1]))
    missing = [month for month in range(first, last + 1) if month not in asked.months]
    if missing:
        raise Problem(
            f"{asked.info.label} from {day_name(dates[0])} to {day_name(dates[-1])} are not all loaded: "
            "import them first."
        )
    within = asked.query.replace(first=first, last=last, compare="", window=None)
    cube = asked.cube
    rows = cube.select(within.windowed(asked.loaded.info).events()).rows
    rows = rows[(cube.day[rows] > 0) & (cube.area[rows] < cube.n_areas)]
    ordinal = ordinals(cube, rows)
    at = np.array([day.toordinal() for day in dates])
    position = np.searchsorted(at, ordinal)
    there = (position < len(at)) & (at[np.minimum(position, len(at) - 1)] == ordinal)
    area, position = asked.level.parent[cube.area[rows[there]]], position[there]
    value = np.ones(len(area)) if weights is None else np.nan_to_num(weights[rows[there]])
    cells = np.bincount(area * len(at) + position, value, asked.level.n * len(at))
    return cells.reshape(asked.level.n, len(at))


def days_in_a_row(asked: Asked, most: int | None = None) -> list[date]:
    """Return the days of the months loaded in a row up to the last of the period, at most so many."""
    months = asked.events.months[asked.selection.months].tolist()
    run = [months[-1]] if months else []
    while run and len(run) != most and run[0] - 1 in months:
        run.insert(0, run[0] - 1)
    return [
        date(month // 12, month % 12 + 1, day + 1)
        for month in run
        for day in range(monthrange(month // 12, month % 12 + 1)[1])
    ]


def last_year(asked: Asked) -> list[date]:
    """Return the days of the last twelve loaded months of the period, or as many as there are in a row."""
    return days_in_a_row(asked, 12)
