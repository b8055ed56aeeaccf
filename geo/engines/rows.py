"""What does a row of events say, as a database sees it?

The rules of :mod:`geo.answer.packed` and :mod:`geo.answer.moments` as one Ibis expression over the stored
columns, which every engine understands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path

import ibis
import pyarrow.parquet as pq
from ibis.expr import types as ir

from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN
from geo.ask.ages import AGE_BANDS, FIVE_YEARS

AREAS = {"code": "string", "at": "int32"}
"""Areas on the map, and the position of each."""
EPOCH = 719_163
"""Ordinal of 1 January 1970, a Thursday."""
DAY = 86_400
WHAT = {"category": "string", "place": "int32", "month": "int32"}
WHEN = {"weekday": "int8", "hour": "int8", "ordinal": "int32"}
WHO = {"age": "int8"}
COUNTED = {**WHAT, **WHEN, **WHO}
"""Columns by which events are counted, beside those that are kept as they are stored."""
READ = ("category", "lsoa", "month", "date", "hour")
"""Stored columns that these take the place of."""
PERSONS = 2**32
"""Persons of one delivery are never those of another."""


def schema_of(path: Path) -> ibis.Schema:
    """Columns of a stored file; those without any value are of text."""
    found = ibis.Schema.from_pyarrow(pq.read_schema(path))
    return ibis.schema({name: "string" if kind.is_null() else kind for name, kind in found.items()})


def rows_of(stored: ir.Table, areas: ir.Table, n: int) -> ir.Table:
    """Events of one delivery as they are counted.

    Parameters
    ----------
    stored : Table
        As :meth:`geo.data.store.Snapshot.events` gives them.
    areas : Table
        ``code`` and ``at``, the position on the map.
    n : int
        Number of areas; ``n`` stands for "no place" and ``n + 1`` for "outside".

    Returns
    -------
    Table
        :data:`COUNTED`, where ``weekday`` 7, ``hour`` 24, ``ordinal`` (of the day, within the month) 0 and
        ``age`` 19 are not known; then every other column as it is stored.
    """
    placed = stored.left_join(areas, stored["lsoa"] == areas["code"])
    at = placed["lsoa"].isnull().ifelse(n, placed["at"].fill_null(n + 1))
    day = _days(placed["date"]) if "date" in stored.columns else ibis.null("int64")
    month = placed["month"].cast("int64")
    first, following = _first(month), _first(month + 1)
    within = ibis.least(ibis.greatest(day, first), following - 1) + EPOCH
    known = day.notnull()
    hour = placed["hour"].fill_null(HOURS_KNOWN) if "hour" in stored.columns else ibis.literal(HOURS_KNOWN)
    found = {
        "category": placed["category"],
        "place": at,
        "month": placed["month"],
        "weekday": known.ifelse((day + 3) % DAYS_KNOWN, DAYS_KNOWN),
        "hour": hour,
        "ordinal": known.ifelse(within, 0),
        "age": _band(placed["age_band"]) if "age_band" in stored.columns else ibis.literal(len(AGE_BANDS)),
    }
    further = {c: placed[c] for c in stored.columns if c not in READ}
    return placed.select(**{c: one.cast(COUNTED[c]) for c, one in found.items()}, **further)


def _days(moment: ir.Value) -> ir.IntegerValue:
    """Days since 1970 of a moment, none before that."""
    return (moment.cast("timestamp").epoch_seconds().cast("int64") // DAY).cast("int64")


def _first(month: ir.IntegerValue) -> ir.IntegerValue:
    """The same of the first day of a month number; in whole numbers, from a year that begins in March."""
    shifted = month - 2
    year, of_year = shifted // 12, shifted % 12
    leap = year // 4 - year // 100 + year // 400
    ordinal = year * 365 + leap + (of_year * 153 + 2) // 5 - 305
    return (ordinal - EPOCH).cast("int64")


def _band(age: ir.StringValue) -> ir.IntegerValue:
    """Position of the five-year band that holds an age band."""
    position = {band: AGE_BANDS.index(five) for band, five in FIVE_YEARS.items()}
    return age.cases(*position.items(), else_=len(AGE_BANDS))


def together(deliveries: Sequence[ir.Table]) -> ir.Table:
    """Events of several deliveries one after the other; columns that one lacks are missing there.

    ``person`` is a number for each person that is another's nowhere, and 0 where the person is not known.
    """
    kinds: dict[str, ibis.DataType] = {}
    for table in deliveries:
        for name, kind in table.schema().items():
            kinds.setdefault(name, kind)
    keyed = kinds.pop("person_key", None) is not None

    def column(table: ir.Table, name: str, number: int) -> ir.Value:
        if name not in table.columns:
            return ibis.null(kinds[name])
        return _person(table, number, keyed) if name == "person" else table[name].cast(kinds[name])

    alike = [
        table.select(**{name: column(table, name, number) for name in kinds})
        for number, table in enumerate(deliveries)
    ]
    return reduce(lambda one, other: one.union(other), alike)


def _person(table: ir.Table, number: int, keyed: bool) -> ir.IntegerValue:
    """By which a person is known: the key of their reference, or else the delivery's own number."""
    person = table["person"].cast("int64").fill_null(0)
    own = -(person + number * PERSONS)
    if keyed and "person_key" in table.columns:
        key = table["person_key"].fill_null(0)
        own = (key != 0).ifelse(key, own)
    return (person > 0).ifelse(own, 0).cast("int64")


def at_places(table: ir.Table, of_area: Mapping[int, int], of_point: Mapping[str, int]) -> ir.Table:
    """The same events with ``exclusion``, the place of the folder's list at which each stands, -1 at none.

    Parameters
    ----------
    table : Table
    of_area : mapping of int to int
        Position of an area on the map to the position in the list of the place that is all of it.
    of_point : mapping of str to int
        The same of points, which come before areas.
    """
    at: ir.Value = ibis.literal(-1)
    if of_area:
        at = table["place"].cases(*of_area.items(), else_=at)
    if of_point:
        at = table["point"].cases(*of_point.items(), else_=at)
    return table.mutate(exclusion=at.cast("int16"))
