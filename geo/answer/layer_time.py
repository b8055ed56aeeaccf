"""Since when, and is it more than before?

Layers that set one stretch of time against another: this period against the one before, month after month.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.colours import LESS, LOWER, MAYBE_LESS, MAYBE_MORE, MORE, PLAIN, Shade
from geo.answer.columns import FINE, Column, P, changes, words
from geo.answer.disclosure import ROUNDED_TO
from geo.answer.layer import Claim, Layer
from geo.answer.layer_clusters import NOT_CORRECTED, about, correction_caveats, unjudged
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.recording import moved_points, shift
from geo.answer.variation import NOT_JUDGED, Variation, variation, whole_change
from geo.ask.windows import Windows
from geo.ask.words import (
    agree,
    before_name,
    day_name,
    listed,
    month_runs,
    period_name,
    read_period,
    signed_changes,
    upper_first,
    verb,
    windows_name,
)
from geo.stats.change import compare_periods, emerging, months_before, years_before
from geo.stats.change_by_chance import flagged_by_chance
from geo.stats.exact_null import attainable

CHANGE = (
    Kind("up", "More than before", MORE),
    Kind("maybe-up", "More, before correction only", MAYBE_MORE),
    Kind("none", "No clear change", PLAIN),
    Kind("maybe-down", "Fewer, before correction only", MAYBE_LESS),
    Kind("down", "Fewer than before", LESS),
    Kind("empty", "No events in either period", Shade("#e4e7ea", "#172029")),
)


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
        Days of the earlier and of the later stretch.
    caveats : tuple of str
    """

    slice: Asked
    words: str
    title: str
    lengths: tuple[float, float]
    caveats: tuple[str, ...] = ()


def period_before(s: Asked) -> Earlier:
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
    words = _periods(earlier.monthly().columns) if s.query.month else period_name(*chosen)
    lengths = (float(earlier.days), float(s.days))
    return Earlier(earlier, words, f"against {words}", lengths)


def _periods(months: pd.Index) -> str:
    """Months in words, "June 2021 and June 2022"."""
    return listed([period_name(*run) for run in month_runs([int(month) for month in months])])


def _days_before(s: Asked, compared: Windows) -> Earlier:
    asked = s.query.within(compared.before, by_month=compared.by_month)
    earlier = s.ask(first=asked.first, last=asked.last, month=(), window=asked.window, compare="")
    lengths = (float(compared.before.days), float(compared.after.days))
    said = [f"The days end on {day_name(compared.after.stop)}, the last with data of the period chosen."]
    if compared.by_month:
        said = ["Whole months are compared, because the files give the month only."]
    elif left := s.undated():
        many = s.gate.text(left)
        are = agree(many, "is", "are")
        said.append(f"{s.info.counted(many)} of these months without a known day {are} left out.")
    if s.query.month:
        said.append("The choice of months of the year is not used.")
    return Earlier(earlier, before_name(compared), windows_name(compared), lengths, tuple(said))


def _advice(s: Asked) -> str:
    """Say why there is no period before, and what can be chosen so that there is one."""
    months, loaded = s.info.kept(s.query.first, s.query.last, s.query.month), set(s.months)
    years = years_before(months[0], months[-1], loaded) if months else []
    shorter = len(months) > 1 and any(months_before(month, month, loaded) for month in months)
    ways = [
        *([f"compare with {period_name(*years[0])}"] if years else []),
        *(["choose a shorter period"] if shorter else []),
    ]
    if not ways:
        return "No earlier period is loaded to compare with."
    whole = (
        "The period before is not wholly loaded" if years else "No earlier period of this length is loaded"
    )
    return f"{whole}: {' or '.join(ways)}."


