"""What do profiles of sexual offences, and of violence against women and girls, tell by saved definition?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.moments import N_SLOTS
from geo.ask.ages import read_ages
from geo.ask.factors import FACTORS
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, PERCENT, Part
from geo.tell.exhibits.persons import carrying

SEXUAL, WOMEN = "rape-and-serious-sexual", "vawg"
SPACES = {
    "Public": "vawg-public",
    "Private": "vawg-private",
    "Online": "vawg-online",
    "Education": "vawg-education",
}
KINDS = {
    "Violence without injury": "violence-without-injury",
    "Violence with injury": "violence-with-injury",
    "Sexual offences": "sexual-offences",
}
"""Classes of violence by their saved definitions."""
YOUNG = {"Under 18": "0-17", "18 to 24": "18-24", "25 and over": "25+"}

Row = tuple[str, str, str, int, int]
"""Where, of what, value, count, of so many."""


def of_definition(part: Part, key: str) -> Part:
    """Return the events of a saved definition in place of those of a category."""
    one = part.atlas.definitions.get(key)
    if one is None or one.source != part.query.source:
        raise NotPossible("the saved definition that it goes by is of another source.")
    if key in part.atlas.catalogue.undefined:
        raise NotPossible(part.atlas.catalogue.undefined[key])
    return replace(part, query=part.query.replace(category=(), definition=key))


def serious_sexual(part: Part) -> Exhibit:
    """Rape and serious sexual offences: victims by borough and sex, ages, what the suspect is to them."""
    of = of_definition(part, SEXUAL)
    if not of.total:
        raise NotPossible("none of these offences is among them.")
    rows = list(_by_borough(of))
    table = _table(of, rows)
    shares = table.set_index(["Where", "Of", "Value"])["Share"]
    women = shares.get((BOROUGH_TOTAL, "Victim’s sex", "Female"), np.nan)
    finding = "" if np.isnan(women) else f"{women:.0f}% of the victims of {of.events(of.total)} are female"
    children = shares.get((BOROUGH_TOTAL, "Victim’s age", "Under 18"), np.nan)
    finding += "" if np.isnan(children) or not finding else f", {children:.0f}% are under 18"
    finding += "." if finding else ""
    caveats = (
        part.atlas.definitions[SEXUAL].said,
        "Relationships are of those recorded, all else of all these offences.",
    )
    title = f"Rape and serious sexual offences, {part.where}, {part.when}"
    return Exhibit("serious_sexual", title, finding, table, {"Share": PERCENT}, caveats=caveats)


def _by_borough(of: Part) -> Iterator[Row]:
    extra, place = of.loaded.cube.extra, of.loaded.cube.area[of.rows]
    places = (
        {**of.rows_by_borough, BOROUGH_TOTAL: of.inside}
        if len(of.boroughs) > 1
        else {BOROUGH_TOTAL: of.inside}
    )
    sex, age, relation = (FACTORS[name] for name in ("victim_sex", "victim_age", "relationship"))
    for name, lsoas in places.items():
        here = np.append(lsoas, [False, False])[place]
        number = int(here.sum())
        yield name, "Offences", "All", number, of.total
        if extra.carries(sex):
            for at, label in enumerate(sex.labels):
                yield name, "Victim’s sex", label, int((carrying(of, sex, {at}) & here).sum()), number
    if extra.carries(age) and age.name not in of.loaded.info.by_five_years:
        for label, span in YOUNG.items():
            mask = carrying(of, age, {*read_ages(span)[0]})
            yield BOROUGH_TOTAL, "Victim’s age", label, int(mask.sum()), of.total
    if extra.carries(relation):
        unknown = int(carrying(of, relation, relation.unknown).sum())
        yield BOROUGH_TOTAL, "Relationship", "Recorded", of.total - unknown, of.total
        for at, label in enumerate(relation.labels):
            if at not in relation.unknown:
                count = int(carrying(of, relation, {at}).sum())
                yield BOROUGH_TOTAL, "Relationship", label, count, of.total - unknown


def women(part: Part) -> Exhibit:
    """Violence against women and girls: part of all victims, by kind and space, how much is domestic."""
    of = of_definition(part, WOMEN)
    if not of.total:
        raise NotPossible("none of these offences is among them.")
    rows = [*_whose(part, of), *_kinds(part, of), *_spaces(part, of)]
    table = _table(of, rows).drop(columns="Where")
    shares = table.set_index(["Of", "Value"])["Share"]
    hers = shares.get(("Victims", "Women and girls"), np.nan)
    private = shares.get(("Space", "Private"), np.nan)
    finding = ""
    if not np.isnan(hers):
        finding = f"{hers:.0f}% of these offences are against women and girls aged 10 and over"
        finding += "" if np.isnan(private) else f", {private:.0f}% of them in private"
        finding += "."
    caveats = (
        part.atlas.definitions[WOMEN].said,
        "Kinds and spaces are of the offences against women and girls; “domestic” is of those of that space.",
    )
    title = f"Violence against women and girls, {part.where}, {part.when}"
    return Exhibit("women", title, finding, table, {"Share": PERCENT}, caveats=caveats)


def _whose(part: Part, of: Part) -> Iterator[Row]:
    """Who the victims of the same kinds of offences are."""
    sex, age = FACTORS["victim_sex"], FACTORS["victim_age"]
    categories = of.loaded.cube.kept_by(WOMEN)
    slugs = [slug for slug, at in of.loaded.cube.slugs.items() if _has(of, categories, at)]
    every = replace(part, query=part.query.replace(category=tuple(slugs), definition=""))
    women = int((carrying(every, sex, {0}) & carrying(every, age, {*read_ages("10+")[0]})).sum())
    men = int(carrying(every, sex, {1}).sum())
    rest = int((carrying(every, sex, {0}) & carrying(every, age, {*read_ages("0-9")[0]})).sum())
    for label, count in (
        ("Women and girls", women),
        ("Men and boys", men),
        ("Girls under 10", rest),
        ("Sex or age not known, or no victim", every.total - women - men - rest),
    ):
        yield "", "Victims", label, count, every.total


def _has(of: Part, kept: np.ndarray, category: int) -> bool:
    size = N_SLOTS * len(of.loaded.cube.months)
    first, last = of.loaded.cube.offsets[category * size], of.loaded.cube.offsets[(category + 1) * size]
    return bool(kept[first:last].any())


def _kinds(part: Part, of: Part) -> Iterator[Row]:
    """Kinds of offences against women and girls, as far as codes tell them."""
    for label, key in KINDS.items():
        try:
            kept = of.loaded.cube.kept_by(of_definition(part, key).query.definition)
        except NotPossible:
            continue
        yield "", "Kind", label, int(kept[of.rows].sum()), of.total
    for slug, label in of.loaded.info.categories.items():
        count = int(of.loaded.cube.select(of.query.replace(category=(slug,))).by_area[of.inside].sum())
        if count and slug != "violence-and-sexual-offences":
            yield "", "Kind", label, count, of.total


def _spaces(part: Part, of: Part) -> Iterator[Row]:
    """Kinds of place, and how much in each is domestic."""
    domestic = FACTORS["domestic"]
    told = 0
    for label, key in SPACES.items():
        try:
            there = of_definition(part, key)
        except NotPossible:
            continue
        told += there.total
        yield "", "Space", label, there.total, of.total
        if of.loaded.cube.extra.carries(domestic):
            count = int(carrying(there, domestic, {0}).sum())
            yield "", "Space", f"{label}: domestic", count, there.total
    if told:
        yield "", "Space", "Not known", of.total - told, of.total


def _table(of: Part, rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Where": [row[0] for row in rows],
            "Of": [row[1] for row in rows],
            "Value": [row[2] for row in rows],
            "Count": of.gate.counts([row[3] for row in rows]),
            "Share": [of.percent(row[3], row[4]) for row in rows],
        }
    )
