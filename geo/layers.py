"""What can the map show?

A :class:`Layer` turns a :class:`Slice` (the true numbers of one filter at one level) into a :class:`Drawn`:
the columns that it adds to the table, a class for each area with its legend, and the finding in a sentence.
The page, the exports and the print all draw from it, so they cannot disagree. To add a layer, write
``f(slice) -> Drawn`` and register it in :data:`LAYERS`.

Colours: ColorBrewer's OrRd for volumes, purples for deprivation (so that it is never taken for crime) and
its red-blue pair for clusters; all are safe for colour-blind readers. No data and suppressed are hatched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from geo import deprivation, hotspots, rates
from geo.concentration import ranked_classes
from geo.disclosure import SMALLEST_SHOWN, Gate
from geo.query import Query, listed
from geo.weights import Neighbours

SEQUENTIAL = ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000")
BIVARIATE = "#ece7ee #efb9a4 #dd5f4b #bfb2d6 #b98592 #a1404c #7d67ab #6d3f74 #4a1440".split()
"""Measure from left to right, deprivation from least (first three) to most."""
EXCESS = (
    (deprivation.LESS, "Less than similarly deprived areas", "#5b8fc9"),
    (deprivation.AS_PREDICTED, "As similarly deprived areas", "#f6ecc9"),
    (deprivation.MORE, "More than similarly deprived areas", "#c2571a"),
)
DEPRIVATION = tuple("#3f007d #54278f #6a51a3 #807dba #9e9ac8 #b3b1d6 #cac8e3 #dcdbec #edecf5 #f8f7fb".split())
CLUSTERS = {
    "HH": ("High, among high", "#b2182b"),
    "LL": ("Low, among low", "#2166ac"),
    "HL": ("High, among low", "#ef8a62"),
    "LH": ("Low, among high", "#67a9cf"),
    "high-": ("High, before correction only", "#f7c6b8"),
    "low-": ("Low, before correction only", "#cfe1ef"),
    "NS": ("Not significant", "#f3f4f5"),
}
HOT_COLD = {
    "HH": ("Hot spot", "#b2182b"),
    "LL": ("Cold spot", "#2166ac"),
    "high-": ("Hot, before correction only", "#f7c6b8"),
    "low-": ("Cold, before correction only", "#cfe1ef"),
    "NS": ("Not significant", "#f3f4f5"),
}
COMPARED = (
    ("lower998", "Lower (99.8% sure)", "#4a77b4"),
    ("lower95", "Lower (95% sure)", "#a9c3df"),
    ("similar", "Similar", "#f6ecc9"),
    ("higher95", "Higher (95% sure)", "#f0a86b"),
    ("higher998", "Higher (99.8% sure)", "#c2571a"),
)
SUPPRESSED = ("suppressed", "Suppressed (1 to 7)", "#ffffff")
HIDDEN = 255
"""Class code of an area that the borough filter leaves out."""

ALPHA = 0.05


# ---------------------------------------------------------------- what a layer is given and gives


@dataclass(frozen=True)
class Slice:
    """The true numbers of one filter at one level. It never leaves ``geo``.

    All arrays are in the order of ``frame``, length n.

    Attributes
    ----------
    query : Query
    frame : DataFrame
        Index of area codes; ``name``, ``ward``, ``borough``, ``lad``, ``population``, ``imd_rank``,
        ``imd_decile``.
    counts : ndarray of int64
        Events of the filter.
    inside : ndarray of bool
        Areas of the boroughs chosen.
    neighbours : Neighbours
    gate : Gate
        The way out for this source.
    years : float
        Length of the months selected, for rates per year.
    base : callable
        ``base() -> (counts, scale)``: counts of the same question without its filters of month, hour and
        day, over all boroughs, and the share of that time which the filters keep. Class breaks come from
        it, so that stepping through hours or months does not move them.
    ages : callable
        ``ages() -> (events, residents)``: DataFrames [area, age band] for standardised rates.
    noun : str
        "offences".
    what, where : str
        "Violence and sexual offences", "Luton".
    """

    query: Query
    frame: pd.DataFrame
    counts: np.ndarray
    inside: np.ndarray
    neighbours: Neighbours
    gate: Gate
    years: float
    base: Callable[[], tuple[np.ndarray, float]]
    ages: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    noun: str
    what: str
    where: str

    @cached_property
    def shown(self) -> np.ndarray:
        """Protected counts as floats; NaN where suppressed."""
        return self.gate.counts(self.counts).to_numpy(np.float64, na_value=np.nan)

    @cached_property
    def population(self) -> np.ndarray:
        """Residents as floats; NaN where not known."""
        return self.frame["population"].to_numpy(np.float64, na_value=np.nan)

    @cached_property
    def among(self) -> Neighbours:
        """Neighbours among the areas of the boroughs chosen."""
        return self.neighbours if self.inside.all() else self.neighbours.subset(self.inside)

    @property
    def n(self) -> int:
        """Number of areas of the boroughs chosen."""
        return int(self.inside.sum())

    def areas(self, number: int) -> str:
        """Say a number of areas of this level: "14 of 417 small areas"."""
        word = {"lsoa": "small areas", "ward": "wards", "borough": "boroughs"}[self.query.level]
        return f"{number} of {self.n:,} {word}"

    def share_held(self, areas: np.ndarray) -> float | None:
        """Protected share of the events inside that these areas hold."""
        return self.gate.share(int(self.counts[areas].sum()), int(self.counts[self.inside].sum()))


@dataclass(frozen=True)
class Classes:
    """A legend: one entry a class, in the order in which it is read.

    Attributes
    ----------
    title : str
    keys, labels, colours : tuple of str
        Colours as ``#rrggbb``.
    patterns : tuple of str or None
        ``"nodata"`` or ``"suppressed"`` where the class is hatched.
    counts : tuple of int
        Areas in each class.
    """

    title: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str | None, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Drawn:
    """What a layer gives.

    Attributes
    ----------
    columns : DataFrame
        Added to the table; on the area index; already protected.
    codes : ndarray of uint8, shape (n,)
        Position in ``classes``, :data:`HIDDEN` outside the boroughs chosen.
    classes : Classes
    finding : str
        One sentence, a finding before a number; "" lets the measure's finding stand.
    caveats : tuple of str
    order : ndarray of float, optional
        What the areas are ranked by, NaN last; absent: the measure.
    """

    columns: pd.DataFrame
    codes: np.ndarray
    classes: Classes
    finding: str = ""
    caveats: tuple[str, ...] = ()


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


def classify(
    title: str,
    entries: Sequence[tuple[str, str, str]],
    position: np.ndarray,
    inside: np.ndarray,
    *,
    suppressed: np.ndarray | None = None,
    no_value: str = "No data",
) -> tuple[np.ndarray, Classes]:
    """Class codes and legend from positions in a list of entries.

    Parameters
    ----------
    title : str
    entries : sequence of (key, label, colour)
    position : ndarray of int, shape (n,)
        Position in ``entries``; -1 has no value: no data, or suppressed where ``suppressed`` holds.
    inside : ndarray of bool, shape (n,)
    suppressed : ndarray of bool, shape (n,), optional
    no_value : str
        Label of the areas that have none.

    Returns
    -------
    codes : ndarray of uint8, shape (n,)
    classes : Classes
        Hatched classes are there only when an area is in them.
    """
    position = np.asarray(position)
    hidden = np.zeros(len(position), bool) if suppressed is None else suppressed & (position < 0)
    legend = list(entries)
    patterns: list[str | None] = [None] * len(entries)
    codes = np.where(position >= 0, position, HIDDEN)
    nothing = ("nodata", no_value, "#ffffff")
    for entry, areas in ((SUPPRESSED, hidden), (nothing, (position < 0) & ~hidden)):
        if (areas & inside).any():
            codes = np.where(areas, len(legend), codes)
            legend.append(entry)
            patterns.append(entry[0])
    codes = np.where(inside, codes, HIDDEN).astype(np.uint8)
    counts = np.bincount(codes[inside], minlength=len(legend))
    keys, labels, colours = zip(*legend, strict=True)
    return codes, Classes(title, keys, labels, colours, tuple(patterns), tuple(int(c) for c in counts))


# ---------------------------------------------------------------- measures


@dataclass(frozen=True)
class Measured:
    """The measure of a slice.

    Attributes
    ----------
    title : str
    true, shown : ndarray of float, shape (n,)
        For statistics and for the eye; NaN where there is none.
    base : ndarray of float, shape (n,)
        Values that the class breaks are made from.
    whole : bool
        Whether values are counts.
    columns : DataFrame
    no_value : str
        Why an area has no value.
    """

    title: str
    true: np.ndarray
    shown: np.ndarray
    base: np.ndarray
    whole: bool
    columns: pd.DataFrame
    no_value: str = "No data"


def measure(slice_: Slice) -> Measured:
    """Compute the measure that the query asks for: a count, or a crude, standardised or smoothed rate."""
    return _MEASURES[slice_.query.measure](slice_)


def _count(s: Slice) -> Measured:
    base, scale = s.base()
    protected = s.gate.counts(base).to_numpy(np.float64, na_value=np.nan)
    return Measured(
        f"Number of {s.noun}", s.counts.astype(float), s.shown, protected * scale, True, s.frame.iloc[:, :0]
    )


def _rate(s: Slice) -> Measured:
    base, scale = s.base()
    protected = s.gate.counts(base).to_numpy(np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        people = np.where(s.population > 0, s.population, np.nan) / 1000
    return Measured(
        f"{s.noun.capitalize()} per 1,000 residents",
        s.counts / people,
        s.shown / people,
        protected * scale / people,
        False,
        s.frame.iloc[:, :0],
    )


def _dsr(s: Slice) -> Measured:
    table, county = _standardised(s, 0.95)
    columns = table.rename(columns={"value": "dsr_per_100k"})[["dsr_per_100k", "lower_ci", "upper_ci"]]
    columns["compared"] = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], county)
    value = table["value"].to_numpy(float)
    title = f"{s.noun.capitalize()} per 100,000 residents a year, age-standardised"
    return Measured(title, value, value, value, False, columns, "Fewer than 10 events")


def _standardised(s: Slice, confidence: float) -> tuple[pd.DataFrame, float]:
    """Age-standardised rates with their limits, and that of the boroughs chosen."""
    events, residents = s.ages()
    table = rates.dsr(events, residents, years=s.years, confidence=confidence).set_axis(s.frame.index)
    together = [frame[s.inside].sum().to_frame().T for frame in (events, residents)]
    return table, float(rates.dsr(*together, years=s.years)["value"].iloc[0])


def _crude(s: Slice, confidence: float) -> tuple[pd.DataFrame, float]:
    """Rates per 1,000 of the protected counts with their limits, and that of the boroughs chosen."""
    table = rates.crude_rate(s.shown, s.population, confidence=confidence).set_axis(s.frame.index)
    counted = s.inside & ~np.isnan(s.shown) & ~np.isnan(s.population)
    residents = s.population[counted].sum()
    return table, float(s.shown[counted].sum() / residents * 1000) if residents else np.nan


def _smoothed(s: Slice) -> Measured:
    # A smoothed rate could be solved for its count, so it is made from the protected counts.
    counts = np.where(np.isnan(s.shown), 4.0, s.shown) if s.gate.controlled else s.counts.astype(float)
    table = rates.eb_global(counts, s.population)
    value = table["value"].to_numpy(float)
    columns = pd.DataFrame({"eb_rate_per_1000": value}, index=s.frame.index)
    title = f"{s.noun.capitalize()} per 1,000 residents, smoothed towards the average"
    return Measured(title, value, value, value, False, columns)


_MEASURES: dict[str, Callable[[Slice], Measured]] = {
    "count": _count,
    "rate": _rate,
    "dsr": _dsr,
    "eb_rate": _smoothed,
}


def quantile_edges(values: np.ndarray, whole: bool, classes: int = len(SEQUENTIAL)) -> np.ndarray:
    """Lower bounds of the second and later classes, about as many values in each.

    Where more values are zero than a class should hold, zero is the first class and the others are shared
    out over the rest.

    Parameters
    ----------
    values : ndarray of float
        NaN is left out.
    whole : bool
        Whether the bounds must be whole numbers (counts); then at least 1.
    classes : int

    Returns
    -------
    ndarray of float
        Increasing; fewer than ``classes - 1`` where bounds fall together.

    Examples
    --------
    >>> quantile_edges(np.arange(101.0), True)
    array([20., 40., 60., 80.])
    >>> quantile_edges(np.array([0.0, 0.0, 0.0, 0.0, 2.0]), True)
    array([1., 2.])
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return np.empty(0)
    positive = known[known > 0]
    if positive.size < known.size * (1 - 1 / classes):  # zeros have a class of their own, the rest the others
        edges = np.quantile(positive, np.arange(classes - 1) / (classes - 1)) if positive.size else known[:0]
        edges[:1] = np.minimum(edges[:1], 1) if whole else edges[:1]
    else:
        edges = np.quantile(known, np.arange(1, classes) / classes)
    if whole:
        return np.unique(np.maximum(np.ceil(edges - 1e-9), 1))
    digits = 2 - np.floor(np.log10(np.maximum(edges, 1e-9))).astype(int)
    rounded = np.array([round(float(e), int(d)) for e, d in zip(edges, digits, strict=True)])
    return np.unique(rounded[rounded > 0])


