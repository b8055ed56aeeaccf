"""Where do events come from?

A :class:`Source` says what its events are and how far their place and time go; its readers turn one
publisher's file into canonical incidents, one row an event::

    category    label, such as "Violence and sexual offences"
    lsoa        code as the file gives it, missing where the file gives no place
    month       year * 12 + month - 1
    date        day (missing where only the month is known)
    hour        0-23 local wall time (missing where unknown)
    span_hours  hours from the earliest to the latest possible moment (missing where not a range)
    age_band    band of the European Standard Population 2013, "0-4" … "90+"
    sex         "F", "M" or missing
    person      1, 2, 3, … where the file tells which events are the same person's; 0 or missing: not known
    …           attributes of the source, such as ``knife`` or ``arrival_mode``

Readers are strict: one cell that makes no sense refuses the file, naming its row and column. Row 1 is the
header, as a spreadsheet counts. References of crimes, patients and calls are never returned, and persons
only by a number (:func:`parse_persons`); messages never repeat what a cell holds.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from geo.problem import Problem
from geo.query import month_number

AGE_BANDS = (*(f"{start}-{start + 4}" for start in range(0, 90, 5)), "90+")
CANONICAL = ("category", "lsoa", "month", "date", "hour", "span_hours", "age_band", "sex")
NO_CATEGORY = "Not stated"

Grain = Literal["month", "day", "hour"]


# ---------------------------------------------------------------- a file as text


@dataclass(frozen=True)
class Table:
    """A delimited file as text: every cell a string, blank cells missing.

    Attributes
    ----------
    name : str
        The file as its user knows it, such as ``archive.zip: 2021-05/2021-05-kent-street.csv``.
    frame : DataFrame
        One column a header, all of type str.
    """

    name: str
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def text(self, column: str) -> pd.Series:
        """Return a column without surrounding spaces; blank cells are missing."""
        cells = self.frame[column].str.strip()
        return cells.where(cells != "")

    def refuse(self, wrong: pd.Series | np.ndarray, column: str, expected: str) -> None:
        """Raise Problem naming the first row where ``wrong`` is true."""
        wrong = np.asarray(wrong, dtype=bool)
        if wrong.any():
            more = int(wrong.sum()) - 1
            others = f" (and {more:,} more {'row' if more == 1 else 'rows'})" if more else ""
            raise Problem(
                f"{self.name}, row {int(wrong.argmax()) + 2:,}{others}, column “{column}”: {expected}; "
                "correct the file and import it again."
            )


def read_table(name: str, content: bytes) -> Table:
    """Read a CSV file strictly: UTF-8 with or without a byte-order mark, every row as long as the header.

    Parameters
    ----------
    name : str
        How messages call the file.
    content : bytes

    Returns
    -------
    Table

    Raises
    ------
    Problem
        If the file is empty, not UTF-8, a spreadsheet, ragged, or repeats a column name.
    """
    import pyarrow as pa
    import pyarrow.csv

    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise Problem(f"{name} is a spreadsheet: save it as “CSV UTF-8 (comma delimited)” and import that.")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise Problem(f"{name} is empty, without even a header row: download or extract it again.")
    header = next(
        csv.reader(io.StringIO(content[: content.find(b"\n") + 1 or None].decode("utf-8", "replace")))
    )
    for column in header:
        if header.count(column) > 1:
            raise Problem(f"{name} has two columns named “{column}”: give each its own name.")
    try:
        frame = pyarrow.csv.read_csv(
            io.BytesIO(content),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=b'"' in content),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pa.string() for column in header},
                null_values=[""],
                strings_can_be_null=True,
            ),
        ).to_pandas()
    except pa.ArrowInvalid as error:
        raise Problem(_why_unreadable(name, content, len(header))) from error
    return Table(name, frame.astype("str"))


def _why_unreadable(name: str, content: bytes, columns: int) -> str:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return (
            f"{name}, row {row:,}: this is not UTF-8 text; save the file as “CSV UTF-8” and import it again."
        )
    for number, cells in enumerate(rows, start=1):
        if cells and len(cells) != columns:
            return (
                f"{name}, row {number:,}: {len(cells)} cells where the header has {columns}; "
                "correct the row (a comma within a cell needs quotation marks) and import the file again."
            )
    return f"{name} is not a well-formed CSV file: save it again as “CSV UTF-8 (comma delimited)”."


# ---------------------------------------------------------------- cells


def _looks(cells: pd.Series, pattern: str) -> pd.Series:
    """Whether each cell matches a pattern as a whole; a missing one does not."""
    return cells.astype("str").str.fullmatch(pattern).astype(bool)


def parse_dates(table: Table, column: str, form: str = "%d/%m/%Y", *, optional: bool = False) -> pd.Series:
    """Read a column of dates, or of dates with times, in one stated form; nothing is guessed.

    Returns
    -------
    Series of datetime64[s]
        Missing only where the cell is blank and ``optional``.

    Raises
    ------
    Problem
        At a blank cell that must not be, a date that does not exist or is not in the form, or a date
        before 1990 or in the future.
    """
    return _dates(table, column, [form], optional=optional)


def parse_moments(
    table: Table, column: str, form: str, *, optional: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Read a column of dates whose time of day may be left out, in one stated form (``%d/%m/%Y %H:%M``).

    Returns
    -------
    moments : Series of datetime64[s]
        Midnight where there is no time.
    hours : Series of Int8
        Missing where there is no time.

    Raises
    ------
    Problem
        As :func:`parse_dates`.
    """
    moments = _dates(table, column, [form, form.partition(" ")[0]], optional=optional)
    timed = table.text(column).str.contains(" ", regex=False).astype(bool)
    return moments, moments.dt.hour.where(timed).astype("Int8")


