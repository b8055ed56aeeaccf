"""What is the rate of England?

A county's folder holds the events of the county, so England's rate must come from elsewhere: from a small
file of published rates that :func:`read_reference` reads. :func:`reference_rate` finds in it the rate of one
question, or says why it has none: a rate is only taken for the same source, the same categories and exactly
the same months, since any other would compare unlike with unlike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.query import Query, filters_of
from geo.ask.words import listed, lower_first, month_name, slug
from geo.data.moments import parse_months
from geo.data.table import Table, parse_whole_numbers

PERIOD = ("source", "category", "from", "to")
COUNTS = ("events", "population")
RATE = "rate_per_1000"


def read_reference(table: Table, sources: Collection[str]) -> pd.DataFrame:
    """Read rates of England by source, category and period.

    Parameters
    ----------
    table : Table
        Columns ``source`` (a key such as ``offences``), ``category`` (its name; blank for all events of the
        source), ``from`` and ``to`` (YYYY-MM, inclusive), and ``events`` with ``population``, or
        ``rate_per_1000`` residents over the months of the row.
    sources : collection of str
        Keys that are known.

    Returns
    -------
    DataFrame
        ``source, category`` (slug; "" for all), ``first, last`` (month numbers), ``rate_per_1000``.

    Raises
    ------
    Problem
        If a column lacks, a cell is not what it should be, a period ends before it begins, or two rows of the
        same source and category share a month.
    """
    lacking = [column for column in PERIOD if column not in table.frame]
    if lacking or not ({*COUNTS} <= {*table.frame} or RATE in table.frame):
        raise Problem(
            f"{table.name} is no table of England's rates: it needs the columns source, category, from, to, "
            f"and events with population or {RATE}."
        )
    source = table.text("source")
    table.refuse(~source.isin(list(sources)), "source", f"not one of {listed(sorted(sources))}")
    first, last = parse_months(table, "from"), parse_months(table, "to")
    table.refuse(first > last, "to", "before the month in “from”")
    rows = pd.DataFrame(
        {
            "source": source,
            "category": table.text("category").fillna("").map(slug),
            "first": first,
            "last": last,
            RATE: _rate(table),
        }
    )
    ordered = rows.sort_values(["source", "category", "first"], kind="stable")
    before = ordered.groupby(["source", "category"])["last"].shift()
    again = (ordered["first"] <= before).reindex(rows.index)
    table.refuse(again, "from", "a month that another row of the same source and category has already")
    return rows


def _rate(table: Table) -> pd.Series:
    """Events per 1,000 residents of each row."""
    if RATE in table.frame:
        rate = pd.to_numeric(table.text(RATE).str.replace(",", ""), errors="coerce")
        table.refuse(~(rate >= 0) | np.isinf(rate), RATE, "not a rate of 0 or more")
        return rate.astype("float64")
    events, people = (parse_whole_numbers(table, column) for column in COUNTS)
    table.refuse(events.isna(), "events", "blank")
    table.refuse(people.isna() | (people == 0), "population", "not a number of residents above 0")
    return (events.astype("float64") / people.astype("float64") * 1000).rename(RATE)


def reference_rate(reference: pd.DataFrame, query: Query, months: Sequence[int]) -> tuple[float, str]:
    """England's rate for one question.

    Parameters
    ----------
    reference : DataFrame
        As :func:`read_reference` gives; empty where none is loaded.
    query : Query
        Checked: its source and categories, and whether it keeps some hours or days only.
    months : sequence of int
        Month numbers that the question counts.

    Returns
    -------
    rate : float
        Events per 1,000 residents over these months; NaN where it is not known.
    why : str
        Why it is not known, a clause without a full stop; "" where it is. Rows of several categories, and of
        periods that together are exactly these months, are added up.
    """
    if reference.empty:
        return np.nan, "no rates of England are loaded (hotspots import benchmark FILE)"
    if query.hour or query.day or query.night:
        return np.nan, "rates of England are by month, not by hour or day"
    further = [one.label for one, _ in filters_of(query)] + ["Saved definition"] * bool(query.definition)
    if further:
        return np.nan, f"rates of England are not by {lower_first(further[0])}"
    rate = 0.0
    for category in query.category or ("",):
        rows = reference[(reference["source"] == query.source) & (reference["category"] == category)]
        if rows.empty:
            what = f"the category “{category}”" if category else "all categories together"
            return np.nan, f"no rate of England is loaded for {what}"
        within = rows[[bool({*range(a, b + 1)} <= {*months}) for a, b in _periods(rows)]]
        covered = sum(b - a + 1 for a, b in _periods(within))
        if covered != len(months) or not len(months):
            held = listed([f"{month_name(a)} to {month_name(b)}" for a, b in sorted(_periods(rows))])
            return np.nan, f"rates of England are loaded for other months ({held})"
        rate += float(within[RATE].sum())
    return rate, ""


def _periods(rows: pd.DataFrame) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(rows["first"], rows["last"], strict=True)]
