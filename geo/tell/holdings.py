"""What is loaded, and what became of every row? The data view, source by source.

Counts pass the gate of their source. What became of the rows of a delivery is told to those alone who see the
source's true numbers, since it is of the true file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.answer.disclosure import SUPPRESSED
from geo.answer.moments import DAYS_KNOWN, HOURS_KNOWN, N_SLOTS, TIMED
from geo.answer.said import how_far
from geo.ask.query import Query
from geo.ask.words import listed, month_name, month_number, month_runs, named, percent, period_name
from geo.data import coverage, exclusions, reports
from geo.data.exclusions import LEAST, MOST, SOAKING

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

Row = tuple[str, ...]
VINTAGES = {"lsoa11cd": "2011", "lsoa21cd": "2021"}


@dataclass(frozen=True)
class Listing:
    """A table of texts."""

    title: str
    head: Row
    rows: Sequence[Row] = ()
    note: str = ""


@dataclass(frozen=True)
class Holding:
    """What is held of one source.

    Attributes
    ----------
    name, attribution : str
    facts : list of (str, str)
        Term and what is the case.
    tables : list of Listing
        Those that have rows.
    """

    name: str
    attribution: str
    facts: list[tuple[str, str]]
    tables: list[Listing]


def holdings(atlas: Atlas) -> list[Holding]:
    """Return what is held of each source that who asks may see."""
    return [_holding(atlas, key) for key in atlas.sources]


def _holding(atlas: Atlas, key: str) -> Holding:
    info, sees = atlas.sources[key].info, atlas.snapshot.sees(key)
    tables = [_by_month(atlas, key), _listed(atlas, key), _soaking(atlas, key)]
    if sees:
        by_delivery = [_by_supplier(atlas, key), _deliveries(atlas, key)]
        tables = [tables[0], *by_delivery, tables[1], _points(atlas, key), tables[2]]
    return Holding(info.label, info.attribution, list(_facts(atlas, key)), [t for t in tables if t.rows])


def _facts(atlas: Atlas, key: str) -> Iterator[tuple[str, str]]:
    info, snapshot = atlas.sources[key].info, atlas.snapshot
    loaded = atlas.sources[key]
    yield "Months", _runs(info.months)
    yield "Gaps", f"{_runs(info.gaps)}: not loaded, so not zeros" if info.gaps else "None"
    grain = "the hour" if info.has_hours else "the day" if info.has_days else "the month"
    yield "Time is known to", grain
    vintages = dict.fromkeys(entry["vintage"] for entry in _entries(atlas, key) if entry["vintage"])
    if vintages:
        years = [VINTAGES.get(one, one) for both in vintages for one in both.split(" and ")]
        yield "Small areas of", listed(list(dict.fromkeys(years)))
    without = reports.without(snapshot, key)
    yield (
        "Coverage",
        f"Not reported on, or not in every month: {named(without, 'district', 'districts')}"
        if without
        else "Every district in every month loaded",
    )
    listed_here = info.excluded
    yield (
        "Left out",
        f"Nothing, unless a question asks for it: then events at {listed(list(listed_here))}"
        if listed_here
        else "Nothing",
    )
    far = how_far(atlas.asked(Query(source=key, level=next(iter(atlas.catalogue.levels)))))
    yield "Small numbers", f"{loaded.gate.notice} {far}".strip() or "Open data, shown as they are"


def _entries(atlas: Atlas, key: str) -> list[dict[str, Any]]:
    """Deliveries of a source that were taken, the latest first."""
    return [e for e in reversed(atlas.snapshot.manifest["history"]) if e["kind"] == key and e["role"]]


def _runs(months: tuple[int, ...]) -> str:
    return ", ".join(period_name(first, last) for first, last in month_runs(months)) or "None"


def _by_month(atlas: Atlas, key: str) -> Listing:
    """Events of each month loaded, by what is known of them."""
    loaded = atlas.sources[key]
    cube, text = loaded.cube, loaded.gate.text
    shape = (len(cube.categories), len(cube.months), DAYS_KNOWN + 1, HOURS_KNOWN + 1)
    slots = np.diff(cube.offsets).reshape(shape).sum(axis=0)
    place = np.diff(cube.cumulative, axis=1).sum(axis=0, dtype=np.int64)
    midnight = slots[:, :DAYS_KNOWN, 0].sum(axis=1)
    untimed = slots.reshape(len(cube.months), N_SLOTS)[:, ~TIMED].sum(axis=1)
    rows = []
    for at, month in enumerate(cube.months):
        known = [int(place[at, : cube.n_areas].sum()), int(place[at, -1]), int(place[at, -2])]
        times = [int(untimed[at]), int(midnight[at])] if cube.has_hours else []
        rows.append((month_name(int(month)), *(text(n) for n in [int(place[at].sum()), *known, *times])))
    times_ = ("Without a time", "From 00:00 to 00:59") if cube.has_hours else ()
    note = (
        "Many events of the hour from 00:00 may be those whose time was not known and stands at midnight."
        if cube.has_hours
        else ""
    )
    head = ("Month", "Taken", "In the areas", "Outside", "Without a place", *times_)
    return Listing("Month by month", head, rows[::-1], note)


def _by_supplier(atlas: Atlas, key: str) -> Listing:
    """Events in the areas by who reports them and month."""
    batches = atlas.snapshot.manifest["batches"].values()
    given: dict[str, dict[str, int]] = {}
    for batch in batches:
        for force, months in batch.get("reports", {}).items() if batch["source"] == key else ():
            mine = given.setdefault(force, {})
            for month, number in months.items():
                mine[month] = mine.get(month, 0) + number
    usual = {force: coverage.usual(months) for force, months in given.items()}
    rows = []
    for force in sorted(given, key=lambda force: -sum(given[force].values())):
        months, reported = given[force], coverage.reported(given[force])
        thin = [month_number(month) for month in months if month not in reported]
        rows.append(
            (
                force,
                _runs(tuple(sorted(map(month_number, reported)))),
                f"{sum(months.values()):,}",
                f"{usual[force]:,.0f}",
                _runs(tuple(sorted(thin))),
            )
        )
    head = (
        "Supplier",
        "Months reported",
        "Events in the areas",
        "In a usual month",
        "Months of next to nothing",
    )
    return Listing("Who reports", head, rows)


def _deliveries(atlas: Atlas, key: str) -> Listing:
    """What became of the rows of each delivery."""
    rows = []
    for entry in _entries(atlas, key):
        files = [file["name"] for file in entry["files"]]
        rows.append(
            (
                entry["imported"][:16].replace("T", " "),
                named(files, "file", "files"),
                *(f"{entry.get(name, 0):,}" for name in ("rows", "in_county", "outside", "unlocated")),
                f"{entry['untimed']:,}" if entry["grain"] == "hour" else "All",
                f"{entry.get('set_aside', 0):,}",
                _runs(tuple(sorted(map(month_number, entry["replaced"])))),
            )
        )
    head = (
        "Imported (UTC)",
        "Files",
        "Rows read",
        "In the areas",
        "Outside",
        "Without a place",
        "Without a time",
        "Set aside",
        "Months replaced",
    )
    note = "Rows that make no sense are set aside: each is listed with its reason in the folder set-aside/."
    return Listing("Deliveries, the latest first", head, rows, note)


def _listed(atlas: Atlas, key: str) -> Listing:
    """Places of the folder's list, with the events of the source that each soaks up."""
    loaded, snapshot = atlas.sources[key], atlas.snapshot
    if not snapshot.has(exclusions.ROLE):
        return Listing("", ())
    places = snapshot.read(exclusions.ROLE)
    cube = loaded.cube
    at = np.asarray(cube.extra.get("exclusion", np.full(cube.n_events, -1)))
    counts = np.bincount(at[(at >= 0) & (cube.area < cube.n_areas)], minlength=len(places))
    whole = max(1, int(loaded.cube.cumulative[:, -1, : cube.n_areas].sum()))
    rows = []
    for place, number in zip(places.itertuples(), counts.tolist(), strict=True):
        share = loaded.gate.share(number, whole)
        rows.append(
            (
                place.name,
                place.kind,
                exclusions.where(place),
                loaded.gate.text(number),
                "" if share is None else percent(share),
            )
        )
    note = (
        "Places that this folder's list names (hotspots exclude). Their events are counted until a question "
        "leaves them out, which every answer says. Points are known where the files give them and the true "
        "numbers are shown; a whole small area always is."
    )
    head = ("Place", "Kind", "Where", "Events", "Of all in the areas")
    return Listing("Places of the list", head, rows, note)


