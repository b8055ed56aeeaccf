"""How does each publisher write its events?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.ask.factors import FACTORS
from geo.ask.words import slug
from geo.data.distinct import filled, mapped, packed, stacked, unknown
from geo.data.exclusions import points_of
from geo.data.moments import (
    days_and_months,
    hours_between,
    parse_dates,
    parse_moments,
    parse_months,
    parse_times,
)
from geo.data.read_persons import VICTIM, read_cells, read_circumstances
from geo.data.table import (
    PERSONS,
    Table,
    looks_like,
    parse_ages,
    parse_areas,
    parse_degrees,
    parse_flags,
    parse_sexes,
    parse_whole_numbers,
    persons_of,
)

CANONICAL = ("category", "lsoa", "month", "date", "hour", "span_hours", "age_band", "sex")
NO_CATEGORY = "Not stated"
Grain = Literal["month", "day", "hour"]


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Incidents of several files one after the other; a person of one is never taken for one of another."""
    events = stacked(frames)
    if "person" in events:
        person = events["person"].fillna(0).to_numpy(np.int64)
        of = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
        numbers, _ = pd.factorize(pd.MultiIndex.from_arrays([of[person > 0], person[person > 0]]))
        person[person > 0] = numbers + 1
        events["person"] = person.astype(np.int32)
    return events


def known_again(events: pd.DataFrame) -> pd.DataFrame:
    """Number the persons of several deliveries alike, each by the key of their reference, which goes.

    A person of a delivery that was imported before persons had keys is known within that one only.
    """
    if "person_key" not in events:
        return events
    key = events.pop("person_key").fillna(0).to_numpy(np.int64)
    person = events["person"].fillna(0).to_numpy(np.int64)
    numbers, _ = pd.factorize(np.where(key, key, -person)[person > 0])
    person[person > 0] = numbers + 1
    return events.assign(person=person.astype(np.int32))


def spelt(counts: Mapping[str, int]) -> dict[str, str]:
    """Under which spelling each label of a category counts, by how many rows have it.

    >>> spelt({"THEFT": 1, "Theft": 2, "?": 1})
    {'THEFT': 'Theft', 'Theft': 'Theft', '?': 'Not stated'}
    """
    usual: dict[str, str] = {}
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        usual.setdefault(slug(label), label)
    return {label: usual[slug(label)] if slug(label) else NO_CATEGORY for label in counts}


def spellings(categories: pd.Series) -> tuple[pd.Series, list[str]]:
    """Make one category of all its spellings ("Theft from the person", "Theft From The Person").

    Returns
    -------
    categories : Series
        Packed; each under the most frequent spelling of the same name in an address
        (:func:`geo.ask.words.slug`).
    notes : list of str
        What was merged.

    >>> spellings(pd.Series(["Theft", "THEFT", "Theft", "?"]))[0].tolist()
    ['Theft', 'Theft', 'Theft', 'Not stated']
    """
    counts = categories.value_counts()
    counts = counts[counts > 0]
    shown = spelt(counts.to_dict())
    notes = [
        f"{counts[label]:,} rows of “{label}” count as “{shown[label]}”, another spelling of it."
        for label in counts.index
        if shown[label] != label
    ]
    return mapped(categories, lambda labels: labels.map(shown)), notes


def incidents(
    *,
    category: pd.Series,
    lsoa: pd.Series | None = None,
    month: pd.Series | None = None,
    date: pd.Series | None = None,
    hour: pd.Series | None = None,
    span_hours: pd.Series | None = None,
    age_band: pd.Series | None = None,
    sex: pd.Series | None = None,
    **attributes: pd.Series,
) -> pd.DataFrame:
    """Assemble canonical incidents from what a file gives; what it does not give is missing.

    Returns
    -------
    DataFrame
        Columns of :data:`CANONICAL` in order, then the attributes; text is packed. ``month`` is taken from
        ``date`` unless given.
    """
    n = len(category)
    if date is None:
        date = pd.Series(pd.NaT, index=range(n), dtype="datetime64[s]")
    day, within = days_and_months(date)
    if month is None:
        month = pd.Series(within)  # a row without a date is set aside

    def text(values: pd.Series | None) -> pd.Series:
        return unknown(n) if values is None else packed(values)

    return pd.DataFrame(
        {
            "category": filled(category, NO_CATEGORY),
            "lsoa": text(lsoa),
            "month": month.astype("int32"),
            "date": pd.Series(day),
            "hour": pd.Series(pd.NA, index=range(n), dtype="Int8") if hour is None else hour.astype("Int8"),
            "span_hours": pd.Series(np.nan, index=range(n)).astype("float32")
            if span_hours is None
            else span_hours.astype("float32"),
            "age_band": text(age_band),
            "sex": text(sex),
            **attributes,
        }
    )


