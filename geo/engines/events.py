"""What does a database know of the events of one source?

:class:`Events` is to a database what :class:`geo.answer.cube.Cube` is to this process: it holds no event,
only the expression that stands for them all and what every answer needs to know of them.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import ibis
import numpy as np
import pandas as pd
from ibis.expr import types as ir

from geo.answer.counts import Counts, Opened
from geo.answer.cube import Cube
from geo.answer.in_memory import IN_MEMORY
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, ordinals_before
from geo.answer.recorded import Recorded
from geo.ask.ages import AGE_BANDS
from geo.ask.definition import Definition
from geo.data import exclusions
from geo.data.definitions import definitions
from geo.data.readers import spelt
from geo.data.severity import apply_weights
from geo.data.store import Snapshot
from geo.engines.counted import Queried
from geo.engines.rows import COUNTED, at_places


class Database(Protocol):
    """What works expressions out."""

    def run(self, expression: ir.Expr) -> pd.DataFrame:
        """Work an expression out."""

    def named(self, table: ir.Table) -> ir.Table:
        """The same table under a name, where that makes questions about it shorter."""


class Columns(Recorded):
    """What else is recorded of the events of a source, told in conditions of a database.

    Parameters
    ----------
    table : Table
    held : collection of str
        Columns in which any event has a value.
    database : Database
    """

    def __init__(self, table: ir.Table, held: Collection[str], database: Database) -> None:
        self._table, self._known, self._database = table, frozenset(held), database
        self._values: dict[str, list[object]] = {}

    def __getitem__(self, column: str) -> ir.Value:
        return self._table[column]

    def known(self, column: str) -> bool:
        """Whether there is a column in which any event has a value."""
        return column in self._known

    def values(self, column: str) -> list[object]:
        """Distinct values of a column, as the database has them."""
        if column not in self._values:
            one = self._table[column]
            found = self._database.run(self._table.filter(one.notnull()).select(value=one).distinct())
            self._values[column] = found["value"].tolist()
        return self._values[column]

    def texts(self, column: str) -> list[str]:
        """Distinct values of a column, as text."""
        return [str(value) for value in self.values(column)] if column in self._table.columns else []

    def every(self, so: bool) -> ir.BooleanValue:
        """Mark all events, or none."""
        return self._table["month"].notnull() if so else self._table["month"].isnull()

    def marked(self, column: str, texts: Sequence[bool], missing: bool) -> ir.BooleanValue:
        """Mark the events by which of the texts they have in a column, or whether they have none."""
        values = [value for value, so in zip(self.values(column), texts, strict=True) if so]
        among = self._table[column].isin(values) if values else self.every(False)
        return among.fill_null(False) | self._table[column].isnull() if missing else among.fill_null(False)


@dataclass(frozen=True)
class Events(Counts):
    """The events of one source in a database.

    Attributes
    ----------
    categories, months, n_areas, extra, defined, has_days, has_hours, has_spans, has_ages, by_week
        As :class:`geo.answer.counts.Counts` says.
    table : Table
        One row an event, as :func:`geo.engines.rows.rows_of` gives it.
    database : Database
    spellings : mapping of str to int
        Every spelling of a category to the position of that under which it counts.
    last_ordinals : mapping of int to int
        Every month with events to the last day that is known of any, 0 where none is.
    read : callable
        Reads the same events into this process.
    """

    categories: tuple[str, ...]
    months: np.ndarray
    n_areas: int
    extra: Columns
    table: ir.Table
    database: Database
    spellings: Mapping[str, int]
    last_ordinals: Mapping[int, int]
    read: Callable[[], Cube]
    defined: Mapping[str, Definition] = field(default_factory=dict)
    has_days: bool = False
    has_hours: bool = False
    has_spans: bool = False
    has_ages: bool = False
    by_week: bool = False

    @cached_property
    def last_days(self) -> dict[int, int]:
        """Every month loaded to the last day of it that has an event."""
        found = {}
        for month, before in zip(self.months.tolist(), ordinals_before(self.months).tolist(), strict=True):
            last = self.last_ordinals.get(month)
            whole = monthrange(month // 12, month % 12 + 1)[1]
            found[month] = whole if last is None else max(0, last - before)
        return found

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Points that soak up its events: found by reading these."""
        return self._read.standing

    @cached_property
    def _read(self) -> Cube:
        return self.read()

    def in_memory(self) -> Cube:
        """The events themselves, read into this process when they are first asked for."""
        return self._read

    def weights(self, weights: pd.Series) -> ir.NumericValue:
        """Weight of each event, by its offence's code or else its category."""
        none = ibis.null("float64")

        def of(column: ir.Value, texts: list[str], values: list[object]) -> ir.Value:
            found = apply_weights(pd.Series(texts, dtype="object"), weights)
            pairs = [(v, float(w)) for v, w in zip(values, found, strict=True) if not np.isnan(w)]
            return column.cases(*pairs, else_=none) if pairs else none

        spelled = list(self.spellings)
        by_name = of(
            self.table["category"], [self.categories[self.spellings[one]] for one in spelled], [*spelled]
        )
        if "offence_code" not in self.table.columns:
            return by_name
        by_code = of(
            self.table["offence_code"], self.extra.texts("offence_code"), self.extra.values("offence_code")
        )
        return ibis.coalesce(by_code, by_name)

    @property
    def _counted(self) -> type[Queried]:
        return Queried


