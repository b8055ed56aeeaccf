"""What is loaded, and what does it answer?

:class:`Atlas` opens one version of a data folder and answers a :class:`~geo.ask.query.Query` with an
:class:`Answer`: everything that the page or an export may show. All numbers in an answer have passed the
:class:`~geo.answer.disclosure.Gate` of their source; the true counts stay in here.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache, cached_property
from threading import Lock

import numpy as np
import pandas as pd

from geo.answer.answer import Answer, Totals
from geo.answer.cube import N_SLOTS, TIMED, Cube, Selection
from geo.answer.disclosure import Gate
from geo.answer.gradient import Gradient, gradient
from geo.answer.layers import LAYERS
from geo.answer.level import band_population, levels_of
from geo.answer.measures import MEASURES, measure
from geo.answer.true_numbers import Slice
from geo.answer.week import Week, week_of
from geo.ask.catalogue import Catalogue, SourceInfo
from geo.ask.choices import DOMAINS, ENGLAND
from geo.ask.query import Query
from geo.ask.words import listed, month_runs, month_text, period_name
from geo.data.reference import reference_rate
from geo.data.severity import apply_weights
from geo.data.sources import Source, stored_sources
from geo.data.store import Snapshot, Store
from geo.data.table import AGE_BANDS
from geo.stats.concentration import rank_labels
from geo.stats.midnight import DefaultMidnight
from geo.stats.weights import Neighbours

BY_AGE, BY_RESIDENTS = ("dsr", "ratio"), ("rate", "eb_rate", "eb_local")
"""Measures that need the ages of events and of residents, and those that need the residents only."""
MEMORY = 256
"""Answers kept."""
RANKED = 10
"""Areas numbered on a map."""


# ---------------------------------------------------------------- what is loaded


@dataclass(frozen=True)
class Loaded:
    """One loaded source: what it can be asked, its events, and its way out."""

    info: SourceInfo
    cube: Cube
    gate: Gate


# ---------------------------------------------------------------- what is answered


class Atlas:
    """One version of a data folder, open and ready to answer. Immutable; safe to share between threads.

    Use :meth:`open`.

    Attributes
    ----------
    snapshot : Snapshot
    levels : dict of str to Level
    sources : dict of str to Loaded
    catalogue : Catalogue
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.levels = levels_of(snapshot)
        areas = self.levels["lsoa"].frame.index
        self._bands = band_population(snapshot, areas)
        self.sources = {key: self._load(source) for key, source in stored_sources(snapshot.manifest).items()}
        names = self.levels["borough"].frame["name"]
        boroughs = dict(zip(names.index, names, strict=True))
        self._reference = snapshot.read("benchmark") if snapshot.has("benchmark") else pd.DataFrame()
        has_deprivation = bool(self.levels["lsoa"].frame["imd_decile"].notna().any())
        has_population = bool(self.levels["lsoa"].frame["population"].notna().any())
        met = {"": True, "deprivation": has_deprivation, "population": has_population}
        self.catalogue = Catalogue(
            place=snapshot.place,
            sources={key: loaded.info for key, loaded in self.sources.items()},
            boroughs=boroughs,
            layers={key: layer.label for key, layer in LAYERS.items() if met[layer.needs]},
            areas={key: frozenset(level.frame.index) for key, level in self.levels.items()},
            has_deprivation=has_deprivation,
            domains={
                key: name for key, name in DOMAINS.items() if f"{key}_decile" in self.levels["lsoa"].frame
            }
            if has_deprivation
            else {},
            benchmarks=boroughs if self._reference.empty else {**boroughs, ENGLAND: "England"},
        )
        self._memory: OrderedDict[Query, Answer] = OrderedDict()
        self._weeks: OrderedDict[Query, Week] = OrderedDict()
        self._near: dict[tuple[str, str], Neighbours] = {}
        self._harm: dict[str, np.ndarray] = {}
        self._lock = Lock()

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Atlas:
        """Open the version of a data folder that is in force.

        Raises
        ------
        Problem
            If the folder holds no boundaries or cannot be read.
        """
        return cls(Store(folder).open())

    @property
    def version(self) -> str:
        """Hash of the data; answers of one version never change."""
        return self.snapshot.version

    @property
    def place(self) -> str:
        """Name of the county."""
        return self.snapshot.place

    @cached_property
    def places(self) -> pd.DataFrame | None:
        """Towns and villages: ``name, x, y, rank`` (EPSG:27700, rank 1 the largest); None without."""
        return self.snapshot.read("places") if self.snapshot.has("places") else None

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.snapshot.synthetic

    def answer(self, query: Query) -> Answer:
        """Answer a question.

        Parameters
        ----------
        query : Query
            Need not be checked; what cannot be taken is in the answer's ``notices``.

        Returns
        -------
        Answer
            Memoised on the question and the data; the selected area, the view and the overlay cost nothing,
            another clock no more than itself.
        """
        query, notices = query.checked(self.catalogue)
        compared = query.compare if LAYERS[query.layer].compares else ""
        heavy = query.replace(
            area="",
            group=(),
            mark="",
            sources=(),
            view="explore",
            layout="map",
            legend="own",
            overlay="none",
            groups="decile",
            clock="recorded",
            compare=compared,
        )
        with self._lock:
            answer = self._memory.get(heavy)
            if answer is not None:
                self._memory.move_to_end(heavy)
        if answer is None:
            answer = self._compute(heavy)
            with self._lock:
                self._memory[heavy] = answer
                while len(self._memory) > MEMORY:
                    self._memory.popitem(last=False)
        decile = answer.table["imd_decile"].to_numpy(float, na_value=np.nan)
        if query.clock != heavy.clock:
            answer = replace(answer, week=self._whole_week(query))
        overlay = (decile <= 2) & answer.inside if query.overlay == "imd" else None
        return replace(answer, query=query, notices=tuple(notices), overlay=overlay)

    # ------------------------------------------------------------ from filter to answer

    def select(self, query: Query) -> Selection:
        """Choose the events of a checked query, those of the days that it compares if it compares days."""
        loaded = self.sources[query.source]
        return loaded.cube.select(query.windowed(loaded.info))

    def slice(self, query: Query) -> Slice:
        """True numbers of a checked query at its level; never shown as they are."""
        level, loaded = self.levels[query.level], self.sources[query.source]
        selection = self.select(query)
        inside = (
            level.frame["lad"].isin(query.borough).to_numpy() if query.borough else np.ones(level.n, bool)
        )

        def whole() -> tuple[Selection, float]:
            wide = query.replace(month=(), hour=(), day=(), night=())
            if query.first is not None and query.first == query.last:
                wide = wide.replace(first=None, last=None)
            wider = loaded.cube.select(wide)
            slots = 1.0 if selection.slots is None else float(selection.slots[TIMED].mean())
            return wider, slots * selection.months.sum() / max(1, wider.months.sum())

        def base() -> tuple[np.ndarray, float]:
            wider, scale = whole()
            return level.add_up(wider.by_area), scale

        def harm() -> tuple[np.ndarray, np.ndarray, int]:
            weights = self._weights(query.source)
            wider, scale = whole()
            inside_rows = np.append(inside[level.parent], [False, False])[loaded.cube.area[selection.rows]]
            unweighted = int(np.isnan(weights[selection.rows[inside_rows]]).sum())
            by_area, base_by_area = (level.add_up(one.weighted(weights)) for one in (selection, wider))
            return by_area, base_by_area * scale, unweighted

        @cache
        def ages() -> tuple[pd.DataFrame, pd.DataFrame]:
            events = level.add_up(selection.by_age()[:, : len(AGE_BANDS)])
            frames = (events, level.add_up(self._bands)) if self._bands is not None else (events, events * 0)
            return tuple(pd.DataFrame(f, level.frame.index, AGE_BANDS) for f in frames)

        def squares(groups: np.ndarray, number: int) -> np.ndarray | None:
            found = selection.squares(groups[level.parent], number)
            return None if found is None else found[:, : len(AGE_BANDS)]

        return Slice(
            query=query,
            frame=level.frame,
            counts=level.add_up(selection.by_area),
            inside=inside,
            neighbours=level.neighbours,
            gate=loaded.gate,
            years=selection.years,
            base=base,
            harm=harm,
            ages=ages,
            squares=squares,
            repeats=lambda: selection.repeats(inside[level.parent]),
            monthly=lambda: pd.DataFrame(
                level.add_up(selection.by_area_and_month()),
                level.frame.index,
                loaded.cube.months[selection.months],
            ),
            ask=lambda **changes: self.slice(query.replace(**changes).checked(self.catalogue)[0]),
            near=lambda weights: self._neighbours(query.level, weights),
            england=lambda: self.england(query),
            compared=query.windows(loaded.info)[0],
            undated=lambda: selection.undated(inside[level.parent]),
            months=loaded.info.months,
            sources={key: other.info.label for key, other in self.sources.items()},
            noun=loaded.info.noun,
            what=query.describe_what(self.catalogue),
            where=query.describe_where(self.catalogue),
        )

    def england(self, query: Query) -> tuple[float, str]:
        """England's rate per 1,000 residents for a checked query; NaN and why where it is not known."""
        cube = self.sources[query.source].cube
        months = cube.months[cube.select(query).months]
        return reference_rate(self._reference, query, [int(month) for month in months])

    def _compute(self, query: Query) -> Answer:
        level, loaded = self.levels[query.level], self.sources[query.source]
        gate, selection = loaded.gate, self.select(query)
        slice_ = self.slice(query)
        drawn = LAYERS[query.layer].draw(slice_)
        lsoas = np.isin(level.parent, np.flatnonzero(slice_.inside))

        count = gate.counts(slice_.counts)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = slice_.shown / np.where(slice_.population > 0, slice_.population, np.nan) * 1000
        table = level.frame[["name", "ward", "borough"]].assign(
            count=count, population=level.frame["population"], rate_per_1000=rate
        )
        table = table.join(drawn.columns)
        if MEASURES[query.measure].column not in table:  # the layer is about something else
            table = table.join(measure(slice_).columns)
        table["imd_decile"] = level.frame["imd_decile"]
        table["rank"] = rank_labels(np.where(slice_.inside, _ranking(table, query), np.nan)).array

        totals = Totals(
            total=gate.count(int(selection.by_place.sum())),
            shown=gate.count(int(slice_.counts[slice_.inside].sum())),
            elsewhere=gate.count(int(slice_.counts[~slice_.inside].sum())),
            outside=gate.count(selection.outside),
            unlocated=gate.count(selection.unlocated),
            untimed=gate.count(selection.untimed(lsoas)) if loaded.info.has_hours else None,
        )
        week = self._whole_week(query)
        return Answer(
            query=query,
            table=table,
            inside=slice_.inside,
            codes=drawn.codes,
            classes=drawn.classes,
            overlay=None,
            usual=_usual(slice_),
            totals=totals,
            months=self.months(query, lsoas),
            week=week,
            gradient=self.gradient(query, lsoas),
            headline=self._finding(query, slice_, table, drawn.finding),
            description=query.describe(self.catalogue),
            caveats=(
                *self._totals_caveats(query, selection, slice_, lsoas),
                *_midnight_caveat(week.midnight, loaded.info.noun),
                *drawn.caveats,
            ),
            notices=(),
            banner=self._banner(loaded.info),
        )

    def gradient(self, query: Query, lsoas: np.ndarray) -> Gradient:
        """Take some small areas by their deprivation (the query's domain), from protected counts.

        Parameters
        ----------
        query : Query
            Checked. Rates are age-standardised where its measure is.
        lsoas : ndarray of bool, shape (number of LSOAs,)
        """
        loaded, frame = self.sources[query.source], self.levels["lsoa"].frame[lsoas]
        selection = self.select(query)
        ages = None
        if query.measure == "dsr":
            events, people = self.slice(query.replace(level="lsoa", area="", group=())).ages()
            ages = events[lsoas], people[lsoas]

        def squares(groups: np.ndarray, number: int) -> np.ndarray | None:
            everywhere = np.full(len(lsoas), -1)
            everywhere[lsoas] = groups
            found = selection.squares(everywhere, number)
            return None if found is None else found[:, : len(AGE_BANDS)]

        return gradient(
            decile=frame[query.decile].to_numpy(np.float64, na_value=np.nan),
            counts=selection.by_area[lsoas],
            population=frame["population"].to_numpy(np.float64, na_value=np.nan),
            gate=loaded.gate,
            years=selection.years,
            ages=ages,
            squares=squares,
        )

    def months(self, query: Query, lsoas: np.ndarray) -> pd.DataFrame:
        """Protected count of every loaded month in some LSOAs, under all filters but those of the period.

        Parameters
        ----------
        query : Query
            Checked.
        lsoas : ndarray of bool, shape (number of LSOAs,)

        Returns
        -------
        DataFrame
            ``month`` (number), ``month_text``, ``count`` (Int64, missing where suppressed).
        """
        loaded = self.sources[query.source]
        everything = query.replace(first=None, last=None, month=(), compare="")
        counts = loaded.cube.select(everything).by_month(lsoas)
        months = loaded.cube.months
        return pd.DataFrame(
            {
                "month": months,
                "month_text": [month_text(m) for m in months],
                "count": loaded.gate.counts(counts),
            }
        )

    def week(self, query: Query, lsoas: np.ndarray) -> Week:
        """Protected weekday by hour in some LSOAs, under all filters but those of time of day and day.

        Parameters
        ----------
        query : Query
            Checked.
        lsoas : ndarray of bool, shape (number of LSOAs,)
        """
        loaded = self.sources[query.source]
        selection = self.select(query.replace(hour=(), day=(), night=()))
        return week_of(selection, lsoas, loaded.info, loaded.gate, query.clock)

    def _whole_week(self, query: Query) -> Week:
        """The week of all that a checked query shows, remembered apart from the answer.

        So another clock costs the map nothing, and another colour of the map costs the clock nothing.
        """
        kept = query.windowed(self.sources[query.source].info)
        names = ("source", "category", "first", "last", "month", "borough", "window", "clock")
        asked = Query(**{name: getattr(kept, name) for name in names})
        with self._lock:
            week = self._weeks.get(asked)
        if week is None:
            lad = self.levels["lsoa"].frame["lad"]
            lsoas = (lad.isin(query.borough) if query.borough else lad.notna()).to_numpy()
            week = self.week(asked, lsoas)
            with self._lock:
                self._weeks[asked] = week
                while len(self._weeks) > MEMORY:
                    self._weeks.popitem(last=False)
        return week

    def _finding(self, query: Query, s: Slice, table: pd.DataFrame, of_layer: str) -> str:
        """Say what the layer found or, for a plain measure, which areas have the most."""
        if not s.counts[s.inside].sum():
            return f"No {s.noun} match these filters."
        if of_layer:
            return of_layer
        asked = MEASURES[query.measure]
        values = table[asked.column].to_numpy(float, na_value=np.nan)
        values = np.where(s.inside, values, np.nan)
        if np.isnan(values).all() or not np.nanmax(values):
            return f"Too few {s.noun} match these filters for an area to be shown."
        best = np.flatnonzero(values == np.nanmax(values))
        names = [_place_name(table, int(i), query.level) for i in best]
        leaders = listed(names) if len(names) <= 3 else f"{len(names)} areas"
        have = "has" if len(names) == 1 else "each have"
        said = asked.finding.format(leaders=leaders, have=have, noun=s.noun, top=values[best[0]])
        if query.measure != "count":
            return said
        share = s.share_held(np.isin(np.arange(len(values)), best))
        held = f", {share:.1%} of those shown" if share is not None else ""
        return f"{said.removesuffix('.')}{held}."

    def _totals_caveats(self, query: Query, selection: Selection, s: Slice, lsoas: np.ndarray) -> list[str]:
        """Say what is missing from the map, and what the places and times mean."""
        loaded = self.sources[query.source]
        query = query.windowed(loaded.info)
        info, gate = loaded.info, loaded.gate
        where = listed([self.catalogue.boroughs[b] for b in query.borough]) if query.borough else "the map"
        said = [
            f"{gate.text(int(s.counts[s.inside].sum()))} {info.noun} on {where}."
            if not query.borough
            else f"{gate.text(int(s.counts[s.inside].sum()))} {info.noun} in {where}."
        ]
        missing = selection.outside + selection.unlocated
        if missing:
            share = gate.share(missing, int(selection.by_place.sum()))
            percent = f" ({share:.1%} of all)" if share is not None else ""
            said.append(
                f"{gate.text(selection.unlocated)} without a place and {gate.text(selection.outside)} "
                f"outside {self.place}{percent} are not on the map."
            )
        if selection.slots is not None:
            untimed = selection.untimed(lsoas)
            if untimed:
                said.append(
                    f"{gate.text(untimed)} without a known day or time are left out by the filter of time."
                )
        if not info.has_hours:
            said.append(f"No hours: {info.no_hours_reason}")
        asked = range(
            info.months[0] if query.first is None else query.first,
            (info.months[-1] if query.last is None else query.last) + 1,
        )
        missing_months = sorted(set(asked) - set(info.months))
        if missing_months:
            runs = listed([period_name(first, last) for first, last in month_runs(missing_months)])
            said.append(f"Not loaded, and so not counted: {runs}.")
        if info.place == "residence":
            said.append("Areas are where the people live, not where it happened.")
        if gate.notice:
            said.append(gate.notice)
        return said

    def _banner(self, info: SourceInfo) -> str:
        if self.synthetic:
            return "Synthetic demonstration data"
        return "Official-sensitive: small numbers protected" if info.disclosure != "open" else "Open data"

    # ------------------------------------------------------------ opening

    def _neighbours(self, level: str, weights: str) -> Neighbours:
        """Neighbour lists by a definition of :data:`geo.stats.weights.WEIGHTS`, read when first asked for."""
        if (level, weights) not in self._near:
            pairs = self.snapshot.read(f"neighbours/{level}/{weights}")
            self._near[level, weights] = Neighbours.from_frame(pairs, self.levels[level].frame.index)
        return self._near[level, weights]

    def _weights(self, source: str) -> np.ndarray:
        """Harm weight of each event of a source, in row order of its cube; NaN where its offence has none."""
        if source not in self._harm:
            cube = self.sources[source].cube
            weights = self.snapshot.read("severity").set_index("code")["weight"]
            category = cube.cell // (N_SLOTS * len(cube.months))
            by_name = apply_weights(pd.Series(cube.categories), weights).to_numpy()[category]
            codes = cube.extra.get("offence_code")
            by_code = by_name if codes is None else apply_weights(pd.Series(codes), weights).to_numpy()
            self._harm[source] = np.where(np.isnan(by_code), by_name, by_code)
        return self._harm[source]

    def _load(self, source: Source) -> Loaded:
        areas = self.levels["lsoa"].frame.index
        cube = Cube.build(self.snapshot.incidents(source.key), areas, self.snapshot.months(source.key))
        measures, reasons = self._measures(source, cube)
        grain = "the month" if not cube.has_days else "the day"
        info = SourceInfo(
            key=source.key,
            label=source.label,
            noun=source.noun[1],
            categories=dict(zip(cube.slugs, cube.categories, strict=True)),
            months=tuple(int(m) for m in cube.months),
            has_hours=cube.has_hours,
            has_days=cube.has_days,
            no_hours_reason=""
            if cube.has_hours
            else f"the files loaded give {grain} only, not the time of day.",
            place=source.place,
            disclosure=source.disclosure,
            last_days=cube.last_days,
            measures=measures,
            no_measure_reasons=reasons,
            attribution=source.attribution,
        )
        return Loaded(info, cube, Gate(source.disclosure))

    def _measures(self, source: Source, cube: Cube) -> tuple[tuple[str, ...], dict[str, str]]:
        """Measures that can be computed for a source, and why the others cannot."""
        reasons = {}
        if self.levels["lsoa"].frame["population"].isna().all():
            reasons = dict.fromkeys([*BY_RESIDENTS, *BY_AGE], "the number of residents is not loaded.")
        elif not cube.has_ages:
            reasons = dict.fromkeys(BY_AGE, "this source does not give ages.")
        elif self._bands is None:
            reasons = dict.fromkeys(BY_AGE, "residents by five-year age band are not loaded.")
        if source.disclosure != "open":
            reasons["harm"] = "harm is weighed for open sources only."
        elif not self.snapshot.has("severity"):
            reasons["harm"] = "no harm weights are loaded (hotspots import severity FILE)."
        return tuple(m for m in MEASURES if m not in reasons), reasons