def _dates(table: Table, column: str, forms: list[str], *, optional: bool) -> pd.Series:
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    parsed = pd.Series(pd.NaT, index=range(len(distinct)), dtype="datetime64[s]")
    for form in forms:
        read = pd.to_datetime(pd.Series(distinct, dtype="str"), format=form, errors="coerce")
        parsed = parsed.fillna(read.dt.as_unit("s"))
    values = parsed.reindex(positions).reset_index(drop=True)
    like = _like(forms[0])
    table.refuse(values.isna() & cells.notna(), column, f"not a date written like {like}")
    if not optional:
        table.refuse(cells.isna(), column, f"blank, where a date written like {like} is needed")
    beyond = (values < pd.Timestamp(1990, 1, 1)) | (values > pd.Timestamp.now() + pd.Timedelta(days=1))
    table.refuse(beyond, column, "a date before 1990 or in the future")
    return values


def _like(form: str) -> str:
    return pd.Timestamp(2023, 12, 31, 23, 59).strftime(form)


def parse_hours(table: Table, column: str, form: str = "%H:%M") -> pd.Series:
    """Read the hour (0-23) of a column of times of day; blank cells are missing.

    Raises
    ------
    Problem
        At a cell that is no time in the stated form.
    """
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    parsed = pd.to_datetime(pd.Series(distinct, dtype="str"), format=form, errors="coerce").dt.hour
    hours = parsed.reindex(positions).reset_index(drop=True)
    table.refuse(hours.isna() & cells.notna(), column, f"not a time of day written like {_like(form)}")
    return hours.astype("Int8")


def parse_months(table: Table, column: str) -> pd.Series:
    """Read a column of months written YYYY-MM as month numbers.

    Raises
    ------
    Problem
        At a cell that is no month.
    """
    cells = table.text(column)
    table.refuse(
        ~_looks(cells, r"(19|20|21)\d\d-(0[1-9]|1[0-2])"), column, "not a month written like 2023-12"
    )
    positions, distinct = pd.factorize(cells)
    return pd.Series(np.array([month_number(text) for text in distinct], dtype="int32")[positions])


