"""Is it really a hotspot: for which services, since when, and how sure?

Layers that set one map against others: the same filter for several sources, this period against another,
month after month, another definition of neighbours, another geography. Each is a ``Asked -> Drawn`` as in
:mod:`geo.answer.layers`, which registers them.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.benchmark import crude, overall
from geo.answer.legend import CLUSTERS, SEQUENTIAL, Drawn, classify
from geo.answer.measures import ASSUMED
from geo.ask.windows import Windows
from geo.ask.words import before_name, day_name, listed, period_name, read_period, windows_name
from geo.stats import confidence, hotspots, rates, services
from geo.stats.change import compare_periods, emerging, months_before
from geo.stats.concentration import ranked_classes

CHANGE = (
    ("up", "More than before", "#c2571a"),
    ("maybe-up", "More, before correction only", "#f3cfae"),
    ("none", "No clear change", "#f3f4f5"),
    ("maybe-down", "Fewer, before correction only", "#cfdff0"),
    ("down", "Fewer than before", "#4a77b4"),
    ("empty", "No events in either period", "#e4e7ea"),
)
EMERGING = (
    ("New hotspot", "New: hot in the last month only", "#67000d"),
    ("Consecutive hotspot", "Consecutive: hot for the last months running", "#a50f15"),
    ("Intensifying hotspot", "Intensifying: nearly always hot, and rising", "#cb181d"),
    ("Persistent hotspot", "Persistent: nearly always hot", "#ef3b2c"),
    ("Diminishing hotspot", "Diminishing: nearly always hot, but falling", "#fb6a4a"),
    ("Sporadic hotspot", "Sporadic: hot on and off", "#fc9272"),
    ("Oscillating hotspot", "Oscillating: hot now, cold at other times", "#fcbba1"),
    ("Historical hotspot", "Historical: nearly always hot, not now", "#d9b8a6"),
    ("cold", "Any pattern of cold spot", "#a9c3df"),
    ("No pattern", "No pattern", "#f3f4f5"),
)
LEAST_MONTHS = 10
"""Months below which a pattern over time is not drawn, as ESRI asks for."""


def _clusters(s: Asked) -> pd.DataFrame:
    """Gi* clusters of the counts of a slice, on all areas of its level."""
    table = hotspots.getis_ord_star(s.counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=s.query.fdr)
    table = table.reindex(s.frame.index)
    return table.assign(cluster=table["cluster"].astype(object).fillna("NA").astype(str))


# ---------------------------------------------------------------- several services


def draw_agreement(s: Asked) -> Drawn:
    """For how many sources each area is a hot spot, with the same filter."""
    slices = {key: s if key == s.query.source else s.ask(source=key, category=()) for key in s.sources}
    table = services.agreement({key: _clusters(one) for key, one in slices.items()})
    most = len(slices)
    ramp = [SEQUENTIAL[round(i)] for i in np.linspace(1, len(SEQUENTIAL) - 1, max(1, most))]
    entries = [("0", "None", "#f3f4f5")] + [
        (str(i), f"{i} of {most}" if i < most else f"All {most}", ramp[i - 1]) for i in range(1, most + 1)
    ]
    position = np.where(table["asked"] > 0, table["agree"], -1)
    title = f"Sources in which the area is a hot spot (Gi*), of {most}"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    several = (table["agree"] >= 2).to_numpy() & s.inside
    finding = f"{s.areas(int(several.sum()))} are hot spots for two or more of {most} sources."
    if several.any():
        top = table["agree"].where(pd.Series(s.inside, table.index)).idxmax()
        services_ = [s.sources[key] for key in slices if table.at[top, key]]
        finding += f" {s.frame.at[top, 'name']} is one for {listed(services_)}."
    periods = [f"{s.sources[key]} {_period(one)}" for key, one in slices.items()]
    caveats = [f"Each source over its own months: {listed(periods)}."]
    missed = (
        services.overlooked(
            {key: _clusters(one) for key, one in slices.items()},
            [k for k in slices if k != "offences"],
            [k for k in slices if k == "offences"],
        )
        if "offences" in slices and most > 1
        else None
    )
    if missed is not None and len(missed):
        caveats.append(
            f"{s.areas(len(missed))} are hot for a health service but not for the police: "
            f"{listed([str(s.frame.at[code, 'name']) for code in missed.index[:5]])}"
            f"{' and others' if len(missed) > 5 else ''}."
        )
    columns = table.drop(columns=["agree", "asked"]).add_prefix("hot_")
    return Drawn(columns.assign(sources_hot=table["agree"]), codes, classes, finding, tuple(caveats))


def _period(s: Asked) -> str:
    months = s.monthly().columns
    return period_name(int(months[0]), int(months[-1])) if len(months) else "(no months)"


def draw_bivariate_moran(s: Asked) -> Drawn:
    """Where this source is high and another is high around it; the other is the query's ``compare``."""
    others = [key for key in s.sources if key != s.query.source]
    if not others:
        return _only_one_source(s)
    key = s.query.compare if s.query.compare in others else others[0]
    other = s.ask(source=key, category=(), compare="")
    table = hotspots.bivariate_moran(
        s.counts[s.inside].astype(float),
        other.counts[s.inside].astype(float),
        s.among,
        alpha=ALPHA,
        fdr=s.query.fdr,
    ).reindex(s.frame.index)
    cluster = table["cluster"].astype(object).fillna("NA").to_numpy(str)
    entries = [(k, *CLUSTERS[k]) for k in ("HH", "LL", "HL", "LH", "NS")]
    order = {k: i for i, (k, _, _) in enumerate(entries)}
    position = np.array([order.get(k, -1) for k in cluster])
    title = f"{s.noun.capitalize()} here against {other.noun} around"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    high = (cluster == "HH") & s.inside
    finding = f"In {s.areas(int(high.sum()))} many {s.noun} meet many {other.noun} in the areas around."
    columns = table[["local_i", "p", "q"]].assign(cluster=cluster)
    protected = s.gate if s.gate.controlled else other.gate
    return Drawn(protected.statistics(columns), codes, classes, finding)