def _points(atlas: Atlas, key: str) -> Listing:
    """Points with far more events than the middle one."""
    areas = atlas.levels["lsoa"].frame
    rows = []
    for one in atlas.sources[key].events.standing.itertuples():
        longitude, latitude, *words = one.point.split(" ", 2)
        rows.append(
            (
                f"{longitude}, {latitude}",
                words[0].removeprefix("On or near ") if words else "",
                f"{areas.loc[one.lsoa, 'name']} ({one.lsoa})",
                f"{one.events:,}",
                f"{one.times:,.0f}",
                one.category,
            )
        )
    note = (
        "To be able to leave one out, name it: hotspots exclude NAME --point LONGITUDE,LATITUDE. "
        "police.uk moves events to the nearest of its anonymous places, so a point stands for those near."
    )
    head = ("Longitude, latitude", "Near", "Small area", "Events", "Times the middle point", "Most frequent")
    return Listing("Points that soak up events", head, rows, note)


def _soaking(atlas: Atlas, key: str) -> Listing:
    """Small areas with far more events than the middle one: a custody suite, hospital, prison or station?"""
    loaded, areas = atlas.sources[key], atlas.levels["lsoa"].frame
    if "lsoa" not in atlas.catalogue.levels:
        return Listing("", ())
    by_category = loaded.cube.cumulative[:, -1, : loaded.cube.n_areas]
    counts = by_category.sum(axis=0, dtype=np.int64)
    middle = float(np.median(counts))
    middle_shown = loaded.gate.count(round(middle))
    most = [
        int(at)
        for at in np.argsort(-counts, kind="stable")[:MOST]
        if counts[at] >= LEAST and counts[at] >= SOAKING * max(middle, 1.0)
    ]
    rows = []
    for at in most:
        top = loaded.cube.categories[int(by_category[:, at].argmax())]
        rows.append(
            (
                f"{areas['name'].iloc[at]} ({areas.index[at]})",
                loaded.gate.text(int(counts[at])),
                SUPPRESSED
                if middle_shown is None
                else f"{(loaded.gate.count(int(counts[at])) or 0) / max(middle_shown, 1):,.0f}",
                top,
            )
        )
    head = ("Small area", "Events", "Times the middle area", "Most frequent")
    note = (
        "Look what stands there: a custody suite, hospital, prison or station draws events that happened or "
        "were recorded there for its own sake."
    )
    return Listing("Places that soak up events", head, rows, note)
