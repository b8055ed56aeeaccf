"""Compared with whom, and is it more than deprivation explains?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.benchmark import STANDARDISED, benchmark
from geo.answer.gradient import (
    ALLOWED_FOR,
    between_tenths,
    few_said,
    index_of,
    no_more,
    share_within,
    slope_said,
)
from geo.answer.layer_measure import COMPARED
from geo.answer.measures import repeated
from geo.ask.words import AREAS, verb, written
from geo.stats import deprivation, rates, unexplained
from geo.stats.between import Between
from geo.stats.funnel import outside, widened
from geo.stats.intervals import poisson_interval
from geo.stats.similarity import rank_correlation
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import ASSUMED, MOST_AREAS, PERCENT, TOP, Part

ALLOWING = "Allowing for how much areas differ anyway, and corrected for looking at many, {}."
NONE_STANDS_OUT = "none stands out"
LEAST_WARDS = 10
"""Wards below which their ranks are not set beside their deprivation."""
RATE = ["value", "lower_ci", "upper_ci"]


def standardised(part: Part) -> Exhibit:
    """Age-standardised rates of the boroughs, and how many small areas are above the whole."""
    part.need_level("lsoa")
    info = part.loaded.info
    if "dsr" not in info.measures:
        raise NotPossible(info.no_measure_reasons.get("dsr", "ages are not loaded."))
    borough = part.atlas.asked(part.query.replace(measure="dsr", layer="measure", level="borough"))
    table, whole = _standardised(borough, part.years)
    if np.isnan(whole):
        raise NotPossible("fewer than ten events have a known age.")
    by = benchmark(borough, STANDARDISED)
    small = part.atlas.asked(borough.query.replace(level="lsoa"))
    by_area, _ = _standardised(small, part.years)
    compared = rates.compare_with_benchmark(by_area["lower_ci"], by_area["upper_ci"], by.value)
    higher = int((compared.iloc[:-1] == rates.HIGHER).sum())
    if len(table) == 2 or not part.rows_by_borough:  # one borough is the whole; of too many, only the whole
        table = table.iloc[-1:]
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], by.value).to_numpy(str)
    against = f"Against {by.name if by.name != part.where else 'the whole'}"
    rate = part.gate.coarse(table[RATE].astype(float))
    of_benchmark = part.gate.coarse(pd.DataFrame({"value": [by.value]}))["value"].iloc[0]
    names = [*borough.frame["name"][borough.inside], f"All of {part.where}"][-len(table) :]
    itself = {by.name, f"All of {by.name}"}
    shown = pd.DataFrame(
        {
            "Borough": names,
            "With a known age": part.gate.counts(table["count"].to_numpy().astype(np.int64)),
            "Rate a year per 100,000": rate["value"].to_numpy(),
            "Lower": rate["lower_ci"].to_numpy(),
            "Upper": rate["upper_ci"].to_numpy(),
            against: ["" if name in itself else said for name, said in zip(names, verdict, strict=True)],
        }
    )
    overall = rate["value"].iloc[-1]
    than = f" than {by.name} ({of_benchmark:,.1f})" if by.name != part.where else ""
    finding = (
        f"The age-standardised rate of {part.noun} in {part.where} is {overall:,.1f} a year per 100,000 "
        f"residents; {small.areas(higher)} {verb(higher, 'is', 'are')} significantly higher{than}."
    )
    caveats = (
        "Directly standardised to the European Standard Population 2013, 95% limits by Dobson's method. "
        "Events without an age are left out, so rates are a little low.",
        *by.caveats,
        *repeated(small, "the limits allow for it"),
    )
    chart = Chart(
        "bars",
        "Borough",
        ("Rate a year per 100,000",),
        data=shown.iloc[:-1] if len(shown) > 1 else shown,
        interval=("Lower", "Upper"),
        benchmark=float(of_benchmark),
        titles=("", "A year per 100,000 residents"),
    )
    title = f"{part.titled}: age-standardised rates"
    return Exhibit("dsr", title, finding, shown, chart=chart, caveats=caveats)


def _standardised(slice_: Asked, years: float) -> tuple[pd.DataFrame, float]:
    """Standardised rates of the areas inside and, last, of all of them together; and the latter's value."""
    inside = slice_.inside
    events, people = slice_.ages()
    both = [pd.concat([frame[inside], frame[inside].sum().to_frame("whole").T]) for frame in (events, people)]
    own = slice_.squares(np.where(inside, np.cumsum(inside) - 1, -1), len(both[0]))
    whole = slice_.squares(np.where(inside, 0, -1), 1)
    squares = None
    if own is not None and whole is not None:
        squares = pd.DataFrame([*own[:-1], *whole], both[0].index, both[0].columns)
    table = rates.dsr(*both, squares=squares, years=years)
    return table, float(table["value"].iloc[-1])


