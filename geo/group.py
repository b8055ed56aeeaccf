"""What do some areas hold together, against the rest?

A set of areas chosen by the reader is one more way to ask the same question twice and subtract. So of a
controlled source a set tells nothing that its areas do not tell one by one: its total is the sum of their
protected counts, with the suppressed ones said beside it, and there are no months or hours of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.atlas import Answer, Atlas
from geo.query import Query
from geo.week import Week

FEWEST = 3
"""Areas of a controlled source below which a set is only a list."""
TOO_FEW = f"A set of fewer than {FEWEST} areas is not added up, to protect people."
TOGETHER = "Months and hours of a set are not shown, because sets could be subtracted to find a person."


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
    rate_per_1000 : float or None
        None where an area is suppressed or residents are not known.
    months, rest_months : DataFrame or None
        As :attr:`geo.atlas.Answer.months`, of the set and of the other areas shown; None for a controlled
        source.
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
    rate_per_1000: float | None
    months: pd.DataFrame | None
    rest_months: pd.DataFrame | None
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
    query, _ = query.checked(atlas.catalogue)
    answer = atlas.answer(query)
    chosen = answer.table.index.isin(query.group) & answer.inside
    if not chosen.any():
        return None
    table, gate = answer.table[chosen], atlas.sources[query.source].gate
    counts = table["count"]
    suppressed = int(counts.isna().sum())
    added = not gate.controlled or len(table) >= FEWEST
    count = int(counts.fillna(0).sum()) if added else None
    shown = int(answer.table["count"][answer.inside].fillna(0).sum())
    known = table["population"].notna().all()
    residents = int(table["population"].sum()) if known else None
    rate = count / residents * 1000 if count is not None and residents and not suppressed else None
    told = Group(
        answer=answer,
        table=table,
        count=count,
        suppressed=suppressed,
        share=count / shown if count is not None and shown else None,
        residents=residents,
        rate_per_1000=rate,
        months=None,
        rest_months=None,
        week=None,
        rest_week=None,
        note="",
    )
    if gate.controlled:
        return replace(told, note=TOGETHER if added else TOO_FEW)
    level = atlas.levels[query.level]
    these, rest = (np.isin(level.parent, np.flatnonzero(w)) for w in (chosen, answer.inside & ~chosen))
    return replace(
        told,
        months=atlas.months(query, these),
        rest_months=atlas.months(query, rest),
        week=atlas.week(query, these),
        rest_week=atlas.week(query, rest),
    )
