"""Did places that were not drawn by lot change more than places like them, and did anything move?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.atlas import Atlas
from geo.answer.daily import by_day, needs_days
from geo.answer.disclosure import marking
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import counted, day_name, month_number
from geo.stats.displacement import (
    Difference,
    matched_controls,
    regression_to_the_mean,
    weighted_displacement_difference,
)
from geo.tell.assessment import Assessment, Section
from geo.tell.exhibits.exhibit import Exhibit

YEAR, MONTHS = 364, 12
"""Days from one period to that of the year before, weekdays alike; months that controls are matched on."""


@dataclass(frozen=True)
class Compared:
    """Areas beside their controls.

    Attributes
    ----------
    asked : Asked
    codes : tuple of str
    first, last : date
    difference : Difference
    alike : bool
        Whether every area has a control that is like it.
    told : Assessment
    """

    asked: Asked
    codes: tuple[str, ...]
    first: date
    last: date
    difference: Difference
    alike: bool
    told: Assessment


def compare(
    atlas: Atlas, query: Query, codes: Sequence[str], first: date, last: date, *, today: date | None = None
) -> Compared:
    """Compare areas in which something was done with matched controls, before and after.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked; its filters hold, that of the period apart.
    codes : sequence of str
        Areas in which something was done.
    first, last : date
        Its days; they are compared with the same weekdays a year before.
    today : date, optional

    Raises
    ------
    Problem
        If days are not known or not loaded, or too few areas are left for controls.
    """
    asked = atlas.asked(query.replace(month=(), day=(), night=(), compare=""))
    needs_days(asked)
    index = asked.frame.index
    strange = [code for code in codes if code not in index]
    if strange or not len(codes):
        raise Problem(f"There is no area “{strange[0]}” here." if strange else "Name the areas with --area.")
    if not first <= last <= first + timedelta(days=YEAR):
        raise Problem("The last day comes after the first, within a year of it.")
    treated = np.asarray(index.isin(codes))
    around = _touching(asked, treated) & ~treated
    months = _months_before(asked, first)
    matched = _match(asked, treated, around, months)
    control = np.asarray(index.isin(matched["control"]))
    around_control = _touching(asked, control) & ~control & ~treated & ~around
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    before, after = (by_day(asked, [day - timedelta(days=back) for day in days]).sum(1) for back in (YEAR, 0))
    sets = {
        "The areas": treated, "Their controls": control, "Around the areas": around,
        "Around the controls": around_control,
    }  # fmt: skip
    pairs = [(float(before[mask].sum()), float(after[mask].sum())) for mask in sets.values()]
    found = weighted_displacement_difference(*pairs)
    table = pd.DataFrame({
        "Places": list(sets),
        "Number": pd.array([int(mask.sum()) for mask in sets.values()], "Int64"),
        "Before": pd.array([int(pair[0]) for pair in pairs], "Int64"),
        "After": pd.array([int(pair[1]) for pair in pairs], "Int64"),
        "Change": pd.array([int(pair[1] - pair[0]) for pair in pairs], "Int64"),
    })  # fmt: skip
    said_when = f"{day_name(first)} to {day_name(last)}"
    effect = Exhibit(
        "wdd",
        f"{asked.what}, {said_when}, beside the same weekdays a year before",
        sentence(found, asked.noun),
        table,
        caveats=_warnings(asked, treated, before, matched, found),
        name="Change beside controls",
        place=1,
    )
    names = asked.frame["name"]
    chosen = pd.DataFrame({
        "Area": names[matched.index].to_numpy(str),
        "Control": names[matched["control"]].to_numpy(str),
        "Unlikeness": matched["unlikeness"].to_numpy(float),
        "Like": np.where(matched["like"], "yes", "no"),
    })  # fmt: skip
    likeness = Exhibit(
        "controls",
        "Controls by likeness of trend and deprivation",
        f"{int(matched['like'].sum()):,} of {counted(len(matched), 'area has', 'areas have')} a control that "
        "is as like as chance lets two equal areas be.",
        chosen,
        {"Unlikeness": "{:.2f}"},
        name="Controls",
        place=2,
    )
    loaded = atlas.sources[query.source]
    title = f"{counted(len(codes), 'area', 'areas')} beside controls, {said_when}"
    source = loaded.info.attribution or loaded.info.label
    findings = (effect.finding, likeness.finding)
    told = Assessment(
        title=title,
        place=atlas.place,
        where=atlas.place,
        banner=marking([loaded.gate.disclosure], synthetic=atlas.synthetic),
        made=today or date.today(),
        query=query,
        version=atlas.version,
        sections=(Section("compared", title, source, findings, (effect, likeness), ()),),
        caveats=(
            "Nothing was left to chance here: a difference may have other causes than what was done. A "
            "schedule drawn by lot would tell (hotspots patrol draw).",
        ),
        command="hotspots patrol compare, with the same areas and days",
        methods=("patrol",),
    )
    return Compared(asked, tuple(codes), first, last, found, bool(matched["like"].all()), told)


def sentence(found: Difference, noun: str) -> str:
    """What a weighted displacement difference says, in plain English.

    Examples
    --------
    >>> from geo.stats.displacement import weighted_displacement_difference as wdd
    >>> sentence(wdd((200, 100), (200, 205), (50, 52), (50, 51)), "offences").partition(" In ")[0]
    '104 fewer offences than the controls let expect (45 to 163 fewer): more than chance explains.'
    """
    low, high = sorted((found.lower, found.upper))
    lead = f"{_more(found.wdd)} {noun} than the controls let expect"
    if found.p <= ALPHA:
        ends = sorted(map(abs, (low, high)))
        way = "fewer" if found.wdd < 0 else "more"
        said = f"{lead} ({ends[0]:,.0f} to {ends[1]:,.0f} {way}): more than chance explains."
    else:
        said = f"{lead} ({_more(low)} to {_more(high)}): no more of a difference than chance makes."
    return f"{said} In the areas themselves {_more(found.places)}, around them {_more(found.around)}."


def _more(number: float) -> str:
    return f"{abs(number):,.0f} {'fewer' if number < 0 else 'more'}"


def _signed(number: float) -> str:
    return f"{'−' if round(number) < 0 else ''}{abs(number):,.0f}"


def _touching(asked: Asked, areas: np.ndarray) -> np.ndarray:
    """Areas that border on any of some, bool."""
    near, lists = np.zeros(len(areas), bool), asked.neighbours
    for row in np.flatnonzero(areas):
        near[lists.indices[lists.indptr[row] : lists.indptr[row + 1]]] = True
    return near & asked.inside


def _months_before(asked: Asked, first: date) -> tuple[int, int]:
    """The twelve months before the first day."""
    end = month_number(f"{first:%Y-%m}") - 1
    if not set(asked.months).issuperset(range(end - MONTHS + 1, end + 1)):
        raise Problem(
            f"Controls are matched on the twelve months before {day_name(first)}, which are not all loaded."
        )
    return end - MONTHS + 1, end


def _match(asked: Asked, treated: np.ndarray, around: np.ndarray, months: tuple[int, int]) -> pd.DataFrame:
    """The control of each area."""
    past = asked.ask(first=months[0], last=months[1])
    rank = asked.frame.get("imd_rank")
    ranks = None if rank is None or rank.isna().all() else rank.astype("Float64").astype(float)
    try:
        return matched_controls(past.monthly(), treated, around | ~asked.inside, deprivation=ranks)
    except ValueError as error:
        raise Problem("Too few areas are left for controls: name fewer areas.") from error


def _warnings(
    asked: Asked, treated: np.ndarray, before: np.ndarray, matched: pd.DataFrame, found: Difference
) -> tuple[str, ...]:
    """What may mislead: regression to the mean with its size, unlike controls, the law that is assumed."""
    inside = asked.inside
    regression = regression_to_the_mean(before[inside], treated[inside])
    said = [
        f"Weighted displacement difference {_signed(found.wdd)}, standard error {found.error:,.1f}, p = "
        f"{found.p:.3f} (Wheeler and Ratcliffe 2018). It takes counts as Poisson, and that all places would "
        "have changed alike."
    ]
    if np.isfinite(regression.share) and regression.share > 0.005:
        fall = f"{regression.chosen - regression.expected:,.0f}"
        said.append(
            f"Regression to the mean: if these areas were chosen because they were high in the time before, "
            f"{fall if fall != '0' else 'less than 1'} of their {regression.chosen:,.0f} {asked.noun} "
            f"({regression.share:.0%}) would have gone by themselves. Controls that were as high share in "
            "that fall; others do not."
        )
    if not matched["like"].all():
        said.append("Some controls are unlike their areas: see which, and judge without them.")
    return tuple(said)