@dataclass(frozen=True)
class Reader:
    """One publisher's file format.

    Attributes
    ----------
    name : str
        The format in words.
    columns : tuple of str
        Headers that the file must have; others are left out.
    parse : callable
        From a :class:`Table` to canonical incidents. Where the format gives points, the columns
        ``longitude`` and ``latitude`` (EPSG:4326) take the place of area codes.
    grain : {'month', 'day', 'hour'}
        How finely the format gives time.
    reference : str or None
        Column of the publisher's own reference, only ever used to count repeats.
    archive : str or None
        Name of the file's kind within a police.uk archive, ``YYYY-MM-<force>-<archive>.csv``.
    moved : tuple of str
        Months, ``YYYY-MM``, from which on its publisher places events at other points than before.
    internal : bool
        Whether such a file is never open data, whatever else its source comes from.
    persons : tuple of str
        Columns, in any case, that name persons; a file with one is read whole, since persons are told apart
        within a file.
    spread : bool
        Whether it gives years or a longer period, whose events are spread evenly over the months.
    period : tuple of (int, int), or None
        First and last month of all its events, where it has neither dates nor months.
    """

    name: str
    columns: tuple[str, ...]
    parse: Callable[[Table], pd.DataFrame]
    grain: Grain
    reference: str | None = None
    archive: str | None = None
    moved: tuple[str, ...] = ()
    internal: bool = False
    persons: tuple[str, ...] = ()
    spread: bool = False
    period: tuple[int, int] | None = None

    def covered(self, months: Sequence[int]) -> list[int]:
        """Months that a file covers whose events lie in some months: whole years where it gives years."""
        if not self.spread:
            return sorted(months)
        if self.period:
            return list(range(self.period[0], self.period[1] + 1))
        return [year * 12 + month for year in sorted({m // 12 for m in months}) for month in range(12)]

    def recognise(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is in this format."""
        return set(self.columns) <= set(header)

    def row_by_row(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is in this format and none of its rows needs another one."""
        named = {column.upper() for column in self.persons} & {column.upper() for column in header}
        return self.recognise(header) and not named


def _police_street(table: Table) -> pd.DataFrame:
    return incidents(
        category=table.words("Crime type"),
        lsoa=parse_areas(table, "LSOA code"),
        month=parse_months(table, "Month"),
        **_snap_points(table),
        **reporter_of(table, "Reported by"),
    )


_LANDMARKS = frozenset(
    f"On or near {kind}"
    for kind in (
        *(
            "Prison",
            "Hospital",
            "Police Station",
            "Shopping Area",
            "Supermarket",
            "Petrol Station",
            "Nightclub",
        ),
        *(
            "Bus/Coach Station",
            "Airport/Airfield",
            "Motorway Service Area",
            "Parking Area",
            "Park/Open Space",
        ),
        *(
            "Sports/Recreation Area",
            "Theatre/Concert Hall",
            "Further/Higher Educational Building",
            "Ferry Terminal",
        ),
        *("Race Track", "Theme/Adventure Park", "Conference/Exhibition Centre", "Pedestrian Subway"),
    )
)
"""Kinds of place that police.uk names instead of a street."""


def _snap_points(table: Table) -> dict[str, pd.Series]:
    """The anonymous places to which police.uk moves events, where the file has them."""
    if not {"Longitude", "Latitude"} <= set(table.names):
        return {}
    words = None
    if "Location" in table.names:  # what stands there; the names of streets are not kept
        words = mapped(table.words("Location"), lambda cells: cells.where(cells.isin(_LANDMARKS)))
    return {"point": points_of(table.words("Longitude"), table.words("Latitude"), words)}


def _police_outcomes(table: Table) -> pd.DataFrame:
    return incidents(
        category=table.words("Outcome type"),
        lsoa=parse_areas(table, "LSOA code"),
        month=parse_months(table, "Month"),
        **reporter_of(table, "Reported by"),
    )


def reporter_of(table: Table, column: str) -> dict[str, pd.Series]:
    """Who reports each event, where the file has the column."""
    return {"reporter": table.words(column)} if column in table.names else {}


def _force_extract(table: Table) -> pd.DataFrame:
    start, hour = parse_moments(table, "Committed From", "%d/%m/%Y %H:%M")
    end, end_hour = parse_moments(table, "Committed To", "%d/%m/%Y %H:%M", optional=True)
    timed = hour.notna() & end_hour.notna()
    table.refuse((end < start) & timed, "Committed To", "earlier than “Committed From”")
    return incidents(
        category=table.words("Offence Group"),
        lsoa=parse_areas(table, "LSOA Code"),
        date=start,
        hour=hour,
        span_hours=hours_between(start, end, timed),
        age_band=parse_ages(table, "Victim Age"),
        sex=parse_sexes(table, "Victim Sex"),
        offence_code=table.words("Home Office Code"),
        offence=table.words("Offence"),
        domestic_abuse=parse_flags(table, "Domestic Abuse"),
        knife=parse_flags(table, "Knife"),
        injury=parse_flags(table, "Injury"),
        aggravating=table.words("Aggravating Factor"),
        **read_circumstances(table),
    )


def _ambulance(table: Table) -> pd.DataFrame:
    call, hour = parse_moments(table, "Call Connected", "%d/%m/%Y %H:%M:%S")
    return incidents(
        category=table.words("Nature of Call"),
        lsoa=parse_areas(table, "LSOA Code"),
        date=call,
        hour=hour,
        age_band=parse_ages(table, "Patient Age"),
        sex=parse_sexes(table, "Patient Sex"),
        problem=table.words("Chief Complaint Code"),
        conveyed=parse_flags(table, "Conveyed"),
    )


def _emergency_care(table: Table) -> pd.DataFrame:
    date, hour = parse_times(table, "Arrival_Time", parse_dates(table, "Arrival_Date"))
    return incidents(
        category=table.words("Injury_Mechanism"),
        lsoa=parse_areas(table, "LSOA_Of_Residence"),
        date=date,
        hour=hour,
        age_band=parse_ages(table, "Age_At_Arrival"),
        sex=parse_sexes(table, "Stated_Gender"),
        arrival_mode=table.words("Arrival_Mode"),
        **persons_of(table),
    )


_ASSAULT = r"(X(8[5-9]|9\d)|Y0\d).?"
_DIAGNOSIS = re.compile(r"DIAG_(0[1-9]|1\d|20)")
_ASSAULTS = {
    "X93": "Assault with a firearm",
    "X94": "Assault with a firearm",
    "X95": "Assault with a firearm",
    "X99": "Assault with a sharp object",
    "Y00": "Assault with a blunt object",
    "Y04": "Assault by bodily force",
    "Y05": "Sexual assault",
    "Y06": "Neglect or maltreatment",
    "Y07": "Neglect or maltreatment",
}


def _admissions(table: Table) -> pd.DataFrame:
    given = ["CAUSE_4"] if "CAUSE_4" in table.names else [c for c in _diagnoses(table) if c != "DIAG_01"]
    cause = pd.Series(np.nan, index=range(len(table)), dtype="str")
    for column in given:
        code = table.text(column).str.upper()
        cause = cause.fillna(code.where(looks_like(code, _ASSAULT)))
    table.refuse(
        cause.isna(),
        given[0],
        "not an external cause of assault (X85 to Y09); extract admissions for assault only, or describe "
        "the file with --mapping",
    )
    method = table.text("ADMIMETH").str.upper()
    return incidents(
        category=cause.str[:3].map(_ASSAULTS).fillna("Other assault"),
        lsoa=parse_areas(table, "LSOA11"),
        date=parse_dates(table, "ADMIDATE"),
        age_band=parse_ages(table, "STARTAGE"),
        sex=parse_sexes(table, "SEX"),
        through_ae=method.isin(["21", "2A"]).astype("boolean"),
        days=parse_whole_numbers(table, "SPELDUR"),
        diagnosis=_groups_of_diagnoses(table),
        **persons_of(table),
    )


def _diagnoses(table: Table) -> list[str]:
    return [column for column in table.names if _DIAGNOSIS.fullmatch(column)]


def _groups_of_diagnoses(table: Table) -> pd.Series:
    """Groups of diagnoses in any position; missing where the file gives the first alone."""
    columns = _diagnoses(table)
    if len(columns) < 2:
        return unknown(len(table))
    first, *others = (table.text(column).fillna("") for column in columns)
    return read_cells(first.str.cat(others, sep=";"), FACTORS["diagnosis"])


def _stop_and_search(table: Table) -> pd.DataFrame:
    cells = table.text("Date")
    positions, distinct = pd.factorize(cells)
    parsed = pd.to_datetime(pd.Series(distinct, dtype="str"), format="ISO8601", utc=True, errors="coerce")
    local = parsed.dt.tz_convert("Europe/London").dt.tz_localize(None).dt.as_unit("s")
    moment = local.reindex(positions).reset_index(drop=True)
    zoned = looks_like(cells, r".+(Z|[+-]\d\d:\d\d)")
    table.refuse(moment.isna() | ~zoned, "Date", "not a moment written like 2023-12-31T23:59:00+00:00")
    longitude, latitude = parse_degrees(table, "Longitude", "Latitude")
    return incidents(
        category=table.words("Object of search"),
        date=moment,
        hour=moment.dt.hour,
        sex=parse_sexes(table, "Gender"),
    ).assign(longitude=longitude, latitude=latitude)


def _headers(line: str) -> tuple[str, ...]:
    return tuple(line.split(","))


SNAP_POINTS = ("2022-07",)
"""Since then police.uk moves events to the points of another list of anonymous places."""

POLICE_STREET = Reader(
    "police.uk street file",
    ("Crime ID", "Month", "LSOA code", "Crime type"),
    _police_street,
    "month",
    reference="Crime ID",
    archive="street",
    moved=SNAP_POINTS,
)


FORCE_EXTRACT = Reader(
    "dated extract of a force",
    _headers(
        "Crime Reference,Home Office Code,Offence,Offence Group,Committed From,Committed To,Recorded,"
        "LSOA Code,Victim Age,Victim Sex,Domestic Abuse,Knife,Injury,Aggravating Factor"
    ),
    _force_extract,
    "hour",
    reference="Crime Reference",
    internal=True,
    persons=(VICTIM,),
)


AMBULANCE_CAD = Reader(
    "ambulance dispatch extract",
    _headers(
        "Incident Number,Call Connected,Nature of Call,Chief Complaint Code,LSOA Code,Patient Age,"
        "Patient Sex,Conveyed"
    ),
    _ambulance,
    "hour",
    reference="Incident Number",
)


EMERGENCY_CARE = Reader(
    "emergency care (ECDS) extract",
    _headers(
        "EC_Ident,Arrival_Date,Arrival_Time,LSOA_Of_Residence,Age_At_Arrival,Stated_Gender,Arrival_Mode,"
        "Injury_Intent,Injury_Mechanism,Discharge_Destination"
    ),
    _emergency_care,
    "hour",
    reference="EC_Ident",
    persons=PERSONS,
)


ADMITTED_CARE = Reader(
    "admitted patient care (HES) extract",
    _headers("EPIKEY,ADMIDATE,LSOA11,STARTAGE,SEX,ADMIMETH,DIAG_01,CAUSE_4,SPELDUR"),
    _admissions,
    "day",
    reference="EPIKEY",
    persons=PERSONS,
)


SECONDARY_DIAGNOSES = Reader(
    "admitted patient care (HES) extract with secondary diagnoses",
    _headers("EPIKEY,ADMIDATE,LSOA11,STARTAGE,SEX,ADMIMETH,DIAG_01,DIAG_02,SPELDUR"),
    _admissions,
    "day",
    reference="EPIKEY",
    persons=PERSONS,
)


POLICE_OUTCOMES = Reader(
    "police.uk outcomes file",
    ("Crime ID", "Month", "LSOA code", "Outcome type"),
    _police_outcomes,
    "month",
    archive="outcomes",
    moved=SNAP_POINTS,
)


POLICE_STOPS = Reader(
    "police.uk stop and search file",
    ("Type", "Date", "Latitude", "Longitude", "Gender", "Object of search"),
    _stop_and_search,
    "hour",
    archive="stop-and-search",
    moved=SNAP_POINTS,
)
