"""How busy will the coming weekends be, by the county's own history, and how did such grades do before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.daily import by_day, days_in_a_row, needs_days
from geo.answer.said import banner
from geo.ask.describe import describe
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import counted, day_name, lower_first, named
from geo.data.calendar import ROLE, bank_holidays, last_working_days
from geo.stats import weekends as law
from geo.stats.intervals import wilson
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part

FRIDAY, DAYS = 4, 3
"""Weekday on which a weekend begins, and how many days it has."""
HOLIDAY, CHRISTMAS, PAYDAY, SCHOOL, EVENT = (
    "Bank holiday", "Christmas or New Year", "Payday", "School holiday", "Local event",
)  # fmt: skip
WAVES = 2
"""Waves of the season a year, whose sines and cosines are the first columns of a calendar."""
NEAR = 75
"""Days beyond the first and last school term that terms are still known for: no holiday is longer."""
HELD = 0.95


@dataclass(frozen=True)
class Weekends:
    """The coming weekends of a question, graded.

    Attributes
    ----------
    description, banner : str
    table : DataFrame
        On their Fridays: ``on`` (what the calendar says), and the columns of
        :func:`geo.stats.weekends.forecast`.
    coming, did, missed : Exhibit
        Their table; how grades and intervals did on weekends that are over; those that they missed.
    """

    description: str
    banner: str
    table: pd.DataFrame
    coming: Exhibit
    did: Exhibit
    missed: Exhibit

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """All three."""
        return self.coming, self.did, self.missed


def coming_weekends(part: Part) -> Exhibit:
    """The coming weekends, graded."""
    try:
        return weekends(part.atlas, part.query).coming
    except Problem as problem:
        raise NotPossible(lower_first(str(problem))) from problem


def weekends(atlas: Atlas, query: Query, number: int = law.AHEAD) -> Weekends:
    """Grade the weekends after the last loaded day of a question.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked; its filters hold, those of month and weekday apart, and its last month ends the history.
    number : int
        How many weekends.

    Raises
    ------
    Problem
        If its source tells no days, or may not, or there is too little history.
    """
    asked = atlas.asked(
        query.replace(level="borough", month=(), day=(), night=(), compare="", first=None, area="", group=())
    )
    needs_days(asked)
    fridays, counts = _history(asked)
    coming = [fridays[-1] + timedelta(days=7 * k) for k in range(1, number + 1)] if fridays else []
    calendar, on, notes = _calendar(atlas, [*fridays, *coming])
    try:
        ahead = law.ahead(counts, calendar)
        tried = law.looked_back(counts, calendar)
    except ValueError as error:
        raise Problem(
            f"Weekends are graded by {law.FEWEST} weekends or more before them, loaded without a gap and "
            "not all "
            f"without {asked.noun}: there are {len(fridays)} here."
        ) from error
    ahead.insert(0, "on", on[len(fridays) :])
    past = calendar.iloc[: len(fridays)]
    notes = [*_changed(law.changed_by(counts, past, [*past.columns[2 * WAVES :]]), atlas.synthetic), *notes]
    said = _Said(asked, past, on[: len(fridays)], fridays, notes)
    did, missed = said.did(tried), said.missed(tried)
    return Weekends(
        describe(query, atlas.catalogue),
        banner(asked),
        ahead,
        said.coming(ahead, did, law.thirds(counts)),
        did,
        missed,
    )


def _history(asked: Asked) -> tuple[list[date], np.ndarray]:
    """Fridays of the whole weekends that are loaded up to the last, and the events of each weekend."""
    days = days_in_a_row(asked)
    first = next((k for k, day in enumerate(days) if day.weekday() == FRIDAY), len(days))
    whole = days[first:]
    fridays = [day for day in whole if day.weekday() == FRIDAY and day + timedelta(days=DAYS - 1) <= days[-1]]
    fridays = fridays[-law.LONGEST - 2 * law.YEAR :]
    if not fridays:
        return [], np.empty(0)
    taken = [day + timedelta(days=k) for day in fridays for k in range(DAYS)]
    daily = by_day(asked, taken)[asked.inside].sum(axis=0)
    return fridays, daily.reshape(-1, DAYS).sum(axis=1)


# ---------------------------------------------------------------- what the calendar says


def _calendar(atlas: Atlas, fridays: list[date]) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Terms of the forecast by weekend, what is on at each in words, and what is not in it and why."""
    if not fridays:
        return pd.DataFrame(), [], []
    index = pd.Index(fridays, name="friday")
    phase = 2 * np.pi * np.array([day.timetuple().tm_yday / 365.25 for day in fridays])
    table = pd.DataFrame(index=index)
    for k in range(1, WAVES + 1):
        table[f"sin {k}"], table[f"cos {k}"] = np.sin(k * phase), np.cos(k * phase)
    end = fridays[-1] + timedelta(days=DAYS)
    code = str(atlas.levels["lsoa"].frame.index[0])
    free = bank_holidays(range(fridays[0].year, end.year + 1), code)
    own = (
        atlas.snapshot.read(ROLE)
        if atlas.snapshot.has(ROLE)
        else pd.DataFrame(columns=["name", "kind", "start", "end"])
    )
    marks: dict[str, np.ndarray] = {HOLIDAY: _touched(fridays, list(free), 0, DAYS)}
    marks[CHRISTMAS] = np.array([_christmas(day) for day in fridays])
    marks[HOLIDAY] &= ~marks[CHRISTMAS]
    notes = []
    paid = [day.date() for day in own.loc[own["kind"] == "payday", "start"]]
    if not paid:
        paid = last_working_days(fridays[0] - timedelta(days=7), end, free)
        notes.append("Paydays are the last working days of the months, since the calendar names none.")
    marks[PAYDAY] = _touched(fridays, paid, -FRIDAY, DAYS - 1)
    terms = own[own["kind"] == "term"]
    away, why = _school_holiday(terms, fridays)
    if away is not None:
        table[SCHOOL] = away
        marks[SCHOOL] = away >= 0.5
    notes += why
    events = own[own["kind"] == "event"]
    for name, held in events.groupby("name", sort=True):
        days = [
            day for a, b in zip(held["start"], held["end"], strict=True) for day in pd.date_range(a, b).date
        ]
        marks[str(name)] = _touched(fridays, days, 0, DAYS - 1)
    often = {name for name in marks if marks[name].sum() >= law.SEEN}
    once = [name for name in events["name"].unique() if name not in often] if len(events) else []
    if once:
        table[EVENT] = np.any([marks[name] for name in once], axis=0).astype(float)
    for name in often - {SCHOOL}:
        table[name] = marks[name].astype(float)
    on = [", ".join([name for name, mark in marks.items() if mark[k]]) for k in range(len(fridays))]
    if events.empty:
        notes.append("No local events are loaded (hotspots import calendar).")
    return table, on, notes


