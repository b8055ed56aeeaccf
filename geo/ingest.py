"""What happens to a file on its way in?

:func:`take` reads one delivery of files of one kind, checks it against what is loaded, and puts it into a
transaction of the store; a file that cannot be taken whole raises Problem and the store stays as it was.
:func:`import_files` is the same with a transaction of its own: what ``hotspots import`` does.

Small areas come first, since every other file is cut down to them or joined to them.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo import boundaries
from geo.boundaries import OUTSIDE
from geo.problem import Problem
from geo.query import month_number, month_text
from geo.reference import read_reference
from geo.severity import read_weights
from geo.sources import SOURCES, Reader, Source, Table, read_table, reader_for, together
from geo.store import Store, Transaction
from geo.weights import WEIGHTS

Progress = Callable[[int, int, str], None]
"""Told (files done, files in all, name of the file at work)."""


def no_progress(done: int, total: int, name: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Receipt:
    """What became of one delivery; kept in the manifest's history.

    Attributes
    ----------
    kind : str
        ``boundaries``, ``lookup``, ``population``, ``deprivation``, ``places`` or a source's key.
    files : list of dict
        ``name`` and ``sha256`` of each file.
    role : str
        The stored table, or empty where nothing was stored because all was there already.
    rows : int
        Rows read.
    in_county, outside, unlocated, untimed : int
        Of the rows of events: in a loaded area, elsewhere, without a place; and without an hour.
    identical, repeated_references : int
        Rows that equal another row without a reference, and rows whose reference stands in another row;
        all are kept and counted.
    months : list of str
        Months covered, ``YYYY-MM``; a covered month without rows is a zero, any other month a gap.
    replaced : list of str
        Months whose earlier events this delivery replaced.
    vintage : str
        Code column of the file's areas (``lsoa11cd``).
    conversion : dict or None
        :class:`geo.boundaries.Conversion` where the vintage was converted.
    grain : str
        ``month``, ``day`` or ``hour``.
    notes : list of str
        What else its reader should know, in plain English.
    imported : str
        Moment of the import, UTC.
    """

    kind: str
    files: list[dict[str, str]]
    role: str = ""
    rows: int = 0
    in_county: int = 0
    outside: int = 0
    unlocated: int = 0
    untimed: int = 0
    identical: int = 0
    repeated_references: int = 0
    months: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    vintage: str = ""
    conversion: dict[str, Any] | None = None
    grain: str = ""
    notes: list[str] = field(default_factory=list)
    imported: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def lines(self) -> list[tuple[str, str]]:
        """Say it in numbers: pairs of a number and what it counts."""
        if not self.role:
            return []
        always, more = [(self.rows, "rows read")], []
        if not self.grain:
            always.append((self.in_county, "areas or places kept"))
            more.append((self.outside, "areas beyond the county, left out"))
        else:
            always.append((self.in_county, "in the county"))
            always.append((self.outside, "outside the county"))
            always.append((self.unlocated, "without a place"))
            more.append((self.untimed if self.grain == "hour" else 0, "without a time of day"))
            more.append((self.identical, "equal another row without a reference: kept, as separate events"))
            more.append((self.repeated_references, "repeat the reference of another row: kept"))
        if self.conversion:
            old, new = (f"20{self.conversion[end][4:6]}" for end in ("source", "target"))
            several = f"{self.conversion['areas_apportioned']} areas of {old} that have several successors"
            more.append(
                (self.conversion["unchanged"], f"of them by areas of {old} that are the same in {new}")
            )
            more.append((self.conversion["merged"], f"by areas of {old} that have one successor"))
            more.append((self.conversion["apportioned"], f"by {several}: shared out by residents"))
        for months, what in ((self.months, "covered"), (self.replaced, "replaced")):
            more.append((len(months), f"month{'s' * (len(months) != 1)} {what}: {month_runs(months)}"))
        return [(f"{number:,}", words) for number, words in always + [line for line in more if line[0]]]


def month_runs(months: Sequence[str]) -> str:
    """Say which months, in runs.

    >>> month_runs(["2021-12", "2022-01", "2022-02", "2022-07"])
    '2021-12 to 2022-02, 2022-07'
    """
    runs: list[list[int]] = []
    for month in sorted(map(month_number, months)):
        if runs and month == runs[-1][1] + 1:
            runs[-1][1] = month
        else:
            runs.append([month, month])
    return ", ".join(" to ".join(dict.fromkeys(map(month_text, run))) for run in runs) or "none"


def import_files(
    folder: str | Path,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
    place: str | None = None,
    progress: Progress = no_progress,
) -> Receipt:
    """Import one delivery into a data folder: all of it or, with Problem, nothing.

    Parameters
    ----------
    folder : path
        The data folder; made when absent.
    kind, files, add, source, within, progress
        As :func:`take`.
    place : str, optional
        Name of the county, shown on the page.

    Raises
    ------
    Problem
        If a file cannot be taken whole, or the folder holds the synthetic demonstration county.
    """
    with Store(folder).transaction(place=place) as change:
        if change.synthetic:
            raise Problem(
                f"The folder {folder} holds the demonstration county, which is made up: "
                "import real files into another folder, named with --data."
            )
        return take(change, kind, files, add=add, source=source, within=within, progress=progress)


def take(
    change: Transaction,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
    progress: Progress = no_progress,
) -> Receipt:
    """Take one delivery into a transaction.

    Parameters
    ----------
    change : Transaction
    kind : str
        ``boundaries``, ``lookup``, ``population``, ``deprivation``, ``places`` or the key of a source.
    files : sequence of path
        CSV (also ``.gz``), ZIP archives or folders of CSV; for boundaries what GDAL reads.
    add : bool
        Add events to months that are loaded already, instead of replacing these months.
    source : Source, optional
        A source described by a mapping, in place of the one registered under ``kind``.
    within : sequence of str
        For boundaries of small areas: keep those of these districts only.
    progress : callable, optional

    Returns
    -------
    Receipt

    Raises
    ------
    Problem
        If a file cannot be taken whole.
    """
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.exists():
            raise Problem(f"There is no file {path}: check the name.")
    source = source or SOURCES.get(kind)
    if source is not None:
        receipt = _take_events(change, source, paths, add, progress)
    elif kind in _TABLES:
        receipt = _TABLES[kind](change, paths, within)
    else:
        raise Problem(
            f"“{kind}” is no kind of file: it is one of {', '.join([*_TABLES, *SOURCES])}, "
            "or any name with --mapping."
        )
    if receipt.role:
        change.manifest["history"].append(dataclasses.asdict(receipt))
    return receipt


# ---------------------------------------------------------------- areas

NAMED = 4
"""Up to so many boroughs name a place that has no name of its own."""
PARENTS: tuple[boundaries.Level, ...] = ("ward", "borough")


def _take_boundaries(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    path = _only(paths, "boundaries")
    areas, notes = boundaries.read_boundaries(path)
    if within:
        areas = boundaries.within_districts(areas, within, path.name)
    level = boundaries.level_of(areas)
    role = f"areas/{level}"
    rows = len(areas)
    if level == "lsoa":
        if change.has(role) and not change.read(role).index.equals(areas.index):
            raise Problem(
                f"The data folder {change.folder} holds other small areas than {path.name}: "
                "import these into a new folder, named with --data."
            )
    elif change.has("lookup"):
        areas = _cut_to_lookup(change, areas, level, path.name)
    change.put(role, areas)
    _derive(change)
    return Receipt(
        "boundaries",
        _fingerprints(paths),
        role,
        rows=rows,
        in_county=len(areas),
        outside=rows - len(areas),
        vintage=str(areas.index.name),
        notes=notes,
    )


def _cut_to_lookup(change: Transaction, areas: Any, level: boundaries.Level, name: str) -> Any:
    """Cut wards or boroughs down to those that the lookup knows."""
    lookup = change.read("lookup")
    column = boundaries.code_column(lookup, level)
    return boundaries.restrict(areas, pd.Index(lookup[column].unique(), name=column), name)


def _take_lookup(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    table = _table(_only(paths, "lookup"))
    if "CHGIND" in (column.upper() for column in table.frame):
        changes = boundaries.read_changes(table)
        change.put("vintage", changes)
        return Receipt("lookup", _fingerprints(paths), "vintage", rows=len(table), in_county=len(changes))
    lookup = boundaries.read_lookup(table)
    areas = _areas(change)
    lookup = boundaries.restrict(lookup, areas.index, table.name)
    change.put("lookup", lookup.loc[areas.index])
    for level in PARENTS:
        role = f"areas/{level}"
        if change.given(role):
            change.put(role, _cut_to_lookup(change, change.read(role), level, f"The {level} file"))
    if not change.place:
        *names, last = sorted(lookup["borough"].unique())
        joined = " and ".join([", ".join(names), last] if names else [last])
        change.manifest["place"] = joined if len(names) < NAMED else f"{len(names) + 1} boroughs"
    _derive(change)
    return Receipt(
        "lookup",
        _fingerprints(paths),
        "lookup",
        rows=len(table),
        in_county=len(lookup),
        outside=len(table) - len(lookup),
        vintage=str(lookup.index.name),
    )


def _derive(change: Transaction) -> None:
    """Make what follows from areas and lookup: wards and boroughs where none were imported, neighbours."""
    if not change.has("areas/lsoa"):
        return
    small = change.read("areas/lsoa")
    levels: dict[boundaries.Level, Any] = {"lsoa": small}
    if change.has("lookup"):
        lookup = change.read("lookup")
        for level in PARENTS:
            role = f"areas/{level}"
            if not change.given(role):
                change.put(role, boundaries.dissolve(small, lookup, level), derived=True)
            levels[level] = change.read(role)
    for name, areas in levels.items():
        for key, build in WEIGHTS.items():
            change.put(f"neighbours/{name}/{key}", build(areas).to_frame(), derived=True)


def _take_population(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    table = _table(_only(paths, "population"))
    people = boundaries.read_population(table)
    local = boundaries.restrict(people, _areas(change).index, table.name)
    change.put("population", local.rename_axis("lsoa").reset_index())
    return _of_areas("population", paths, table, people, local)


def _take_deprivation(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    table = _table(_only(paths, "deprivation"))
    index = boundaries.read_deprivation(table)
    areas = _areas(change).index
    local = boundaries.restrict(index, areas, table.name).loc[areas]
    change.put("deprivation", local)
    return _of_areas("deprivation", paths, table, index, local)


def _of_areas(kind: str, paths: list[Path], table: Table, read: pd.DataFrame, local: pd.DataFrame) -> Receipt:
    return Receipt(
        kind,
        _fingerprints(paths),
        kind,
        rows=len(table),
        in_county=local.index.nunique(),
        outside=read.index.nunique() - local.index.nunique(),
        vintage=str(read.index.name),
    )


def _take_places(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    table = _table(_only(paths, "places"))
    places = boundaries.read_places(table)
    change.put("places", places)
    return Receipt("places", _fingerprints(paths), "places", rows=len(table), in_county=len(places))


def _take_severity(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    weights = read_weights(_only(paths, "harm weights"))
    change.put("severity", weights.reset_index())
    return Receipt("severity", _fingerprints(paths), "severity", rows=len(weights), in_county=len(weights))


def _take_benchmark(change: Transaction, paths: list[Path], within: Sequence[str]) -> Receipt:
    table = _table(_only(paths, "benchmark rates"))
    rates = read_reference(table, {*SOURCES, *change.manifest["sources"]})
    change.put("benchmark", rates)
    return Receipt("benchmark", _fingerprints(paths), "benchmark", rows=len(table), in_county=len(rates))


_TABLES: dict[str, Callable[[Transaction, list[Path], Sequence[str]], Receipt]] = {
    "boundaries": _take_boundaries,
    "lookup": _take_lookup,
    "population": _take_population,
    "deprivation": _take_deprivation,
    "places": _take_places,
    "severity": _take_severity,
    "benchmark": _take_benchmark,
}


def _areas(change: Transaction) -> Any:
    if not change.has("areas/lsoa"):
        raise Problem(
            "The small areas come first: import their boundaries with `hotspots import boundaries FILE`."
        )
    return change.read("areas/lsoa")


# ---------------------------------------------------------------- events


def _take_events(
    change: Transaction, source: Source, paths: list[Path], add: bool, progress: Progress
) -> Receipt:
    areas = _areas(change)
    files = _fingerprints(paths)
    prints = sorted(_identity(file) for file in files)
    role = f"incidents/{source.key}/{hashlib.sha256(''.join(prints).encode()).hexdigest()[:12]}"
    batches = {r: b for r, b in change.manifest["batches"].items() if b["source"] == source.key}
    held = {print_ for batch in batches.values() for print_ in batch["files"] if not batch["replaced"]}
    if prints and set(prints) <= held:
        return Receipt(source.key, files, notes=["These files are loaded already; nothing was changed."])
    if add and held.intersection(prints):
        again = next(file["name"] for file in files if _identity(file) in held)
        raise Problem(f"{again} is loaded already: leave it out, or its events would count twice.")

    reader, parts = _read_all(source, paths, progress)
    events, conversion = _placed(change, parts, areas)
    unlocated, outside = events["lsoa"].isna(), events["lsoa"] == OUTSIDE
    inside = int(len(events) - unlocated.sum() - outside.sum())
    if outside.any() and not inside:
        raise Problem(
            f"{parts[0].name} has no event in the loaded areas of {change.place or 'this folder'}: "
            "check that it is the file of this county."
        )
    months = sorted({month for part in parts for month in part.months})
    if not months:
        raise Problem(f"{parts[0].name} has a header but no events: extract it again.")
    replaced = [] if add else _clear(change, batches, months)
    change.put(role, events)
    change.manifest["batches"][role] = {
        "source": source.key,
        "grain": reader.grain,
        "months": [month_text(month) for month in months],
        "files": prints,
        "replaced": [],
    }
    change.manifest["sources"][source.key] = source.described()
    return Receipt(
        source.key,
        files,
        role,
        rows=len(events),
        in_county=inside,
        outside=int(outside.sum()),
        unlocated=int(unlocated.sum()),
        untimed=int(events["hour"].isna().sum()),
        identical=sum(part.identical for part in parts),
        repeated_references=int(pd.concat([part.references for part in parts]).duplicated().sum()),
        months=[month_text(month) for month in months],
        replaced=[month_text(month) for month in replaced],
        vintage=" and ".join(sorted({part.vintage for part in parts})),
        conversion=dataclasses.asdict(conversion) if conversion else None,
        grain=reader.grain,
        notes=_of_persons(events),
    )


def _of_persons(events: pd.DataFrame) -> list[str]:
    """Say how many events are further ones of the same person, where persons are known."""
    if "person" not in events:
        return []
    known = events["person"][events["person"] > 0]
    return [
        f"{len(known) - known.nunique():,} rows are further events of the same person, within one file. "
        "Persons got new numbers; the identifiers of the file were not kept."
    ]


def _placed(
    change: Transaction, parts: list[_Part], areas: Any
) -> tuple[pd.DataFrame, boundaries.Conversion | None]:
    """The events of all parts with their place among the loaded areas: a code, ``"outside"`` or missing."""
    changes = change.read("vintage") if change.has("vintage") else None
    telling = boundaries.TellingCodes.of(changes) if changes is not None else None
    for part in parts:
        if "longitude" in part.events:
            point = part.events.pop("longitude"), part.events.pop("latitude")
            part.events["lsoa"] = boundaries.locate(*point, areas)
            part.vintage = str(areas.index.name)
        else:
            part.vintage = boundaries.detect_vintage(part.events["lsoa"], areas.index, telling, part.name)
    events = together([part.events for part in parts])
    vintage = np.repeat([part.vintage for part in parts], [len(part.events) for part in parts])
    other = vintage != areas.index.name
    conversion = None
    if other.any():
        events.loc[other, "lsoa"], conversion = boundaries.convert_vintage(
            events.loc[other, "lsoa"], str(vintage[other][0]), areas.index, changes, _residents(change)
        )
    elsewhere = events["lsoa"].notna() & ~events["lsoa"].isin(areas.index)
    events["lsoa"] = events["lsoa"].mask(elsewhere, OUTSIDE)
    return events, conversion


def _residents(change: Transaction) -> pd.Series:
    if not change.has("population"):
        raise Problem(
            "The events of split areas are shared out by residents: import the population first "
            "(`hotspots import population FILE`)."
        )
    return change.read("population").groupby("lsoa")["population"].sum()


def _clear(change: Transaction, batches: dict[str, Any], months: list[int]) -> list[int]:
    """Take the events of some months out of the batches of a source; return the months that had any."""
    replaced = set()
    for role, batch in batches.items():
        common = {month_number(text) for text in batch["months"]}.intersection(months)
        if common:
            replaced |= common
            events = change.read(role)
            left = [text for text in batch["months"] if month_number(text) not in common]
            if left:
                change.put(role, events[~events["month"].isin(common)].reset_index(drop=True))
                batch["months"] = left
                batch["replaced"] = sorted({*batch["replaced"], *map(month_text, common)})
            else:
                change.remove(role)
    return sorted(replaced)


@dataclass
class _Part:
    """The events of one file, or of one file within an archive."""

    name: str
    events: pd.DataFrame
    months: list[int]
    references: pd.Series
    identical: int
    vintage: str = ""


def _read_all(source: Source, paths: list[Path], progress: Progress) -> tuple[Reader, list[_Part]]:
    parts: list[_Part] = []
    readers: dict[Reader, str] = {}
    members = [member for path in paths for member in _members(path)]
    kinds = {reader.archive for reader in source.readers if reader.archive}
    wanted = [m for m in members if (layout := m.layout) is None or layout["kind"] in kinds]
    if not wanted:
        raise Problem(
            f"{paths[0].name} holds no file of {source.label.lower()}: "
            f"look for names that end in {' or '.join(f'-{kind}.csv' for kind in sorted(kinds)) or '.csv'}."
        )
    seen: dict[str | bytes, str] = {}
    for done, member in enumerate(wanted):
        progress(done, len(wanted), member.name)
        content = member.read()
        key = member.file if member.layout else hashlib.sha256(content).digest()
        if key in seen:
            raise Problem(
                f"{seen[key]} and {member.name} are the same file: give it once. If they only cover the same "
                "month, import one after the other; the later then replaces the month."
            )
        seen[key] = member.name
        table = read_table(member.name, content)
        reader = reader_for(source, table)
        readers.setdefault(reader, member.name)
        parts.append(_read_part(table, reader, member))
    progress(len(wanted), len(wanted), "")
    if len(readers) > 1:
        first, second = list(readers.items())[:2]
        raise Problem(
            f"{first[1]} is a {first[0].name} and {second[1]} a {second[0].name}: import each on its own."
        )
    return next(iter(readers)), parts


def _read_part(table: Table, reader: Reader, member: _Member) -> _Part:
    events = reader.parse(table)
    if member.layout:
        month = month_number(member.layout["month"])
        if reader.grain == "month":
            table.refuse(events["month"] != month, "Month", "another month than the file's name says")
        events["month"] = np.int32(month)  # the publisher files an event of the first minutes with the night
        months = [month]
    elif reader.grain == "month":
        months = sorted(events["month"].unique())
    else:
        months = list(range(events["month"].min(), events["month"].max() + 1)) if len(events) else []
    frame = table.frame
    references = frame[reader.reference] if reader.reference else pd.Series(np.nan, index=frame.index)
    identical = int(frame[references.isna()].duplicated().sum())
    return _Part(table.name, events, [int(month) for month in months], references.dropna(), identical)


# ---------------------------------------------------------------- files


_LAYOUT = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>.+?)-(?P<kind>street|outcomes|stop-and-search)\.csv")


@dataclass(frozen=True)
class _Member:
    """A CSV file, on its own or within an archive or folder."""

    file: str
    name: str
    read: Callable[[], bytes]

    @property
    def layout(self) -> re.Match[str] | None:
        """Month, force and kind where the name is one of police.uk's."""
        return _LAYOUT.fullmatch(self.file)


