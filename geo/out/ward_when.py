"""When does it happen, and of which kinds? The second page of a ward pack."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.colours import DEPRIVATION
from geo.answer.columns import count_of, rate_of
from geo.answer.disclosure import SUPPRESSED
from geo.ask.words import MONTH_NAMES
from geo.out.area_charts import (
    CHOSEN,
    OTHERS,
    bars,
    draw_days_and_hours,
    draw_kinds,
    draw_neighbours,
    draw_week,
    heading,
    in_words,
    is_sparse,
)
from geo.out.beside_map import NOTE_STEP
from geo.out.drawing import (
    A4,
    BODY,
    EDGE,
    INK,
    LINE,
    MUTED,
    SMALL,
    TINY,
    Align,
    Page,
    Rect,
    text_width,
    wrap,
)
from geo.out.pane import spread
from geo.out.printed_map import MARGIN, draw_foot, draw_head
from geo.out.provenance import Sheet
from geo.out.ward_where import GAP, ROW
from geo.tell.area import Profile

BEYOND = 5.0
"""Height of the strip above a chart for what stands beyond its scale, millimetres."""


def second_page(told: Profile, here: Sheet, atlas: Atlas) -> Page:
    """Week, months, kinds or neighbours, deprivation and the other services."""
    page = Page(A4[1], A4[0])
    width = page.width - 2 * MARGIN
    info = atlas.catalogue.source(told.answer.query)
    clock = told.week.clock
    sparse = clock is not None and is_sparse(clock.to_numpy().ravel())
    finding = told.week.when or f"Times of day are not known: {info.no_hours_reason}"
    if sparse:
        finding = f"Too few {info.noun} to name the busiest hours: most hours of the week have 7 or fewer."
    title = f"{'When' if clock is not None else 'Month by month'}, and {_second(told)}"
    top = draw_head(page, here, f"{told.name}  ·  {told.row['borough']}", title, finding)
    whole = ["The week shows all hours and days."] if clock is not None else []
    bottom = draw_foot(page, here, (*whole, "The months are all that are loaded."))
    notes = [f"{row['label']}: {row['note']}" for _, row in told.sources.iterrows() if row["note"]]
    said = " ".join(notes)
    services = bottom - ROW * (len(told.sources) + 1) - 7 - NOTE_STEP * len(wrap(said, width, BODY))
    week = 56.0 if clock is not None else 0.0
    months = (services - top - week - 3 * GAP) * 0.4
    y = top
    if clock is not None:
        place = Rect(MARGIN, y, MARGIN + width, y + week)
        if sparse:
            draw_days_and_hours(page, told, place)
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
        draw_neighbours(page, told, here, beside)
    y = _services(page, told, Rect(MARGIN, services, MARGIN + width, bottom))
    page.paragraph(MARGIN, y + 0.6, width, said, BODY, colour=MUTED)
    return page


def _several_kinds(told: Profile) -> bool:
    """Whether events of more than one kind were asked for and counted."""
    return len(told.categories) > 1


def _second(told: Profile) -> str:
    """What the page shows besides time."""
    return "of which kinds" if _several_kinds(told) else "beside its neighbours"


def _months(page: Page, told: Profile, place: Rect) -> None:
    """Draw a bar a month, those of the filter in colour, and leave a gap where none is loaded."""
    table = told.months
    if is_sparse(table["count"].to_numpy()):
        top = heading(page, place, "Year by year", "Added up, since single months are too few")
        names = [
            f"{year} ({count} months)" if count < 12 else str(year)
            for year, count in zip(told.years["year"], told.years["months"], strict=True)
        ]
        bars(page, Rect(place.left, top, place.right, place.bottom), names, told.years["count"], OTHERS)
        return
    top = heading(page, place, "Month by month", "Blue: the months chosen. Pale ground: not loaded.")
    if len(table):
        with page.part("Figure", alternative=in_words(table["month_text"], table["count"])):
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
        if month % 12 == 0 or (month - 1 not in numbers and -month % 12 * step > 9):
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
    top = heading(page, place, "Against areas as deprived")
    table = told.gradient.reindex(range(1, 11))[["rate_per_1000_year", "lower_ci", "upper_ci"]].astype(float)
    if table["rate_per_1000_year"].isna().all():
        page.paragraph(place.left, top, place.width, "Deprivation or residents are not loaded.", BODY)
        return
    own = told.members.dropna(subset=["imd_decile", "rate_per_1000_year"])
    numbers = 1 + told.members.index.get_indexer(own.index)
    said = in_words((f"Decile {k}" for k in table.index), table["rate_per_1000_year"].round(1))
    of_own = zip(numbers, own["name"], own["rate_per_1000_year"].round(1), strict=True)
    said += f" Of this ward: {'; '.join(f'{k}, {name}, {rate:,}' for k, name, rate in of_own)}."
    words = (
        f"{here.noun.capitalize()} per 1,000 residents a year. Bars: all small areas by tenth of "
        "deprivation, the first the most deprived, with 95% intervals. Numbers: those of this ward, above "
        "the line where beyond the scale."
    )
    floor = place.bottom - NOTE_STEP * len(wrap(words, place.width, BODY))
    with page.part("Figure", alternative=f"Rate per 1,000 residents a year by deprivation. {said}"):
        _draw_gradient(page, table, own, numbers, Rect(place.left, top, place.right, floor))
    page.paragraph(place.left, floor, place.width, words, BODY, colour=MUTED)


def _draw_gradient(
    page: Page, table: pd.DataFrame, own: pd.DataFrame, numbers: np.ndarray, place: Rect
) -> None:
    """Draw the bars, and each area at its rate.

    The scale ends where most rates can still be told apart: an area beyond it stands above it, with its rate.
    """
    floor, left = place.bottom - 4.2, place.left + 11
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
        page.badge(x, y, str(number), radius=1.8, size=TINY)
    x = 0.0
    for middle, rate, number in sorted(zip(middles[beyond], rates[beyond], numbers[beyond], strict=True)):
        text = f"{rate:,.0f}"
        width = text_width(text, TINY, True) + 5
        x = min(max(middle - 1.6, x), area.right - width)
        page.badge(x + 1.6, area.top - BEYOND + 1.6, str(number), radius=1.8, size=TINY)
        page.text(x + 3.8, area.top - BEYOND + 2.4, text, TINY, bold=True)
        x += width


def _services(page: Page, told: Profile, place: Rect) -> float:
    """List what every source counts in the ward; returns where the list ends."""
    y = heading(page, place, "What every service sees here")
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
                cell(y + 2.4, at, name, SMALL, **style)
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
