"""What stands in the register of interventions of a finished trial, and how is its evidence rated?"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.answer.asked import ALPHA
from geo.ask.describe import describe
from geo.ask.problem import Problem
from geo.ask.words import counted, month_number, named, one_line
from geo.data.interventions import LONGEST
from geo.data.patrols import is_registered, register_trial
from geo.data.store import Store
from geo.tell.assessment import Assessment
from geo.tell.patrol.before_after import Compared
from geo.tell.patrol.trial import Ran

WRITTEN = ("open", "internal")
"""Classes of disclosure whose results everybody here may read."""
NOT_ALL_MAY_SEE = "Not registered: the result rests on true numbers that not everybody may see."
COMPARED_RULE = (
    "Rated by a rule: promising (fewer than controls let expect, beyond chance, and every area has a control "
    "like it), harmful (more), else inconclusive. What was not drawn by lot is never rated higher."
)
ALREADY = "It stands in the register of interventions already."
EVEN = (0.9, 1.1)
"""Ratios between which the limits lie where patrols made no difference that matters."""
RULE = (
    "Rated by a rule: works (fewer, beyond chance after correction), mixed (fewer there, more around it), "
    "promising (fewer beyond chance, not after correction), harmful (more, beyond chance), no effect (limits "
    "within 10% of none), else inconclusive."
)


def rating(effect: pd.Series, around: pd.DataFrame | None, level: float) -> str:
    """Rate what a trial found, by :data:`RULE`.

    Parameters
    ----------
    effect : Series
        ``Ratio, Lower, Upper, p`` and ``p, corrected`` of the events counted.
    around : DataFrame, optional
        The same of the places around.
    level : float

    Examples
    --------
    >>> found = {"Ratio": 0.7, "Lower": 0.6, "Upper": 0.8, "p": 0.001, "p, corrected": 0.002}
    >>> rating(pd.Series(found), None, 0.05), rating(pd.Series({**found, "p, corrected": 0.09}), None, 0.05)
    ('works', 'promising')
    """
    fewer = effect["Ratio"] < 1
    if effect["p, corrected"] <= level:
        if not fewer:
            return "harmful"
        moved = around is not None and ((around["p, corrected"] <= level) & (around["Ratio"] > 1)).any()
        return "mixed" if moved else "works"
    if effect["p"] <= level and fewer:
        return "promising"
    return "no effect" if EVEN[0] <= effect["Lower"] and effect["Upper"] <= EVEN[1] else "inconclusive"


def row_of(trial: Ran, found: Assessment) -> dict[str, Any]:
    """The row of a finished trial: what, where, when, rating, result and source."""
    of, tables = trial.record, {exhibit.key: exhibit for exhibit in found.exhibits.values()}
    names = trial.asked.frame["name"].iloc[trial.rows].astype(str).tolist()
    minutes, visits = (of.notes.get(key, "") for key in ("minutes", "visits"))
    much = f", {counted(int(visits), 'visit', 'visits')} of {minutes} minutes" if minutes and visits else ""
    around = tables["around"].table if "around" in tables else None
    return {
        "what": f"Patrols by lot, {of.design.a_day} of {len(names)} areas a day{much}",
        "where": named(names, "area", "areas"),
        "from": pd.Timestamp(trial.dates[0]),
        "to": pd.Timestamp(trial.dates[-1]),
        "rating": rating(tables["effect"].table.iloc[0], around, trial.level),
        "result": " ".join(
            [f"{trial.counted}:", *(tables[key].finding for key in ("effect", "around") if key in tables)]
        ),
        "source": trial.asked.query.source,
    }


def why_not(trial: Ran) -> str:
    """Why a trial has no row in the register, in a sentence; "" where it may have one."""
    if not trial.finished:
        return "The trial is not over: its row in the register of interventions comes with the last look."
    if trial.asked.loaded.gate.disclosure not in WRITTEN:
        return NOT_ALL_MAY_SEE
    if is_registered(trial.atlas.snapshot, _known_by(trial)):
        return ALREADY
    return ""


def why_not_compared(found: Compared) -> str:
    """Why a comparison has no row in the register, in a sentence; "" where it may have one."""
    if found.asked.loaded.gate.disclosure not in WRITTEN:
        return NOT_ALL_MAY_SEE
    return ALREADY if is_registered(found.asked.county.snapshot, _compared_by(found)) else ""


def _compared_by(found: Compared) -> str:
    """By which a comparison is known: its areas, days and question."""
    asked_for = (*sorted(found.codes), f"{found.first} {found.last}", found.asked.query.to_search())
    return hashlib.sha256("\n".join(asked_for).encode()).hexdigest()


def _month(day: date) -> int:
    return month_number(f"{day:%Y-%m}")


def rating_compared(found: Compared) -> str:
    """Rate what a comparison found: never more than promising, since nothing was left to chance."""
    if found.difference.p > ALPHA or not found.alike:
        return "inconclusive"
    return "promising" if found.difference.wdd < 0 else "harmful"


def write_comparison(folder: str | Path, found: Compared, what: str) -> str:
    """Write the row of a comparison into the register of a folder, once; say what was done.

    Raises
    ------
    Problem
        If it is not said what was done.
    """
    what = one_line(what)[:LONGEST]
    if not what:
        raise Problem("What was done is missing: type it and write the row again.")
    if why := why_not_compared(found):
        return why
    asked = found.asked
    counted_there = describe(
        asked.query.replace(first=_month(found.first), last=_month(found.last)), asked.county.catalogue
    )
    row = {
        "what": what,
        "where": named(asked.frame["name"][list(found.codes)].astype(str).tolist(), "area", "areas"),
        "from": pd.Timestamp(found.first),
        "to": pd.Timestamp(found.last),
        "rating": rating_compared(found),
        "result": f"{counted_there}: {found.told.exhibit('compared', 'wdd').finding} Not drawn by lot.",
        "source": asked.query.source,
    }
    return _written(folder, _compared_by(found), row, COMPARED_RULE)


def _known_by(trial: Ran) -> str:
    """By which a trial is known: its design and question, whatever version of the data it was drawn from."""
    return hashlib.sha256(f"{trial.record.design} {trial.record.question}".encode()).hexdigest()


def write_row(folder: str | Path, trial: Ran, found: Assessment) -> str:
    """Write the row of a finished trial into the register of a folder, once; say what was done."""
    if why := why_not(trial):
        return why
    row = row_of(trial, found)
    return _written(folder, _known_by(trial), row, RULE)


def _written(folder: str | Path, known_by: str, row: dict[str, Any], rule: str) -> str:
    with Store(folder).transaction() as change:
        new = register_trial(change, known_by, row)
    if not new:
        return ALREADY
    return f"Registered as “{row['rating']}”; hotspots undo takes it back. {rule}"
