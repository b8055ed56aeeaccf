"""What do published indicators say of an area? Latest value, trend, England and neighbours beside it.

Indicators are no events: they are counted, filtered and tested with none. What was suppressed stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.answer.disclosure import BANNERS, seen_as
from geo.ask.viewer import Viewer
from geo.ask.words import counted, listed, lower_first, slug, written
from geo.data.indicators import ROLE, seen_role
from geo.data.store import Snapshot

if TYPE_CHECKING:
    from geo.stats.trend import Trend

LEVELS = ("lsoa", "ward", "borough", "county")
"""Kinds of area that an indicator may be of, the smallest first; "county" is not on the map."""
KINDS = {"lsoa": "small areas", "ward": "wards", "borough": "boroughs", "county": "the county as a whole"}
YEAR = 12
MOST_KEY = 78
PUBLISHED = "as published"
_NUMBERS = ("value", "lower", "upper", "count", "denominator")
ARROWS = {1: "↑", -1: "↓", 0: "→"}


@dataclass(frozen=True)
class Reading:
    """One indicator of one area.

    Attributes
    ----------
    indicator : Indicator
    area, name, level : str
    period : str
        The latest.
    value, lower, upper : float
        NaN where not known.
    status : str
        "", "suppressed" or "not given".
    arrow, trend, test : str
        "↑" with "Increasing and getting worse", and the test's name; "" where nothing can be said.
    p : float
        Of the test; NaN where it is the publisher's, or none.
    england, neighbours : str
        How the value compares: "worse", "better", "higher", "lower", "similar"; "" where it cannot be said.
    england_value, neighbours_value : float
    """

    indicator: Indicator
    area: str
    name: str
    level: str
    period: str
    value: float
    lower: float
    upper: float
    status: str
    arrow: str
    trend: str
    test: str
    p: float
    england: str
    england_value: float
    neighbours: str
    neighbours_value: float

    @property
    def value_text(self) -> str:
        """ "12.3", or why there is none."""
        return self.indicator.text(self.value) if not self.status else self.status

    @property
    def interval_text(self) -> str:
        """ "10.1 to 14.9"; "" without an interval."""
        if np.isnan(self.lower) or np.isnan(self.upper):
            return ""
        return f"{self.indicator.text(self.lower)} to {self.indicator.text(self.upper)}"

    @property
    def trend_text(self) -> str:
        """ "↑ Increasing and getting worse"; "not tested" where that is so."""
        return f"{self.arrow} {self.trend}" if self.arrow else self.trend

    def against(self, whom: str) -> str:
        """ "worse (England 9.8)" of "england" or "neighbours"; "–" where it cannot be compared."""
        value = getattr(self, f"{whom}_value")
        if np.isnan(value):
            return "–"
        word = getattr(self, whom) or "no interval to judge by"
        return f"{word} ({self.indicator.text(value)})"


@dataclass(frozen=True)
class Indicator:
    """One published indicator of one group of people.

    Attributes
    ----------
    key : str
        Its name in addresses.
    name : str
        "First time entrants to the youth justice system", with sex and age where it has several.
    table, publisher, vintage, unit, better, disclosure : str
        ``better`` is "lower", "higher" or "" where neither is; ``disclosure`` as those who ask see the table
        (:func:`geo.answer.disclosure.seen_as`).
    rows : DataFrame
        As stored (:data:`geo.data.indicators.STORED`), oldest first.
    """

    key: str
    name: str
    table: str
    publisher: str
    vintage: str
    unit: str
    better: str
    disclosure: str
    rows: pd.DataFrame = field(repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Kinds of area of this county that it is published for, the smallest first."""
        there = set(self.rows["level"])
        return tuple(level for level in LEVELS if level in there)

    @property
    def label(self) -> str:
        """Its name with its unit, and that its numbers are true where others see protected ones."""
        true = "" if self.disclosure in ("open", "controlled") else lower_first(BANNERS[self.disclosure])
        return ", ".join(filter(None, [self.name, self.unit])) + f" ({true})" * bool(true)

    @property
    def only(self) -> str:
        """For what it is published: "boroughs and the county as a whole"."""
        return listed([KINDS[level] for level in self.levels])

    @property
    def source(self) -> str:
        """Publisher and edition."""
        return ", ".join(filter(None, [self.publisher or self.table, self.vintage]))

    def text(self, value: float) -> str:
        """A value as it is read: to as many figures as its size bears, "%" behind a share."""
        return in_figures(value, whole=self.counts) + ("%" if self.unit == "%" else "")

    @cached_property
    def counts(self) -> bool:
        """Whether its values are bare counts, of nothing that is known."""
        known = self.rows[self.rows["value"].notna()]
        alike = (known["value"] == known["count"]) & (known["value"] % 1 == 0) & known["denominator"].isna()
        return bool(alike.all())

    def latest(self, level: str) -> pd.DataFrame:
        """Rows of the newest period for areas of a kind, by their codes."""
        rows = self.rows[self.rows["level"] == level]
        newest = rows[rows["first"] + rows["months"] == (rows["first"] + rows["months"]).max()]
        return newest.set_index("area")

    def areas(self, level: str) -> list[str]:
        """Codes of the areas of a kind, by name."""
        return [*self._codes.get(level, ())]

    @cached_property
    def _codes(self) -> dict[str, list[str]]:
        """The same of each kind."""
        once = self.rows.drop_duplicates(["level", "area"])
        found = {level: once[once["level"] == level] for level in self.levels}
        return {level: rows.sort_values("area_name")["area"].tolist() for level, rows in found.items()}

    def history(self, area: str) -> pd.DataFrame:
        """Every period of one area, the latest last."""
        names = ["period", *_NUMBERS, "status"]
        return self.rows.iloc[self._at.get(area, [])][names].reset_index(drop=True)

    @cached_property
    def _at(self) -> dict[str, np.ndarray]:
        """Positions of the rows of each area, the latest last."""
        return self.rows.reset_index(drop=True).groupby("area", sort=False).indices

    @cached_property
    def _of(self) -> dict[str, np.ndarray]:
        """The columns that every reading needs."""
        names = (
            *_NUMBERS,
            "first",
            "months",
            "level",
            "area",
            "area_name",
            "period",
            "status",
            "trend",
            "england",
        )
        return {name: self.rows[name].to_numpy() for name in names}

    def reading(self, area: str) -> Reading:
        """What it says of one area.

        Raises
        ------
        KeyError
            If it is not published for the area.
        """
        of, last = self._of, self._at[area][-1]
        same = (of["first"] == of["first"][last]) & (of["months"] == of["months"][last])
        england = of["value"][same & (of["level"] == "england")]
        england_value = float(england[0]) if len(england) and not self._bare(last) else np.nan
        around = self._around(last, same)
        arrow, words, test, p = self._trend(self._at[area])
        low, high = float(of["lower"][last]), float(of["upper"][last])
        published = str(of["england"][last]).lower()
        known = not of["status"][last]
        return Reading(
            indicator=self,
            area=area,
            name=str(of["area_name"][last]),
            level=str(of["level"][last]),
            period=str(of["period"][last]),
            value=float(of["value"][last]),
            lower=low,
            upper=high,
            status=str(of["status"][last]),
            arrow=arrow,
            trend=words,
            test=test,
            p=p,
            england=published if published in COMPARED else self._compared(low, high, england_value),
            england_value=england_value if known else np.nan,
            neighbours=self._compared(low, high, around),
            neighbours_value=around if known else np.nan,
        )

    def _bare(self, last: int) -> bool:
        """Whether a value is a bare count, of nothing that is known: it is compared with nobody's."""
        of = self._of
        return bool(of["value"][last] == of["count"][last] and np.isnan(of["denominator"][last]))

    def _around(self, last: int, same: np.ndarray) -> float:
        """Average of the neighbours: those that the table names, else the other areas of the kind here.

        Weighted by what their values are of, where that is known of all.
        """
        of = self._of
        if self._bare(last):
            return np.nan
        there = same & ~np.isnan(of["value"])
        named = there & (of["level"] == "neighbour")
        kind = _kind(of["area"][last])
        named[named] = [_kind(code) == kind for code in of["area"][named]]
        others = there & (of["level"] == of["level"][last]) & (of["area"] != of["area"][last])
        which = named if named.any() else others
        if not which.any():
            return np.nan
        weights = of["denominator"][which]
        return float(np.average(of["value"][which], weights=weights if (weights > 0).all() else None))

    def _compared(self, low: float, high: float, value: float) -> str:
        """Whether an interval lies above or below a value; "" without an interval or a value."""
        if np.isnan(value) or np.isnan(low) or np.isnan(high):
            return ""
        if low <= value <= high:
            return "similar"
        way = "higher" if low > value else "lower"
        return {"": way, way: "better"}.get(self.better, "worse")

    def _trend(self, rows: np.ndarray) -> tuple[str, str, str, float]:
        """Arrow, words, name of the test and p, from the rows of an area."""
        from geo.stats.trend import trend  # whose libraries take long to load

        of = self._of
        said = str(of["trend"][rows[-1]]).strip()
        if said and said.lower() != "cannot be calculated":
            sign = {"increasing": 1, "decreasing": -1}.get(said.lower().split()[0], 0)
            return ARROWS[sign], said, PUBLISHED, np.nan
        apart = rows[_apart(of["first"][rows], of["months"][rows])]
        found = trend(
            of["first"][apart],
            of["value"][apart],
            lower=of["lower"][apart],
            upper=of["upper"][apart],
            counts=of["count"][apart],
            totals=of["denominator"][apart],
            share=self.unit == "%",
        )
        return *self._in_words(found), found.p

    def _in_words(self, found: Trend) -> tuple[str, str, str]:
        if not found.test:
            few = counted(found.periods, "period", "periods")
            return "", f"not tested: {few}" if found.periods else "not tested", ""
        if not found.sign:
            return ARROWS[0], "No significant change", found.test
        way = "Increasing" if found.sign > 0 else "Decreasing"
        good = {"higher": 1, "lower": -1}.get(self.better)
        judged = "" if good is None else f" and getting {'better' if found.sign == good else 'worse'}"
        return ARROWS[found.sign], way + judged, found.test


