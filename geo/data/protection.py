"""How is a controlled source protected? Its events are drawn anew, once, from tables with noise.

Each table of :data:`TABLES` is counted from the true events of one delivery and gets noise of its share of
the privacy budget (:mod:`geo.stats.protect`); no other figure of the true events is used. From the noisy
tables as many events are made as the totals of boroughs and years say, and get their area, month, weekday,
hour, age, sex and so on so that the tables hold; what is not in a table is independent of the rest, and
whatever is counted of these events adds up. Persons, ranges of time and attributes of many values are left
out.

The noise comes from a key made of the data folder's secret and of the events themselves: the same events get
the same protected version, in whatever order they come, and nobody without the secret can undo it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.core.util.hashing import combine_hash_arrays

from geo.ask.ages import AGE_BANDS, FIVE_YEARS
from geo.ask.factors import FACTORS
from geo.data.distinct import dealt as of_positions
from geo.data.distinct import mapped, packed_columns, unpacked, values_of
from geo.data.vintages import OUTSIDE
from geo.stats.protect import (
    both_ways,
    coined,
    dealt_in,
    nearest,
    noisy,
    shuffled,
    within,
)

STRENGTHS = {"light": 8.0, "standard": 4.0, "strong": 2.0}
"""Privacy budget (epsilon) of an event in each strength that a source may declare."""
STANDARD = "standard"

TABLES: dict[str, float] = {
    "place and year": 0.355,
    "tenth of deprivation": 0.24,
    "area": 0.155,
    "place and month": 0.075,
    "place, weekday and hour": 0.07,
    "place, age and sex": 0.045,
    "place and category": 0.035,
    "place and attributes": 0.025,
}
"""Share of the budget of each table; together 1. Places are boroughs, outside the county, and not known."""
SEVERAL = 20
"""Values up to which an attribute is taken over."""
NO_DAY, NO_HOUR = 7, 24
AT_A_TIME = 1 << 14
"""Events that are counted at a time: few, so that they stay near the processor."""
_SEXES = ("F", "M")
_LEFT_OUT = {"person", "person_key", "span_hours", "offence_code", "offence", "point", "premises_name"}
_LEFT_OUT |= {f.column for f in FACTORS.values() if not f.drawn}
_LATER = {"offence", "diagnosis", "person_key", "premises_name"}
"""Of these, what earlier versions of the program did not read: no part of the key, so that no second version
is drawn of events that have one."""
_TAKEN = {"category", "lsoa", "month", "date", "hour", "age_band", "sex"}
_WEEKDAY, _HOUR = np.divmod(np.arange(7 * (NO_HOUR + 1), dtype=np.int16), np.int16(NO_HOUR + 1))


@dataclass(frozen=True)
class Places:
    """Where events may be: the small areas, outside them, and not known.

    Attributes
    ----------
    codes : Index
        Codes of the small areas in map order, then :data:`~geo.data.vintages.OUTSIDE` and "".
    borough, group : ndarray of int, shape (n + 2,)
        Numbers from 0; outside and not known are boroughs and groups of their own, the last two. Groups are
        the national tenths of deprivation, or wards where deprivation is not loaded.
    """

    codes: pd.Index
    borough: np.ndarray
    group: np.ndarray

    @classmethod
    def of(cls, areas: pd.Index, lookup: pd.DataFrame | None, decile: pd.Series | None) -> Places:
        """Number the places of a county.

        Parameters
        ----------
        areas : Index
        lookup : DataFrame or None
            Columns ``borough`` and ``ward`` by small area.
        decile : Series or None
            National tenth of deprivation by small area.
        """
        codes = pd.Index([*areas, OUTSIDE, ""])

        def named(column: str) -> np.ndarray:
            known = pd.Series("", index=areas) if lookup is None else lookup[column].reindex(areas).fillna("")
            return numbered(np.array([*("a " + known.astype(str)), OUTSIDE, ""], object))

        def numbered(labels: np.ndarray) -> np.ndarray:
            return pd.factorize(labels)[0].astype(np.int32)  # events take their numbers over

        borough = named("borough")
        if decile is None or decile.isna().all():
            return cls(codes, borough, numbered(borough * len(codes) + named("ward")))
        tenth = np.append(decile.reindex(areas).fillna(0).to_numpy(np.int64), [-1, -2])
        return cls(codes, borough, numbered(tenth))


def _by_five_years(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with their ages by five years: the protected version tells none any finer."""
    columns = [one.column for one in FACTORS.values() if one.ages and one.column in events]
    coarse = {
        c: mapped(events[c], lambda bands: bands.map(FIVE_YEARS)).set_axis(events.index) for c in columns
    }
    return events.assign(**{c: ages.astype(events[c].dtype.name) for c, ages in coarse.items()})


