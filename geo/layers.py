"""What can the map show?

A :class:`Layer` turns a :class:`Slice` (the true numbers of one filter at one level) into a :class:`Drawn`:
the columns that it adds to the table, a class for each area with its legend, and the finding in a sentence.
The page, the exports and the print all draw from it, so they cannot disagree. To add a layer, write
``f(slice) -> Drawn`` and register it in :data:`LAYERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geo import deprivation, evidence, hotspots, rates
from geo.concentration import ranked_classes
from geo.disclosure import SMALLEST_SHOWN
from geo.legend import (
    BIVARIATE,
    BREAKS,
    CLUSTERS,
    COMPARED,
    DEPRIVATION,
    EXCESS,
    HOT_COLD,
    PALETTES,
    Drawn,
    classify,
    edge_labels,
    own_edges,
    steps,
)
from geo.measures import Measured, age_ratio, measure
from geo.query import listed
from geo.slice import ALPHA, Slice, benchmark, crude, standardised

CRIME_SOURCES = ("offences",)
"""Sources that count recorded crime, of which the crime domain of deprivation is made."""


@dataclass(frozen=True)
class Layer:
    """One way to colour the map.

    Attributes
    ----------
    key, label : str
    explanation : str
        What it answers and how to read it, one or two plain sentences.
    draw : callable
        Slice to Drawn.
    """

    key: str
    label: str
    explanation: str
    draw: Callable[[Slice], Drawn]
    needs: str = field(default="")
    """"deprivation" or "population" where the layer cannot do without."""
    compares: str = field(default="")
    """"source" or "period" where the layer sets the query's ``compare`` against it."""
    evidence: tuple[str, ...] = field(default=())
    """Keys of the exhibits (:mod:`geo.exhibits`) that say what can be concluded from it, the best first."""


# ---------------------------------------------------------------- measures


def _draw_measure(s: Slice) -> Drawn:
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
        m.title, entries, position, s.inside, suppressed=_suppressed(s, m), no_value=m.no_value
    )
    classes = replace(classes, edges=tuple(float(edge) for edge in edges))
    return Drawn(m.columns, codes, classes, caveats=(*m.caveats, *lifted))


def _suppressed(s: Slice, m: Measured) -> np.ndarray:
    """Areas without a value because their count is suppressed."""
    return np.isnan(s.shown) & np.isnan(m.shown) & (s.query.measure in ("count", "rate", "ratio"))


def _draw_quintile(s: Slice) -> Drawn:
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
        suppressed=_suppressed(s, m),
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


def _draw_imd(s: Slice) -> Drawn:
    decile = s.frame[s.query.decile].to_numpy(float, na_value=np.nan)
    position = np.where(np.isnan(decile), -1, np.nan_to_num(decile) - 1).astype(int)
    ends = {0: "1 (most deprived 10%)", 9: "10 (least deprived 10%)"}
    entries = [(str(i + 1), ends.get(i, str(i + 1)), colour) for i, colour in enumerate(DEPRIVATION)]
    codes, classes = classify(
        f"Deprivation{s.query.by_domain}: decile in England", entries, position, s.inside
    )
    deprived = (decile <= 2) & s.inside
    share = s.share_held(deprived)
    finding = ""
    if share is not None and deprived.any():
        people = s.population[deprived].sum() / s.population[s.inside].sum()
        finding = (
            f"{s.areas(int(deprived.sum())).capitalize()} are among the most deprived 20% in "
            f"England{s.query.by_domain}; "
            f"they have {people:.0%} of the residents and {share:.0%} of the {s.noun}."
        )
    return Drawn(_with_domain(s, measure(s).columns), codes, classes, finding, _domain_caveats(s))


def _draw_significance(s: Slice) -> Drawn:
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


def _deprivation_rank(s: Slice) -> np.ndarray:
    return s.frame[f"{s.query.domain}_rank"].to_numpy(np.float64, na_value=np.nan)


def _with_domain(s: Slice, columns: pd.DataFrame) -> pd.DataFrame:
    """Add the deciles of the domain chosen; those of the whole index are in every table."""
    if s.query.domain == "imd":
        return columns
    return columns.assign(**{s.query.decile: s.frame[s.query.decile]})


def _domain_caveats(s: Slice) -> tuple[str, ...]:
    """Say that deprivation by crime explains crime by itself."""
    by_itself = s.query.domain == "crime" and s.query.source in CRIME_SOURCES
    return (deprivation.CRIME_DOMAIN_CAUTION,) if by_itself else ()


