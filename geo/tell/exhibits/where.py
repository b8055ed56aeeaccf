"""Where is it, and how crowded?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.layer_measure import UNEQUAL, fifth_or_number
from geo.answer.recording import moved_points
from geo.ask.words import AREAS, named, written
from geo.stats import concentration
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import PERCENT, TOP, YEAR, Part

CHANCE = "By chance"
BY_GI = "Gi*, with which the page opens, finds {}: it judges an area together with its neighbours."
"""Why the map of the page names another number of hotspots."""


def hotspot_map(part: Part) -> Exhibit:
    """Hotspots by local Moran's I, and how many the map of the page opens with."""
    part.need_level("lsoa")
    answer = part.answer(layer="local_moran", measure="count", level="lsoa")
    own, opened = (_hot(part, layer) for layer in ("local_moran", "getis_ord"))
    also = f" {BY_GI.format(f'{opened:,}')}" if own != opened else ""
    table = pd.DataFrame({"Class": answer.classes.labels, "Areas": pd.array(answer.classes.counts, "Int64")})
    title = f"{part.titled}: hotspots by local Moran's I"
    chart = Chart("map", query=answer.query)
    return Exhibit("hotspot_map", title, answer.headline + also, table, chart=chart, caveats=answer.method)


def _hot(part: Part, layer: str) -> int:
    """Small areas that a layer of hotspots of counts calls one."""
    classes = part.answer(layer=layer, measure="count", level="lsoa").classes
    return sum(count for key, count in zip(classes.keys, classes.counts, strict=True) if key == "HH")


def top_quintile(part: Part) -> Exhibit:
    """Wards of the fifth of small areas with the most, and the map of the fifths."""
    part.need_level("lsoa")
    answer = part.answer(layer="quintile", measure="count", level="lsoa")
    top = (answer.table["quintile"] == 5).fillna(False).to_numpy(bool)
    if not top.any():
        raise NotPossible(f"too many areas have equal numbers of {part.noun} for a top fifth to be told.")
    wards = part.lsoa.frame[top].groupby(["borough", "ward"], sort=False).indices
    positions = np.flatnonzero(top)
    rows = [
        (borough, ward, len(rows), int(part.counts[positions[rows]].sum()))
        for (borough, ward), rows in wards.items()
    ]
    rows.sort(key=lambda row: (row[0], -row[2], row[1]))
    table = pd.DataFrame(rows, columns=["Borough", "Ward", "Small areas", "Count"])
    table["Count"] = part.gate.counts(table["Count"].to_numpy(np.int64))
    table["Small areas"] = table["Small areas"].astype("Int64")
    split = table.groupby("Borough")["Small areas"].sum().sort_values(ascending=False, kind="stable")
    said = named([f"{n:,} in {name}" for name, n in split.items()], *AREAS["borough"])
    share = part.gate.share(int(part.counts[top].sum()), part.total)
    number, of = int(top.sum()), int(part.inside.sum())
    exactly = fifth_or_number(number, of) == "fifth"
    who = f"The fifth of small areas with the most {part.noun}, {number:,} of {of:,},"
    if not exactly:
        who = f"The {part.areas(number)} ({number / of:.0%}) with the most {part.noun}"
    holds, stands = ("holds", "stands") if exactly else ("hold", "stand")
    held = f"{holds} {share:.0%} of them" if share is not None else f"{stands} out"
    finding = f"{who} {held}: {said}."
    title = f"{part.titled}: wards of the top {'fifth of' if exactly else f'{number:,}'} small areas"
    chart = Chart("map", query=answer.query)
    caveats = () if exactly else (UNEQUAL,)
    return Exhibit("top_quintile", title, finding, table, chart=chart, caveats=caveats)


def top_areas(part: Part) -> Exhibit:
    """Small areas with the most, ties shown as ties."""
    part.need_level("lsoa")
    counts = pd.Series(np.nan_to_num(part.shown[part.inside]), part.lsoa.frame.index[part.inside])
    top = concentration.top_n(counts, TOP)
    if top.empty:
        raise NotPossible(f"no small area has enough {part.noun} to be shown.")
    names = part.lsoa.frame.loc[top.index]
    total = part.gate.count(part.total) or 0
    table = pd.DataFrame(
        {
            "Rank": top["rank"].to_numpy(str),
            "Small area": names["name"].to_numpy(str),
            "Ward": names["ward"].to_numpy(str),
            "Borough": names["borough"].to_numpy(str),
            "Count": top["count"].astype("Int64").array,
            "Share": top["count"].to_numpy(float) / max(1, total) * 100,
        }
    )
    events, tie = int(top["count"].sum()), int(top["at_edge"].sum())
    held = f"{part.asked.info.counted(events)}, {events / max(1, total):.0%} of the total"
    finding = f"The {len(table)} small areas with the most hold {held}."
    if len(table) == 1:
        finding = f"{table['Small area'][0]} alone can be shown; it has {held}."
    if tie:
        last = int(top["count"].iloc[-1])
        finding = (
            f"The first {TOP} places are shared by {len(table):,} small areas, which hold {held}; {tie:,} of "
            f"them share the last place with {last:,} each."
        )
    if len(table) > 3 * TOP:  # a tie this long is no ranking
        table = table.iloc[: int((~top["at_edge"]).sum())]
        finding += f" The {tie:,} that share the last place are not listed."
    title = f"{part.titled}: small areas with the most"
    return Exhibit("top_areas", title, finding, table, {"Share": PERCENT})


