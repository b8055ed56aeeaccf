"""Has what is recorded changed, rather than what happened?

Events without a place are on no map, and events without a time pass no filter of time. Where their share
moves between two periods, counts of areas move with it, and no change of theirs can be told from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from geo.answer.asked import ALPHA, Asked
from geo.ask.words import counted, month_name, month_runs, named, percent, period_name, upper_first, written
from geo.stats.change import proportions_differ

MATERIAL = 0.05
"""Share of the events counted from which on it matters what a shift alone adds or takes away."""


class Unknown(NamedTuple):
    """How many of some events lack something."""

    number: int
    of: int

    @property
    def share(self) -> float:
        """Share of all, 0 of none."""
        return self.number / self.of if self.of else 0.0


def alone(here: Unknown, there: Unknown) -> float:
    """Change of what can be counted that a shift of the unknown makes alone; 0 where it does not matter.

    Examples
    --------
    >>> round(alone(Unknown(250, 1000), Unknown(20, 1000)), 3), alone(Unknown(4, 100), Unknown(2, 100))
    (-0.235, 0.0)
    """
    if not here.of or not there.of or there.share in (1, here.share):
        return 0.0
    change = (1 - here.share) / (1 - there.share) - 1
    sure = abs(change) >= MATERIAL and proportions_differ(*here, *there) <= ALPHA
    return change if sure else 0.0


def shift(now: Asked, then: Asked, than: str) -> str:
    """Say that places or times are missing more often, or less, than in another period; "" where not.

    Parameters
    ----------
    now, then : Asked
        The same question of two periods.
    than : str
        The other period in words, "2022".
    """
    for (what, here), (_, there) in zip(_unknown(now), _unknown(then), strict=True):
        change = alone(here, there)
        if not change:
            continue
        part, was = (now.gate.share(*one) for one in (here, there))
        if part is None or was is None:
            continue
        return (
            f"{percent(part)} of the {now.noun} have no {what}, against {percent(was)} in {than}: that alone "
            f"makes {written(change, '{:+.0%}')} in what can be counted, so areas are not compared."
        )
    return ""


def _unknown(s: Asked) -> Iterator[tuple[str, Unknown]]:
    """What events lack: a place; a time, where it is filtered by; a day, where days are compared."""
    by_place = s.selection.by_place
    yield "place", Unknown(int(by_place[-2]), int(by_place.sum()))
    lsoas = s.level.of_lsoas(s.chosen)
    counted = int(s.selection.by_area[lsoas].sum())
    untimed = s.at_any_time.untimed(lsoas) if s.selection.slots is not None else 0
    timed = int(s.at_any_time.by_area[lsoas].sum())
    yield "known time", Unknown(untimed, timed if untimed else counted)
    undated = s.selection.undated(lsoas) if s.selection.window is not None else 0
    yield "known day", Unknown(undated, counted + undated)


def moved_points(now: Asked, then: Asked) -> tuple[str, ...]:
    """Say that the publisher moved the points that it places events at between two periods.

    Of small areas only: a point that moves leaves one of these, and seldom its ward.
    """
    if now.query.level != "lsoa":
        return ()
    months = [m for one in (now, then) for m in one.events.months[one.selection.months].tolist()]
    return tuple(
        f"From {month_name(moved)} on the publisher places events at other points: a small area may have "
        "more or fewer than before for that alone."
        for moved in now.info.moved
        if months and min(months) < moved <= max(months)
    )


def shared_out(s: Asked) -> tuple[str, ...]:
    """Say how many events were recorded by areas of another year and shared out over those of the map."""
    if s.query.level == "borough":
        return ()
    asked = set(s.events.months[s.selection.months].tolist())
    return tuple(
        f"{upper_first(s.noun)} of {_months(one.months)} were recorded by small areas of {one.year}. "
        + (
            f"Of all that are loaded of these months, {s.gate.text(one.events)} of "
            f"{counted(one.areas, 'area', 'areas')} split or redrawn since are shared out by residents, so "
            "that counts there are estimates."
            if one.events
            else "Those of areas split or redrawn since are shared out by residents, so that counts there "
            "are estimates."
        )
        for one in s.info.converted
        if asked & one.months
    )


def _months(months: Iterable[int]) -> str:
    """Months in words, as few as it takes: "October 2018 to February 2019"."""
    return named([period_name(*run) for run in month_runs(sorted(months))], "period", "periods")