def in_figures(value: float, *, whole: bool = False) -> str:
    """A value to as many figures as its size bears, or without decimals; a dash where there is none.

    Examples
    --------
    >>> in_figures(1052.5), in_figures(75), in_figures(0.256), in_figures(float("nan"))
    ('1,052', '75.0', '0.26', '–')
    >>> in_figures(75, whole=True)
    '75'
    """
    form = (
        "{:,.0f}"
        if whole or abs(value) >= 1000
        else "{:,.1f}"
        if abs(value) >= 1 or value == 0
        else "{:,.2f}"
    )
    return written(value, form)


COMPARED = ("better", "worse", "similar", "higher", "lower")
"""How a value can compare with another that is known."""


def _kind(code: str) -> str:
    """Kind of area by the first letters of its code: districts of all sorts are one kind."""
    return "district" if code[:3] in ("E06", "E07", "E08", "E09") else code[:3]


def _apart(first: np.ndarray, months: np.ndarray) -> list[int]:
    """Positions of periods that do not overlap, from the latest back; of a quarter the same in each year."""
    taken = [len(first) - 1]
    for at in range(len(first) - 2, -1, -1):
        ends = first[at] + months[at] <= first[taken[-1]]
        alike = months[at] == months[-1] and (months[-1] >= YEAR or (first[-1] - first[at]) % YEAR == 0)
        if ends and alike:
            taken.append(at)
    return taken[::-1]


