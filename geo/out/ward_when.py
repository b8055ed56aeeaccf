"""When does it happen, and of which kinds? The second page of a ward pack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.colours import DEPRIVATION, SEQUENTIAL
from geo.answer.columns import DAGGER, count_of, rate_of
from geo.answer.disclosure import SUPPRESSED
from geo.ask.words import DAY_NAMES, MONTH_NAMES, counted
from geo.out.drawing import (
    A4,
    EDGE,
    HATCHES,
    INK,
    LINE,
    MUTED,
    Align,
    Page,
    Rect,
    shorten,
    text_width,
    wrap,
)
from geo.out.pane import spread
from geo.out.printed_map import (
    BODY,
    MARGIN,
    TINY,
    draw_foot,
    draw_head,
)
from geo.out.provenance import Sheet
from geo.out.ward_where import GAP, ROW
from geo.tell.area import Profile

HEADING = 9.5
LEAST_BAR, WIDEST_BAR = 3.5, 7.4
"""Height of a line of a chart of bars lying down, millimetres."""
BEYOND = 5.0
"""Height of the strip above a chart for what stands beyond its scale, millimetres."""
CHOSEN, OTHERS = "#1d5b8f", "#a9b4bd"
"""Bars of the months chosen, and of the others."""
MOST_NEIGHBOURS = 9


def second_page(told: Profile, here: Sheet, atlas: Atlas) -> Page:
    """Week, months, kinds or neighbours, deprivation and the other services."""
    page = Page(A4[1], A4[0])
    width = page.width - 2 * MARGIN
    info = atlas.catalogue.source(told.answer.query)
    clock = told.week.clock
    sparse = clock is not None and _sparse(clock.to_numpy().ravel())
    finding = told.week.when or f"Times of day are not known: {info.no_hours_reason}"
    if sparse:
        finding = f"Too few {info.noun} to name the busiest hours: most hours of the week have 1 to 7."
    title = f"{'When' if clock is not None else 'Month by month'}, and {_second(told)}"
    top = draw_head(page, here, f"{told.name}  ·  {told.row['borough']}", title, finding)
    whole = ["The week shows all hours and days."] if clock is not None else []
    bottom = draw_foot(page, here, (*whole, "The months are all that are loaded."))
    notes = [f"{row['label']}: {row['note']}" for _, row in told.sources.iterrows() if row["note"]]
    lines = wrap(" ".join(notes), width, TINY)
    services = bottom - ROW * (len(told.sources) + 1) - 7 - 2.8 * len(lines)
    week = 56.0 if clock is not None else 0.0
    months = (services - top - week - 3 * GAP) * 0.4
    y = top
    if clock is not None:
        place = Rect(MARGIN, y, MARGIN + width, y + week)
        if sparse:
            _days_and_hours(page, told, place)
        else:
            draw_week(page, told, place)
        y += week + GAP
    _months(page, told, Rect(MARGIN, y, MARGIN + width, y + months))
    y += months + GAP
    half = (width - 2 * GAP) / 2
    _gradient(page, told, here, Rect(MARGIN, y, MARGIN + half, services - GAP))
    beside = Rect(MARGIN + half + 2 * GAP, y, MARGIN + width, services - GAP)
    if _several_kinds(told):
        draw_kinds(page, told, here, beside)
    else:
        _neighbours(page, told, here, beside)
    y = _services(page, told, Rect(MARGIN, services, MARGIN + width, bottom))
    page.paragraph(MARGIN, y + 0.6, width, " ".join(notes), TINY, colour=MUTED)
    return page


def _several_kinds(told: Profile) -> bool:
    """Whether events of more than one kind were asked for and counted."""
    return len(told.categories) > 1


def _second(told: Profile) -> str:
    """What the page shows besides time."""
    return "of which kinds" if _several_kinds(told) else "beside its neighbours"


def _heading(page: Page, place: Rect, text: str, note: str = "") -> float:
    """Write the heading of a chart; returns where the chart begins."""
    page.text(place.left, place.top + 3.2, text, HEADING, bold=True, kind="H2")
    page.text(place.right, place.top + 3.2, note, TINY, colour=MUTED, align="right")
    return place.top + 5.6


def _sparse(counts: np.ndarray) -> bool:
    """Whether most counts above 0 are suppressed, so that they had better be added up."""
    hidden = pd.isna(counts)
    return bool(hidden.sum() > (~hidden & (np.where(hidden, 0, counts) > 0)).sum())


def _in_words(names: Iterable[object], values: Iterable[object]) -> str:
    """Names and numbers of a chart as a sentence."""
    said = (
        f"{name} {SUPPRESSED if pd.isna(value) else f'{value:,}'}"
        for name, value in zip(names, values, strict=True)
    )
    return f"{'; '.join(said)}."


def _bars(page: Page, place: Rect, names: Sequence[str], counts: pd.Series, colour: str = CHOSEN) -> None:
    """Draw upright bars with their numbers."""
    with page.part("Figure", alternative=_in_words(names, counts)):
        _draw_bars(page, place, names, counts, colour)


def _draw_bars(page: Page, place: Rect, names: Sequence[str], counts: pd.Series, colour: str) -> None:
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    most = max(1.0, np.max(np.nan_to_num(values), initial=0.0))
    step, floor = place.width / max(len(names), 1), place.bottom - 5
    page.rule(place.left, floor, place.width, EDGE, 0.5)
    for k, (name, value) in enumerate(zip(names, values, strict=True)):
        x, height = place.left + k * step, (floor - place.top - 4) * np.nan_to_num(value) / most
        page.box(Rect(x + step * 0.12, floor - height, x + step * 0.88, floor), colour)
        text = SUPPRESSED if np.isnan(value) else f"{int(value):,}"
        page.text(x + step / 2, floor - height - 1, text, TINY, align="center")
        page.text(x + step / 2, floor + 3.4, name, TINY, colour=MUTED, align="center")


def _days_and_hours(page: Page, told: Profile, place: Rect) -> None:
    """Draw the week added up by day, and by three hours."""
    if told.days is None or told.hours is None:
        return
    half = (place.width - 2 * GAP) / 2
    left = Rect(place.left, place.top, place.left + half, place.bottom)
    top = _heading(page, left, "By weekday")
    _bars(page, Rect(left.left, top, left.right, left.bottom), [day[:3] for day in DAY_NAMES], told.days)
    right = Rect(place.right - half, place.top, place.right, place.bottom)
    top = _heading(page, right, "By time of day", "Added up, since single hours are too few")
    names = [f"{hour:02d}–{hour + 2:02d}" for hour in told.hours.index]
    _bars(page, Rect(right.left, top, right.right, right.bottom), names, told.hours)


def draw_week(page: Page, told: Profile, place: Rect) -> None:
    """Draw weekday by hour with the number in each cell; a doubtful midnight is hatched."""
    midnight = told.week.midnight is not None
    note = "Hatched: 00:00 stands out; times not known, or a real peak" if midnight else ""
    top = _heading(page, place, "Weekday and hour", note) + 4
    said = [told.week.when]
    if told.days is not None and told.hours is not None:
        said += [_in_words(DAY_NAMES, told.days)]
        said += [_in_words((f"{hour:02d}:00 to {hour + 2:02d}:59" for hour in told.hours.index), told.hours)]
    if told.week.clock is not None:
        with page.part("Figure", alternative=" ".join(filter(None, said))):
            _draw_cells(page, told.week.clock, midnight, Rect(place.left, top, place.right, place.bottom))


def _draw_cells(page: Page, clock: pd.DataFrame, midnight: bool, place: Rect) -> None:
    top = place.top
    values = clock.to_numpy(dtype=float, na_value=np.nan)
    most = np.nanmax(np.nan_to_num(values[:, 1:] if midnight else values), initial=1.0)
    left, width = place.left + 11, (place.width - 11) / 24
    height = (place.bottom - top) / 7
    for hour in range(24):
        page.text(left + (hour + 0.5) * width, top - 1.4, f"{hour:02d}", TINY, colour=MUTED, align="center")
    for day in range(7):
        middle = top + (day + 0.5) * height + TINY * 0.12
        page.text(place.left, middle, DAY_NAMES[day][:3], BODY)
        for hour in range(24):
            value = values[day, hour]
            cell = Rect.of(left + hour * width, top + day * height, width - 0.4, height - 0.4)
            doubtful = midnight and hour == 0
            step = 0 if np.isnan(value) else int(min(4, np.ceil(5 * value / most) - 1))
            colour = "#fff7ec" if step < 0 or np.isnan(value) or doubtful else SEQUENTIAL.paper[step]
            page.box(cell, colour, hatch=HATCHES["nodata"] if doubtful else None)
            text = SUPPRESSED if np.isnan(value) else f"{int(value):,}" if value else ""
            ink = "white" if step >= 3 and not doubtful else INK
            page.text(
                (cell.left + cell.right) / 2,
                middle,
                text,
                TINY - 0.4,
                colour=ink,
                align="center",
                halo=doubtful,
            )


def _months(page: Page, told: Profile, place: Rect) -> None:
    """Draw a bar a month, those of the filter in colour, and leave a gap where none is loaded."""
    table = told.months
    if _sparse(table["count"].to_numpy()):
        top = _heading(page, place, "Year by year", "Added up, since single months are too few")
        names = [
            f"{year} ({count} months)" if count < 12 else str(year)
            for year, count in zip(told.years["year"], told.years["months"], strict=True)
        ]
        _bars(page, Rect(place.left, top, place.right, place.bottom), names, told.years["count"], OTHERS)
        return
    top = _heading(page, place, "Month by month", "Blue: the months chosen. Pale ground: not loaded.")
    if len(table):
        with page.part("Figure", alternative=_in_words(table["month_text"], table["count"])):
            _draw_months(page, told, Rect(place.left, top, place.right, place.bottom))


def _draw_months(page: Page, told: Profile, place: Rect) -> None:
    query, table, top = told.answer.query, told.months, place.top
    numbers = table["month"].to_numpy(int)
    counts = table["count"].to_numpy(dtype=float, na_value=np.nan)
    first, last = numbers[0], numbers[-1]
    chosen = (numbers >= (query.first or first)) & (numbers <= (query.last or last))
    if query.month:
        chosen &= np.isin(numbers % 12 + 1, query.month)
    floor, left = place.bottom - 5, place.left + 11
    step = (place.right - left) / (last - first + 1)
    most = _axis(page, Rect(left, top, place.right, floor), np.nanmax(np.nan_to_num(counts), initial=0))
    for month in sorted(set(range(first, last + 1)) - set(numbers)):
        page.box(Rect.of(left + (month - first) * step, top, step, floor - top), "#eef3f6", order=1.5)
    for month, count, mine in zip(numbers, counts, chosen, strict=True):
        x = left + (month - first) * step
        if np.isnan(count):
            page.text(x + step / 2, floor - 0.6, SUPPRESSED, TINY, align="center")
        else:
            height = (floor - top) * count / most
            bar = Rect(x + step * 0.1, floor - height, x + step * 0.9, floor)
            page.box(bar, CHOSEN if mine else OTHERS)
        if month % 12 == 0 or month == first:
            page.text(x, floor + 3.2, str(month // 12), TINY, colour=MUTED)
        elif step > 5.5:
            page.text(
                x + step / 2, floor + 3.2, MONTH_NAMES[month % 12][:3], TINY, colour=MUTED, align="center"
            )


def _axis(page: Page, place: Rect, most: float) -> float:
    """Draw horizontal grid lines with their numbers; returns the value at the top of the place."""
    unit = 10.0 ** np.floor(np.log10(max(most, 1.0)))
    step = next(unit * f for f in (0.1, 0.2, 0.5, 1, 2, 5) if most <= 5 * unit * f)
    step = max(step, 1.0) if most >= 3 else step
    highest = step * max(1.0, np.ceil(most / step))
    for value in np.arange(0, highest + step / 2, step):
        y = place.bottom - place.height * value / highest
        page.rule(place.left, y, place.width, LINE, 0.4)
        page.text(place.left - 1.2, y + 0.8, f"{value:,.10g}", TINY, colour=MUTED, align="right")
    return float(highest)


def _gradient(page: Page, told: Profile, here: Sheet, place: Rect) -> None:
    """Draw the rate of each decile of deprivation, and the ward's small areas as numbered dots."""
    top = _heading(page, place, "Against areas as deprived")
    table = told.gradient.reindex(range(1, 11))[["rate_per_1000_year", "lower_ci", "upper_ci"]].astype(float)
    if table["rate_per_1000_year"].isna().all():
        page.paragraph(place.left, top, place.width, "Deprivation or residents are not loaded.", BODY)
        return
    own = told.members.dropna(subset=["imd_decile", "rate_per_1000_year"])
    numbers = 1 + told.members.index.get_indexer(own.index)
    said = _in_words((f"Decile {k}" for k in table.index), table["rate_per_1000_year"].round(1))
    of_own = zip(numbers, own["name"], own["rate_per_1000_year"].round(1), strict=True)
    said += f" Of this ward: {'; '.join(f'{k}, {name}, {rate:,}' for k, name, rate in of_own)}."
    with page.part("Figure", alternative=f"Rate per 1,000 residents a year by deprivation. {said}"):
        beyond = _draw_gradient(page, table, own, numbers, Rect(place.left, top, place.right, place.bottom))
    words = (
        f"{here.noun.capitalize()} per 1,000 residents a year. Bars: all small areas by deprivation decile, "
        "1 the most deprived, with 95% intervals; numbers: those of this ward"
    )
    words += ", above the line with their rate where that is beyond the scale." if beyond else "."
    page.paragraph(place.left, place.bottom - 7.7, place.width, words, TINY, colour=MUTED, leading=1.2)