def _draw_bivariate(s: Slice) -> Drawn:
    m = measure(s)
    shown = np.where(s.inside, m.shown, np.nan)
    table = deprivation.bivariate_classes(shown, np.where(s.inside, _deprivation_rank(s), np.nan))
    position = table["class"].fillna(0).to_numpy(int) - 1
    ends = ("fewest", "middle", "most")
    deprived = ("least deprived third", "middle third", "most deprived third")
    entries = [
        (str(3 * d + e + 1), f"{ends[e].capitalize()}, {deprived[d]}", BIVARIATE[3 * d + e])
        for d in range(3)
        for e in range(3)
    ]
    title = f"{m.title} and deprivation{s.query.by_domain}, in thirds"
    codes, classes = classify(
        title, entries, position, s.inside, suppressed=_suppressed(s, m), no_value=m.no_value
    )
    both = (position == 8) & s.inside
    share = s.share_held(both)
    held = f" and hold {share:.0%} of the {s.noun} shown" if share is not None else ""
    finding = (
        f"{s.areas(int(both.sum()))} are in the top third for {s.noun} and for "
        f"deprivation{s.query.by_domain}{held}."
    )
    columns = m.columns.assign(
        measure_class=table["measure_class"].array, deprivation_class=table["deprivation_class"].array
    )
    return Drawn(_with_domain(s, columns), codes, classes, finding, _domain_caveats(s))


def _draw_excess(s: Slice) -> Drawn:
    # A ratio to a known expectation could be solved for its count, so it is made from the protected counts;
    # a suppressed one (1 to 7) enters the model as 4 and is not compared itself.
    hidden = np.isnan(s.shown)
    counts = np.where(s.inside, np.where(hidden, 4.0, s.shown), np.nan)
    found = deprivation.excess(counts, s.population, -_deprivation_rank(s), years=s.years)
    table = found.table.set_axis(s.frame.index)
    estimates = ["expected", "ratio", "lower_ci", "upper_ci", "p"]
    table.loc[hidden, estimates] = np.nan
    table["q"] = hotspots.bh_q(table["p"].to_numpy(float), table["p"].notna().to_numpy())
    verdict = _excess_verdict(table, "q" if s.query.fdr else "p")
    flagged = _excess_verdict(table, "p")
    tinted = np.select([flagged == deprivation.MORE, flagged == deprivation.LESS], ["more-", "less-"], "")
    lost = (flagged != verdict) & s.inside
    keys = np.where(lost, tinted, verdict)
    entries = [entry for entry in EXCESS if s.query.fdr or not entry[0].endswith("-")]
    order = {key: i for i, (key, _, _) in enumerate(entries)}
    position = np.array([order.get(key, -1) for key in keys])
    title = f"{s.noun.capitalize()} against what deprivation{s.query.by_domain} predicts"
    codes, classes = classify(
        title, entries, position, s.inside, suppressed=hidden & s.gate.controlled, no_value="Not compared"
    )
    more = (verdict == deprivation.MORE) & s.inside
    by = s.query.by_domain
    similar = f"areas similarly deprived{by}" if by else "similarly deprived areas"
    finding = f"No area has more {s.noun} than {similar}, beyond chance."
    if more.any():
        highest = table["ratio"].where(more).idxmax()
        verb = "has" if more.sum() == 1 else "have"
        finding = (
            f"{s.areas(int(more.sum()))} {verb} more {s.noun} than {similar}; "
            f"{s.frame.at[highest, 'name']} has {table.at[highest, 'ratio']:.1f} times as many as expected."
        )
    names = {"lower_ci": "ratio_lower_ci", "upper_ci": "ratio_upper_ci", "p": "ratio_p", "q": "ratio_q"}
    columns = measure(s).columns.join(table[[*estimates, "q"]].rename(columns=names))
    columns["verdict"] = verdict
    caveats = (
        f"Expected from a {found.model} of the other areas.",
        *_correction_caveats(s, int(lost.sum())),
        *_domain_caveats(s),
    )
    return Drawn(_with_domain(s, columns), codes, classes, finding, caveats)