def draw_change(s: Asked) -> Drawn:
    """This period against the one before, area by area."""
    try:
        earlier = period_before(s)
        s = s.beside(earlier.slice)
        if not s.inside.any():
            raise ValueError("no area is reported on in both periods")
    except (ValueError, IndexError):
        position = np.full(len(s.frame), -1)
        codes, classes = classify(
            "Change", CHANGE[:1], position, s.inside, no_value="No earlier period loaded"
        )
        return Drawn(s.frame.iloc[:, :0], codes, classes, _advice(s))
    # Ratios could be solved for counts, so both periods are protected; suppressed areas are not compared.
    after, before = (
        pd.Series(np.where(s.inside, one.shown, np.nan), s.frame.index) for one in (s, earlier.slice)
    )
    if moved := shift(s, earlier.slice, earlier.words):
        return _not_compared(s, earlier, moved, before, "Not compared: recording changed")
    varied = variation(s, earlier.slice, earlier.lengths)
    if varied.areas is None:
        why = (
            f"{upper_first(s.noun)} are not compared area by area: there are too few months or areas to "
            "tell how much they vary by themselves."
        )
        return _not_compared(s, earlier, why, before, "Not compared: too few months or areas")
    table = compare_periods(
        before, after, exposure=earlier.lengths, alpha=ALPHA, fdr=s.query.fdr,
        usual=varied.usual, dispersion=varied.areas, least_shown=varied.least_shown,
    )  # fmt: skip
    flagged = table["flagged"].to_numpy(bool)
    rising = table["ratio"].to_numpy(float) > varied.usual
    key = (
        table["change"]
        .map({"up": "up", "down": "down", "no clear change": "none", "no events": "empty"})
        .to_numpy(object)
    )
    key = np.where((key == "none") & flagged, np.where(rising, "maybe-up", "maybe-down"), key)
    order = {kind.key: i for i, kind in enumerate(CHANGE)}
    position = np.array([order.get(k, -1) for k in key])
    hidden = np.isnan(s.shown) | np.isnan(earlier.slice.shown)
    title = f"{s.noun.capitalize()}{':' if s.compared else ''} {earlier.title}"
    codes, classes = classify(title, CHANGE, position, s.inside, suppressed=hidden & s.gate.controlled)
    up, down = int(((key == "up") & s.inside).sum()), int(((key == "down") & s.inside).sum())
    now, then = (s.gate.count(int(one.counts[s.inside].sum())) for one in (s, earlier.slice))
    overall = ""
    if now is not None and then:
        overall = f" In all {now:,} against {then:,} ({_in_all(varied, then, now, earlier.lengths)})."
    judged, fewer = int(table["p"].notna()[s.inside].sum()), down or "none"
    by_chance = 0.0
    if not s.query.fdr:
        by_chance = flagged_by_chance(
            before, after, exposure=earlier.lengths, alpha=ALPHA, usual=varied.usual,
            dispersion=varied.areas, least_shown=varied.least_shown,
            rounded_to=ROUNDED_TO if s.gate.controlled else 1,
        )  # fmt: skip
    finding = f"More {s.noun} than in {earlier.words} in {s.areas(up, judged)}, fewer in {fewer}.{overall}"
    if not up:
        finding = f"Fewer {s.noun} than in {earlier.words} in {s.areas(down, judged)}, more in none.{overall}"
    if not up and not down:
        any_of = agree(judged, "in", "in any of")
        finding = f"No clear change against {earlier.words} {any_of} {s.judged(judged)}.{overall}"
    if s.compared is None and _seasons(s) != _seasons(earlier.slice):
        finding += " The two are not the same months of the year."
    if not judged:
        finding = f"{s.areas(0)} has enough {s.noun} to be judged against {earlier.words}.{overall}"
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
    caveats = (
        *earlier.caveats,
        *varied.caveats,
        *correction_caveats(s, int((flagged & ~np.isin(key, ("up", "down"))).sum()), judged, by_chance),
        "Change is per day of the periods, judged area by area.",
    )
    return Drawn(columns, codes, classes, finding, caveats, moved_points(s, earlier.slice))


def _seasons(s: Asked) -> list[int]:
    """Months of the year of a question, as often as they are in it."""
    return sorted(int(month) % 12 for month in s.monthly().columns)


def _in_all(varied: Variation, then: int, now: int, lengths: tuple[float, float]) -> str:
    """Say the change of all areas together, with its interval where it is judged."""
    whole = whole_change(varied, then, now, lengths)
    change, low, high = signed_changes(*(whole[k] for k in ("ratio", "ratio_lower", "ratio_upper")))
    a_day = "" if lengths[0] == lengths[1] else "per day: "
    if whole["change"] == NOT_JUDGED:
        return f"{a_day}{change}"
    sure = "" if whole["change"] in ("up", "down") else f", within {varied.allowed}"
    return f"{a_day}{change}, 95% interval {low} to {high}{sure}"