def _draw_gradient(
    page: Page, table: pd.DataFrame, own: pd.DataFrame, numbers: np.ndarray, place: Rect
) -> bool:
    """Draw the bars, and each area at its rate; returns whether some lie beyond the scale.

    The scale ends where most rates can still be told apart: an area beyond it stands above it, with its rate.
    """
    floor, left = place.bottom - 11.5, place.left + 11
    rates = own["rate_per_1000_year"].to_numpy(float)
    scale = max(
        table["upper_ci"].max(), np.max(rates[rates <= 2.2 * table.to_numpy()[:, 0].max()], initial=0)
    )
    beyond = rates > scale
    area = Rect(left, place.top + 3 + BEYOND * bool(beyond.any()), place.right, floor)
    most = _axis(page, area, scale)
    beyond = rates > most
    step = area.width / 10
    for decile, (rate, *limits) in zip(table.index, table.to_numpy(), strict=True):
        x = left + (decile - 1) * step
        if not np.isnan(rate):
            height = area.height * rate / most
            colour = DEPRIVATION.paper[decile - 1]
            page.box(Rect(x + 0.5, floor - height, x + step - 0.5, floor), colour, edge=EDGE, weight=0.3)
            ends = [floor - area.height * limit / most for limit in limits]
            page.top.plot([x + step / 2] * 2, ends, color=INK, linewidth=0.8, zorder=3)
        page.text(x + step / 2, floor + 3, str(decile), TINY, colour=MUTED, align="center")
    middles = left + (own["imd_decile"].to_numpy(float) - 0.5) * step
    homes = np.column_stack([middles, floor - area.height * rates / most])[~beyond]
    low, high = (left + 2, area.top), (area.right - 2, floor - 1.7)
    for (x, y), home, number in zip(
        np.clip(spread(homes, 3.5), low, high), homes, numbers[~beyond], strict=True
    ):
        if np.hypot(x - home[0], y - home[1]) > 0.8:  # moved aside: where it belongs is dotted
            page.top.plot([home[0], x], [home[1], y], color=INK, linewidth=0.5, zorder=4)
            page.top.plot(*home, "o", color=INK, markersize=2.2, zorder=4)
        page.badge(x, y, str(number), radius=1.6, size=5.2)
    x = 0.0
    for middle, rate, number in sorted(zip(middles[beyond], rates[beyond], numbers[beyond], strict=True)):
        text = f"{rate:,.0f}"
        width = text_width(text, TINY, True) + 5
        x = min(max(middle - 1.6, x), area.right - width)
        page.badge(x + 1.6, area.top - BEYOND + 1.6, str(number), radius=1.6, size=5.2)
        page.text(x + 3.8, area.top - BEYOND + 2.4, text, TINY, bold=True)
        x += width
    return bool(beyond.any())


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
    top = _heading(page, place, "Of which kinds", here.noun.capitalize())
    table = told.categories.sort_values("count", ascending=False, kind="stable", na_position="last")
    room = int((place.bottom - top) / LEAST_BAR)
    shown = table if len(table) <= min(room, most) else table.head(min(room - 1, most))
    floor = place.bottom - LEAST_BAR * (len(shown) < len(table))
    bars = Rect(place.left, top, place.right, floor)
    _lying(page, bars, shown["category"], shown["count"], np.ones(len(shown), bool))
    if len(shown) < len(table):
        rest = counted(len(table) - len(shown), "more kind is", "more kinds are")
        end = top + min(WIDEST_BAR, (floor - top) / len(shown)) * len(shown)
        page.text(place.right, end + 2.4, f"{rest} not drawn", TINY, colour=MUTED, align="right")


