"""Which offence is each of the invented violence, and whom do the gravest of them hurt?

Classes, homicides and serious sexual offences are dealt as published (:mod:`geo.demo.published`), with a
stream of their own, so that where and when violence is does not depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Ints, whole
from geo.demo.chance import SEED, deal, months_of, some

VIOLENT = (
    ("105A", "Assault without injury", 29.2, 0.00, 0.009, 0.36),
    ("8N", "Assault with injury", 22.2, 1.00, 0.034, 0.31),
    ("8L", "Harassment", 12.5, 0.00, 0.00, 0.30),
    ("8R", "Malicious communications", 13.0, 0.00, 0.00, 0.28),
    ("8Q", "Stalking", 6.6, 0.00, 0.01, 0.72),
    ("3B", "Threats to kill", 3.6, 0.00, 0.13, 0.35),
    ("5D", "Assault with intent to cause serious harm", 1.7, 1.00, 0.36, 0.16),
    ("8S", "Assault with injury on an emergency worker", 1.1, 1.00, 0.01, 0.02),
    ("11A", "Cruelty to or neglect of children", 1.7, 0.10, 0.00, 0.35),
    ("8U", "Controlling or coercive behaviour", 2.4, 0.00, 0.01, 1.00),
    ("1", "Murder", 0.0, 1.00, 0.50, 0.30),
    ("19C", "Rape of a female aged 16 and over", 0.0, 0.15, 0.01, 0.38),
    ("19D", "Rape of a female under 16", 0.0, 0.15, 0.00, 0.10),
    ("19E", "Rape of a female under 13", 0.0, 0.10, 0.00, 0.15),
    ("20A", "Sexual assault on a female aged 13 and over", 0.0, 0.05, 0.00, 0.14),
    ("20B", "Sexual assault on a female under 13", 0.0, 0.05, 0.00, 0.15),
    ("19F", "Rape of a male aged 16 and over", 0.0, 0.15, 0.00, 0.10),
    ("19G", "Rape of a male under 16", 0.0, 0.15, 0.00, 0.05),
    ("17A", "Sexual assault on a male aged 13 and over", 0.0, 0.05, 0.00, 0.05),
    ("17B", "Sexual assault on a male under 13", 0.0, 0.05, 0.00, 0.10),
    ("22A", "Causing sexual activity without consent", 0.0, 0.05, 0.00, 0.20),
    ("70", "Sexual activity with a person with a mental disorder", 0.0, 0.05, 0.00, 0.05),
)
"""Violence: Home Office code, offence, share of what is neither homicide nor sexual, and the part with
injury, with a knife, domestic."""
CODES = [row[0] for row in VIOLENT]
SEXUAL = ("17A", "17B", "19C", "19D", "19E", "19F", "19G", "20A", "20B", "22A", "70")
_RATHER: dict[tuple[str, int], dict[str, float]] = {
    ("F", 0): {"19E": 4, "20B": 6},
    ("F", 1): {"19D": 4, "20A": 6},
    ("F", 2): {"19C": 4.5, "20A": 5.5},
    ("M", 0): {"17B": 7, "19G": 3},
    ("M", 1): {"17A": 6, "19G": 4},
    ("M", 2): {"17A": 7, "19F": 3},
    ("", 0): {"22A": 1},
    ("", 1): {"22A": 1},
    ("", 2): {"22A": 7, "70": 3},
}
"""Codes by the victim's sex, and whether under 13, under 16 or older."""
SEXES = ("F", "M", "")


@dataclass
class Violence:
    """What each violent offence is.

    Attributes
    ----------
    kind : ndarray of int
        Position in :data:`VIOLENT`.
    sex : ndarray of object
        Of the victim where the kind of offence decides it, "?" elsewhere.
    age : ndarray of int
        Age in years likewise, -1 elsewhere.
    young : ndarray of bool
        Homicides with a suspect under 25.
    knife : ndarray of bool
        Homicides with a knife.
    """

    kind: Ints
    sex: NDArray = field(repr=False)
    age: Ints
    young: NDArray[np.bool_]
    knife: NDArray[np.bool_]


