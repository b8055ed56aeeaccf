"""What is recorded of persons and circumstances?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.ask.ages import UNKNOWN, read_ages
from geo.ask.factors import APART, FACTORS, LIST, Factor
from geo.ask.words import lower_first
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, PERCENT, YEAR, Part

YOUNG = {"Under 10": "0-9", "10 to 17": "10-17", "18 to 24": "18-24"}
YOUNG_BY_FIVE_YEARS = {"Under 15": "0-14", "15 to 24": "15-24"}
GROWN = {"25 to 34": "25-34", "35 to 44": "35-44", "45 to 64": "45-64", "65 and over": "65+"}
NO_COUNT = {"no", "none", UNKNOWN}
"""Values of a factor that say that it is not so, or not known."""


def factors(part: Part) -> Exhibit:
    """Factors of the offences: each as often as it is recorded, and events with any of them once."""
    extra, marks, unknown = part.loaded.cube.extra, {}, {}
    for one in FACTORS.values():
        if not (one.flag or one.name == "hate") or not extra.carries(one):
            continue
        for at, (value, label) in enumerate(one.values.items()):  # noqa: PD011
            if value in NO_COUNT:
                continue
            name = one.label if one.flag else f"{one.label}: {lower_first(label)}"
            marks[name] = carrying(part, one, {at})
            unknown[name] = 0 if extra.marks(one) else int(carrying(part, one, one.unknown).sum())
    marks |= _keywords(part)
    marks = {name: mask for name, mask in marks.items() if mask.any()}
    if not marks:
        raise NotPossible("the files loaded record no factors.")
    shown = part.numbers([int(mask.sum()) for mask in marks.values()])
    order = np.argsort(-np.nan_to_num(shown), kind="stable")
    names = [list(marks)[at] for at in order]
    counts = [int(marks[name].sum()) for name in names]
    anyone = int(np.logical_or.reduce(list(marks.values())).sum())
    table = pd.DataFrame(
        {
            "Factor": [*names, "Any of them, each event once"],
            "Count": part.gate.counts([*counts, anyone]),
            "Share": [part.percent(count, part.total) for count in (*counts, anyone)],
            "Not recorded": part.gate.counts([*(unknown.get(name, 0) for name in names), 0]),
        }
    )
    share = part.gate.share(anyone, part.total)
    finding = (
        ""
        if share is None
        else f"{share:.0%} of {part.noun} carry at least one of these factors, most often "
        f"{lower_first(names[0])} ({part.gate.text(counts[0])})."
    )
    caveats = (
        "One event may carry several factors, so the shares add up to more than that of all with any.",
        "What is marked by a keyword counts as not so where the keyword is missing.",
    )
    title = f"{part.titled}: factors"
    return Exhibit("factors", title, finding, table, {"Share": PERCENT}, caveats=caveats)


def defined(part: Part) -> Exhibit:
    """Events by each saved definition of the source, by year."""
    catalogue = part.atlas.catalogue
    mine = [one for one in catalogue.definitions.values() if one.source == part.query.source]
    asked = [one for one in mine if one.key not in catalogue.undefined]
    if not asked:
        raise NotPossible("no saved definition can be told from what the files loaded record.")
    months = part.loaded.cube.months
    years = list(dict.fromkeys((part.months // YEAR).tolist()))
    rows = []
    for one in asked:
        query = part.query.replace(category=(), definition=one.key)
        counts = replace(part, query=query).selection.by_month(part.inside)
        rows.append([int(counts[months // YEAR == year].sum()) for year in years])
    table = pd.DataFrame({"Definition": [one.label for one in asked]})
    for at, year in enumerate(years):
        table[str(year)] = part.gate.counts([row[at] for row in rows])
    table[BOROUGH_TOTAL] = part.gate.counts([sum(row) for row in rows])
    where = f"{part.loaded.info.label}, {part.where}, {part.when}"
    caveats = tuple(one.said for one in asked)
    return Exhibit("defined", f"{where}: by saved definition", "", table, caveats=caveats)


def suspects(part: Part) -> Exhibit:
    """Suspects by age and sex, those not recorded among them."""
    age, sex = FACTORS["suspect_age"], FACTORS["suspect_sex"]
    extra = part.loaded.cube.extra
    if not extra.carries(age) or not extra.carries(sex):
        raise NotPossible("the files loaded record no ages and sexes of suspects.")
    women, men = (carrying(part, sex, {at}) for at in (0, 1))
    bands = {name: carrying(part, age, {*of}) for name, of in age_groups(part, age).items()}
    bands["Not recorded"] = ~np.logical_or.reduce(list(bands.values()))
    table = pd.DataFrame({"Age": list(bands)})
    for name, of in (("Female", women), ("Male", men), (BOROUGH_TOTAL, np.ones(len(women), bool))):
        table[name] = part.gate.counts([int((of & band).sum()) for band in bands.values()])
    known = int((women | men).sum())
    male, recorded = part.gate.share(int(men.sum()), known), part.gate.share(known, part.total)
    finding = (
        ""
        if male is None or recorded is None
        else f"A suspect is recorded in {recorded:.0%} of {part.noun}; {male:.0%} of those recorded are male."
    )
    chart = Chart(
        "lines", "Age", ("Female", "Male"), data=table.iloc[:-1], titles=("", part.noun.capitalize())
    )
    caveats = ("Suspects that are not recorded may differ from those that are.",)
    return Exhibit("suspects", f"{part.titled}: suspects", finding, table, chart=chart, caveats=caveats)


def kinds(part: Part) -> Exhibit:
    """Ethnicity of victims, relationships and premises, of those recorded and with those that are not."""
    rows: list[tuple[str, str, int, float]] = []
    said = []
    for one in FACTORS.values():
        if not one.written or one.several or not part.loaded.cube.extra.carries(one):
            continue
        counts = [int(carrying(part, one, {at}).sum()) for at in range(len(one.values))]
        known = sum(counts[:-1])
        named = list(one.values.values())  # noqa: PD011
        shares = [part.percent(count, known) for count in counts[:-1]]
        rows += list(zip([one.label] * len(named), named, counts, [*shares, np.nan], strict=True))
        if not np.isnan(shares).all():
            first = int(np.nanargmax(shares))
            said.append(f"{one.label}: most often {lower_first(named[first])}, {shares[first]:.0f}%")
    if not rows:
        raise NotPossible("the files loaded record no ethnicities, relationships or premises.")
    table = pd.DataFrame(
        {
            "Recorded": [row[0] for row in rows],
            "Value": [row[1] for row in rows],
            "Count": part.gate.counts([row[2] for row in rows]),
            "Share of those known": [row[3] for row in rows],
        }
    )
    finding = f"{'; '.join(said)} of those known." if said else ""
    title = f"{part.titled}: victims' ethnicity, relationship, premises"
    return Exhibit("kinds", title, finding, table, {"Share of those known": PERCENT})


def age_groups(part: Part, age: Factor) -> dict[str, tuple[int, ...]]:
    """Groups of ages in a table, those under 18 apart where a source tells them: their positions."""
    young = YOUNG_BY_FIVE_YEARS if age.name in part.loaded.info.by_five_years else YOUNG
    return {name: read_ages(span)[0] for name, span in {**young, **GROWN}.items()}


def carrying(part: Part, one: Factor, chosen: set[int] | frozenset[int]) -> np.ndarray:
    """Mark the events of a part that carry any of some values of a factor."""
    found: np.ndarray = part.loaded.cube.extra.carrying(one, chosen)[part.rows]
    return found


def _keywords(part: Part) -> dict[str, np.ndarray]:
    """Keywords that tell of no factor: each to the events of a part that are marked with it."""
    extra = part.loaded.cube.extra
    if not extra.known(LIST):
        return {}
    positions, texts = extra.coded(LIST)
    told = [one for one in FACTORS.values() if one.marked]
    lists = [[word.strip() for word in text.split(APART)] for text in texts]
    others = {
        word
        for word in dict.fromkeys(word for words in lists for word in words if word)
        if all(one.among(word) == one.among("") for one in told)
    }
    mine = positions[part.rows]
    return {word: np.array([*(word in words for words in lists), False])[mine] for word in sorted(others)}