def parse_areas(table: Table, column: str) -> pd.Series:
    """Read a column of area codes; blank cells and the pseudo codes for "not known" are missing.

    E99999999, X99999999 and Z99999999 mean that the place is not known; codes of Scotland, Wales and
    Northern Ireland, pseudo codes among them, are places and stay.
    """
    cells = table.text(column)
    table.refuse(
        cells.notna() & ~_looks(cells, r"[A-Z]\d{8}"),
        column,
        "not an area code of one letter and eight digits, like E01017540",
    )
    return cells.where(~cells.isin(["E99999999", "X99999999", "Z99999999"]))


def parse_ages(table: Table, column: str) -> pd.Series:
    """Read ages in whole years as bands of the European Standard Population; blank cells are missing.

    7001-7007 are hospital codes of babies under one year.
    """
    cells = table.text(column)
    ages = pd.to_numeric(cells.where(_looks(cells, r"\d{1,4}")))
    ages = ages.where(~ages.between(7001, 7007), 0)
    table.refuse(~ages.between(0, 120) & cells.notna(), column, "not an age in whole years from 0 to 120")
    return age_bands(ages)


def age_bands(ages: pd.Series) -> pd.Series:
    """Return the band of the European Standard Population 2013 of each age in years (missing stays missing).

    >>> age_bands(pd.Series([0, 17, 93, None])).tolist()
    ['0-4', '15-19', '90+', nan]
    """
    bands = pd.cut(ages, [*range(0, 95, 5), np.inf], right=False, labels=list(AGE_BANDS))
    return bands.astype("str").where(bands.notna())


_SEXES = {
    **dict.fromkeys(["M", "MALE", "1"], "M"),
    **dict.fromkeys(["F", "FEMALE", "2"], "F"),
    **dict.fromkeys(["U", "X", "I", "N", "Z", "0", "9", "OTHER", "UNKNOWN", "NOT KNOWN", "NOT STATED"], None),
    **dict.fromkeys(["NOT SPECIFIED", "UNSPECIFIED", "INDETERMINATE", "NON-BINARY"], None),
}


def parse_sexes(table: Table, column: str) -> pd.Series:
    """Read sex or gender as "F" or "M"; anything else that publishers write is missing.

    Raises
    ------
    Problem
        At a cell that no publisher writes, since the columns may have slipped.
    """
    cells = table.text(column).str.upper()
    table.refuse(cells.notna() & ~cells.isin(_SEXES), column, "neither M, F (or 1, 2) nor a code for unknown")
    return cells.map(_SEXES).astype("str")


PERSONS = ("TOKEN_PERSON_ID", "PSEUDO_HESID", "EXTRACT_HESID", "ENCRYPTED_HESID")
"""Columns, in any case, in which NHS England's extracts name a patient by a pseudonym; the first counts."""
_NOBODY = ("", "0", "-1", "NULL", "NONE", "NA", "N/A", "UNKNOWN", "NOT KNOWN")


def parse_persons(table: Table, column: str) -> pd.Series:
    """Number the persons of a column of identifiers; nothing of the identifiers is kept.

    The numbers 1, 2, 3, … are dealt out in an order that only all the identifiers together decide, so that
    the same file gives the same numbers, and a number tells nothing but which events are the same person's.

    Returns
    -------
    Series of int32
        0 where the cell is blank or a code for "not known".
    """
    cells = table.text(column)
    codes, distinct = pd.factorize(cells.mask(cells.str.upper().isin(_NOBODY)))
    order = hashlib.sha256("\n".join(sorted(distinct)).encode()).digest()
    numbers = np.random.default_rng(list(order)).permutation(len(distinct)) + 1
    return pd.Series(np.append(numbers, 0)[codes], dtype="int32")