def _excess_verdict(table: pd.DataFrame, probability: str) -> np.ndarray:
    """More, as or less than similarly deprived areas, by p or q; "not compared" where there is none."""
    surprising = (table[probability] <= ALPHA).to_numpy()
    return np.select(
        [table["p"].isna().to_numpy(), surprising & (table["ratio"] > 1).to_numpy(), surprising],
        [rates.NOT_COMPARED, deprivation.MORE, deprivation.LESS],
        deprivation.AS_PREDICTED,
    )


# ---------------------------------------------------------------- clusters


def _draw_clusters(s: Slice, key: str, words: dict[str, tuple[str, str]], columns: list[str]) -> Drawn:
    m, statistic = measure(s), hotspots.STATISTICS[key]
    values = m.true[s.inside]
    if key == "local_moran" and s.query.measure == "eb_rate":  # Assunção and Reis
        values = rates.eb_standardised(s.counts[s.inside], s.population[s.inside]).to_numpy()
    table = statistic.function(values, s.among, alpha=ALPHA, fdr=s.query.fdr).reindex(s.frame.index)
    cluster = table["cluster"].astype(object).fillna("NA").to_numpy(str)
    flagged = table["flagged"].astype(object).fillna(False).to_numpy(bool)
    among_high = table["lag" if "lag" in table else "z"].to_numpy(float) > 0
    tinted = s.query.fdr & flagged & (cluster == "NS")
    found = np.where(tinted, np.where(among_high, "high-", "low-"), cluster)
    entries = [(k, *word) for k, word in words.items() if s.query.fdr or not k.endswith("-")]
    order = {k: i for i, (k, _, _) in enumerate(entries)}
    position = np.array([order.get(k, -1) for k in found])
    title = f"{statistic.label} of {m.title[0].lower()}{m.title[1:]}"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    caveats = [*m.caveats, *_cluster_caveats(s, int(tinted.sum()))]
    if s.query.null == "permutation":
        table["p_permutation"] = hotspots.permutation_p(values, s.among, key)
        columns = [*columns, "p_permutation"]
        caveats.append(
            f"esda's own permutation p (9,999 draws) is at most {ALPHA} in "
            f"{s.areas(int((table['p_permutation'] <= ALPHA).sum()))}; the exact p in "
            f"{int((table['p'] <= ALPHA).sum())}. esda's is one-sided, so it flags more."
        )
    added = m.columns.join(s.gate.statistics(table[columns].assign(cluster=cluster)))
    return Drawn(added, codes, classes, _cluster_finding(s, cluster == "HH"), tuple(caveats))


def _cluster_finding(s: Slice, hot: np.ndarray) -> str:
    hot = hot & s.inside
    number = int(hot.sum())
    if not number:
        return f"No hotspot of {s.noun} stands out from chance among {s.areas(s.n).split(' of ')[1]}."
    share = s.share_held(hot)
    where = _where(s, hot)
    held = f"; they hold {share:.0%} of the {s.noun} shown" if share is not None else ""
    return f"{s.what} cluster in {s.areas(number)}, {where}{held}."


def _where(s: Slice, areas: np.ndarray) -> str:
    """Say in which boroughs or wards most of some areas lie."""
    boroughs = s.frame["borough"][areas].value_counts()
    number, first = int(areas.sum()), boroughs.index[0]
    if len(boroughs) == 1:
        return f"all in {first}" if number > 1 else f"in {first}"
    if boroughs.iloc[0] >= 0.75 * number:
        return f"mostly in {first}"
    return "in " + listed([f"{name} ({count})" for name, count in boroughs.items()])


def _correction_caveats(s: Slice, lost: int) -> list[str]:
    """Say that many areas are looked at at once, and how many that costs."""
    if not s.query.fdr:
        return [f"Not corrected: about {ALPHA * s.n:.0f} areas would be flagged by chance alone."]
    return [
        f"Corrected for looking at {s.n:,} areas at once (false discovery rate {ALPHA:.0%}); "
        f"{lost} more would be flagged without it."
    ]


def _cluster_caveats(s: Slice, lost: int) -> list[str]:
    caveats = _correction_caveats(s, lost)
    if not s.inside.all():
        caveats.append("Areas are compared with those of the boroughs chosen only.")
    return caveats


def _draw_local_moran(s: Slice) -> Drawn:
    return _draw_clusters(s, "local_moran", CLUSTERS, ["local_i", "p", "q", "cluster"])


