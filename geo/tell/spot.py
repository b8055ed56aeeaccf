"""What is a room told of one area, and of all of them?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """One period against another.

    Attributes
    ----------
    words : str
        "up 18% (+5% to +33%) on 2022", "no clear change"; "" where there is nothing to compare with.
    trend : {"up", "down", ""}
        Only where it is clear (E-test, corrected over all areas of the map).
    numbers : str
        "938 against 812 in 2022"; "" where either is suppressed.
    """

    words: str = ""
    trend: str = ""
    numbers: str = ""


@dataclass(frozen=True)
class Spot:
    """One of the listed areas, in words.

    Attributes
    ----------
    code, rank, name : str
        The rank is "3=" where areas tie. The name is the one a room knows: that of the ward.
    place : str
        Name that tells it from others in its ward, or the borough of a ward.
    value : str
        The measure that ranks it, ``*`` where it is suppressed.
    found : str
        Its class on the map, "hotspot"; "" where nothing is said of it.
    facts : tuple of str
        Its rate, or its count where a rate ranks it.
    when : str
        "Saturday into Sunday, 22:00 to 01:59", of the whole week whatever days and hours were asked for; ""
        where no time stands out or none is known.
    change, since : Change
        Against the period before, or against the days before where the question compares days; since the
        last meeting.
    lately : Change
        Of the last 28 days, where days are known.
    why : str
        "most deprived tenth".
    kinds : str
        The commonest kinds of event and their shares; "" where one kind was asked for.
    """

    code: str
    rank: str
    name: str
    place: str
    value: str
    found: str
    facts: tuple[str, ...]
    when: str
    change: Change
    since: Change
    lately: Change
    why: str
    kinds: str

    @property
    def changed(self) -> str:
        """What changed, where the layer's finding does not say the same."""
        return self.change.words if self.change.words != self.found else ""

    @property
    def sentence(self) -> str:
        """When, what changed and why, "Fridays, 22:00 to 01:59; up 18% (+5% to +33%) on 2022"."""
        said = "; ".join(filter(None, (self.when, self.changed, self.why)))
        return said[:1].upper() + said[1:]


@dataclass(frozen=True)
class Briefing:
    """What a room is told of one answer.

    Attributes
    ----------
    unit : str
        What the values are, "Offences per 1,000 residents a year".
    spots : tuple of Spot
        In the order of the ranking.
    tied : int
        Areas not listed that tie with the last one listed.
    when : str
        The peak of all areas shown; "" where no time stands out; for a source without hours the reason; of
        what is no event its source.
    change, since : Change
        Of all areas shown.
    months_since : str
        The months that the last meeting had not seen, "September to December 2023"; "" where there are none.
    until : str
        The last of the 28 days of ``lately``, "31 December 2023"; "" without.
    """

    unit: str
    spots: tuple[Spot, ...]
    tied: int
    when: str
    change: Change
    since: Change
    months_since: str
    until: str
