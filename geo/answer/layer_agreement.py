"""Do several services see it?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import PLAIN, SEQUENTIAL
from geo.answer.columns import Column, figures
from geo.answer.layer import Claim, Layer
from geo.answer.layer_clusters import (
    NOT_CORRECTED,
    about,
    gi_star,
    gi_star_by_chance,
    unjudged,
)
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.measures import filled
from geo.ask.parameters import MOST_EDGES
from geo.ask.words import listed, named, period_name, two_or_more, upper_first, verb
from geo.stats import overlooked, services

NONE = Kind("0", "None", PLAIN)


def draw_agreement(s: Asked) -> Drawn:
    """For how many sources each area is a hotspot that residents do not explain, with the same filter."""
    slices = {key: s if key == s.query.source else s.ask(source=key, category=()) for key in s.sources}
    slices = {key: one for key, one in slices.items() if one is s or one.counts[s.inside].any()}
    hot = {key: gi_star(one, fdr=s.query.fdr, beyond=True) for key, one in slices.items()}
    table = services.agreement(hot)
    most = len(slices)
    shades = SEQUENTIAL.steps(min(max(5, most + 1), MOST_EDGES + 1))
    ramp = [shades[round(i)] for i in np.linspace(1, len(shades) - 1, max(1, most))]
    entries = [NONE] + [
        Kind(str(i), f"{i} of {most}" if i < most else f"All {most}", ramp[i - 1]) for i in range(1, most + 1)
    ]
    position = np.where(table["asked"] > 0, table["agree"], -1)
    title = f"Sources in which the area is a hotspot (Gi*), of {most}"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    several = (table["agree"] >= 2).to_numpy() & s.inside
    number, judged = int(several.sum()), int(table["asked"].ge(2)[s.inside].sum())
    are = verb(number, "is a hotspot", "are hotspots")
    finding = f"{s.areas(number, judged)} {are} for {two_or_more(most)}."
    if not judged:
        finding = unjudged(s, "hotspots of two or more sources")
    if several.any():
        top = table["agree"].where(pd.Series(s.inside, table.index)).idxmax()
        services_ = [s.sources[key] for key in slices if table.at[top, key]]
        finding += f" {s.frame.at[top, 'name']} is one for {listed(services_)}."
    if most < 2:
        finding = f"No other source than {s.info.label} has events under these filters."
    periods = [f"{s.sources[key]} {period_of(one)}" for key, one in slices.items()]
    caveats = [f"Each source over its own months: {listed(periods)}.", *beyond_what(s)]
    if not s.query.fdr and s.n > 1:
        caveats.append(each_by_chance(slices))
    missed = unreported(slices, hot)
    if missed is not None and len(missed):
        names = named([str(s.frame.at[code, "name"]) for code in missed.index])
        are = verb(len(missed), "is", "are")
        caveats.append(
            f"{upper_first(s.areas(len(missed)))} {are} hot for a health service and not for the police, "
            f"with a share of its events that is larger beyond chance: {names}."
        )
    columns = {**{f"hot_{key}": table[key] for key in slices}, "sources_hot": table["agree"]}
    return Drawn(pd.DataFrame(columns), codes, classes, finding, tuple(caveats))


def each_by_chance(slices: Mapping[str, Asked]) -> str:
    """Say how many areas Gi* of each source flags by chance alone, uncorrected."""
    s = next(iter(slices.values()))
    each = listed([f"{about(gi_star_by_chance(one))} for {s.sources[key]}" for key, one in slices.items()])
    fewer = ", before residents are allowed for" if (s.population[s.inside] > 0).all() else ""
    return f"{NOT_CORRECTED}: of {s.judged(s.n)} {each} would be flagged by chance alone{fewer}."


def beyond_what(s: Asked) -> tuple[str, ...]:
    """Say that hotspots that services share are those which residents do not explain."""
    if not (s.population[s.inside] > 0).all():
        return ("Residents are not known: services also agree where no more than many people live.",)
    return (
        "A hotspot here is one that its residents do not explain: services have residents in common, so "
        "that others coincide where many people live.",
    )


def unreported(slices: Mapping[str, Asked], hot: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Areas hot for health services and not for the police, as :func:`geo.stats.overlooked.overlooked`.

    From protected counts: a ratio of shares could be solved for the counts behind it.
    """
    s = next(iter(slices.values()))
    inside = np.logical_and.reduce([one.inside for one in slices.values()])
    areas = s.frame.index[inside]
    return overlooked.overlooked(
        hot if inside.all() else {key: table.loc[areas] for key, table in hot.items()},
        {key: filled(one, one.counts)[inside] for key, one in slices.items()},
        {key: one.info.sector for key, one in slices.items()},
        s.neighbours if inside.all() else s.neighbours.subset(inside),
        alpha=ALPHA,
        fdr=s.query.fdr,
    )


def period_of(s: Asked) -> str:
    """The months that a source is taken over, in words."""
    months = s.events.months[s.selection.months]
    return period_name(int(months[0]), int(months[-1])) if len(months) else "(no months)"


AGREEMENT = Layer(
    key="agreement",
    label="Several services",
    explanation="For how many of the loaded sources each area is a hotspot (Gi*) that its residents do not "
    "explain, with the same filters.",
    group="Services together",
    draw=draw_agreement,
    claim=Claim(tuple(map(str, range(2, 10))), ("equal", "dealt", "residents", "rates"), of_all=True),
    scale="rising",
    kinds=(NONE,),
    leads=tuple(map(str, range(9, 0, -1))),
    ramps=(SEQUENTIAL,),
    columns=(
        Column("hot_{}", "Whether the area is a hotspot (Gi*) of the source “{}”"),
        Column(
            "sources_hot",
            "For how many sources the area is a hotspot",
            "Hotspot for services",
            "Services",
            write=figures("{:.0f}"),
            pixels=70,
        ),
    ),
    about="sources_hot",
    heeds=frozenset({"fdr"}),
    evidence=("agreement", "overlooked", "similarity"),
)
