"""What do some areas hold together, against the rest?

A set of areas chosen by the reader is one more way to ask the same question twice and subtract. So of a
controlled source a set tells nothing that its areas do not tell one by one: its total is the sum of their
protected counts, with the suppressed ones said beside it, and there are no months or hours of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import reported_on
from geo.answer.counts import YEAR as DAYS_A_YEAR
from geo.answer.gradient import Gradient
from geo.answer.recording import moved_points, shift
from geo.answer.week import Week
from geo.ask.parameters import OUTSIDE, chosen_months
from geo.ask.query import Query
from geo.ask.words import period_name, upper_first
from geo.stats import rates
from geo.stats.against_rest import change_against
from geo.stats.change import months_before
from geo.stats.clock import weekdays_of_months

FEWEST = 3
"""Areas of a controlled source below which a set is only a list."""
YEAR = 12
TOO_FEW = f"A set of fewer than {FEWEST} areas is not added up, to protect people."
CHOSEN = (
    "No verdict: the set was chosen by these counts, or on a map of them. Chosen for being high it will look "
    "risen, for being low fallen. Another period or source can judge it."
)
UNKNOWN = (
    "No verdict: how the set was chosen is not known. Chosen by these counts for being high, it will look "
    "risen by that alone."
)
PRESUMED = "This takes it that these counts did not choose the set."
TOGETHER = "Months and hours of a set are not shown, because sets could be subtracted to find a person."


@dataclass(frozen=True)
class Trend:
    """Change of a set from one period to a later one, and of the rest.

    Attributes
    ----------
    period, before : tuple of int
        First and last month of both.
    here, rest : float
        Ratio of the later count to the earlier one, each per day.
    against : tuple of float or None
        Ratio of both changes with its 95% limits (:func:`geo.stats.against_rest.change_against`).
    unjudged : str
        Why nothing may be said of whether that is more than chance, sentences; "" where it may.
    """

    period: tuple[int, int]
    before: tuple[int, int]
    here: float
    rest: float
    against: tuple[float, float, float] | None
    unjudged: str = ""


@dataclass(frozen=True)
class Group:
    """A set of areas; protected.

    Attributes
    ----------
    answer : Answer
        To the query, for all areas.
    table : DataFrame
        Rows of the answer's table that are in the set.
    count : int or None
        Events of the set; of a controlled source those of the areas that are not suppressed. None where a
        set of so few areas is not added up.
    suppressed : int
        Areas of the set whose count is suppressed and not in ``count``.
    share : float or None
        Of the events shown, the part in the set.
    residents : int or None
    rate_per_1000_year : float or None
        Also None where it would rest on too few events.
    rate_note : str
        Why it is unreliable; "".
        None where an area is suppressed or residents are not known.
    months, rest_months : DataFrame or None
        As :attr:`geo.answer.answer.Answer.months`, of the set and of the other areas shown; None for a
        controlled source.
    gradient, rest_gradient : Gradient or None
        By deprivation, of the set and of the other areas shown.
    trend : Trend or None
        How the set changed against the rest; None where no earlier period is loaded.
    week, rest_week : Week or None
    note : str
        Why something is not shown; "" where all is.
    """

    answer: Answer
    table: pd.DataFrame
    count: int | None
    suppressed: int
    share: float | None
    residents: int | None
    rate_per_1000_year: float | None
    rate_note: str
    months: pd.DataFrame | None
    rest_months: pd.DataFrame | None
    gradient: Gradient | None
    rest_gradient: Gradient | None
    trend: Trend | None
    week: Week | None
    rest_week: Week | None
    note: str


def group(atlas: Atlas, query: Query) -> Group | None:
    """Tell of the set of areas in a query.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        With ``group``, codes of its ``level``. Areas outside the boroughs chosen are left out.

    Returns
    -------
    Group or None
        None where no area of the set is shown.
    """
    query, _ = atlas.catalogue.check(query)
    answer = atlas.answer(query)
    chosen = answer.table.index.isin(query.group) & answer.inside
    if not chosen.any():
        return None
    table, gate = answer.table[chosen], atlas.sources[query.source].gate
    counts = table["count"]
    suppressed = int((counts.isna() & reported_on(table)).sum())
    added = not gate.controlled or len(table) >= FEWEST
    count = int(counts.fillna(0).sum()) if added else None
    shown = int(answer.table["count"][answer.inside].fillna(0).sum())
    known = table["population"].notna().all() and answer.compared[chosen].all()
    residents = int(table["population"].sum()) if known else None
    days = answer.days if count is not None and residents and not suppressed else 0
    rate = rates.crude_rate([count or 0], [residents or 0], years=days / DAYS_A_YEAR).iloc[0]
    told = Group(
        answer=answer,
        table=table,
        count=count,
        suppressed=suppressed,
        share=count / shown if count is not None and shown else None,
        residents=residents,
        rate_per_1000_year=None if np.isnan(rate["value"]) else float(rate["value"]),
        rate_note="" if np.isnan(rate["value"]) else str(rate["note"]),
        months=None,
        rest_months=None,
        gradient=None,
        rest_gradient=None,
        trend=None,
        week=None,
        rest_week=None,
        note="",
    )
    if gate.controlled:
        return replace(told, note=TOGETHER if added else TOO_FEW)
    level = atlas.levels[query.level]
    these, rest = (np.isin(level.parent, np.flatnonzero(w)) for w in (chosen, answer.compared & ~chosen))
    months, rest_months = atlas.asked(query).month_counts(these), atlas.asked(query).month_counts(rest)
    both = months.index.intersection(rest_months.index)
    months, rest_months = months.loc[both], rest_months.loc[both]
    found, moved, notes = trend(query, months, rest_months), "", [""]
    if found and found.against and (why := atlas.sources[query.source].info.no_months_reason):
        found = replace(found, against=(found.against[0], np.nan, np.nan), unjudged=upper_first(why))
    if found:
        now, then = (atlas.asked(query).ask(first=a, last=b) for a, b in (found.period, found.before))
        moved = shift(now, then, period_name(*found.before))
        notes = [moved, *moved_points(now, then)]
    return replace(
        told,
        months=months,
        rest_months=rest_months,
        gradient=atlas.asked(query).gradient(these),
        rest_gradient=atlas.asked(query).gradient(rest),
        trend=None if moved else found,
        note=" ".join(filter(None, notes)),
        week=atlas.asked(query).week(these),
        rest_week=atlas.asked(query).week(rest),
    )


def trend(query: Query, months: pd.DataFrame, rest: pd.DataFrame) -> Trend | None:
    """Compare the period of a query, or its last twelve months, with the one before: in a set, in the rest.

    Parameters
    ----------
    query : Query
        For the period and the months of the year.
    months, rest : DataFrame
        ``month`` and ``count`` of every month loaded, in the set and in the rest.

    Returns
    -------
    Trend or None
        None where no period before is loaded, or nothing happened in it.
    """
    loaded = [int(month) for month in months["month"]]
    if not loaded:
        return None
    first = loaded[0] if query.first is None else max(query.first, loaded[0])
    last = loaded[-1] if query.last is None else min(query.last, loaded[-1])
    known = frozenset(loaded)
    for start in (first, max(first, last - YEAR + 1)):
        before = months_before(start, last, known) if known.issuperset(range(start, last + 1)) else None
        if before:
            break
    else:
        return None
    period = (start, last)
    stretches = (before, period)
    kept = (months["month"] % YEAR + 1).isin(query.month or range(1, YEAR + 1))
    counts = [
        table["count"][kept & table["month"].between(*stretch)].to_numpy(float, na_value=0.0)
        for table in (months, rest)
        for stretch in stretches
    ]
    sums = [float(values.sum()) for values in counts]
    if not sums[0] or not sums[2]:
        return None
    days, later = (
        weekdays_of_months(months["month"][kept & months["month"].between(*stretch)]).sum()
        for stretch in stretches
    )
    here, elsewhere = (sums[i + 1] / later / (sums[i] / days) for i in (0, 2))
    against = change_against(*counts, paired=(start - before[0]) % YEAR == 0)
    return Trend(period, before, here, elsewhere, against, unjudged(query, before[0], last))


def unjudged(query: Query, first: int, last: int) -> str:
    """Say why no verdict is given on a set, which may have been chosen by the counts that would judge it.

    Parameters
    ----------
    query : Query
        For its source and how the set was chosen.
    first, last : int
        Months compared.
    """
    if query.chosen == OUTSIDE:
        return ""
    months = chosen_months(query.chosen)
    if months is None:
        return UNKNOWN
    elsewhere = query.chosen.partition(":")[0] != query.source
    return "" if elsewhere or months[1] < first or months[0] > last else CHOSEN
