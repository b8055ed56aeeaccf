"""When does it happen, honestly?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.answer.week import by_unit, spread
from geo.ask.query import Query
from geo.ask.words import DAY_NAMES, MONTH_NAMES, agree, leading
from geo.stats import clock, midnight, peaks
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import ASSUMED, BOROUGH_TOTAL, TOP, YEAR, Part, ordered

NIGHT_HOURS = (*range(19, 24), *range(7))
"""The night-time economy: 19:00 to 06:59."""
ASB = "anti-social-behaviour"


def month_by_borough(part: Part) -> Exhibit:
    """Events by month of the year and borough."""
    if why := part.loaded.info.no_months_reason:
        raise NotPossible(why)
    columns = {}
    for name, mask in part.columns.items():
        per_month = part.selection.by_month(mask)[part.selection.months]
        columns[name] = np.bincount(part.months % YEAR, per_month, YEAR).round().astype(np.int64)
    times = np.bincount(part.months % YEAR, minlength=YEAR)
    kept = times > 0
    names = [name for name, there in zip(MONTH_NAMES, kept, strict=True) if there]
    if len(names) < 2:
        one = "only one month of the year is chosen." if part.query.month else "the period is a single month."
        raise NotPossible(one)
    table = pd.DataFrame({name: part.gate.counts(v[kept]) for name, v in columns.items()})
    table.insert(0, "Month", names)
    length = [clock.weekdays_of_months([month]).sum() for month in part.months]
    years, year = np.unique(part.months // YEAR, return_inverse=True)
    cell, size = year * YEAR + part.months % YEAR, len(years) * YEAR
    whole = part.selection.by_month(part.inside)[part.selection.months]
    of_year, days = (np.bincount(cell, v, size).reshape(-1, YEAR)[:, kept] for v in (whole, length))
    finding = part.most(names, columns[BOROUGH_TOTAL][kept], (of_year, days), called="month", per="a day")
    uneven = "Some months of the year are in the period more often than others, and count more for it."
    caveats = () if len(set(times[kept])) == 1 else (uneven,)
    drawn = tuple(c for c in columns if c != BOROUGH_TOTAL) or (BOROUGH_TOTAL,)
    chart = Chart("lines", "Month", drawn, titles=("", part.noun.capitalize()))
    title = f"{part.titled}: by month and borough"
    return Exhibit("month_by_borough", title, finding, table, chart=chart, caveats=caveats)


def by_weekday(part: Part) -> Exhibit:
    """Events by weekday, those of unknown hour included."""
    if not part.loaded.info.has_days:
        raise NotPossible(f"no weekdays: {part.loaded.info.no_hours_reason}")
    counts, exposure = by_unit(part.selection, part.inside)
    units = counts[:, :DAYS_KNOWN].sum(axis=2), exposure
    days = units[0].sum(axis=0)
    table = pd.DataFrame({"Day": DAY_NAMES, "Count": part.gate.counts(days)})
    finding = part.most(DAY_NAMES, days, units, called="day", per="a day")
    chart = Chart("bars", "Day", ("Count",), titles=("", part.noun.capitalize()))
    return Exhibit("by_weekday", f"{part.titled}: by weekday", finding, table, chart=chart)


def day_by_hour(part: Part) -> Exhibit:
    """Events by weekday and group of four hours, with what midnight holds beyond the hours beside it."""
    part.need_hours()
    groups = part.week.reshape(DAYS_KNOWN, 6, 4).sum(axis=2).T
    table = pd.DataFrame({name: part.gate.counts(groups[:, day]) for day, name in enumerate(DAY_NAMES)})
    names = [f"{h:02d}:00 to {h + 3:02d}:59" for h in range(0, 24, 4)]
    table.insert(0, "Hours", names)
    week = np.nan_to_num(part.numbers(part.week.ravel()), nan=ASSUMED).reshape(part.week.shape)
    week *= (part.gate.count(int(part.week.sum())) or 0) / max(1.0, week.sum())
    used = midnight.without_excess(week, part.midnight.kept)
    units, exposure = part.units
    clumped = peaks.clumping(units.sum(axis=2), exposure), peaks.clumping(units.sum(axis=1))
    finding = peaks.peak(used, exposure=exposure.sum(axis=0), clumped=clumped, noun=part.noun).sentence
    if part.gate.controlled and (np.isnan(part.numbers(part.week.ravel())).mean() > 0.25):
        finding = ""  # most of the cells are suppressed
    caveats = []
    if part.midnight.stands_out:
        finding = f"Without midnight’s excess: {finding}" if finding else ""
        caveats.append(part.midnight.sentence)
    untimed = part.selection.untimed(part.clock_areas)
    if untimed:
        have = agree(part.gate.text(untimed), "has", "have")
        caveats.append(f"{part.events(untimed)} {have} no known time.")
    caveats += part.off_the_map
    doubtful = tuple(names[:1]) if part.midnight.stands_out else ()
    chart = Chart("heat", "Hours", DAY_NAMES, doubtful=doubtful)
    title = f"{part.titled}: by weekday and group of hours"
    return Exhibit("day_by_hour", title, finding, table, chart=chart, caveats=tuple(caveats))


def hours(part: Part) -> Exhibit:
    """Events by hour: as recorded, without midnight’s excess, and spread over ranges of time."""
    part.need_hours()
    names = [f"{h:02d}" for h in range(HOURS_KNOWN)]
    columns: dict[str, object] = {"Hour": names, "As recorded": part.gate.counts(part.week.sum(axis=0))}
    caveats = part.off_the_map
    doubtful: tuple[str, ...] = ()
    if part.midnight.stands_out and not part.gate.controlled:
        kept = np.asarray(midnight.without_excess(part.week, part.midnight.kept)).sum(axis=0)
        columns["Without midnight’s excess"] = pd.array(np.round(kept).astype(np.int64), "Int64")
        doubtful = ("00",)
        caveats.append(part.midnight.sentence)
    ranged = None if part.gate.controlled else spread(part.selection, part.clock_areas)
    if ranged is not None:
        columns["Spread over the range of time"] = pd.array(
            np.round(ranged[0].sum(axis=0)).astype(np.int64), "Int64"
        )
        caveats.append(
            "Spread: an event that happened at some time from one moment to another adds its share to each "
            "hour between (aoristic); ranges of more than a day are left out."
        )
    table = pd.DataFrame(columns)
    drawn = tuple(c for c in table if c != "Hour")
    best = drawn[1] if doubtful else drawn[0]
    counts = part.units[0].sum(axis=1)
    units = counts, np.ones(counts.shape)
    chosen = table[best].fillna(0).to_numpy(np.int64)
    finding = part.most([f"{h}:00 to {h}:59" for h in names], chosen, units, called="hour")
    if doubtful:
        finding = f"Without midnight’s excess, {finding[0].lower()}{finding[1:]}" if finding else ""
    chart = Chart(
        "lines", "Hour", drawn, doubtful=doubtful, titles=("Hour beginning", part.noun.capitalize())
    )
    return Exhibit("hours", f"{part.titled}: by hour", finding, table, chart=chart, caveats=tuple(caveats))


def _late(part: Part) -> Query:
    """The filters narrowed to the hours of the night-time economy."""
    part.need_hours()
    chosen = [h for h in NIGHT_HOURS if not part.query.hour or h in part.query.hour]
    if not chosen:
        raise NotPossible("the filter of hours leaves no hour from 19:00 to 06:59.")
    return part.query.replace(hour=tuple(sorted(chosen)))


def nights(part: Part) -> Exhibit:
    """Events from 19:00 to 06:59 by overnight night."""
    late = _late(part)
    units, exposure = by_unit(part.loaded.cube.select(late), part.inside)
    units = units[:, :DAYS_KNOWN, :HOURS_KNOWN]
    week = units.sum(axis=0)
    counts = np.asarray(clock.night_hours(week)).sum(axis=1).round().astype(np.int64)
    of_each = np.array([np.asarray(clock.night_hours(unit)).sum(axis=1) for unit in units])
    number = np.array([clock.nights_of(days, late.hour) for days in exposure])
    table = pd.DataFrame({"Night": clock.NIGHTS, "19:00 to 06:59": part.gate.counts(counts)})
    column = "19:00 to 06:59"
    caveats: tuple[str, ...] = ()
    if part.midnight.stands_out and not part.gate.controlled:
        cut = midnight.without_excess(week, part.midnight.kept)
        kept = np.asarray(clock.night_hours(cut)).sum(axis=1)
        column = "Without midnight’s excess"
        table[column] = pd.array(np.round(kept).astype(np.int64), "Int64")
        caveats = ("Midnight’s excess: what 00:00 holds beyond what the hours beside it suggest.",)
    chosen = table[column].fillna(0).to_numpy(np.int64)
    finding = part.most(list(clock.NIGHTS), chosen, (of_each, number), called="night", per="a night")
    chart = Chart("bars", "Night", (column,), titles=("", part.noun.capitalize()))
    return Exhibit("nights", f"{part.titled}: by night", finding, table, chart=chart, caveats=caveats)


def night_time_economy(part: Part) -> Exhibit:
    """Wards with most events from 19:00 to 06:59: the night-time economy of the town centres."""
    part.need_level("ward")
    late, ward = _late(part), part.atlas.levels["ward"]
    weeks = _week_of_wards(part, late)
    counted, column = weeks.sum(axis=(1, 2)), "19:00 to 06:59"
    columns: dict[str, np.ndarray] = {column: counted}
    doubt = part.midnight.stands_out and not part.gate.controlled
    if doubt:
        kept = counted - (1 - part.midnight.kept) * weeks[:, :, 0].sum(axis=1)
        columns["Without midnight’s excess"] = np.round(kept).astype(np.int64)
        column = "Without midnight’s excess"
    categories = part.loaded.info.categories
    if ASB in categories and part.query.category and ASB not in part.query.category:
        asb = part.loaded.cube.select(late.replace(category=(ASB,))).by_area
        columns[f"{categories[ASB]}, 19:00 to 06:59"] = ward.add_up(np.where(part.inside, asb, 0))
    columns["All hours"] = ward.add_up(part.counts)
    ranked = part.numbers(columns[column])
    order = [i for i in ordered(ranked, list(ward.frame["name"])) if np.nan_to_num(ranked[i]) > 0][:TOP]
    if not order:
        raise NotPossible(f"no ward has enough {part.noun} at night to be shown.")
    names = ward.frame.iloc[order]
    table = pd.DataFrame({"Ward": names["name"].to_numpy(str), "Borough": names["borough"].to_numpy(str)})
    for name, counts in columns.items():
        table[name] = part.gate.counts(counts[order])
    units, exposure = part.units
    number = clock.nights_of(exposure.sum(axis=0), late.hour)
    clumped = peaks.clumping(units.sum(axis=2), exposure)
    if not part.gate.controlled:
        table["Busiest night"] = [busiest_nights(part, weeks[i], number, clumped) for i in order]
    share = part.gate.share(int(columns[column][order].sum()), int(columns[column].sum()))
    first = table["Ward"][(table[column] == table[column][0]).fillna(False)]
    finding = leading(list(first), f"{part.noun} at night", f"{table[column][0]:,}")
    if share is not None and len(order) > 1:
        finding += f"; the {len(order)} wards listed hold {share:.0%} of all at night"
    title = f"{part.titled}: wards at night, 19:00 to 06:59"
    caveats: tuple[str, ...] = (
        "Wards stand for town centres; a night runs from noon to noon.",
        "No busiest night is named: the protected version’s noise is as large as how nights of a ward differ."
        if part.gate.controlled
        else "Busiest nights are those that cannot be told apart; – where nights vary no more than weeks do.",
    )
    if doubt:
        caveats += ("Ordered by the count without midnight’s excess (00:00 beyond the hours beside it).",)
    return Exhibit("night_time_economy", title, finding + ".", table, caveats=caveats)


def _week_of_wards(part: Part, query: Query) -> np.ndarray:
    """Timed events by ward, weekday and hour, int64 (wards, 7, 24); zero outside the boroughs chosen."""
    cube, ward = part.loaded.cube, part.atlas.levels["ward"]
    rows = cube.select(query).rows
    area = cube.area[rows]
    rows = rows[np.append(part.inside, [False, False])[area]]
    slots = (DAYS_KNOWN + 1) * (HOURS_KNOWN + 1)
    cell = ward.parent[cube.area[rows]].astype(np.int64) * slots + cube.cell[rows] % slots
    weeks = np.bincount(cell, minlength=ward.n * slots).reshape(ward.n, DAYS_KNOWN + 1, HOURS_KNOWN + 1)
    return weeks[:, :DAYS_KNOWN, :HOURS_KNOWN]


def busiest_nights(part: Part, week: np.ndarray, number: np.ndarray, clumped: peaks.Clumping | None) -> str:
    """Nights that cannot be told apart from a ward's busiest, for each of its ``number``; "–" where none."""
    used = midnight.without_excess(week, part.midnight.kept)
    counts = np.asarray(clock.night_hours(used)).sum(axis=1).round().astype(np.int64)
    shown = np.nan_to_num(part.numbers(counts))
    found = peaks.busiest_first(shown, number, 0.95, clumped) if shown.sum() >= peaks.LEAST_FOR_PEAK else []
    return ", ".join(clock.NIGHTS[night] for night in found) or "–"
