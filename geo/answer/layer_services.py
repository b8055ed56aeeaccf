"""Does it go together with what another service sees?

Layers that set one source against one other, with the same filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import HOT, PLAIN, THERE, Shade
from geo.answer.columns import CLUSTER, FINE, P_EXACT, Column, P, Q, words
from geo.answer.layer import Claim, Layer
from geo.answer.layer_agreement import period_of
from geo.answer.layer_clusters import (
    CLUSTERS,
    correction_caveats,
    unjudged,
)
from geo.answer.layer_measure import UNEQUAL, fifth_or_number, no_top
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.measures import MEASURES, filled, in_order
from geo.ask.words import listed, upper_first, verb
from geo.stats import hotspots, services
from geo.stats.concentration import ranked_classes
from geo.stats.exact_null import attainable
from geo.stats.residents import chance_of_busiest, meet_by_more
from geo.stats.weights import Neighbours

# ---------------------------------------------------------------- one here, another around

CORNERS = tuple(kind._replace(said=None) for kind in CLUSTERS if kind.key in ("HH", "LL", "HL", "LH", "NS"))
"""High and low of one thing, among high and low of another: no hotspots of either."""


def taken_as_is(known: bool) -> str:
    """Say what has to hold before an area is singled out, and what that leaves open."""
    beyond = ", and beyond what the residents they share explain" if known else ""
    other = "other " if known else ""
    return (
        "Areas are singled out only where the two sources go together over the whole map beyond "
        f"chance{beyond}. Two that each cluster for {other}reasons of their own pass that test more often "
        "than one time in twenty."
    )


def around(counts: np.ndarray, near: Neighbours) -> np.ndarray:
    """Mean count of each area's neighbours; NaN where it has none."""
    number = near.cardinalities
    return near.neighbour_sum(counts.astype(float)) / np.where(number > 0, number, np.nan)


class Together(NamedTuple):
    """Whether two sources go together over the whole map.

    Attributes
    ----------
    by_chance : float
        p, were the values of one dealt out over the areas.
    by_residents : float
        p, were its rates; 0 where residents are not known.
    meet : float or None
        For busiest areas of two sources: how many would be of both if they had only residents in common.
    """

    by_chance: float
    by_residents: float
    meet: float | None = None

    @property
    def sure(self) -> bool:
        """Whether they do, beyond chance and residents."""
        return max(self.by_chance, self.by_residents) <= ALPHA

    def apart(self, here: str, there: str) -> str:
        """Say that they do not."""
        who, so = f"{upper_first(here)} and {there}", "so no area is singled out"
        if self.by_chance > ALPHA:
            return f"{who} do not go together over the map beyond chance (p = {self.by_chance:.2f}), {so}."
        return (
            f"{who} go together over the map, but no more than the residents they share explain "
            f"(p = {self.by_residents:.2f}), {so}."
        )


def together(
    busiest: Sequence[np.ndarray], counts: Sequence[np.ndarray], people: np.ndarray, near: Neighbours
) -> Together:
    """Whether areas busiest for one source meet those of another, beyond chance and residents."""
    here, there = busiest
    near_there = there + np.nan_to_num(around(there, near))
    p = services.go_together(here.astype(float), near_there, alternative="greater")
    if not (people > 0).all():
        return Together(p, 0.0)
    chances = [chance_of_busiest(of, people, areas) for of, areas in zip(counts, busiest, strict=True)]
    by_residents = meet_by_more(counts[0], people, here, near_there) if p <= ALPHA else 1.0
    return Together(p, by_residents, float(chances[0] @ chances[1]))


