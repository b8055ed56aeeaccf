"""Who was involved in the invented offences, with what, and in what kind of place?

Shares are dealt as published (:mod:`geo.demo.published`), the likeliest offences first: online are malicious
communications, alcohol is late at night, hate is between strangers. All draws have a stream of their own, so
that where and when offences are does not depend on them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Ints
from geo.demo.chance import SEED, deal, draw, flags, pick, some
from geo.demo.violence import SEXUAL

VIOLENCE, ORDER, ROBBERY = "Violence and sexual offences", "Public order", "Robbery"
Mask = NDArray[np.bool_]

_ONLINE = {"8R": 40.0, "8L": 10.0, "8Q": 10.0, "3B": 8.0, "125": 2.0}
"""How much likelier than others an offence of a code is done online."""
_PREMISES = {
    "public": {
        "High Street": 34,
        "Residential road": 28,
        "Park": 8,
        "Car park": 6,
        "Public house": 9,
        "Night club": 3,
        "Shop": 7,
        "Railway station": 2,
        "Bus": 2,
        "Footpath": 4,
    },
    "private": {
        "Dwelling": 78,
        "Flat": 12,
        "Hospital": 3,
        "Care home": 2,
        "Police station": 2,
        "Prison": 1,
        "Office": 2,
    },
    "education": {"Secondary school": 75, "Primary school": 10, "College": 15},
    "online": {"": 1},
    "unknown": {"": 1},
}
"""What each kind of place is written as, by weight."""
_PUBLIC = {
    "Anti-social behaviour": 0.75,
    "Bicycle theft": 0.7,
    "Burglary": 0.03,
    "Criminal damage and arson": 0.45,
    "Drugs": 0.62,
    "Other crime": 0.4,
    "Other theft": 0.4,
    "Possession of weapons": 0.75,
    "Public order": 0.72,
    "Robbery": 0.88,
    "Shoplifting": 0.97,
    "Theft from the person": 0.93,
    "Vehicle crime": 0.72,
}
"""Part of each category in a public place; violence goes by whether it is domestic."""
_ETHNICITY = {
    "Bedford": {"W1": 68, "W9": 8, "A1": 5, "A2": 4, "A3": 3, "B1": 3, "B2": 3, "M1": 3, "O9": 3},
    "Central Bedfordshire": {"W1": 85, "W9": 6, "A1": 2, "A9": 1, "B2": 3, "M1": 2, "O9": 1},
    "Luton": {"W1": 36, "W9": 10, "A1": 5, "A2": 19, "A3": 13, "B1": 4, "B2": 6, "M1": 4, "O9": 3},
}
_DOMESTIC = {
    "Ex-partner": 38,
    "Partner": 33,
    "Parent": 9,
    "Son": 7,
    "Daughter": 4,
    "Brother": 6,
    "Other family": 3,
}
_OTHERS = {
    "Acquaintance": 24,
    "Friend": 10,
    "Neighbour": 9,
    "Colleague": 4,
    "Stranger": 42,
    "Service user": 11,
}
_SEXUAL = {
    "Partner": 18,
    "Ex-partner": 22,
    "Friend": 14,
    "Acquaintance": 12,
    "Stranger": 8,
    "Father": 6,
    "Brother": 5,
    "Other family": 4,
    "Service user": 11,
}


def circumstances(county: County, events: pd.DataFrame, sheet: pd.DataFrame) -> dict[str, Any]:
    """Columns of the extract about persons and circumstances.

    Parameters
    ----------
    county : County
    events : DataFrame
        ``category``, ``area`` (-1 elsewhere), ``band`` (-1 without a victim), ``hour``, ``default``.
    sheet : DataFrame
        ``code, sex, domestic`` of the same events.
    """
    rng = np.random.default_rng([SEED, 30])
    category, code = events["category"].to_numpy(str), sheet["code"].to_numpy(str)
    domestic, victim = sheet["domestic"].to_numpy(bool), events["band"].to_numpy() >= 0
    violent = category == VIOLENCE
    hour = events["hour"].to_numpy()
    late = ((hour >= 20) | ((hour >= 0) & (hour <= 4))) & ~events["default"].to_numpy(bool)
    of_age = events["band"].to_numpy()
    space = _spaces(rng, sheet.assign(category=category, band=of_age))
    premises = np.full(len(events), "", object)
    for kind, names in _PREMISES.items():
        here = space == kind
        premises[here] = pick(rng, names, int(here.sum()))
    firearm = some(rng.random(len(events)), violent * 1.0, round(published.FIREARM * violent.sum()))
    firearm |= (category == ROBBERY) & (rng.random(len(events)) < 0.01)
    known = ~some(rng.random(len(events)), violent * 1.0, round(published.NO_SUSPECT * violent.sum()))
    known &= violent | (rng.random(len(events)) < 0.25)
    known |= events["young"].to_numpy(bool)
    town = events["town"].to_numpy()
    closed = (town >= 0) & np.isin(premises.astype(str), ("Police station", "Prison"))
    premises[closed] = "Dwelling"
    return {
        "Aggravating Factor": _keywords(rng, sheet.assign(category=category), late, town),
        "Firearm": flags(firearm),
        "Online": flags(space == "online"),
        "Public Place": np.where(space == "unknown", "", flags(space == "public")),
        "Premises Type": premises,
        "Victim Ethnicity": _ethnicities(rng, county, events["area"].to_numpy(), victim),
        "Relationship": _relationships(rng, violent, code, domestic, victim),
        "Suspect Age": _suspect_ages(rng, known, code == "1", events["young"].to_numpy(bool)),
        "Suspect Sex": np.where(
            known, np.where(rng.random(len(known)) < published.SUSPECT_MALE, "M", "F"), ""
        ),
    }


def _spaces(rng: np.random.Generator, sheet: pd.DataFrame) -> NDArray:
    """Kind of place of each offence: those against women and girls as published, the others likewise."""
    category, domestic, band = (sheet[name].to_numpy() for name in ("category", "domestic", "band"))
    n, violent = len(sheet), category == VIOLENCE
    women = np.isin(category, (VIOLENCE, ORDER, ROBBERY)) & (sheet["sex"] == "F").to_numpy() & (band >= 2)
    share, number = published.WOMEN_BY_SPACE, int(women.sum())
    likely = sheet["code"].map(_ONLINE).fillna(0.05).to_numpy()
    online = some(rng.random(n), likely * women, round(share["online"] * number))
    left = round(published.ONLINE * violent.sum()) - int((online & violent).sum())
    online |= some(rng.random(n), likely * (violent & ~women), max(0, left))
    school = women & ~domestic & ~online & np.isin(band, (2, 3))
    education = some(rng.random(n), school * 1.0, round(share["education"] * number))
    education |= violent & ~women & ~domestic & ~online & np.isin(band, (1, 2, 3)) & (rng.random(n) < 0.12)
    free = women & ~online & ~education
    public_number = round(share["public"] * number)
    of_domestic = round(published.DOMESTIC_IN_PUBLIC * public_number)
    public = some(rng.random(n), free * domestic * 1.0, of_domestic)
    public |= some(rng.random(n), free * ~domestic * 1.0, public_number - of_domestic)
    often = np.where(violent, np.where(domestic, 0.17, 0.6), sheet["category"].map(_PUBLIC).fillna(0.4))
    public |= ~women & ~online & ~education & (rng.random(n) < often)
    left = free & ~public & ~domestic
    unknown = some(rng.random(n), left * 1.0, number - sum(round(part * number) for part in share.values()))
    unknown |= ~women & ~online & ~education & ~public & ~domestic & (rng.random(n) < 0.025)
    return np.select(
        [online, education, public, unknown], ["online", "education", "public", "unknown"], "private"
    )


def _keywords(rng: np.random.Generator, sheet: pd.DataFrame, late: Mask, town: Ints) -> NDArray:
    """Aggravating factors of each offence, several in one cell."""
    category, domestic = sheet["category"].to_numpy(str), sheet["domestic"].to_numpy(bool)
    n, violent = len(category), category == VIOLENCE
    number = int(violent.sum())

    def of_violence(share: float, likely: NDArray | float = 1.0, elsewhere: float = 0.0) -> Mask:
        found = some(rng.random(n), violent * likely, round(share * number))
        return found | (~violent & (rng.random(n) < elsewhere))

    alcohol = of_violence(published.ALCOHOL, np.where(late, 4.0, 1.0), 0.012)
    drunk = rng.random(n)
    hate = _hate(rng, category, domestic, town)
    strand = np.full(n, "", object)
    shares = np.array(list(published.HATE_STRANDS.values()))
    for of in (hate & violent, hate & ~violent):
        strand[of] = np.array(list(published.HATE_STRANDS), object)[deal(rng, shares, int(of.sum()))]
    faith = hate & (strand == "racial") & (rng.random(n) < published.HATE_RELIGIOUS)
    marks: dict[str, Mask] = {
        "Domestic abuse: repeat": domestic & (rng.random(n) < 0.25),
        "Child at risk": of_violence(0.09, np.where(domestic, 2.0, 1.0)),
        "Alcohol: suspect": alcohol & (drunk < 0.8),
        "Alcohol: victim": alcohol & (drunk > 0.6),
        "Intimidation": of_violence(0.04),
        **{f"Hate: {name}": hate & (strand == name) for name in published.HATE_STRANDS},
        "Hate: religious": faith,
        "Mental health": of_violence(0.05, elsewhere=0.01),
        "Drugs": of_violence(0.025, np.where(late, 2.0, 1.0), 0.01)
        | (category == "Drugs") & (rng.random(n) < 0.6),
        "Gang or group": of_violence(0.012, np.where(domestic, 0.0, 1.0), 0.004),
    }
    found = np.full(n, "", object)
    for keyword, mask in marks.items():
        here = np.flatnonzero(mask)
        found[here] = [f"{before}; {keyword}" if before else keyword for before in found[here]]
    return found


def _hate(rng: np.random.Generator, category: NDArray, domestic: Mask, town: Ints) -> Mask:
    """Mark what is hate: the published part of the violence, and of the nights of each town centre."""
    n, violent = len(category), category == VIOLENCE
    likely = np.where(violent, np.where(domestic, 0.02, 1.0), np.where(category == ORDER, 2.0, 0.05))
    found = np.zeros(n, bool)
    for of, share in enumerate(published.NIGHT_HATE.values()):
        mine = town == of
        found |= some(rng.random(n), likely * mine, round(share * int(mine.sum())))
    left = round(published.HATE * int(violent.sum())) - int((found & violent).sum())
    found |= some(rng.random(n), likely * (violent & (town < 0)), left)
    often = np.where(category == ORDER, 0.06, 0.002)
    return np.asarray(found | (~violent & (town < 0) & (rng.random(n) < often)))


def _ethnicities(rng: np.random.Generator, county: County, area: Ints, victim: Mask) -> NDArray:
    """Self-defined codes of the victims by borough; a third are not recorded, a few not stated."""
    found = np.full(len(area), "", object)
    for borough, (name, codes) in enumerate(_ETHNICITY.items()):
        assert published.BOROUGHS[borough] == name
        here = victim & (np.where(area >= 0, county.borough[area], 1) == borough)
        found[here] = pick(rng, codes, int(here.sum()))
    luck = rng.random(len(area))
    return np.where(luck < 0.3, "", np.where(victim & (luck < 0.34), "NS", found))


def _relationships(
    rng: np.random.Generator, violent: Mask, code: NDArray, domestic: Mask, victim: Mask
) -> NDArray:
    """What the suspect is to the victim, where that is recorded."""
    found = np.full(len(code), "", object)
    known = victim & violent & (rng.random(len(code)) < published.RELATIONSHIP)
    sexual = np.isin(code, SEXUAL)
    part = round(published.RELATIONSHIP * int(sexual.sum()))
    known = np.where(sexual, some(rng.random(len(code)), sexual * 1.0, part), known)
    for of, names in ((domestic & ~sexual, _DOMESTIC), (~domestic & ~sexual, _OTHERS), (sexual, _SEXUAL)):
        here = known & of
        dealt = deal(rng, np.array(list(names.values()), float), int(here.sum()))
        found[here] = np.array(list(names), object)[dealt]
    return found


def _suspect_ages(rng: np.random.Generator, known: Mask, murdered: Mask, by_young: Mask) -> NDArray:
    """Ages of the suspects, blank where none is recorded; of homicides as many young ones as published."""
    child, young = published.SUSPECT_UNDER_18, published.SUSPECT_UNDER_25 - published.SUSPECT_UNDER_18
    group = draw(rng, np.array([child, young, 1 - child - young]), len(known))
    group = np.where(murdered, np.where(by_young, 1, 2), group)
    luck = rng.random(len(known))
    age = np.select(
        [group == 0, group == 1], [12 + np.sqrt(luck) * 6, 18 + luck * 7], 25 + 45 * luck**1.7
    ).astype(np.int64)
    return np.where(known, age.astype(str).astype(object), "")