def _not_compared(s: Asked, earlier: Earlier, why: str, before: pd.Series, label: str) -> Drawn:
    """Both periods as they were counted, and no verdict on any area."""
    title = f"{s.noun.capitalize()}{':' if s.compared else ''} {earlier.title}"
    plain = (Kind("not compared", label, PLAIN),)  # no hatching: nothing is missing
    codes, classes = classify(title, plain, np.zeros(len(s.frame), int), s.inside)
    numbers = ("change_ratio", "change_lower_ci", "change_upper_ci", "change_p", "change_q")
    columns = pd.DataFrame(
        {"count_before": before.astype("Int64"), **dict.fromkeys(numbers, np.nan), "change": "not compared"},
        s.frame.index,
    )
    return Drawn(columns, codes, classes, why, (*earlier.caveats, *moved_points(s, earlier.slice)))


AGAINST_BEFORE = Layer(
    key="change",
    label="Change on the period before",
    explanation="Areas with more or fewer events than in the same months a year before (or, for longer "
    "periods, in the period just before), beyond chance. Where dates are known, also the last 28 days "
    "against the 28 before, and the year so far against the same days of last year (“Compare with”).",
    group="Over time",
    draw=draw_change,
    claim=Claim(("up", "down"), ("steady", "clumped05", "clumped30", "halves")),
    kinds=CHANGE,
    leads=("up",),
    columns=(
        Column("count_before", "Number of events in the period compared with"),
        Column(
            "change_ratio",
            "Events per day over those per day in the period compared with",
            "Change",
            "Change",
            write=changes,
            pixels=68,
            cells=FINE,
        ),
        Column("change_lower_ci", "Lower limit of the 95% confidence interval of that ratio", cells=FINE),
        Column("change_upper_ci", "Upper limit of the 95% confidence interval of that ratio", cells=FINE),
        Column(
            "change_p",
            "Probability of so large a change by chance, which varies as the counts of other months do",
            cells=P,
        ),
        Column("change_q", "change_p corrected for looking at many areas (false discovery rate)", cells=P),
        Column("change", "Whether the area has more or fewer events than before, beyond chance"),
    ),
    about="change_ratio",
    compares="period",
    heeds=frozenset({"compare", "fdr"}),
    evidence=("changed", "lately"),
)


# ---------------------------------------------------------------- month after month

LEAST_MONTHS = 10
"""Months below which a pattern over time is not drawn, as ESRI asks for."""
SORTS = (
    ("New", "hot in the last month only", Shade("#67000d", "#ffe9dc")),
    ("Consecutive", "hot for the last months running", Shade("#a50f15", "#ffc3a6")),
    ("Intensifying", "nearly always hot, and rising", Shade("#cb181d", "#ff9b78")),
    ("Persistent", "nearly always hot", Shade("#ef3b2c", "#ee6f4e")),
    ("Diminishing", "nearly always hot, but falling", Shade("#fb6a4a", "#c84f37")),
    ("Sporadic", "hot on and off", Shade("#fc9272", "#9c3d2f")),
    ("Oscillating", "hot now, cold at other times", Shade("#fcbba1", "#70302a")),
    ("Historical", "nearly always hot, not now", Shade("#d9b8a6", "#6a5a50")),
)
HOT_PATTERNS = {f"{name} hotspot": name.lower() for name, *_ in SORTS}
COLD_PATTERNS = {f"{name} coldspot": name.lower() for name, *_ in SORTS}
"""Patterns of :data:`geo.stats.change.PATTERNS` in one word."""
EMERGING = (
    *(Kind(f"{name} hotspot", f"{name}: {meaning}", shade, name) for name, meaning, shade in SORTS),
    Kind("cold", "Any pattern of coldspot", LOWER),
    Kind("No pattern", "No pattern", PLAIN),
)


