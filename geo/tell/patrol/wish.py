"""How are patrols to be planned? What an address or a command says beside its question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from geo.ask.refusal import Refused
from geo.ask.words import listed, verb

WHOLE = {
    "areas": (2, 200),
    "a_day": (1, 199),
    "days": (14, 366),
    "minutes": (5, 480),
    "visits": (1, 20),
    "tiers": (1, 10),
    "longest_run": (1, 14),
    "looks": (1, 3),
    "seed": (0, 2**31 - 1),
}
"""Whole numbers that are asked for: from, to."""
YEARS = 2000, 2099
"""First and last year in which a plan may begin."""
SAID = {
    "by": "What the areas are ranked by",
    "areas": "Areas",
    "a_day": "Areas patrolled a day",
    "minutes": "Minutes a visit",
    "visits": "Visits a day to each patrolled area",
    "tiers": "Tiers",
    "first": "First day",
    "days": "Days",
    "longest_run": "Most days running",
    "looks": "Looks at the result, the last at the end",
    "seed": "Seed of the draw",
    "blackout": "Days without patrols, such as 2026-12-25",
    "without": "Areas left out, by code",
}
"""What each is called on the page and in refusals."""


@dataclass(frozen=True)
class Wish:
    """How patrols are to be planned.

    Attributes
    ----------
    by : str
        Key of :data:`geo.tell.patrol.ranking.RANKINGS`.
    areas, a_day, minutes, visits, tiers, days, longest_run, looks, seed : int
        As :data:`SAID`.
    first : date
    blackout : tuple of date
    without : tuple of str
        Codes of areas that are no candidates.
    """

    first: date
    by: str = "count"
    areas: int = 21
    a_day: int = 7
    minutes: int = 15
    visits: int = 1
    tiers: int = 4
    days: int = 90
    longest_run: int = 3
    looks: int = 1
    seed: int = 1
    blackout: tuple[date, ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def parse(cls, said: Mapping[str, str], first: date) -> Wish:
        """Read what is said; what is not said is as usual.

        Parameters
        ----------
        said : mapping of str to str
            Other keys than those of a wish are left to others.
        first : date
            First day where none is said.

        Raises
        ------
        Refused
            If any of it makes no sense.

        Examples
        --------
        >>> Wish.parse({"a_day": "5", "blackout": "2026-12-25"}, date(2026, 12, 1)).blackout
        (datetime.date(2026, 12, 25),)
        """
        from geo.tell.patrol.ranking import RANKINGS  # whose libraries take long to load

        found: dict[str, object] = {}
        faults = []
        for name in (field.name for field in fields(cls)):
            text = said.get(name, "").strip()
            if not text:
                continue
            words = [word for word in re.split(r"[,\s]+", text) if word]
            try:
                if name in WHOLE:
                    low, high = WHOLE[name]
                    number = int(text)
                    if not low <= number <= high:
                        raise ValueError
                    found[name] = number
                elif name == "first":
                    found[name] = _day(text)
                elif name == "blackout":
                    found[name] = tuple(sorted(map(date.fromisoformat, words)))
                elif name == "by":
                    found[name] = RANKINGS[text].key
                else:
                    found[name] = tuple(dict.fromkeys(word.upper() for word in words))
            except (ValueError, KeyError):
                faults.append(f"{SAID[name]}: “{text[:40]}” is not {_wanted(name)}.")
        wish = cls(**{"first": first, **found})  # type: ignore[arg-type]
        if not faults and wish.a_day >= wish.areas:
            faults.append(
                f"With {wish.a_day} of {wish.areas} areas patrolled every day there is nothing to compare: "
                "plan more areas, or fewer a day."
            )
        if faults := faults or _not_within(wish):
            raise Refused(faults)
        return wish

    def to_pairs(self) -> dict[str, str]:
        """Write it as the values of an address."""
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else " ".join(map(str, value))
            if isinstance(value, tuple)
            else str(value)
            for name, value in ((field.name, getattr(self, field.name)) for field in fields(self))
            if value != ()
        }


def _day(text: str) -> date:
    """A day on which a plan may begin; ValueError where it is none."""
    day = date.fromisoformat(text)
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError
    return day


def _not_within(wish: Wish) -> list[str]:
    """A sentence where days without patrols are none of the plan."""
    last = wish.first + timedelta(days=wish.days - 1)
    strange = [f"“{day}”" for day in wish.blackout if not wish.first <= day <= last]
    if not strange:
        return []
    return [
        f"{SAID['blackout']}: {listed(strange[:3])} {verb(len(strange), 'is', 'are')} not within the plan, "
        f"which goes from {wish.first} to {last}: give days of it."
    ]


def _wanted(name: str) -> str:
    """What was to be said."""
    if name in WHOLE:
        low, high = WHOLE[name]
        return f"a whole number from {low:,} to {high:,}"
    if name == "by":
        from geo.tell.patrol.ranking import RANKINGS

        return f"one of {listed(list(RANKINGS))}"
    if name == "first":
        return f"a date like 2026-12-25, of a year from {YEARS[0]} to {YEARS[1]}"
    return "dates like 2026-12-25"
