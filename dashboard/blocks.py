"""Small charts and tables made of plain boxes, each with its numbers to copy.

They are drawn by the browser's own layout: a panel may hold several without waiting for a chart library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import theme
from dashboard.figures import DECILES, EDGE, HEAT
from geo.answer.disclosure import SUPPRESSED
from geo.answer.gradient import NUMBER_OF, Gradient
from geo.ask.source_info import SourceInfo
from geo.ask.words import DAY_NAMES, month_name

if TYPE_CHECKING:
    from geo.answer.answer import Answer


def fold(
    title: str,
    *parts: Component,
    found: str = "",
    table: str = "",
    qualified: str = "",
    unfolded: bool = False,
) -> Component:
    """Fold some parts away under a title and what they tell in a few words.

    Parameters
    ----------
    title : str
    *parts : Component
    found : str
        Read while it is closed.
    table : str
        Numbers that a button copies: lines of cells divided by tabs, the first line their names.
    qualified : str
        What stands after the title and does not name the fold.
    unfolded : bool
        Whether it is open unless the reader has closed one of this name.
    """
    whole = title + qualified
    copy = [copier(whole, **{"data-copy": table})] if table else []
    return html.Details(
        [
            html.Summary([html.H3(whole), html.Span(found, className="fold-found")]),
            html.Div([*parts, *copy], className="fold-body"),
        ],
        className="fold",
        open=unfolded,
        **{"data-fold": title},
    )


def copier(title: str, **attributes: str) -> Component:
    """Button that copies the table in its attribute ``data-copy``."""
    label = f"Copy as a table: {title}"
    return html.Button(
        "Copy",
        type="button",
        className="copy",
        title="Copy the numbers as a table",
        **{"aria-label": label, **attributes},
    )


def with_warning(answer: Answer) -> str | list[Any]:
    """The finding of an answer, and in plainer type what must be said with it."""
    if not answer.warning:
        return answer.finding
    return [answer.finding, " ", html.Span(answer.warning, className="warned")]


def lines(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Table as text with tabs; a missing value is ``*``."""
    texts = [[SUPPRESSED if value is pd.NA else str(value) for value in row] for row in rows]
    return "\n".join("\t".join(row) for row in [list(columns), *texts])


def grid(columns: Sequence[str], rows: Sequence[Sequence[object]], name: str) -> Component:
    """Small table of which the first column names the row and the others are numbers."""
    return html.Table(
        [
            html.Caption(name, className="hidden"),
            html.Thead(html.Tr([html.Th(column, scope="col") for column in columns])),
            html.Tbody(
                [html.Tr([html.Th(first, scope="row"), *map(html.Td, rest)]) for first, *rest in rows]
            ),
        ],
        className="small-table",
    )


def months_table(months: pd.DataFrame) -> str:
    """Months and counts to copy."""
    return lines(["month", "count"], list(zip(months["month_text"], months["count"], strict=True)))


def bars(months: pd.DataFrame, source: SourceInfo, chosen: Sequence[bool]) -> Component:
    """Draw months as bars, those chosen in the colour of action.

    Parameters
    ----------
    months : DataFrame
        ``month``, ``count`` (missing where suppressed), as :attr:`geo.answer.answer.Answer.months`.
    source : SourceInfo
        For what its events are called.
    chosen : sequence of bool
        For each month, whether the filters keep it.
    """
    counts = months["count"]
    most = int(counts.max()) if counts.notna().any() else 0
    cells = [
        html.Span(
            className=f"bar-cell{' bar-on' if on else ''}{' bar-few' if pd.isna(count) else ''}",
            style={"--part": f"{0 if pd.isna(count) or not most else count / most:.3f}"},
            title=f"{month_name(int(month))}: {source.counted(SUPPRESSED if pd.isna(count) else int(count))}",
        )
        for month, count, on in zip(months["month"], counts, chosen, strict=True)
    ]
    first, last = (month_name(int(m)) for m in months["month"].iloc[[0, -1]])
    peak = f" Most in {peak_month(months)}." if most else ""
    return html.Figure(
        [
            html.Div(
                cells,
                className="bar-row",
                role="img",
                **{"aria-label": f"{source.noun.capitalize()} by month, {first} to {last}.{peak}"},
            ),
            html.Figcaption(
                [
                    html.Span(first),
                    html.Span(f"most {most:,}" if most else "too few to show"),
                    html.Span(last),
                ]
            ),
        ],
        className="small-chart",
    )


def peak_month(months: pd.DataFrame) -> str:
    """The month with the most, "May 2023: 31"; "" where none is known."""
    counts = months["count"].to_numpy(float, na_value=-1)
    if not (counts > 0).any():
        return ""
    at = int(np.argmax(counts))
    return f"{month_name(int(months['month'].iloc[at]))}: {counts[at]:,.0f}"


CLOCKS = {"recorded": "", "without": ", without unknown times", "aoristic": ", spread over ranges of time"}
"""What to add to a title for each clock of :data:`geo.ask.choices.CLOCKS`."""


