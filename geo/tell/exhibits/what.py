"""What kinds of offences are they, year by year, and how many of the rarest?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.moments import N_SLOTS
from geo.ask.ages import read_ages
from geo.ask.factors import CODE, FACTORS
from geo.ask.words import agree, lower_first, named
from geo.stats.intervals import poisson_interval
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import PERCENT, YEAR, Part, ordered
from geo.tell.exhibits.persons import carrying

LISTED = 25
"""Kinds of offences that are listed."""
RARE: dict[str, str] = {
    "Homicide": "1,4.1,4.2,4.10",
    "Attempted murder": "2",
    "Assault with intent to cause serious harm": "5D",
    "Rape": "19C,19D,19E,19F,19G,19H,19J,19K",
    "Kidnapping": "36",
    "Modern slavery": "106",
}
"""The most serious offences by their Home Office codes."""


def categories_by_year(part: Part) -> Exhibit:
    """Every category in every year, with its share of the year."""
    need_pairs(part, "categories and months")
    whole = replace(part, query=part.query.replace(category=()))
    categories, cube = part.loaded.info.categories, part.loaded.cube
    if len(categories) < 2:
        raise NotPossible("the files loaded have one category only.")
    of_year = {
        int(year): whole.rows[cube.months[_month_of(whole)] // YEAR == year]
        for year in np.unique(whole.months // YEAR)
    }
    if len(of_year) < 2:
        raise NotPossible("the period is within one year.")
    number = len(cube.categories)
    counts = {
        year: np.bincount(_category_of(whole, rows), minlength=number) for year, rows in of_year.items()
    }
    total = np.sum(list(counts.values()), axis=0)
    order = ordered(part.numbers(total), list(cube.categories))
    table = pd.DataFrame({"Category": [cube.categories[at] for at in order]})
    for year, count in counts.items():
        table[str(year)] = part.gate.counts(count[order])
    first, last = min(counts), max(counts)
    for year in (first, last):
        table[f"Share {year}"] = [
            part.percent(int(counts[year][at]), int(counts[year].sum())) for at in order
        ]
    moved = (table[f"Share {last}"] - table[f"Share {first}"]).abs()
    finding = ""
    if moved.notna().any():
        at = int(moved.argmax())
        one = table.iloc[at]
        finding = (
            f"The share of {lower_first(one['Category'])} changed most: {one[f'Share {first}']:.1f}% of "
            f"{first}, {one[f'Share {last}']:.1f}% of {last}."
        )
    caveats = ("A year of the period may be cut short by its ends: compare shares, not counts.",)
    title = f"{part.asked.loaded.info.label} by category and year, {part.where}, {part.when}"
    formats = dict.fromkeys((f"Share {first}", f"Share {last}"), PERCENT)
    return Exhibit("categories_by_year", title, finding, table, formats, caveats=caveats)


def subtypes(part: Part) -> Exhibit:
    """Offences by the name or code that the file gives them, within the categories chosen."""
    extra = part.loaded.cube.extra
    column = next((name for name in ("offence", CODE.column) if extra.known(name)), "")
    if not column:
        raise NotPossible("the files loaded name no offences beside their categories.")
    positions, texts = extra.coded(column)
    mine = positions[part.rows]
    counts = np.bincount(mine[mine >= 0], minlength=len(texts))
    names = [text for text, count in zip(texts, counts, strict=True) if count]
    counts = counts[counts > 0]
    order = ordered(part.numbers(counts), names)
    if not len(order):
        raise NotPossible("none of these offences is named.")
    table = pd.DataFrame({"Offence": [names[at] for at in order]})
    table["Count"] = part.gate.counts(counts[order])
    table["Share"] = [part.percent(int(counts[at]), part.total) for at in order]
    table["Together"] = [
        part.percent(int(counts[order][: at + 1].sum()), part.total) for at in range(len(order))
    ]
    half = int((table["Together"] < 50).sum()) + 1
    few = [names[order[0]], *map(lower_first, (names[at] for at in order[1:half]))]
    finding = (
        ""
        if np.isnan(table["Share"].iloc[0])
        else f"{named(few)} {agree(half, 'is', 'are')} {table['Together'].iloc[half - 1]:.0f}% of all."
    )
    unnamed = int((mine < 0).sum())
    caveats = (f"{part.events(unnamed)} without a name or code are not listed.",) if unnamed else ()
    formats = dict.fromkeys(("Share", "Together"), PERCENT)
    title = f"{part.titled}: by offence"
    return Exhibit("subtypes", title, finding, table, formats, caveats=caveats, rows=LISTED)


def rare(part: Part) -> Exhibit:
    """Homicides and other offences that are few and grave, each by its codes, with limits of a year."""
    extra = part.loaded.cube.extra
    if not extra.carries(CODE):
        raise NotPossible(f"Home Office codes: {CODE.reason(part.loaded.info)}")
    whole = replace(part, query=part.query.replace(category=()))
    beside = {
        "With a knife": ("knife", {0}),
        "Domestic": ("domestic", {0}),
        "Suspect under 25": ("suspect_age", None),
    }
    marks = {
        label: carrying(whole, FACTORS[name], {*read_ages("0-24")[0]} if at is None else at)
        for label, (name, at) in beside.items()
        if extra.carries(FACTORS[name])
    }
    found = {name: extra.of_text(CODE.column, codes.split(","))[whole.rows] for name, codes in RARE.items()}
    found = {name: mask for name, mask in found.items() if mask.any()}
    if not found:
        raise NotPossible("none of the gravest offences is among them.")
    counts = np.array([int(mask.sum()) for mask in found.values()])
    shown = part.numbers(counts)
    lower, upper = poisson_interval(np.nan_to_num(shown))
    hidden = np.where(np.isnan(shown), np.nan, 1.0)
    table = pd.DataFrame({"Offence": list(found), "Count": part.gate.counts(counts)})
    for label, mask in marks.items():
        table[label] = part.gate.counts([int((mask & one).sum()) for one in found.values()])
    table["A year"] = shown / part.years
    table["From"], table["To"] = lower * hidden / part.years, upper * hidden / part.years
    first = next(iter(found))
    said = [
        f"{table[label].iloc[0]} {lower_first(label)}" for label in marks if table[label].iloc[0] is not pd.NA
    ]
    of_them = f", of these {named(said)}" if said else ""
    finding, one = "", table.iloc[0]
    if one["Count"] is not pd.NA:
        finding = f"{first}: {one['Count']:,} in {part.period}{of_them}; {one['A year']:.1f} a year, "
        finding += f"{one['From']:.1f} to {one['To']:.1f} by chance alone."
    caveats = (
        "Limits are of 95% of a number that comes by chance alone; of fewer than 20 no trend can be told.",
        "True small numbers of persons who can be known: not for publication."
        if part.loaded.info.disclosure != "open"
        else "Codes are those of the Home Office counting rules.",
    )
    title = f"{part.asked.loaded.info.label}: the rarest and gravest, {part.where}, {part.when}"
    return Exhibit("rare", title, finding, table, caveats=caveats)


def _month_of(part: Part) -> np.ndarray:
    """Position of the month of each event of a part."""
    found: np.ndarray = _block_of(part, part.rows) % len(part.loaded.cube.months)
    return found


def _category_of(part: Part, rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = _block_of(part, rows) // len(part.loaded.cube.months)
    return found


def _block_of(part: Part, rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = part.loaded.cube.cell[rows] // N_SLOTS
    return found


def need_pairs(part: Part, what: str) -> None:
    """Say so where two things are independent, as the protected version draws them."""
    if part.loaded.noise:
        raise NotPossible(
            f"in the protected version {what} go by borough alone, so they tell nothing of each other."
        )
