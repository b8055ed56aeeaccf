"""What is an exhibit made from? A :class:`Part`: one source under the filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.county import Loaded
from geo.answer.cube import Selection
from geo.answer.disclosure import ASSUMED, LARGEST_SUPPRESSED, Gate
from geo.answer.level import Level
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.answer.week import by_unit
from geo.ask import describe
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.ask.words import MOST_NAMED, agree, leading, lower_first, named, period_name, upper_first
from geo.stats import midnight, peaks
from geo.stats.hotspots import local_moran
from geo.tell.exhibits.exhibit import MOST_ROWS, NotPossible

BOROUGH_TOTAL = "All"
TOP = 10
MOST_AREAS = 2000
"""With more small areas than this, wards stand for them where each is drawn."""
MANY_BOROUGHS = 12
"""With more boroughs than this, tables that have a column for each show the total only."""
YEAR, PERCENT = 12, "{:.1f}%"


@dataclass(frozen=True)
class Part:
    """One source under the filters of an assessment: the true numbers, and the gate they leave by.

    Attributes
    ----------
    atlas : Atlas
    query : Query
        Checked; of the source.
    gate : Gate
    reach : tuple of int
        Months beyond the period that it is compared with.
    """

    atlas: Atlas
    query: Query
    gate: Gate
    reach: tuple[int, ...] = ()

    @property
    def loaded(self) -> Loaded:
        """The source."""
        return self.atlas.sources[self.query.source]

    @cached_property
    def selection(self) -> Selection:
        """Events under the filters of category and time."""
        return self.loaded.reported(self.loaded.cube.select(self.query), self.asked.chosen)

    @property
    def lsoa(self) -> Level:
        """The small areas."""
        return self.atlas.levels["lsoa"]

    @cached_property
    def asked(self) -> Asked:
        """The question of small areas."""
        self.atlas.catalogue.needs_level("lsoa")
        return Asked(self.atlas, self.query.replace(level="lsoa", area="", group=()))

    def reaching(self, months: Iterable[int]) -> Part:
        """Return the same part of those areas that are reported on in some other months too."""
        if self.loaded.everywhere:
            return self
        part = replace(self, reach=tuple(map(int, months)))
        if not part.inside.any():
            raise NotPossible("no area is reported on throughout the months compared.")
        return part

    @cached_property
    def inside(self) -> np.ndarray:
        """LSOAs of the boroughs chosen that are reported on throughout, bool."""
        if not self.reach:
            return self.asked.inside
        months = np.isin(self.loaded.cube.months, self.reach)
        return self.asked.inside & self.loaded.covered[:, months].all(axis=1)

    @cached_property
    def boroughs(self) -> dict[str, np.ndarray]:
        """LSOAs of each borough chosen that is reported on, by its name."""
        lad = self.lsoa.frame["lad"]
        codes = self.query.borough or tuple(self.atlas.catalogue.boroughs)
        found = {self.atlas.catalogue.boroughs[c]: (lad == c).to_numpy() & self.inside for c in codes}
        return {name: lsoas for name, lsoas in found.items() if lsoas.any()}

    @property
    def rows_by_borough(self) -> dict[str, np.ndarray]:
        """LSOAs of each row of a table by borough; none where there would be too many rows."""
        return self.boroughs if len(self.boroughs) <= MOST_ROWS else {}

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """LSOAs of each column of a table by borough: the boroughs, unless too many, and all of them."""
        few = self.boroughs if 1 < len(self.boroughs) <= MANY_BOROUGHS else {}
        return {**few, BOROUGH_TOTAL: self.inside}

    @cached_property
    def counts(self) -> np.ndarray:
        """True counts by LSOA; zero outside the boroughs chosen."""
        return np.where(self.inside, self.selection.by_area, 0)

    @cached_property
    def shown(self) -> np.ndarray:
        """Protected counts by LSOA as floats; NaN where suppressed."""
        return self.numbers(self.counts)

    @cached_property
    def filled(self) -> np.ndarray:
        """Protected counts by LSOA as floats; those suppressed share what is left of the protected total."""
        hidden = np.isnan(self.shown)
        rest = (self.gate.count(self.total) or 0) - np.nansum(self.shown)
        each = np.clip(rest / max(1, hidden.sum()), 1, LARGEST_SUPPRESSED)
        return np.where(hidden, each, self.shown)

    @property
    def total(self) -> int:
        """Events in the boroughs chosen."""
        return int(self.counts.sum())

    @cached_property
    def months(self) -> np.ndarray:
        """Loaded months that the filters keep."""
        return self.loaded.cube.months[self.selection.months]

    def kept(self, first: int, last: int) -> list[int]:
        """Months from one to another, loaded or not, that the filter of months of the year keeps."""
        of_year = self.query.month
        return [month for month in range(first, last + 1) if not of_year or month % YEAR + 1 in of_year]

    @property
    def a_year(self) -> int:
        """Number of months of a year that the filters keep."""
        return len(self.query.month) or YEAR

    def stretch(self, first: int, last: int) -> str:
        """The months kept of some in words: "2022", "June to July 2022", "2021 to 2022, June only"."""
        kept = self.kept(first, last)
        gaps = len(kept) <= kept[-1] - kept[0]
        return ", ".join([period_name(kept[0], kept[-1]), *[describe.months_of_year(self.query)] * gaps])

    @property
    def years(self) -> float:
        """Length of the time kept and reported on in years."""
        return self.asked.years

    @property
    def noun(self) -> str:
        """What the events are called, "offences"."""
        return self.asked.noun

    @property
    def what(self) -> str:
        """The events in words, "Violence and sexual offences"."""
        return describe.what(self.query, self.atlas.catalogue)

    @property
    def where(self) -> str:
        """The boroughs chosen in words."""
        return describe.where(self.query, self.atlas.catalogue)

    def areas(self, number: int) -> str:
        """Say a number of the small areas chosen: "14 of 417 small areas"."""
        return self.atlas.asked(self.query.replace(level="lsoa")).areas(number)

    def events(self, number: int) -> str:
        """Say a number of events, protected: "1,234 offences"."""
        return self.asked.info.counted(self.gate.text(number))

    @property
    def period(self) -> str:
        """The months in words, "2019 to 2023"."""
        return period_name(int(self.months[0]), int(self.months[-1])) if len(self.months) else ""

    @property
    def when(self) -> str:
        """The period and every filter of time."""
        return ", ".join([self.period, *describe.when(self.query, self.atlas.catalogue)[1:]])

    @property
    def titled(self) -> str:
        """Start of every title: "Violence and sexual offences, Bedfordshire, 2019 to 2023"."""
        return f"{self.what}, {self.where}, {self.when}"

    @cached_property
    def rows(self) -> np.ndarray:
        """Rows of the events in the boroughs chosen."""
        rows = self.selection.rows
        place = self.loaded.cube.area[rows]
        return rows[np.append(self.inside, [False, False])[place]]

    @property
    def clock_areas(self) -> np.ndarray | None:
        """Where the clock counts: everywhere, places unknown too, unless boroughs are chosen."""
        return self.inside if self.query.borough else None

    @property
    def off_the_map(self) -> list[str]:
        """Say that the clock counts events that are on no map, and how many there are."""
        beyond = (
            (self.selection.unlocated, "without a place"),
            (self.selection.outside, "outside the areas"),
        )
        there = [f"those {where} ({self.gate.words(number)})" for number, where in beyond if number]
        if self.query.borough or not there:
            return []
        all_ = f"All {self.noun} with a time are counted, {' and '.join(there)} too"
        return [f"{all_}; the clock beside the map counts only those on it."]

    @cached_property
    def units(self) -> tuple[np.ndarray, np.ndarray]:
        """Timed events by week (or month), weekday and hour; and how often each weekday is in it."""
        counts, exposure = by_unit(self.selection, self.clock_areas)
        return counts[:, :DAYS_KNOWN, :HOURS_KNOWN], exposure

    @property
    def week(self) -> np.ndarray:
        """Timed events by weekday and hour, int64 (7, 24)."""
        found: np.ndarray = self.units[0].sum(axis=0)
        return found

    @cached_property
    def midnight(self) -> midnight.Midnight:
        """What 00:00 holds beyond the hours beside it, from the protected week."""
        clumped = peaks.clumping(self.units[0].sum(axis=1))
        factor = 1.0 if clumped is None else clumped.factor
        week = np.nan_to_num(self.numbers(self.week.ravel()), nan=ASSUMED).reshape(self.week.shape)
        return midnight.at_midnight(week, clumped=factor, noun=self.noun)

    def numbers(self, counts: np.ndarray | Sequence[int]) -> np.ndarray:
        """Protected counts as floats; NaN where suppressed."""
        return self.gate.counts(counts).to_numpy(np.float64, na_value=np.nan)

    def percent(self, part: int, whole: int) -> float:
        """Protected share in per cent; NaN where it is not known."""
        share = self.gate.share(part, whole)
        return np.nan if share is None else 100 * share

    def answer(self, **changes: str | bool) -> Answer:
        """Answer of the map to these filters, with another layer, level or measure."""
        return self.atlas.answer(self.query.replace(**changes))

    def clusters(self, counts: np.ndarray) -> pd.DataFrame:
        """Local Moran's I of some counts by LSOA, on the LSOAs of the boroughs chosen."""
        neighbours = self.lsoa.neighbours
        among = neighbours if self.inside.all() else neighbours.subset(self.inside)
        return local_moran(counts[self.inside].astype(float), among)

    def hot(self, counts: np.ndarray) -> np.ndarray:
        """LSOAs that are hotspots of some counts, bool on all LSOAs."""
        hot = np.zeros(self.lsoa.n, bool)
        hot[self.inside] = (self.clusters(counts)["cluster"] == "HH").to_numpy()
        return hot

    def need_level(self, level: str) -> None:
        """Say so where the source gives its events by coarser areas alone: what is finer is made up."""
        info, order = self.loaded.info, list(LEVELS)
        if order.index(info.finest) > order.index(level):
            raise NotPossible(f"{info.noun} are given by {info.finest} only; nothing finer is known.")

    def need_hours(self) -> None:
        """Say so where the source has no hours."""
        if not self.loaded.info.has_hours:
            raise NotPossible(f"no hours: {self.loaded.info.no_hours_reason}")

    def need_deprivation(self) -> None:
        """Say so where deprivation is not loaded."""
        if not self.atlas.catalogue.has_deprivation:
            raise NotPossible("the Index of Multiple Deprivation is not loaded.")

    def need_residents(self) -> None:
        """Say so where residents are not loaded."""
        if "rate" not in self.loaded.info.measures:
            raise NotPossible(self.loaded.info.no_measure_reasons.get("rate", "residents are not loaded."))

    def extra(self, name: str) -> np.ndarray:
        """An attribute of the events inside, in row order."""
        if name not in self.loaded.cube.extra:
            raise NotPossible(f"the files of {lower_first(self.loaded.info.label)} loaded do not give it.")
        return self.loaded.cube.extra[name][self.rows]

    def most(
        self,
        names: Sequence[str],
        counts: np.ndarray,
        units: tuple[np.ndarray, np.ndarray],
        *,
        called: str,
        per: str = "",
    ) -> str:
        """Say which of some rows has the most, and which cannot be told apart from it; "" if none is known.

        Named only where the rows differ by more than they vary by themselves (:mod:`geo.stats.peaks`).

        Parameters
        ----------
        names : sequence of str
        counts : ndarray of int
            True counts; the sentence rests on the protected ones.
        units : pair of ndarray, shape (units, rows)
            Counts and lengths of the same rows in each week (or month, or year), to measure how much they
            vary. The most is the most for its length, such as the number of Mondays.
        called : str
            What a row is, "night".
        per : str
            What the lengths count, "a night"; said where they differ.
        """
        shown = self.numbers(counts)
        lengths = units[1].sum(axis=0)
        if not (np.nan_to_num(shown) > 0).any():
            return ""
        differ = len(set(lengths)) > 1
        rate = shown / np.where(lengths > 0, lengths, np.nan) if differ else shown
        top = np.nanmax(rate)
        best = np.isclose(rate, top, rtol=1e-9, atol=0)
        value = f"{top:,.1f} {per}" if differ else f"{int(top):,}"
        leaders = [name for name, first in zip(names, best, strict=True) if first]
        clumped = peaks.clumping(*units)
        alike = peaks.busiest_first(np.nan_to_num(shown, nan=ASSUMED), lengths, 0.95, clumped)
        if not alike:
            return _busiest_not_told(
                called,
                f"{named(leaders)} {agree(len(leaders), 'has', 'have')} the most, {value}",
                number=len(leaders),
                clumped=clumped,
                differ=(clumped is not None or not self.gate.controlled)  # noise differs too
                and peaks.stands_out(np.nan_to_num(shown, nan=ASSUMED), lengths, clumped or peaks.UNCLUMPED),
            )
        others = [name for i, name in enumerate(names) if i in alike and not best[i]]
        said = leading(leaders, self.noun, value)
        if others:
            few = named(others) if len(others) <= MOST_NAMED else f"{len(others)} others"
            said += f"; {few} cannot be told apart from {agree(len(leaders), 'it', 'them')}"
        return said + "."


def _busiest_not_told(
    called: str, most: str, *, number: int, clumped: peaks.Clumping | None, differ: bool
) -> str:
    """Say that the busiest cannot be told, whether the rows differ all the same, and which have the most."""
    each, rows = agree(number, "", " each"), f"{upper_first(called)}s"
    if differ and clumped is None:
        return (
            f"{rows} differ by more than chance alone makes, but too little is loaded to tell how much they "
            f"vary by themselves, and so which is the busiest: {most}{each}."
        )
    if differ:
        return (
            f"{rows} differ by more than chance, but which is the busiest cannot be told: {most}{each}, and "
            f"most others cannot be told apart from {agree(number, 'it', 'them')}."
        )
    why = "and most others cannot be told apart from it"
    if clumped is None:
        why = "and too little is loaded to tell whether that is more than chance"
    return f"No {called} stands out: {most}, {why}." if number == 1 else f"No {called} stands out."


def ordered(shown: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Positions from the highest protected count down, suppressed last, equal ones by name."""
    return np.lexsort((np.asarray(names, str), -np.nan_to_num(shown, nan=-1.0)))