def draw_bivariate_moran(s: Asked) -> Drawn:
    """Where this source is high and another is high around it; the other is the query's ``compare``."""
    pair = s.with_another()
    if pair is None:
        return _only_one_source(s)
    s, other = pair
    here, there = (one.counts[s.inside].astype(float) for one in (s, other))
    table = hotspots.bivariate_moran(here, there, s.among, alpha=ALPHA, fdr=s.query.fdr)
    table = table.reindex(s.frame.index)
    cluster = table["cluster"].astype(object).fillna("NA").to_numpy(str)
    both = _go_together(s, other)
    if not both.sure:
        cluster = np.where(cluster == "NA", "NA", "NS")
    order = {kind.key: i for i, kind in enumerate(CORNERS)}
    position = np.array([order.get(k, -1) for k in cluster])
    title = f"{s.noun.capitalize()} here against {other.noun} around"
    codes, classes = classify(title, CORNERS, position, s.inside, no_value="Not defined")
    high = (cluster == "HH") & s.inside
    finding = f"No {s.area} has many {s.noun} and many {other.noun} around it, beyond chance."
    judged = int((cluster != "NA")[s.inside].sum())
    if not judged:
        finding = unjudged(s, f"{s.noun} with {other.noun} around")
    elif not both.sure:
        finding = both.apart(s.noun, other.noun)
    elif high.any():
        finding = (
            f"In {s.areas(int(high.sum()), judged)} many {s.noun} meet many {other.noun} in the areas around."
        )
    columns = table[["local_i", "p", "q"]].assign(cluster=cluster)
    protected = s.gate if s.gate.controlled else other.gate
    single = table["p"].le(ALPHA).to_numpy() & np.isin(cluster, ["NS"])
    at_once = []
    if both.sure:  # else no area is singled out, corrected or not
        by_chance = 0.0 if s.query.fdr else float(np.nansum(attainable(there, s.among, alpha=ALPHA)))
        at_once = correction_caveats(s, int(single.sum()), int(table["p"].count()), by_chance)
    caveats = (*at_once, taken_as_is(bool((s.population[s.inside] > 0).all())))
    return Drawn(protected.statistics(columns, own=["local_i"]), codes, classes, finding, caveats)


RANKS_DEALT = 100
"""Areas above which the correlation with ranks is as good as normal."""


def _go_together(s: Asked, other: Asked) -> Together:
    """Whether two sources go together over the map, for their numbers and for their rates."""
    from scipy.stats import rankdata

    here, there = (filled(one, one.counts)[s.inside] for one in (s, other))
    p, people = services.go_together(here, around(there, s.among)), s.population[s.inside]
    if p > ALPHA or not (people > 0).all():
        return Together(p, 0.0)
    near = around(there, s.among) / around(people, s.among)
    return Together(p, services.go_together(rankdata(here / people), near, dealt_up_to=RANKS_DEALT))


BIVARIATE_MORAN = Layer(
    key="bivariate_moran",
    label="One here, another around",
    explanation="Where this source is high or low while another is high or low in the areas around, beyond "
    "chance. The other source is chosen under “compare”.",
    group="Services together",
    draw=draw_bivariate_moran,
    claim=Claim(("HH", "LL", "HL", "LH"), ("dealt", "residents", "rates")),
    kinds=CORNERS,
    leads=("HH",),
    columns=(
        Column("local_i", "Local Moran's I; withheld for controlled sources", cells=FINE),
        P_EXACT,
        Q,
        CLUSTER,
    ),
    about="cluster",
    compares="source",
    beside="{} around",
    heeds=frozenset({"compare", "fdr"}),
    evidence=("similarity",),
)


# ---------------------------------------------------------------- the busiest areas of two

TOGETHER = (
    Kind("HH", "In both, side by side beyond chance", HOT),
    Kind("both", "In both, but scattered", Shade("#f4a58a", "#974539")),
    Kind("beside", "{here} only, beside most {around} beyond chance", Shade("#e08214", "#e0a02e")),
    Kind("here", "{here} only", Shade("#fee0b6", "#5c4a24")),
    Kind("there", "{there} only", THERE),
    Kind("NS", "In neither", PLAIN),
)
"""Classes of :func:`draw_colocation`, with what the two sources count in place of the names."""
SHORTLY = {
    "HH": "both, side by side",
    "both": "both, scattered",
    "beside": "one, the other beside",
    "here": "this source only",
    "there": "the other only",
    "NS": "neither",
}
"""The classes of :data:`TOGETHER` in a table."""


