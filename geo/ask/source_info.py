"""What can one loaded source be asked?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from geo.ask.words import counted, lower_first, upper_first


class Converted(NamedTuple):
    """Events that were recorded by areas of another year and shared out over several of those loaded.

    Attributes
    ----------
    year : str
        Of the areas that they were recorded by.
    months : frozenset of int
        Months of the delivery.
    events, areas : int
        How many, and over how many; 0 for who may not see true numbers.
    """

    year: str
    months: frozenset[int]
    events: int = 0
    areas: int = 0


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
    disclosure : {"open", "internal", "cleared", "controlled"}
        Class of the source for those who ask; "cleared" where they see the true numbers of a controlled one.
    measures : tuple of str
        Keys of the measures that can be computed.
    no_measure_reasons : mapping
        Key of a measure that cannot be computed to the reason, a sentence.
    attribution : str
    last_days : mapping
        Every month loaded to the last day of it that has an event; 0 where days are not known.
    factors : frozenset of str
        Names of what it records of persons and circumstances (:mod:`geo.ask.factors`).
    by_five_years : frozenset of str
        Names of those, of ages, that it gives by five years only.
    codes, codes_defined : frozenset of str
        Codes of offences that its files have, and that its saved definitions name.
    sector : {"police", "health", "other"}
        Whose eyes see its events.
    one : str
        What one event is called, "offence"; the noun where there is no other word.
    nouns : mapping
        Slugs of the categories whose events are not called by the noun, to what one and several are called.
    moved : tuple of int
        Months from which on its publisher places events at other points than before.
    converted : tuple of Converted
        Its events that were recorded by areas of another year.
    finest : str
        The finest kind of area that it gives.
    spread : bool
        Whether it gives years or longer periods, whose events the program shares out over their months.
    excluded : tuple of str
        Names of the places of the folder's list that have events of it, which can be left out.
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
    factors: frozenset[str] = frozenset()
    by_five_years: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    codes_defined: frozenset[str] = frozenset()
    sector: str = "other"
    one: str = ""
    nouns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    moved: tuple[int, ...] = ()
    converted: tuple[Converted, ...] = ()
    finest: str = "lsoa"
    spread: bool = False
    excluded: tuple[str, ...] = ()

    def counted(self, number: int | str) -> str:
        """A number of its events, or the text of one, with their noun: "1 offence", "* offences"."""
        return counted(number, self.one or self.noun, self.noun)

    def called(self, categories: Collection[str]) -> SourceInfo:
        """Return the same source, noun and label those of some categories (slugs), or of all without any.

        Examples
        --------
        >>> police = SourceInfo(
        ...     *("offences", "Police offences", "offences", {"asb": "Antisocial", "theft": "Theft"}),
        ...     *((), False, False, "", "occurrence", "open", ()),
        ...     nouns={"asb": ("incident", "incidents")},
        ... )
        >>> [police.called(some).noun for some in ((), ("theft",), ("asb",))]
        ['offences and incidents', 'offences', 'incidents']
        >>> police.called(()).label
        'Police offences and incidents'
        """
        own = (self.one or self.noun, self.noun)
        found = dict.fromkeys(self.nouns.get(slug, own) for slug in categories or self.categories)
        if set(found) <= {own}:
            return self
        one, several = zip(*sorted(found, key=lambda words: words != own), strict=True)
        noun = " and ".join(several)
        label = upper_first(lower_first(self.label).replace(self.noun, noun))
        return replace(self, label=label, one=" or ".join(one), noun=noun)

    def kept(self, first: int | None, last: int | None, month: tuple[int, ...]) -> list[int]:
        """Months loaded within a period (None leaves an end open) that are one of some months of the year."""
        begin = self.months[0] if first is None else first
        end = self.months[-1] if last is None else last
        return [m for m in self.months if begin <= m <= end and (not month or m % 12 + 1 in month)]

    @property
    def no_months_reason(self) -> str:
        """Why nothing can be judged by months, a sentence without its capital; "" where it can."""
        if not self.spread:
            return ""
        return "the files give years or longer periods, and months are shares of them that tell nothing."

    @property
    def gaps(self) -> tuple[int, ...]:
        """Months between the first and the last that were not loaded."""
        loaded = set(self.months)
        return tuple(m for m in range(self.months[0], self.months[-1]) if m not in loaded) if loaded else ()