def _edge_labels(edges: np.ndarray, whole: bool, smallest: int) -> list[str]:
    if not edges.size:
        return ["0" if whole else "All areas"]
    texts = [f"{int(e):,}" if whole else f"{e:,.10g}" for e in edges]
    if whole:
        ends = [int(e) - 1 for e in edges]
        labels = ["0" if ends[0] < smallest else f"0 to {ends[0]:,}"]
        pairs = zip(edges[:-1].astype(int), ends[1:], strict=True)
        labels += [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in pairs]
    else:
        labels = [f"under {texts[0]}"]
        labels += [f"{a} to under {b}" for a, b in pairwise(texts)]
    return [*labels, f"{texts[-1]} or more"]


def _steps(number: int) -> list[str]:
    """``number`` colours from the sequential palette, always from light to dark."""
    places = np.linspace(0, len(SEQUENTIAL) - 1, number).round().astype(int) if number > 1 else [0]
    return [SEQUENTIAL[i] for i in places]


def _draw_measure(s: Slice) -> Drawn:
    m = measure(s)
    edges = quantile_edges(m.base, m.whole)
    smallest = SMALLEST_SHOWN if s.gate.controlled else 1  # above zero
    if m.whole:
        edges = np.unique(np.maximum(edges, smallest))
    labels = _edge_labels(edges, m.whole, smallest)
    entries = [
        (str(i), label, colour)
        for i, (label, colour) in enumerate(zip(labels, _steps(len(labels)), strict=True))
    ]
    position = np.where(np.isnan(m.shown), -1, np.searchsorted(edges, np.nan_to_num(m.shown), side="right"))
    codes, classes = classify(
        m.title, entries, position, s.inside, suppressed=_suppressed(s, m), no_value=m.no_value
    )
    return Drawn(m.columns, codes, classes)


