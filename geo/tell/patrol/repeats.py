"""Do events bring others nearby, soon? The near-repeat table of a file of points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.atlas import Atlas
from geo.answer.daily import ordinals
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import counted, lower_first
from geo.data.distinct import values_of
from geo.data.exclusions import KEPT, grid_of
from geo.data.moments import parse_dates
from geo.data.read_table import read_table
from geo.data.table import parse_degrees, parse_grid
from geo.stats.near_repeat import DAYS, METRES, near_repeat, repeats
from geo.tell.exhibits.exhibit import Exhibit

FEWEST, MOST = 50, 30_000
"""Events with a day and a point that are needed, and that can be compared pair by pair."""
PERMUTATIONS = 999
POINTS = (("easting", "northing"), ("longitude", "latitude"))


def near_repeats(name: str, content: bytes, permutations: int = PERMUTATIONS) -> tuple[Exhibit, Exhibit]:
    """Read a file of events (``date`` and ``easting, northing`` or ``longitude, latitude``), and judge it.

    Returns
    -------
    tuple of two Exhibit
        The near-repeat table, and how often places come again.

    Raises
    ------
    Problem
        If the file has no such columns, or too few events, or too many.
    """
    x, y, day, left_out = _read(name, content)
    if not FEWEST <= len(day) <= MOST:
        raise Problem(
            f"{name} has {len(day):,} events with a day and a point: near repeats need {FEWEST} to {MOST:,}."
        )
    _, at = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    return _near(x, y, day, left_out, permutations), _again(np.bincount(at.ravel()), "the file gives")


def repeats_loaded(atlas: Atlas, query: Query, permutations: int = PERMUTATIONS) -> tuple[Exhibit, ...]:
    """Judge the events of a question that have a point: places that come again and, with days, Knox.

    Raises
    ------
    Problem
        If its source gives no points, or its numbers are protected here.
    """
    asked = atlas.asked(query)
    if asked.gate.controlled:
        raise Problem(
            f"The numbers of {lower_first(asked.info.label)} are protected here, so none of their places is "
            "told."
        )
    events = atlas.snapshot.events(query.source)
    if "point" not in events:
        raise Problem(f"{asked.info.label} give no points: give a file of them.")
    position, points = values_of(events["point"])
    county = atlas.with_events(query.source, events.assign(at=position.astype(np.int64)), asked.months)
    found = Asked(county, asked.query)
    rows = found.loaded.reported(found.cube.select(found.kept.events()), found.lsoas).rows
    rows = rows[np.append(found.lsoas, [False, False])[found.cube.area[rows]]]
    at = np.asarray(found.cube.extra["at"])[rows]
    rows, at = rows[at >= 0], at[at >= 0]
    if len(at) < FEWEST:
        raise Problem(f"{len(at):,} of these events have a point: repeats need {FEWEST} or more.")
    x, y = (np.round(of)[at] for of in grid_of(points))
    day = ordinals(found.cube, rows)
    dated = day > 0
    some = asked.loaded.gate.disclosure != "open"
    again = _again(
        np.bincount(at),
        f"the files of {lower_first(asked.info.label)} give"
        + (f", of which points with fewer than {KEPT} events are not kept" if some else ""),
    )
    if not FEWEST <= dated.sum() <= MOST:
        return (again,)
    return _near(x[dated], y[dated], day[dated], int((~dated).sum()), permutations), again


def _near(x: np.ndarray, y: np.ndarray, day: np.ndarray, left_out: int, permutations: int) -> Exhibit:
    """The near-repeat table."""
    found = near_repeat(x, y, day, permutations=permutations)
    alike = np.unique(np.column_stack([x, y, day]), axis=0, return_counts=True)[1]
    together = int((alike * (alike - 1) // 2).sum())
    table = pd.DataFrame(
        {
            "Distance": [_band(metres) for metres in METRES],
            **{
                f"{1 + (DAYS[k - 1] if k else -1)} to {last} days": [
                    _cell(found.loc[(metres, last)]) for metres in METRES
                ]
                for k, last in enumerate(DAYS)
            },
        }
    )
    sure = found[(found["p_corrected"] <= ALPHA) & (found["ratio"] > 1)]
    if sure.empty:
        finding = "No more pairs of events near each other in place and time than chance makes."
    else:
        metres, days = sure["ratio"].idxmax()
        at_once = (metres, days) == (METRES[0], DAYS[0]) and 2 * together > found.loc[(metres, days), "pairs"]
        finding = (
            f"{sure.loc[(metres, days), 'ratio']:.1f} times as many pairs as by chance "
            f"{_band(metres).lower()} and within {days} days of each other"
            f"{', most of them on the same day.' if at_once else ': one event is followed by others.'}"
        )
    caveats = (
        "Pairs of events beside those to expect if the same days were dealt to the same places by chance; "
        f"* where more than chance explains, corrected for all cells ({permutations:,} deals).",
        *(
            [
                f"{counted(together, 'pair is', 'pairs are')} at the same place on the same day: an incident "
                "that was recorded several times, as for each person in it, looks like that too."
            ]
            if together
            else []
        ),
        *([f"{counted(left_out, 'event', 'events')} without a day or a point left out."] if left_out else []),
    )
    return Exhibit("near_repeats", f"Near repeats, {len(day):,} events", finding, table, caveats=caveats)


def _again(events: np.ndarray, given: str) -> Exhibit:
    """How often places come again, from the events of each."""
    places = repeats(events).reset_index()
    again = pd.DataFrame(
        {
            "Events at a place": places["events"].astype("str"),
            "Places": places["places"].astype("Int64"),
            "Share of all events": 100 * places["share"],
        }
    )
    several = float(again["Share of all events"].iloc[1:].sum())
    share = places["places"].iloc[1:].sum() / places["places"].sum()
    return Exhibit(
        "repeats",
        "Places that come again",
        f"{share:.0%} of the places had several events, {several:.0f}% of all.",
        again,
        {"Share of all events": "{:.1f}%"},
        caveats=(f"A place is a point as {given}; anonymised points stand for several places.",),
    )


def _read(name: str, content: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Places in metres and days of the events, and how many lack one."""
    table = read_table(name, content, lambda header: "date" in header)
    columns = {str(column).strip().lower(): column for column in table.frame}
    pair = next((pair for pair in POINTS if set(pair) <= set(columns)), None)
    if "date" not in columns or pair is None:
        raise Problem(
            f"{name} tells no points in time: it needs the columns date and either easting and northing or "
            "longitude and latitude."
        )
    date = parse_dates(table, columns["date"], optional=True)
    if pair == POINTS[0]:
        longitude, latitude = parse_grid(table, columns["easting"], columns["northing"])
    else:
        longitude, latitude = parse_degrees(table, columns["longitude"], columns["latitude"])
    known = (date.notna() & longitude.notna() & latitude.notna()).to_numpy(bool)
    from pyproj import Transformer

    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    x, y = to_grid.transform(longitude[known].to_numpy(float), latitude[known].to_numpy(float))
    day = date[known].to_numpy("datetime64[D]").astype(np.int64)
    return np.round(x), np.round(y), day, int((~known).sum())


def _band(metres: float) -> str:
    if metres == METRES[0]:
        return "At the same place"
    below = METRES[METRES.index(metres) - 1]
    return f"{below + 1:.0f} to {metres:.0f} m"


def _cell(row: pd.Series) -> str:
    """ "×2.31* (44)": times what chance makes, and pairs."""
    if not np.isfinite(row["ratio"]):
        return f"– ({row['pairs']:,.0f})"
    star = "*" if row["p_corrected"] <= ALPHA and row["ratio"] > 1 else ""
    return f"×{row['ratio']:.2f}{star} ({row['pairs']:,.0f})"