def concentrated(part: Part) -> Exhibit:
    """Lorenz curve, Gini coefficient and the share held by the top areas, beside what chance alone gives."""
    part.need_level("lsoa")
    counts = part.filled[part.inside]
    _need_areas(part)
    if np.nansum(part.shown[part.inside]) < (part.gate.count(part.total) or 0) / 2:
        raise NotPossible(f"more than half of the {part.noun} are in areas whose counts are suppressed.")
    shares = concentration.top_shares(counts)
    gini = float(concentration.gini(counts)["generalised_gini"])
    if np.isnan(gini):
        raise NotPossible(f"no small area has {part.noun} to be shown.")
    held = _held(part.counts[part.inside], counts, shares["areas"])
    chance = concentration.by_chance(counts.sum(), len(counts))
    table = pd.DataFrame(
        {
            "Top": [f"{fraction:.0%}" for fraction in shares.index],
            "Small areas": pd.array(shares["areas"].to_numpy(np.int64), "Int64"),
            "Count": part.gate.counts(held),
            "Share": [part.percent(int(h), part.total) for h in held],
            CHANCE: concentration.top_shares(chance)["share"].to_numpy(float) * 100,
        }
    )
    half, half_of_chance = (concentration.areas_holding(one) for one in (counts, chance))
    finding = (
        f"Half of the {part.noun} are in {part.areas(int(half))}, where chance alone would spread them over "
        f"{half_of_chance:,}; the generalised Gini coefficient is {written(gini, '{:.2f}')} (chance alone "
        f"{concentration.gini(chance)['generalised_gini']:.2f}, all in one area 1)."
    )
    curve = concentration.lorenz(counts) * 100
    lines = curve.rename(columns={"events": part.noun.capitalize(), "equality": "Spread evenly"})
    lines[CHANCE] = concentration.lorenz(chance)["events"].to_numpy() * 100
    chart = Chart(
        "curve",
        "areas",
        (part.noun.capitalize(), CHANCE, "Spread evenly"),
        data=lines,
        titles=("Small areas, busiest first, per cent", f"{part.noun.capitalize()}, per cent"),
    )
    caveats: tuple[str, ...] = ()
    if part.gate.controlled:
        caveats = ("Drawn from protected counts; suppressed ones share what is left of the total.",)
    title = f"{part.titled}: share held by the top areas"
    formats = {"Share": PERCENT, CHANCE: PERCENT}
    return Exhibit("concentration", title, finding, table, formats, chart, caveats)


def _need_areas(part: Part) -> None:
    """Say so where there are too few areas to tell concentration from chance."""
    if part.inside.sum() < concentration.FEWEST:
        raise NotPossible(f"with fewer than {concentration.FEWEST} areas it cannot be told from chance.")


def _held(true: np.ndarray, shown: np.ndarray, areas: pd.Series) -> np.ndarray:
    """True events of the first areas by their shown counts."""
    order = np.argsort(-shown, kind="stable")
    return np.append(0, np.cumsum(true[order]))[areas.to_numpy(np.int64)]


def stable_areas(part: Part) -> Exhibit:
    """How many of the busiest tenth of one year are still in it the next."""
    part.need_level("lsoa")
    _need_areas(part)
    if part.gate.controlled:
        raise NotPossible("the counts of small areas in single years are protected.")
    whole = _whole_years(part)
    if not whole:  # one year says nothing of the next: those around it do
        part = replace(part, query=part.query.replace(first=None, last=None))
        whole = _whole_years(part)
    if not whole:
        raise NotPossible("it needs two whole years that follow one another.")
    span = {"first": whole[0] * YEAR, "last": whole[-1] * YEAR + YEAR - 1}
    part = replace(part, query=part.query.replace(**span))
    part = part.reaching(month for y in whole for month in part.kept(y * YEAR, y * YEAR + YEAR - 1))
    queries = {y: part.query.replace(first=y * YEAR, last=y * YEAR + 11) for y in whole}
    counts = {y: part.loaded.cube.select(query).by_area[part.inside] for y, query in queries.items()}
    found = concentration.stability(pd.DataFrame(counts))
    table = pd.DataFrame(
        {
            "Years": [f"{before} to {year}" for year, before in found["before"].items()],
            "In the top tenth": pd.array(found["areas"].to_numpy(np.int64), "Int64"),
            "Still there": pd.array(found["kept"].to_numpy(np.int64), "Int64"),
            "Share": found["share"].to_numpy(float) * 100,
            CHANCE: found["by_chance"].to_numpy(float) * 100,
            "Rank correlation": found["rank_correlation"].to_numpy(float),
        }
    )
    kept, of = int(table["Still there"].sum()), int(table["In the top tenth"].sum())
    finding = (
        f"{kept / max(1, of):.0%} of the busiest tenth of small areas are still in it a year later; chance "
        f"alone would keep {table[CHANCE].mean():.0f}%."
    )
    formats = {"Share": "{:.0f}%", CHANCE: "{:.0f}%", "Rank correlation": "{:.2f}"}
    title = f"{part.titled}: how far the busiest areas stay the same"
    return Exhibit("stability", title, finding, table, formats, caveats=moved_points(part.asked, part.asked))


def _whole_years(part: Part) -> list[int]:
    """Calendar years beside one another, of which every month that the filter of months keeps is there."""
    years, number = np.unique(part.months // YEAR, return_counts=True)
    whole = set(years[number == part.a_year].tolist())
    return sorted(year for year in whole if whole & {year - 1, year + 1})
