"""What happens to events on their way in?"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed, month_number, month_text
from geo.data import boundaries, coarser, coverage, guarded, reports, vintages
from geo.data.covers import EVERYTHING, Covers
from geo.data.distinct import mapped, repeats
from geo.data.exclusions import often, points_of
from geo.data.files import fingerprints, identity
from geo.data.protection import STRENGTHS
from geo.data.read_events import Part, read_events
from geo.data.readers import known_again, spellings, together
from geo.data.receipt import ROWS_NAMED, Aside, Progress, Receipt, Rows, events_in_words, month_runs
from geo.data.sources import Source, declared
from geo.data.store import Transaction
from geo.data.take_areas import need_areas
from geo.data.vintages import OUTSIDE


def take_events(
    change: Transaction, source: Source, paths: list[Path], *, add: bool, sheet: str, progress: Progress
) -> Receipt:
    """Take a delivery of events into a transaction.

    Raises
    ------
    Problem
        If a file is no table of the source, more rows make no sense than the source allows, or nothing of it
        is of this county.
    """
    need_areas(change)
    batches = {r: b for r, b in change.manifest["batches"].items() if b["source"] == source.key}
    with ThreadPoolExecutor(2) as beside:
        printed = beside.submit(fingerprints, paths)
        guarded.get_ready(source, beside)
        if batches and _loaded_already(batches, printed.result(), add=add):
            notes = ["These files are loaded already; nothing was changed."]
            return Receipt(source.key, printed.result(), notes=notes)
        reader, parts = read_events(source, paths, sheet, progress)
    files = printed.result()
    prints = sorted(identity(file) for file in files)
    role = f"incidents/{source.key}/{hashlib.sha256(''.join(prints).encode()).hexdigest()[:12]}"
    source = declared(source, reader, made_up=change.synthetic)
    grain = "month" if all(part.grain == "month" for part in parts) else reader.grain
    events, conversion, notes, level = _placed(change, parts, source.noun[1])
    events["category"], merged = spellings(events["category"])
    loaded = set(change.months(source.key)) if batches and add else set()
    months, kept, told, gaps = _covered(change, source.covers, parts, events, batches, loaded=loaded)
    row = np.concatenate([part.rows for part in parts])
    parts_of = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.rows) for part in parts])
    if not kept.all():
        events, row, parts_of = events[kept].reset_index(drop=True), row[kept], parts_of[kept]
    events = guarded.keyed(change, events if source.disclosure == "open" else often(events))
    unlocated, outside = events["lsoa"].isna(), events["lsoa"] == OUTSIDE
    inside = int(len(events) - unlocated.sum() - outside.sum())
    if outside.any() and not inside:
        raise Problem(
            f"{parts[0].name} has no event in the loaded areas of {change.place or 'this folder'}: "
            "check that it is the file of this county."
        )
    aside = [one for part in parts for one in part.aside]
    here = coverage.by_month(events["month"].to_numpy(), ~(unlocated | outside).to_numpy())
    before = _loaded_by_month(change, batches)
    if add:
        doubts = coverage.the_same_again(_loaded(change, batches, months), events)
        replacing = []
    else:
        forces, covered = {force for part in parts for force in part.forces}, set(months)
        held_now = {m: n for m, n in before.items() if m in covered}
        loaded_by = (batch.get("reports", {}) for batch in batches.values())
        doubts = coverage.smaller(held_now, here) + coverage.drops(loaded_by, forces, months)
        replacing = coverage.replaces(held_now, here)
    after = {m: n for m, n in before.items() if add or m not in set(months)}
    for month in months:
        after[month] = after.get(month, 0) + here.get(month, 0)
    replaced = [] if add else _clear(change, batches, months)
    batch = {
        "source": source.key,
        "grain": grain,
        "reader": reader.name,
        "disclosure": source.disclosure,
        "months": [month_text(month) for month in months],
        "files": prints,
        "replaced": [],
        **({"level": level} if level != "lsoa" else {}),
        **({"spread": True} if reader.spread else {}),
        **({"districts": codes} if (codes := source.covers.codes(_lookup_of(change))) else {}),
        **({"reports": told[0]} if told else {}),
    }
    change.manifest["batches"][role] = batch
    untimed = events["hour"].isna()
    rows_of = _rows_of(
        parts,
        parts_of,
        row,
        {
            "in the county": ~(unlocated | outside),
            "outside the county": outside,
            "without a place": unlocated,
            "without a time of day": untimed & (grain == "hour"),
        },
    )
    numbers = [int(which.sum()) for which in (outside, unlocated, untimed)]
    del row, parts_of, outside, unlocated, untimed, kept  # a long delivery needs their room
    guarded.declare(change, source)
    repeated = _put(change, role, events, told[1] if told else None, parts)
    return Receipt(
        source.key,
        files,
        role,
        rows=sum(part.read for part in parts),
        in_county=inside,
        outside=numbers[0],
        unlocated=numbers[1],
        untimed=numbers[2],
        identical=sum(part.identical for part in parts),
        repeated_references=repeated,
        months=[month_text(month) for month in months],
        replaced=[month_text(month) for month in replaced],
        vintage=" and ".join(sorted({vintage for part in parts for vintage in part.vintages})),
        conversion=dataclasses.asdict(conversion) if conversion else None,
        grain=grain,
        set_aside=len(aside),
        set_aside_file=_leave(change, role, aside),
        notes=[
            *dict.fromkeys(n for part in parts for n in part.notes),
            *notes,
            *merged,
            *gaps,
            *_of_persons(change, events, source),
        ],
        doubts=doubts,
        remarks=[*replacing, *coverage.out_of_line(after, months)],
        rows_of=rows_of,
        aside=aside,
    )


def _loaded_already(batches: dict[str, Any], files: list[dict[str, str]], *, add: bool) -> bool:
    """Whether all of some files are loaded; Problem where some are and the others would be added."""
    held = {print_ for batch in batches.values() for print_ in batch["files"] if not batch["replaced"]}
    again = [file["name"] for file in files if identity(file) in held]
    if again and len(again) == len(files):
        return True
    if add and again:
        raise Problem(f"{again[0]} is loaded already: leave it out, or its events would count twice.")
    return False


def _put(
    change: Transaction, role: str, events: pd.DataFrame, by_area: pd.DataFrame | None, parts: list[Part]
) -> int:
    """Store a batch, and return how many rows repeat a reference, which is counted meanwhile."""
    with ThreadPoolExecutor(1) as beside:
        repeated = beside.submit(_repeated, parts)
        guarded.put(change, role, events, by_area)
        return repeated.result()


def _repeated(parts: list[Part]) -> int:
    """Rows whose reference stands in another row; lets go of what a long delivery needs no more."""
    found = repeats(np.concatenate([part.references for part in parts]))
    for part in parts:
        part.rows = part.references = np.empty(0, np.uint64)
    return found


def _rows_of(
    parts: list[Part], of: np.ndarray, row: np.ndarray, reasons: dict[str, pd.Series]
) -> dict[str, Rows]:
    """For each reason how many rows, and file and number of the first ones."""
    found = {}
    for reason, which in reasons.items():
        at = np.flatnonzero(which.to_numpy(bool))
        found[reason] = Rows(len(at), [(parts[of[k]].name, int(row[k])) for k in at[:ROWS_NAMED]])
    return found


def _leave(change: Transaction, role: str, aside: list[Aside]) -> str:
    """Write which rows were set aside, and why, beside the data; the name of the file, "" without any."""
    if not aside:
        return ""
    name = f"{role.removeprefix('incidents/').replace('/', '-')}.csv"
    table = pd.DataFrame(aside, columns=["file", "row", "column", "why"])
    return change.leave(
        f"set-aside/{name}", table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
    )


def _loaded(change: Transaction, batches: dict[str, Any], months: list[int]) -> pd.DataFrame:
    """Events of some months that are loaded already."""
    frames = [guarded.true_events(change, role) for role in batches]
    return pd.concat([frame[frame["month"].isin(months)] for frame in frames]) if frames else pd.DataFrame()


def _loaded_by_month(change: Transaction, batches: dict[str, Any]) -> dict[int, int]:
    """Events in the county in each month that is loaded already."""
    total: dict[int, int] = defaultdict(int)
    for role, batch in batches.items():
        events = guarded.true_events(change, role)
        here = events["lsoa"].notna() & (events["lsoa"] != OUTSIDE)
        counts = coverage.by_month(events["month"].to_numpy(), here.to_numpy())
        for text in batch["months"]:
            total[month_number(text)] += counts.get(month_number(text), 0)
    return dict(total)


def _of_persons(change: Transaction, events: pd.DataFrame, source: Source) -> list[str]:
    """Say how many events are further ones of the same person, and what that means for protecting them."""
    if "person_key" not in events:
        return []
    roles = [role for role, batch in change.manifest["batches"].items() if batch["source"] == source.key]
    every = known_again(together([guarded.true_events(change, role) for role in roles]))["person"]
    known = every[every > 0]
    said = (
        f"{len(known) - known.nunique():,} rows of all that is loaded are further events of the same person. "
        "Persons got new numbers; the references of the file were not kept."
    )
    most = int(known.value_counts().max()) if len(known) else 0
    if source.disclosure == "open" or most < 2:
        return [said]
    budget = STRENGTHS[source.protection]
    return [
        f"{said} One person has {most}: what is shown to others protects one event with a budget of "
        f"{budget:g}, and that person with {most * budget:g}."
    ]


def _covered(
    change: Transaction,
    covers: Covers,
    parts: list[Part],
    events: pd.DataFrame,
    batches: dict[str, Any],
    *,
    loaded: set[int],
) -> tuple[list[int], np.ndarray, tuple[dict[str, dict[str, int]], pd.DataFrame] | None, list[str]]:
    """Months that the delivery covers, which events lie in them, what each force reports, and gaps.

    Where forces are known only those months count in which a force of one of the county's districts reports:
    a neighbour's few events are no month of the county. Takes the column ``reporter`` out of the events.
    """
    forces = events.pop("reporter")
    every = sorted({month for part in parts for month in part.months})
    if not every:
        raise Problem(f"{parts[0].name} has a header but no events: extract it again.")
    if covers != EVERYTHING:
        return _declared(covers, every, events["month"])
    kept = np.ones(len(events), dtype=bool)
    given = [(force, part.months) for part in parts for force in part.forces]
    if not all(part.forces for part in parts):
        return every, kept, None, []
    here = events["lsoa"].notna() & (events["lsoa"] != OUTSIDE) & forces.notna()
    told = reports.counted(forces[here], events.loc[here, "lsoa"], events.loc[here, "month"], given)
    districts = reports.districts_of(change)
    by_month, by_area = reports.held(change, batches, districts.index, true=True)
    usual = reports.usual_forces(pd.concat([by_area, told[1]]), districts)
    own = sorted(set(usual.values()) - {reports.ANYONE})
    every_month = {f: {**by_month.get(f, {}), **told[0].get(f, {})} for f in {*by_month, *told[0]}}
    reporting = {month for force in own for month in reports.reported(every_month.get(force, {}))}
    months = [m for m in every if not own or m in loaded or month_text(m) in reporting]
    notes = _not_reported(change, usual, districts) if own else []
    missing = [m for m in every if m not in months]
    given_by_own = {m: sum(told[0].get(f, {}).get(month_text(m), 0) for f in own) for m in missing}
    usual_of_own = sum(coverage.usual(every_month.get(force, {})) for force in own)
    for some in (True, False):
        gap = [m for m in missing if bool(given_by_own[m]) == some]
        if not gap:
            continue
        said, number = month_runs([month_text(m) for m in gap]), sum(given_by_own[m] for m in gap)
        lacks = (
            f"only {events_in_words(number)} of {listed(own)}, whose county this is, of usually about "
            f"{usual_of_own:,.0f} a month"
            if some
            else f"no events of {listed(own)}, whose county this is"
        )
        if not months:
            remedy = (
                "check that the file is whole, or give --add if it holds further events of a loaded month."
                if some
                else "give the files of that force too."
            )
            raise Problem(f"{parts[0].name} has {lacks}, for {said}: {remedy}")
        left = events["month"].isin(gap).to_numpy()
        others = "" if some else " of other forces"
        notes.append(
            f"{said}: {lacks}, so these months are gaps; {events_in_words(int(left.sum()))}{others} in them "
            "left out."
        )
        kept &= ~left
    return months, kept, told, notes


def _declared(
    covers: Covers, every: list[int], month: pd.Series
) -> tuple[list[int], np.ndarray, None, list[str]]:
    """As :func:`_covered`, where the mapping says what is covered."""
    months = covers.months(every)
    kept = month.isin(months).to_numpy(bool)
    beyond = int((~kept).sum())
    said = f"{events_in_words(beyond)} beyond the period that the mapping declares ({{}}) left out."
    if not kept.any():
        raise Problem(
            f"No event lies in the period that the mapping declares ({covers.period()}): correct it."
        )
    return months, kept, None, [said.format(covers.period())] if beyond else []


NAMED = 6
"""Districts without a force that are named."""


def _not_reported(change: Transaction, usual: dict[str, str], districts: pd.Series) -> list[str]:
    """Say for which districts there is no force."""
    without = sorted(set(districts) - set(usual))
    if not without:
        return []
    lookup = change.read("lookup")
    names = sorted(lookup.loc[districts[districts.isin(without)].index, "borough"].unique())
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"No force reports on {listed(names[:NAMED])}{more}: shown as no data, not as 0."]


def _placed(
    change: Transaction, parts: list[Part], nouns: str
) -> tuple[pd.DataFrame, vintages.Conversion | None, list[str], boundaries.Level]:
    """The events of all parts with their place among the loaded areas: a code, ``"outside"`` or missing.

    Also how the places were found, and the kind of area that the files give.
    """
    areas = change.columns("areas/lsoa", ["name"]).index
    shapes = cache(lambda: change.read("areas/lsoa"))
    changes = change.read("vintage") if change.has("vintage") else None
    telling = vintages.TellingCodes.of(changes) if changes is not None else None
    known = change.read("lookup/all").index if change.has("lookup/all") else pd.Index([])
    vintage, notes = [], []
    levels: set[boundaries.Level] = set()
    for part in parts:
        pointed = "longitude" in part.events
        level = "lsoa" if pointed else coarser.level_of_codes(part.events["lsoa"], part.name)
        levels.add(level)
        if level != "lsoa":
            part.events["lsoa"] = coarser.shared_out(
                part.events["lsoa"], level, _lookup(change, part.name), _residents(change)
            )
            notes.append(coarser.said(part.name, nouns, level))
            own = vintages.all_of(str(areas.name), len(part.events))
        elif pointed:
            point = part.events.pop("longitude"), part.events.pop("latitude")
            part.events["lsoa"] = boundaries.locate(*point, shapes())
            part.events["point"] = points_of(*point)
            own = vintages.all_of(str(areas.name), len(part.events))
        else:
            own, mixed = vintages.vintages_of(part.events["lsoa"], areas, telling, part.name, known)
            notes += mixed
        part.vintages = set(own.unique()) or {str(areas.name)}
        vintage.append((own != areas.name).to_numpy())
    events = together([part.events for part in parts])
    for part in parts:
        del part.events
    other = np.concatenate(vintage)
    conversion = None
    if other.any():
        from_ = "lsoa11cd" if areas.name == "lsoa21cd" else "lsoa21cd"
        codes = events["lsoa"].astype("str")
        codes[other], conversion = vintages.convert_vintage(
            codes[other], from_, areas, changes, _residents(change)
        )
        events["lsoa"] = codes
    events["lsoa"] = mapped(events["lsoa"], lambda codes: codes.where(codes.isin(areas), OUTSIDE))
    finest = next(level for level in ("borough", "ward", "lsoa") if level in levels or level == "lsoa")
    return events, conversion, notes, finest


def _lookup_of(change: Transaction) -> pd.DataFrame | None:
    return change.read("lookup") if change.has("lookup") else None


def _lookup(change: Transaction, name: str) -> pd.DataFrame:
    if not change.has("lookup"):
        raise Problem(
            f"{name} is of wards or districts: import the lookup first (`hotspots import lookup FILE`), "
            "which says what lies in them."
        )
    return change.read("lookup")


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
            left = [text for text in batch["months"] if month_number(text) not in common]
            gone = set(map(month_text, common))
            for force, numbers in batch.get("reports", {}).items():
                batch["reports"][force] = {m: n for m, n in numbers.items() if m not in gone}
            if left:
                guarded.keep_only(change, role, common)
                batch["months"] = left
                batch["replaced"] = sorted({*batch["replaced"], *gone})
            else:
                guarded.remove(change, role)
    return sorted(replaced)
