"""Who was involved, with what, and in what kind of place?

A :class:`Factor` is one thing that a source may record of the persons or the circumstances of an event. It is
declared here once: its name in the address and in a mapping, the column that holds it, how publishers write
it, the words for its values. The filter on the page and for programs, the reader's column and what a
description says follow from that. An event may carry several values of one factor (two strands of hate), and
many events carry none that is known: "unknown" is a value that can be asked for, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from geo.ask.ages import AGES, SPANS, UNKNOWN, ages_said, divides, positions_of, within_five_years
from geo.ask.notice import Notice
from geo.ask.parameters import ALL, Notices, Parameter, names, words
from geo.ask.source_info import SourceInfo
from geo.ask.words import listed, lower_first

LIST = "aggravating"
"""Column of a list of keywords, "Alcohol; Hate: racial", in which a force marks what has no column."""
APART = ";"
"""What stands between the values of one event."""


@dataclass(frozen=True)
class Factor:
    """One thing that is recorded of persons or circumstances.

    Attributes
    ----------
    name : str
        In the address and in a mapping.
    label, description : str
        "Victim's sex"; what it asks for, one sentence.
    column : str
        Of canonical incidents.
    values : mapping
        Value in the address to what it is called on the page.
    phrases : mapping
        The same to how a description says it, "female victims".
    stored : mapping
        What the column holds to the value; a text that is none of these is the value itself.
    header : str
        Column of a force's dated extract; "" where that has none.
    written : mapping
        Value to the pattern by which a publisher's words are told, the first that fits; empty for flags,
        sexes and ages, which have forms of their own.
    marked : mapping
        Value to the pattern of a keyword of :data:`LIST` that says it, for a source without the column.
    sector : str
        Whose sources may record it, "health"; "" for any. Of others its lack is not worth a word.
    several : bool
        Whether one event may have several of its values, written in one cell.
    drawn : bool
        Whether the protected version of a source carries it, from tables with noise.
    """

    name: str
    label: str
    description: str
    column: str
    values: Mapping[str, str]
    phrases: Mapping[str, str]
    stored: Mapping[str, str] = field(default_factory=dict)
    header: str = ""
    written: Mapping[str, str] = field(default_factory=dict)
    marked: Mapping[str, str] = field(default_factory=dict)
    sector: str = ""
    several: bool = False
    drawn: bool = False

    @property
    def flag(self) -> bool:
        """Whether it is either so or not."""
        return "yes" in self.values

    @property
    def ages(self) -> bool:
        """Whether it is an age: one value an event, of which several bands may be all that is known."""
        return self.column.endswith("age_band")

    @property
    def labels(self) -> list[str]:
        """What its values are called, in their order."""
        return list(self.values.values())

    def of(self, text: str) -> frozenset[int]:
        """Positions of the values that a text of the column holds."""
        if self.ages:
            return positions_of(text) or self.unknown
        order = list(self.values)
        parts = (self.stored.get(part, part) for part in text.split(APART))
        return frozenset(order.index(part) for part in parts if part in order) or self.unknown

    def among(self, text: str) -> frozenset[int]:
        """Positions of the values that a list of keywords says; of one without any, that it is not so.

        >>> [sorted(FACTORS["alcohol"].among(text)) for text in ("Drugs; Alcohol", "Drugs")]
        [[0], [1]]
        """
        order = list(self.values)
        parts = [part.strip() for part in text.upper().split(APART)]
        said = {value for value, form in self.marked.items() if any(re.search(form, part) for part in parts)}
        return frozenset(map(order.index, said or {"no" if self.flag else "none"}))

    @property
    def unknown(self) -> frozenset[int]:
        """Position of what is not known, as a set."""
        return frozenset({list(self.values).index(UNKNOWN)})

    def mentioned(self, texts: Collection[str]) -> bool:
        """Whether any list of keywords speaks of it."""
        nothing = self.among("")
        return any(self.among(text) != nothing for text in texts)

    def says(self, chosen: Sequence[int]) -> str:
        """Say the values chosen, as a description does: "female victims"."""
        phrases = list(self.phrases.values())
        return " or ".join(phrases[position] for position in chosen)

    def reason(self, source: SourceInfo) -> str:
        """Why a source cannot be asked by it, a sentence; "" where it can."""
        if self.name in source.factors:
            return ""
        if source.disclosure == "controlled":
            return "it is not in the protected version of this source, which is what you are shown."
        return "the files loaded do not record it."

    def fits(self, source: SourceInfo, chosen: Sequence[int]) -> tuple[tuple[int, ...], Notices]:
        """Ages that a source tells apart: none of a span that its bands of five years do not."""
        if self.name not in source.by_five_years or not divides(chosen):
            return tuple(chosen), []
        of = "its protected version gives" if source.disclosure == "controlled" else "the files loaded give"
        return (), [within_five_years(chosen, self.label, f"{of} ages by five years")]

    def parameter(self) -> Parameter:
        """Declare the filter by it."""
        return Parameter(
            self.name,
            self.name,
            SPANS if self.ages else names(f"value of {lower_first(self.label)}", list(self.values)),
            self.label,
            self.description,
            changes=ALL,
            filters=True,
            control="strip",
            options=self.values,
            keeps=lambda cube, chosen: cube.extra.carrying(self, chosen),
            unsure=lambda cube, chosen: cube.extra.unsure(self, chosen),
            reason=self.reason,
            fits=self.fits if self.ages else None,
            says=ages_said(self.phrases[UNKNOWN]) if self.ages else self.says,
        )


# ---------------------------------------------------------------- what is declared


def _flag(name: str, label: str, description: str, so: str, **more: Any) -> Factor:
    what = lower_first(label)
    return Factor(
        name,
        label,
        description,
        **{"column": name, **more},
        values={"yes": "Yes", "no": "No", UNKNOWN: "Not known"},
        phrases={"yes": so, "no": f"not {so}", UNKNOWN: f"{what} not known"},
        stored={"True": "yes", "False": "no"},
    )


def _sex(name: str, who: str, **more: Any) -> Factor:
    return Factor(
        name,
        f"{who.capitalize()}'s sex",
        f"Sex of the {who}.",
        values={"female": "Female", "male": "Male", UNKNOWN: "Not known"},
        phrases={
            "female": f"female {who}s",
            "male": f"male {who}s",
            UNKNOWN: f"{who}s of a sex not known",
        },
        stored={"F": "female", "M": "male"},
        **more,
    )


def _age(name: str, who: str, **more: Any) -> Factor:
    bands = {band: band for band in AGES}
    return Factor(
        name,
        f"{who.capitalize()}'s age",
        f"Age of the {who}: a span such as 0-17, 18-24, 65+, or unknown; several in a list.",
        values={**{band: band.partition("-")[0] for band in bands}, UNKNOWN: "?"},
        phrases={**bands, UNKNOWN: f"{who}s of an age not known"},
        **more,
    )


_PREMISES = {
    "licensed": (
        "Licensed premises",
        r"LICEN[CS]ED|PUBLIC HOUSE|\bPUBS?\b|\bBARS?\b|NIGHT ?CLUB|RESTAURANT|TAKE ?AWAY",
    ),
    "police": ("Police station", r"POLICE|CUSTODY"),
    "prison": ("Prison", r"PRISON|\bHMP\b|\bYOI\b|DETENTION CENTRE"),
    "health": ("Hospital or care", r"HOSPITAL|SURGERY|CLINIC|CARE HOME|NURSING|AMBULANCE|HEALTH"),
    "education": ("School or college", r"SCHOOL|COLLEGE|UNIVERSIT|EDUCATION|NURSERY|ACADEMY"),
    "shop": ("Shop", r"SHOP|RETAIL|STORE|SUPERMARKET|FILLING STATION|\bBANK\b"),
    "transport": ("Transport", r"\bBUS\b|TRAIN|RAIL|STATION|TAXI|TRANSPORT|AIRPORT|VEHICLE"),
    "street": (
        "Street or open space",
        r"STREET|ROAD|HIGHWAY|FOOTPATH|ALLEY|CAR ?PARK|\bPARKS?\b|OPEN|PUBLIC PLACE|PAVEMENT",
    ),
    "home": ("Home", r"DWELLING|HOUSE|FLAT|\bHOME|RESIDEN|GARDEN|HOSTEL|PRIVATE"),
    "other": ("Other", r"."),
}
_RELATIONSHIPS = {
    "partner": ("Partner or ex-partner", r"PARTNER|SPOUSE|HUSBAND|WIFE|BOYFRIEND|GIRLFRIEND|MARRIED|COHABIT"),
    "stranger": ("Stranger", r"STRANGER|NO RELATION|NOT KNOWN TO|UNKNOWN TO"),
    "family": (
        "Family",
        r"FAMILY|PARENT|MOTHER|FATHER|\bSON\b|DAUGHTER|CHILD|BROTHER|SISTER|SIBLING|UNCLE|AUNT|COUSIN|RELATIVE"
        r"|IN-LAW",
    ),
    "acquaintance": (
        "Friend or acquaintance",
        r"FRIEND|ASSOCIATE|ACQUAINT|NEIGHBOU?R|COLLEAGUE|\bKNOWN\b|FLATMATE",
    ),
    "other": ("Other", r"."),
}
_ETHNICITIES = {
    "mixed": ("Mixed", r"^M\d|MIXED|MULTIPLE|^[DEFG]$"),
    "asian": ("Asian", r"^A\d|ASIAN|INDIAN|PAKISTAN|BANGLADESH|CHINESE|^IC ?[45]\b|^[HJKLR]$"),
    "black": ("Black", r"^B\d|BLACK|AFRICAN|CARIBBEAN|^IC ?3\b|^[MNP]$"),
    "white": ("White", r"^W\d|WHITE|EUROPEAN|BRITISH|IRISH|GYPSY|ROMA|^IC ?[12]\b|^[ABC]$"),
    "other": ("Other", r"."),
}
_HATE = {
    "race": ("Race", r"HATE.*RAC|RACIS|RACIAL"),
    "religion": ("Religion", r"HATE.*(RELIG|FAITH)|RELIGIOUS"),
    "disability": ("Disability", r"HATE.*DISAB|DISABLIST"),
    "orientation": ("Sexual orientation", r"HATE.*(SEXUAL|ORIENT)|HOMOPHOB"),
    "transgender": ("Transgender", r"HATE.*TRANS|TRANSPHOB"),
    "unstated": ("Strand not stated", r"^HATE( CRIME)?$"),
}


def _said(form: str, shown: str) -> str:
    """Write a value in a description; nouns of peoples keep their capital."""
    return form.format(
        shown if "ethnicity" in form and shown not in ("Mixed", "Other") else lower_first(shown)
    )


def _group(
    name: str, label: str, description: str, found: Mapping[str, tuple[str, str]], says: str, **more: Any
) -> Factor:
    """Declare a factor of a few groups, told by a publisher's words."""
    values = {value: shown for value, (shown, _) in found.items()}
    return Factor(
        name,
        label,
        description,
        **{"column": name, **more},
        values={**values, UNKNOWN: "Not known"},
        phrases={
            **{value: _said(says, shown) for value, shown in values.items()},
            UNKNOWN: f"{lower_first(label)} not known",
        },
        written={value: form for value, (_, form) in found.items()},
    )