def _neighbours(page: Page, told: Profile, here: Sheet, place: Rect) -> None:
    """Draw a bar for the ward and each of its neighbours, the highest first."""
    rates = [told.row["rate_per_1000_year"], *told.neighbours["rate_per_1000_year"]]
    known = bool(pd.notna(rates).any())
    by = "rate_per_1000_year" if known else "count"
    around = told.neighbours.sort_values(by, ascending=False, kind="stable", na_position="last")
    beside = pd.concat([told.row.to_frame().T, around.head(MOST_NEIGHBOURS)])
    weak = beside["unreliable"].to_numpy(bool) & known & beside[by].notna().to_numpy()
    note = "Per 1,000 a year" if known else here.noun.capitalize()
    if len(around) > MOST_NEIGHBOURS:
        note = f"{note}; the highest {MOST_NEIGHBOURS} of {len(around)}"
    top = _heading(page, place, "Beside its neighbours", note)
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
    left = place.left + 40
    said = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    with page.part("Figure", alternative=f"{said}."):
        for k, (name, value, text, own) in enumerate(zip(names, values, texts, mine, strict=True)):
            y = place.top + k * step
            middle = y + step / 2 + 0.9
            page.text(left - 1.5, middle, shorten(name, 38.5, TINY + 0.6), TINY + 0.6, align="right")
            length = (place.right - left - 9) * np.nan_to_num(value) / most
            page.box(Rect.of(left, y + step * 0.18, max(length, 0.2), step * 0.64), CHOSEN if own else OTHERS)
            page.text(left + length + 1, middle, text, TINY + 0.6)