def _touched(fridays: list[date], days: list[date], first: int, last: int) -> np.ndarray:
    """Whether any of some days falls between so many days after each Friday, bool."""
    held = set(days)
    return np.array([
        any(friday + timedelta(days=k) in held for k in range(first, last + 1)) for friday in fridays
    ], bool)  # fmt: skip


def _christmas(friday: date) -> bool:
    """Whether a weekend holds a day from Christmas Eve to Boxing Day, or New Year's Eve or Day."""
    days = (friday + timedelta(days=k) for k in range(DAYS))
    return any((day.month, day.day) in {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1)} for day in days)


def _school_holiday(terms: pd.DataFrame, fridays: list[date]) -> tuple[np.ndarray | None, list[str]]:
    """Share of each weekend outside school terms; None, and why, where terms are not known throughout."""
    if terms.empty:
        return None, ["No school terms are loaded (hotspots import calendar)."]
    first, last = terms["start"].min().date(), terms["end"].max().date()
    if first > fridays[0] + timedelta(days=NEAR) or last < fridays[-1] - timedelta(days=NEAR):
        return None, [
            f"School terms are left out: they are loaded from {day_name(first)} to {day_name(last)}, and "
            f"needed from {day_name(fridays[0])} to {day_name(fridays[-1])}."
        ]
    taught = {
        day for a, b in zip(terms["start"], terms["end"], strict=True) for day in pd.date_range(a, b).date
    }
    days = np.array([[friday + timedelta(days=k) in taught for k in range(DAYS)] for friday in fridays])
    return 1 - days.mean(axis=1), []