def _hate() -> Factor:
    values = {value: shown for value, (shown, _) in _HATE.items()}
    return Factor(
        "hate",
        "Hate",
        "Strands of hate that an event is marked with; none for events that are not.",
        "hate",
        {**values, "none": "None", UNKNOWN: "Not known"},
        {
            **{value: f"hate crime ({lower_first(shown)})" for value, shown in values.items()},
            "none": "no hate crime",
            UNKNOWN: "hate not known",
        },
        header="Hate Strand",
        written={value: form.replace("HATE.*", "") for value, (_, form) in _HATE.items()}
        | {"none": r"^(NONE|NO|N)$"},
        marked={value: form for value, (_, form) in _HATE.items()},
        several=True,
    )


_DIAGNOSES = {
    "mental": ("Mental health", r"^F\d"),
    "substance": ("Drugs", r"^(F1[1-9]|T40|T52|T59|T43\.?6|Y12|Y16|Y19)"),
    "alcohol": (
        "Alcohol",
        r"^(E24\.?4|F10|G31\.?2|G62\.?1|G72\.?1|I42\.?6|K29\.?2|K70|K85\.?2|K86\.?0|O35\.?4|P04\.?3|Q86\.?0"
        r"|R78\.?0|T51[.]?[019]|X45|X65|Y15|Y9[01])",
    ),
    "none": ("None of these", r"^(?!F\d)[A-Z]\d\d"),
}
"""Groups of diagnoses by codes of ICD-10: mental and behavioural, drugs, wholly attributable to alcohol."""