def _persons(table: Table) -> dict[str, pd.Series]:
    """Persons of an extract of NHS England, as an attribute, where it names them."""
    columns = {column.upper(): column for column in table.frame}
    named = next((columns[name] for name in PERSONS if name in columns), None)
    return {} if named is None else {"person": parse_persons(table, named)}


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Incidents of several files one after the other; a person of one is never taken for one of another."""
    events = pd.concat(frames, ignore_index=True)
    if "person" in events:
        person = events["person"].fillna(0).to_numpy(np.int64)
        of = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
        numbers, _ = pd.factorize(pd.MultiIndex.from_arrays([of[person > 0], person[person > 0]]))
        person[person > 0] = numbers + 1
        events["person"] = person.astype(np.int32)
    return events


def parse_flags(table: Table, column: str) -> pd.Series:
    """Read a Y/N column as true, false or missing."""
    cells = table.text(column).str.upper()
    known = {"Y": True, "N": False, "YES": True, "NO": False, "TRUE": True, "FALSE": False}
    table.refuse(cells.notna() & ~cells.isin(known), column, "neither Y nor N")
    return cells.map(known).astype("boolean")


def parse_whole_numbers(table: Table, column: str) -> pd.Series:
    """Read a column of whole numbers, 0 or more; blank cells are missing."""
    cells = table.text(column)
    numbers = pd.to_numeric(cells.where(_looks(cells, r"\d{1,9}")))
    table.refuse(numbers.isna() & cells.notna(), column, "not a whole number")
    return numbers.astype("Int32")


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
        Columns of :data:`CANONICAL` in order, then the attributes. ``month`` is taken from ``date`` unless
        given.
    """
    n = len(category)
    if date is None:
        date = pd.Series(pd.NaT, index=range(n), dtype="datetime64[s]")
    if month is None:
        month = date.dt.year * 12 + date.dt.month - 1

    def text(values: pd.Series | None) -> pd.Series:
        return pd.Series(np.nan, index=range(n), dtype="str") if values is None else values.astype("str")

    return pd.DataFrame(
        {
            "category": category.fillna(NO_CATEGORY).astype("str"),
            "lsoa": text(lsoa),
            "month": month.astype("int32"),
            "date": date.dt.normalize().dt.as_unit("s"),
            "hour": pd.Series(pd.NA, index=range(n), dtype="Int8") if hour is None else hour.astype("Int8"),
            "span_hours": pd.Series(np.nan, index=range(n)).astype("float32")
            if span_hours is None
            else span_hours.astype("float32"),
            "age_band": text(age_band),
            "sex": text(sex),
            **attributes,
        }
    )


# ---------------------------------------------------------------- readers


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
    """

    name: str
    columns: tuple[str, ...]
    parse: Callable[[Table], pd.DataFrame]
    grain: Grain
    reference: str | None = None
    archive: str | None = None

    def recognise(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is in this format."""
        return set(self.columns) <= set(header)


def _police_street(table: Table) -> pd.DataFrame:
    return incidents(
        category=table.text("Crime type"),
        lsoa=parse_areas(table, "LSOA code"),
        month=parse_months(table, "Month"),
    )


def _force_extract(table: Table) -> pd.DataFrame:
    start, hour = parse_moments(table, "Committed From", "%d/%m/%Y %H:%M")
    end, end_hour = parse_moments(table, "Committed To", "%d/%m/%Y %H:%M", optional=True)
    timed = hour.notna() & end_hour.notna()
    table.refuse((end < start) & timed, "Committed To", "earlier than “Committed From”")
    return incidents(
        category=table.text("Offence Group"),
        lsoa=parse_areas(table, "LSOA Code"),
        date=start,
        hour=hour,
        span_hours=((end - start).dt.total_seconds() / 3600).where(timed),
        age_band=parse_ages(table, "Victim Age"),
        sex=parse_sexes(table, "Victim Sex"),
        offence_code=table.text("Home Office Code"),
        domestic_abuse=parse_flags(table, "Domestic Abuse"),
        knife=parse_flags(table, "Knife"),
        injury=parse_flags(table, "Injury"),
        aggravating=table.text("Aggravating Factor"),
    )


