"""What has one question found? The true numbers behind an answer; they never leave ``geo``.

:class:`Asked` is a question as resolved for the data loaded: checked, with its source, its level, its events
and its areas. It is made once and handed down; all that costs something is worked out when first asked for,
and kept. :mod:`geo.answer.measures` and :mod:`geo.answer.layers` turn it into what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.arrays import IntegerArray

from geo.answer.counts import YEAR, Counted, Counts
from geo.answer.cube import Cube
from geo.answer.disclosure import Gate
from geo.answer.gradient import Gradient, gradient
from geo.answer.immutable import fixed
from geo.answer.margin import variance
from geo.answer.moments import TIMED
from geo.answer.week import Week, week_of
from geo.ask import describe
from geo.ask.ages import AGE_BANDS
from geo.ask.choices import LEVELS
from geo.ask.query import Query, filters_of
from geo.ask.windows import Windows
from geo.ask.words import AREAS, counted, month_text
from geo.data.reference import reference_rate
from geo.stats.weights import Neighbours

if TYPE_CHECKING:
    from geo.answer.county import County

ALPHA = 0.05
"""Level of significance everywhere."""


class Asked:
    """The true numbers of one question at one level.

    All arrays are in the order of ``frame``, length n.

    Parameters
    ----------
    county : County
    query : Query
        Checked against the county's catalogue.
    within : ndarray of bool, optional
        Areas that its statistics are kept to, besides those of :attr:`inside`.

    Attributes
    ----------
    query : Query
    info : SourceInfo
        Its noun that of the categories asked for.
    gate : Gate
        The way out for this source.
    events : Counts
        Those of the source.
    level : Level
    frame : DataFrame
        Index of area codes, as :attr:`geo.answer.level.Level.frame`.
    neighbours : Neighbours
    noun : str
        "offences".
    """

    def __init__(self, county: County, query: Query, within: np.ndarray | None = None) -> None:
        self.county, self.query, self._within = county, query, within
        self.level, self.loaded = county.levels[query.level], county.sources[query.source]
        self.info = county.catalogue.source(query)
        self.gate: Gate = self.loaded.gate
        self.events: Counts = self.loaded.events
        self.neighbours, self.noun = self.level.neighbours, self.info.noun

    def ask(self, **changes: Any) -> Asked:
        """Return the same question with some answers changed, such as another source or level.

        What the data cannot answer falls back as in :meth:`geo.ask.catalogue.Catalogue.check`.
        """
        return Asked(self.county, self.county.catalogue.check(self.query.replace(**changes))[0])

    def beside(self, other: Asked) -> Asked:
        """Return the same question of those areas that another question of its level can judge too."""
        return Asked(self.county, self.query, self.inside & other.inside)

    def with_another(self) -> tuple[Asked, Asked] | None:
        """Return the same question and that of ``compare``, or of the first other source; or None."""
        others = [key for key in self.sources if key != self.query.source]
        if not others:
            return None
        key = self.query.compare if self.query.compare in others else others[0]
        other = self.ask(source=key, category=(), compare="")
        return self.beside(other), other.beside(self)

    # ------------------------------------------------------------ in words

    @property
    def what(self) -> str:
        """ "Violence and sexual offences"."""
        return describe.what(self.query, self.county.catalogue)

    @property
    def where(self) -> str:
        """ "Luton"."""
        return describe.where(self.query, self.county.catalogue)

    @property
    def months(self) -> tuple[int, ...]:
        """Month numbers loaded for the source."""
        return self.info.months

    @property
    def sources(self) -> Mapping[str, str]:
        """Key to label of every loaded source that gives areas of this level."""
        order = list(LEVELS).index
        given = self.county.catalogue.sources.items()
        return {k: info.label for k, info in given if order(info.finest) <= order(self.query.level)}

    @property
    def area(self) -> str:
        """What one area of this level is called: "small area"."""
        return AREAS[self.query.level][0]

    def areas(self, number: int, judged: int | None = None, could_be: str = "judged") -> str:
        """Say a number of the areas shown, or of those that could be judged.

        "14 of 417 small areas", "not one of 417 small areas"; with :func:`geo.ask.words.verb` after it. Of
        one area "the one borough shown", "no borough".
        """
        whole = self.n if judged is None else judged
        of = self.judged(whole, could_be)
        if whole == 1:
            return of if number else f"no {self.area}"
        if number == whole == self.n:
            return f"{'both' if whole == 2 else f'all {whole:,}'} {AREAS[self.query.level][1]}"
        return f"{number:,} of {of}" if number else f"not one of {of}"

    def judged(self, number: int, could_be: str = "judged") -> str:
        """Say how many areas were looked at: all of them, or those that could be judged.

        "417 small areas", "the 12 of 417 small areas that could be judged".
        """
        if number == self.n:
            return self.among_areas
        return f"the {'one' if number == 1 else f'{number:,}'} of {self.among_areas} that could be {could_be}"

    @property
    def among_areas(self) -> str:
        """Say how many areas are shown: "417 small areas", "the one borough shown"."""
        if self.n == 1:
            return f"the one {self.area} shown"
        return counted(self.n, *AREAS[self.query.level])

    # ------------------------------------------------------------ which areas

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The areas, as :attr:`geo.answer.level.Level.frame`."""
        return self.level.frame

    @cached_property
    def chosen(self) -> np.ndarray:
        """Areas of the boroughs chosen, bool: those that are shown."""
        if not self.query.borough:
            return self.level.in_borough
        return fixed(self.frame["lad"].isin(self.query.borough).to_numpy(bool))

    @cached_property
    def covered(self) -> np.ndarray:
        """Share of the days on which each area is reported on; its events on others are not known."""
        if self.loaded.everywhere:
            return fixed(np.ones(len(self.frame)))
        days = self.selection.days_by_month
        each = self.level.add_up((self.loaded.covered @ days).astype(np.float64))
        of = self.level.add_up(np.ones(len(self.level.parent)))
        return fixed(each / of / max(1, self.days))

    @cached_property
    def inside(self) -> np.ndarray:
        """Areas of the boroughs chosen that are reported on throughout, bool: the population of statistics.

        Areas of other coverage are no population of one kind: a count of half the time is no low one.
        """
        throughout = self.chosen if self.loaded.everywhere else self.chosen & (self.covered == 1)
        return fixed(throughout if self._within is None else throughout & self._within)

    @cached_property
    def lsoas(self) -> np.ndarray:
        """Small areas of :attr:`inside`, bool, shape (number of LSOAs,)."""
        return fixed(self.level.of_lsoas(self.inside))

    @property
    def n(self) -> int:
        """Number of areas of :attr:`inside`."""
        return int(self.inside.sum())

    @cached_property
    def among(self) -> Neighbours:
        """Neighbours among the areas of :attr:`inside`."""
        return self.neighbours if self.inside.all() else self.neighbours.subset(self.inside)

    def near(self, weights: str) -> Neighbours:
        """Neighbours by another definition (``knn``, ``distance_band``)."""
        return self.county.near(self.query.level, weights)

    @cached_property
    def population(self) -> np.ndarray:
        """Residents as floats; NaN where not known."""
        return self.level.numbers("population")

    # ------------------------------------------------------------ which events

    @property
    def cube(self) -> Cube:
        """The events of the source row by row."""
        return self.loaded.cube

    @cached_property
    def compared(self) -> Windows | None:
        """Stretches of days that the question compares; the counts are then those of the later one."""
        return self.query.windows(self.info)[0]

    @property
    def as_elsewhere(self) -> bool:
        """Whether its areas and days are those of any other layer too, not its own."""
        return self._within is None and self.compared is None

    @cached_property
    def kept(self) -> Query:
        """The question for the days that it compares, if it compares days."""
        return self.query.windowed(self.info)

    @cached_property
    def selection(self) -> Counted:
        """The events, wherever they are, but those of months in which nobody reports on the areas chosen."""
        return self.loaded.reported(self.loaded.select(self.kept), self.level.of_lsoas(self.chosen))

    @cached_property
    def at_any_time(self) -> Counted:
        """The same at any hour of any day: of it is told, once, what has no known time."""
        whole = self.loaded.select(self.kept.replace(hour=(), day=(), night=()))
        return self.loaded.reported(whole, self.level.of_lsoas(self.chosen))

    @property
    def days(self) -> int:
        """Length of the time selected, months in which nobody reports on the areas chosen left out."""
        if self.loaded.everywhere:
            return self.selection.days
        return int(self.selection.days_by_month.sum())

    @property
    def years(self) -> float:
        """The same in years, for rates a year."""
        return self.days / YEAR

    @cached_property
    def exposure(self) -> np.ndarray:
        """Years in which each area is reported on, for its rate a year; NaN where it is not."""
        return fixed(np.where(self.covered > 0, self.covered * self.years, np.nan))

    @cached_property
    def counts(self) -> np.ndarray:
        """Events by area, int64."""
        return fixed(self.level.add_up(self.selection.by_area))

    def protected(self, counts: np.ndarray) -> IntegerArray:
        """Counts by area as a person may see them; missing where suppressed, or not reported on at all."""
        shown = self.gate.counts(counts)
        shown[self.covered == 0] = pd.NA
        return shown

    @cached_property
    def shown(self) -> np.ndarray:
        """Protected counts as floats; NaN where suppressed or not reported on."""
        return fixed(self.protected(self.counts).to_numpy(np.float64, na_value=np.nan))

    # ------------------------------------------------------------ what protects them

    @cached_property
    def _kept(self) -> float:
        """Share of the events of its months that the other filters keep."""
        further = {one.field: one.default for one, _ in filters_of(self.kept)}
        months = self.kept.replace(
            hour=(), day=(), night=(), category=(), window=None, definition="", **further
        )
        everything = int(self.loaded.reported(self.loaded.select(months), self.lsoas).by_area.sum())
        return int(self.selection.by_area.sum()) / everything if everything else 1.0

    def variance(self, counts: np.ndarray, groups: np.ndarray, share: float = 1.0) -> np.ndarray:
        """Variance of the noise in counts of groups of small areas, :func:`geo.answer.margin.variance`.

        ``share`` is that of the events asked for which the counts are of.
        """
        if not self.loaded.noise:
            return np.zeros(len(counts))
        boroughs = self.county.levels["borough"].parent
        months = self.events.months[self.selection.months].tolist()
        return variance(
            self.loaded.noise, counts, groups, boroughs=boroughs, months=months, kept=share * self._kept
        )

    @cached_property
    def noise(self) -> np.ndarray:
        """Variance of the noise in :attr:`counts`; 0 where these are true."""
        return fixed(self.variance(self.counts, self.level.parent))

    def share_held(self, areas: np.ndarray) -> float | None:
        """Protected share of the events inside that these areas hold."""
        return self.gate.share(int(self.counts[areas].sum()), int(self.counts[self.inside].sum()))

    def undated(self) -> int:
        """Events inside that the days compared leave out because theirs is not known."""
        return self.selection.undated(self.lsoas)

    def repeats(self) -> int:
        """Events inside beyond the first of each person; 0 where persons are not known."""
        return self.selection.repeats(self.lsoas)

    def monthly(self) -> pd.DataFrame:
        """Events of each selected month [area, month number]."""
        columns = self.events.months[self.selection.months]
        return pd.DataFrame(self.level.add_up(self.selection.by_area_and_month()), self.frame.index, columns)

    # ------------------------------------------------------------ a wider time, for classes that stay

    @cached_property
    def _wider(self) -> tuple[Counted, float]:
        wide = self.query.replace(month=(), hour=(), day=(), night=(), compare="")
        if wide.first is not None and wide.first == wide.last:
            wide = wide.replace(first=None, last=None)
        wider, slots = self.loaded.select(wide), self.selection.slots
        scale = 1.0 if slots is None else float(slots[TIMED].mean())
        return wider, scale * self.selection.months.sum() / max(1, wider.months.sum())

    def base(self) -> tuple[np.ndarray, float]:
        """Counts of the same question without its filters of month, hour and day, over all boroughs.

        Returns
        -------
        counts : ndarray of int64
        scale : float
            Share of that time which the filters keep. Class breaks come from both, so that stepping through
            hours or months does not move them.
        """
        wider, scale = self._wider
        return self.level.add_up(wider.by_area), scale

    def base_years(self) -> float:
        """Years that the counts of :meth:`base` fell in, as far as the filters of hour and day keep them."""
        wider, slots = self._wider[0], self.selection.slots
        return wider.years / (1.0 if slots is None else float(slots[TIMED].mean()))

    @cached_property
    def _harm(self) -> tuple[np.ndarray, np.ndarray, int]:
        weights = self.county.harm_weights(self.query.source)
        wider, scale = self._wider
        unweighted = self.selection.unweighted(weights, self.lsoas)
        by_area, base = (self.level.add_up(one.weighted(weights)) for one in (self.selection, wider))
        return by_area, base * scale, unweighted

    def harm(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Sum of the offences' weights by area, that of :meth:`base` scaled, and how many have no weight."""
        return self._harm

    # ------------------------------------------------------------ who

    @cached_property
    def _ages(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        events = self.level.add_up(self.selection.by_age()[:, : len(AGE_BANDS)])
        bands = self.county.bands
        people = events * 0 if bands is None else self.level.add_up(bands)
        first, second = (pd.DataFrame(f, self.frame.index, AGE_BANDS) for f in (events, people))
        return first, second

    def ages(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Events and residents [area, age band], for standardised rates."""
        events, residents = self._ages
        return events.copy(deep=False), residents.copy(deep=False)

    def squares(self, groups: np.ndarray, number: int) -> np.ndarray | None:
        """Σ f² of persons with f events each, by group of areas (0 up, -1 left out) and age band.

        For the limits of standardised rates; None where persons are not known.
        """
        found = self.selection.squares(self.level.of_lsoas(groups), number)
        return None if found is None else found[:, : len(AGE_BANDS)]

    def england(self) -> tuple[float, str]:
        """England's rate per 1,000 residents a year, NaN and why where it is not known."""
        chosen = self.events.select(self.query.events())
        months = [int(month) for month in self.events.months[chosen.months]]
        rate, why = reference_rate(self.county.reference, self.query, months)
        return rate / chosen.years if months else rate, why

    # ------------------------------------------------------------ the charts beside the map

    def always(self, lsoas: np.ndarray) -> np.ndarray:
        """Those of some small areas that are reported on in every loaded month; all where there are none."""
        throughout = lsoas & self.loaded.throughout
        return throughout if throughout.any() else lsoas

    def month_counts(self, lsoas: np.ndarray | None = None) -> pd.DataFrame:
        """Protected count of every month reported on, under all filters but those of the period.

        Of the areas that are reported on in every loaded month where there are any, so that months compare.

        Parameters
        ----------
        lsoas : ndarray of bool, shape (number of LSOAs,), optional
            The small areas counted; those of the boroughs chosen where it is left out.

        Returns
        -------
        DataFrame
            ``month`` (number), ``month_text``, ``count`` (Int64, missing where suppressed); labelled by the
            position of the month among those loaded.
        """
        everything = self.query.replace(first=None, last=None, month=(), compare="", window=None)
        months = self.events.months
        lsoas = self.level.of_lsoas(self.chosen) if lsoas is None else lsoas
        alike = self.always(lsoas)
        counts = self.gate.counts(self.loaded.select(everything).by_month(alike))
        texts = [month_text(m) for m in months]
        table = pd.DataFrame({"month": months, "month_text": texts, "count": counts})
        if self.loaded.everywhere or not alike.any():
            return table
        return table[self.loaded.covered[alike].any(axis=0)]

    def week(self, lsoas: np.ndarray | None = None) -> Week:
        """Protected weekday by hour, under all filters but those of time of day and day.

        Parameters
        ----------
        lsoas : ndarray of bool, shape (number of LSOAs,), optional
            The small areas counted; those of the boroughs chosen where it is left out.
        """
        selection = self.at_any_time
        if lsoas is None:
            return week_of(selection, self.lsoas, self.info, self.gate, self.query.clock)
        of_all = week_of(selection, self.lsoas, self.info, self.gate, "recorded")
        return week_of(selection, lsoas, self.info, self.gate, self.query.clock, whole=of_all)

    def gradient(self, lsoas: np.ndarray | None = None) -> Gradient:
        """Small areas by deprivation (the query's domain), from protected counts.

        Rates are age-standardised where the measure is.

        Parameters
        ----------
        lsoas : ndarray of bool, shape (number of LSOAs,), optional
            The small areas taken; those of the boroughs chosen where it is left out.
        """
        lsoas = self.lsoas if lsoas is None else lsoas
        if "lsoa" not in self.county.catalogue.levels or self.info.finest != "lsoa":
            # a tenth may be one small area, or its events made up
            none = np.empty(0)
            return gradient(decile=none, counts=none, population=none, gate=self.gate, years=self.years)
        small = (
            self if self.query.level == "lsoa" else self.ask(level="lsoa", layer="measure", area="", group=())
        )
        decile = small.level.numbers(self.query.decile)
        ages = None
        if self.query.measure == "dsr":
            events, people = small.ages()
            ages = events[lsoas], people[lsoas]

        def spread_out(groups: np.ndarray) -> np.ndarray:
            everywhere = np.full(len(lsoas), -1)
            everywhere[lsoas] = groups
            return everywhere

        def squares(groups: np.ndarray, number: int) -> np.ndarray | None:
            return small.squares(spread_out(groups), number)

        def noise(groups: np.ndarray, number: np.ndarray) -> np.ndarray:
            return self.variance(number, spread_out(groups))

        return gradient(
            decile=decile[lsoas],
            counts=self.selection.by_area[lsoas],
            population=small.population[lsoas],
            gate=self.gate,
            years=self.years,
            ages=ages,
            squares=squares,
            noise=noise if self.loaded.noise else None,
        )
