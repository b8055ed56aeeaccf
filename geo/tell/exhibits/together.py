"""What do several services see together?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.layer_agreement import beyond_what, each_by_chance, unreported
from geo.answer.layer_clusters import about, gi_star
from geo.answer.layer_services import among_busiest, taken_as_is, together, would_be
from geo.ask.choices import LEVELS
from geo.ask.words import (
    AREAS,
    agree,
    counted,
    listed,
    lower_first,
    month_runs,
    named,
    period_name,
    two_or_more,
    verb,
)
from geo.stats import services
from geo.stats.concentration import ranked_classes
from geo.stats.similarity import of_one_pattern
from geo.stats.similarity import similarity as andresen
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part


def compared_services(parts: Sequence[Part]) -> Exhibit:
    """What each source counts, over which months, and where and when it places its events."""
    table = pd.DataFrame(
        {
            "Source": [p.what for p in parts],
            "Period": [
                p.stretch(int(p.months[0]), int(p.months[-1])) if len(p.months) else "" for p in parts
            ],
            "Count": pd.array([p.gate.count(p.total) for p in parts], "Int64"),
            "A month": [
                np.nan if (n := p.gate.count(p.total)) is None else n / max(1, len(p.months)) for p in parts
            ],
            "Placed where": [
                "people live" if p.loaded.info.place == "residence" else "it happened" for p in parts
            ],
            "Time of day": ["yes" if p.loaded.info.has_hours else "no" for p in parts],
            "Small numbers": [p.gate.small_numbers for p in parts],
        }
    )
    runs = month_runs(sorted(set.intersection(*(set(map(int, p.months)) for p in parts))))
    common = named([period_name(a, b) for a, b in runs], "period", "periods")
    finding = f"The {len(parts)} sources have no month in common: compare where they point, not how many."
    if runs:
        finding = f"{'Both' if len(parts) == 2 else f'All {len(parts)}'} sources cover {common}."
    return Exhibit("services", f"Sources compared, {parts[0].where}", finding, table)


def _giving(parts: Sequence[Part], level: str) -> list[Part]:
    """Parts of the sources that give areas of a level, two or more."""
    order = list(LEVELS)
    given = [part for part in parts if order.index(part.loaded.info.finest) <= order.index(level)]
    if len(given) < 2:
        raise NotPossible(f"fewer than two of the sources give {LEVELS[level]}.")
    return given


def agreement(parts: Sequence[Part]) -> Exhibit:
    """For how many of the sources each small area is a hotspot."""
    parts = _giving(parts, "lsoa")
    first = parts[0]
    results = _hot_spots(parts)
    found = services.agreement(results)
    labels = {p.query.source: p.loaded.info.label for p in parts}
    by = [listed([labels[key] for key in results if row[key]]) for _, row in found[list(results)].iterrows()]
    found = found.assign(by=by)
    several = found[found["agree"] >= 2].sort_values("agree", ascending=False, kind="stable")
    if several.empty:
        raise NotPossible("no small area is a hotspot for two or more of the sources.")
    names = first.lsoa.frame.loc[several.index]
    table = pd.DataFrame(
        {
            "Small area": names["name"].to_numpy(str),
            "Ward": names["ward"].to_numpy(str),
            "Borough": names["borough"].to_numpy(str),
            "Sources": pd.array(several["agree"].to_numpy(np.int64), "Int64"),
            "Hotspot for": several["by"].to_numpy(str),
        }
    )
    top = int(several["agree"].max())
    all_of = int((several["agree"] == top).sum())
    finding = f"{_hotspots(len(several))} for {two_or_more(len(parts))}"
    finding += f"; {all_of} for {'all ' if top == len(parts) else ''}{top}." if top > 2 else "."
    caveats: tuple[str, ...] = (
        "Hotspots by Gi*, each source over its own months, corrected for looking at many areas.",
        *beyond_what(first.asked),
    )
    if not first.query.fdr:
        by_chance = each_by_chance({p.query.source: p.asked for p in parts})
        caveats = ("Hotspots by Gi*, each source over its own months.", *caveats[1:], by_chance)
    return Exhibit(
        "agreement",
        f"Small areas that are hotspots for several services, {first.where}",
        finding,
        table,
        caveats=caveats,
    )


def _hot_spots(parts: Sequence[Part]) -> dict[str, pd.DataFrame]:
    """Gi* of each source, as the map of several services has it."""
    return {key: gi_star(one, fdr=one.query.fdr, beyond=True) for key, one in _asked(parts).items()}


def _asked(parts: Sequence[Part]) -> dict[str, Asked]:
    return {p.query.source: p.atlas.asked(p.query.replace(level="lsoa")) for p in parts}


def _hotspots(number: int) -> str:
    return f"{counted(number, *AREAS['lsoa'])} {agree(number, 'is a hotspot', 'are hotspots')}"


def overlooked(parts: Sequence[Part]) -> Exhibit:
    """Small areas that are hot for health services and not for the police."""
    parts = _giving(parts, "lsoa")
    found = unreported(_asked(parts), _hot_spots(parts))
    if found is None:
        raise NotPossible("it takes a source of the police and one of a health service.")
    if found.empty:
        raise NotPossible(
            "no small area is a hotspot for health services and not for the police, with a share of their "
            "events that is larger beyond chance."
        )
    labels = {p.query.source: p.loaded.info.label for p in parts}
    names = parts[0].lsoa.frame.loc[found.index]
    table = pd.DataFrame(
        {
            "Small area": names["name"].to_numpy(str),
            "Ward": names["ward"].to_numpy(str),
            "Borough": names["borough"].to_numpy(str),
            "Hotspot for": [listed([labels[k] for k in by]) for by in found["by"]],
            "Police": found["otherwise"].to_numpy(str),
            "Times the police's share": found["ratio"].to_numpy(float),
            "Lower": found["lower"].to_numpy(float),
            "Upper": found["upper"].to_numpy(float),
        }
    )
    hold = agree(len(table), "it holds", "they hold")
    times, lower, upper = (float(found[column].iloc[0]) for column in ("ratio", "lower", "upper"))
    finding = (
        f"{_hotspots(len(table))} for health services and not for the police, and {hold} a larger share of "
        f"those services' events than of the police's beyond chance ({table['Small area'][0]} {times:.1f} "
        f"times, 95% interval {lower:.1f} to {upper:.1f}): look for unreported violence there."
    )
    corrected = "corrected" if parts[0].query.fdr else "not corrected"
    caveats = (
        "Shares are of the area and its neighbours, compared allowing for how much those of the two services "
        f"differ anywhere, {corrected} for looking at many areas.",
        "Patients are placed where they live, offences where they happen: some of this is people hurt away "
        "from home.",
    )
    title = f"Small areas hot for health services and not for the police, {parts[0].where}"
    formats = dict.fromkeys(("Times the police's share", "Lower", "Upper"), "{:.1f}")
    return Exhibit("overlooked", title, finding, table, formats, caveats=caveats)


def colocation(parts: Sequence[Part]) -> Exhibit:
    """Whether the busiest small areas of each pair of sources coincide and stand side by side."""
    parts = _giving(parts, "lsoa")
    first, corrected = parts[0], "corrected" if parts[0].query.fdr else "not corrected"
    inside, neighbours = first.inside, first.lsoa.neighbours
    among = neighbours if inside.all() else neighbours.subset(inside)
    fifths = [(ranked_classes(p.filled[inside], 5)["first"] == 5).to_numpy(bool) for p in parts]
    told = [number for number, areas in enumerate(fifths) if areas.any()]
    if len(told) < 2:
        raise NotPossible("too many areas are alike for a busiest fifth of two sources to be told.")
    parts, busiest = [parts[number] for number in told], [fifths[number] for number in told]
    counts, people = [part.filled[inside] for part in parts], first.asked.population[inside]
    labels = [p.loaded.info.label for p in parts]
    rows, uncorrected = [], []
    for one, other in combinations(range(len(parts)), 2):
        pair = pd.DataFrame({"one": busiest[one], "other": busiest[other]}, among.ids)
        both, found = pair.all(axis=1), services.colocation(pair, among, fdr=first.query.fdr)
        by_chance = pair["one"].sum() * pair["other"].sum() / max(1, len(pair))
        goes = together([busiest[one], busiest[other]], [counts[one], counts[other]], people, among)
        side_by_side = int((found["cluster"] == "HH").sum()) if goes.sure else 0
        meet = np.nan if goes.meet is None else goes.meet
        rows.append((labels[one], labels[other], int(both.sum()), by_chance, meet, side_by_side))
        uncorrected.append(services.joined_by_chance(found, both.to_numpy(), among) if goes.sure else 0.0)
    columns = ["Source", "And", "Busiest for both", "By chance", "By residents alone", "Side by side"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys((columns[2], columns[5]), "Int64"))
    known = bool(table["By residents alone"].notna().all())
    table = table if known else table.drop(columns="By residents alone")
    most = int(table["Busiest for both"].astype(int).idxmax())
    best = table.loc[most]
    if not best["Busiest for both"]:
        raise NotPossible("no small area is among the busiest fifth for two sources.")
    number, beside = int(best["Busiest for both"]), int(best["Side by side"])
    pair_of = [str(best["Source"]), str(best["And"])]
    busy, unequal = among_busiest(
        [lower_first(label) for label in pair_of],
        [int(busiest[labels.index(label)].sum()) for label in pair_of],
        len(among.ids),
    )
    finding = (
        f"{counted(number, *AREAS['lsoa'])} {agree(number, 'is', 'are')} among {busy}, "
        f"where {would_be(best['By chance'], best['By residents alone'] if known else None)}; "
        f"{beside or 'none'} of them {verb(beside, 'stands', 'stand')} side by side beyond chance."
    )
    caveats = (
        f"Local join counts, exact and {corrected} for looking at many areas. Each source over its own "
        "months; patients are placed where they live.",
        *unequal,
        taken_as_is(known),
    )
    if not first.query.fdr and uncorrected[most]:
        caveats += (f"Of the {number}, {about(uncorrected[most])} would stand so by chance alone.",)
    title = f"Where the busiest small areas of two services coincide, {first.where}"
    return Exhibit("colocation", title, finding, table, caveats=caveats)


def similarity(parts: Sequence[Part]) -> Exhibit:
    """Andresen's S-index of each pair of sources, over wards."""
    parts = _giving(parts, "ward")
    ward = parts[0].atlas.levels["ward"]
    inside = np.unique(ward.parent[parts[0].inside])
    index = ward.frame.index[inside]
    counts = [pd.Series(ward.add_up(p.counts)[inside], index) for p in parts]
    rows = []
    labels = [p.loaded.info.label for p in parts]
    for one, other in combinations(range(len(parts)), 2):
        found = andresen(counts[one], counts[other])
        noisy = parts[one].gate.controlled or parts[other].gate.controlled
        alike = (np.nan,) * 3 if noisy else of_one_pattern(counts[one], counts[other])
        rows.append((labels[one], labels[other], found.s, found.s_robust, *alike))
    similar, pattern = "Similar wards", "Of one pattern"
    limits = [pattern, "Lower", "Upper"]
    table = pd.DataFrame(rows, columns=["Source", "And", similar, "Of wards with events", *limits])
    table.iloc[:, 2:] *= 100
    caveats: tuple[str, ...] = (
        "Andresen's S-index: wards in which one source's share lies within what the other would give.",
    )
    compared = table[pattern].notna()
    if compared.any():
        caveats += (
            "Two samples of one pattern agree in far fewer than all wards: S is beside what they would give.",
        )
    else:
        table = table.drop(columns=limits)
    if any(p.gate.controlled for p in parts):
        caveats += (
            "The noise of protected versions makes sources less alike than they are: S of a protected source "
            "is too low, and is not beside what two samples of one pattern would give.",
        )
    finding = ""
    if len(known := table[compared & table[similar].notna()]):
        best = known.loc[(known[similar] / known[pattern].clip(lower=1)).idxmax()]
        this, that = best["Source"], lower_first(best["And"])
        whose = (
            f"{this} and {that} are most alike in where they are: their shares"
            if len(table) > 1
            else f"Shares of {lower_first(this)} and {that}"
        )
        finding = (
            f"{whose} agree in {best[similar]:.0f}% of the wards, where two samples of one pattern would in "
            f"{best[pattern]:.0f}% ({best['Lower']:.0f} to {best['Upper']:.0f}%)."
        )
    elif len(known := table[table[similar].notna()]):
        best = known.loc[known[similar].idxmax()]
        more = ", more than of any other pair" if len(known) > 1 else ""
        pair = f"{lower_first(best['Source'])} and {lower_first(best['And'])}"
        finding = f"Shares of {pair} agree in {best[similar]:.0f}% of the wards{more}."
    formats = dict.fromkeys(table.columns[2:], "{:.0f}%")
    title = f"How alike the sources are in where they point, {parts[0].where}"
    return Exhibit("similarity", title, finding, table, formats, caveats=caveats)
