"""How much is there, in classes, in fifths, and against a benchmark?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.benchmark import benchmark, differ_by_chance
from geo.answer.colours import AS_EXPECTED, LESS, LOWER, MORE, PALETTES, Shade
from geo.answer.columns import AGAINST, Column, figures
from geo.answer.disclosure import SMALLEST_SHOWN
from geo.answer.few import by_rounding
from geo.answer.layer import NO_CLAIM, Claim, Layer
from geo.answer.layer_clusters import about
from geo.answer.legend import Drawn, Kind, classify, edge_labels, partly_reported
from geo.answer.measures import MEASURES, Measured, in_order, measure
from geo.ask.words import AREAS, agree, counted, lower_first, verb, written
from geo.stats import rates
from geo.stats.breaks import BREAKS, own_edges, steps_passed
from geo.stats.concentration import ranked_classes
from geo.stats.vectors import worded

RAMPS = tuple(PALETTES.values())
LISTED = 10
"""Of the areas with the most that a map numbers."""


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
    shades = PALETTES[s.query.palette].steps(len(labels))
    entries = [Kind(str(i), *step) for i, step in enumerate(zip(labels, shades, strict=True))]
    position = np.where(np.isnan(m.shown), -1, steps_passed(edges, m.shown))
    codes, classes = classify(
        m.title, entries, position, s.inside, suppressed=suppressed(s, m), no_value=m.no_value
    )
    partly = np.zeros(len(position), bool)
    if MEASURES[s.query.measure].scale != "counts":  # a count of less time is no lower one; a rate is a rate
        partly = s.chosen & ~s.inside & (s.covered > 0) & (position >= 0)
    codes, classes = partly_reported(codes, classes, np.where(partly, position, -1))
    classes = replace(classes, edges=tuple(float(edge) for edge in edges))
    sure = _by_rounding(s, m, _listed(np.where(s.inside, m.shown, np.nan)), "with the highest")
    return Drawn(m.columns, codes, classes, caveats=(*m.caveats, *lifted, *sure, *_in_part(s, partly)))


def _listed(values: np.ndarray) -> np.ndarray:
    """Areas with one of the :data:`LISTED` highest values, and all that tie with the last of them."""
    known = np.sort(values[~np.isnan(values)])
    return values >= known[-LISTED:][0] if len(known) else np.zeros(len(values), bool)


def _by_rounding(s: Asked, m: Measured, top: np.ndarray, which: str) -> tuple[str, ...]:
    return () if m.an_event is None else by_rounding(s, m.shown, m.an_event, top, which)


def _in_part(s: Asked, partly: np.ndarray) -> tuple[str, ...]:
    """Say what the rate of areas is that are reported on in part of the period."""
    number = int(partly.sum())
    if not number:
        return ()
    areas, are = counted(number, *AREAS[s.query.level]), verb(number, "has", "have")
    return (
        f"{areas} hatched over their colour {are} the rate of the days alone that are reported on, and no "
        "rank: other days may be busier or quieter.",
    )


def suppressed(s: Asked, m: Measured) -> np.ndarray:
    """Areas without a value because their count is suppressed."""
    return np.isnan(s.shown) & np.isnan(m.shown) & MEASURES[s.query.measure].of_shown


def unplaced(s: Asked, m: Measured, values: np.ndarray) -> str:
    """What a legend calls areas that have a value and no place in the order, or no value."""
    return "No events" if (np.isnan(values) & ~np.isnan(m.shown) & s.inside).any() else m.no_value


def the_most(s: Asked) -> str:
    """What the first areas in the order have: "the most offences", "the highest rate of offences"."""
    asked = MEASURES[s.query.measure]
    return (
        f"the most {s.noun}"
        if asked.key == "count"
        else f"the highest {lower_first(asked.label)} of {s.noun}"
    )


def no_top(s: Asked, values: np.ndarray, classes: int, ranked: pd.DataFrame | None = None) -> str:
    """Say why no highest fifth or third can be told, as a clause; "" where it can.

    Parameters
    ----------
    s : Asked
    values : ndarray of float
        From :func:`geo.answer.measures.in_order`.
    classes : int
        5 or 3.
    ranked : DataFrame, optional
        Their classes, where they were found already.
    """
    known = np.sort(values[~np.isnan(values)])
    if len(known) < classes:
        return f"fewer than {classes} areas can be put in order"
    ranked = ranked_classes(values, classes) if ranked is None else ranked
    if (ranked["first"] == classes).any():
        return ""
    alike = int((known == known[np.ceil((classes - 1) * len(known) / classes).astype(int) - 1]).sum())
    return f"{s.areas(alike)} that are alike lie at its edge"


def fifth_or_number(number: int, of: int) -> str:
    """What the highest of five classes is called, as a noun: a fifth only where it has as many areas as one.

    >>> fifth_or_number(84, 417), fifth_or_number(100, 417)
    ('fifth', '100')
    """
    return "fifth" if _are_fifths(number, of) else f"{number:,}"


def _are_fifths(number: int, of: int, fifths: int = 1) -> bool:
    """Whether so many areas are so many fifths of all."""
    return abs(number - fifths * of / len(FIFTHS)) < 1


UNEQUAL = "Areas that are alike stay together, so that the highest are not exactly a fifth of them."


MEASURE = Layer(
    key="measure",
    label="Counts or rates",
    explanation="How many, or how many for the people who live there. The top of the legend is the most. The "
    "breaks stay where they are when hours, days or months change.",
    group="How many",
    draw=draw_measure,
    claim=NO_CLAIM,
    scale="rising",
    ramps=RAMPS,
    heeds=frozenset({"breaks", "edges", "palette"}),
    evidence=("concentration", "stability"),
)


# ---------------------------------------------------------------- in fifths

FIFTHS = (
    ("Lowest fifth of areas", "Lowest fifth"),
    ("Second", ""),
    ("Middle", ""),
    ("Fourth", ""),
    ("Highest fifth of areas", "Highest fifth"),
)
SEVERAL = ("", "", "two", "three", "four")


def draw_quintile(s: Asked) -> Drawn:
    m = measure(s)
    values = in_order(s, MEASURES[s.query.measure], m.shown)
    fifths = ranked_classes(values, len(FIFTHS))
    begins, ends = (fifths[name].to_numpy(np.int64, na_value=0) for name in ("first", "last"))
    parts = [divmod(int(pair), 10) for pair in np.unique(10 * begins + ends) if pair]
    title = f"Fifths of areas by {m.title[0].lower()}{m.title[1:]}"
    why = no_top(s, values, len(FIFTHS), fifths)
    finding = f"The fifth of areas with {the_most(s)} cannot be told: {why}." if why else ""
    quintile = fifths["first"].where(fifths["first"] == fifths["last"])
    columns = m.columns.assign(quintile=quintile.array)
    shades = PALETTES[s.query.palette].steps(max(1, len(parts)))
    if len(parts) < 2:
        nowhere, whole = np.full(len(values), -1), _fifths((1, len(FIFTHS)), shades[0], 0, 0)
        codes, classes = classify(title, [whole], nowhere, s.inside, no_value="No fifths can be told")
        return Drawn(columns, codes, classes, finding)
    known = int((~np.isnan(values)).sum())
    codes, classes = classify(
        title,
        [
            _fifths(part, shade, int((begins == part[0]).sum()), known)
            for part, shade in zip(parts, shades, strict=True)
        ],
        np.where(begins > 0, np.searchsorted([first for first, _ in parts], begins), -1),
        s.inside,
        suppressed=suppressed(s, m),
        no_value=unplaced(s, m, values),
    )
    top = (quintile == len(FIFTHS)).fillna(False).to_numpy(bool)
    share, number = s.share_held(top), int(top.sum())
    exactly = fifth_or_number(number, known) == "fifth"
    if share is not None and s.query.measure == "count" and not why:
        finding = f"The fifth of areas with the most {s.noun} ({s.areas(number)}) holds {share:.0%} of them."
        if not exactly:
            finding = (
                f"The {s.areas(number)} ({number / s.n:.0%}) with the most {s.noun} hold {share:.0%} of them."
            )
    caveats = [f"Fifths are of {s.judged(known, 'put in order')}."] if known < s.n else []
    if len(parts) < len(FIFTHS):
        caveats.append("Areas that are alike stay together, and fifths that they would join are one class.")
    if number and not exactly:
        caveats.append(UNEQUAL)
    caveats += _by_rounding(s, m, top, "in the highest fifth" if exactly else "with the highest")
    return Drawn(columns, codes, classes, finding, tuple(caveats))


def _fifths(part: tuple[int, int], shade: Shade, number: int, of: int) -> Kind:
    """The class of some fifths that follow one another: from the first to the last, with so many areas.

    The lowest and the highest are named by their number where that is no fifth, or not as many fifths.
    """
    first, last = part
    if (
        number < of
        and len({1, len(FIFTHS)} & {first, last}) == 1
        and not _are_fifths(number, of, last - first + 1)
    ):
        name = f"{'Lowest' if first == 1 else 'Highest'} {number:,}"
        return Kind(
            str(first) if first == last else f"{first}-{last}", f"{name} of {of:,} areas", shade, name
        )
    if first == last:
        label, name = FIFTHS[first - 1]
        return Kind(str(first), label, shade, name)
    low, high = (FIFTHS[i - 1][0].split()[0] for i in (first, last))
    label = f"{low} to {high.lower()} fifth of areas"
    if last - first == len(FIFTHS) - 1:
        label = "All areas"
    elif 1 in {first, last - len(FIFTHS) + 1}:
        label = f"{low if first == 1 else high} {SEVERAL[last - first + 1]} fifths of areas"
    return Kind(f"{first}-{last}", label, shade, label.removesuffix(" of areas"))


QUINTILE = Layer(
    key="quintile",
    label="Fifths of areas",
    explanation="Areas in order, cut into five groups of equal number. Areas that tie stay together; where "
    "so many do that a group would be no fifth, it joins the next.",
    group="How many",
    draw=draw_quintile,
    claim=NO_CLAIM,
    scale="rising",
    ramps=RAMPS,
    columns=(
        Column(
            "quintile",
            "Fifth of the areas by the measure; 5 holds the highest; blank where areas that tie join fifths",
            "Fifth (5 is highest)",
            "Fifth",
            write=figures("{:.0f}"),
            pixels=54,
        ),
    ),
    about="quintile",
    heeds=frozenset({"palette"}),
    evidence=("concentration", "top_quintile"),
)


# ---------------------------------------------------------------- against a benchmark

COMPARED = (
    Kind("lower998", "Lower (99.8% sure)", LESS),
    Kind("lower95", "Lower (95% sure)", LOWER),
    Kind("similar", "Similar", AS_EXPECTED),
    Kind("higher95", "Higher (95% sure)", Shade("#f0a86b", "#a0652f")),
    Kind("higher998", "Higher (99.8% sure)", MORE),
)


def draw_significance(s: Asked) -> Drawn:
    m, against = measure(s), MEASURES[s.query.measure].comparison
    at998, by = against.rated(s, 0.998), benchmark(s, against)
    at95 = m.columns if "compared" in m.columns else against.rated(s, 0.95)
    at_once = m.columns["compared"] if "compared" in m.columns else by.compare(at95)
    surely, likely = (_steps(found) for found in (by.compare(at998), at_once))
    position = np.where(np.isnan(likely), -1, 2 + np.nan_to_num(likely) + np.nan_to_num(surely)).astype(int)
    known = not np.isnan(by.value)
    whom = f"{written(by.value)} for {by.name}" if known else f"{by.name}, whose rate is not known"
    title = f"{s.noun.capitalize()} {against.unit}, against {whom}"
    uncompared = (position < 0) & s.inside
    none = "Too few to compare"
    if by.itself is not None and uncompared[by.itself]:
        none = "The benchmark itself" if uncompared.sum() == 1 else "Too few, or the benchmark itself"
    codes, classes = classify(title, COMPARED, position, s.inside, no_value=none)
    words = ("lower", "lower", "similar", "higher", "higher", "not compared")
    columns = m.columns.assign(
        lower_ci=at95["lower_ci"],
        upper_ci=at95["upper_ci"],
        compared=worded(words, position % len(words)),
        benchmark=by.value,
    )
    higher = (position >= 3) & s.inside
    share = s.share_held(higher)
    number, compared = int(higher.sum()), int(((position >= 0) & s.inside).sum())
    hold = agree(number, "it holds", "they hold")
    held = f"; {hold} {share:.0%} of the {s.noun} shown" if share is not None and number else ""
    areas, have = s.areas(number, compared, "compared"), verb(number, "has", "have")
    finding = against.finding.format(areas=areas, have=have, noun=s.noun, name=by.name, held=held)
    if not compared:
        finding = f"{s.areas(0)} has enough {s.noun} to be compared."
        if s.n == 1 and by.itself is not None and s.inside[by.itself]:
            finding = f"{s.among_areas} is itself what it would be compared with."
    if not known:
        finding = f"Too few {s.noun} in {by.name} for a rate to compare with."
    found = differ_by_chance(s, against, by)
    some = f"{about(found[0])} of {s.judged(found[1], 'compared')}" if found else "some"
    chance = f"Each area is judged by itself, not the map: {some} would differ at 95% by chance alone."
    alone = (chance,) if compared > 1 else ()
    caveats = tuple(dict.fromkeys((*by.caveats, *m.caveats, *alone)))
    return Drawn(columns, codes, classes, finding, caveats)


def _steps(compared: pd.Series) -> np.ndarray:
    """Verdicts as numbers: -1 lower, 0 similar, 1 higher, NaN not compared."""
    which, words = pd.factorize(compared)
    step = {rates.LOWER: -1.0, rates.SIMILAR: 0.0, rates.HIGHER: 1.0}
    return np.array([step.get(str(word), np.nan) for word in words])[which]


SIGNIFICANCE = Layer(
    key="significance",
    label="Compared with a benchmark",
    explanation="Whether each area's rate is higher or lower than that of the whole, of a borough or of "
    "England, by more than chance: the benchmark's rate is set against the area's own interval. England's "
    "rate comes from a file (hotspots import benchmark FILE).",
    group="How many",
    draw=draw_significance,
    claim=Claim(("lower998", "lower95", "higher95", "higher998"), (), ("residents",)),
    scale="rising",
    kinds=COMPARED,
    leads=("higher998", "higher95"),
    columns=AGAINST,
    about="compared",
    needs=frozenset({"population"}),
    heeds=frozenset({"benchmark"}),
    evidence=("funnel",),
)