def _diagnoses() -> Factor:
    values = {value: shown for value, (shown, _) in _DIAGNOSES.items()}
    return Factor(
        "diagnosis",
        "Diagnosis",
        "Groups of diagnoses in any position of an admission: mental health, drugs, alcohol; none of these.",
        "diagnosis",
        {**values, UNKNOWN: "Not known"},
        {
            **{value: f"with a diagnosis of {lower_first(values[value])}" for value in values},
            "mental": "with a mental health diagnosis",
            "none": "with no diagnosis of mental health, drugs or alcohol",
            UNKNOWN: "diagnosis not known",
        },
        written={value: form for value, (_, form) in _DIAGNOSES.items()},
        sector="health",
        several=True,
    )


FACTORS: dict[str, Factor] = {
    one.name: one
    for one in (
        _sex("victim_sex", "victim", column="sex", drawn=True),
        _age("victim_age", "victim", column="age_band", drawn=True),
        _group(
            "ethnicity",
            "Victim's ethnicity",
            "Ethnicity of the victim, in five groups.",
            _ETHNICITIES,
            "victims of {} ethnicity",
            header="Victim Ethnicity",
        ),
        _sex("suspect_sex", "suspect", column="suspect_sex", header="Suspect Sex"),
        _age("suspect_age", "suspect", column="suspect_age_band", header="Suspect Age"),
        _group(
            "relationship",
            "Relationship",
            "What the suspect is to the victim.",
            _RELATIONSHIPS,
            "suspect: {}",
            header="Relationship",
        ),
        _flag(
            "domestic",
            "Domestic abuse",
            "Whether it is marked as domestic abuse.",
            "domestic abuse",
            column="domestic_abuse",
            marked={"yes": r"DOMESTIC"},
            drawn=True,
        ),
        _flag(
            "knife",
            "Knife",
            "Whether a knife or another blade was involved.",
            "with a knife",
            marked={"yes": r"KNIFE|BLADE"},
            drawn=True,
        ),
        _flag(
            "firearm",
            "Firearm",
            "Whether a firearm was involved.",
            "with a firearm",
            header="Firearm",
            marked={"yes": r"FIREARM|\bGUN\b"},
        ),
        _flag("injury", "Injury", "Whether somebody was injured.", "with injury", drawn=True),
        _flag(
            "alcohol",
            "Alcohol",
            "Whether alcohol is marked as a factor.",
            "with alcohol",
            header="Alcohol",
            marked={"yes": r"ALCOHOL|INTOXICAT|DRUNK"},
        ),
        _flag(
            "drugs",
            "Drugs",
            "Whether drugs are marked as a factor.",
            "with drugs",
            column="drugs_involved",
            header="Drugs",
            marked={"yes": r"DRUG"},
        ),
        _hate(),
        _flag(
            "online",
            "Online",
            "Whether it was done online.",
            "online",
            header="Online",
            marked={"yes": r"ONLINE|CYBER|INTERNET"},
        ),
        _flag(
            "public_place",
            "Public place",
            "Whether it was in a public place.",
            "in a public place",
            header="Public Place",
            marked={"yes": r"PUBLIC PLACE"},
        ),
        _group(
            "premises",
            "Premises",
            "In what kind of place it was.",
            _PREMISES,
            "at: {}",
            header="Premises Type",
        ),
        _diagnoses(),
    )
}
"""What can be asked of persons and circumstances, in the order of the page."""

