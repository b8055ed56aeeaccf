"""What does a plan of patrols say as a table and in sentences? The same on the page and on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.tell.patrol.plan import Plan
from geo.tell.patrol.ranking import RANKINGS

EDGE = "†"
"""Marks an area that shares the last place with others."""


def areas_table(plan: Plan) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the areas, in their order."""
    ranking = RANKINGS[plan.wish.by]
    timed = [name for name in ("day", "night") if name in plan.table]
    by_count = plan.wish.by == "count"
    head = ["Tier", "Rank", "Area", "Code", "Borough", "Count", *([] if by_count else [ranking.label])]
    head += [{"day": "Rank 07:00 to 18:59", "night": "Rank 19:00 to 06:59"}[name] for name in timed]
    rows = [
        [
            f"{row['tier']}",
            f"{row['rank']}{EDGE * bool(row['at_edge'])}",
            str(row["name"]),
            str(code),
            str(row["borough"]),
            SUPPRESSED if row["count"] is pd.NA else f"{row['count']:,}",
            *([] if by_count else [ranking.form.format(row["value"])]),
            *(str(row[name]) for name in timed),
        ]
        for code, row in plan.table.iterrows()
    ]
    return head, rows


def power_lines(plan: Plan) -> list[str]:
    """How many days it takes to see what reduction."""
    if plan.power.empty:
        return [f"How many days it takes cannot be told. {plan.why_no_power}"]
    lines = []
    for reduction, row in plan.power.iterrows():
        days = row["days"]
        needed = f"{days:,.0f} days" if np.isfinite(days) else "more days than can be told"
        lines.append(
            f"If patrols prevent {reduction:.0%} on their days, {needed} show it in four of five trials; "
            f"{plan.wish.days} days in {row['chance']:.0%}."
        )
    return lines
