"""What can one loaded source be asked?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.ask.words import counted


@dataclass(frozen=True)
class SourceInfo:
    """What one loaded source can be asked.

    Attributes
    ----------
    key, label, noun : str
        "offences", "Police offences", "offences".
    categories : mapping
        Slug to label.
    months : tuple of int
        Month numbers loaded, sorted; a month between them that is missing is a gap, not a zero.
    has_hours, has_days : bool
    no_hours_reason : str
        Why hours cannot be filtered, a sentence; "" where they can.
    place : {"occurrence", "residence"}
    disclosure : {"open", "controlled"}
    measures : tuple of str
        Keys of the measures that can be computed.
    no_measure_reasons : mapping
        Key of a measure that cannot be computed to the reason, a sentence.
    attribution : str
    last_days : mapping
        Every month loaded to the last day of it that has an event; 0 where days are not known.
    attributes : frozenset of str
        Further attributes that its events carry.
    sector : {"police", "health", "other"}
        Whose eyes see its events.
    one : str
        What one event is called, "offence"; the noun where there is no other word.
    """

    key: str
    label: str
    noun: str
    categories: Mapping[str, str]
    months: tuple[int, ...]
    has_hours: bool
    has_days: bool
    no_hours_reason: str
    place: str
    disclosure: str
    measures: tuple[str, ...]
    no_measure_reasons: Mapping[str, str] = field(default_factory=dict)
    attribution: str = ""
    last_days: Mapping[int, int] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()
    sector: str = "other"
    one: str = ""

    def counted(self, number: int | str) -> str:
        """A number of its events, or the text of one, with their noun: "1 offence", "* offences"."""
        return counted(number, self.one or self.noun, self.noun)

    def kept(self, first: int | None, last: int | None, month: tuple[int, ...]) -> list[int]:
        """Months loaded within a period (None leaves an end open) that are one of some months of the year."""
        begin = self.months[0] if first is None else first
        end = self.months[-1] if last is None else last
        return [m for m in self.months if begin <= m <= end and (not month or m % 12 + 1 in month)]

    @property
    def gaps(self) -> tuple[int, ...]:
        """Months between the first and the last that were not loaded."""
        loaded = set(self.months)
        return tuple(m for m in range(self.months[0], self.months[-1]) if m not in loaded) if loaded else ()