TOGETHER = (
    ("HH", "In both, side by side beyond chance", "#b2182b"),
    ("both", "In both, but scattered", "#f4a58a"),
    ("beside", "{here} only, beside most {around} beyond chance", "#e08214"),
    ("here", "{here} only", "#fee0b6"),
    ("there", "{there} only", "#c6dbef"),
    ("NS", "In neither", "#f3f4f5"),
)
"""Classes of :func:`draw_colocation`, with what the two sources count in place of the names."""


def draw_colocation(s: Asked) -> Drawn:
    """Where the busiest areas of this source and of another coincide or lie side by side, beyond chance."""
    others = [key for key in s.sources if key != s.query.source]
    if not others:
        return _only_one_source(s)
    key = s.query.compare if s.query.compare in others else others[0]
    other = s.ask(source=key, category=(), compare="")
    names = {"here": s.noun.capitalize(), "there": other.noun.capitalize(), "around": other.noun}
    busy = pd.DataFrame({"here": _busiest(s), "there": _busiest(other)}, s.frame.index)
    both = services.colocation(busy[s.inside], s.among, alpha=ALPHA, fdr=s.query.fdr)
    beside = services.beside(
        busy["here"][s.inside], busy["there"][s.inside], s.among, alpha=ALPHA, fdr=s.query.fdr
    )
    both, beside = (table.reindex(s.frame.index) for table in (both, beside))
    x, z = busy["here"].to_numpy(bool), busy["there"].to_numpy(bool)
    found = np.select(
        [both["cluster"] == "HH", x & z, beside["cluster"] == "HH", x, z],
        ["HH", "both", "beside", "here", "there"],
        "NS",
    )
    entries = [(k, label.format(**names), colour) for k, label, colour in TOGETHER]
    order = {k: i for i, (k, _, _) in enumerate(entries)}
    position = np.array([order[k] for k in found])
    title = f"Busiest fifth of areas for {s.noun} and for {other.noun}"
    codes, classes = classify(title, entries, position, s.inside)
    number = {k: int(((found == k) & s.inside).sum()) for k in order}
    shared = number["HH"] + number["both"]
    services_ = f"{s.noun} and for {other.noun}"
    finding = f"No area is among the busiest fifth for {services_}."
    if shared:
        by_chance = (x & s.inside).sum() * (z & s.inside).sum() / s.n
        finding = (
            f"{s.areas(shared)} are among the busiest fifth for {services_} ({by_chance:.0f} would be by "
            f"chance); {number['HH']} of them stand side by side beyond chance."
        )
    asked = both["p"].where(both["p"].notna(), beside["p"])
    lost = int(((asked <= ALPHA).to_numpy() & ~np.isin(found, ["HH", "beside"]) & s.inside).sum())
    caveats = (
        f"{names['here']} {_period(s)}, {other.noun} {_period(other)}.",
        f"Corrected for looking at many areas at once (false discovery rate {ALPHA:.0%}); {lost} more would "
        "be flagged without it."
        if s.query.fdr
        else "Not corrected for looking at many areas at once.",
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


SHORTLY = {
    "HH": "both, side by side",
    "both": "both, scattered",
    "beside": "one, the other beside",
    "here": "this source only",
    "there": "the other only",
    "NS": "neither",
}
"""The classes of :data:`TOGETHER` in a table."""


def _busiest(s: Asked) -> np.ndarray:
    """Areas of the fifth with the most events, by their protected counts."""
    counts = np.where(s.inside, np.where(np.isnan(s.shown), ASSUMED, s.shown), np.nan)
    return (ranked_classes(counts, 5)["class"] == 5).fillna(False).to_numpy(bool)


def _only_one_source(s: Asked) -> Drawn:
    empty = np.full(len(s.frame), -1)
    codes, classes = classify("Two sources", (("NS", "Not significant", "#f3f4f5"),), empty, s.inside)
    finding = "Only one source is loaded, so there is none to set beside it."
    return Drawn(s.frame.iloc[:, :0], codes, classes, finding)


# ---------------------------------------------------------------- since when


@dataclass(frozen=True)
class Earlier:
    """What a slice is compared with.

    Attributes
    ----------
    slice : Asked
    words : str
        "2022", "the 28 days before".
    title : str
        Both stretches of time, for a legend.
    lengths : tuple of float
        Of the earlier and of the later stretch, in one unit.
    unit : str
        " a month" where the lengths are counted in it; "" where they are equal.
    caveats : tuple of str
    """

    slice: Asked
    words: str
    title: str
    lengths: tuple[float, float]
    unit: str
    caveats: tuple[str, ...] = ()


def _before(s: Asked) -> Earlier:
    """Return what to compare with: the days before, the period of ``compare``, or the usual one.

    Raises
    ------
    ValueError
        If no earlier period is loaded.
    """
    if s.compared is not None:
        return _days_before(s, s.compared)
    months = s.monthly().columns
    chosen = months_before(int(months[0]), int(months[-1]), set(s.months))
    if ".." in s.query.compare:
        with contextlib.suppress(ValueError):
            asked = read_period(s.query.compare)
            chosen = asked if set(range(asked[0], asked[1] + 1)) <= set(s.months) else chosen
    if chosen is None:
        raise ValueError("no period to compare with")
    earlier = s.ask(first=chosen[0], last=chosen[1], compare="")
    words = period_name(*chosen)
    lengths = (float(len(earlier.monthly().columns)), float(len(months)))
    return Earlier(earlier, words, f"against {words}", lengths, " a month")


def _days_before(s: Asked, compared: Windows) -> Earlier:
    asked = s.query.within(compared.before, by_month=compared.by_month)
    earlier = s.ask(first=asked.first, last=asked.last, month=(), window=asked.window, compare="")
    lengths = (float(compared.before.days), float(compared.after.days))
    said = [f"The days end on {day_name(compared.after.stop)}, the last with data of the period chosen."]
    if compared.by_month:
        said = ["Whole months are compared, because the files give the month only."]
    elif left := s.undated():
        said.append(f"{s.gate.text(left)} {s.noun} of these months without a known day are left out.")
    if s.query.month:
        said.append("The choice of months of the year is not used.")
    unit = "" if lengths[0] == lengths[1] else " a day"
    return Earlier(earlier, before_name(compared), windows_name(compared), lengths, unit, tuple(said))


def draw_change(s: Asked) -> Drawn:
    """This period against the one before, area by area."""
    try:
        earlier = _before(s)
    except (ValueError, IndexError):
        position = np.full(len(s.frame), -1)
        codes, classes = classify(
            "Change", CHANGE[:1], position, s.inside, no_value="No earlier period loaded"
        )
        finding = "There is no earlier period of the same length to compare with: choose a shorter period."
        return Drawn(s.frame.iloc[:, :0], codes, classes, finding)
    # Ratios could be solved for counts, so both periods are protected; suppressed areas are not compared.
    after, before = (
        pd.Series(np.where(s.inside, one.shown, np.nan), s.frame.index) for one in (s, earlier.slice)
    )
    table = compare_periods(before, after, exposure=earlier.lengths, alpha=ALPHA, fdr=s.query.fdr)
    flagged = table["flagged"].to_numpy(bool)
    rising = table["ratio"].to_numpy(float) > 1
    key = (
        table["change"]
        .map({"up": "up", "down": "down", "no clear change": "none", "no events": "empty"})
        .to_numpy(object)
    )
    key = np.where((key == "none") & flagged, np.where(rising, "maybe-up", "maybe-down"), key)
    order = {k: i for i, (k, _, _) in enumerate(CHANGE)}
    position = np.array([order.get(k, -1) for k in key])
    hidden = np.isnan(s.shown) | np.isnan(earlier.slice.shown)
    title = f"{s.noun.capitalize()}{':' if s.compared else ''} {earlier.title}"
    codes, classes = classify(title, CHANGE, position, s.inside, suppressed=hidden & s.gate.controlled)
    up, down = int(((key == "up") & s.inside).sum()), int(((key == "down") & s.inside).sum())
    now, then = (s.gate.count(int(one.counts[s.inside].sum())) for one in (s, earlier.slice))
    overall = ""
    if now is not None and then:
        whole = compare_periods(pd.Series([then]), pd.Series([now]), exposure=earlier.lengths).iloc[0]
        sure = "" if whole["flagged"] else ", within chance"
        overall = f" In all {now:,} against {then:,} ({whole['ratio'] - 1:+.0%}{earlier.unit}{sure})."
    finding = f"More {s.noun} than in {earlier.words} in {s.areas(up)}, fewer in {down}.{overall}"
    if not up and not down:
        whole_map = s.areas(0).partition(" of ")[2]
        finding = f"No clear change against {earlier.words} in any of {whole_map}.{overall}"
    columns = pd.DataFrame(
        {
            "count_before": table["before"].astype("Int64"),
            "change_ratio": table["ratio"],
            "change_lower_ci": table["ratio_lower"],
            "change_upper_ci": table["ratio_upper"],
            "change_p": table["p"],
            "change_q": table["q"],
            "change": table["change"],
        }
    )
    caveats = (*earlier.caveats, "Change is judged by the E-test of two Poisson counts, area by area.")
    return Drawn(columns, codes, classes, finding, caveats)


def draw_emerging(s: Asked) -> Drawn:
    """Hot spots that are new, persist, grow or fade, from a Gi* map of every month."""
    counts = s.monthly()
    entries = list(EMERGING)
    if counts.shape[1] < LEAST_MONTHS:
        position = np.full(len(s.frame), -1)
        codes, classes = classify(
            "Pattern over time", entries[-1:], position, s.inside, no_value="Too few months"
        )
        finding = f"A pattern over time needs at least {LEAST_MONTHS} months; {counts.shape[1]} are chosen."
        return Drawn(s.frame.iloc[:, :0], codes, classes, finding)
    table = emerging(counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=s.query.fdr).areas
    table = table.reindex(s.frame.index)
    pattern = table["pattern"].fillna("Undefined").to_numpy(str)
    key = np.where(np.char.endswith(pattern.astype(str), "coldspot"), "cold", pattern)
    order = {k: i for i, (k, _, _) in enumerate(entries)}
    position = np.array([order.get(k, -1) for k in key])
    title = f"Gi* of {s.noun} over {counts.shape[1]} months"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    hot = np.char.endswith(pattern.astype(str), "hotspot") & s.inside
    names = pd.Series(pattern[hot]).value_counts()
    split = listed([f"{n} {name.removesuffix(' hotspot').lower()}" for name, n in names.items()])
    finding = f"{s.areas(int(hot.sum()))} show a pattern of hot spots over the months" + (
        f": {split}." if split else "."
    )
    caveats = ("“Nearly always” is at least 90% of the months; a trend is Mann-Kendall's at 5%.",)
    columns = table[["pattern", "hot", "cold", "trend_p"]].rename(
        columns={"hot": "months_hot", "cold": "months_cold"}
    )
    return Drawn(columns, codes, classes, finding, caveats)


# ---------------------------------------------------------------- how sure


def draw_confidence(s: Asked) -> Drawn:
    """How many independent looks agree that an area is a hot spot."""
    level = s.query.level
    plain = hotspots.getis_ord_star(s.counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=False)
    plain = plain.reindex(s.frame.index)
    hot = (plain["cluster"].astype(object) == "HH").to_numpy(bool)
    evidence = pd.DataFrame({"gi_star": hot}, index=s.frame.index).astype("boolean")
    smoothed = hotspots.eb_local_moran(
        s.counts[s.inside].astype(float), s.population[s.inside], s.among, alpha=ALPHA, fdr=False
    ).reindex(s.frame.index)
    evidence["eb_moran"] = pd.array(smoothed["cluster"].astype(object).to_numpy() == "HH", "boolean")
    table = crude(s, 0.95)
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], overall(s, s.inside))
    evidence["rate"] = pd.array(
        [None if v == rates.NOT_COMPARED else v == rates.HIGHER for v in verdict], "boolean"
    )
    evidence["fdr"] = pd.array((plain["q"] <= ALPHA).to_numpy() & hot, "boolean")
    other = s.near("knn")
    other = other if s.inside.all() else other.subset(s.inside)
    again = hotspots.getis_ord_star(s.counts[s.inside].astype(float), other, alpha=ALPHA, fdr=False)
    again = again.reindex(s.frame.index)
    evidence["second_weights"] = pd.array((again["cluster"].astype(object) == "HH").to_numpy(bool), "boolean")
    if level == "lsoa":
        evidence["ward"] = _of_ward(s)
    evidence["last_year"] = _last_year(s)
    found = confidence.ladder(evidence)
    agree = found["agree"].to_numpy(int)
    asked = evidence.shape[1]
    looked = hot | (evidence["eb_moran"].fillna(False).to_numpy(bool))
    ramp = [SEQUENTIAL[round(i)] for i in np.linspace(0, len(SEQUENTIAL) - 1, asked)]
    entries = [("none", "No hot spot to check", "#f3f4f5")] + [
        (str(i), f"{i} of {asked} checks", ramp[i - 1]) for i in range(1, asked + 1)
    ]
    position = np.where(looked, agree, 0)
    title = f"Checks that agree on a hot spot of {s.noun}"
    codes, classes = classify(title, entries, position, s.inside)
    sure = looked & (agree >= found["assessed"].to_numpy(int) - 1) & s.inside
    finding = (
        f"Of {int((looked & s.inside).sum())} areas flagged by a statistic, {int(sure.sum())} pass all of "
        "their checks, or all but one."
    )
    words = [confidence.CHECKS[c] for c in evidence]
    caveats = (f"Checks: {'; '.join(words)}. They share data, so they are no probability.",)
    columns = found[["agree", "assessed"]].rename(
        columns={"agree": "checks_agree", "assessed": "checks_assessed"}
    )
    return Drawn(columns.join(evidence.add_prefix("check_")), codes, classes, finding, caveats)


def _of_ward(s: Asked) -> pd.api.extensions.ExtensionArray:
    """Whether the ward of each small area is high by Gi*, before correction."""
    wards = s.ask(level="ward")
    table = hotspots.getis_ord_star(
        wards.counts[wards.inside].astype(float), wards.among, alpha=ALPHA, fdr=False
    )
    high = (table["cluster"].astype(object) == "HH").reindex(wards.frame.index, fill_value=False)
    by_name = pd.Series(high.to_numpy(bool), pd.MultiIndex.from_frame(wards.frame[["lad", "ward"]]))
    keys = pd.MultiIndex.from_frame(s.frame[["lad", "ward"]])
    return pd.array(by_name.groupby(level=[0, 1]).any().reindex(keys).to_numpy(object), "boolean")


def _last_year(s: Asked) -> pd.api.extensions.ExtensionArray:
    """Whether each area was high by Gi* in the period before; missing where none is loaded."""
    try:
        earlier = _before(s).slice
    except (ValueError, IndexError):
        return pd.array([None] * len(s.frame), "boolean")
    table = hotspots.getis_ord_star(
        earlier.counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=False
    ).reindex(s.frame.index)
    return pd.array((table["cluster"].astype(object) == "HH").to_numpy(bool), "boolean")