# ---------------------------------------------------------------- opening


def opened(
    table: ir.Table,
    database: Database,
    *,
    snapshot: Snapshot,
    source: str,
    areas: pd.Index,
    months: Sequence[int],
) -> Opened:
    """Find out what every answer needs to know of the events of a source.

    Parameters
    ----------
    table : Table
        All of them, as :func:`geo.engines.rows.together` gives them.
    database : Database
    snapshot, source, areas, months
        As :meth:`geo.answer.counts.Engine.open`.
    """
    table, excluded = _at_places(database.named(table), database, snapshot, areas)
    labels = database.run(table.group_by("category").aggregate(n=table.count()))
    often = {str(label): int(n) for label, n in zip(labels["category"], labels["n"], strict=True)}
    shown = spelt(often)
    total: dict[str, int] = {}
    for label, n in often.items():
        total[shown[label]] = total.get(shown[label], 0) + n
    categories = tuple(sorted(total, key=lambda c: (-total[c], c)))
    last = database.run(table.group_by("month").aggregate(last=table["ordinal"].max()))
    last_ordinals = dict(zip(last["month"].astype(int), last["last"].astype(int), strict=True))
    known, held = _facts(table, database)

    def read() -> Cube:
        found = IN_MEMORY.open(snapshot, source, areas, months).counts
        assert isinstance(found, Cube)
        return found

    counts = Events(
        categories=categories,
        months=np.array(sorted({*months, *last_ordinals}), np.int64),
        n_areas=len(areas),
        extra=Columns(table, held, database),
        table=table,
        database=database,
        spellings={label: categories.index(shown[label]) for label in often},
        last_ordinals=last_ordinals,
        read=read,
        defined=definitions(snapshot),
        **known,
    )
    return Opened(counts, excluded)


def _facts(table: ir.Table, database: Database) -> tuple[dict[str, bool], list[str]]:
    """What is known of any event, and of every one; columns in which any has a value."""
    dated, timed = table["weekday"] < DAYS_KNOWN, table["hour"] < HOURS_KNOWN
    further = [column for column in table.columns if column not in COUNTED]
    asked = {
        "has_days": dated,
        "has_hours": dated & timed,
        "has_ages": table["age"] < len(AGE_BANDS),
        "loose": dated & (table["ordinal"] == 0),
        **{f"held_{column}": table[column].notnull() for column in further},
    }
    if "span_hours" in table.columns:
        asked["has_spans"] = table["span_hours"] > 0
    counted = database.run(table.aggregate(**{name: table.count(where=one) for name, one in asked.items()}))
    found = {"has_spans": False, **{name: bool(counted[name].iloc[0]) for name in asked}}
    held = [column for column in further if found.pop(f"held_{column}")]
    return {"by_week": not found.pop("loose"), **found}, held


def _at_places(
    table: ir.Table, database: Database, snapshot: Snapshot, areas: pd.Index
) -> tuple[ir.Table, tuple[str, ...]]:
    """Events with the place of the folder's list at which each stands; names of those that have any."""
    if not snapshot.has(exclusions.ROLE):
        return table, ()
    places = snapshot.read(exclusions.ROLE)
    of_area = {int(at): n for n, at in enumerate(areas.get_indexer(places["lsoa"])) if at >= 0}
    of_point: dict[str, int] = {}
    if "point" in table.columns:
        points = database.run(table.filter(table["point"].notnull()).select("point").distinct())[
            "point"
        ].astype("str")
        nowhere = pd.Series(None, index=points.index, dtype="str")
        found = exclusions.at_places(points, nowhere, places)
        of_point = {point: int(at) for point, at in zip(points, found, strict=True) if at >= 0}
    listed = database.named(at_places(table, of_area, of_point))
    some = database.run(listed.select("exclusion").distinct())["exclusion"].astype(int)
    names = tuple(places["name"].iloc[np.unique(some[some >= 0])])
    return (listed if names else table), names
