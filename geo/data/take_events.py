"""What happens to events on their way in?"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import month_number, month_text
from geo.data import boundaries, vintages
from geo.data.files import Member, fingerprints, identity, members_of
from geo.data.readers import Reader, together
from geo.data.receipt import Progress, Receipt
from geo.data.sources import Source, reader_for
from geo.data.store import Transaction
from geo.data.table import Table, read_table
from geo.data.take_areas import loaded_areas
from geo.data.vintages import OUTSIDE


def take_events(
    change: Transaction, source: Source, paths: list[Path], add: bool, progress: Progress
) -> Receipt:
    areas = loaded_areas(change)
    files = fingerprints(paths)
    prints = sorted(identity(file) for file in files)
    role = f"incidents/{source.key}/{hashlib.sha256(''.join(prints).encode()).hexdigest()[:12]}"
    batches = {r: b for r, b in change.manifest["batches"].items() if b["source"] == source.key}
    held = {print_ for batch in batches.values() for print_ in batch["files"] if not batch["replaced"]}
    if prints and set(prints) <= held:
        return Receipt(source.key, files, notes=["These files are loaded already; nothing was changed."])
    if add and held.intersection(prints):
        again = next(file["name"] for file in files if identity(file) in held)
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
) -> tuple[pd.DataFrame, vintages.Conversion | None]:
    """The events of all parts with their place among the loaded areas: a code, ``"outside"`` or missing."""
    changes = change.read("vintage") if change.has("vintage") else None
    telling = vintages.TellingCodes.of(changes) if changes is not None else None
    for part in parts:
        if "longitude" in part.events:
            point = part.events.pop("longitude"), part.events.pop("latitude")
            part.events["lsoa"] = boundaries.locate(*point, areas)
            part.vintage = str(areas.index.name)
        else:
            part.vintage = vintages.detect_vintage(part.events["lsoa"], areas.index, telling, part.name)
    events = together([part.events for part in parts])
    vintage = np.repeat([part.vintage for part in parts], [len(part.events) for part in parts])
    other = vintage != areas.index.name
    conversion = None
    if other.any():
        events.loc[other, "lsoa"], conversion = vintages.convert_vintage(
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
    members = [member for path in paths for member in members_of(path)]
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


def _read_part(table: Table, reader: Reader, member: Member) -> _Part:
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
