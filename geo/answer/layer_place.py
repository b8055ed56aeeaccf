"""What kind of place is it? Layers of the residents, of the area classification, and of who works there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.colours import PALETTES, Shade
from geo.answer.columns import Column, figures
from geo.answer.few import TOO_FEW, of_period
from geo.answer.layer import NO_CLAIM, Layer
from geo.answer.legend import Drawn, Kind, classify
from geo.answer.measures import measure
from geo.answer.place import in_words
from geo.answer.steps import in_steps
from geo.ask.place import AGES
from geo.ask.words import AREAS, named, verb
from geo.data.read_place import class_names
from geo.stats.rates import HIDE_RATE_BELOW

GROUP = "The place"
NO_EVENTS = "This is about the place: no filter of events changes the colours."
CAUTION = (
    "People there by day are those who work there by the Census of March 2021, at home too, when many "
    "were kept there; shoppers, visitors, pupils and residents who do not work are not among them."
)


def _highest(s: Asked, values: np.ndarray, what: str, form: str) -> str:
    """Which areas have the highest value of something."""
    known = np.where(s.chosen, values, np.nan)
    if np.isnan(known).all():
        return f"It is not known {what} of these areas."
    top = np.nanmax(known)
    names = s.frame["name"].to_numpy(str)[known == top].tolist()
    return (
        f"{named(names, *AREAS[s.query.level])} {verb(len(names), 'has', 'have')} {what}: {form.format(top)}."
    )


def draw_density(s: Asked) -> Drawn:
    density = s.county.surroundings.density(s.query.level)
    codes, classes = in_steps(s, "Residents per square kilometre", density, s.chosen, places=0)
    finding = _highest(s, density, "the most residents per square kilometre", "{:,.0f}")
    columns = measure(s).columns.assign(density=density)
    return Drawn(columns, codes, classes, finding, (NO_EVENTS,))


def draw_ages(s: Asked) -> Drawn:
    said = AGES[s.query["ages"]]
    share = s.county.surroundings.share_of_ages(s.query.level, s.query["ages"])
    known = np.full(len(s.frame), np.nan) if share is None else share
    codes, classes = in_steps(s, f"Residents aged {said}, %", known, s.chosen)
    finding = _highest(s, known, f"the largest share of residents aged {said}", "{:.1f}%")
    if share is None:
        finding = f"Residents are not loaded by age groups that tell those aged {said}."
    return Drawn(measure(s).columns.assign(ages_share=known), codes, classes, finding, (NO_EVENTS,))


SUPERGROUPS = tuple(
    Kind(code, f"{code} {class_names()[code]}", shade)
    for code, shade in zip(
        "12345678",
        (
            Shade("#c9b88f", "#8a7a52"),
            Shade("#7fb069", "#4f8a3c"),
            Shade("#d1495b", "#e0697a"),
            Shade("#e39ec1", "#b56a92"),
            Shade("#edae49", "#c98a22"),
            Shade("#e8e0a8", "#6e6a3a"),
            Shade("#8a5a3b", "#b07a52"),
            Shade("#7d5ba6", "#a684d0"),
        ),
        strict=True,
    )
)
"""The supergroups of the area classification, in colours near those of its authors' maps."""


def draw_classification(s: Asked) -> Drawn:
    place, level = s.county.surroundings, s.query.level
    first = place.main_class(level)
    keys = [kind.key for kind in SUPERGROUPS]
    position = np.array([keys.index(code) if code else -1 for code in first])
    title = "Area classification 2021/22" + ("" if level == "lsoa" else ": where most residents live")
    codes, classes = classify(title, SUPERGROUPS, position, s.chosen)
    full = place.subgroups if level == "lsoa" and place.subgroups is not None else first
    columns = measure(s).columns.assign(
        classification=pd.array(full, "str"),
        classification_name=pd.array([in_words(code) if code else "" for code in full], "str"),
    )
    counts = np.bincount(position[(position >= 0) & s.chosen], minlength=len(keys))
    most = int(counts.argmax())
    name = class_names()[keys[most]]
    finding = f"{s.areas(int(counts[most]))} {verb(int(counts[most]), 'is', 'are')} classed as {name}."
    return Drawn(columns, codes, classes, finding[:1].upper() + finding[1:], (NO_EVENTS, SOURCE_OF_CLASSES))


SOURCE_OF_CLASSES = (
    "Area classification 2021/22 of the Office for National Statistics and University College London, by "
    "small area that of most of its residents: names are theirs, of what is typical, not of everybody there."
)