def _members(path: Path) -> Iterator[_Member]:
    if path.is_dir():
        inner = sorted(p for p in path.rglob("*") if p.name.lower().endswith((".csv", ".csv.gz", ".zip")))
        if not inner:
            raise Problem(f"The folder {path} holds no CSV file.")
        for file in inner:
            yield from _members(file)
    elif path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(n for n in archive.namelist() if n.lower().endswith(".csv"))
        except zipfile.BadZipFile as error:
            raise Problem(f"{path.name} is not a whole ZIP archive: download it again.") from error
        if not names:
            raise Problem(f"The archive {path.name} holds no CSV file.")
        for name in names:
            yield _Member(Path(name).name, f"{path.name}: {name}", partial(_from_zip, path, name))
    else:
        yield _Member(path.name, path.name, partial(_content, path))


def _from_zip(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise Problem(f"{path.name}: {name} cannot be unpacked; download the archive again.") from error


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix.lower() != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise Problem(f"{path.name} cannot be unpacked; download it again.") from error


def _table(path: Path) -> Table:
    members = list(_members(path))
    if len(members) > 1:
        raise Problem(
            f"{path.name} holds {len(members)} CSV files: unpack it and import the one that is meant."
        )
    return read_table(members[0].name, members[0].read())


def _only(paths: list[Path], what: str) -> Path:
    if len(paths) != 1:
        raise Problem(f"Give one file of {what}, not {len(paths)}.")
    return paths[0]


def _fingerprints(paths: list[Path]) -> list[dict[str, str]]:
    """Name and SHA-256 of each file of a delivery, folders taken apart."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [
        {"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
        if file.is_file()
    ]


def _identity(file: dict[str, str]) -> str:
    """What makes a file the same again: its content, and the month in its name (a quiet month has no row)."""
    layout = _LAYOUT.fullmatch(file["name"])
    return f"{layout['month']} {file['sha256']}" if layout else file["sha256"]