def funnel(part: Part) -> Exhibit:
    """Crude rates of areas of the level asked for against their residents, between control limits."""
    part.need_residents()
    many = part.query.level == "lsoa" and part.inside.sum() > MOST_AREAS
    level = "ward" if many else part.query.level
    answer = part.answer(layer="significance", measure="rate", level=level)
    table = answer.table[answer.compared]
    rate = table["rate_per_1000_year"].to_numpy(float)
    people = table["population"].to_numpy(float, na_value=np.nan)
    drawn = ~np.isnan(rate) & (people > 0)
    if drawn.sum() < 3:
        raise NotPossible("fewer than three areas have a rate that can be shown.")
    by = benchmark(part.atlas.asked(answer.query))
    if np.isnan(by.value):
        raise NotPossible(f"{by.name} has too few {part.noun} for a rate to compare with.")
    against = "the whole" if by.name == part.where else by.name
    words = [kind.label for kind in COMPARED]
    codes = answer.codes[answer.compared]
    points = pd.DataFrame(
        {
            "Residents": people,
            "Rate": rate,
            "Compared": [words[c] if c < len(words) else "Too few to compare" for c in codes],
            "Area": table["name"].to_numpy(str),
            "Code": table.index.to_numpy(str),
        }
    )[drawn].reset_index(drop=True)
    grid = np.linspace(people[drawn].min(), people[drawn].max(), 60)
    classes = pd.DataFrame(
        {f"Against {against}": answer.classes.labels, "Areas": pd.array(answer.classes.counts, "Int64")}
    )
    wide, still = _allowing(table, people, by.value * part.years / 1000)
    limits = rates.funnel_limits(grid, by.value, years=part.years)
    if np.isfinite(wide):
        upper, lower = widened(grid, by.value, wide, years=part.years)
        limits = limits.assign(upper_wide=upper, lower_wide=lower)
    chart = Chart(
        "funnel",
        "Residents",
        ("Rate",),
        data=points,
        limits=limits,
        benchmark=by.value,
        level=level,
        titles=("Residents", f"{part.noun.capitalize()} per 1,000 residents a year"),
    )
    title = f"{part.titled}: {AREAS[level][1]} against {against}"
    caveats = (
        *by.caveats,
        "Residents are not visitors: town centres stand out in part because few people live there.",
    )
    finding = f"{answer.headline} {still}".strip()
    return Exhibit("funnel", title, finding, classes, chart=chart, caveats=caveats)


def _allowing(table: pd.DataFrame, people: np.ndarray, rate: float) -> tuple[float, str]:
    """How much areas differ beyond chance, and which stand out all the same, in a sentence."""
    found = outside(table["count"].to_numpy(float, na_value=np.nan), people * rate)
    if np.isnan(found.spread):
        return np.nan, ""
    high = table["count"].to_numpy(float, na_value=np.nan) > people * rate
    higher, lower = (int((one & (found.q <= ALPHA)).sum()) for one in (high, ~high))
    if not higher + lower:
        return found.spread, ALLOWING.format(NONE_STANDS_OUT)
    many = f"{higher or 'none'} {verb(higher, 'is', 'are')} still higher and {lower or 'none'} lower"
    return found.spread, ALLOWING.format(many)


