"""How many are there, of what, and how has it changed?"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from geo.answer.recording import shift
from geo.answer.variation import NOT_JUDGED, Variation, variation, whole_change
from geo.ask.words import AREAS, agree, counted, lower_first, named, percent, upper_first, verb
from geo.stats import change, deprivation
from geo.stats.clock import weekdays_of_months
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, PERCENT, YEAR, Part, ordered


def residents(part: Part) -> Exhibit:
    """Small areas and residents of each borough."""
    frame = part.lsoa.frame
    masks = {**part.rows_by_borough, BOROUGH_TOTAL: part.inside}
    table = pd.DataFrame(
        {
            "Borough": list(masks),
            "Small areas (LSOA)": [int(m.sum()) for m in masks.values()],
            "Residents": [frame["population"][m].sum(min_count=1) for m in masks.values()],
        }
    ).astype({"Small areas (LSOA)": "Int64", "Residents": "Int64"})
    people, small = table.iloc[-1, 2], counted(table.iloc[-1, 1], *AREAS["lsoa"])
    have = agree(len(part.query.borough) or 1, "has", "have")
    if people is pd.NA:
        table = table.drop(columns="Residents")
        finding = f"{part.where} {have} {small}; residents are not loaded."
    else:
        finding = f"{part.where} {have} {counted(people, 'resident', 'residents')} in {small}."
    return Exhibit("residents", f"Small areas and residents, {part.where}", finding, table)


def imd_quintiles(part: Part) -> Exhibit:
    """Small areas of each borough by national fifth of deprivation."""
    part.need_deprivation()
    fifth = deprivation.quintile(part.lsoa.frame["imd_decile"]).to_numpy(float, na_value=np.nan)
    words = ("Most deprived fifth", "2", "3", "4", "Least deprived fifth")
    masks = {**part.rows_by_borough, BOROUGH_TOTAL: part.inside}
    rows = {name: [int((fifth[mask] == q).sum()) for q in range(1, 6)] for name, mask in masks.items()}
    table = pd.DataFrame(rows, index=list(words)).T.astype("Int64").rename_axis("Borough").reset_index()
    most, number = int(table.iloc[-1, 1]), int(part.inside.sum())
    are = verb(most, "is", "are")
    finding = upper_first(
        f"{part.areas(most)} ({most / number:.0%}) {are} among the most deprived fifth in England."
    )
    title = f"Small areas by national fifth of deprivation and borough, {part.where}"
    drawn = table.iloc[:-1] if len(table) > 2 else table
    chart = Chart("heat", "Borough", words, data=drawn)
    return Exhibit("imd_quintiles", title, finding, table, chart=chart)


def totals(part: Part) -> Exhibit:
    """Events of each borough, and those that are not on the map."""
    rows = [(name, int(part.counts[mask].sum())) for name, mask in part.rows_by_borough.items()]
    if len(rows) != 1:
        rows.append((f"All of {part.where}", part.total))
    elsewhere = int(part.selection.by_area[~part.inside].sum())
    if part.query.borough:
        rows.append(("In other boroughs", elsewhere))
    rows += [("Outside the map", part.selection.outside), ("Without a place", part.selection.unlocated)]
    table = pd.DataFrame({"Place": [r[0] for r in rows], "Count": part.gate.counts([r[1] for r in rows])})
    missing = part.selection.outside + part.selection.unlocated
    share = part.gate.share(missing, int(part.selection.by_place.sum()))
    finding = f"{part.events(part.total)} in {part.where}, {part.when}."
    if share:
        more = part.gate.text(missing)
        are = agree(more, "is outside the map or has", "are outside the map or have")
        finding += f" A further {more} ({percent(share)} of all) {are} no place."
    return Exhibit("totals", f"{part.titled}: by borough", finding, table)


def by_year(part: Part) -> Exhibit:
    """Events of each calendar year."""
    per_month = part.selection.by_month(part.inside)[part.selection.months]
    years, row = np.unique(part.months // YEAR, return_inverse=True)
    if len(years) < 2:
        raise NotPossible("the period lies within one year.")
    counts = np.bincount(row, per_month).round().astype(np.int64)
    loaded = np.bincount(row)
    table = pd.DataFrame(
        {
            "Year": years.astype(str),
            "Months counted" if part.query.month else "Months loaded": pd.array(loaded, "Int64"),
            "Count": part.gate.counts(counts),
        }
    )
    whole = loaded == part.a_year
    months = "all months chosen" if part.query.month else "twelve months"
    caveats = () if whole.all() else (f"Years with fewer than {months} are not comparable with others.",)
    asked = [part.asked.ask(first=int(year) * YEAR, last=int(year) * YEAR + YEAR - 1) for year in years]
    moved = [shift(now, then, str(year)) for year, (then, now) in zip(years, pairwise(asked), strict=False)]
    caveats = (*filter(None, moved), *caveats)
    names = list(years[whole].astype(str))
    compared = whole.sum() > 1 and not any(moved)
    finding = "".join(moved[:1])
    if compared:
        kept = np.isin(row, np.flatnonzero(whole))
        length = np.array([weekdays_of_months([month]).sum() for month in part.months])
        of_month, days = (values[kept].reshape(-1, part.a_year).T for values in (per_month, length))
        if part.loaded.info.no_months_reason:
            of_month, days = (values.sum(axis=0, keepdims=True) for values in (of_month, days))
        finding = part.most(names, counts[whole], (of_month, days), called="year", per="a day")
    chart = Chart("bars", "Year", ("Count",), titles=("", part.noun.capitalize()))
    return Exhibit("by_year", f"{part.titled}: by year", finding, table, chart=chart, caveats=caveats)


def changed(part: Part) -> Exhibit:
    """Wards in the last twelve months of the period against the twelve before."""
    part.need_level("ward")
    end = int(part.months[-1]) if len(part.months) else 0
    windows = (end - 2 * YEAR + 1, end - YEAR), (end - YEAR + 1, end)
    before, after = (part.kept(*window) for window in windows)
    if not end or not set(part.loaded.cube.months.tolist()).issuperset([*before, *after]):
        raise NotPossible("the 24 months up to the end of the period are not all loaded.")
    first, second = (part.stretch(*window) for window in windows)
    part = part.reaching([*before, *after])
    asked = [part.asked.ask(level="ward", first=a, last=b) for a, b in windows]
    if why := shift(asked[1], asked[0], first):
        raise NotPossible(why)
    kept = []
    ward = part.atlas.levels["ward"]
    inside = np.unique(ward.parent[part.inside])
    for a, b in windows:
        cube = part.loaded.cube.select(part.query.replace(first=a, last=b))
        true = ward.add_up(np.where(part.inside, cube.by_area, 0))[inside]
        kept.append((true, pd.Series(part.gate.counts(true), ward.frame.index[inside])))
    lengths = float(weekdays_of_months(before).sum()), float(weekdays_of_months(after).sum())
    varied = variation(asked[1].beside(asked[0]), asked[0], lengths)
    if varied.areas is None:
        raise NotPossible("with fewer than three wards it cannot be told how much they vary by themselves.")
    found = change.compare_periods(
        kept[0][1],
        kept[1][1],
        exposure=lengths,
        dispersion=varied.areas._replace(factor=varied.areas.factor[inside]),
        least_shown=varied.least_shown,
    )
    clear = found[found["change"].isin(("up", "down"))].sort_values("ratio", ascending=False)
    names = ward.frame.loc[clear.index]
    whole = _together(varied, [part.gate.count(int(t.sum())) for t, _ in kept], lengths)
    table = pd.DataFrame(
        {
            "Ward": [f"All of {part.where}", *names["name"]],
            "Borough": ["", *names["borough"]],
            first: pd.array([whole["before"], *clear["before"]], "Int64"),
            second: pd.array([whole["after"], *clear["after"]], "Int64"),
            "Times": [whole["ratio"], *clear["ratio"].astype(float)],
            "Lower": [whole["ratio_lower"], *clear["ratio_lower"].astype(float)],
            "Upper": [whole["ratio_upper"], *clear["ratio_upper"].astype(float)],
        }
    )
    up, down = (int((clear["change"] == way).sum()) for way in ("up", "down"))
    judged, among = int(found["p"].notna().sum()), counted(len(inside), *AREAS["ward"])
    if judged < len(inside):
        among = f"the {'one' if judged == 1 else judged} of {among} that could be judged"
    wards = f"Of {among} {up or 'none'} rose and {down or 'none'} fell by more than chance explains."
    if not judged:
        wards = f"No ward has enough {part.noun} to be judged."
    finding = f"{_MOVED.get(whole['change'], _UNJUDGED).format(where=part.where)} {wards}"
    formats = dict.fromkeys(("Times", "Lower", "Upper"), "{:.2f}")
    title = f"{part.what}, {part.where}: {second} against {first}, wards that changed"
    caveats = (
        "Times are per day, corrected for looking at many wards.",
        *varied.caveats,
    )
    return Exhibit("changed", title, finding, table, formats, caveats=caveats)


_MOVED = {
    "up": "In {where} the number rose between the two years.",
    "down": "In {where} the number fell between the two years.",
    "no clear change": "In {where} the number did not clearly change between the two years.",
}
_UNJUDGED = "Whether the number in {where} changed is not judged: the months or the events are too few."


def _together(varied: Variation, counts: list[int | None], lengths: tuple[float, float]) -> pd.Series:
    """All wards together in two years, judged as the map judges them; no limits where they are not."""
    before, after = counts
    if before is None or after is None:
        return pd.Series({"before": before, "after": after}).reindex(
            ["before", "after", "ratio", "ratio_lower", "ratio_upper", "change"]
        )
    whole = whole_change(varied, before, after, lengths)
    if whole["change"] == NOT_JUDGED:
        whole[["ratio_lower", "ratio_upper"]] = np.nan
    return whole


def by_category(part: Part) -> Exhibit:
    """All categories of the source under the same filters of time and place."""
    if len(part.loaded.info.categories) < 2:
        raise NotPossible("the files loaded have one category only.")
    part = replace(part, query=part.query.replace(category=()))
    counts = part.selection.by_category(part.inside)
    total = int(counts.sum())
    counts = counts.iloc[ordered(part.numbers(counts.to_numpy()), list(counts.index))]
    table = pd.DataFrame(
        {
            "Category": counts.index.to_numpy(str),
            "Count": part.gate.counts(counts.to_numpy()),
            "Share": [part.percent(int(c), total) for c in counts],
        }
    )
    share = table["Share"].iloc[0]
    largest = list(table["Category"][table["Count"] == table["Count"].iloc[0]])
    finding = ""
    if not np.isnan(share):
        are, each = agree(len(largest), "category is", "categories are"), agree(len(largest), "", " each")
        names = named([largest[0], *map(lower_first, largest[1:])])
        finding = f"The largest {are} {names}: {share:.0f}%{each} of {part.events(total)}."
    title = f"{part.asked.info.label} by category, {part.where}, {part.when}"
    chart = Chart("bars", "Category", ("Count",), titles=("", part.noun.capitalize()))
    return Exhibit("by_category", title, finding, table, {"Share": PERCENT}, chart)


def categories_compared(part: Part) -> Exhibit:
    """Where other categories are: their share in each borough, their busiest area, hotspots in common."""
    part.need_level("lsoa")
    cube, info = part.loaded.cube, part.loaded.info
    others = [key for key in info.categories if key not in part.query.category]
    if not part.query.category or not others:
        raise NotPossible("no category is chosen that others could be compared with.")
    hot = part.hot(part.counts)
    shares = {f"{name} share": mask for name, mask in part.columns.items() if name != BOROUGH_TOTAL}
    rows = []
    for key in others:
        counts = np.where(part.inside, cube.select(part.query.replace(category=(key,))).by_area, 0)
        total, best = int(counts.sum()), int(np.argmax(counts))
        theirs = part.hot(counts)
        split = {name: part.percent(int(counts[mask].sum()), total) for name, mask in shares.items()}
        top = part.percent(int(counts[best]), total)
        names = part.lsoa.frame.iloc[best]
        rows.append(
            {
                "Category": info.categories[key],
                "Count": part.gate.count(total),
                **split,
                "Busiest small area": "–" if np.isnan(top) else f"{names['name']} ({names['ward']})",
                "Its share": top,
                "Hotspots": int(theirs.sum()),
                "Also hotspots here": int((theirs & hot).sum()),
            }
        )
    table = pd.DataFrame(rows).astype({"Count": "Int64", "Hotspots": "Int64", "Also hotspots here": "Int64"})
    table = table.iloc[ordered(table["Count"].to_numpy(float, na_value=np.nan), list(table["Category"]))]
    shared = table[table["Also hotspots here"] > 0]
    of_these = f"{counted(int(hot.sum()), 'hotspot', 'hotspots')} of these {part.noun}"
    finding = f"No other category has hotspots in common with the {of_these}."
    if not hot.any():
        finding = f"These {part.noun} have no hotspot that another category could share."
    if len(shared):
        most = int(shared["Also hotspots here"].max())
        alike = [lower_first(name) for name in shared["Category"][shared["Also hotspots here"] == most]]
        are = verb(most, "is also one", "are also hotspots")
        of_each = agree(len(alike), "of", "of each of")
        every = f"all {most}" if most == hot.sum() > 1 else f"{most}"
        finding = f"Of {of_these} {every} {are} {of_each} {named(alike)}, the most of all other categories."
    formats = {**dict.fromkeys(shares, "{:.0f}%"), "Its share": PERCENT}
    named_together = lower_first(info.called(others).label)
    title = f"Other categories of {named_together} beside these, {part.where}, {part.when}"
    caveats = ("Hotspots: high among high by local Moran's I after correction for looking at many areas.",)
    return Exhibit(
        "categories_compared", title, finding, table.reset_index(drop=True), formats, caveats=caveats
    )