def draw_by_day(s: Asked) -> Drawn:
    workers = s.county.surroundings.by_day(s.query.level)
    there = np.full(len(s.frame), np.nan) if workers is None else np.where(workers > 0, workers, np.nan)
    rate = s.shown / (there / 1000 * s.exposure)
    rate = np.where(s.shown >= HIDE_RATE_BELOW, rate, np.where(s.shown == 0, 0.0, np.nan))
    rate = np.where(np.isnan(there), np.nan, rate)
    title = f"{s.noun.capitalize()} per 1,000 people there by day, a year"
    hidden = np.isnan(s.shown) & ~np.isnan(there)
    codes, classes = in_steps(s, title, rate, s.inside, none=TOO_FEW, suppressed=hidden)
    home = f"{s.info.label} are counted where the people live, not where they are by day."
    at_home = (home,) if s.info.place == "residence" else ()
    what = f"the most {s.noun} per 1,000 people there by day"
    columns = measure(s).columns.assign(workers=pd.array(np.round(there), "Int64"), rate_per_1000_by_day=rate)
    return Drawn(
        columns,
        codes,
        classes,
        _highest(s, np.where(s.inside, rate, np.nan), what, "{:,.1f}"),
        (CAUTION, *at_home, *of_period(s)),
    )


DENSITY = Layer(
    key="density",
    evidence=("residents",),
    label="Residents per km²",
    explanation="How many people live on a square kilometre, by the boundaries of the areas.",
    group=GROUP,
    draw=draw_density,
    claim=NO_CLAIM,
    scale="rising",
    ramps=tuple(PALETTES.values()),
    columns=(
        Column(
            "density",
            "Residents per square kilometre",
            "Residents per km²",
            "/ km²",
            write=figures("{:,.0f}"),
        ),
    ),
    about="density",
    needs=frozenset({"population"}),
    heeds=frozenset({"palette"}),
)
AGE_SHARE = Layer(
    key="ages",
    evidence=("residents_by_age",),
    label="Share of an age group",
    explanation="What part of the residents is of an age group, in per cent.",
    group=GROUP,
    draw=draw_ages,
    claim=NO_CLAIM,
    scale="rising",
    ramps=tuple(PALETTES.values()),
    columns=(
        Column(
            "ages_share",
            "Share of the residents who are of the age group asked for, in per cent",
            "Share of the age group",
            "Share",
            write=figures("{:.1f}%"),
        ),
    ),
    about="ages_share",
    needs=frozenset({"population", "residents by age"}),
    heeds=frozenset({"ages", "palette"}),
)
CLASSIFICATION = Layer(
    key="classification",
    evidence=("area_classes",),
    label="Area classification",
    explanation="What kind of neighbourhood it is by the Census, in the words of the ONS's classification "
    "of 2021/22. Of a ward or borough, the supergroup in which most residents live.",
    group=GROUP,
    draw=draw_classification,
    claim=NO_CLAIM,
    scale="kinds",
    kinds=SUPERGROUPS,
    columns=(
        Column(
            "classification",
            "Code of the area classification 2021/22",
            "Class",
            "Class",
            write=lambda values: values.tolist(),
        ),
        Column(
            "classification_name",
            "Supergroup, group and subgroup of the area classification 2021/22, in words",
            "Area classification",
            "Class",
            write=lambda values: values.tolist(),
            told=True,
            width=60,
        ),
    ),
    about="classification",
    needs=frozenset({"classification"}),
)
BY_DAY = Layer(
    key="by_day",
    evidence=("by_day",),
    label="Rate by people there by day",
    explanation="Events per 1,000 people who work there, a year: for town centres and estates of offices, "
    "with few residents. It says little of places where few work.",
    group="How many",
    draw=draw_by_day,
    claim=NO_CLAIM,
    scale="rising",
    ramps=tuple(PALETTES.values()),
    columns=(
        Column(
            "workers",
            "People aged 16 and over who work there (workplace population)",
            "People there by day",
            "By day",
            write=figures("{:,.0f}"),
        ),
        Column(
            "rate_per_1000_by_day",
            "Events per 1,000 people who work there, a year, from the count as shown; blank under "
            f"{HIDE_RATE_BELOW} events",
            "Per 1,000 people there by day",
            "/ 1,000",
        ),
    ),
    about="rate_per_1000_by_day",
    needs=frozenset({"workplace"}),
    heeds=frozenset({"palette"}),
)
LAYERS_OF_PLACE = (DENSITY, AGE_SHARE, CLASSIFICATION)