def draw_emerging(s: Asked) -> Drawn:
    """Hotspots that are new, persist, grow or fade, from a Gi* map of every month."""
    counts = s.monthly()
    why, no_value = f"No pattern over time can be judged: {s.info.no_months_reason}", "Months not known"
    if not s.info.no_months_reason and counts.shape[1] < LEAST_MONTHS:
        chosen = f"{counts.shape[1]} {verb(counts.shape[1], 'is', 'are')} chosen"
        why = f"A pattern over time needs at least {LEAST_MONTHS} months; {chosen}."
        no_value = "Too few months"
    if s.info.no_months_reason or counts.shape[1] < LEAST_MONTHS:
        position = np.full(len(s.frame), -1)
        codes, classes = classify("Pattern over time", EMERGING[-1:], position, s.inside, no_value=no_value)
        return Drawn(s.frame.iloc[:, :0], codes, classes, why)
    table = emerging(counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=s.query.fdr).areas
    table = table.reindex(s.frame.index)
    pattern = table["pattern"].fillna("Undefined").astype(str)
    order = {kind.key: i for i, kind in enumerate(EMERGING)}
    position = np.array([order.get("cold" if p in COLD_PATTERNS else p, -1) for p in pattern])
    title = f"Hotspots of {s.noun} month by month, {counts.shape[1]} months (Gi*)"
    codes, classes = classify(title, EMERGING, position, s.inside, no_value="Not defined")
    hot = pattern.isin(HOT_PATTERNS).to_numpy() & s.inside
    held = pattern[hot].value_counts()
    split = listed([f"{n:,} {HOT_PATTERNS[str(name)]}" for name, n in held.items()])
    show = verb(int(hot.sum()), "shows", "show")
    judged = int((pattern != "Undefined")[s.inside].sum())
    finding = f"{s.areas(int(hot.sum()), judged)} {show} a pattern of hotspots over the months" + (
        f": {split}." if split else "."
    )
    if not judged:
        finding = unjudged(s, "patterns of hotspots over the months")
    caveats = (
        "“Nearly always” is at least 90% of the months; a trend is Mann-Kendall's at 5%.",
        *moved_points(s, s),
        *([] if s.query.fdr or judged < 2 else [_patterns_by_chance(s, counts, judged)]),
    )
    names = {"pattern": "pattern", "hot": "months_hot", "cold": "months_cold", "trend_p": "trend_p"}
    columns = pd.DataFrame({name: table[of] for of, name in names.items()})
    return Drawn(columns, codes, classes, finding, caveats)


def _patterns_by_chance(s: Asked, counts: pd.DataFrame, judged: int) -> str:
    """Say how many areas show a pattern by chance alone: those that the map of the last month flags."""
    last = counts.iloc[:, -1].to_numpy(float)[s.inside]
    by_chance = float(np.nansum(attainable(last, s.among, alpha=ALPHA, window=True)))
    return (
        f"{NOT_CORRECTED}: {about(by_chance)} of {s.judged(judged)} would show a pattern by chance alone: "
        "those that it flags in the map of the last month."
    )


PATTERN_OVER_TIME = Layer(
    key="emerging",
    label="Emerging, fading hotspots",
    explanation="A hotspot map (Gi*) of every month, and what became of each area: new, consecutive, "
    "intensifying, persistent, diminishing, sporadic, oscillating or historical.",
    group="Over time",
    draw=draw_emerging,
    claim=Claim((*HOT_PATTERNS, "cold"), ("equal",), ("residents",)),
    kinds=EMERGING,
    leads=tuple(HOT_PATTERNS),
    columns=(
        Column(
            "pattern",
            "What became of the area as a hotspot or coldspot, month by month",
            "Pattern",
            "Pattern",
            write=words({**HOT_PATTERNS, **COLD_PATTERNS, "No pattern": "–", "Undefined": "–"}),
            pill=True,
            pixels=104,
        ),
        Column("months_hot", "Months in which the area is a hotspot"),
        Column("months_cold", "Months in which the area is a coldspot"),
        Column("trend_p", "Probability of such a trend of Gi* by chance alone (Mann-Kendall)", cells=P),
    ),
    about="pattern",
    heeds=frozenset({"fdr"}),
    evidence=("stability",),
)