def draw_colocation(s: Asked) -> Drawn:
    """Where the busiest areas of this source and of another coincide or lie side by side, beyond chance."""
    pair = s.with_another()
    if pair is None:
        return _only_one_source(s)
    s, other = pair
    names = {"here": s.noun.capitalize(), "there": other.noun.capitalize(), "around": other.noun}
    orders = {"here": _in_order(s), "there": _in_order(other)}
    for side, one in (("here", s), ("there", other)):
        if why := no_top(one, orders[side], 5):
            finding = f"The busiest fifth for {one.noun} cannot be told: {why}."
            return _not_told(one, finding, "No fifths can be told")
    busy = pd.DataFrame({side: _busiest(order) for side, order in orders.items()}, s.frame.index)
    both = services.colocation(busy[s.inside], s.among, alpha=ALPHA, fdr=s.query.fdr)
    beside = services.beside(
        busy["here"][s.inside], busy["there"][s.inside], s.among, alpha=ALPHA, fdr=s.query.fdr
    )
    both, beside = (table.reindex(s.frame.index) for table in (both, beside))
    x, z = busy["here"].to_numpy(bool), busy["there"].to_numpy(bool)
    found_together = together(
        [x[s.inside], z[s.inside]],
        [orders[side][s.inside] for side in ("here", "there")],
        s.population[s.inside],
        s.among,
    )
    sure = found_together.sure
    found = np.select(
        [(both["cluster"] == "HH") & sure, x & z, (beside["cluster"] == "HH") & sure, x, z],
        ["HH", "both", "beside", "here", "there"],
        "NS",
    )
    entries = [kind._replace(label=kind.label.format(**names)) for kind in TOGETHER]
    order = {kind.key: i for i, kind in enumerate(TOGETHER)}
    position = np.array([order[k] for k in found])
    title = f"Busiest areas for {s.noun} and for {other.noun}"
    codes, classes = classify(title, entries, position, s.inside)
    number = {k: int(((found == k) & s.inside).sum()) for k in order}
    shared = number["HH"] + number["both"]
    busiest, unequal = among_busiest([s.noun, other.noun], busy[s.inside].sum().tolist(), s.n)
    finding = f"No area is among {busiest}."
    if shared:
        stand = verb(number["HH"], "stands", "stand")
        by_chance = (x & s.inside).sum() * (z & s.inside).sum() / s.n
        finding = (
            f"{s.areas(shared)} {verb(shared, 'is', 'are')} among {busiest} "
            f"({would_be(by_chance, found_together.meet)}); {number['HH'] or 'none'} of them {stand} side by "
            "side beyond chance."
        )
    if not sure:
        finding = f"{found_together.apart(s.noun, other.noun)} {finding if shared else ''}".strip()
    asked = both["p"].where(both["p"].notna(), beside["p"])
    lost = int(((asked <= ALPHA).to_numpy() & ~np.isin(found, ["HH", "beside"]) & s.inside).sum())
    at_once: list[str] = []
    if sure:  # else no area is singled out, corrected or not
        by_chance = 0.0
        if not s.query.fdr:
            each = ((both[s.inside], (x & z)[s.inside]), (beside[s.inside], z[s.inside]))
            by_chance = sum(services.joined_by_chance(*one, s.among, alpha=ALPHA) for one in each)
        at_once = correction_caveats(s, lost, int(asked[s.inside].notna().sum()), by_chance)
    caveats = (
        f"{names['here']} {period_of(s)}, {other.noun} {period_of(other)}.",
        *at_once,
        *unequal,
        taken_as_is(found_together.meet is not None),
    )
    columns = pd.DataFrame(
        {
            "busiest_here": x,
            "busiest_there": z,
            "neighbours_alike": both["join_count"].where(x & z, beside["join_count"].where(x & ~z)),
            "together_p": asked,
            "together_q": both["q"].where(both["q"].notna(), beside["q"]),
            "together": [SHORTLY[k] for k in found],
        },
        s.frame.index,
    )
    return Drawn(columns, codes, classes, finding, caveats)


