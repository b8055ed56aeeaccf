"""What can be asked of the data loaded?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


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
        Keys of :data:`MEASURES` that can be computed.
    no_measure_reasons : mapping
        Key of a measure that cannot be computed to the reason, a sentence.
    attribution : str
    last_days : mapping
        Every month loaded to the last day of it that has an event; 0 where days are not known.
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

    @property
    def gaps(self) -> tuple[int, ...]:
        """Months between the first and the last that were not loaded."""
        loaded = set(self.months)
        return tuple(m for m in range(self.months[0], self.months[-1]) if m not in loaded) if loaded else ()


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be asked of the loaded data: the choices of every control.

    Attributes
    ----------
    place : str
        Name of the county or area covered.
    sources : mapping of str to SourceInfo
    boroughs : mapping
        Code to name.
    layers : mapping
        Key to label.
    areas : mapping
        Level to the set of its area codes.
    has_deprivation : bool
    domains : mapping
        Key of each domain of deprivation loaded (the whole index included) to its name.
    benchmarks : mapping
        What rates can be compared with but the whole: code of a borough, or :data:`ENGLAND`, to its name.
    """

    place: str
    sources: Mapping[str, SourceInfo]
    boroughs: Mapping[str, str]
    layers: Mapping[str, str]
    areas: Mapping[str, Collection[str]]
    has_deprivation: bool
    domains: Mapping[str, str] = field(default_factory=dict)
    benchmarks: Mapping[str, str] = field(default_factory=dict)
