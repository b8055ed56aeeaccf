"""In what kind of place, in which town at night, and how do people come to hospital?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, N_SLOTS
from geo.ask.ages import read_ages
from geo.ask.factors import FACTORS
from geo.ask.words import MOST_NAMED, counted, leading, listed, lower_first
from geo.data.read_persons import PLACE_NAME
from geo.stats import clock, midnight, peaks
from geo.stats.intervals import poisson_interval, wilson
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import PERCENT, Part, ordered
from geo.tell.exhibits.persons import NO_COUNT, carrying
from geo.tell.exhibits.violence import of_definition
from geo.tell.exhibits.what import need_pairs
from geo.tell.exhibits.when import NIGHT_HOURS, busiest_nights

NIGHT = "night-time-economy"
TOWN_RANK, MOST_TOWNS = 2, 12
"""Towns are places of at most this rank, and so many are listed."""
CENTRE = 1_000.0
"""Metres from the middle of a town within which a small area belongs to its centre."""
WEEKEND = (4, 5)
"""Nights of Friday and of Saturday."""
FOUR_HOURS = tuple(f"{hour:02d}:00 to {hour + 3:02d}:59" for hour in range(0, 24, 4))
CLASSES = {"without injury": "violence-without-injury", "with injury": "violence-with-injury"}
TIED = "="
PLACES, MOST_TIED = 15, 10
"""Places by name that are listed, and how many more where they tie with the last of these."""


def premises(part: Part) -> Exhibit:
    """Kinds of premises: how many, what part, which share a rank, and when they are busiest."""
    kind = FACTORS["premises"]
    if not part.loaded.cube.extra.carries(kind):
        raise NotPossible(kind.reason(part.loaded.info))
    masks = {label: carrying(part, kind, {at}) for at, label in enumerate(kind.labels)}
    unknown = masks.pop("Not known")
    counts = np.array([int(mask.sum()) for mask in masks.values()])
    known = int(counts.sum())
    order = [at for at in ordered(part.numbers(counts), list(masks)) if counts[at]]
    if not order:
        raise NotPossible("the kind of premises is known of none of these events.")
    names = [list(masks)[at] for at in order]
    events = [np.flatnonzero(masks[name]) for name in names]
    table = _ranked(part, {"Premises": names}, events, known, "Share of those known")
    caveats = (
        f"{part.events(int(unknown.sum()))} are left out: the kind of premises is not known.",
        _READ_AS.format("kinds"),
    )
    title = f"{part.titled}: premises"
    share = table["Share of those known"].iloc[0]
    finding = "" if np.isnan(share) else _leaders(part, table, f"{share:.0f}%", " of those known")
    formats = dict.fromkeys(("Share of those known", "From", "To"), PERCENT)
    return Exhibit("premises", title, finding, table, formats, caveats=caveats)


def named_places(part: Part) -> Exhibit:
    """Premises by their names: how many, what part of all, which share a rank, and when they are busiest."""
    part.need_level("lsoa")
    extra = part.loaded.cube.extra
    if not extra.known(PLACE_NAME):
        raise NotPossible("no premises are named in what you are shown.")
    places = _by_place(part, np.arange(len(part.rows)))
    counts = np.array([len(rows) for rows in places.values()])
    if not len(counts):
        raise NotPossible("none of these events is at premises with a name.")
    least = np.sort(counts)[-PLACES:][0]
    by_count = np.lexsort((np.array([name for name, _ in places]), -counts))
    order = [at for at in by_count.tolist() if counts[at] >= least][: PLACES + MOST_TIED]
    keys, rows = list(places), list(places.values())
    names, areas = zip(*(keys[at] for at in order), strict=True)
    frame = part.lsoa.frame
    first = {"Place": list(names), "Ward": frame["ward"].to_numpy(str)[list(areas)].tolist()}
    table = _ranked(part, first, [rows[at] for at in order], part.total, "Share of all")
    unnamed = part.total - int(counts.sum())
    more = len(counts) - len(order)
    caveats = (
        f"{part.events(unnamed)} are at no premises with a name: at homes, in streets, or not recorded so. "
        "Names of homes are not kept.",
        _READ_AS.format("places"),
        *([f"{counted(more, 'other place', 'other places')} with fewer are not listed."] if more else []),
    )
    formats = dict.fromkeys(("Share of all", "From", "To"), "{:.2f}%")
    title = f"{part.titled}: places by name"
    finding = _leaders(part, table, f"{counts[order[0]]:,}", f", {table['Share of all'].iloc[0]:.2f}% of all")
    return Exhibit("named_places", title, finding, table, formats, caveats=caveats)


_READ_AS = (
    f"{TIED} marks {{}} that share a rank. Nights and hours are those that cannot be told apart from "
    "the busiest, without midnight’s excess; – where they vary no more than weeks do; limits by Wilson."
)


def _by_place(part: Part, among: np.ndarray) -> dict[tuple[str, int], np.ndarray]:
    """Events of each place with a name, by that and the position of its small area.

    ``among`` are positions among the rows of the part, and so is what is found.
    """
    cube = part.loaded.cube
    positions, texts = cube.extra.coded(PLACE_NAME)
    same = {text.casefold(): text for text in reversed(texts)}
    spelt = list(same)
    of = np.array([spelt.index(text.casefold()) for text in texts]) if len(same) < len(texts) else None
    rows = among[positions[part.rows[among]] >= 0]
    if not len(rows):
        return {}
    name, area = (of_all[part.rows[rows]].astype(np.int64) for of_all in (positions, cube.area))
    name = name if of is None else of[name]
    called = texts if of is None else list(same.values())
    keys, place = np.unique(name * part.lsoa.n + area, return_inverse=True)
    groups = np.split(rows[np.argsort(place, kind="stable")], np.cumsum(np.bincount(place))[:-1])
    return {
        (called[int(key) // part.lsoa.n], int(key) % part.lsoa.n): group
        for key, group in zip(keys, groups, strict=True)
    }


def _ranked(
    part: Part, first: Mapping[str, list[str]], events: Sequence[np.ndarray], whole: int, share: str
) -> pd.DataFrame:
    """Kinds or places, most first: rank, columns of their own, count, share with limits, busiest times."""
    counts = np.array([len(rows) for rows in events])
    table = pd.DataFrame({"Rank": ranks(part.numbers(counts)), **first})
    table["Count"] = part.gate.counts(counts)
    shares = wilson(counts, np.full(len(counts), whole))
    table[share] = [part.percent(int(count), whole) for count in counts]
    hidden = np.where(table[share].isna(), np.nan, 100.0)
    table["From"], table["To"] = (shares[name].to_numpy() * hidden for name in ("lower_ci", "upper_ci"))
    if part.loaded.info.has_hours:
        units, exposure = part.units
        clumped = peaks.clumping(units.sum(axis=2), exposure)
        by_hour = peaks.clumping(_by_four(units.sum(axis=1)))
        number = clock.nights_of(exposure.sum(axis=0))
        weeks = [_week(part, rows) for rows in events]
        table["Busiest nights"] = [busiest_nights(part, week, number, clumped) for week in weeks]
        table["Busiest hours"] = [_busiest_hours(part, week, by_hour) for week in weeks]
    return table


def _leaders(part: Part, table: pd.DataFrame, value: str, of: str) -> str:
    """Say which rows have the most."""
    first = list(table[table.columns[1]][table["Rank"] == table["Rank"].iloc[0]])
    return f"{leading(first, part.noun, value)}{of}."


def ranks(counts: np.ndarray) -> list[str]:
    """Ranks from the highest protected count down; equal ones share theirs, and those suppressed have none.

    >>> ranks(np.array([9.0, 4.0, 4.0, 1.0]))
    ['1', '2=', '2=', '4']
    """
    found = []
    for count in counts:
        tied = int((counts == count).sum()) > 1
        found.append("" if np.isnan(count) else f"{1 + int((counts > count).sum())}{TIED * tied}")
    return found


def _week(part: Part, chosen: np.ndarray) -> np.ndarray:
    """Timed events of a part, by weekday and hour: those that a mask or positions among its rows choose."""
    slots = part.loaded.cube.cell[part.rows[chosen]] % N_SLOTS
    week = np.bincount(slots, minlength=N_SLOTS).reshape(DAYS_KNOWN + 1, HOURS_KNOWN + 1)
    return week[:DAYS_KNOWN, :HOURS_KNOWN]


def _by_four(hours: np.ndarray) -> np.ndarray:
    found: np.ndarray = hours.reshape(*hours.shape[:-1], 6, 4).sum(axis=-1)
    return found


def _busiest_hours(part: Part, week: np.ndarray, clumped: peaks.Clumping | None) -> str:
    used = np.asarray(midnight.without_excess(week, part.midnight.kept)).sum(axis=0)
    counts = np.nan_to_num(part.numbers(_by_four(used).round().astype(np.int64)))
    enough = counts.sum() >= peaks.LEAST_FOR_PEAK
    found = peaks.busiest_first(counts, np.ones(len(counts)), 0.95, clumped) if enough else []
    return ", ".join(FOUR_HOURS[at] for at in found) or "–"


# ---------------------------------------------------------------- towns at night


def towns(part: Part) -> dict[str, np.ndarray]:
    """Small areas of the centre of each town: those within a kilometre of its middle, one at least."""
    places = part.atlas.places
    if places is None:
        raise NotPossible("no towns are loaded (hotspots import places FILE).")
    chosen = places[places["rank"] <= TOWN_RANK].sort_values(["rank", "name"]).head(MOST_TOWNS)
    points = part.lsoa.anchors
    found = {}
    for town in chosen.itertuples():
        away = np.hypot(points[:, 0] - float(town.x), points[:, 1] - float(town.y))
        mask = (away <= CENTRE) | (away == away.min())
        if (mask & part.inside).any():
            found[str(town.name)] = mask & part.inside
    return found


def towns_at_night(part: Part) -> Exhibit:
    """The night-time economy of each town centre: a weekend, domestic, hate, injury, largest place."""
    part.need_level("lsoa")
    return at_night(part, towns(part))


def at_night(part: Part, centres: Mapping[str, np.ndarray]) -> Exhibit:
    """The night-time economy in some groups of small areas.

    Parameters
    ----------
    part : Part
    centres : mapping of str to ndarray of bool
        Small areas of each town.
    """
    of = of_definition(part, NIGHT)
    of.need_hours()
    weekdays = clock.weekdays_of_months(of.months)
    weekends = float(clock.nights_of(weekdays, NIGHT_HOURS)[list(WEEKEND)].mean())
    if not weekends:
        raise NotPossible("the filters leave no weekend.")
    rows = []
    for town, lsoas in centres.items():
        here = np.append(lsoas, [False, False])[of.loaded.cube.area[of.rows]]
        if here.any():
            rows.append(_night(of, town, here, int(lsoas.sum()), weekends))
    if not rows:
        raise NotPossible("no offence of the night-time economy is in the centre of a town.")
    table = pd.DataFrame(rows)
    order = ordered(part.numbers(table["Count"]), list(table["Town"]))
    table = table.iloc[order].reset_index(drop=True)
    for column in ("Count", "Friday and Saturday nights"):
        table[column] = part.gate.counts(table[column])
    hidden = table["Friday and Saturday nights"].isna().to_numpy(bool)
    for column in ("A weekend", "From", "To"):
        table[column] = table[column].mask(hidden)
    one = table.iloc[0]
    finding = (
        ""
        if np.isnan(one["A weekend"])
        else f"{one['Town']} has {one['A weekend']:.1f} {part.noun} a weekend in the night-time economy "
        f"({one['From']:.1f} to {one['To']:.1f})."
    )
    caveats = (
        part.atlas.definitions[NIGHT].said,
        "A weekend is the nights of Friday and of Saturday, 19:00 to 06:59; limits are of counts by chance "
        "alone. Shares are of all these offences; the last is that of the place with most, or of the kind of "
        "premises where the files name no places. Without and with injury are classes of violence by the "
        "codes of the Home Office; the rest are other offences.",
    )
    shares = dict.fromkeys((c for c in table if c.startswith("%")), PERCENT)
    title = f"Night-time economy by town centre, {part.where}, {part.when}"
    return Exhibit("towns_at_night", title, finding, table, shares, caveats=caveats)


def _night(of: Part, town: str, here: np.ndarray, areas: int, weekends: float) -> dict[str, object]:
    """One town: its events, protected but for the numbers that are given to the gate together."""
    number = int(here.sum())
    week = _week(of, here)
    friday = int(np.asarray(clock.night_hours(week)).sum(axis=1)[list(WEEKEND)].sum().round())
    shown = float(of.numbers([friday])[0])
    low, high = poisson_interval(np.nan_to_num(np.array([shown])))
    row: dict[str, object] = {
        "Town": town,
        "Small areas": areas,
        "Count": number,
        "Friday and Saturday nights": friday,
        "A weekend": shown / weekends,
        "From": float(low[0]) / weekends,
        "To": float(high[0]) / weekends,
    }
    masks = {
        label: carrying(of, one, {at for at, value in enumerate(one.values) if value not in NO_COUNT})
        for label, one in (("% domestic", FACTORS["domestic"]), ("% hate", FACTORS["hate"]))
        if of.loaded.cube.extra.carries(one)
    }
    masks |= {f"% {label}": _in_class(of, key) for label, key in _classes(of).items()}
    row |= {label: of.percent(int((mask & here).sum()), number) for label, mask in masks.items()}
    return row | _largest(of, here, number)


def _classes(of: Part) -> dict[str, str]:
    """Classes of violence at night by their saved definitions, as far as the files tell them."""
    undefined = of.atlas.catalogue.undefined
    return {
        label: key for label, key in CLASSES.items() if key in of.atlas.definitions and key not in undefined
    }


def _in_class(of: Part, key: str) -> np.ndarray:
    """Mark the events of a part that a saved definition keeps."""
    found: np.ndarray = of.loaded.cube.kept_by(key)[of.rows]
    return found


def _largest(of: Part, here: np.ndarray, number: int) -> dict[str, object]:
    """Place with most of some events, or kind of premises where the files name none, and its share."""
    kind, extra = FACTORS["premises"], of.loaded.cube.extra
    if extra.known(PLACE_NAME):
        sizes = {name: len(rows) for (name, _), rows in _by_place(of, np.flatnonzero(here)).items()}
        first = sorted(name for name, size in sizes.items() if size == max(sizes.values()))
        if first:
            where = listed(first) if len(first) <= MOST_NAMED else f"{len(first)} places alike"
            return {"Most at": where, "% of it": of.percent(sizes[first[0]], number)}
    if not extra.carries(kind):
        return {}
    labels = [label for label in kind.labels if label != "Not known"]
    counts = [int((carrying(of, kind, {at}) & here).sum()) for at in range(len(labels))]
    at = int(np.argmax(counts))
    return {"Most at": lower_first(labels[at]), "% of it": of.percent(counts[at], number)}


# ---------------------------------------------------------------- on the way to hospital


def arrivals(part: Part) -> Exhibit:
    """How patients came, by group of four hours."""
    part.need_hours()
    need_pairs(part, "hours and ways to arrive")
    modes = pd.Series(part.extra("arrival_mode")).astype(object).fillna("Not stated").astype(str).to_numpy()
    slots = part.loaded.cube.cell[part.rows] % N_SLOTS % (HOURS_KNOWN + 1)
    names = pd.Series(modes).value_counts()
    columns = [str(name) for name in names.index]
    hours = [*FOUR_HOURS, "Not known"]
    at = np.where(slots == HOURS_KNOWN, 6, slots // 4)
    counts = pd.crosstab(at, modes).reindex(index=range(7), columns=columns, fill_value=0)
    table = pd.DataFrame({"Hours": hours})
    for name in columns:
        table[name] = part.gate.counts(counts[name].to_numpy())
    whole = counts.sum(axis=1)
    first = columns[0] if "Ambulance" not in columns else "Ambulance"
    table[f"{first}, share"] = [
        part.percent(int(a), int(b)) for a, b in zip(counts[first], whole, strict=True)
    ]
    finding = _by_hours(first, counts[first].to_numpy()[:6], whole.to_numpy()[:6])
    chart = Chart("heat", "Hours", tuple(columns), data=table.iloc[:6])
    title = f"{part.titled}: ways to arrive by time of day"
    return Exhibit("arrivals", title, finding, table, {f"{first}, share": PERCENT}, chart)


def _by_hours(mode: str, of_mode: np.ndarray, whole: np.ndarray) -> str:
    """Say in which hours a way to arrive is most and least common, where hours differ beyond chance."""
    from scipy.stats import chi2_contingency

    there = whole > 0
    of_mode, whole, hours = of_mode[there], whole[there], np.array(FOUR_HOURS)[there]
    if not 0 < of_mode.sum() < whole.sum():
        return ""
    p = float(chi2_contingency(np.stack([of_mode, whole - of_mode])).pvalue) if len(whole) > 1 else 1.0
    share, every = 100 * of_mode / whole, 100 * of_mode.sum() / whole.sum()
    if p > ALPHA:
        return f"{mode}: {every:.0f}% of all; groups of hours do not differ beyond chance."
    high, low = int(share.argmax()), int(share.argmin())
    return f"{mode}: {share[high]:.0f}% from {hours[high]}, {share[low]:.0f}% from {hours[low]}."


def diagnoses(part: Part) -> Exhibit:
    """Diagnoses beside the injury, in any position: mental health, drugs, alcohol, several at once."""
    factor = FACTORS["diagnosis"]
    if not part.loaded.cube.extra.carries(factor):
        raise NotPossible(factor.reason(part.loaded.info))
    told = [at for at, value in enumerate(factor.values) if value not in NO_COUNT]
    masks = {factor.labels[at]: carrying(part, factor, {at}) for at in told}
    unknown = int(carrying(part, factor, factor.unknown).sum())
    known = part.total - unknown
    several = np.sum(list(masks.values()), axis=0) > 1
    masks |= {"Any of them": np.logical_or.reduce(list(masks.values())), "More than one": several}
    young = carrying(part, FACTORS["victim_age"], {*read_ages("0-24")[0]})
    counts = [int(mask.sum()) for mask in masks.values()]
    limits = wilson(counts, [known] * len(counts)) * 100
    table = pd.DataFrame({"Diagnosis": list(masks), "Count": part.gate.counts(counts)})
    table["Share"] = [part.percent(count, known) for count in counts]
    hidden = np.where(table["Share"].isna(), np.nan, 1.0)
    table["From"], table["To"] = (limits[name].to_numpy() * hidden for name in ("lower_ci", "upper_ci"))
    table["Of those under 25"] = [
        part.percent(int((mask & young).sum()), int(young.sum())) for mask in masks.values()
    ]
    said = [
        f"{share:.0f}% {lower_first(name)}"
        for name, share in zip(table["Diagnosis"][:3], table["Share"], strict=False)
    ]
    finding = (
        ""
        if table["Share"].iloc[:3].isna().any()
        else f"Beside the injury, in any position: {', '.join(said)}."
    )
    caveats = (
        "By codes of ICD-10: mental health F00 to F99; drugs F11 to F19, T40, T43.6, T52, T59, Y12, Y16, "
        "Y19; alcohol those wholly attributable to it. F10 to F19 count for two of them.",
        f"Of {part.events(unknown)} only the first diagnosis is known."
        if unknown
        else "A diagnosis that was not coded does not count.",
    )
    formats = dict.fromkeys(("Share", "From", "To", "Of those under 25"), PERCENT)
    title = f"{part.titled}: diagnoses beside the injury"
    return Exhibit("diagnoses", title, finding, table, formats, caveats=caveats)
