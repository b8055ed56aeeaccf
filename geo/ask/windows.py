"""Which days are set against which? The last 28 days, and the year so far, with the days before them.

Definitions are in ``docs/methods/change.md``. Only the calendar is known here: what was counted on these
days, and whether it changed, is said by :mod:`geo.stats.change`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

WINDOWS = {
    "28-days": "28 days against the 28 before",
    "ytd": "Year to date against last year",
}
"""Ways to compare by days: value of ``compare`` in a link, and its name."""


class Window(NamedTuple):
    """Days from `start` to `stop`, both included."""

    start: date
    stop: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.stop - self.start).days + 1

    @property
    def months(self) -> range:
        """Month numbers (``year * 12 + month - 1``) that it touches."""
        return range(_month(self.start), _month(self.stop) + 1)


class Windows(NamedTuple):
    """Two stretches of days to compare.

    Attributes
    ----------
    kind : str
        Key of :data:`WINDOWS`.
    before, after : Window
    by_month : bool
        Whether they are whole months because the day of some events is not known.
    """

    kind: str
    before: Window
    after: Window
    by_month: bool


def four_weeks(until: date) -> tuple[Window, Window]:
    """The 28 days before the last 28, and the last 28 days, ending on `until`: the same weekdays in both.

    Examples
    --------
    >>> before, after = four_weeks(date(2024, 3, 3))
    >>> str(before.start), str(before.stop), str(after.start), after.days
    ('2024-01-08', '2024-02-04', '2024-02-05', 28)
    """
    step = timedelta(days=28)
    return Window(until - 2 * step + timedelta(1), until - step), Window(until - step + timedelta(1), until)


def year_to_date(until: date) -> tuple[Window, Window]:
    """The same days of last year, and this year from 1 January to `until` (29 February meets the 28th).

    Examples
    --------
    >>> before, after = year_to_date(date(2024, 2, 29))
    >>> str(before.stop), before.days, after.days
    ('2023-02-28', 59, 60)
    """
    end = until.replace(year=until.year - 1, day=28 if (until.month, until.day) == (2, 29) else until.day)
    return Window(date(end.year, 1, 1), end), Window(date(until.year, 1, 1), until)


def windows(kind: str, last_days: Mapping[int, int], last: int | None = None) -> tuple[Windows | None, str]:
    """Windows of a kind that end on the last day with data.

    Parameters
    ----------
    kind : str
        Key of :data:`WINDOWS`.
    last_days : mapping of int to int
        Every month loaded to the last day of it that has an event; 0 where the days of its events are not
        known.
    last : int, optional
        Last month to look at; all if absent.

    Returns
    -------
    windows : Windows or None
    reason : str
        Why there are none, a clause with a full stop; "" where there are.

    Examples
    --------
    >>> half = {2023 * 12 + month: 31 for month in range(6)} | {2023 * 12 + 5: 20}
    >>> found, _ = windows("28-days", half)
    >>> str(found.after.start), str(found.after.stop)
    ('2023-05-24', '2023-06-20')
    >>> windows("ytd", half)[1]
    'the same part of the year before is not loaded.'
    """
    reached = [month for month in last_days if last is None or month <= last]
    dated = [month for month in reached if last_days[month]]
    if not reached or (kind == "28-days" and not dated):
        return None, "the files loaded give the month only, not the day."
    end = _day(max(dated), last_days[max(dated)]) if dated else _end(max(reached))
    before, after = four_weeks(end) if kind == "28-days" else year_to_date(end)
    touched = {*before.months, *after.months}
    if not touched <= last_days.keys():
        part = "28 days before are" if kind == "28-days" else "same part of the year before is"
        return None, f"the {part} not loaded."
    if all(last_days[month] for month in touched):
        return Windows(kind, before, after, by_month=False), ""
    if kind == "28-days":
        return None, "some of these months come without days."
    month = max(reached)
    before, after = (Window(_day(m - m % 12), _end(m)) for m in (month - 12, month))
    if not {*before.months, *after.months} <= last_days.keys():
        return None, "the same months of the year before are not loaded."
    return Windows(kind, before, after, by_month=True), ""


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day(month: int, day: int = 1) -> date:
    return date(month // 12, month % 12 + 1, day)


def _end(month: int) -> date:
    """Last day of a month."""
    return _day(month, monthrange(month // 12, month % 12 + 1)[1])