def _gradient(part: Part, groups: int, *, hide: bool) -> tuple[pd.DataFrame, str]:
    """Rates by tenth or fifth of deprivation over the boroughs chosen, and their unit in words."""
    part.need_deprivation()
    part.need_residents()
    decile = part.lsoa.frame["imd_decile"][part.inside]
    group = decile if groups == 10 else deprivation.quintile(decile)
    if "dsr" in part.loaded.info.measures:
        small = part.atlas.asked(part.query.replace(level="lsoa", measure="dsr"))
        events, people = small.ages()
        of = np.full(len(part.inside), -1)
        of[part.inside] = group.fillna(0).astype(int) - 1
        table = deprivation.gradient(
            events[part.inside],
            people[part.inside],
            group,
            groups=groups,
            squares=small.squares(of, groups),
            years=part.years,
            hide=hide,
        )
        return table, "Rate a year per 100,000, age-standardised"
    residents_ = part.lsoa.frame["population"].to_numpy(float, na_value=np.nan)[part.inside]
    shown = part.filled[part.inside]
    table = deprivation.gradient(shown, residents_, group, groups=groups, years=part.years, hide=hide)
    return table, "Rate a year per 1,000"


def _by_deprivation(part: Part, groups: int, word: str) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Table of rates by group of deprivation, the name of its rate, and which rates are of few events."""
    table, unit = _gradient(part, groups, hide=True)
    rate = part.gate.coarse(table[RATE].astype(float))
    decile = part.lsoa.frame["imd_decile"].to_numpy(float, na_value=np.nan)
    group = decile if groups == 10 else np.ceil(decile / 2)
    counts = [int(part.counts[part.inside & (group == g)].sum()) for g in range(1, groups + 1)]
    ends = {1: " (most deprived)", groups: " (least)"}
    shown = pd.DataFrame(
        {
            word: [f"{g}{ends.get(g, '')}" for g in range(1, groups + 1)],
            "Small areas": pd.array(table["areas"].to_numpy(np.int64), "Int64"),
            "Count": part.gate.counts(counts),
            "Share": [part.percent(c, part.total) for c in counts],
            unit: rate["value"].to_numpy(),
            "Lower": rate["lower_ci"].to_numpy(),
            "Upper": rate["upper_ci"].to_numpy(),
        }
    )
    numbered = shown.set_axis(range(1, groups + 1))
    return shown, unit, tuple(filter(None, [few_said(numbered["Count"], numbered[unit], word.lower())]))


def _formats(unit: str) -> dict[str, str]:
    """How rates by deprivation are written: of few per 1,000 to two places."""
    few = {} if "100,000" in unit else dict.fromkeys((unit, "Lower", "Upper"), "{:,.2f}")
    return {"Share": PERCENT} | few


def gradient(part: Part) -> Exhibit:
    """Rates by national tenth of deprivation."""
    part.need_level("lsoa")
    table, unit, caveats = _by_deprivation(part, 10, "Decile")
    known = table[table[unit].notna()]
    finding = "Too few areas or events to compare the ends of the scale."
    if len(known) > 1:
        ends = known.iloc[[0, -1]]
        weak = rates.unreliable(ends["Count"].to_numpy(float, na_value=np.nan))
        first, last = (
            f"{end[unit]:,.1f}{' (unreliable)' if few else ''} in decile {end['Decile']}"
            for (_, end), few in zip(ends.iterrows(), weak, strict=True)
        )
        finding = f"Rates run from {first} to {last}."
    chart = Chart("bars", "Decile", (unit,), interval=("Lower", "Upper"), titles=("", unit))
    title = f"{part.titled}: by tenth of deprivation"
    return Exhibit("gradient", title, finding, table, _formats(unit), chart, caveats)


def fifths(part: Part) -> Exhibit:
    """Rates by national fifth of deprivation, and the slope and relative index of inequality."""
    part.need_level("lsoa")
    table, unit, few = _by_deprivation(part, 5, "Fifth")
    # A slope with rates that are hidden could be solved for them, so those of patients stay out of it.
    tenths = _gradient(part, 10, hide=part.gate.controlled and "100,000" in unit)[0]
    shown, unit = _gradient(part, 10, hide=True)
    shown = shown.assign(**part.gate.coarse(shown[RATE].astype(float)))
    index = index_of(tenths, shown, _between(part))
    enough = (part.gate.count(part.total) or 0) >= rates.UNRELIABLE_BELOW
    per = "100,000 residents a year" if "100,000" in unit else "1,000 residents a year"
    said = slope_said(index, per) if enough else ""
    title = f"{part.titled}: by fifth of deprivation"
    finding = said or "Too few events or tenths of deprivation for a slope index of inequality."
    caveats = (*few, *(ALLOWED_FOR,) * bool(said))
    return Exhibit("fifths", title, finding, table, _formats(unit), caveats=caveats)


def _between(part: Part) -> Between:
    """How much small areas of one tenth differ, of those whose tenth and residents are known."""
    frame = part.lsoa.frame
    tenth, people = (frame[c].to_numpy(float, na_value=np.nan) for c in ("imd_decile", "population"))
    known = part.inside & ~np.isnan(tenth) & ~np.isnan(people)
    ages = None
    if "dsr" in part.loaded.info.measures:
        small = part.atlas.asked(part.query.replace(level="lsoa", measure="dsr"))
        ages = tuple(frame.to_numpy(float)[known] for frame in small.ages())
    return between_tenths(part.counts[known], people[known], tenth[known].astype(int), part.gate, ages)


def most_deprived(part: Part) -> Exhibit:
    """Share of the events in the most deprived tenths, beside the share of the residents."""
    part.need_level("lsoa")
    part.need_deprivation()
    frame = part.lsoa.frame[part.inside]
    people = frame["population"].to_numpy(float, na_value=np.nan)
    shares = deprivation.share_in_most_deprived(
        part.counts[part.inside],
        people,
        frame["imd_decile"],
        (1, 2, 3, 4),
        between=_between(part),
        told=part.gate.count,
    )
    table = pd.DataFrame(
        {
            "Most deprived": shares.index,
            "Small areas": pd.array(shares["areas"], "Int64"),
            "Count": pd.array(shares["events"], "Int64"),
            "Share": 100 * shares["share"].to_numpy(),
            "Lower": 100 * shares["lower_ci"].to_numpy(),
            "Upper": 100 * shares["upper_ci"].to_numpy(),
            "Share of residents": 100 * shares["population_share"].to_numpy(),
        }
    )
    finding = "Too few events in the most deprived areas to be shown."
    third = table.iloc[2]
    if not np.isnan(third["Share"]):
        held = share_within(shares.iloc[2], "{:.1%}")
        finding = (
            f"The 30% of areas most deprived in England hold {held} of the {part.noun} and "
            f"{written(third['Share of residents'], '{:.1f}%', 'an unknown part')} of the residents"
            f"{no_more(shares.iloc[2])}"
        )
        fourth = table.iloc[3]
        finding += (
            f"; the two most deprived fifths {fourth['Share']:.1f}% and {fourth['Share of residents']:.1f}%."
        )
    title = f"{part.titled}: share in the most deprived areas"
    formats = dict.fromkeys(("Share", "Lower", "Upper", "Share of residents"), PERCENT)
    return Exhibit("most_deprived", title, finding, table, formats, caveats=(ALLOWED_FOR,))


def excess(part: Part) -> Exhibit:
    """Wards with more than similarly deprived wards, as the layer says; those that a correction takes too."""
    part.need_level("ward")
    part.need_deprivation()
    answer = part.answer(level="ward", layer="excess", measure="count", fdr=True)
    table = answer.table[answer.compared]
    flagged = unexplained.verdicts(table, "ratio_p", ALPHA) == unexplained.MORE
    table = table[flagged].sort_values("ratio", ascending=False)
    if table.empty:
        raise NotPossible(f"{answer.headline[0].lower()}{answer.headline[1:]}")
    finding, lost = answer.headline, int((table["verdict"] != unexplained.MORE).sum())
    if lost:
        more = " more" if lost < len(table) else ""
        finding += f" {lost:,}{more} would have more without correction for looking at many"
        finding += "." if more else f"; {_times(table.iloc[0])}."
    shown = pd.DataFrame(
        {
            "Ward": table["name"].to_numpy(str),
            "Borough": table["borough"].to_numpy(str),
            "Count": table["count"].array,
            "Expected": table["expected"].to_numpy(float),
            "Times expected": table["ratio"].to_numpy(float),
            "Lower": table["ratio_lower_ci"].to_numpy(float),
            "Upper": table["ratio_upper_ci"].to_numpy(float),
            "After correction": np.where(table["verdict"] == unexplained.MORE, "more", "not clear"),
        }
    )
    formats = dict.fromkeys(("Times expected", "Lower", "Upper"), "{:.2f}")
    title = f"{part.titled}: wards with more than similarly deprived wards"
    return Exhibit("excess", title, finding, shown, formats, caveats=answer.method, rows=TOP)


def wards_by_deprivation(part: Part) -> Exhibit:
    """Rates of wards by fifths of their deprivation, and how closely one follows the other."""
    part.need_level("ward")
    part.need_deprivation()
    part.need_residents()
    ward = part.atlas.levels["ward"]
    lsoas = ward.add_up(part.inside.astype(np.int64))
    rank = ward.frame["imd_rank"].to_numpy(float, na_value=np.nan)
    people = ward.frame["population"].to_numpy(float, na_value=np.nan)
    counts = ward.add_up(part.counts)
    shown = part.numbers(counts)
    kept = (lsoas > 0) & ~np.isnan(rank) & (people > 0)
    number = int(kept.sum())
    if number < LEAST_WARDS:
        raise NotPossible(f"fewer than {LEAST_WARDS} wards have a rate and a rank of deprivation.")
    rate = np.nan_to_num(shown, nan=ASSUMED) / people
    agree_, low, high = rank_correlation(-rank[kept], rate[kept])
    fifth = np.zeros(len(rank), np.int64)
    fifth[kept] = pd.qcut(pd.Series(rank[kept]).rank(method="first"), 5, labels=False) + 1
    rows = [np.flatnonzero(fifth == one) for one in range(1, 6)]
    events = np.array([int(counts[of].sum()) for of in rows])
    residents = np.array([people[of].sum() for of in rows])
    told = part.numbers(events)
    lower, upper = (limit / residents / part.years * 1000 for limit in poisson_interval(np.nan_to_num(told)))
    hidden = np.where(np.isnan(told), np.nan, 1.0)
    table = pd.DataFrame(
        {
            "Fifth of wards": ["Most deprived", "2", "3", "4", "Least deprived"],
            "Residents": residents,
            "Count": part.gate.counts(events),
            "A year per 1,000 residents": told / residents / part.years * 1000,
            "Lower": lower * hidden,
            "Upper": upper * hidden,
        }
    )
    ends = table["A year per 1,000 residents"].iloc[[0, -1]].to_list()
    finding = (
        f"Rates of {number} wards go with deprivation by a rank correlation of {agree_:.2f} "
        f"({low:.2f} to {high:.2f}); the most deprived fifth of wards has {written(ends[0], '{:.2f}')} a "
        f"year per 1,000 residents, the least deprived {written(ends[1], '{:.2f}')}."
    )
    caveats = (
        "Fifths are of the wards shown, by the average rank of their small areas. A rank correlation of 1 is "
        "a rate that rises with every step of deprivation; its limits are of 95%, by Bonett and Wright.",
        "Limits of rates take events as independent of one another.",
    )
    formats = dict.fromkeys(("A year per 1,000 residents", "Lower", "Upper"), "{:.2f}")
    formats["Residents"] = "{:,.0f}"
    title = f"{part.titled}: wards by their deprivation"
    return Exhibit("wards_by_deprivation", title, finding, table, formats, caveats=caveats)


def _times(ward: pd.Series) -> str:
    return (
        f"{ward['name']} has {ward['ratio']:.1f} times as many as expected "
        f"({ward['ratio_lower_ci']:.1f} to {ward['ratio_upper_ci']:.1f})"
    )
