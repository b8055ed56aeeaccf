"""Where is it unusual, beyond chance?

Every statistic of :data:`geo.stats.hotspots.STATISTICS` is a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import ALONE, COLD, HOT, MAYBE_ALONE, MAYBE_COLD, MAYBE_HOT, PLAIN, Shade
from geo.answer.columns import CLUSTER, FINE, P_EXACT, P_PERMUTATION, Column, P, Q
from geo.answer.layer import Claim, Layer
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.measures import MEASURES, Measure, measure
from geo.ask.words import AREAS, agree, lower_first, named, upper_first, verb
from geo.stats import hotspots
from geo.stats.exact_null import attainable
from geo.stats.hotspots import LEVEL, STATISTICS, Statistic
from geo.stats.residents import more_than_residents, very_high_alone
from geo.stats.vectors import worded

LEAST_FOR_COLD = 2.0
"""Events an area on average, below which low values of smoothed rates tell residents only."""
TINTS = ("HH-", "LH-")
"""Classes of areas with much around them, before the correction only."""
LOW = ("LL", "HL", "LH", "LL-", "HL-", "LH-")
"""Classes of areas that are low, or have little around them."""
COLDS = ("LL", "LH", "LL-", "LH-")
"""Those of them that a reader may leave out."""
NOT_CORRECTED = "Not corrected"
"""How the note begins that says what chance alone flags."""
UNCORRECTED = "-"
"""End of the key of a class that stands out only before the correction for looking at many areas."""
SMALL, NEGLIGIBLE = 1e-4, 1e-6
"""Below the first the error of p is told as of the first; errors below the second are not told."""
BY_ITSELF = Kind("H", "Very high by itself, no cluster", Shade("#762a83", "#b48ad0"), "High by itself")
KEYS = (*hotspots.CLUSTERS.categories, "HH-", "LL-", "HL-", "LH-", BY_ITSELF.key)
AT = {key: at for at, key in enumerate(KEYS)}
"""Place of each class among all, which arrays of classes hold."""
CLUSTERS = (
    Kind("HH", "High, among high", HOT, said="hotspot"),
    BY_ITSELF,
    Kind("HL", "High, among low", Shade("#d6604d", "#a9764a"), said="high, its neighbours low"),
    Kind("HH-", "High, among high (uncorrected)", MAYBE_HOT, said="maybe a hotspot"),
    Kind("HL-", "High, among low (uncorrected)", Shade("#c199a5", "#823e20"), said="maybe high by itself"),
    Kind("NS", "Not significant", PLAIN, said=""),
    Kind("LH-", "Low, among high (uncorrected)", MAYBE_ALONE, said="maybe low by itself"),
    Kind("LL-", "Low, among low (uncorrected)", MAYBE_COLD, said="maybe a coldspot"),
    Kind("LH", "Low, among high", ALONE, said="low, its neighbours high"),
    Kind("LL", "Low, among low", COLD, said="coldspot"),
)
HOT_COLD = (
    Kind("HH", "Hotspot", HOT, said="hotspot"),
    BY_ITSELF,
    Kind("HH-", "Hot, before correction only", MAYBE_HOT, said="maybe a hotspot"),
    Kind("NS", "Not significant", PLAIN, said=""),
    Kind("LL-", "Cold, before correction only", MAYBE_COLD, said="maybe a coldspot"),
    Kind("LL", "Coldspot", COLD, said="coldspot"),
)
"""From hot to cold, as a legend is read and a column is put in order."""
HOT_ONLY = "Not a hotspot"
"""What is told of all other areas where coldspots are not asked for."""


def gi_star(s: Asked, *, fdr: bool, beyond: bool = False) -> pd.DataFrame:
    """Gi* of the counts on all areas of the level, ``cluster`` "NA" where it is not defined.

    With ``beyond`` hot only where there is more than residents explain (or they are not known): all services
    have residents in common, and hotspots of counts alone coincide where many people live.
    """
    counts = s.counts[s.inside].astype(float)
    table = hotspots.getis_ord_star(counts, s.among, alpha=ALPHA, fdr=fdr, ring=False, corrected=False)
    table = table if s.inside.all() else table.reindex(s.frame.index)
    cluster = table["cluster"].array.codes
    cluster = np.where(cluster < 0, AT["NA"], cluster)
    hot = cluster == AT["HH"]
    more = beyond_residents(s, STATISTICS["getis_ord"], fdr=fdr) if beyond and hot.any() else None
    if more is not None:
        cluster = np.where(hot & ~more, AT["NS"], cluster)
    return table.assign(cluster=worded(KEYS, cluster))


def beyond_residents(s: Asked, statistic: Statistic, *, fdr: bool) -> np.ndarray | None:
    """Areas with more in and around them than residents explain; None where residents are not known."""
    people = s.population[s.inside]
    if not (people > 0).all():
        return None
    found = np.zeros(len(s.frame), bool)
    found[s.inside] = more_than_residents(
        s.counts[s.inside], people, s.among, window=statistic.window, alpha=ALPHA, fdr=fdr
    )
    return found


def gi_star_by_chance(s: Asked) -> float:
    """How many areas :func:`gi_star` flags by chance alone, uncorrected."""
    counts = s.counts[s.inside].astype(float)
    return float(np.nansum(attainable(counts, s.among, alpha=ALPHA, window=True)))


def _draw(s: Asked, statistic: Statistic) -> Drawn:
    m = measure(s)
    values, quantity, reasons = m.true[s.inside], m.title[0].lower() + m.title[1:], []
    instead = statistic.instead.get(m.kind)
    if instead is not None:
        values = instead.values(s.counts[s.inside], s.population[s.inside]).to_numpy()
        quantity, reasons = f"{s.noun}: {instead.quantity}", [instead.reason]
    table = statistic.function(values, s.among, alpha=ALPHA, fdr=s.query.fdr)
    table = table if s.inside.all() else table.reindex(s.frame.index)
    cluster = table["cluster"].astype(hotspots.CLUSTERS).array.codes.astype(np.int8)
    cluster = np.where(cluster < 0, AT["NA"], cluster)
    flagged = table["flagged"].eq(True).to_numpy(bool)
    tinted = s.query.fdr & flagged & (cluster == AT["NS"])
    found = np.where(tinted, _before_correction(table), cluster)
    if m.whole or MEASURES[s.query.measure].scale != "counts":  # harm is no number of events
        found = _by_themselves(s, MEASURES[s.query.measure], table, found)
    if m.kind != LEVEL and s.counts[s.inside].sum() < s.n * LEAST_FOR_COLD:
        found = np.where(_among(found, LOW), AT["NS"], found)
        reasons.append(
            f"Fewer than {LEAST_FOR_COLD:.0f} {s.noun} an area: low ones, mostly without any, differ in "
            "little but their residents, so no coldspots are told."
        )
    if not s.query.cold:
        found = np.where(_among(found, COLDS), AT["NS"], found)
    tinted = _among(found, [key for key in KEYS if key.endswith(UNCORRECTED)])
    cluster = np.where(tinted, AT["NS"], found)
    absent = {kind.key for kind in _kinds(statistic) if kind.key.endswith(UNCORRECTED)} | {BY_ITSELF.key}
    there = np.bincount(found[s.inside], minlength=len(AT))
    absent -= {key for key, at in AT.items() if there[at]} | ({"HH-", "LL-"} if s.query.fdr else set())
    kinds = [kind for kind in _kinds(statistic) if kind.key not in absent]
    if not s.query.cold:
        hot = [kind for kind in kinds if kind.key not in COLDS]
        kinds = [kind._replace(label=HOT_ONLY) if kind.key == "NS" else kind for kind in hot]
    order = {kind.key: i for i, kind in enumerate(kinds)}
    position = np.array([order.get(key, -1) for key in KEYS])[found]
    title = f"Hotspots by {quantity} ({statistic.label})"
    codes, classes = classify(title, kinds, position, s.inside, no_value="Not defined")
    judged = int(((cluster != AT["NA"]) & s.inside).sum())
    by_chance = None
    if statistic.by_chance is not None and not s.query.fdr:
        by_chance = float(np.nansum(statistic.by_chance(values, s.among, alpha=ALPHA)))
    corrected = _caveats(s, int(tinted.sum()), judged, by_chance)
    lone = _by_itself(s, cluster == AT[BY_ITSELF.key])
    caveats = [*lone, *reasons, *m.caveats, *corrected, *_error_caveats(s, table)]
    if s.query.null == "permutation" and statistic.permutation is not None:
        table["p_permutation"] = statistic.permutation(values, s.among)
        caveats.append(
            f"esda's own permutation p (9,999 draws) is at most {ALPHA} in "
            f"{s.areas(int((table['p_permutation'] <= ALPHA).sum()))}; the exact p in "
            f"{int((table['p'] <= ALPHA).sum()):,}. esda's is one-sided, so it flags more."
        )
    words, names = worded(KEYS, cluster), [column.name for column in _columns(statistic)]
    shown = {name: words if name == "cluster" else table[name].array for name in names if name in table}
    added = pd.DataFrame({**m.columns, **shown}, s.frame.index)
    added = s.gate.statistics(added, own=statistic.definitions)
    finding = _finding(s, cluster == AT["HH"], judged)
    if m.kind == LEVEL and s.query.measure == "count":
        finding += _beyond_residents(s, statistic, cluster == AT["HH"])
    return Drawn(added, codes, classes, finding, tuple(caveats))


def _by_themselves(s: Asked, measure_: Measure, table: pd.DataFrame, found: np.ndarray) -> np.ndarray:
    """Name areas that are very high with no cluster around, and leave out tints that are due to one."""
    people = np.ones(s.n) if measure_.scale == "counts" else s.population[s.inside]
    p_ring = table["p_ring" if "p_ring" in table else "p"].to_numpy(float)
    alone, beside = np.zeros((2, len(found)), bool)
    alone[s.inside], beside[s.inside] = very_high_alone(
        s.counts[s.inside].astype(float), people, p_ring[s.inside], s.among, alpha=ALPHA
    )
    found = np.where(beside & _among(found, TINTS), AT["NS"], found)
    return np.where(alone & _among(found, ("HH", "NS", *TINTS)), AT[BY_ITSELF.key], found)


def _before_correction(table: pd.DataFrame) -> np.ndarray:
    """What each area would be without the correction; its own value tells high from low."""
    high = table["z"].to_numpy(float) > 0
    among_high = table["lag"].to_numpy(float) > 0 if "lag" in table else high
    corners = [AT[key + UNCORRECTED] for key in ("LL", "LH", "HL", "HH")]
    return np.array(corners)[2 * high + among_high]


def _among(found: np.ndarray, keys: Sequence[str]) -> np.ndarray:
    """Areas that are in some classes."""
    return np.isin(KEYS, keys)[found]


def unjudged(s: Asked, what: str) -> str:
    """Say that no area can be judged beside its neighbours, and why."""
    why = "values are alike or missing, or there are no neighbours"
    return f"{s.areas(0)} can be judged for {what}: {why}."


def of_what(s: Asked) -> str:
    """What the hotspots are of: the categories chosen, or the events of the source."""
    return lower_first(s.what) if s.query.category else s.noun


def _finding(s: Asked, hot: np.ndarray, judged: int) -> str:
    hot = hot & s.inside
    number = int(hot.sum())
    events = of_what(s)
    if not judged:
        return unjudged(s, f"hotspots of {events}")
    if not number:
        among = agree(judged, "in", "among")
        return f"No hotspot of {events} stands out from chance {among} {s.judged(judged)}."
    share = s.share_held(hot)
    hold = agree(number, "it holds", "they hold")
    held = f"; {hold} {share:.0%} of the {s.noun} shown" if share is not None else ""
    are = verb(number, "is a hotspot", "are hotspots")
    return f"{s.areas(number)} {are} of {lower_first(s.what)}, {_where(s, hot)}{held}."


def _beyond_residents(s: Asked, statistic: Statistic, hot: np.ndarray) -> str:
    """Say how many of the hotspots of counts residents explain; "" where that cannot be told."""
    number = int((hot & s.inside).sum())
    more = beyond_residents(s, statistic, fdr=s.query.fdr) if number else None
    if more is None:
        return ""
    explained = int((hot & ~more & s.inside).sum())
    if number == 1:
        return " Residents explain it." if explained else " Residents do not explain it."
    return f" Residents explain {'all' if explained == number else explained or 'none'} of them."


def _by_itself(s: Asked, alone: np.ndarray) -> list[str]:
    """Say which areas are very high with no cluster around them."""
    number = int((alone & s.inside).sum())
    if not number:
        return []
    more = verb(number, "is very high by itself", "are very high by themselves")
    names = named([str(name) for name in s.frame["name"][alone & s.inside]])
    return [f"{upper_first(s.areas(number))} {more}, with no cluster around: {names}."]


def _where(s: Asked, areas: np.ndarray) -> str:
    """Say in which boroughs or wards most of some areas lie."""
    boroughs = s.level.boroughs_of(areas)
    number, (first, most) = int(areas.sum()), next(iter(boroughs.items()))
    if len(boroughs) == 1:
        return f"all in {first}" if number > 1 else f"in {first}"
    if most >= 0.75 * number:
        return f"mostly in {first}"
    return "in " + named([f"{name} ({count:,})" for name, count in boroughs.items()], *AREAS["borough"])


def correction_caveats(s: Asked, lost: int, judged: int, by_chance: float | None = None) -> list[str]:
    """Say that many areas are looked at at once, and how many that costs or, uncorrected, are wrong."""
    if judged < 2:  # one is not many
        return []
    if not s.query.fdr and by_chance is not None:
        return [
            f"{NOT_CORRECTED}: {about(by_chance)} of {s.judged(judged)} would be flagged by chance alone."
        ]
    if not s.query.fdr:
        most = f"up to {np.ceil(ALPHA * judged):,.0f} of {s.judged(judged)}"
        return [f"{NOT_CORRECTED}: {most} may be flagged by chance alone."]
    return [
        f"Corrected for looking at {s.judged(judged)} at once (false discovery rate {ALPHA:.0%}); "
        f"{lost:,} more would be flagged without it."
    ]


def about(by_chance: float) -> str:
    """A number of areas that chance alone flags, in words.

    >>> about(5.7), about(1305.2), about(0.4)
    ('about 6', 'about 1,305', 'less than one')
    """
    return f"about {by_chance:,.0f}" if by_chance >= 1 else "less than one"


def _caveats(s: Asked, lost: int, judged: int, by_chance: float | None) -> list[str]:
    caveats = correction_caveats(s, lost, judged, by_chance)
    if not s.inside.all():
        caveats.append("Areas are compared with those of the boroughs chosen only.")
    return caveats


def _error_caveats(s: Asked, table: pd.DataFrame) -> list[str]:
    """Say how far p may be from the exact one where values are no whole numbers."""
    if "p_error" not in table:
        return []
    p, bound = (table[name].to_numpy(float) for name in ("p", "p_error"))
    error = float(np.nan_to_num(bound / np.maximum(p, SMALL)).max(initial=0.0))
    if error <= NEGLIGIBLE:
        return []
    open_ = int(hotspots.in_doubt(p, bound, alpha=ALPHA, fdr=s.query.fdr).sum())
    settled = "no area's class depends on it" if not open_ else f"{s.areas(open_)} could be classed otherwise"
    return [
        f"Each p is within {error:.1%} of its exact value, or {SMALL * error:.1g} where it is below {SMALL}: "
        f"it is computed on a lattice of values; {settled}."
    ]


# ---------------------------------------------------------------- a layer for each statistic


def _columns(statistic: Statistic) -> tuple[Column, ...]:
    own = [
        Column(name, definition, cells=P if name.startswith("p") else FINE)
        for name, definition in statistic.definitions.items()
    ]
    known = {column.name: column for column in (*own, P_EXACT, Q, CLUSTER)}
    told = [known[name] for name in statistic.columns if name in known]
    return (*told, *([P_PERMUTATION] if statistic.permutation else []))


def _kinds(statistic: Statistic) -> tuple[Kind, ...]:
    return CLUSTERS if statistic.unlike else HOT_COLD


def layer_of(statistic: Statistic) -> Layer:
    """Show a statistic on the map."""
    return Layer(
        key=statistic.key,
        label=statistic.name or f"Hotspots: {statistic.label}",
        explanation=statistic.explanation,
        group="Where it clusters",
        draw=partial(_draw, statistic=statistic),
        claim=Claim(
            ("HH", "LL", "HL", "LH") if statistic.unlike else ("HH", "LL"),
            ("equal", "dealt"),
            ("residents", "smooth"),
        ),
        kinds=_kinds(statistic),
        leads=("HH", BY_ITSELF.key, "HL"),
        columns=_columns(statistic),
        about="cluster",
        heeds=frozenset({"fdr", "cold", "null"} if statistic.permutation else {"fdr", "cold"}),
        evidence=("back_test",),
    )