def _midnight_caveat(midnight: DefaultMidnight | None, noun: str) -> list[str]:
    if midnight is None:
        return []
    return [
        f"About {float(f'{midnight.excess:.3g}'):,.0f} of {midnight.recorded:,.0f} {noun} recorded in the "
        "hour from midnight seem to be there because their time was not known."
    ]


# ---------------------------------------------------------------- small words


def _ranking(table: pd.DataFrame, query: Query) -> np.ndarray:
    """Values that rank the areas: the measure of the query."""
    return table[MEASURES[query.measure].column].to_numpy(np.float64, na_value=np.nan)


def _usual(s: Slice) -> np.ndarray:
    """Positions of the areas with the most events, or the highest rate, before the filters of time."""
    counts = s.gate.counts(s.base()[0]).to_numpy(np.float64, na_value=np.nan)
    by = (
        counts
        if s.query.measure in ("count", "harm")
        else counts / np.where(s.population > 0, s.population, np.nan)
    )
    some = np.flatnonzero(s.inside & (by > 0))
    return some[np.argsort(-by[some], kind="stable")][:RANKED]


def _place_name(table: pd.DataFrame, position: int, level: str) -> str:
    """Name of an area with its ward, where that says more."""
    row = table.iloc[position]
    return f"{row['name']} ({row['ward']})" if level == "lsoa" else str(row["name"])