def _changed(effects: pd.DataFrame, synthetic: bool) -> list[str]:
    """What the calendar's marks changed in the history, in a sentence; and what misleads of it."""
    if effects.empty:
        return []
    parts = [
        f"{name} {_percent(row['ratio'])} ({_percent(row['lower'])} to {_percent(row['upper'])})"
        for name, row in effects.iterrows()
    ]
    said = f"What the calendar changed in the history: {'; '.join(parts)}."
    dealt = (
        "These data are made up, and deal the events of a month over its weekdays alike: the weekends of "
        "months with five are quieter than others, which those after payday are more often. Nobody spends "
        "less for it."
    )
    return [said, dealt] if synthetic and PAYDAY in effects.index else [said]


def _percent(ratio: float) -> str:
    """A ratio as a change.

    >>> _percent(0.931), _percent(1.02), _percent(1.001)
    ('−7%', '+2%', '0%')
    """
    change = round(100 * (ratio - 1))
    return f"{'−' if change < 0 else '+'}{abs(change)}%" if change else "0%"


# ---------------------------------------------------------------- tables


def weekend_name(friday: date) -> str:
    """A weekend in words.

    >>> weekend_name(date(2024, 8, 9)), weekend_name(date(2024, 8, 30))
    ('9 to 11 August 2024', '30 August to 1 September 2024')
    """
    last = friday + timedelta(days=DAYS - 1)
    if friday.month == last.month:
        return f"{friday.day} to {day_name(last)}"
    whole = day_name(friday)
    return f"{whole if friday.year != last.year else whole.rpartition(' ')[0]} to {day_name(last)}"


