"""What does a needs assessment say?

:func:`assess` rebuilds the tables and figures of a Strategic Needs Assessment of violence from what is
loaded, for any period, boroughs and set of sources. Each :class:`Exhibit` is one numbered table or figure
with its finding, source and caveats; what cannot be made is listed with the reason. To add one, write
``f(Part) -> Exhibit`` and register it in :data:`EXHIBITS` under its section.

All numbers pass the gate of their source. The page, the Word document and the PDF all draw from the same
:class:`Assessment`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from geo import clock, concentration, deprivation, rates
from geo.atlas import Atlas, Level, Loaded
from geo.cube import DAYS_KNOWN, HOURS_KNOWN, Selection
from geo.disclosure import Gate
from geo.problem import Problem
from geo.query import DAY_NAMES, MONTH_NAMES, Query, listed, month_name, period_name
from geo.sources import AGE_BANDS

BOROUGH_TOTAL = "All"
TOP = 10


class NotPossible(Exception):
    """Why an exhibit cannot be made from what is loaded, one sentence."""


# ---------------------------------------------------------------- what an assessment is made of


@dataclass(frozen=True)
class Chart:
    """How to draw a table.

    Attributes
    ----------
    form : {"bars", "lines", "heat", "map"}
        ``bars``: one bar for each row; ``lines``: one line for each of ``y`` over the rows; ``heat``: cells
        of the columns ``y``; ``map``: the answer to ``query``.
    x : str
        Column of the labels.
    y : tuple of str
        Columns of the values.
    interval : tuple of (str, str), optional
        Columns of the lower and upper limit.
    benchmark : float, optional
        Value of a line across.
    query : Query, optional
    """

    form: Literal["bars", "lines", "heat", "map"]
    x: str = ""
    y: tuple[str, ...] = ()
    interval: tuple[str, str] | None = None
    benchmark: float | None = None
    query: Query | None = None


@dataclass(frozen=True)
class Exhibit:
    """One table, or a figure with the table behind it.

    Attributes
    ----------
    key : str
        Names it within its source, "month_by_borough".
    title : str
        What it shows, with the period; no full stop.
    finding : str
        A sentence to read first.
    table : DataFrame
        Columns as they are read; whole numbers are Int64, where missing means suppressed; floats may be
        missing. A plain index.
    formats : mapping
        Column to format of its floats, "{:,.1f}" unless told.
    chart : Chart or None
    caveats : tuple of str
    number : str
        "Table 3" or "Figure 2", given when the assessment is put together.
    """

    key: str
    title: str
    finding: str
    table: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    chart: Chart | None = None
    caveats: tuple[str, ...] = ()
    number: str = ""

    def texts(self) -> pd.DataFrame:
        """The table as text: thousands commas, ``*`` where suppressed, ``–`` where there is no value."""
        columns = {}
        for name, column in self.table.items():
            if str(column.dtype) == "Int64":
                columns[name] = ["*" if v is pd.NA else f"{v:,}" for v in column]
            elif pd.api.types.is_float_dtype(column):
                form = self.formats.get(str(name), "{:,.1f}")
                columns[name] = ["–" if np.isnan(v) else form.format(v) for v in column.astype(float)]
            else:
                columns[name] = ["" if v is None else str(v) for v in column]
        return pd.DataFrame(columns)


@dataclass(frozen=True)
class Section:
    """The exhibits of one source, or of the place itself.

    Attributes
    ----------
    key, title : str
    source : str
        Who made the data; "" for none.
    findings : tuple of str
    exhibits : tuple of Exhibit
    missing : tuple of (str, str)
        Exhibits that could not be made, and why.
    """

    key: str
    title: str
    source: str
    findings: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Assessment:
    """A whole needs assessment.

    Attributes
    ----------
    title, place, banner : str
    made : date
    sections : tuple of Section
    caveats : tuple of str
    """

    title: str
    place: str
    banner: str
    made: date
    sections: tuple[Section, ...]
    caveats: tuple[str, ...]

    def exhibit(self, section: str, key: str) -> Exhibit:
        """One exhibit by its section and key.

        Raises
        ------
        KeyError
            If it is not there.
        """
        for part in self.sections:
            for exhibit in part.exhibits:
                if (part.key, exhibit.key) == (section, key):
                    return exhibit
        raise KeyError((section, key))


@dataclass(frozen=True)
class Part:
    """One source under the filters of an assessment: the true numbers, and the gate they leave by.

    Attributes
    ----------
    atlas : Atlas
    query : Query
        Checked; of the source.
    gate : Gate
    """

    atlas: Atlas
    query: Query
    gate: Gate

    @property
    def loaded(self) -> Loaded:
        return self.atlas.sources[self.query.source]

    @cached_property
    def selection(self) -> Selection:
        return self.loaded.cube.select(self.query)

    @property
    def lsoa(self) -> Level:
        return self.atlas.levels["lsoa"]

    @cached_property
    def inside(self) -> np.ndarray:
        """LSOAs of the boroughs chosen."""
        lads = self.query.borough or tuple(self.atlas.catalogue.boroughs)
        return self.lsoa.frame["lad"].isin(lads).to_numpy()

    @cached_property
    def boroughs(self) -> dict[str, np.ndarray]:
        """LSOAs of each borough chosen, by its name."""
        lad = self.lsoa.frame["lad"]
        codes = self.query.borough or tuple(self.atlas.catalogue.boroughs)
        return {self.atlas.catalogue.boroughs[c]: (lad == c).to_numpy() for c in codes}

    @cached_property
    def counts(self) -> np.ndarray:
        """True counts by LSOA; zero outside the boroughs chosen."""
        return np.where(self.inside, self.selection.by_area, 0)

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    @cached_property
    def months(self) -> np.ndarray:
        """Loaded months that the filters keep."""
        return self.loaded.cube.months[self.selection.months]

    @property
    def years(self) -> float:
        return len(self.months) / 12

    @property
    def noun(self) -> str:
        return self.loaded.info.noun

    @property
    def what(self) -> str:
        return self.query.describe_what(self.atlas.catalogue)

    @property
    def where(self) -> str:
        return self.query.describe_where(self.atlas.catalogue)

    @property
    def period(self) -> str:
        return period_name(int(self.months[0]), int(self.months[-1])) if len(self.months) else ""

    @property
    def titled(self) -> str:
        """End of every title: "Violence and sexual offences, Bedfordshire, 2019 to 2023"."""
        return f"{self.what}, {self.where}, {self.period}"

    def need_hours(self) -> None:
        if not self.loaded.info.has_hours:
            raise NotPossible(f"no hours: {self.loaded.info.no_hours_reason}")

    def extra(self, name: str) -> np.ndarray:
        """An attribute of the events inside, in row order."""
        if name not in self.loaded.cube.extra:
            raise NotPossible(f"the files of {self.loaded.info.label.lower()} loaded do not give it.")
        return self.loaded.cube.extra[name][self.rows]

    @cached_property
    def rows(self) -> np.ndarray:
        """Rows of the events in the boroughs chosen."""
        rows = self.selection.rows
        place = self.loaded.cube.area[rows]
        return rows[np.append(self.inside, [False, False])[place]]


# ---------------------------------------------------------------- the place


def _residents(part: Part) -> Exhibit:
    frame = part.lsoa.frame
    rows = [
        (name, mask.sum(), frame["population"][mask].sum(min_count=1)) for name, mask in part.boroughs.items()
    ]
    rows.append((BOROUGH_TOTAL, part.inside.sum(), frame["population"][part.inside].sum(min_count=1)))
    table = pd.DataFrame(rows, columns=["Borough", "Small areas (LSOA)", "Residents"])
    table = table.astype({"Small areas (LSOA)": "Int64", "Residents": "Int64"})
    finding = (
        f"{part.where} has {int(table.iloc[-1, 2]):,} residents in {int(table.iloc[-1, 1]):,} small areas."
    )
    return Exhibit("residents", f"Small areas and residents, {part.where}", finding, table)


def _deprivation_quintiles(part: Part) -> Exhibit:
    if not part.atlas.catalogue.has_deprivation:
        raise NotPossible("the Index of Multiple Deprivation is not loaded.")
    fifth = deprivation.quintile(part.lsoa.frame["imd_decile"]).to_numpy(float, na_value=np.nan)
    words = ("Most deprived fifth", "2", "3", "4", "Least deprived fifth")
    rows = {
        name: [int((fifth[mask] == q).sum()) for q in range(1, 6)] for name, mask in part.boroughs.items()
    }
    rows[BOROUGH_TOTAL] = [int((fifth[part.inside] == q).sum()) for q in range(1, 6)]
    table = pd.DataFrame(rows, index=list(words)).T.astype("Int64").rename_axis("Borough").reset_index()
    most = int(table.iloc[-1, 1])
    finding = (
        f"{most} of {int(part.inside.sum())} small areas ({most / part.inside.sum():.0%}) are among the most "
        "deprived fifth in England."
    )
    title = f"Small areas by national fifth of deprivation and borough, {part.where}"
    return Exhibit("imd_quintiles", title, finding, table, chart=Chart("heat", "Borough", words))


# ---------------------------------------------------------------- how many


def _totals(part: Part) -> Exhibit:
    rows = [(name, int(part.counts[mask].sum())) for name, mask in part.boroughs.items()]
    rows.append((f"All of {part.where}", part.total))
    rows.append(("Elsewhere, outside the map", part.selection.outside))
    rows.append(("Without a place", part.selection.unlocated))
    table = pd.DataFrame({"Place": [r[0] for r in rows], "Count": part.gate.counts([r[1] for r in rows])})
    missing = part.selection.outside + part.selection.unlocated
    share = part.gate.share(missing, int(part.selection.by_place.sum()))
    finding = f"{part.gate.text(part.total)} {part.noun} in {part.where}, {part.period}."
    if share:
        finding += f" A further {part.gate.text(missing)} ({share:.1%} of all) have no place on the map."
    return Exhibit("totals", f"{part.titled}: by borough", finding, table)


def _by_year(part: Part) -> Exhibit:
    per_month = part.selection.by_month(part.inside)[part.selection.months]
    year = part.months // 12
    years = np.unique(year)
    counts = [int(per_month[year == y].sum()) for y in years]
    table = pd.DataFrame(
        {
            "Year": [str(y) for y in years],
            "Months loaded": pd.array([int((year == y).sum()) for y in years], "Int64"),
            "Count": part.gate.counts(counts),
        }
    )
    caveats: tuple[str, ...] = ()
    if (table["Months loaded"] < 12).any():
        caveats = ("Years with fewer than twelve months loaded are not comparable with whole years.",)
    best = int(np.argmax(counts))
    finding = f"{years[best]} has the most {part.noun}: {part.gate.text(counts[best])}."
    chart = Chart("bars", "Year", ("Count",))
    return Exhibit("by_year", f"{part.titled}: by year", finding, table, chart=chart, caveats=caveats)


def _by_category(part: Part) -> Exhibit:
    if len(part.loaded.info.categories) < 2:
        raise NotPossible("the files loaded have one category only.")
    everything = part.loaded.cube.select(part.query.replace(category=()))
    counts = everything.by_category(part.inside).sort_values(ascending=False, kind="stable")
    total = int(counts.sum())
    table = pd.DataFrame(
        {
            "Category": counts.index.to_numpy(str),
            "Count": part.gate.counts(counts.to_numpy()),
            "Share": [np.nan if (s := part.gate.share(int(c), total)) is None else 100 * s for c in counts],
        }
    )
    finding = ""
    share = part.gate.share(int(counts.iloc[0]), total)
    if share is not None:
        finding = (
            f"{counts.index[0]} is the largest category: {share:.0%} of {part.gate.text(total)} {part.noun}."
        )
    title = f"{part.loaded.info.label} by category, {part.where}, {part.period}"
    chart = Chart("bars", "Category", ("Count",))
    return Exhibit("by_category", title, finding, table, {"Share": "{:.1f}%"}, chart)


# ---------------------------------------------------------------- where


def _map(part: Part) -> Exhibit:
    query = part.query.replace(layer="local_moran", measure="count", level="lsoa")
    answer = part.atlas.answer(query)
    table = pd.DataFrame({"Class": answer.classes.labels, "Areas": pd.array(answer.classes.counts, "Int64")})
    chart = Chart("map", query=query)
    title = f"{part.titled}: hotspots by local Moran's I"
    caveats = tuple(c for c in answer.caveats if "orrected" in c)
    return Exhibit("hotspot_map", title, answer.headline, table, chart=chart, caveats=caveats)


def _top_quintile(part: Part) -> Exhibit:
    if part.gate.controlled:
        raise NotPossible("the counts of small areas are protected, so their fifths cannot be drawn exactly.")
    counts = pd.Series(part.counts[part.inside], part.lsoa.frame.index[part.inside])
    places = part.lsoa.frame[["ward", "borough"]]
    table = concentration.wards_of_top_quintile(counts, places)
    areas, events = int(table["areas"].sum()), float(table["events"].sum())
    per_borough = table.groupby("borough", sort=False)["areas"].sum()
    split = listed([f"{n} in {name}" for name, n in per_borough.items()])
    finding = (
        f"The fifth of small areas with the most {part.noun}, {areas} of {int(part.inside.sum())}, hold "
        f"{events / max(1, part.total):.0%} of them: {split}."
    )
    shown = table.rename(
        columns={"borough": "Borough", "ward": "Ward", "areas": "Small areas", "events": "Count"}
    ).astype({"Small areas": "Int64", "Count": "Int64"})
    return Exhibit("top_quintile", f"{part.titled}: wards of the top fifth of small areas", finding, shown)


def _top_areas(part: Part) -> Exhibit:
    shown = part.gate.counts(part.counts[part.inside]).to_numpy(float, na_value=0)
    counts = pd.Series(shown, part.lsoa.frame.index[part.inside])
    top = concentration.top_n(counts, TOP)
    if top.empty:
        raise NotPossible(f"no small area has enough {part.noun} to be shown.")
    names = part.lsoa.frame.loc[top.index]
    total = part.gate.count(part.total) or 0
    table = pd.DataFrame(
        {
            "Rank": top["rank"].to_numpy(str),
            "Small area": names["name"].to_numpy(str),
            "Ward": names["ward"].to_numpy(str),
            "Borough": names["borough"].to_numpy(str),
            "Count": top["count"].astype("Int64").to_numpy(),
            "Share": top["count"].to_numpy(float) / max(1, total) * 100,
        }
    ).astype({"Count": "Int64"})
    events = int(table["Count"].sum())
    tie = int(top["at_edge"].sum())
    held = f"{events:,} {part.noun}, {events / max(1, total):.0%} of the total"
    finding = f"The {len(table)} small areas with the most hold {held}."
    if tie:
        last = int(top["count"].iloc[-1])
        finding = (
            f"The first {TOP} places are shared by {len(table)} small areas, which hold {held}; {tie} of "
            f"them share the last place with {last} each."
        )
    return Exhibit(
        "top_areas", f"{part.titled}: small areas with the most", finding, table, {"Share": "{:.1f}%"}
    )


def _concentration(part: Part) -> Exhibit:
    if part.gate.controlled:
        raise NotPossible("the counts of small areas are protected, so their concentration cannot be drawn.")
    counts = part.counts[part.inside]
    shares = concentration.top_shares(counts)
    gini = concentration.gini(counts)
    table = shares.rename_axis("Top").reset_index()
    keep = ["Top", "areas", "events", "share"]
    table = table[[c for c in keep if c in table]].rename(
        columns={"areas": "Small areas", "events": "Count", "share": "Share"}
    )
    table["Share"] = table["Share"] * 100
    table["Top"] = [t if isinstance(t, str) else f"{t:.0%}" for t in table["Top"]]
    for column in ("Small areas", "Count"):
        if column in table:
            table[column] = table[column].round().astype("Int64")
    value = float(gini["generalised_gini"] if "generalised_gini" in gini else gini.iloc[0])
    finding = (
        f"{part.what} are concentrated: the generalised Gini coefficient is {value:.2f} (0 even, 1 one area)."
    )
    title = f"{part.titled}: share held by the top areas"
    return Exhibit("concentration", title, finding, table, {"Share": "{:.1f}%"})


# ---------------------------------------------------------------- compared with whom


def _standardised(part: Part) -> Exhibit:
    query = part.query.replace(measure="dsr", layer="measure", level="borough")
    if "dsr" not in part.loaded.info.measures:
        reason = part.loaded.info.no_measure_reasons.get("dsr", "ages are not loaded.")
        raise NotPossible(reason)
    slice_ = part.atlas.slice(query)
    events, residents = slice_.ages()
    table = rates.dsr(events, residents, years=slice_.years)[slice_.inside]
    names = slice_.frame["name"][slice_.inside]
    whole = [frame[slice_.inside].sum().to_frame().T for frame in (events, residents)]
    county = rates.dsr(*whole, years=slice_.years)
    both = pd.concat([table, county])
    benchmark = float(county["value"].iloc[0])
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], benchmark)
    small = part.atlas.slice(query.replace(level="lsoa"))
    by_area = rates.dsr(*small.ages(), years=small.years)[small.inside]
    higher = int(
        (
            rates.compare_with_benchmark(by_area["lower_ci"], by_area["upper_ci"], benchmark) == rates.HIGHER
        ).sum()
    )
    shown = pd.DataFrame(
        {
            "Borough": [*names, f"All of {part.where}"],
            "With a known age": part.gate.counts(both["count"].to_numpy().astype(np.int64)),
            "Rate a year per 100,000": both["value"].to_numpy(float),
            "Lower": both["lower_ci"].to_numpy(float),
            "Upper": both["upper_ci"].to_numpy(float),
            "Against the whole": [*verdict, ""],
        }
    )
    finding = (
        f"The age-standardised rate of {part.noun} in {part.where} is {benchmark:,.1f} a year per 100,000 "
        f"residents; {higher} small areas are significantly higher."
    )
    caveats = (
        "Directly standardised to the European Standard Population 2013, 95% limits by Dobson's method. "
        "Events without an age are left out, so rates are a little low.",
    )
    title = f"{part.titled}: age-standardised rates"
    chart = Chart("bars", "Borough", ("Rate a year per 100,000",), ("Lower", "Upper"), benchmark)
    return Exhibit("dsr", title, finding, shown, chart=chart, caveats=caveats)


def _gradient(part: Part) -> Exhibit:
    if not part.atlas.catalogue.has_deprivation:
        raise NotPossible("the Index of Multiple Deprivation is not loaded.")
    standard = "dsr" in part.loaded.info.measures
    decile = part.lsoa.frame["imd_decile"]
    inside = part.inside
    if standard:
        events, residents = part.atlas.slice(part.query.replace(level="lsoa", measure="dsr")).ages()
        table = deprivation.gradient(events[inside], residents[inside], decile[inside], years=part.years)
        unit = "Rate a year per 100,000, age-standardised"
    else:
        people = part.lsoa.frame["population"].to_numpy(float, na_value=np.nan)
        shown = part.gate.counts(part.counts).to_numpy(float, na_value=4.0)
        table = deprivation.gradient(shown[inside], people[inside], decile[inside], years=part.years)
        unit = "Rate a year per 1,000"
    counted = part.gate.counts(
        [int(part.counts[inside & (decile == d).fillna(False).to_numpy(bool)].sum()) for d in range(1, 11)]
    )
    shown_table = pd.DataFrame(
        {
            "Decile": [
                f"{d}{' (most deprived)' if d == 1 else ' (least)' if d == 10 else ''}" for d in range(1, 11)
            ],
            "Small areas": table["areas"].astype("Int64").to_numpy(),
            "Count": counted,
            unit: table["value"].to_numpy(float),
            "Lower": table["lower_ci"].to_numpy(float),
            "Upper": table["upper_ci"].to_numpy(float),
        }
    ).astype({"Small areas": "Int64"})
    first, last = shown_table[unit].iloc[[0, -1]]
    finding = f"Rates run from {first:,.1f} in the most deprived tenth of areas to {last:,.1f} in the least."
    if np.isnan(first) or np.isnan(last):
        finding = "Too few areas or events at one end of the scale to compare the ends."
    finding += f" {_deprived_share(part, decile)}"
    chart = Chart("bars", "Decile", (unit,), ("Lower", "Upper"))
    return Exhibit("gradient", f"{part.titled}: by deprivation", finding.strip(), shown_table, chart=chart)


def _deprived_share(part: Part, decile: pd.Series) -> str:
    deprived = (decile <= 4).fillna(False).to_numpy(bool) & part.inside
    share = part.gate.share(int(part.counts[deprived].sum()), part.total)
    people = part.lsoa.frame["population"]
    residents = people[deprived].sum() / max(1, people[part.inside].sum())
    if share is None:
        return ""
    return (
        f"The two most deprived fifths of areas hold {share:.1%} of the {part.noun} and {residents:.1%} of "
        "the residents."
    )


def _excess(part: Part) -> Exhibit:
    answer = part.atlas.answer(part.query.replace(level="ward", layer="excess", measure="count"))
    table = answer.table[answer.inside]
    table = table[table["verdict"] == deprivation.MORE].sort_values("ratio", ascending=False).head(TOP)
    if table.empty:
        raise NotPossible("no ward stands out from similarly deprived wards.")
    shown = pd.DataFrame(
        {
            "Ward": table["name"].to_numpy(str),
            "Borough": table["borough"].to_numpy(str),
            "Count": table["count"].array,
            "Expected": table["expected"].to_numpy(float),
            "Times expected": table["ratio"].to_numpy(float),
            "Lower": table["ratio_lower_ci"].to_numpy(float),
            "Upper": table["ratio_upper_ci"].to_numpy(float),
        }
    )
    formats = dict.fromkeys(("Times expected", "Lower", "Upper"), "{:.2f}")
    title = f"{part.titled}: wards with more than similarly deprived wards"
    return Exhibit("excess", title, answer.headline, shown, formats, caveats=answer.caveats[-1:])


# ---------------------------------------------------------------- when


def _month_by_borough(part: Part) -> Exhibit:
    columns = {}
    masks = {**part.boroughs, BOROUGH_TOTAL: part.inside}
    for name, mask in masks.items():
        per_month = part.selection.by_month(mask)[part.selection.months]
        columns[name] = np.bincount(part.months % 12, per_month, 12).round().astype(np.int64)
    table = pd.DataFrame({name: part.gate.counts(v) for name, v in columns.items()})
    table.insert(0, "Month", MONTH_NAMES)
    best = int(np.argmax(columns[BOROUGH_TOTAL]))
    value = part.gate.text(int(columns[BOROUGH_TOTAL][best]))
    finding = f"{MONTH_NAMES[best]} has the most {part.noun}: {value}."
    occurrences = np.bincount(part.months % 12, minlength=12)
    caveats: tuple[str, ...] = ()
    if len(set(occurrences)) > 1:
        caveats = (
            "Some months of the year are loaded more often than others and have higher counts for it.",
        )
    chart = Chart("lines", "Month", tuple(part.boroughs))
    title = f"{part.titled}: by month and borough"
    return Exhibit("month_by_borough", title, finding, table, chart=chart, caveats=caveats)


def _week(part: Part) -> np.ndarray:
    # The clock of a needs assessment counts every timed event, whether it has a place or not.
    areas = part.inside if part.query.borough else None
    return part.selection.by_clock(areas)[:DAYS_KNOWN, :HOURS_KNOWN]


def _day_by_hour_group(part: Part) -> Exhibit:
    part.need_hours()
    week = _week(part)
    groups = week.reshape(DAYS_KNOWN, 6, 4).sum(axis=2).T
    table = pd.DataFrame({name: part.gate.counts(groups[:, day]) for day, name in enumerate(DAY_NAMES)})
    table.insert(0, "Hours", [f"{h:02d}:00 to {h + 3:02d}:59" for h in range(0, 24, 4)])
    midnight = clock.default_midnight(week, noun=part.noun)
    used = clock.without_default_midnight(week) if midnight.suspected else week
    finding, caveats = "", []
    if not part.gate.controlled:
        finding = clock.peak(used, exposure=clock.weekdays_of_months(part.months), noun=part.noun).sentence
        if midnight.suspected:
            caveats.append(midnight.sentence)
            caveats.append("The peak above leaves those times out.")
    untimed = part.selection.untimed(part.inside if part.query.borough else None)
    caveats.append(
        f"{part.gate.text(untimed)} {part.noun} have no known time; those without a place are counted here."
    )
    chart = Chart("heat", "Hours", DAY_NAMES)
    title = f"{part.titled}: by weekday and hour"
    return Exhibit("day_by_hour", title, finding, table, chart=chart, caveats=tuple(caveats))


def _by_weekday(part: Part) -> Exhibit:
    if not part.loaded.info.has_days:
        raise NotPossible(f"no weekdays: {part.loaded.info.no_hours_reason}")
    days = part.selection.by_clock(part.inside)[:DAYS_KNOWN].sum(axis=1)
    table = pd.DataFrame({"Day": DAY_NAMES, "Count": part.gate.counts(days)})
    best = int(np.argmax(days))
    finding = f"{DAY_NAMES[best]} has the most {part.noun}: {part.gate.text(int(days[best]))}."
    return Exhibit(
        "by_weekday", f"{part.titled}: by weekday", finding, table, chart=Chart("bars", "Day", ("Count",))
    )


def _nights(part: Part) -> Exhibit:
    part.need_hours()
    night = part.loaded.cube.select(part.query.replace(hour=(*range(7), *range(19, 24)), day=(), night=()))
    by_night = clock.night_hours(night.by_clock(part.inside)[:DAYS_KNOWN, :HOURS_KNOWN])
    counts = np.asarray(by_night).sum(axis=1).round().astype(np.int64)
    names = [f"{DAY_NAMES[d]} into {DAY_NAMES[(d + 1) % 7]}" for d in range(7)]
    table = pd.DataFrame({"Night": names, "Count, 19:00 to 06:59": part.gate.counts(counts)})
    order = np.argsort(-counts, kind="stable")[:2]
    finding = f"The busiest nights are {names[order[0]]} and {names[order[1]]}."
    chart = Chart("bars", "Night", ("Count, 19:00 to 06:59",))
    return Exhibit("nights", f"{part.titled}: by night", finding, table, chart=chart)


# ---------------------------------------------------------------- who and how


def _by_age_and_sex(part: Part) -> Exhibit:
    sex = part.extra("sex").astype(str)
    age = part.loaded.cube.age[part.rows]
    if (age == len(AGE_BANDS)).all():
        raise NotPossible("the files loaded do not give ages.")
    groups = {
        "0 to 14": (0, 3),
        "15 to 24": (3, 5),
        "25 to 34": (5, 7),
        "35 to 44": (7, 9),
        "45 to 64": (9, 13),
        "65 and over": (13, 19),
    }
    rows: list[tuple[str, int, int, int]] = []
    for name, (low, high) in groups.items():
        band = (age >= low) & (age < high)
        women, men = (int((band & (sex == s)).sum()) for s in "FM")
        rows.append((name, women, men, int(band.sum())))
    table = pd.DataFrame(
        {
            "Age": [r[0] for r in rows],
            "Female": part.gate.counts([r[1] for r in rows]),
            "Male": part.gate.counts([r[2] for r in rows]),
            "All": part.gate.counts([r[3] for r in rows]),
        }
    )
    known = int(((sex == "M") | (sex == "F")).sum())
    share = part.gate.share(int((sex == "M").sum()), known)
    finding = (
        "" if share is None else f"{share:.0%} are male, of the {part.gate.text(known)} whose sex is known."
    )
    chart = Chart("lines", "Age", ("Female", "Male"))
    return Exhibit("age_and_sex", f"{part.titled}: by age and sex", finding, table, chart=chart)


ATTRIBUTES: dict[str, tuple[str, dict[str, str]]] = {
    "domestic_abuse": ("Domestic abuse", {"True": "Yes", "False": "No"}),
    "knife": ("Knife", {"True": "Yes", "False": "No"}),
    "injury": ("Injury", {"True": "Yes", "False": "No"}),
    "aggravating": ("Aggravating factor", {}),
    "conveyed": ("Taken to hospital", {"True": "Yes", "False": "No"}),
    "arrival_mode": ("Arrival", {}),
    "through_ae": ("Admitted through A&E", {"True": "Yes", "False": "No"}),
}
"""Attributes of events that a needs assessment tabulates: name of the column to its title and words."""


def _attributes(part: Part) -> Exhibit:
    rows: list[tuple[str, str, int]] = []
    for name, (title, words) in ATTRIBUTES.items():
        if name in part.loaded.cube.extra:
            values = pd.Series(part.extra(name)).astype(object)
            values = (
                values.where(values.notna(), "Not stated").astype(str).map(lambda v, w=words: w.get(v, v))
            )
            rows += [(title, value, int(count)) for value, count in values.value_counts().items()]
    if not rows:
        raise NotPossible("the files loaded give no attributes of the events.")
    table = pd.DataFrame(
        {
            "Attribute": [r[0] for r in rows],
            "Value": [r[1] for r in rows],
            "Count": part.gate.counts([r[2] for r in rows]),
            "Share": [np.nan if (s := part.gate.share(r[2], part.total)) is None else 100 * s for r in rows],
        }
    )
    said = [
        f"{row['Share']:.1f}% {word}"
        for (title, value), word in {
            ("Arrival", "Ambulance"): "arrived by ambulance",
            ("Admitted through A&E", "Yes"): "were admitted through A&E",
            ("Domestic abuse", "Yes"): "are marked as domestic abuse",
            ("Knife", "Yes"): "involve a knife",
            ("Taken to hospital", "Yes"): "were taken to hospital",
        }.items()
        for _, row in table[(table["Attribute"] == title) & (table["Value"] == value)].iterrows()
        if not np.isnan(row["Share"])
    ]
    finding = listed(said) + "." if said else ""
    return Exhibit("attributes", f"{part.titled}: attributes", finding, table, {"Share": "{:.1f}%"})


def _length_of_stay(part: Part) -> Exhibit:
    days = pd.to_numeric(pd.Series(part.extra("days"))).to_numpy(float)
    groups = {
        "0 days": (0, 0),
        "1 day": (1, 1),
        "2 to 3 days": (2, 3),
        "4 to 7 days": (4, 7),
        "8 or more": (8, np.inf),
    }
    counts = [int(((days >= low) & (days <= high)).sum()) for low, high in groups.values()]
    table = pd.DataFrame({"Stay": list(groups), "Count": part.gate.counts(counts)})
    share = part.gate.share(counts[0] + counts[1], int(np.isfinite(days).sum()))
    finding = "" if share is None else f"{share:.0%} stayed no more than a day."
    return Exhibit("length_of_stay", f"{part.titled}: length of stay", finding, table)


# ---------------------------------------------------------------- putting it together

PLACE: tuple[Callable[[Part], Exhibit], ...] = (_residents, _deprivation_quintiles)
"""Exhibits about the place itself."""

EXHIBITS: dict[str, tuple[str, Callable[[Part], Exhibit]]] = {
    "totals": ("Totals by borough", _totals),
    "by_year": ("By year", _by_year),
    "by_category": ("By category", _by_category),
    "hotspot_map": ("Hotspot map", _map),
    "top_quintile": ("Wards of the top fifth of small areas", _top_quintile),
    "top_areas": ("Small areas with the most", _top_areas),
    "concentration": ("Concentration", _concentration),
    "dsr": ("Age-standardised rates", _standardised),
    "gradient": ("Deprivation gradient", _gradient),
    "excess": ("More than similarly deprived wards", _excess),
    "month_by_borough": ("By month and borough", _month_by_borough),
    "by_weekday": ("By weekday", _by_weekday),
    "day_by_hour": ("By weekday and hour", _day_by_hour_group),
    "nights": ("By night", _nights),
    "age_and_sex": ("By age and sex", _by_age_and_sex),
    "attributes": ("Attributes", _attributes),
    "length_of_stay": ("Length of stay", _length_of_stay),
}
"""Exhibits of each source, in order: key to title and function."""


def assess(
    atlas: Atlas,
    query: Query,
    sources: Sequence[str] = (),
    *,
    protected: bool = True,
    made: date | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Assessment:
    """Rebuild a needs assessment.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Its period, boroughs and filters of time hold for every source; its categories for the source that
        has them.
    sources : sequence of str, optional
        Keys of the sources; all that are loaded by default.
    protected : bool
        False shows controlled sources unprotected: only for a synthetic county, to set the published figures
        beside the rebuilt ones.
    made : date, optional
        Today by default.
    progress : callable, optional
        Told (exhibits done, exhibits in all, name of the one at work).

    Returns
    -------
    Assessment

    Raises
    ------
    Problem
        If a source is not loaded, or protection is lifted from real data.
    """
    if not protected and not atlas.synthetic:
        raise Problem("Real data are always protected: leave protection on.")
    keys = tuple(sources) or tuple(atlas.sources)
    for key in keys:
        if key not in atlas.sources:
            raise Problem(f"The source “{key}” is not loaded: choose from {listed(list(atlas.sources))}.")
    total, done = len(PLACE) + len(keys) * len(EXHIBITS), 0
    first = _part(atlas, query, keys[0], protected)
    place_exhibits: list[Exhibit] = []
    place_missing: list[tuple[str, str]] = []
    for make in PLACE:
        progress(done, total, "the place")
        _try(make, "The place", first, place_exhibits, place_missing)
        done += 1
    title = f"The place and its people: {first.where}"
    sections = [Section("place", title, "", (), tuple(place_exhibits), tuple(place_missing))]
    for key in keys:
        part = _part(atlas, query, key, protected)
        info = part.loaded.info
        exhibits: list[Exhibit] = []
        missing: list[tuple[str, str]] = []
        for name, make in EXHIBITS.values():
            progress(done, total, f"{info.label}: {name.lower()}")
            if part.total:
                _try(make, name, part, exhibits, missing)
            done += 1
        if not part.total:
            missing.append(("All tables and figures", f"no {info.noun} match these filters."))
        findings = tuple(
            e.finding for e in exhibits if e.key in ("totals", "hotspot_map", "dsr", "day_by_hour")
        )
        sections.append(
            Section(
                key,
                f"{part.what}, {part.period}",
                info.attribution or info.label,
                findings,
                tuple(exhibits),
                tuple(missing),
            )
        )
    progress(total, total, "")
    return Assessment(
        title=f"Needs assessment of violence: {first.where}",
        place=atlas.place,
        banner=_banner(atlas, keys),
        made=made or date.today(),
        sections=_numbered(sections),
        caveats=_caveats(atlas, keys, query, protected),
    )


def _part(atlas: Atlas, query: Query, source: str, protected: bool) -> Part:
    of_source, _ = query.replace(source=source, area="", layer="measure", measure="count").checked(
        atlas.catalogue
    )
    gate = atlas.sources[source].gate if protected else Gate("open")
    return Part(atlas, of_source, gate)


def _try(
    make: Callable[[Part], Exhibit],
    name: str,
    part: Part,
    exhibits: list[Exhibit],
    missing: list[tuple[str, str]],
) -> None:
    try:
        exhibits.append(make(part))
    except NotPossible as reason:
        missing.append((name, str(reason)))


def _numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    numbers = {"Table": 0, "Figure": 0}
    result = []
    for section in sections:
        exhibits = []
        for exhibit in section.exhibits:
            kind = "Figure" if exhibit.chart is not None else "Table"
            numbers[kind] += 1
            exhibits.append(replace(exhibit, number=f"{kind} {numbers[kind]}"))
        result.append(replace(section, exhibits=tuple(exhibits)))
    return tuple(result)


def _banner(atlas: Atlas, keys: Sequence[str]) -> str:
    if atlas.synthetic:
        return "Synthetic demonstration data"
    controlled = any(atlas.sources[key].gate.controlled for key in keys)
    return "Official-sensitive: small numbers protected" if controlled else "Open data"


def _caveats(atlas: Atlas, keys: Sequence[str], query: Query, protected: bool) -> tuple[str, ...]:
    said = []
    if atlas.synthetic:
        said.append(
            "The data are synthetic: made by the program to show what it does. No person or event is real."
        )
    for key in keys:
        info = atlas.sources[key].info
        if info.place == "residence":
            said.append(f"{info.label} are counted where the people live, not where it happened.")
        if info.months and info.gaps:
            gaps = listed([month_name(m) for m in info.gaps[:6]]) + (
                " and others" if len(info.gaps) > 6 else ""
            )
            said.append(f"{info.label}: {gaps} were not loaded; they are gaps, not zeros.")
    notice = next((atlas.sources[k].gate.notice for k in keys if atlas.sources[k].gate.controlled), "")
    if notice and protected:
        labels = listed([atlas.sources[k].info.label for k in keys if atlas.sources[k].gate.controlled])
        said.append(f"{labels}: {notice[0].lower()}{notice[1:]}")
    if query.borough:
        said.append("Comparisons are with the boroughs chosen, not with the whole county.")
    return tuple(said)
