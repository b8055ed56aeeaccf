"""What are England's rates? Counted, month by month, from every force's files in the national archive.

Only what a county's own files hold is counted: events with a small area of England, of territorial forces. A
force that gave nothing in a month, or next to nothing, is left out of it with the residents of its area, so
that a force that stopped reporting does not lower the rate.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from geo.ask.problem import Problem
from geo.data.coverage import reported
from geo.data.files import layout_of
from geo.data.reports import NATIONWIDE
from geo.data.writing import write_whole

COUNTED = "england-counted.json"
"""What was counted of each file of the archive, so that a call that was cut off goes on where it stopped."""
SAVED_EACH = 25
"""Files after which that is written down."""
_PREFIX = "E01"


def count_archive(
    folder: Path, entries: Iterable[Any], read: Callable[[Any], bytes], progress: Callable[[str], None]
) -> dict[str, Any]:
    """Count the street files of an archive that were not counted before.

    Parameters
    ----------
    folder : Path
    entries : iterable of ZipInfo
        All files of the archive.
    read : callable
        Content of one.
    progress : callable
        Told the name of the file at work.

    Returns
    -------
    dict
        ``files``: name to its checksum, force, month and events by category; ``areas``: force to events by
        small area.
    """
    path = folder / COUNTED
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {"files": {}, "areas": {}}
    streets = {
        e.filename: (e, layout["force"], layout["month"])
        for e in entries
        if (layout := layout_of(e.filename))
        and layout["kind"] == "street"
        and layout["force"] not in NATIONWIDE
    }
    if not streets:
        raise Problem("The archive of police data holds no street files: try later.")
    left = [n for n, (e, *_) in streets.items() if found["files"].get(n, {}).get("crc") != e.CRC]
    if any(name in found["files"] for name in left):  # corrected since: a sum cannot be taken back
        found, left = {"files": {}, "areas": {}}, list(streets)
    for number, name in enumerate(sorted(left), start=1):
        entry, force, month = streets[name]
        progress(Path(name).name)
        events, areas = _counted(read(entry))
        mine = found["areas"].setdefault(force, {})
        for area, times in areas.items():
            mine[area] = mine.get(area, 0) + times
        found["files"][name] = {"crc": entry.CRC, "force": force, "month": month, "events": events}
        if number % SAVED_EACH == 0 or number == len(left):
            write_whole(path, json.dumps(found).encode())
    return {"files": {n: f for n, f in found["files"].items() if n in streets}, "areas": found["areas"]}


def _counted(content: bytes) -> tuple[Counter[str], Counter[str]]:
    """Events of a street file with a small area of England, by category and by area."""
    events, areas = Counter[str](), Counter[str]()
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        area = row["LSOA code"] or ""
        if area.startswith(_PREFIX):
            events[row["Crime type"]] += 1
            areas[area] += 1
    return events, areas


def rates(counted: Mapping[str, Any], residents: Mapping[str, int]) -> list[dict[str, Any]]:
    """England's events and the residents of the forces that reported, by month and category.

    Parameters
    ----------
    counted : mapping
        As :func:`count_archive`.
    residents : mapping of str to int
        Of each small area.

    Returns
    -------
    list of dict
        Rows as ``hotspots import benchmark`` takes them; the category "" is all together.
    """
    by_force: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for one in counted["files"].values():
        by_force[one["force"]][one["month"]] = Counter(one["events"])
    most: dict[str, tuple[int, str]] = {}
    for force, areas in counted["areas"].items():
        for area, times in areas.items():
            most[area] = max(most.get(area, (0, "")), (times, force))
    people = Counter[str]()
    for area, (_, force) in most.items():
        people[force] += residents.get(area, 0)
    events: dict[str, Counter[str]] = defaultdict(Counter)
    population = Counter[str]()
    for force, months in by_force.items():
        if people[force]:
            for month in reported({month: sum(counts.values()) for month, counts in months.items()}):
                events[month] += months[month]
                population[month] += people[force]
    return [
        {
            "source": "offences",
            "category": category,
            "from": month,
            "to": month,
            "events": number,
            "population": population[month],
        }
        for month in sorted(events)
        for category, number in [("", sum(events[month].values())), *sorted(events[month].items())]
    ]
