"""What does a plan of patrols say as a table and in sentences? The same on the page and on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.tell.patrol.plan import SHIFTS, Plan
from geo.tell.patrol.ranking import RANKINGS

EDGE = "†"
"""Marks an area that shares the last place with others."""
NOT_PLANNED = " ‡"
"""Marks an area of the list of a shift that is none of the plan's."""
WITHOUT = "Without midnight’s excess"
"""Heading of counts that leave it out."""
Listed = tuple[list[str], list[list[str]]]
"""Head and rows of a table."""


def tables_of(plan: Plan) -> dict[str, Listed]:
    """Every table of a plan by its name: areas, those of day and night, days that show an effect."""
    tables = {"Areas": areas_table(plan), **shift_tables(plan)}
    return tables if no_power(plan) else {**tables, "How many days": power_table(plan)}


def areas_table(plan: Plan) -> Listed:
    """Head and rows of the areas, in their order."""
    ranking = RANKINGS[plan.wish.by]
    by_count = plan.wish.by == "count"
    head = ["Tier", "Rank", "Area", "Code", "Borough", "Count", *([] if by_count else [ranking.label])]
    rows = [
        [
            f"{row['tier']}",
            f"{row['rank']}{EDGE * bool(row['at_edge'])}",
            str(row["name"]),
            str(code),
            str(row["borough"]),
            _number(row["count"]),
            *([] if by_count else [ranking.form.format(row["value"])]),
        ]
        for code, row in plan.table.iterrows()
    ]
    return head, rows


def shift_tables(plan: Plan) -> dict[str, Listed]:
    """Head and rows of the lists of day and of night; none where hours are not known."""
    return {
        name: (
            ["Rank", "Area", "Code", WITHOUT if plan.midnight and 0 in SHIFTS[name] else "Count"],
            [
                [str(row["rank"]), f"{row['name']}{'' if row['planned'] else NOT_PLANNED}", str(code),
                 _number(row["count"])]
                for code, row in table.iterrows()
            ],
        )
        for name, table in plan.shifts.items()
    }  # fmt: skip


def at_midnight(plan: Plan) -> str:
    """Say what the counts of the night leave out; "" where they leave out nothing."""
    if not plan.shifts or plan.midnight is None:
        return ""
    return (
        f"Nights are counted without midnight’s excess: of {plan.midnight.recorded:,.0f} recorded at 00:00 "
        f"to 00:59 some {plan.midnight.excess:,.0f} are more than the hours beside it suggest, as where the "
        "time was not known. Every area’s midnight is cut by the same share."
    )


def _number(count: object) -> str:
    return SUPPRESSED if count is pd.NA else f"{count:,}"


def power_table(plan: Plan) -> Listed:
    """Head and rows of how many days it takes to see what reduction; no rows where that cannot be told."""
    days = plan.wish.days
    head = [
        "Patrols prevent",
        "Days that show it in four of five trials",
        f"{days} days show it in",
    ]
    rows = [
        [
            f"{reduction:.0%}",
            f"{row['days']:,.0f}" if np.isfinite(row["days"]) else "more than can be told",
            f"{row['chance']:.0%} of trials",
        ]
        for reduction, row in plan.power.iterrows()
    ]
    return head, rows


def no_power(plan: Plan) -> str:
    """Why it cannot be told how many days it takes; "" where it can."""
    return f"How many days it takes cannot be told. {plan.why_no_power}" if plan.power.empty else ""