def groups(gradient: Gradient, kind: str, noun: str, most: float) -> Component:
    """Draw rates by tenth or fifth of deprivation as bars; one that does not occur has none.

    Parameters
    ----------
    gradient : Gradient
    kind : {"decile", "quintile"}
    noun : str
    most : float
        Rate at the full height.
    """
    rates, last = gradient.by(kind)[gradient.column].dropna(), NUMBER_OF[kind]
    texts = {group: f"{rate:,.1f} {noun} per {gradient.per}" for group, rate in rates.items()}
    colours = DECILES[:: 10 // last]
    cells = [
        html.Span(
            className=f"bar-cell bar-group{'' if group in texts else ' bar-none'}",
            style={
                "--part": f"{rates.get(group, 0) / most if most else 0:.3f}",
                "--group": theme.css(colours[group - 1]),
            },
            title=f"{kind.capitalize()} {group}: {texts.get(group, 'none')}",
        )
        for group in range(1, last + 1)
    ]
    said = "; ".join(f"{kind} {group}: {text}" for group, text in texts.items())
    row = html.Div(
        cells, className="bar-row", role="img", **{"aria-label": f"By {kind} of deprivation: {said}."}
    )
    ends = html.Figcaption([html.Span("1, most deprived"), html.Span(str(last))])
    return html.Figure([row, ends], className="small-chart")


def clock_table(clock: pd.DataFrame, kind: str = "recorded") -> str:
    """Weekdays and hours to copy, headed by what the counts are where they are not as recorded."""
    rows = zip(DAY_NAMES, *(clock[hour] for hour in clock), strict=True)
    return lines([f"day{CLOCKS[kind]}", *(f"{hour:02d}" for hour in range(24))], list(rows))


def gradient_table(gradient: Gradient, groups: str) -> str:
    """Rates by deprivation, the slope index and the share in the most deprived areas, to copy."""
    columns = ["areas", "population", "count", gradient.column, "lower_ci", "upper_ci"]
    parts = [lines([groups, *columns], _rows(gradient.by(groups), columns, 2))]
    slope = {name: value for name, value in gradient.slope.items() if name != "groups"}
    if not np.isnan(slope["sii"]):
        parts.append(lines(list(map(str, slope)), [[_rounded(value, 3) for value in slope.values()]]))
    columns = ["events", "share", "lower_ci", "upper_ci", "population_share"]
    parts.append(lines(["most_deprived", *columns], _rows(gradient.shares, columns, 4)))
    return "\n\n".join(parts)


def _rows(table: pd.DataFrame, columns: Sequence[str], decimals: int) -> list[list[object]]:
    """Index and values of each row to copy."""
    cells = zip(table.index, *(table[column].tolist() for column in columns), strict=True)
    return [[_rounded(value, decimals) for value in row] for row in cells]


def _rounded(value: object, decimals: int) -> object:
    if value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return pd.NA
    return round(float(value), decimals) if isinstance(value, float) else value


def heat(clock: pd.DataFrame, noun: str, *, midnight: bool) -> Component:
    """Draw the week as a heat map of one band of colours a day; grey where not known.

    Parameters
    ----------
    clock : DataFrame, 7 × 24
        Counts, missing where suppressed.
    noun : str
    midnight : bool
        Whether 00:00 seems to stand for an unknown time; the colours are then scaled by the other hours.
    """
    counts = clock.to_numpy(float, na_value=np.nan)
    known = _trusted(counts, midnight)
    most = np.nanmax(known) if (~np.isnan(known)).any() else 0.0
    rows = [
        html.Div(
            [html.Span(name[:3]), html.Span(className="heat-band", style={"background": _band(row, most)})],
            className="heat-row",
        )
        for name, row in zip(DAY_NAMES, known, strict=True)
    ]
    return html.Figure(
        [
            html.Div(rows, role="img", **{"aria-label": _week_said(counts, noun)}),
            html.Figcaption(
                [html.Span(f"{hour:02d}") for hour in (0, 6, 12, 18, 23)], className="heat-hours"
            ),
        ],
        className="small-chart",
    )


def peak_hour(clock: pd.DataFrame, *, midnight: bool) -> str:
    """The hour of the week with the most, "most on Saturday from 23:00"; "" where none is known."""
    known = _trusted(clock.to_numpy(float, na_value=np.nan), midnight)
    if not (known > 0).any():
        return ""
    day, hour = np.unravel_index(np.nanargmax(known), known.shape)
    return f"most on {DAY_NAMES[day]} from {hour:02d}:00"


def _trusted(counts: np.ndarray, midnight: bool) -> np.ndarray:
    """The week without its first hours, where these stand for a time that is not known."""
    return np.where(np.arange(24) == 0, np.nan, counts) if midnight else counts


def _week_said(counts: np.ndarray, noun: str) -> str:
    said = f"{noun.capitalize()} by weekday and hour."
    if not (counts > 0).any():
        return f"{said} Too few to show."
    day, hour = np.unravel_index(np.nanargmax(counts), counts.shape)
    return f"{said} Most on {DAY_NAMES[day]} from {hour:02d}:00: {int(counts[day, hour]):,}."


def _band(counts: np.ndarray, most: float) -> str:
    """Twenty-four hard steps of colour."""
    width = 100 / len(counts)
    steps = [f"{_colour(c, most)} {i * width:.2f}% {(i + 1) * width:.2f}%" for i, c in enumerate(counts)]
    return f"linear-gradient(to right, {', '.join(steps)})"


def _colour(count: float, most: float) -> str:
    """CSS of a colour between two of the scale; grey where the count is not known."""
    if np.isnan(count):
        return theme.css(EDGE)
    place = min(1.0, count / most if most else 0.0) * (len(HEAT) - 1)
    below = min(int(place), len(HEAT) - 2)
    low, high = (theme.css(colour) for colour in HEAT[below : below + 2])
    return f"color-mix(in srgb, {high} {place - below:.0%}, {low})"