def indicators_of(snapshot: Snapshot) -> dict[str, Indicator]:
    """Return the indicators of a folder by their keys, in the order of their tables and names."""
    found: dict[str, Indicator] = {}
    for role in snapshot.roles(ROLE):
        seen = seen_role(snapshot, role)
        rows = snapshot.read(seen).sort_values(["first", "months"], kind="stable")
        rows = rows[rows["level"].isin([*LEVELS, "england", "neighbour"])]
        groups = rows.groupby(["indicator", "id"])[["sex", "age"]].nunique()
        for (name, code, sex, age), own in rows.groupby(["indicator", "id", "sex", "age"], sort=True):
            if not own["level"].isin(LEVELS).any():
                continue
            several = groups.loc[(name, code)]
            whom = [text for text, n in ((sex, several["sex"]), (age, several["age"])) if n > 1 and text]
            whole = f"{name} ({', '.join(map(lower_first, whom))})" if whom else str(name)
            key = _unused(slug(whole)[:MOST_KEY].strip("-") or "indicator", found)
            last = own.iloc[-1]
            found[key] = Indicator(
                key,
                whole,
                str(last["label"]),
                str(last["source"]) or str(last["publisher"]),
                str(last["vintage"]),
                str(last["unit"]),
                str(last["better"]),
                seen_as(said, true=seen != role) if (said := str(last["disclosure"])) != "open" else said,
                own,
            )
    return found


def seen_by(indicators: Mapping[str, Indicator], viewer: Viewer) -> dict[str, Indicator]:
    """Indicators as far as they are of kinds of area that who asks may see."""
    hidden = [level for level in ("lsoa", "ward", "borough") if not viewer.at(level)]
    if not hidden:
        return dict(indicators)
    kept = {
        key: replace(one, rows=one.rows[~one.rows["level"].isin(hidden)]) for key, one in indicators.items()
    }
    return {key: one for key, one in kept.items() if one.levels}


def _unused(key: str, taken: Mapping[str, object]) -> str:
    """A key that is not taken yet."""
    number = 2
    whole = key
    while whole in taken:
        whole, number = f"{key[: MOST_KEY - 3]}-{number}", number + 1
    return whole


def readings(indicators: Mapping[str, Indicator], level: str, area: str = "") -> list[Reading]:
    """What each indicator says of the areas of a kind, or of one of them; the names in order."""
    found = []
    for one in indicators.values():
        codes = one.areas(level) if level in one.levels else []
        found += [one.reading(code) for code in codes if not area or code == area]
    return found