def kinds_of(county: County, violence: pd.DataFrame) -> Violence:
    """Deal the kinds of violent offences.

    Parameters
    ----------
    county : County
    violence : DataFrame
        ``kind``, drawn by the shares of :data:`VIOLENT`, ``area, band`` (-1 elsewhere and not known) and
        ``month``.
    """
    rng = np.random.default_rng([SEED, 31])
    n = len(violence)
    found = Violence(
        violence["kind"].to_numpy().copy(),
        np.full(n, "?", object),
        np.full(n, -1, np.int64),
        np.zeros(n, bool),
        np.zeros(n, bool),
    )
    area, band = violence["area"].to_numpy(), violence["band"].to_numpy()
    sexual = _sexual(rng, county, violence, found)
    murdered = some(rng.random(n), (area >= 0) * (band >= 3) * ~sexual * 1.0, published.HOMICIDES)
    found.kind[murdered] = CODES.index("1")
    found.knife = some(rng.random(n), murdered * 1.0, published.HOMICIDES_WITH_KNIFE)
    found.young = some(rng.random(n), murdered * 1.0, published.HOMICIDES_UNDER_25)
    return found


def _sexual(
    rng: np.random.Generator, county: County, violence: pd.DataFrame, found: Violence
) -> NDArray[np.bool_]:
    """Choose the serious sexual offences: so many in each borough, so many young, of the published sexes."""
    area, band, month = (violence[name].to_numpy() for name in ("area", "band", "month"))
    n = len(area)
    borough = np.where(area >= 0, county.borough[area], 3)
    within = np.isin(month, months_of("2019-09", "2022-08"))
    total = round(published.SEXUAL * n)
    part = within.mean()
    chosen = np.zeros(n, bool)
    for of, (place, share) in enumerate(published.SEXUAL_BOROUGHS.items()):
        for when, much in ((within, part), (~within, 1 - part)):
            here = np.flatnonzero((borough == of) & when & (band >= 0))
            number = min(round(total * share * much), len(here))
            mine = _by_age(rng, here, band, number, found)
            sexes = whole(np.array(published.SEXUAL_SEXES[place]), len(mine))
            found.sex[mine] = rng.permutation(np.repeat(np.array(SEXES, object), sexes))
            chosen[mine] = True
    age = found.age[chosen]
    group = np.where(age < 13, 0, np.where(age < 16, 1, 2))
    codes = found.kind[chosen]
    for (sex, of_age), rather in _RATHER.items():
        mine = (found.sex[chosen] == sex) & (group == of_age)
        weights = np.array(list(rather.values()), float)
        codes[mine] = np.array([CODES.index(code) for code in rather])[deal(rng, weights, int(mine.sum()))]
    found.kind[chosen] = codes
    return chosen


def _by_age(rng: np.random.Generator, here: Ints, band: Ints, number: int, found: Violence) -> Ints:
    """Choose a number of events, the published part of them under 18 and from 18 to 24; set their ages."""
    spans = ((0, 18), (18, 25), (25, 95))
    wanted = whole(np.array([published.SEXUAL_UNDER_18, published.SEXUAL_18_TO_24, 0.41]), number)
    free = rng.permutation(here)
    taken: list[Ints] = []
    for (low, high), many in zip(spans, wanted, strict=True):
        fits = (band[free] >= low // 5) & (band[free] * 5 < high)
        likely = 1.0 + 3.0 * ((band[free] == 3) & (low == 0)) if low == 0 else np.ones(len(free))
        mine = free[some(rng.random(len(free)), fits * likely, min(int(many), int(fits.sum())))]
        first = np.maximum(band[mine] * 5, low)
        last = np.minimum(band[mine] * 5 + 5, high)
        found.age[mine] = first + np.floor(rng.random(len(mine)) * (last - first)).astype(np.int64)
        free = free[~np.isin(free, mine)]
        taken.append(mine)
    return np.concatenate(taken)
