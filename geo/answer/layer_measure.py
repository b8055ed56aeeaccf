"""How much is there, in classes, in fifths, and against a benchmark?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.answer.asked import Asked
from geo.answer.benchmark import benchmark, crude, standardised
from geo.answer.disclosure import SMALLEST_SHOWN
from geo.answer.legend import (
    BREAKS,
    COMPARED,
    PALETTES,
    Drawn,
    classify,
    edge_labels,
    own_edges,
    steps,
)
from geo.answer.measures import Measured, age_ratio, measure
from geo.stats import rates
from geo.stats.concentration import ranked_classes


def draw_measure(s: Asked) -> Drawn:
    m = measure(s)
    own = s.query.breaks == "own" and s.query.edges
    edges = own_edges(s.query.edges, m.whole) if own else BREAKS[s.query.breaks](m.base, m.whole)
    smallest = SMALLEST_SHOWN if s.gate.controlled else 1  # above zero
    lifted: tuple[str, ...] = ()
    if m.whole:
        if own and edges[0] < smallest:
            lifted = (f"Class bounds under {smallest} are lifted to it, the smallest count shown.",)
        edges = np.unique(np.maximum(edges, smallest))
    labels = edge_labels(edges, m.whole, smallest)
    entries = [
        (str(i), label, colour)
        for i, (label, colour) in enumerate(zip(labels, steps(len(labels), s.query.palette), strict=True))
    ]
    position = np.where(np.isnan(m.shown), -1, np.searchsorted(edges, np.nan_to_num(m.shown), side="right"))
    codes, classes = classify(
        m.title, entries, position, s.inside, suppressed=suppressed(s, m), no_value=m.no_value
    )
    classes = replace(classes, edges=tuple(float(edge) for edge in edges))
    return Drawn(m.columns, codes, classes, caveats=(*m.caveats, *lifted))


def suppressed(s: Asked, m: Measured) -> np.ndarray:
    """Areas without a value because their count is suppressed."""
    return np.isnan(s.shown) & np.isnan(m.shown) & (s.query.measure in ("count", "rate", "ratio"))


def draw_quintile(s: Asked) -> Drawn:
    m = measure(s)
    quintile = ranked_classes(np.where(s.inside, m.shown, np.nan), 5)["class"]
    position = quintile.fillna(0).to_numpy(int) - 1
    words = ("Lowest fifth of areas", "Second", "Middle", "Fourth", "Highest fifth of areas")
    entries = [
        (str(i + 1), word, colour)
        for i, (word, colour) in enumerate(zip(words, PALETTES[s.query.palette], strict=True))
    ]
    codes, classes = classify(
        f"Fifths of areas by {m.title[0].lower()}{m.title[1:]}",
        entries,
        position,
        s.inside,
        suppressed=suppressed(s, m),
        no_value=m.no_value,
    )
    top = position == 4
    share = s.share_held(top & s.inside)
    finding = ""
    if share is not None and s.query.measure == "count":
        finding = (
            f"The fifth of areas with the most {s.noun} ({s.areas(int((top & s.inside).sum()))}) "
            f"hold {share:.0%} of them."
        )
    columns = m.columns.assign(quintile=quintile.array)
    return Drawn(columns, codes, classes, finding)


def draw_significance(s: Asked) -> Drawn:
    rated, unit = _COMPARED_BY.get(s.query.measure, (crude, "per 1,000 residents"))
    at95, at998, by = rated(s, 0.95), rated(s, 0.998), benchmark(s)
    step = {rates.LOWER: -1, rates.SIMILAR: 0, rates.HIGHER: 1}
    surely, likely = (
        rates.compare_with_benchmark(t["lower_ci"], t["upper_ci"], by.value).map(step).to_numpy(float)
        for t in (at998, at95)
    )
    position = np.where(np.isnan(likely), -1, 2 + np.nan_to_num(likely) + np.nan_to_num(surely)).astype(int)
    known = not np.isnan(by.value)
    against = f"{by.value:,.1f} for {by.name}" if known else f"{by.name}, whose rate is not known"
    title = f"{s.noun.capitalize()} {unit}, against {against}"
    none = "Too few to compare"
    codes, classes = classify(title, COMPARED, position, s.inside, no_value=none)
    words = np.array(["lower", "lower", "similar", "higher", "higher", "not compared"])
    m = measure(s)
    columns = m.columns.assign(
        lower_ci=at95["lower_ci"],
        upper_ci=at95["upper_ci"],
        compared=words[position],
        benchmark=by.value,
    )
    higher = (position >= 3) & s.inside
    share = s.share_held(higher)
    held = f"; they hold {share:.0%} of the {s.noun} shown" if share is not None and higher.any() else ""
    finding = (
        f"{s.areas(int(higher.sum()))} have a significantly higher rate than {by.name} as a whole{held}."
    )
    if s.query.measure == "ratio":
        finding = (
            f"{s.areas(int(higher.sum()))} have significantly more {s.noun} than expected for ages{held}."
        )
    if not known:
        finding = f"Too few {s.noun} in {by.name} for a rate to compare with."
    chance = "About one area in twenty differs at 95% by chance alone."
    caveats = tuple(dict.fromkeys((*by.caveats, *m.caveats, chance)))
    return Drawn(columns, codes, classes, finding, caveats)


_COMPARED_BY = {
    "dsr": (standardised, "per 100,000 residents a year, age-standardised"),
    "ratio": (age_ratio, "over those expected from the ages of the residents"),
}
"""How each measure is set against the whole, and its unit; the others by the crude rate."""
