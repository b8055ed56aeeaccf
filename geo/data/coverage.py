"""Which months does a delivery cover, and what is out of line? Nothing here decides; it finds and says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from geo.ask.words import listed, month_text
from geo.data.receipt import month_runs

FAR = 12
"""Months before the bulk of a delivery from which on a date is an odd one."""
GAP = 24
"""Months without an event that part a few odd dates from the rest, even in a rare kind of event."""
THIN = 0.05
"""Of the events of a usual month: a month with fewer is no part of the bulk."""
FEW = 0.1
"""Most of the events that may lie beyond such a gap."""
MUCH_LESS = 0.5
OUT_OF_LINE = 3.0
BESIDE = 6
ENOUGH = 20
"""Events below which a number of events is too small to be called out of line."""
THE_SAME = 0.9
SEVERAL = 3
"""Months from which on one day of each is a way to write the month."""
AT_A_TIME = 1 << 16
"""Events that are counted at a time: few, so that they stay near the processor."""


def by_month(months: np.ndarray, kept: np.ndarray | None = None) -> dict[int, int]:
    """Number the events of each month that has any, in order; of those that are kept.

    >>> by_month(np.array([24281, 24279, 24281, 24280]), np.array([True, True, True, False]))
    {24279: 1, 24281: 2}
    """
    if not len(months):
        return {}
    first = int(months.min())
    found = np.zeros(int(months.max()) - first + 1, np.int64)
    for start in range(0, len(months), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        mine = months[some] if kept is None else months[some][kept[some]]
        found += np.bincount(mine - first, minlength=len(found))
    return {first + int(at): int(found[at]) for at in np.flatnonzero(found)}


def bulk(months: np.ndarray) -> tuple[int, int]:
    """First and last month of the bulk of some dates: what a few of long ago do not stretch.

    >>> bulk(np.array([1995 * 12] + [2023 * 12 + 2] * 49))
    (24278, 24278)
    >>> bulk(np.array([2023 * 12] * 3 + [2023 * 12 + 1] * 90))
    (24276, 24277)
    """
    held = by_month(months)
    found, counts = np.array([*held]), np.array([*held.values()])
    thick = found[counts >= max(1.0, THIN * _usual(counts))]
    first = found[found >= thick[0] - FAR][0]
    kept = (found >= first) & (found <= found[-1])
    found, counts = found[kept], counts[kept]
    for at in np.flatnonzero(np.diff(found) > GAP):
        if counts[: at + 1].sum() <= FEW * counts.sum():
            return int(found[at + 1]), int(found[-1])
    return int(found[0]), int(found[-1])


def _usual(counts: np.ndarray) -> float:
    """Events of the month in which the median event lies."""
    ordered = np.sort(counts)
    return float(ordered[np.searchsorted(np.cumsum(ordered), ordered.sum() / 2)])


def only_day(events: pd.DataFrame) -> str:
    """Name the day on which all events fall where dates are but a way to write months; "" where they are not.

    That is the first of a month; or, in several months, one other day of it or its end; and no date has a
    time but midnight.
    """
    dates, hours = events["date"], events["hour"]
    timed = any(some.gt(0).any() for some in (hours.head(AT_A_TIME), hours))  # mostly told by the first rows
    if len(events) < 3 or timed or not dates.notna().all():
        return ""
    days = dates.dt.day
    if (days == 1).all():
        return "first"
    if events["month"].nunique() < SEVERAL:
        return ""
    if dates.dt.is_month_end.all():
        return "last day"
    first = int(days.iloc[0])
    return f"day {first}" if (days == first).all() else ""


def smaller(old: Mapping[int, int], new: Mapping[int, int]) -> list[str]:
    """Say which months would be replaced by much fewer events."""
    shrunk = [m for m in sorted(old) if old[m] >= ENOUGH and new.get(m, 0) < MUCH_LESS * old[m]]
    if not shrunk:
        return []
    before, after = sum(old[m] for m in shrunk), sum(new.get(m, 0) for m in shrunk)
    return [
        f"{after:,} events would replace {before:,} in {month_runs([month_text(m) for m in shrunk])}: check "
        "that the file is whole, or give --add if it holds further events of these months."
    ]


def replaces(old: Mapping[int, int], new: Mapping[int, int]) -> list[str]:
    """Say which months that are loaded would be replaced."""
    months = sorted(month for month in old if old[month])
    if not months:
        return []
    before, after = sum(old[m] for m in months), sum(new.get(m, 0) for m in months)
    period = month_runs([month_text(month) for month in months])
    return [
        f"{before:,} events loaded for {period} are replaced by {after:,}; --add would add these to them."
    ]


def drops(
    reports: Iterable[Mapping[str, Mapping[str, int]]], given: Collection[str], months: Sequence[int]
) -> list[str]:
    """Say whose events would be replaced by events of others.

    Parameters
    ----------
    reports : iterable of mapping
        For each delivery that is loaded, events by force and month, ``YYYY-MM``.
    given : collection of str
        Forces of the new delivery.
    months : sequence of int
        That it covers.
    """
    texts, lost = {month_text(month) for month in months}, Counter[str]()
    for by_force in reports:
        for force, numbers in by_force.items():
            lost[force] += sum(n for month, n in numbers.items() if month in texts)
    gone = [force for force in sorted(lost) if lost[force] and force not in given]
    if not gone or not given:
        return []
    number = sum(lost[force] for force in gone)
    return [
        f"{number:,} events of {listed(gone)} would be replaced by events of {listed(sorted(given))} alone: "
        "give --add to keep both, or import the files of all forces together."
    ]


def the_same_again(held: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Say that most rows to be added equal rows that are there already."""
    keys = [c for c in ("category", "lsoa", "month", "date", "hour", "age_band", "sex") if c in new]
    have, come = (
        pd.util.hash_pandas_object(frame.reindex(columns=keys).astype("str"), index=False).value_counts()
        for frame in (held, new)
    )
    again = int(np.minimum(come, have.reindex(come.index, fill_value=0)).sum())
    if len(new) < ENOUGH or again < THE_SAME * len(new):
        return []
    return [
        f"{again:,} of {len(new):,} rows to be added equal rows that are loaded for the same months: leave "
        "--add out if this is the same delivery again, or its events would count twice."
    ]