@dataclass(frozen=True)
class _Said:
    """What is said of the forecasts of a question."""

    asked: Asked
    calendar: pd.DataFrame
    on: list[str]
    fridays: list[date]
    notes: list[str]

    def coming(self, ahead: pd.DataFrame, did: Exhibit, bounds: tuple[float, float]) -> Exhibit:
        """The coming weekends."""
        grades = [law.GRADES[k] for k in ahead["grade"]]
        table = pd.DataFrame({
            "Weekend": [weekend_name(day) for day in ahead.index],
            "Grade": grades,
            "Quieter": 100 * ahead["quieter"].to_numpy(),
            "Busier": 100 * ahead["busier"].to_numpy(),
            "Expected": ahead["expected"].to_numpy(),
            "Lower": ahead["lower"].to_numpy(),
            "Upper": ahead["upper"].to_numpy(),
            "On": [text or "–" for text in ahead["on"]],
        })  # fmt: skip
        said = []
        for grade in ("busier", "quieter"):
            mine = table.loc[table["Grade"] == grade, "Weekend"].tolist()
            if mine:
                said.append(f"{grade} than usual: {named(mine, most=4)}")
        finding = (
            f"Of the next {counted(len(table), 'weekend', 'weekends')} of {self.asked.noun}, "
            + ("; ".join(said) if said else "none is graded other than usual")
            + f". {did.finding}"
        )
        caveats = (
            "A weekend is Friday to Sunday. It is called quieter or busier where it is more likely than "
            "not to "
            f"fall in the lower or the upper third of the last {law.YEAR}: below {bounds[0]:,.0f} or above "
            f"{bounds[1]:,.0f} (the chances of both are in the table). Lower and upper hold 95% of what "
            "chance "
            "and the history leave open. The method is in docs/methods/patrol.md.",
            *self.notes,
        )
        title = f"{self.asked.what}, {self.asked.where}: the weekends after {day_name(self.last)}"
        formats = {
            **dict.fromkeys(("Quieter", "Busier"), "{:.0f}%"),
            **dict.fromkeys(("Expected", "Lower", "Upper"), "{:,.0f}"),
        }
        return Exhibit("weekends", title, finding, table, formats, caveats=caveats)

    @property
    def last(self) -> date:
        """The last day of the history."""
        return self.fridays[-1] + timedelta(days=DAYS - 1)

    def did(self, tried: pd.DataFrame) -> Exhibit:
        """How grades and intervals did on weekends that are over."""
        title = "How such grades did on weekends that are over"
        if tried.empty:
            text = "The history is too short to say how such grades did."
            return Exhibit("weekends_did", title, text, pd.DataFrame({"Weekends": []}))
        found = law.record(tried)
        limits = wilson([found.hits, found.covered], [found.weekends] * 2)[["lower_ci", "upper_ci"]]
        (low, high), inside = limits.to_numpy()
        better = "more often than" if low > found.by_chance else "no more often than"
        heed = "" if low > found.by_chance else " Do not plan by these grades."
        finding = (
            f"Of {found.weekends} weekends that are over, {found.hits / found.weekends:.0%} were as they "
            "would "
            f"have been graded ({low:.0%} to {high:.0%}), {better} by chance ({found.by_chance:.0%}); "
            f"{found.covered / found.weekends:.0%} lay within their intervals ({HELD:.0%} should).{heed}"
        )
        rows = []
        for k, grade in enumerate(law.GRADES):
            mine = tried[tried["grade"] == k]
            rows.append([grade, len(mine), *((mine["found"] == j).sum() for j in range(3))])
        columns = ["Graded", "Weekends", *(f"Were {grade}" for grade in law.GRADES)]
        table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "Int64"))
        caveats = (
            f"Each was forecast from the weekends before, {law.AHEAD} at a time, as the coming ones are: "
            f"from {weekend_name(tried.index[0])} on. By chance: the same grades dealt to the same weekends "
            "by "
            f"lot. Share within intervals: {inside[0]:.0%} to {inside[1]:.0%}.",
        )
        return Exhibit("weekends_did", title, finding, table, caveats=caveats)

    def missed(self, tried: pd.DataFrame) -> Exhibit:
        """Weekends that are over, outside their interval or graded at the wrong end."""
        wrong = tried[~tried["covered"].astype(bool) | ((tried["grade"] - tried["found"]).abs() == 2)]
        on = dict(zip(self.fridays, self.on, strict=True))
        table = pd.DataFrame({
            "Weekend": [weekend_name(day) for day in wrong.index],
            "Graded": [law.GRADES[k] for k in wrong["grade"]],
            "Was": [law.GRADES[k] for k in wrong["found"]],
            "Count": pd.array(wrong["count"].astype(int), "Int64"),
            "Lower": wrong["lower"].to_numpy(float),
            "Upper": wrong["upper"].to_numpy(float),
            "On": [on[day] or "–" for day in wrong.index],
        })  # fmt: skip
        outside = int((~tried["covered"].astype(bool)).sum())
        known = int(sum(bool(on[day]) for day in wrong.index))
        finding = (
            f"{counted(len(wrong), 'weekend was', 'weekends were')} missed, {outside} outside the interval "
            "and "
            f"the others graded at the wrong end; the calendar has something on at {known} of them."
            if len(wrong)
            else "No weekend was missed."
        )
        caveats = (
            "A forecast knows the season, the level of late and the calendar: not the weather, a match, a "
            "series of "
            "offences by one group, or what nobody has entered.",
        )
        formats = dict.fromkeys(("Lower", "Upper"), "{:,.0f}")
        return Exhibit(
            "weekends_missed", "Weekends that were missed", finding, table, formats, caveats=caveats
        )
