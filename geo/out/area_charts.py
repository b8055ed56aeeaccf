"""How is one area told of on paper? When in the week, of which kinds, beside its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from geo.answer.colours import SEQUENTIAL
from geo.answer.columns import DAGGER
from geo.answer.disclosure import SUPPRESSED
from geo.ask.words import DAY_NAMES, counted
from geo.out.beside_map import fitting
from geo.out.drawing import (
    BODY,
    EDGE,
    HATCHES,
    INK,
    MUTED,
    POINT,
    SMALL,
    TINY,
    Page,
    Rect,
    shorten,
    text_width,
)
from geo.out.provenance import Sheet
from geo.out.ward_where import GAP
from geo.tell.area import Profile

HEADING = 9.5
LEAST_BAR, WIDEST_BAR = 3.5, 7.4
"""Height of a line of a chart of bars lying down, millimetres."""
CHOSEN, OTHERS = "#1d5b8f", "#a9b4bd"
"""Bars of what is told of, and of the others."""
MOST_NEIGHBOURS = 9


def heading(page: Page, place: Rect, text: str, note: str = "") -> float:
    """Write the heading of a chart; returns where the chart begins."""
    page.text(place.left, place.top + 3.2, text, HEADING, bold=True, kind="H2")
    beside = text_width(text, HEADING, True) + 3 + text_width(note, BODY) <= place.width
    if beside:
        page.text(place.right, place.top + 3.2, note, BODY, colour=MUTED, align="right")
        return place.top + 5.6
    return page.paragraph(place.left, place.top + 4.2, place.width, note, BODY, colour=MUTED) + 0.8


def is_sparse(counts: np.ndarray) -> bool:
    """Whether most counts above 0 are suppressed, so that they had better be added up."""
    hidden = pd.isna(counts)
    return bool(hidden.sum() > (~hidden & (np.where(hidden, 0, counts) > 0)).sum())


def in_words(names: Iterable[object], values: Iterable[object]) -> str:
    """Names and numbers of a chart as a sentence."""
    said = (
        f"{name} {SUPPRESSED if pd.isna(value) else f'{value:,}'}"
        for name, value in zip(names, values, strict=True)
    )
    return f"{'; '.join(said)}."


def bars(page: Page, place: Rect, names: Sequence[str], counts: pd.Series, colour: str = CHOSEN) -> None:
    """Draw upright bars with their numbers."""
    with page.part("Figure", alternative=in_words(names, counts)):
        _draw_bars(page, place, names, counts, colour)


def _draw_bars(page: Page, place: Rect, names: Sequence[str], counts: pd.Series, colour: str) -> None:
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    most = max(1.0, np.max(np.nan_to_num(values), initial=0.0))
    step, floor = place.width / max(len(names), 1), place.bottom - 5
    page.rule(place.left, floor, place.width, EDGE, 0.5)
    room = all(text_width(name, TINY) < step - 0.4 for name in names)
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        x, height = place.left + k * step, (floor - place.top - 4) * np.nan_to_num(value) / most
        page.box(Rect(x + step * 0.12, floor - height, x + step * 0.88, floor), colour)
        text = SUPPRESSED if np.isnan(value) else f"{int(value):,}"
        page.text(x + step / 2, floor - height - 1, text, TINY, align="center")
        page.text(x + step / 2, floor + 3.4, name if room else name[:2], TINY, colour=MUTED, align="center")


def draw_days_and_hours(page: Page, told: Profile, place: Rect) -> None:
    """Draw the week added up by day, and by three hours."""
    if told.days is None or told.hours is None:
        return
    half = (place.width - 2 * GAP) / 2
    left = Rect(place.left, place.top, place.left + half, place.bottom)
    top = heading(page, left, "By weekday")
    bars(page, Rect(left.left, top, left.right, left.bottom), [day[:3] for day in DAY_NAMES], told.days)
    right = Rect(place.right - half, place.top, place.right, place.bottom)
    top = heading(page, right, "By time of day", "Added up, since single hours are too few")
    names = [f"{hour:02d}–{hour + 2:02d}" for hour in told.hours.index]
    bars(page, Rect(right.left, top, right.right, right.bottom), names, told.hours)


def draw_week(page: Page, told: Profile, place: Rect, *, numbers: bool = True) -> None:
    """Draw weekday by hour, the number in each cell where asked for; a doubtful midnight is hatched."""
    midnight = told.week.midnight is not None
    note = "Hatched: 00:00 stands out; times not known, or a real peak" if midnight else ""
    top = heading(page, place, "Weekday and hour", note) + 4
    said = [told.week.when]
    if told.days is not None and told.hours is not None:
        said += [in_words(DAY_NAMES, told.days)]
        said += [in_words((f"{hour:02d}:00 to {hour + 2:02d}:59" for hour in told.hours.index), told.hours)]
    if told.week.clock is not None:
        with page.part("Figure", alternative=" ".join(filter(None, said))):
            cells = Rect(place.left, top, place.right, place.bottom)
            _draw_cells(page, told.week.clock, cells, midnight=midnight, numbers=numbers)


def _draw_cells(page: Page, clock: pd.DataFrame, place: Rect, *, midnight: bool, numbers: bool) -> None:
    top, every = place.top, 1 if numbers else 3
    values = clock.to_numpy(dtype=float, na_value=np.nan)
    most = np.nanmax(np.nan_to_num(values[:, 1:] if midnight else values), initial=1.0)
    left, width = place.left + 11, (place.width - 11) / 24
    height = (place.bottom - top) / 7
    names = max(TINY, min(BODY, 0.8 * height / POINT))
    for hour in range(0, 24, every):
        page.text(left + (hour + 0.5) * width, top - 1.4, f"{hour:02d}", TINY, colour=MUTED, align="center")
    for day in range(7):
        middle = top + (day + 0.5) * height + TINY * 0.12
        page.text(place.left, middle, DAY_NAMES[day][:3], names)
        for hour in range(24):
            value = values[day, hour]
            cell = Rect.of(left + hour * width, top + day * height, width - 0.4, height - 0.4)
            doubtful = midnight and hour == 0
            step = 0 if np.isnan(value) else int(min(4, np.ceil(5 * value / most) - 1))
            colour = "#fff7ec" if step < 0 or np.isnan(value) or doubtful else SEQUENTIAL.paper[step]
            page.box(cell, colour, hatch=HATCHES["nodata"] if doubtful else None)
            text = SUPPRESSED if np.isnan(value) else f"{int(value):,}" if value and numbers else ""
            ink = "white" if step >= 3 and not doubtful else INK
            page.text(
                (cell.left + cell.right) / 2,
                middle,
                text,
                TINY,
                colour=ink,
                align="center",
                halo=doubtful,
            )


def draw_kinds(page: Page, told: Profile, here: Sheet, place: Rect, most: int = 99) -> None:
    """Draw a bar a category, most frequent first, as many as there is room for; what is left out is said.

    Parameters
    ----------
    page : Page
    told : Profile
    here : Sheet
    place : Rect
    most : int
        Categories at most.
    """
    top = heading(page, place, "Of which kinds", here.noun.capitalize())
    table = told.categories.sort_values("count", ascending=False, kind="stable", na_position="last")
    room = int((place.bottom - top) / LEAST_BAR)
    shown = table if len(table) <= min(room, most) else table.head(min(room - 1, most))
    floor = place.bottom - LEAST_BAR * (len(shown) < len(table))
    bars = Rect(place.left, top, place.right, floor)
    _lying(page, bars, shown["category"], shown["count"], np.ones(len(shown), bool))
    if len(shown) < len(table):
        rest = counted(len(table) - len(shown), "more kind is", "more kinds are")
        end = top + min(WIDEST_BAR, (floor - top) / len(shown)) * len(shown)
        page.text(place.right, end + 2.9, f"{rest} not drawn", BODY, colour=MUTED, align="right")


def draw_neighbours(page: Page, told: Profile, here: Sheet, place: Rect, most: int = MOST_NEIGHBOURS) -> None:
    """Draw a bar for the area and each of its neighbours, the highest first, so many at most."""
    rates = [told.row["rate_per_1000_year"], *told.neighbours["rate_per_1000_year"]]
    known = bool(pd.notna(rates).any())
    by = "rate_per_1000_year" if known else "count"
    around = told.neighbours.sort_values(by, ascending=False, kind="stable", na_position="last")
    beside = pd.concat([told.row.to_frame().T, around.head(most)])
    weak = beside["unreliable"].to_numpy(bool) & known & beside[by].notna().to_numpy()
    note = "Per 1,000 a year" if known else here.noun.capitalize()
    if len(around) > most:
        note = f"{note}; the highest {most} of {len(around):,}"
    top = heading(page, place, "Beside its neighbours", note)
    mine, missing = np.arange(len(beside)) == 0, "–" if known else SUPPRESSED
    bars = Rect(place.left, top, place.right, place.bottom)
    _lying(page, bars, beside["name"], beside[by], mine, weak=weak, missing=missing)


def _lying(
    page: Page,
    place: Rect,
    names: pd.Series,
    counts: pd.Series,
    mine: np.ndarray,
    *,
    weak: np.ndarray | None = None,
    missing: str = SUPPRESSED,
) -> None:
    """Draw bars that lie down, with their names and numbers; ``weak`` ones are marked as unreliable."""
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    few = np.zeros(len(values), bool) if weak is None else weak
    texts = [
        (missing if np.isnan(v) else f"{v:,.10g}" if v == round(v) else f"{v:,.1f}") + DAGGER * bool(marked)
        for v, marked in zip(values, few, strict=True)
    ]
    step = min(WIDEST_BAR, place.height / max(len(values), 1))
    most = max(1.0, np.max(np.nan_to_num(values), initial=0.0))
    wide = min(40.0, 0.6 * place.width)
    left = place.left + wide
    said = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    with page.part("Figure", alternative=f"{said}."):
        for k, (name, value, text, own) in enumerate(zip(names, values, texts, mine, strict=True)):
            y = place.top + k * step
            middle = y + step / 2 + 0.9
            size = fitting(name, wide - 1.5, SMALL, least=TINY)
            page.text(left - 1.5, middle, shorten(name, wide - 1.5, size), size, align="right")
            length = (place.right - left - 9) * np.nan_to_num(value) / most
            page.box(Rect.of(left, y + step * 0.18, max(length, 0.2), step * 0.64), CHOSEN if own else OTHERS)
            page.text(left + length + 1, middle, text, SMALL)