def _ambulance(table: Table) -> pd.DataFrame:
    call, hour = parse_moments(table, "Call Connected", "%d/%m/%Y %H:%M:%S")
    return incidents(
        category=table.text("Nature of Call"),
        lsoa=parse_areas(table, "LSOA Code"),
        date=call,
        hour=hour,
        age_band=parse_ages(table, "Patient Age"),
        sex=parse_sexes(table, "Patient Sex"),
        problem=table.text("Chief Complaint Code"),
        conveyed=parse_flags(table, "Conveyed"),
    )


def _emergency_care(table: Table) -> pd.DataFrame:
    return incidents(
        category=table.text("Injury_Mechanism"),
        lsoa=parse_areas(table, "LSOA_Of_Residence"),
        date=parse_dates(table, "Arrival_Date"),
        hour=parse_hours(table, "Arrival_Time"),
        age_band=parse_ages(table, "Age_At_Arrival"),
        sex=parse_sexes(table, "Stated_Gender"),
        arrival_mode=table.text("Arrival_Mode"),
        **_persons(table),
    )


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
    cause = table.text("CAUSE_4").str.upper()
    table.refuse(
        ~_looks(cause, r"(X(8[5-9]|9\d)|Y0\d).?"),
        "CAUSE_4",
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
        **_persons(table),
    )


def _stop_and_search(table: Table) -> pd.DataFrame:
    cells = table.text("Date")
    positions, distinct = pd.factorize(cells)
    parsed = pd.to_datetime(pd.Series(distinct, dtype="str"), format="ISO8601", utc=True, errors="coerce")
    local = parsed.dt.tz_convert("Europe/London").dt.tz_localize(None).dt.as_unit("s")
    moment = local.reindex(positions).reset_index(drop=True)
    zoned = _looks(cells, r".+(Z|[+-]\d\d:\d\d)")
    table.refuse(moment.isna() | ~zoned, "Date", "not a moment written like 2023-12-31T23:59:00+00:00")
    return incidents(
        category=table.text("Object of search"),
        date=moment,
        hour=moment.dt.hour,
        sex=parse_sexes(table, "Gender"),
    ).assign(
        longitude=parse_degrees(table, "Longitude", -9, 3), latitude=parse_degrees(table, "Latitude", 49, 62)
    )


def parse_degrees(table: Table, column: str, lowest: float, highest: float) -> pd.Series:
    """Read longitudes or latitudes (EPSG:4326, degrees); blank cells are missing."""
    cells = table.text(column)
    degrees = pd.to_numeric(cells, errors="coerce").astype("float64")
    wrong = cells.notna() & ~degrees.between(lowest, highest)
    table.refuse(wrong, column, f"not degrees between {lowest} and {highest}, where the United Kingdom lies")
    return degrees


def _headers(line: str) -> tuple[str, ...]:
    return tuple(line.split(","))


POLICE_STREET = Reader(
    "police.uk street file",
    ("Crime ID", "Month", "LSOA code", "Crime type"),
    _police_street,
    "month",
    reference="Crime ID",
    archive="street",
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
)
ADMITTED_CARE = Reader(
    "admitted patient care (HES) extract",
    _headers("EPIKEY,ADMIDATE,LSOA11,STARTAGE,SEX,ADMIMETH,DIAG_01,CAUSE_4,SPELDUR"),
    _admissions,
    "day",
    reference="EPIKEY",
)
POLICE_STOPS = Reader(
    "police.uk stop and search file",
    ("Type", "Date", "Latitude", "Longitude", "Gender", "Object of search"),
    _stop_and_search,
    "hour",
    archive="stop-and-search",
)