def key_of(secret: bytes, events: pd.DataFrame, budget: float) -> int:
    """Key of the noise: of the secret, of the events in whatever order, and of the budget."""
    events = _by_five_years(events.drop(columns=_LATER, errors="ignore"))
    rows = _row_hashes(events)
    rows.sort()
    found = hmac.new(secret, f"{budget:g} ".encode(), hashlib.sha256)
    found.update(rows.data)
    return int.from_bytes(found.digest())


def _row_hashes(events: pd.DataFrame) -> np.ndarray:
    """A number of 64 bits for each event, by the texts of all that is known of it."""
    columns = []
    for name in events:
        positions, texts = values_of(events[name])
        numbers = pd.util.hash_array(np.array([*texts, ""], object), categorize=False)
        columns.append((positions.astype(np.min_scalar_type(-len(numbers)), copy=False), numbers))
    found = np.empty(len(events), np.uint64)
    for start in range(0, len(events), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        each = (numbers[positions[some]] for positions, numbers in columns)  # -1, missing, is the last
        found[some] = combine_hash_arrays(each, len(columns))
    return found


def protected(
    events: pd.DataFrame, places: Places, months: Sequence[int], grain: str, *, budget: float, key: int
) -> pd.DataFrame:
    """Draw the protected version of one delivery.

    Parameters
    ----------
    events : DataFrame
        Canonical incidents, ``lsoa`` a code of a place, ``"outside"`` or missing.
    places : Places
    months : sequence of int
        Months that the delivery covers, at least one.
    grain : {"month", "day", "hour"}
    budget : float
        Privacy budget of an event.
    key : int
        Of :func:`key_of`.

    Returns
    -------
    DataFrame
        Canonical incidents of the same columns but those left out.
    """
    from randomgen import ChaCha

    events = _by_five_years(events)
    several = [str(c) for c in events if c not in _TAKEN | _LEFT_OUT and _has_few(events[c])]
    with ThreadPoolExecutor(1) as beside:
        deal = _Dealer(events, places, budget, np.random.Generator(ChaCha(key=key)), beside)
        week, persons = beside.submit(deal.counted_week, grain), beside.submit(deal.counted_persons)
        tables = {column: beside.submit(deal.counted_values, column) for column in ("category", *several)}
        waiting = deal.place_and_month(np.array(sorted(months)))
        waiting |= deal.time(waiting["month"], week.result()) | deal.who(persons.result())
        for column, table in tables.items():
            among = ("place and attributes", len(several)) if column in several else ("place and category", 1)
            waiting[column] = deal.values(column, table.result(), *among)
        found = {name: column.result() for name, column in waiting.items()}
    found["span_hours"] = pd.Series(np.nan, index=range(deal.n), dtype="float32")
    drawn = pd.DataFrame({c: found[c] for c in events.columns if c in found}, copy=False)
    return drawn if packed_columns(events) else unpacked(drawn)


class _Counted(NamedTuple):
    """A table by place and label, and what the labels are."""

    table: np.ndarray
    labels: np.ndarray


def _has_few(column: pd.Series) -> bool:
    """Whether an attribute has so few values that it is taken over."""
    return isinstance(column.dtype, pd.BooleanDtype) or int(column.nunique()) <= SEVERAL


class _Dealer:
    """Counts the true events of one delivery with noise, and deals what it counted to the protected ones.

    Chance is drawn in turn, table after table; tables are counted, and what chance means for each event is
    worked out, beside that.
    """

    def __init__(
        self,
        events: pd.DataFrame,
        places: Places,
        budget: float,
        rng: np.random.Generator,
        beside: ThreadPoolExecutor,
    ) -> None:
        self.events, self.places, self.rng, self.beside = events, places, rng, beside
        self.share = {name: part * budget for name, part in TABLES.items()}
        self.n_places = int(places.borough.max()) + 1
        self.true = _among(places.codes, events["lsoa"], places.codes.get_loc(""))
        self.at = places.borough[self.true]
        self.area = self.place = np.array([], np.int64)
        self.dealing: Future[np.ndarray] | None = None

    @property
    def n(self) -> int:
        """Number of protected events."""
        return len(self.area)

    def place_and_month(self, months: np.ndarray) -> dict[str, Future[pd.Series]]:
        """How many there are in each place and year; of these, how many in each area and month."""
        places, rng, share = self.places, self.rng, self.share
        years, year_of = np.unique(months // 12, return_inverse=True)
        every = np.searchsorted(months, np.arange(months[0], months[-1] + 1))
        month = every[self.events["month"].to_numpy() - months[0]]
        by_year = np.maximum(self._by_place(year_of[month], len(years), share["place and year"]), 0)
        of_place = by_year.sum(axis=1)
        by_group = np.bincount(places.group[self.true], minlength=int(places.group.max()) + 1)
        by_group = noisy(by_group, share["tenth of deprivation"], rng)
        of_group = np.append(nearest(by_group[:-2], of_place[:-2].sum()), of_place[-2:])
        by_area = noisy(np.bincount(self.true, minlength=len(places.codes)), share["area"], rng)
        by_area = both_ways(coined(by_area, rng), (places.borough, places.group), (of_place, of_group), rng)
        self.area = np.repeat(np.arange(len(places.codes), dtype=np.int32), by_area)
        self.place = np.repeat(places.borough, by_area)
        by_month = self._by_place(month, len(months), share["place and month"])
        by_month = np.stack(
            [within(row, of, year_of, rng) for row, of in zip(by_month, by_year, strict=True)]
        )
        given = self._deal(by_month)
        codes = pd.Series(places.codes, dtype="str").replace("", np.nan)
        return {
            "lsoa": self.beside.submit(of_positions, self.area, codes),
            "month": self.beside.submit(lambda: pd.Series(months.astype(np.int32)[given.result()])),
        }

    def counted_week(self, grain: str) -> _Counted | None:
        """Events by place and slot of the week, and which these are: as far as the files tell."""
        slots = np.arange(len(_HOUR), dtype=np.int16)
        if grain == "month":
            return None
        hours = self.events["hour"].to_numpy(np.int16, na_value=NO_HOUR)
        if grain == "day":
            slots, hours = slots[_HOUR == NO_HOUR], hours * 0 + NO_HOUR
        slot_of = np.searchsorted(slots, np.arange(len(_HOUR))).astype(np.int16)
        at = hours + _weekdays(self.events["date"]) * np.int16(NO_HOUR + 1)
        return _Counted(self._counted(slot_of[at], len(slots)), slots)

    def time(self, month: Future[pd.Series], week: _Counted | None) -> dict[str, Future[pd.Series]]:
        """When in the week: the weekday and the hour; and a day that fits."""
        slot = self._dealt(week.table, "place, weekday and hour") if week else None
        chance = self.rng.random(self.n)

        def given(of: np.ndarray, unknown: int) -> np.ndarray:
            if week is None or slot is None:
                return np.full(self.n, unknown, np.int8)
            return of[week.labels].astype(np.int8)[slot.result()]

        def hours_() -> pd.Series:
            hour = given(_HOUR, NO_HOUR)
            return pd.Series(pd.arrays.IntegerArray(hour, hour == NO_HOUR))

        return {
            "date": self.beside.submit(
                lambda: _dates(month.result().to_numpy(), given(_WEEKDAY, NO_DAY), chance)
            ),
            "hour": self.beside.submit(hours_),
        }

    def counted_persons(self) -> np.ndarray | None:
        """Events by place, age and sex; None where the files give neither."""
        bands, sexes = len(AGE_BANDS), len(_SEXES)
        age = _among(pd.Index(AGE_BANDS), self.events["age_band"], bands) % (bands + 1)
        sex = _among(pd.Index(_SEXES), self.events["sex"], sexes) % (sexes + 1)
        found = self._counted(age * (sexes + 1) + sex, (bands + 1) * (sexes + 1))
        return found if found[:, :-1].any() else None

    def who(self, table: np.ndarray | None) -> dict[str, Future[pd.Series]]:
        """Age and sex, where the files give any."""
        bands, sexes = len(AGE_BANDS), len(_SEXES)
        each = np.arange((bands + 1) * (sexes + 1))
        ages, sexes_ = (pd.Series([*of, None], dtype="str") for of in (AGE_BANDS, _SEXES))
        given = None if table is None else self._dealt(table, "place, age and sex")

        def part(of: np.ndarray, texts: pd.Series) -> pd.Series:
            known = np.full(self.n, len(each) - 1, np.int32) if given is None else given.result()
            return of_positions(of.astype(np.int8)[known], texts)

        return {
            "age_band": self.beside.submit(part, each // (sexes + 1), ages),
            "sex": self.beside.submit(part, each % (sexes + 1), sexes_),
        }

    def counted_values(self, column: str) -> _Counted:
        """Events by place and value of a column, and the positions of these among its values, by name."""
        positions, texts = values_of(self.events[column])
        texts = pd.concat([texts, pd.Series([""], dtype="str")], ignore_index=True)
        used = np.unique(positions)  # -1 is the last, of what is missing
        used = used[np.argsort(texts.to_numpy(object)[used])]
        rank = np.zeros(len(texts), np.int32)
        rank[used] = np.arange(len(used))
        return _Counted(self._counted(rank[positions], max(1, len(used))), used)

    def values(self, column: str, counted: _Counted, table: str, among: int) -> Future[pd.Series]:
        """Values of one column, whose table has its part of a share that several have together."""
        dealing = self._dealt(counted.table, table, among)
        given, used = self.events[column], counted.labels

        def found() -> pd.Series:
            label = dealing.result()
            if column in packed_columns(self.events):
                texts = pd.concat([values_of(given)[1], pd.Series([None], dtype="str")], ignore_index=True)
                return of_positions(used[label] if len(used) else label - 1, texts.replace("", np.nan))
            positions = values_of(given)[0]
            known = given.reset_index(drop=True).iloc[[int((positions == at).argmax()) for at in used]]
            return pd.Series(known.array.take(label if len(used) else label - 1, allow_fill=not len(used)))

        return self.beside.submit(found)

    def _dealt(self, table: np.ndarray, name: str, among: int = 1) -> Future[np.ndarray]:
        """Deal the labels of a table by place, with noise of its share."""
        return self._deal(self._totals(noisy(table, self.share[name] / among, self.rng)))

    def _deal(self, fine: np.ndarray) -> Future[np.ndarray]:
        """Deal the labels of a table by place; the next one waits for this one, for their room."""
        order = shuffled(self.n, self.rng)
        if self.dealing:
            self.dealing.result()
        self.dealing = self.beside.submit(dealt_in, order, fine, self.place)
        return self.dealing

    def _counted(self, label: np.ndarray, labels: int) -> np.ndarray:
        """Events by place and label."""
        return _counted(self.at, self.n_places, label, labels)

    def _by_place(self, label: np.ndarray, labels: int, share: float) -> np.ndarray:
        """Events by place and label, with noise."""
        return noisy(self._counted(label, labels), share, self.rng)

    def _totals(self, fine: np.ndarray) -> np.ndarray:
        """A noisy table by place, brought to the protected events of each place."""
        size = np.bincount(self.place, minlength=self.n_places)
        one = np.zeros(fine.shape[1], np.int64)
        return np.stack([within(row, n, one, self.rng) for row, n in zip(fine, size[:, None], strict=True)])


def _among(labels: pd.Index, column: pd.Series, missing: int) -> np.ndarray:
    """Position of each value of a column among some labels, -1 where it is none of them."""
    positions, distinct = values_of(column)
    return np.append(labels.get_indexer(pd.Index(distinct)), missing).astype(np.int32)[positions]


def _counted(group: np.ndarray, groups: int, label: np.ndarray, labels: int) -> np.ndarray:
    """Events by group and label, counted some at a time, for their room."""
    found = np.zeros(groups * labels, np.int64)
    for start in range(0, len(group), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        found += np.bincount(group[some] * labels + label[some], minlength=len(found))
    return found.reshape(groups, labels)


def _weekdays(date: pd.Series) -> np.ndarray:
    """Weekday of each date, Monday 0, and 0 where it is missing; int16."""
    days = date.to_numpy("datetime64[D]")
    return np.where(np.isnat(days), 0, (days.view(np.int64) + 3) % 7).astype(np.int16)


def _dates(month: np.ndarray, weekday: np.ndarray, week: np.ndarray) -> pd.Series:
    """A day of the month with the weekday, in a week by chance (0 to 1); missing where that is not known."""
    start = int(month.min()) if len(month) else 0
    months = np.arange(start, int(month.max(initial=start)) + 2)
    first = (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    at = month - start
    begins, length = (
        ((first + 3) % 7).astype(np.int8),
        np.diff(first).astype(np.int8),
    )  # 1970 began on a Thursday
    earliest = (weekday.astype(np.int8) - begins[at]) % np.int8(7)
    week *= (length[at] - 1 - earliest) // 7 + 1
    when = first[at] + earliest
    when += 7 * week.astype(np.int8)
    when *= 86_400
    found = when.view("datetime64[s]")
    found[weekday == NO_DAY] = np.datetime64("NaT")
    return pd.Series(found)