def _draw_getis_ord(s: Slice) -> Drawn:
    return _draw_clusters(s, "getis_ord", HOT_COLD, ["g_star", "z", "p", "q", "cluster"])


# ---------------------------------------------------------------- the registry

LAYERS: dict[str, Layer] = {
    layer.key: layer
    for layer in (
        Layer(
            "measure",
            "Measure",
            "How many, or how many for the people who live there. The top of the legend is the most. The "
            "breaks stay where they are when hours, days or months change.",
            _draw_measure,
            evidence=("concentration", "stability"),
        ),
        Layer(
            "quintile",
            "Fifths of areas",
            "Areas in order, cut into five groups of equal number. Areas that tie stay together, in the "
            "lower group.",
            _draw_quintile,
            evidence=("concentration", "top_quintile"),
        ),
        Layer(
            "significance",
            "Compared with a benchmark",
            "Whether each area's rate is higher or lower than that of the whole, of a borough or of England, "
            "by more than chance: the benchmark's rate is set against the area's own interval. England's "
            "rate comes from a file (hotspots import benchmark FILE).",
            _draw_significance,
            needs="population",
            evidence=("funnel",),
        ),
        Layer(
            "local_moran",
            "Hotspots: local Moran's I",
            "Areas whose neighbours together have more, or fewer, than chance would give. Red: high among "
            "high. The probability is exact: it is not sampled.",
            _draw_local_moran,
            evidence=("back_test",),
        ),
        Layer(
            "getis_ord",
            "Hotspots: Getis-Ord Gi*",
            "Places where an area and its neighbours together have more (hot) or fewer (cold) than chance "
            "would give. The probability is exact: it is not sampled.",
            _draw_getis_ord,
            evidence=("back_test",),
        ),
        Layer(
            "imd",
            "Deprivation (decile)",
            "Each area's place among all areas of England, in ten equal groups; 1 is the most deprived. By "
            "all domains of deprivation together, or by one of the seven.",
            _draw_imd,
            needs="deprivation",
            evidence=("most_deprived", "fifths"),
        ),
        Layer(
            "bivariate",
            "Measure and deprivation together",
            "Areas in thirds twice: by the measure, and by deprivation. The top right of the legend is "
            "much of both.",
            _draw_bivariate,
            needs="deprivation",
            evidence=("fifths", "most_deprived"),
        ),
        Layer(
            "excess",
            "More than deprivation explains",
            "Each area against others that are as deprived as it is: a model predicts how many to expect, "
            "and areas beyond the spread of such areas stand out.",
            _draw_excess,
            needs="deprivation",
            evidence=("excess",),
        ),
        Layer(
            "agreement",
            "Several services",
            "For how many of the loaded sources each area is a hot spot (Gi*), with the same filters.",
            evidence.draw_agreement,
            evidence=("agreement", "overlooked", "similarity"),
        ),
        Layer(
            "bivariate_moran",
            "This service here, another around",
            "Where this source is high or low while another is high or low in the areas around, beyond "
            "chance. The other source is chosen under “compare”.",
            evidence.draw_bivariate_moran,
            compares="source",
            evidence=("similarity",),
        ),
        Layer(
            "colocation",
            "Busiest for two services",
            "Areas among the fifth with the most for this source and for another: where the two coincide, "
            "and where such areas stand side by side more than chance would place them. The other source is "
            "chosen under “compare”.",
            evidence.draw_colocation,
            compares="source",
            evidence=("colocation", "similarity"),
        ),
        Layer(
            "change",
            "Change against the period before",
            "Areas with more or fewer events than in the same months a year before (or, for longer periods, "
            "in the period just before), beyond chance. Where dates are known, also the last 28 days against "
            "the 28 before, and the year so far against the same days of last year (“Compare with”).",
            evidence.draw_change,
            compares="period",
            evidence=("changed", "lately"),
        ),
        Layer(
            "emerging",
            "Emerging and fading hotspots",
            "A Gi* map of every month, and what became of each area: new, consecutive, intensifying, "
            "persistent, diminishing, sporadic, oscillating or historical.",
            evidence.draw_emerging,
            evidence=("stability",),
        ),
        Layer(
            "confidence",
            "How sure: checks that agree",
            "How many different looks at the data agree that an area is a hot spot.",
            evidence.draw_confidence,
            needs="population",
            evidence=("ladder", "back_test"),
        ),
    )
}
"""Every way to colour the map, in the order of the control."""