# ---------------------------------------------------------------- sources


@dataclass(frozen=True)
class Source:
    """A kind of event, and what may be said of it.

    Attributes
    ----------
    key : str
        Its name in URLs and commands.
    label : str
        Its name on screen, "Police offences".
    noun : tuple of (str, str)
        One event and several: ("offence", "offences").
    moment : str
        What its time is the time of: "committed", "call", "arrival", "admission".
    place : {'occurrence', 'residence'}
        What its area is the area of.
    disclosure : {'open', 'controlled'}
        Whether small counts are protected.
    readers : tuple of Reader
        The formats in which it comes; empty for a source that was registered by a mapping and is read back
        from a data folder.
    attribution : str
        The line that names its publisher and licence.
    """

    key: str
    label: str
    noun: tuple[str, str]
    moment: str
    place: Literal["occurrence", "residence"]
    disclosure: Literal["open", "controlled"]
    readers: tuple[Reader, ...] = ()
    attribution: str = ""

    def described(self) -> dict[str, Any]:
        """Return all but the readers, as stored in a data folder's manifest."""
        return {
            "label": self.label,
            "noun": list(self.noun),
            "moment": self.moment,
            "place": self.place,
            "disclosure": self.disclosure,
            "attribution": self.attribution,
        }


_OPEN_POLICE = (
    "Contains public sector information licensed under the Open Government Licence v3.0 (data.police.uk)"
)
_NHS = "Hospital Episode Statistics, NHS England: controlled, shown with small numbers suppressed"

SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source(
            "offences",
            "Police offences",
            ("offence", "offences"),
            "committed",
            "occurrence",
            "open",
            (POLICE_STREET, FORCE_EXTRACT),
            _OPEN_POLICE,
        ),
        Source(
            "ambulance",
            "Ambulance call-outs",
            ("call-out", "call-outs"),
            "call",
            "occurrence",
            "controlled",
            (AMBULANCE_CAD,),
            "Ambulance service dispatch data: controlled, shown with small numbers suppressed",
        ),
        Source(
            "ae",
            "A&E attendances",
            ("attendance", "attendances"),
            "arrival",
            "residence",
            "controlled",
            (EMERGENCY_CARE,),
            "Emergency Care Data Set, NHS England: controlled, shown with small numbers suppressed",
        ),
        Source(
            "admissions",
            "Hospital admissions",
            ("admission", "admissions"),
            "admission",
            "residence",
            "controlled",
            (ADMITTED_CARE,),
            _NHS,
        ),
        Source(
            "stop_and_search",
            "Stop and search",
            ("search", "searches"),
            "search",
            "occurrence",
            "open",
            (POLICE_STOPS,),
            _OPEN_POLICE,
        ),
    )
}


def reader_for(source: Source, table: Table) -> Reader:
    """Return the source's reader for a file.

    Raises
    ------
    Problem
        If the header is none that the source comes with, naming what is missing of the nearest one.
    """
    header = list(table.frame.columns)
    for reader in source.readers:
        if reader.recognise(header):
            return reader
    nearest = min(source.readers, key=lambda reader: len(set(reader.columns) - set(header)))
    missing = [f"“{column}”" for column in nearest.columns if column not in header]
    raise Problem(
        f"{table.name} has an unknown header: as a {nearest.name} it lacks {', '.join(missing)}; "
        "check that it is the file meant, or describe its columns with --mapping."
    )


def stored_sources(manifest: dict[str, Any]) -> dict[str, Source]:
    """Return the sources that have events in a data folder, those registered by a mapping among them.

    Parameters
    ----------
    manifest : dict
        ``Snapshot.manifest``.
    """
    keys = dict.fromkeys(batch["source"] for batch in manifest["batches"].values())
    return {
        key: Source(key, **{**manifest["sources"][key], "noun": tuple(manifest["sources"][key]["noun"])})
        for key in keys
    }