def would_be(by_chance: float, by_residents: float | None) -> str:
    """Say how many areas would be busiest for both.

    >>> would_be(16.7, 36.2), would_be(1416.7, None)
    ('17 would be by chance, 36 if they had only residents in common', '1,417 would be by chance')
    """
    alone = "" if by_residents is None else f", {by_residents:,.0f} if they had only residents in common"
    return f"{by_chance:,.0f} would be by chance{alone}"


def among_busiest(nouns: Sequence[str], numbers: Sequence[int], of: int) -> tuple[str, tuple[str, ...]]:
    """What so many areas with the most for each source are called, and what is to be said of their number.

    >>> among_busiest(["offences", "call-outs"], [83, 84], 417)
    ('the busiest fifth for offences and for call-outs', ())
    >>> among_busiest(["offences", "call-outs"], [100, 84], 417)[0]
    'the busiest 100 for offences and the busiest fifth for call-outs'
    """
    called = [fifth_or_number(int(number), of) for number in numbers]
    if set(called) == {"fifth"}:
        return f"the busiest fifth for {listed([nouns[0], *(f'for {noun}' for noun in nouns[1:])])}", ()
    each = [f"the busiest {many} for {noun}" for many, noun in zip(called, nouns, strict=True)]
    return listed(each), (UNEQUAL,)


def _in_order(s: Asked) -> np.ndarray:
    return in_order(s, MEASURES["count"], s.shown)


def _busiest(order: np.ndarray) -> np.ndarray:
    """Areas of the fifth with the most events."""
    return (ranked_classes(order, 5)["first"] == 5).fillna(False).to_numpy(bool)


def _only_one_source(s: Asked) -> Drawn:
    return _not_told(s, "Only one source is loaded, so there is none to set beside it.", "One source only")


def _not_told(s: Asked, why: str, no_value: str) -> Drawn:
    """No map, and why."""
    empty = np.full(len(s.frame), -1)
    codes, classes = classify("Two sources", (CORNERS[-1],), empty, s.inside, no_value=no_value)
    return Drawn(s.frame.iloc[:, :0], codes, classes, why)


COLOCATION = Layer(
    key="colocation",
    label="Busiest for two services",
    explanation="Areas among the fifth with the most for this source and for another: where the two "
    "coincide, and where such areas stand side by side more than chance would place them. The other source "
    "is chosen under “compare”.",
    group="Services together",
    draw=draw_colocation,
    claim=Claim(("HH", "beside"), ("dealt", "residents", "rates")),
    kinds=TOGETHER,
    leads=("HH", "both", "beside"),
    columns=(
        Column("busiest_here", "Whether the area is among the fifth with the most events of this source"),
        Column(
            "busiest_there", "Whether the area is among the fifth with the most events of the other source"
        ),
        Column(
            "neighbours_alike",
            "Neighbours that are busiest for both, of an area that is; of one busiest for this source only, "
            "neighbours that are busiest for the other",
        ),
        Column(
            "together_p",
            "Probability of so many such neighbours by chance alone (local join count, exact)",
            cells=P,
        ),
        Column(
            "together_q", "together_p corrected for looking at many areas (false discovery rate)", cells=P
        ),
        Column(
            "together",
            "Whether the busiest areas of the two sources coincide or stand side by side beyond chance",
            "Busiest for two services",
            "Both",
            write=words(
                {
                    SHORTLY["HH"]: "together",
                    SHORTLY["both"]: "both",
                    SHORTLY["beside"]: "beside",
                    **{SHORTLY[key]: "–" for key in ("here", "there", "NS")},
                }
            ),
            pill=True,
            pixels=88,
        ),
    ),
    about="together",
    compares="source",
    heeds=frozenset({"compare", "fdr"}),
    evidence=("colocation", "similarity"),
)
