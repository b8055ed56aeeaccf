"""What is on, and when? Bank holidays, and a county's own calendar of school terms, paydays and events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from geo.ask.words import listed
from geo.data.moments import parse_dates
from geo.data.table import Table

ROLE = "calendar"
KINDS = ("term", "payday", "event")
"""What an entry may be; one that does not say is an event."""
AHEAD = 5 * 365
"""Days from today within which an entry must lie: a calendar is of what is to come."""
LONGEST = 100
"""Characters of a name."""
NATIONS = {"E": "ENG", "W": "WLS", "S": "SCT", "N": "NIR"}
"""First letter of the codes of areas to the nation, whose bank holidays are its own."""


def read_calendar(table: Table) -> pd.DataFrame:
    """Read a calendar: ``name, start`` and, where they are given, ``end`` (else one day) and ``kind``.

    Returns
    -------
    DataFrame
        ``name, kind, start, end`` (days), by start.

    Raises
    ------
    Problem
        If a column is missing, or a row makes no sense.
    """
    columns = table.columns(
        ("name", "start"),
        "no calendar: {}; it needs name and start, and may have end and kind (term, payday or event).",
    )
    name, kind = (table.given(columns.get(of), LONGEST) for of in ("name", "kind"))
    found = pd.DataFrame({"name": name, "kind": kind.str.lower().replace("", "event")})
    table.refuse(found["name"] == "", columns["name"], "blank, where the name of an entry is needed")
    table.refuse(~found["kind"].isin(KINDS), columns.get("kind", ""), f"not one of {listed(list(KINDS))}")
    found["start"] = parse_dates(table, columns["start"], ahead=AHEAD)
    end = (
        parse_dates(table, columns["end"], optional=True, ahead=AHEAD) if "end" in columns else found["start"]
    )
    found["end"] = end.fillna(found["start"])
    before = (found["end"] < found["start"]).to_numpy(bool)
    table.refuse(pd.Series(before), columns.get("end", ""), "before the day on which it starts")
    again = found.duplicated(["name", "start"])
    table.refuse(again, columns["name"], "an entry that stands above already")
    return found.sort_values(["start", "name"], kind="stable").reset_index(drop=True)


def bank_holidays(years: Iterable[int], code: str) -> dict[date, str]:
    """Bank holidays of the nation that the code of an area is of, by day.

    >>> bank_holidays([2024], "E01017440")[date(2024, 4, 1)]
    'Easter Monday'
    """
    import holidays

    nation = NATIONS.get(code[:1], "ENG")
    return dict(sorted(holidays.country_holidays("GB", subdiv=nation, years=list(years)).items()))


def last_working_days(first: date, last: date, free: Iterable[date]) -> list[date]:
    """The last working day of each month from one day to another: on which most people are paid.

    >>> last_working_days(date(2024, 3, 1), date(2024, 4, 30), [date(2024, 3, 29)])
    [datetime.date(2024, 3, 28), datetime.date(2024, 4, 30)]
    """
    held, found = set(free), []
    month = first.replace(day=1)
    while month <= last:
        after = (month + timedelta(days=32)).replace(day=1)
        day = after - timedelta(days=1)
        while day.weekday() > 4 or day in held:
            day -= timedelta(days=1)
        found.append(day)
        month = after
    return found