def _suppressed(s: Slice, m: Measured) -> np.ndarray:
    """Areas without a value because their count is suppressed."""
    return np.isnan(s.shown) & np.isnan(m.shown) & (s.query.measure in ("count", "rate"))


def _draw_quintile(s: Slice) -> Drawn:
    m = measure(s)
    quintile = ranked_classes(np.where(s.inside, m.shown, np.nan), 5)["class"]
    position = quintile.fillna(0).to_numpy(int) - 1
    words = ("Lowest fifth of areas", "Second", "Middle", "Fourth", "Highest fifth of areas")
    entries = [
        (str(i + 1), word, colour) for i, (word, colour) in enumerate(zip(words, SEQUENTIAL, strict=True))
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
    decile = s.frame["imd_decile"].to_numpy(float, na_value=np.nan)
    position = np.where(np.isnan(decile), -1, np.nan_to_num(decile) - 1).astype(int)
    ends = {0: "1 (most deprived 10%)", 9: "10 (least deprived 10%)"}
    entries = [(str(i + 1), ends.get(i, str(i + 1)), colour) for i, colour in enumerate(DEPRIVATION)]
    codes, classes = classify("Deprivation decile in England", entries, position, s.inside)
    deprived = (decile <= 2) & s.inside
    share = s.share_held(deprived)
    finding = ""
    if share is not None and deprived.any():
        people = s.population[deprived].sum() / s.population[s.inside].sum()
        finding = (
            f"{s.areas(int(deprived.sum())).capitalize()} are among the most deprived 20% in England; "
            f"they have {people:.0%} of the residents and {share:.0%} of the {s.noun}."
        )
    return Drawn(measure(s).columns, codes, classes, finding)


def _draw_significance(s: Slice) -> Drawn:
    standardised = s.query.measure == "dsr"
    rated = _standardised if standardised else _crude
    (at95, county), (at998, _) = rated(s, 0.95), rated(s, 0.998)
    step = {rates.LOWER: -1, rates.SIMILAR: 0, rates.HIGHER: 1}
    surely, likely = (
        rates.compare_with_benchmark(t["lower_ci"], t["upper_ci"], county).map(step).to_numpy(float)
        for t in (at998, at95)
    )
    position = np.where(np.isnan(likely), -1, 2 + np.nan_to_num(likely) + np.nan_to_num(surely)).astype(int)
    unit = "100,000 residents a year, age-standardised" if standardised else "1,000 residents"
    title = f"{s.noun.capitalize()} per {unit}, against {county:,.1f} for {s.where}"
    none = "Too few to compare"
    codes, classes = classify(title, COMPARED, position, s.inside, no_value=none)
    words = np.array(["lower", "lower", "similar", "higher", "higher", "not compared"])
    columns = measure(s).columns
    columns = columns.assign(lower_ci=at95["lower_ci"], upper_ci=at95["upper_ci"], compared=words[position])
    higher = (position >= 3) & s.inside
    share = s.share_held(higher)
    held = f"; they hold {share:.0%} of the {s.noun} shown" if share is not None and higher.any() else ""
    finding = (
        f"{s.areas(int(higher.sum()))} have a significantly higher rate than {s.where} as a whole{held}."
    )
    caveats = ("About one area in twenty differs at 95% by chance alone.",)
    return Drawn(columns, codes, classes, finding, caveats)


def _deprivation_rank(s: Slice) -> np.ndarray:
    return s.frame["imd_rank"].to_numpy(np.float64, na_value=np.nan)


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
    title = f"{m.title} and deprivation, in thirds"
    codes, classes = classify(
        title, entries, position, s.inside, suppressed=_suppressed(s, m), no_value=m.no_value
    )
    both = (position == 8) & s.inside
    share = s.share_held(both)
    held = f" and hold {share:.0%} of the {s.noun} shown" if share is not None else ""
    finding = f"{s.areas(int(both.sum()))} are in the top third for {s.noun} and for deprivation{held}."
    columns = m.columns.assign(
        measure_class=table["measure_class"].array, deprivation_class=table["deprivation_class"].array
    )
    return Drawn(columns, codes, classes, finding)


def _draw_excess(s: Slice) -> Drawn:
    # A ratio to a known expectation could be solved for its count, so it is made from the protected counts;
    # a suppressed one (1 to 7) enters the model as 4 and is not compared itself.
    hidden = np.isnan(s.shown)
    counts = np.where(s.inside, np.where(hidden, 4.0, s.shown), np.nan)
    found = deprivation.excess(counts, s.population, -_deprivation_rank(s), years=s.years)
    table = found.table.set_axis(s.frame.index)
    estimates = ["expected", "ratio", "lower_ci", "upper_ci", "p"]
    table.loc[hidden, estimates] = np.nan
    table["verdict"] = table["verdict"].mask(hidden, rates.NOT_COMPARED)
    verdicts = [verdict for verdict, _, _ in EXCESS]
    position = np.array([verdicts.index(v) if v in verdicts else -1 for v in table["verdict"]])
    title = f"{s.noun.capitalize()} against what deprivation predicts"
    codes, classes = classify(
        title, EXCESS, position, s.inside, suppressed=hidden & s.gate.controlled, no_value="Not compared"
    )
    more = (position == 2) & s.inside
    finding = f"No area has more {s.noun} than similarly deprived areas, beyond chance."
    if more.any():
        highest = table["ratio"].where(more).idxmax()
        finding = (
            f"{s.areas(int(more.sum()))} have more {s.noun} than similarly deprived areas; "
            f"{s.frame.at[highest, 'name']} has {table.at[highest, 'ratio']:.1f} times as many as expected."
        )
    names = {"lower_ci": "ratio_lower_ci", "upper_ci": "ratio_upper_ci"}
    columns = measure(s).columns.join(table[[*estimates, "verdict"]].rename(columns=names))
    return Drawn(columns, codes, classes, finding, (f"Expected from a {found.model} of the other areas.",))


# ---------------------------------------------------------------- clusters


def _draw_clusters(s: Slice, key: str, words: dict[str, tuple[str, str]], columns: list[str]) -> Drawn:
    m, statistic = measure(s), hotspots.STATISTICS[key]
    values = m.true[s.inside]
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
    caveats = _cluster_caveats(s, int(tinted.sum()))
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


def _cluster_caveats(s: Slice, lost: int) -> list[str]:
    caveats = []
    if s.query.fdr:
        caveats.append(
            f"Corrected for looking at {s.n:,} areas at once (false discovery rate {ALPHA:.0%}); "
            f"{lost} more would be flagged without it."
        )
    else:
        caveats.append(f"Not corrected: about {ALPHA * s.n:.0f} areas would be flagged by chance alone.")
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
            "How many, or how many for the people who live there. Darker is more. The breaks stay where they "
            "are when hours, days or months change.",
            _draw_measure,
        ),
        Layer(
            "quintile",
            "Fifths of areas",
            "Areas in order, cut into five groups of equal number. Areas that tie stay together, in the "
            "lower group.",
            _draw_quintile,
        ),
        Layer(
            "significance",
            "Compared with the whole map",
            "Whether each area's rate is higher or lower than that of the whole, by more than chance: the "
            "whole's rate is set against the area's own interval.",
            _draw_significance,
            needs="population",
        ),
        Layer(
            "local_moran",
            "Hotspots: local Moran's I",
            "Areas whose neighbours together have more, or fewer, than chance would give. Red: high among "
            "high. The probability is exact: it is not sampled.",
            _draw_local_moran,
        ),
        Layer(
            "getis_ord",
            "Hotspots: Getis-Ord Gi*",
            "Places where an area and its neighbours together have more (hot) or fewer (cold) than chance "
            "would give. The probability is exact: it is not sampled.",
            _draw_getis_ord,
        ),
        Layer(
            "imd",
            "Deprivation (IMD decile)",
            "Each area's place among all areas of England, in ten equal groups; 1 is the most deprived.",
            _draw_imd,
            needs="deprivation",
        ),
        Layer(
            "bivariate",
            "Measure and deprivation together",
            "Areas in thirds twice: by the measure, and by deprivation. Darkest: much of both.",
            _draw_bivariate,
            needs="deprivation",
        ),
        Layer(
            "excess",
            "More than deprivation explains",
            "Each area against others that are as deprived as it is: a model predicts how many to expect, "
            "and areas beyond the spread of such areas stand out.",
            _draw_excess,
            needs="deprivation",
        ),
    )
}
"""Every way to colour the map, in the order of the control."""
