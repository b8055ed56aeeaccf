"""What is loaded?

A :class:`County` is one version of a data folder, open: its areas, the events of each source, and all that a
question may need beside them. It is immutable, holds the true counts, and knows nothing of questions but what
can be asked (:attr:`County.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pandas as pd

from geo.answer.counts import Counted, Counts, Engine, Opened, Weights
from geo.answer.cube import Cube
from geo.answer.disclosure import Gate, seen_as
from geo.answer.immutable import fixed
from geo.answer.in_memory import IN_MEMORY, keep
from geo.answer.indicators import indicators_of, seen_by
from geo.answer.level import band_population, levels_of
from geo.answer.memory import MEGABYTE, Memory
from geo.answer.packed import opened
from geo.answer.place import Place
from geo.ask.catalogue import Catalogue, Published
from geo.ask.choices import DOMAINS, ENGLAND, LEVELS
from geo.ask.factors import CODE, FACTORS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.source_info import Converted, SourceInfo
from geo.ask.viewer import Viewer
from geo.ask.words import month_number, slug
from geo.data.definitions import definitions
from geo.data.ground import is_country
from geo.data.guarded import Noise, counted, noises, protected_anew, unprotected
from geo.data.reports import covered
from geo.data.room import give_back
from geo.data.sources import Source, moved_points, stored_sources
from geo.data.store import Snapshot, Transaction
from geo.stats.weights import Neighbours

NEEDS = (
    *("population", "ages", "deprivation", "open", "severity", "indicators"),
    *("residents by age", "classification", "workplace"),
)
"""What some layers and measures cannot do without: residents, ages of events and of residents, deprivation, a
source that is open, weights of harm, published indicators, residents by age, what kind of place it is."""
SELECTIONS = 64
"""Selections of each source that are kept: the parts of one answer ask for the same few again."""
ROOM = 12 * MEGABYTE
"""Bytes that they may take."""


C = TypeVar("C", bound=Counted)


class Offered(Protocol):
    """A layer or a measure, as far as it matters whether the data can show it."""

    @property
    def label(self) -> str:
        """Its name in the control."""

    @property
    def needs(self) -> frozenset[str]:
        """What it cannot do without."""


@dataclass(frozen=True)
class Loaded:
    """One loaded source: what it can be asked, its events, where and when they were reported, its way out.

    Attributes
    ----------
    info : SourceInfo
    events : Counts
    gate : Gate
    covered : ndarray of bool, shape (number of LSOAs, months)
        Whether anyone reports on a small area in a month; where nobody does its events are not known.
    noise : tuple of Noise
        What protects its events, delivery by delivery; empty where the true ones are read.
    """

    info: SourceInfo
    events: Counts
    gate: Gate
    covered: np.ndarray
    noise: tuple[Noise, ...] = ()

    @cached_property
    def cube(self) -> Cube:
        """The events row by row in this process, whoever counts them: read when they are first asked for."""
        found: Cube = self.events.in_memory()
        return found

    @cached_property
    def everywhere(self) -> bool:
        """Whether every small area is reported on in every loaded month."""
        return bool(self.covered.all())

    @cached_property
    def throughout(self) -> np.ndarray:
        """Small areas that are reported on in every loaded month, bool."""
        return fixed(np.asarray(self.covered.all(axis=1)))

    @cached_property
    def _selections(self) -> Memory[Query, Counted]:
        return Memory(SELECTIONS, ROOM, grows=True)

    def select(self, query: Query) -> Counted:
        """Choose the events of a checked query, those of the days that it compares if it compares days."""
        asked = query.windowed(self.info).events()
        return self._selections.get(asked, lambda: self.events.select(asked))

    def reported(self, selection: C, lsoas: np.ndarray) -> C:
        """Leave out of a selection the months in which nobody reports on any of some small areas (bool)."""
        if self.everywhere:
            return selection
        kept = selection.months & self.covered[lsoas].any(axis=0)
        return selection if kept.sum() == selection.months.sum() else replace(selection, months=kept)


class County:
    """One version of a data folder, open. Immutable; safe to share between threads.

    Parameters
    ----------
    snapshot : Snapshot
    layers, measures : mapping of str to Offered
        What is registered, in the order of the controls.
    engine : Engine
        Who counts its events.

    Attributes
    ----------
    levels : dict of str to Level
    sources : dict of str to Loaded
    catalogue : Catalogue
    bands : ndarray of int64, shape (number of LSOAs, 19), or None
        Residents by LSOA and age band; None where five-year bands are not loaded.
    reference : DataFrame
        Rates of England; empty where none are loaded.
    definitions : dict of str to Definition
        Saved definitions by their names.
    surroundings : Place
        What kind of place its areas are.
    indicators : dict of str to Indicator
        Published indicators, of the kinds of area that who asks may see.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        layers: Mapping[str, Offered],
        measures: Mapping[str, Offered],
        engine: Engine = IN_MEMORY,
    ) -> None:
        if not all(snapshot.sees(role.split("/")[1]) for role in unprotected(snapshot) + counted(snapshot)):
            raise Problem(
                f"The folder {snapshot.folder} was written by an earlier version of this program, and not "
                "every source that is not open has a protected version yet: run hotspots protect --data "
                f'"{snapshot.folder}".'
            )
        self.snapshot, self._engine = snapshot, engine
        self._layers, self._measures = layers, measures
        self.levels = levels_of(snapshot)
        self.definitions = definitions(snapshot)
        self._published = indicators_of(snapshot)
        self.indicators = seen_by(self._published, self.viewer)
        self.bands = band_population(snapshot, self.levels["lsoa"].frame.index)
        self.sources = {
            key: self._stored(source)
            for key, source in stored_sources(snapshot.manifest).items()
            if self.viewer.asks(key)
        }
        self.reference = snapshot.read("benchmark") if snapshot.has("benchmark") else pd.DataFrame()
        self.surroundings = Place(snapshot, self.levels)
        self.catalogue = self._catalogue()
        self._forget()
        if is_country(self.levels["lsoa"].n):
            give_back()

    @property
    def version(self) -> str:
        """Hash of the data; answers of one version never change."""
        return self._version

    @property
    def place(self) -> str:
        """Name of the county."""
        return self.snapshot.place

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.snapshot.synthetic

    @property
    def viewer(self) -> Viewer:
        """For whom it is open."""
        return self.snapshot.viewer

    @property
    def cleared(self) -> bool:
        """Whether true numbers of a controlled source are open."""
        return any(loaded.info.disclosure == "cleared" for loaded in self.sources.values())

    @cached_property
    def places(self) -> pd.DataFrame | None:
        """Towns and villages: ``name, x, y, rank`` (EPSG:27700, rank 1 the largest); None without."""
        return self.snapshot.read("places") if self.snapshot.has("places") else None

    def near(self, level: str, weights: str) -> Neighbours:
        """Neighbour lists by a definition of :data:`geo.stats.weights.WEIGHTS`, read when first asked for."""

        def read() -> Neighbours:
            pairs = self.snapshot.read(f"neighbours/{level}/{weights}")
            return Neighbours.from_frame(pairs, self.levels[level].frame.index)

        return self._near.get((level, weights), read)

    def harm_weights(self, source: str, *, by_row: bool = False) -> Weights:
        """Harm weight of each event of a source; of those of its cube, in row order, where that is asked."""
        loaded = self.sources[source]
        events = loaded.cube if by_row else loaded.events

        def found() -> Weights:
            return events.weights(self.snapshot.read("severity").set_index("code")["weight"])

        return self._weights.get((source, events is loaded.events), found)

    def get_ready(self) -> None:
        """Work out now what is large and each copy of this process would else work out for itself."""
        for loaded in self.sources.values():
            if isinstance(loaded.events, Cube):
                loaded.events.cell  # noqa: B018 - it is kept

    def with_events(self, key: str, events: pd.DataFrame, months: Sequence[int]) -> Self:
        """The same county with other events of one source, all of it reported on; protected as that is.

        Parameters
        ----------
        key : str
            Of the source.
        events : DataFrame
            As :meth:`geo.data.store.Snapshot.incidents` gives them; only ``category``, ``lsoa`` and ``month``
            must be there.
        months : sequence of int
            Months loaded.
        """
        other = copy(self)
        everywhere = np.ones((self.levels["lsoa"].n, len(months)), bool)
        noise: tuple[Noise, ...] = ()
        if self.sources[key].gate.controlled:
            events, drawn = protected_anew(self.snapshot, key, events, months)
            noise = (drawn,)
        source = stored_sources(self.snapshot.manifest)[key]
        found = opened(self.snapshot, events, self.levels["lsoa"].frame.index, months)
        other.sources = {**self.sources, key: self._load(source, found, everywhere, noise)}
        other.catalogue = other._catalogue()
        other._forget()
        return other

    def seen_by(self, viewer: Viewer) -> Self:
        """The same version for others: of what they may see, and of nothing else.

        Areas are shared with this one, and so are the events of each source that both see alike; what only
        they see is read.

        Raises
        ------
        Problem
            If they may see true numbers that this copy of the folder lacks.
        """
        other = copy(self)
        other.snapshot = self.snapshot.seen_by(viewer)
        if missing := [role for role in other.snapshot.opened() if not other.snapshot.path(role).is_file()]:
            raise Problem(
                f"The true events of {missing[0].split('/')[1]} are not in this copy of the folder "
                f"{self.snapshot.folder}: serve the one that holds them, or clear nobody for that source."
            )
        other._published = indicators_of(other.snapshot)
        other.indicators = seen_by(other._published, viewer)
        other.sources = {}
        for key, source in stored_sources(self.snapshot.manifest).items():
            if viewer.asks(key):
                same = key in self.sources and self.snapshot.sees(key) == other.snapshot.sees(key)
                other.sources[key] = self.sources[key] if same else other._stored(source)
        other.catalogue = other._catalogue()
        other._forget()
        return other

    # ------------------------------------------------------------ opening

    def _forget(self) -> None:
        """Begin without anything worked out but what the data are."""
        self._version = self.snapshot.version
        self.measured: Memory[Query, Any] = Memory(SELECTIONS, ROOM)
        self._near: Memory[tuple[str, str], Neighbours] = Memory()
        self._weights: Memory[tuple[str, bool], Weights] = Memory()

    def _catalogue(self) -> Catalogue:
        small, names = self.levels["lsoa"].frame, self.levels["borough"].frame["name"]
        boroughs = dict(zip(names.index, names, strict=True))
        has_deprivation = bool(small["imd_decile"].notna().any())
        missing = {"deprivation"} if not has_deprivation else set()
        missing |= {"population"} if small["population"].isna().all() else set()
        missing |= self.surroundings.lacks
        missing |= {"residents by age"} if self.bands is None else set()
        missing |= {"indicators"} if not self.indicators else set()
        domains = {key: name for key, name in DOMAINS.items() if f"{key}_decile" in small}
        return Catalogue(
            place=self.snapshot.place,
            sources={key: loaded.info for key, loaded in self.sources.items()},
            boroughs=boroughs,
            layers={key: one.label for key, one in self._layers.items() if not one.needs & missing},
            measures={key: one.label for key, one in self._measures.items()},
            areas={key: level.frame.index for key, level in self.levels.items()},
            has_deprivation=has_deprivation,
            domains=domains if has_deprivation else {},
            benchmarks=boroughs if self.reference.empty else {**boroughs, ENGLAND: "England"},
            levels={key: name for key, name in LEVELS.items() if self.viewer.at(key)},
            definitions=self.definitions,
            indicators=self._offered(),
        )

    def _offered(self) -> dict[str, Published]:
        """Indicators as a question can ask for them, those that the map can show first."""
        found = {
            key: Published(one.name, tuple(level for level in one.levels if level in LEVELS))
            for key, one in self.indicators.items()
        }
        return dict(sorted(found.items(), key=lambda item: not item[1].levels))

    def _stored(self, source: Source) -> Loaded:
        small = self.levels["lsoa"].frame
        found = self._engine.open(self.snapshot, source.key, small.index, self.snapshot.months(source.key))
        where = covered(self.snapshot, source.key, small["lad"])
        return self._load(source, found, where, tuple(noises(self.snapshot, source.key)))

    def _load(self, source: Source, found: Opened, where: np.ndarray, noise: tuple[Noise, ...]) -> Loaded:
        disclosure = seen_as(source.disclosure, true=self.snapshot.sees(source.key))
        cube = found.counts
        reasons = {
            key: why
            for key, one in self._measures.items()
            if (why := self._lacks(one.needs, disclosure, cube))
        }
        grain = "the month" if not cube.has_days else "the day"
        info = SourceInfo(
            key=source.key,
            label=source.label,
            noun=source.noun[1],
            one=source.noun[0],
            categories=dict(zip(cube.slugs, cube.categories, strict=True)),
            months=tuple(int(m) for m in cube.months),
            has_hours=cube.has_hours,
            has_days=cube.has_days,
            no_hours_reason=""
            if cube.has_hours
            else f"the files loaded give {grain} only, not the time of day.",
            place=source.place,
            disclosure=disclosure,
            last_days=cube.last_days,
            measures=tuple(key for key in self._measures if key not in reasons),
            no_measure_reasons=reasons,
            attribution=source.attribution,
            factors=frozenset(one.name for one in (*FACTORS.values(), CODE) if cube.extra.carries(one)),
            by_five_years=frozenset(one.name for one in FACTORS.values() if cube.extra.by_five_years(one)),
            codes=frozenset(cube.extra.texts(CODE.column) if cube.extra.known(CODE.column) else ()),
            codes_defined=self._codes_defined(source.key),
            sector=source.sector,
            moved=moved_points(self.snapshot.manifest, source.key),
            converted=self._converted(source.key),
            finest=self._finest(source.key),
            spread=any(batch.get("spread") for batch in self._batches(source.key)),
            nouns={slug(label): noun for label, noun in source.nouns.items() if slug(label) in cube.slugs},
            excluded=found.excluded,
        )
        gate = Gate(disclosure)
        return Loaded(info, cube, gate, where, noise if gate.controlled else ())

    def _codes_defined(self, source: str) -> frozenset[str]:
        """Codes of offences that the saved definitions of a source name."""
        asked = (
            Query.parse(s)[0] for one in self.definitions.values() if one.source == source for s in one.any
        )
        return frozenset[str]().union(*(query[CODE.name] for query in asked))

    def _batches(self, source: str) -> list[dict[str, Any]]:
        return [one for one in self.snapshot.manifest["batches"].values() if one["source"] == source]

    def _finest(self, source: str) -> str:
        """Finest kind of area that every delivery of a source gives."""
        given = [batch.get("level", "lsoa") for batch in self._batches(source)]
        return max(given, key=list(LEVELS).index, default="lsoa")

    def _converted(self, source: str) -> tuple[Converted, ...]:
        """Events of a source that were shared out over areas of another year, by delivery."""
        found, batches = [], self.snapshot.manifest["batches"]
        sees = self.snapshot.sees(source)
        for entry in self.snapshot.manifest["history"]:
            batch, done = batches.get(entry["role"]), entry.get("conversion")
            if batch and batch["source"] == source and done and done["apportioned"]:
                months = frozenset(map(month_number, batch["months"]))
                year = f"20{done['source'][4:6]}"
                numbers = (done["apportioned"], done["areas_apportioned"]) if sees else ()
                found.append(Converted(year, months, *numbers))
        return tuple(found)

    def _lacks(self, needs: frozenset[str], disclosure: str, cube: Counts) -> str:
        """Why a source cannot be measured by what needs these, a sentence; "" where it can."""
        reasons = {
            "population": "the number of residents is not loaded."
            if self.levels["lsoa"].frame["population"].isna().all()
            else "",
            "ages": "this source does not give ages."
            if not cube.has_ages
            else "residents by five-year age band are not loaded."
            if self.bands is None
            else "",
            "open": "harm is not weighed for controlled sources."
            if disclosure in {"controlled", "cleared"}
            else "",
            "severity": "no harm weights are loaded (hotspots import severity FILE)."
            if not self.snapshot.has("severity")
            else "",
        }
        return next((why for key, why in reasons.items() if key in needs and why), "")


def open_new(change: Transaction) -> County:
    """Open a version that is being written as its readers will; its packed events are kept for them."""
    keep(change)
    return County(change, {}, {})
