"""How is an area told of as a place? With a pyramid of its residents, drawn as SVG."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import blocks
from dashboard.markup import Raw
from dashboard.panel import fact_list
from geo.answer.layer_place import CAUTION
from geo.tell.place import PlaceTold

WIDE, ROW, MIDDLE, HALF = 320, 11, 44, 138
"""Width of the pyramid, height of an age group, room for its name, and length of the longest bar."""


def place(told: PlaceTold, noun: str) -> list[Component]:
    """Fold of an area as a place; none where nothing of it is loaded."""
    facts = {
        "Residents per km²": "" if np.isnan(told.density) else f"{told.density:,.0f}",
        "Area classification": "; ".join(told.classed),
        "People there by day": "" if np.isnan(told.workers) else f"{told.workers:,.0f}",
        f"{noun.capitalize()} per 1,000 of them a year": ""
        if np.isnan(told.by_day)
        else f"{told.by_day:,.1f}",
    }
    parts: list[Component] = [fact_list(facts)]
    copied = ""
    if not told.pyramid.empty:
        parts.append(html.Div(Raw(pyramid(told.pyramid)), className="pyramid"))
        copied = blocks.lines(list(told.pyramid), told.pyramid.to_numpy().tolist())
    if not told.ethnic.empty:
        rows = [
            (name, f"{count:,}", f"{share:.1f}%")
            for name, count, share in told.ethnic.itertuples(index=False, name=None)
        ]
        parts.append(blocks.grid(("Ethnic group", "Residents", "Share"), rows, "Residents by ethnic group"))
    if not np.isnan(told.workers):
        parts.append(html.P(CAUTION, className="note"))
    if not copied and told.ethnic.empty and not any(facts.values()):
        return []
    found = told.classed[0] if told.classed else f"{facts['Residents per km²']} residents per km²"
    return [blocks.fold("The place", *parts, found=found, table=copied)]


def pyramid(table: pd.DataFrame) -> str:
    """Draw residents by age and sex as an SVG: women to the left, men to the right, the oldest on top.

    Without the sexes the bars run to the right alone. It says in words what it shows.
    """
    ages = table["Age"].astype(str).tolist()[::-1]
    columns = [name for name in table if name != "Age"]
    values = table[columns].to_numpy(float)[::-1]
    most = max(1.0, float(values.max()))
    height = ROW * len(ages) + 18
    middle = WIDE / 2 if len(columns) > 1 else MIDDLE / 2
    half = HALF if len(columns) > 1 else WIDE - MIDDLE - 4
    bars = []
    for at, (age, row) in enumerate(zip(ages, values, strict=True)):
        top = at * ROW + 16
        bars.append(f'<text x="{middle:.0f}" y="{top + 8}" text-anchor="middle">{escape(age)}</text>')
        for side, (name, value) in enumerate(zip(columns, row, strict=True)):
            long = half * value / most
            right = side == len(columns) - 1
            left = middle + MIDDLE / 2 if right else middle - MIDDLE / 2 - long
            kind = "men" if right else "women"
            said = f"{name}, {age}: {value:,.0f}"
            bars.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{long:.1f}" height="{ROW - 2}">'
                f"<title>{escape(said)}</title></rect>"
            )
    heads = "".join(
        f'<text class="head" x="{0 if side < len(columns) - 1 else WIDE}" y="10" '
        f'text-anchor="{"start" if side < len(columns) - 1 else "end"}">{escape(name)}, {total:,.0f}</text>'
        for side, (name, total) in enumerate(zip(columns, values.sum(axis=0), strict=True))
    )
    total = values.sum()
    oldest = int(values.sum(axis=1).argmax())
    words = (
        f"Residents by age and sex: {total:,.0f}, most aged {ages[oldest]}. The button Copy has the numbers."
    )
    return (
        f'<svg viewBox="0 0 {WIDE} {height}" role="img" aria-label="{escape(words)}" '
        f'xmlns="http://www.w3.org/2000/svg">{heads}{"".join(bars)}</svg>'
    )
