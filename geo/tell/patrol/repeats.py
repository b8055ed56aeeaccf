"""Do events bring others nearby, soon? The near-repeat table of a file of points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA
from geo.ask.problem import Problem
from geo.ask.words import counted
from geo.data.moments import parse_dates
from geo.data.read_table import read_table
from geo.data.table import parse_degrees, parse_grid
from geo.stats.near_repeat import DAYS, METRES, near_repeat, repeats
from geo.tell.exhibits.part import Exhibit

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
    found = near_repeat(x, y, day, permutations=permutations)
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
        finding = (
            f"{sure.loc[(metres, days), 'ratio']:.1f} times as many pairs as by chance "
            f"{_band(metres).lower()} and within {days} days of each other: one event is followed by others."
        )
    caveats = (
        "Pairs of events beside those to expect if the same days were dealt to the same places by chance; "
        f"* where more than chance explains, corrected for all cells ({permutations:,} deals).",
        *([f"{counted(left_out, 'event', 'events')} without a day or a point left out."] if left_out else []),
    )
    _, at = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    places = repeats(np.bincount(at.ravel())).reset_index()
    again = pd.DataFrame(
        {
            "Events at a place": places["events"].astype("str"),
            "Places": places["places"].astype("Int64"),
            "Share of all events": 100 * places["share"],
        }
    )
    several = float(again["Share of all events"].iloc[1:].sum())
    return (
        Exhibit("near_repeats", f"Near repeats, {len(day):,} events", finding, table, caveats=caveats),
        Exhibit(
            "repeats",
            "Places that come again",
            f"{several:.0f}% of the events are at places with several.",
            again,
            {"Share of all events": "{:.1f}%"},
            caveats=("A place is a point as the file gives it; anonymised points stand for several places.",),
        ),
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
        longitude = parse_degrees(table, columns["longitude"], -9, 3)
        latitude = parse_degrees(table, columns["latitude"], 49, 62)
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