CODE = Factor(
    "code",
    "Home Office code",
    "Offences of some Home Office codes, as the file writes them: 1,4A,5D.",
    "offence_code",
    {UNKNOWN: "Not known"},
    {UNKNOWN: "offence code not known"},
)


NEAREST = 4
"""Codes that a refusal names."""


def _fitting(source: SourceInfo, codes: Sequence[str]) -> tuple[tuple[str, ...], Notices]:
    """Codes that the files have or a saved definition names; of each other one the nearest of the files."""
    spelt = {code.upper(): code for code in sorted(source.codes)}
    known = {UNKNOWN.upper(), *spelt, *map(str.upper, source.codes_defined)}
    notices: Notices = []
    for code in codes:
        if code.upper() not in known:
            near = [spelt[one] for one in get_close_matches(code.upper(), spelt, NEAREST, 0)]
            fault = f"No {source.one or source.noun} has the Home Office code “{code}”"
            nearest = f"earest are {listed(near)}." if near else "one has any."
            notices.append(Notice(f"{fault}; it was left out. N{nearest}", f"{fault}: n{nearest}"))
    return tuple(code for code in codes if code.upper() in known), notices


def _codes() -> Parameter:
    def says(codes: Sequence[str]) -> str:
        return f"Home Office code{'s' * (len(codes) > 1)} {', '.join(codes)}"

    return Parameter(
        CODE.name,
        CODE.name,
        words("Home Office code", r"[A-Za-z0-9./]{1,12}", like="8N"),
        CODE.label,
        CODE.description,
        changes=ALL,
        filters=True,
        keeps=lambda cube, codes: cube.extra.of_text(CODE.column, codes),
        unsure=lambda cube, codes: cube.extra.of_text(CODE.column, (UNKNOWN,) * (UNKNOWN not in codes)),
        reason=CODE.reason,
        fits=_fitting,
        says=says,
    )


ASKED = {name: one.parameter() for name, one in FACTORS.items()} | {CODE.name: _codes()}
"""The filters by them, by their names in the address."""
