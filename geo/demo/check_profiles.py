"""Which published figures of violence by kind, of women, nights and patients does the demonstration give?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.ask.factors import FACTORS
from geo.ask.query import Query
from geo.ask.words import listed, month_number
from geo.demo import published
from geo.demo.chance import town_centre_codes
from geo.demo.check_persons import VIOLENCE
from geo.demo.topic import OF_PROTECTED, Topic
from geo.tell.assessment import part_of
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits.part import Part
from geo.tell.exhibits.persons import carrying
from geo.tell.exhibits.places import at_night

OFFENCES = "source=offences"
SEXUAL = "source=offences&definition=rape-and-serious-sexual&from=2019-09&to=2022-08"
PROFILE = "source=offences&category=violence-and-sexual-offences,public-order,robbery&to=2022-05"
WOMEN = "source=offences&definition=vawg&to=2022-05"
ORDER = (
    *("domestic abuse", "public place", "child at risk", "harassment", "suspect intoxicated", "online"),
    *("intimidation", "repeat domestic abuse", "partner on partner", "victim intoxicated", "knife"),
)
"""Factors of the published assessment, the most frequent first."""
FACTOR_NAMES = {
    "domestic abuse": "Domestic abuse",
    "public place": "Public place",
    "child at risk": "Child at risk",
    "online": "Online",
    "intimidation": "Intimidation",
    "knife": "Knife",
}
"""Those of them that the demonstration has, and what the exhibit calls them."""
_LISTS = (
    "The published profile does not print its list of offences. Here violence, public order and robbery are "
    "counted as police.uk has them, which are other offences. Its spaces and women’s part of the domestic "
    "offences match."
)
_BEGINS = (
    "The demonstration begins in January 2019, the published profile in June 2018, and the profile does not "
    "print its list of offences."
)
_YOUTH = (
    "The publication does not say what it calls serious youth violence. Here it is counted by the definition "
    "of MOPAC, which is narrower."
)
_AGES = (
    "The ages in the demonstration were set to give the published standardised rates, not this order; it has "
    "fewer residents aged 15 to 29 than the real county."
)
_AT_NIGHT = (
    "The published tables of months, hours and small areas match, and leave less violence in the town "
    "centres at night than this share needs; other offences make up the rest."
)


def _count(atlas: Atlas, search: str, lsoas: np.ndarray | None = None) -> int:
    """Events of an address, wherever they are or in some small areas."""
    selection = atlas.asked(atlas.exactly(search)).selection
    return int(selection.by_place.sum() if lsoas is None else selection.by_area[lsoas].sum())


def _part(atlas: Atlas, source: str, *, first: str = "", last: str = "") -> Part:
    months = {name: month_number(text) for name, text in (("first", first), ("last", last)) if text}
    return part_of(atlas, Query(source=source).replace(**months), source)[0]


def classes(atlas: Atlas) -> Topic:
    """Classes of violence, homicides, ages, serious youth violence, the order of factors."""
    topic = Topic("Kinds of violence, 2019 to 2023")
    whole = _count(atlas, VIOLENCE)
    for name, key, printed in (
        ("Without injury", "violence-without-injury", published.WITHOUT_INJURY),
        ("With injury", "violence-with-injury", published.WITH_INJURY),
    ):
        topic.share(name, printed, _count(atlas, f"{OFFENCES}&definition={key}") / whole)
    homicide = f"{OFFENCES}&definition=homicide"
    topic.numbers("Homicides", published.HOMICIDES, _count(atlas, homicide))
    topic.numbers(
        "Homicides with a knife", published.HOMICIDES_WITH_KNIFE, _count(atlas, f"{homicide}&knife=yes")
    )
    young = _count(atlas, f"{homicide}&suspect_age=0-24")
    topic.numbers("Homicides with an offender under 25", published.HOMICIDES_UNDER_25, young)
    known = "suspect_sex=female,male"
    children = _count(atlas, f"{VIOLENCE}&{known}&suspect_age=0-17") / _count(atlas, f"{VIOLENCE}&{known}")
    topic.share("Suspects under 18, of those recorded", published.SUSPECT_UNDER_18, children)
    bands = {
        f"{low}-{low + 4}": _count(atlas, f"{VIOLENCE}&victim_age={low}-{low + 4}")
        for low in range(15, 50, 5)
    }
    most = sorted(bands, key=lambda band: -bands[band])[:3]
    topic.cannot(
        "Ages of victims most often",
        "30-34, 25-29 and 20-24",
        listed(most),
        _AGES,
    )
    youth = f"{OFFENCES}&definition=serious-youth-violence"
    for name, printed, filters in (
        ("Serious youth violence", 0.10, ""),
        ("Serious youth violence with a knife", 0.01, "&knife=yes"),
        ("Serious youth violence with a gun", 0.001, "&firearm=yes"),
        ("Serious youth violence, other", 0.087, "&knife=no,unknown&firearm=no,unknown"),
    ):
        digits = 1 if printed < 0.1 else 0
        topic.or_why(name, printed, _count(atlas, youth + filters) / whole, _YOUTH, digits)
    table = EXHIBITS["factors"][1](_part(atlas, "offences")).table.set_index("Factor")["Count"]
    have = [name for name in ORDER if FACTOR_NAMES.get(name) in table.index]
    found = sorted(have, key=lambda name: -int(table[FACTOR_NAMES[name]]))
    topic.cannot(
        "Factors in order of frequency",
        listed(have),
        listed(found),
        "Published as well: 39% of violence against women and girls was in public, and 35% of all violence "
        "was domestic. The demonstration keeps to these shares, and then public place comes first.",
    )
    return topic


def sexual(atlas: Atlas) -> Topic:
    """Rape and serious sexual offences: where, against whom, by whom."""
    topic = Topic("Rape and serious sexual offences, September 2019 to August 2022")
    whole, boroughs = _count(atlas, SEXUAL), _part(atlas, "offences").boroughs
    for place, printed in {**published.SEXUAL_SEXES, "All": published.SEXUAL_ALL}.items():
        lsoas = boroughs.get(place)
        if place == "elsewhere":
            continue
        of = _count(atlas, SEXUAL, lsoas)
        for sex, share in zip(("female", "male", "unknown"), printed, strict=True):
            found = _count(atlas, f"{SEXUAL}&victim_sex={sex}", lsoas) / of
            name = f"{place}: victims {'of a sex not known' if sex == 'unknown' else sex}"
            topic.share(name, share, found, 0 if lsoas is None else 1)
    for place in published.BOROUGHS:
        printed_share, found = (
            published.SEXUAL_BOROUGHS[place],
            _count(atlas, SEXUAL, boroughs[place]) / whole,
        )
        topic.share(f"In {place}", printed_share, found)
    topic.share(
        "Victims under 18", published.SEXUAL_UNDER_18, _count(atlas, f"{SEXUAL}&victim_age=0-17") / whole
    )
    topic.share(
        "Victims 18 to 24", published.SEXUAL_18_TO_24, _count(atlas, f"{SEXUAL}&victim_age=18-24") / whole
    )
    unknown = _count(atlas, f"{SEXUAL}&relationship=unknown")
    topic.share("Relationship recorded", published.RELATIONSHIP, 1 - unknown / whole)
    part = part_of(atlas, atlas.exactly(SEXUAL), "offences")[0]
    again = EXHIBITS["repeat_persons"][1](part).table["Share of events"]
    topic.share("Repeat victims", published.REPEAT_VICTIMS, again.iloc[1:].sum() / 100)
    return topic


def women(atlas: Atlas) -> Topic:
    """Violence against women and girls: their part, kinds, domestic abuse."""
    topic = Topic("Violence against women and girls, June 2018 to May 2022")
    whole, hers = _count(atlas, PROFILE), _count(atlas, WOMEN)
    topic.cannot("Offences against women and girls", "43,471 of 77,294", f"{hers:,} of {whole:,}", _BEGINS)
    topic.or_why("Their part", 43_471 / 77_294, hers / whole, _LISTS)
    men = _count(atlas, f"{PROFILE}&victim_sex=male")
    topic.or_why("Against men and boys", 29_235 / 77_294, men / whole, _LISTS)
    nobody = _count(atlas, f"{PROFILE}&victim_sex=unknown&victim_age=unknown")
    topic.or_why("Without a victim", 3_908 / 77_294, nobody / whole, _LISTS)
    unknown = _count(atlas, f"{PROFILE}&victim_sex=unknown") - nobody
    topic.or_why("Of a sex not known", 680 / 77_294, unknown / whole, _LISTS, 1)
    for name, printed, key in (
        ("Without injury", 0.48, "violence-without-injury"),
        ("With injury", 0.176, "violence-with-injury"),
    ):
        codes = atlas.definitions[key].any[0]
        found = _count(atlas, f"{WOMEN}&{codes}") / hers
        topic.or_why(name, printed, found, _LISTS, 0 if printed == 0.48 else 1)
    order = _count(atlas, f"{WOMEN}&category=public-order") / hers
    topic.or_why("Public order", 0.182, order, _LISTS, 1)
    domestic = _count(atlas, f"{WOMEN}&domestic=yes") / _count(atlas, f"{PROFILE}&domestic=yes")
    topic.share("Part of the domestic offences", published.DOMESTIC_WOMEN, domestic)
    private = f"{OFFENCES}&definition=vawg-private"
    topic.or_why(
        "Of that in private, domestic",
        0.784,
        _count(atlas, f"{private}&domestic=yes") / _count(atlas, private),
        "With the published 20.5% in public, half of all violence against women would be domestic. That is "
        "more than women’s 72% of the domestic offences, which match, can be.",
        1,
    )
    return topic


def nights(atlas: Atlas) -> Topic:
    """Town centres at night: a weekend, what is domestic, hate, and the classes."""
    topic = Topic("Town centres at night, May 2021 to October 2022")
    part = _part(atlas, "offences", first="2021-05", last="2022-10")
    index = part.lsoa.frame.index
    areas = atlas.levels["lsoa"].frame
    centres = {town: index.isin(codes) for town, codes in town_centre_codes(_central(areas)).items()}
    table = at_night(part, centres).table.set_index("Town")
    for town in centres:
        weekend = f"{published.WEEKENDS[town]:.1f}", f"{table.at[town, 'A weekend']:.1f}"
        topic.words(f"{town}: offences a weekend", *weekend)
        topic.share(f"{town}: domestic", published.NIGHT_DOMESTIC[town], table.at[town, "% domestic"] / 100)
        hate = published.NIGHT_HATE[town]
        topic.share(f"{town}: hate", hate, table.at[town, "% hate"] / 100, 1 if 1000 * hate % 10 else 0)
        for name, printed in (
            ("without injury", published.NIGHT_WITHOUT_INJURY[town]),
            ("with injury", published.NIGHT_WITH_INJURY[town]),
        ):
            topic.or_why(f"{town}: {name}", printed, table.at[town, f"% {name}"] / 100, _AT_NIGHT)
        share = table.at[town, "% of it"] / 100
        topic.share(f"{town}: largest single place", published.NIGHT_PLACE[town], share)
    return topic


def _central(areas: pd.DataFrame) -> pd.DataFrame:
    """Small areas as the towns of the demonstration are told by: how central each is."""
    from geo.demo import county

    return county.areas().reindex(areas.index)


def patients(atlas: Atlas) -> Topic:
    """Who is hurt most often, and what the admitted are diagnosed with besides."""
    topic = Topic("Patients", health=True)
    part = _part(atlas, "ae")
    sex, age = FACTORS["victim_sex"], part.loaded.cube.age[part.rows]
    found = {
        f"{name} {5 * band}-{5 * band + 4}": int((carrying(part, sex, {at}) & (age == band)).sum())
        for at, name in enumerate(("females", "males"))
        for band in range(18)
    }
    most = sorted(found, key=lambda group: -found[group])[:2]
    topic.cannot("A&E: most often", "males 20-24, then 15-19", ", then ".join(most), _AGES)
    part = _part(atlas, "admissions")
    if not part.loaded.cube.extra.carries(FACTORS["diagnosis"]):
        for name, printed in (("mental health", "50%"), ("drugs", "40%"), ("alcohol", "20%")):
            topic.cannot(f"Admissions with a code of {name}", printed, "–", OF_PROTECTED)
        return topic
    shares = EXHIBITS["diagnoses"][1](part).table.set_index("Diagnosis")["Share"] / 100
    for name, label, part_of_all in (
        ("mental health", "Mental health", published.MENTAL),
        ("drugs", "Drugs", published.SUBSTANCE),
        ("alcohol", "Alcohol", published.DRINK),
    ):
        topic.share(f"Admissions with a code of {name}", part_of_all, shares[label])
    return topic
