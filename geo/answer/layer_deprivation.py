"""What has it to do with deprivation?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import (
    AS_EXPECTED,
    BIVARIATE,
    DEPRIVATION,
    LESS,
    MAYBE_LESS,
    MAYBE_MORE,
    MORE,
)
from geo.answer.columns import DECILES, FINE, Column, P, figures
from geo.answer.disclosure import ROUNDED_TO, SMALLEST_SHOWN
from geo.answer.layer import NO_CLAIM, Claim, Layer
from geo.answer.layer_clusters import correction_caveats
from geo.answer.layer_measure import no_top, suppressed, the_most, unplaced
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.margin import widen
from geo.answer.measures import MEASURES, in_order, measure
from geo.ask.words import verb
from geo.stats import deprivation, hotspots, rates, unexplained
from geo.stats.as_seen import AsSeen

CRIME_SOURCES = ("offences",)
"""Sources that count recorded crime, of which the crime domain of deprivation is made."""

ENDS = {1: "1 (most deprived 10%)", 10: "10 (least deprived 10%)"}
TENTHS = tuple(
    Kind(str(tenth), ENDS.get(tenth, str(tenth)), shade)
    for tenth, shade in enumerate(DEPRIVATION.steps(10), start=1)
)
AVERAGES = tuple(kind._replace(label=kind.label.replace(" 10%", "")) for kind in TENTHS)
"""The same where a decile is an average of deciles, and so no tenth of anything."""
OF_DOMAINS = tuple(column for domain, column in DECILES.items() if domain != "imd")
"""What is added where a domain is asked for; deciles of the whole index are in every table."""


def draw_imd(s: Asked) -> Drawn:
    decile = s.level.numbers(s.query.decile)
    position = np.where(np.isnan(decile), -1, np.nan_to_num(decile) - 1).astype(int)
    deciles = s.level.deciles
    title = f"Deprivation{s.query.by_domain}: {deciles.title}"
    codes, classes = classify(title, AVERAGES if deciles.averaged else TENTHS, position, s.chosen)
    deprived = (decile <= 2) & s.inside
    share = s.share_held(deprived)
    finding = ""
    if share is not None and deprived.any():
        people = s.population[deprived].sum() / s.population[s.inside].sum()
        number = int(deprived.sum())
        are, have = verb(number, "is", "are"), verb(number, "it has", "they have")
        where = f"{s.areas(number)} {are} among {deciles.fifth}{s.query.by_domain}"
        if deciles.averaged:
            where = f"The small areas of {s.areas(number)} are on average in decile 1 or 2{s.query.by_domain}"
        finding = f"{where}; {have} {people:.0%} of the residents and {share:.0%} of the {s.noun}."
    return Drawn(_with_domain(s, measure(s).columns), codes, classes, finding, _domain_caveats(s))


def _deprivation_rank(s: Asked) -> np.ndarray:
    return s.frame[f"{s.query.domain}_rank"].to_numpy(np.float64, na_value=np.nan)


def _with_domain(s: Asked, columns: pd.DataFrame) -> pd.DataFrame:
    """Add the deciles of the domain chosen; those of the whole index are in every table."""
    if s.query.domain == "imd":
        return columns
    return columns.assign(**{s.query.decile: s.frame[s.query.decile]})


def _domain_caveats(s: Asked) -> tuple[str, ...]:
    """Say that deprivation by crime explains crime by itself."""
    by_itself = s.query.domain == "crime" and s.query.source in CRIME_SOURCES
    return (deprivation.CRIME_DOMAIN_CAUTION,) if by_itself else ()


IMD = Layer(
    key="imd",
    label="Deprivation (decile)",
    explanation="Each area's place among all areas of its kind in England, in ten equal groups; 1 is the "
    "most deprived. By all domains of deprivation together, or by one of the seven.",
    group="Deprivation",
    draw=draw_imd,
    claim=NO_CLAIM,
    scale="falling",
    kinds=TENTHS,
    columns=OF_DOMAINS,
    about="{domain}_decile",
    needs=frozenset({"deprivation"}),
    heeds=frozenset({"domain"}),
    evidence=("most_deprived", "fifths"),
)


# ---------------------------------------------------------------- with the measure

THIRDS = tuple(
    Kind(str(3 * row + column + 1), f"{many}, {deprived}", BIVARIATE.steps(9)[3 * row + column])
    for row, deprived in enumerate(("least deprived third", "middle third", "most deprived third"))
    for column, many in enumerate(("Fewest", "Middle", "Most"))
)


def draw_bivariate(s: Asked) -> Drawn:
    m = measure(s)
    values = in_order(s, MEASURES[s.query.measure], m.shown)
    rank = np.where(s.inside, _deprivation_rank(s), np.nan)
    title = f"{m.title} and deprivation{s.query.by_domain}, in thirds"
    for what, order in ((the_most(s), values), (f"the most deprivation{s.query.by_domain}", -rank)):
        if why := no_top(s, order, 3):
            nowhere = np.full(len(values), -1)
            codes, classes = classify(title, THIRDS, nowhere, s.inside, no_value="No thirds can be told")
            finding = f"The third of areas with {what} cannot be told: {why}."
            return Drawn(_with_domain(s, m.columns), codes, classes, finding, _domain_caveats(s))
    table = deprivation.bivariate_classes(values, rank)
    position = table["class"].fillna(0).to_numpy(int) - 1
    codes, classes = classify(
        title, THIRDS, position, s.inside, suppressed=suppressed(s, m), no_value=unplaced(s, m, values)
    )
    both = position == 8
    share = s.share_held(both)
    number = int(both.sum())
    are, hold = verb(number, "is", "are"), verb(number, "holds", "hold")
    held = f" and {hold} {share:.0%} of the {s.noun} shown" if share is not None and number else ""
    finding = (
        f"{s.areas(number)} {are} in the top third for {s.noun} and for deprivation{s.query.by_domain}{held}."
    )
    columns = m.columns.assign(
        measure_class=table["measure_class"].array, deprivation_class=table["deprivation_class"].array
    )
    placed = int((position >= 0).sum())
    caveats = [f"Thirds are of {s.judged(placed, 'put in order')}."] if placed < s.n else []
    if (table["measure_class"] == 1).sum() > 0.5 * placed:
        caveats.append("Areas that are alike stay together: “Fewest” holds more than a third of the areas.")
    return Drawn(_with_domain(s, columns), codes, classes, finding, (*caveats, *_domain_caveats(s)))


WITH_DEPRIVATION = Layer(
    key="bivariate",
    label="Measure and deprivation",
    explanation="Areas in thirds twice: by the measure, and by deprivation. The top right of the legend is "
    "much of both.",
    group="Deprivation",
    draw=draw_bivariate,
    claim=NO_CLAIM,
    scale="square",
    kinds=THIRDS,
    columns=(
        Column("measure_class", "Third of the areas by the measure; 3 is the highest"),
        Column("deprivation_class", "Third of the areas by deprivation; 3 is the most deprived"),
        *OF_DOMAINS,
    ),
    needs=frozenset({"deprivation"}),
    heeds=frozenset({"domain"}),
    evidence=("fifths", "most_deprived"),
)


# ---------------------------------------------------------------- beyond it

UNCORRECTED = {"more-": unexplained.MORE, "less-": unexplained.LESS}
"""Classes of areas that stand out before the correction for looking at many, and as what."""
BEYOND = (
    Kind(unexplained.LESS, "Less than similarly deprived areas", LESS),
    Kind("less-", "Less, before correction only", MAYBE_LESS),
    Kind(unexplained.AS_PREDICTED, "As similarly deprived areas", AS_EXPECTED),
    Kind("more-", "More, before correction only", MAYBE_MORE),
    Kind(unexplained.MORE, "More than similarly deprived areas", MORE),
)

SPREAD = (
    "The limits of a ratio say how well it is known; an area is called more only where similarly deprived "
    "areas, which differ among themselves, would seldom differ as much."
)


def draw_excess(s: Asked) -> Drawn:
    # A ratio to a known expectation could be solved for its count, so it is made from the protected counts;
    # a suppressed one (1 to 7) enters the model as 4 and is not compared itself.
    hidden = np.isnan(s.shown)
    counts = np.where(s.inside, np.where(hidden, 4.0, s.shown), np.nan)
    seen = AsSeen(SMALLEST_SHOWN, ROUNDED_TO) if s.gate.controlled else AsSeen()
    found = unexplained.excess(counts, s.population, -_deprivation_rank(s), years=s.years, seen=seen)
    limits = ["ratio", "lower_ci", "upper_ci"]
    wide = widen(found.table[limits].rename(columns={"ratio": "value"}), counts, s.noise)
    table = found.table.assign(**wide.drop(columns="value")).set_axis(s.frame.index)
    estimates = ("expected", "ratio", "lower_ci", "upper_ci", "p")
    table = table.assign(**{name: np.where(hidden, np.nan, table[name]) for name in estimates})
    table["q"] = hotspots.bh_q(table["p"].to_numpy())
    verdict = unexplained.verdicts(table, "q" if s.query.fdr else "p", ALPHA)
    flagged = unexplained.verdicts(table, "p", ALPHA)
    lost = (flagged != verdict) & s.inside
    entries = [kind for kind in BEYOND if s.query.fdr or kind.key not in UNCORRECTED]
    position = np.full(len(verdict), -1)
    for at, kind in enumerate(entries):
        before = UNCORRECTED.get(kind.key)
        position[lost & (flagged == before) if before else ~lost & (verdict == kind.key)] = at
    title = f"{s.noun.capitalize()} against what deprivation{s.query.by_domain} predicts"
    codes, classes = classify(
        title, entries, position, s.inside, suppressed=hidden & s.gate.controlled, no_value="Not compared"
    )
    more, judged = (verdict == unexplained.MORE) & s.inside, int(table["p"].notna().sum())
    by = s.query.by_domain
    similar = f"areas similarly deprived{by}" if by else "similarly deprived areas"
    if not judged:
        why = found.reason or "no area has a count and an expectation to compare"
        finding = f"Whether an area has more {s.noun} than {similar} cannot be told: {why}."
    elif not more.any():
        among = s.judged(judged, "compared")
        finding = f"No area among {among} has more {s.noun} than {similar}, beyond chance."
    else:
        highest = table["ratio"].where(more).idxmax()
        have = verb(int(more.sum()), "has", "have")
        finding = (
            f"{s.areas(int(more.sum()), judged, 'compared')} {have} more {s.noun} than {similar}; "
            f"{s.frame.at[highest, 'name']} has {table.at[highest, 'ratio']:.1f} times as many as expected."
        )
    by_chance = 0.0
    if not s.query.fdr:
        by_chance = unexplained.flagged_by_chance(table, found.dispersion, alpha=ALPHA, seen=seen)
    few = s.shown < rates.HIDE_RATE_BELOW
    columns = measure(s).columns.assign(
        expected=table["expected"],
        ratio=np.where(few, np.nan, table["ratio"]),
        ratio_lower_ci=np.where(few, np.nan, table["lower_ci"]),
        ratio_upper_ci=np.where(few, np.nan, table["upper_ci"]),
        ratio_p=table["p"],
        ratio_q=table["q"],
        verdict=verdict,
    )
    caveats = (
        *([f"Expected from the other areas by a {found.model}."] if found.model else []),
        *([SPREAD] if judged else []),
        *correction_caveats(s, int(lost.sum()), judged, by_chance),
        *_domain_caveats(s),
    )
    return Drawn(_with_domain(s, columns), codes, classes, finding, caveats)


EXCESS = Layer(
    key="excess",
    label="Unexplained by deprivation",
    explanation="Each area against others that are as deprived as it is: a model predicts how many to "
    "expect, and areas beyond the spread of such areas stand out.",
    group="Deprivation",
    draw=draw_excess,
    claim=Claim((unexplained.MORE, unexplained.LESS), ("residents",)),
    scale="rising",
    kinds=BEYOND,
    leads=(unexplained.MORE,),
    columns=(
        Column("expected", "Events that the area's deprivation would lead one to expect"),
        Column(
            "ratio",
            "Events over those expected from deprivation; blank below 3 events",
            "Times as many as expected",
            "Times",
            write=figures("{:.1f}"),
            cells=FINE,
        ),
        Column("ratio_lower_ci", "Lower limit of the 95% confidence interval of the ratio", cells=FINE),
        Column("ratio_upper_ci", "Upper limit of the 95% confidence interval of the ratio", cells=FINE),
        Column("ratio_p", "Probability of so high or low a count among similarly deprived areas", cells=P),
        Column("ratio_q", "ratio_p corrected for looking at many areas (false discovery rate)", cells=P),
        Column("verdict", "Whether the area has more than its deprivation explains", width=34),
        *OF_DOMAINS,
    ),
    about="ratio",
    needs=frozenset({"deprivation"}),
    heeds=frozenset({"domain", "fdr"}),
    evidence=("excess",),
)