def out_of_line(counts: Mapping[int, int], months: Sequence[int]) -> list[str]:
    """Say which of some months have far more or far fewer events than those beside them.

    Parameters
    ----------
    counts : mapping of int to int
        Events in the county of every month that is loaded, these among them.
    months : sequence of int
    """
    odd = []
    for month in months:
        beside = [n for m, n in counts.items() if m != month and abs(m - month) <= BESIDE]
        usual = float(np.median(beside)) if len(beside) >= 2 else 0.0
        if usual >= ENOUGH and not usual / OUT_OF_LINE <= counts[month] <= usual * OUT_OF_LINE:
            odd.append(
                f"{month_text(month)} has {counts[month]:,} events, the months beside it about {usual:,.0f}"
            )
    if not odd:
        return []
    more = f" (and {len(odd) - 3} more)" if len(odd) > 3 else ""
    return [f"{listed(odd[:3])}{more}: check that the files are whole."]


def reported(by_month: Mapping[str, int]) -> set[str]:
    """Months that a force reported: not those of which it gives next to nothing of what it usually does.

    >>> sorted(reported({"2023-01": 900, "2023-02": 0, "2023-03": 1000}))
    ['2023-01', '2023-03']
    >>> sorted(reported({"2023-01": 2, "2023-02": 0}))
    ['2023-01', '2023-02']
    """
    often = usual(by_month)
    least = THIN * often if often >= ENOUGH else 0.0
    return {month for month, number in by_month.items() if number >= least}


def usual(by_month: Mapping[str, int]) -> float:
    """Events of a force in a usual month, of those in which it has any."""
    some = [number for number in by_month.values() if number]
    return float(np.median(some)) if some else 0.0