def _services(page: Page, told: Profile, place: Rect) -> float:
    """List what every source counts in the ward; returns where the list ends."""
    y = _heading(page, place, "What every service sees here")
    columns = (
        ("Service", 0.0), ("Period", 0.27), ("Events", 0.63), ("Per 1,000 a year", 0.80),
        ("Rank among wards", 1.0),
    )  # fmt: skip

    def cell(base: float, at: int, text: str, size: float, **style: Any) -> None:
        align: Align = "left" if at < 2 else "right"
        page.text(place.left + columns[at][1] * place.width, base, text, size, align=align, **style)

    with page.part("Table"):
        with page.part("TR"):
            for at, (name, _) in enumerate(columns):
                style: dict[str, Any] = {"bold": True, "colour": MUTED, "kind": "TH", "scope": "Column"}
                cell(y + 2.4, at, name, TINY + 0.4, **style)
        y += 4.0
        for _, row in told.sources.iterrows():
            page.rule(place.left, y, place.width)
            base = y + ROW * 0.62
            with page.part("TR"):
                cell(base, 0, row["label"], BODY, bold=True, kind="TH", scope="Row")
                for at, text in enumerate((row["period"], count_of(row), rate_of(row), row["rank"]), 1):
                    cell(base, at, text, BODY)
            y += ROW
    return y
