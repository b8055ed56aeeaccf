"""What happens to boundaries and to tables about areas on their way in?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import AREAS, counted, listed
from geo.data import (
    area_tables,
    boundaries,
    calendar,
    exclusions,
    ground,
    indicator_declared,
    indicators,
    interventions,
    national_ranks,
    patrols,
    vintages,
)
from geo.data.area_tables import middle_layer
from geo.data.definitions import ROLE, read_definitions, to_table
from geo.data.files import fingerprints, only_one, table_of
from geo.data.read_boundaries import read_boundaries
from geo.data.read_place import has_areas, read_classification, read_ethnicity, read_workplace
from geo.data.read_population import read_population
from geo.data.receipt import Receipt
from geo.data.reference import read_reference
from geo.data.severity import read_weights
from geo.data.sources import SOURCES, STRICTER
from geo.data.store import Transaction
from geo.data.table import Table
from geo.stats.weights import WEIGHTS


@dataclass(frozen=True)
class Choice:
    """What of a file is meant: districts, a layer of boundaries, a sheet of a workbook; what declares it."""

    within: tuple[str, ...] = ()
    layer: str = ""
    sheet: str = ""
    declared: Path | None = None


NAMED = 4
"""Up to so many boroughs name a place that has no name of its own."""
PARENTS: tuple[boundaries.Level, ...] = ("ward", "borough")


def _take_boundaries(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    path = paths[0]
    areas, elsewhere, notes = read_boundaries(paths, choice.layer)
    level = boundaries.level_of(areas)
    rows = len(areas) + elsewhere
    if choice.within:
        national = change.read("lookup/all") if change.has("lookup/all") else None
        areas = boundaries.within_districts(areas, choice.within, path.name, national)
    notes += boundaries.lie_of(areas)
    role = f"areas/{level}"
    if level == "lsoa":
        if change.has(role) and not change.read(role).index.equals(areas.index):
            raise Problem(
                f"The data folder {change.folder} holds other small areas than {path.name}: "
                "import these into a new folder, named with --data."
            )
    elif change.has("lookup"):
        areas = _cut_to_lookup(change, areas, level, path.name)
    change.put(role, areas)
    if level == "lsoa" and change.has("lookup/all") and not change.has("lookup"):
        notes += _use_lookup(change, change.read("lookup/all"), "The lookup")
    elif level == "lsoa" and change.has("lookup/all"):
        notes += area_tables.cut_districts(change.read("lookup/all"), areas.index)
    _derive(change)
    return Receipt(
        "boundaries",
        fingerprints(paths),
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
    return area_tables.restrict(areas, pd.Index(lookup[column].unique(), name=column), name)


def _take_lookup(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "lookup"), area_tables.has_area_column, choice.sheet)
    if "CHGIND" in (column.upper() for column in table.frame):
        changes = vintages.read_changes(table)
        change.put("vintage", changes)
        return Receipt("lookup", fingerprints(paths), "vintage", rows=len(table), in_county=len(changes))
    national = area_tables.read_lookup(table)
    change.put("lookup/all", national)
    if not change.has("areas/lsoa"):
        return Receipt(
            "lookup",
            fingerprints(paths),
            "lookup/all",
            rows=len(table),
            in_county=len(national),
            vintage=str(national.index.name),
            notes=["Import the boundaries of the small areas next; --within keeps those of a district."],
        )
    notes = _use_lookup(change, national, table.name)
    _derive(change)
    kept = len(change.read("lookup"))
    return Receipt(
        "lookup",
        fingerprints(paths),
        "lookup",
        rows=len(table),
        in_county=kept,
        outside=len(table) - kept,
        vintage=str(national.index.name),
        notes=[*table.notes, *notes, *national_ranks.rank(change)],
    )


def _use_lookup(change: Transaction, national: pd.DataFrame, name: str) -> list[str]:
    """Cut a lookup down to the loaded small areas; what should be known of it."""
    areas = loaded_areas(change)
    lookup = area_tables.restrict(national, areas.index, name).loc[areas.index]
    lookup, notes = area_tables.without_border_wards(lookup, national, areas["name"])
    change.put("lookup", lookup)
    for level in PARENTS:
        role = f"areas/{level}"
        if change.given(role):
            change.put(role, _cut_to_lookup(change, change.read(role), level, f"The {level} file"))
    if not change.place:
        *names, last = sorted(lookup["borough"].unique())
        joined = " and ".join([", ".join(names), last] if names else [last])
        change.manifest["place"] = joined if len(names) < NAMED else f"{len(names) + 1} boroughs"
    return [*notes, *area_tables.cut_districts(national, areas.index)]


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
    if ground.is_country(len(small)):
        for name, areas in levels.items():
            for role, files in (("ground", [ground.pack(areas)]), ("near", ground.pack_near(areas))):
                change.put(f"{role}/{name}", pd.DataFrame({"file": files}), derived=True)


def _take_population(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "population"), area_tables.has_area_column, choice.sheet)
    people = read_population(table)
    local = area_tables.restrict(people, loaded_areas(change).index, table.name)
    change.put("population", local.rename_axis("lsoa").reset_index())
    national_ranks.keep_people(change, people)
    table.notes += national_ranks.rank(change)
    return _of_areas("population", paths, table, people, local)


def _take_deprivation(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "deprivation"), area_tables.has_area_column, choice.sheet)
    index = area_tables.read_deprivation(table)
    areas = loaded_areas(change).index
    local = area_tables.restrict(index, areas, table.name).loc[areas]
    change.put("deprivation", local)
    national_ranks.keep_ranks(change, index)
    table.notes += national_ranks.rank(change)
    return _of_areas("deprivation", paths, table, index, local)


def _of_areas(kind: str, paths: list[Path], table: Table, read: pd.DataFrame, local: pd.DataFrame) -> Receipt:
    return Receipt(
        kind,
        fingerprints(paths),
        kind,
        rows=len(table),
        in_county=local.index.nunique(),
        outside=read.index.nunique() - local.index.nunique(),
        vintage=str(read.index.name),
        notes=table.notes,
    )


def _take_places(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "places"))
    places = area_tables.read_places(table)
    if change.has("areas/lsoa"):
        west, south, east, north = change.read("areas/lsoa").total_bounds
        places = places[places["x"].between(west, east) & places["y"].between(south, north)]
    change.put("places", places.reset_index(drop=True))
    return Receipt("places", fingerprints(paths), "places", rows=len(table), in_county=len(places))


def _take_names(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "names"))
    names = area_tables.read_names(table)
    middle = middle_layer(loaded_areas(change)["name"])
    local = names[names.index.isin(middle)]
    if local.empty:
        raise Problem(f"{table.name} names no middle layer area of this county, such as “{middle.iloc[0]}”.")
    change.put("names", local.rename("name").rename_axis("msoa").reset_index())
    return Receipt(
        "names",
        fingerprints(paths),
        "names",
        rows=len(table),
        in_county=len(local),
        outside=len(names) - len(local),
    )


def _take_severity(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    weights = read_weights(only_one(paths, "harm weights"))
    change.put("severity", weights.reset_index())
    return Receipt("severity", fingerprints(paths), "severity", rows=len(weights), in_county=len(weights))


def _take_benchmark(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "benchmark rates"))
    rates = read_reference(table, {*SOURCES, *change.manifest["sources"]})
    change.put("benchmark", rates)
    return Receipt("benchmark", fingerprints(paths), "benchmark", rows=len(table), in_county=len(rates))


def _take_exclusions(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    path = paths[0]
    table = (
        exclusions.table_of_toml(path)
        if path.suffix.lower() == ".toml"
        else table_of(only_one(paths, "places that soak up events"))
    )
    listed = exclusions.read_exclusions(table)
    change.put(exclusions.ROLE, listed)
    return Receipt(
        exclusions.ROLE,
        fingerprints(paths),
        exclusions.ROLE,
        rows=len(table),
        in_county=len(listed),
        notes=["Nothing is left out until a question asks for it (exclude=listed in the address)."],
    )


def _take_definitions(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    found = read_definitions(only_one(paths, "definitions"))
    change.put(ROLE, to_table(found))
    return Receipt(ROLE, fingerprints(paths), ROLE, rows=len(found), in_county=len(found))


def _take_interventions(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "interventions"), lambda header: "what" in header, choice.sheet)
    register = interventions.read_interventions(table)
    change.put(interventions.ROLE, register)
    kind = interventions.ROLE
    return Receipt(kind, fingerprints(paths), kind, rows=len(table), in_county=len(register))


def _take_calendar(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(
        only_one(paths, "calendar"), lambda header: {"name", "start"} <= set(header), choice.sheet
    )
    entries = calendar.read_calendar(table)
    change.put(calendar.ROLE, entries)
    number = {kind: int((entries["kind"] == kind).sum()) for kind in calendar.KINDS}
    said = listed([counted(of, kind, f"{kind}s") for kind, of in number.items()])
    kind, notes = calendar.ROLE, [f"The calendar has {said}."]
    return Receipt(kind, fingerprints(paths), kind, rows=len(table), in_county=len(entries), notes=notes)


def _take_schedules(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    loaded_areas(change)
    new = sum(patrols.keep_schedule(change, path) for path in paths)
    old, kind = len(paths) - new, patrols.SCHEDULES
    notes = [f"{counted(old, 'schedule was', 'schedules were')} kept already."] if old else []
    return Receipt(kind, fingerprints(paths), kind, rows=len(paths), in_county=new, notes=notes)


def _take_visits(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    table = table_of(only_one(paths, "visits"), patrols.is_visits, choice.sheet)
    small = loaded_areas(change)
    visits = patrols.read_visits(table, patrols.known_areas(change), small)
    new = patrols.keep_visits(change, visits)
    kind = patrols.VISITS
    notes = [f"{counted(new, 'visit is', 'visits are')} new, of the same area and start the newest counts."]
    return Receipt(kind, fingerprints(paths), kind, rows=len(table), in_county=len(visits), notes=notes)


def _of_place(kind: str, read: Callable[[Table], pd.DataFrame]) -> Callable[..., Receipt]:
    """Take a table of what kind of place the small areas are."""

    def take(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
        table = table_of(only_one(paths, kind), has_areas, choice.sheet)
        found = read(table)
        local = area_tables.restrict(found, loaded_areas(change).index, table.name)
        change.put(kind, local.rename_axis("lsoa").reset_index())
        return _of_areas(kind, paths, table, found, local)

    return take


def _take_indicators(change: Transaction, paths: list[Path], choice: Choice) -> Receipt:
    """Indicators of a table in place of those of the same name in it; the others of that table stay."""
    path = only_one(paths, "indicators")
    table = table_of(path, indicator_declared.recogniser(choice.declared), choice.sheet)
    declaration = indicator_declared.declared(choice.declared, table.name, list(table.frame))
    found = indicators.read_indicators(table, declaration, _here(change))
    role = f"{indicators.ROLE}{declaration.key}"
    others = 0
    for one, new in _as_stored(role, found).items():
        rows = new
        if change.has(one) or change.has(role):
            former = change.read(one if change.has(one) else role)
            stays = former[~former["indicator"].isin(found["indicator"])]
            others, rows = stays["indicator"].nunique(), pd.concat([stays, rows], ignore_index=True)
        change.put(one, rows)
    if others:
        table.notes.append(f"{others} other indicators of this table that were loaded before stay.")
    if declaration.disclosure != "open":
        of = indicators.true_role(role).split("/")[1]
        classes = change.manifest.setdefault("tables", {})
        classes[of] = max(declaration.disclosure, classes.get(of, "open"), key=STRICTER.index)
        table.notes.append(
            f"{table.name}: counts of 1 to 7 were suppressed and others rounded to the nearest 5, and values "
            "and limits worked out from these; only those with a right to the true numbers see these."
        )
    ours = found["level"].isin([*AREAS, "county"])
    return Receipt(
        "indicators",
        fingerprints(paths),
        role,
        rows=len(table),
        in_county=found["area"][ours].nunique(),
        notes=table.notes,
    )


def _as_stored(role: str, found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A table by the roles that it plays: as it is, or its true numbers and those for everybody."""
    if (found["disclosure"] == "open").all():
        return {role: found}
    return {indicators.true_role(role): found, role: indicators.as_protected(found)}


def _here(change: Transaction) -> indicators.Here:
    """The areas that are loaded, the small ones first."""
    loaded_areas(change)
    levels = {level: change.read(f"areas/{level}") for level in AREAS if change.has(f"areas/{level}")}
    areas = {
        code: (level, name)
        for level, frame in levels.items()
        for code, name in zip(frame.index, frame["name"], strict=True)
    }
    return indicators.Here(areas, change.place)


TABLES: dict[str, Callable[[Transaction, list[Path], Choice], Receipt]] = {
    "boundaries": _take_boundaries,
    "lookup": _take_lookup,
    "population": _take_population,
    "deprivation": _take_deprivation,
    "places": _take_places,
    "names": _take_names,
    "severity": _take_severity,
    "benchmark": _take_benchmark,
    "exclusions": _take_exclusions,
    "interventions": _take_interventions,
    "calendar": _take_calendar,
    "schedules": _take_schedules,
    "visits": _take_visits,
    "definitions": _take_definitions,
    "indicators": _take_indicators,
    "ethnicity": _of_place("ethnicity", read_ethnicity),
    "classification": _of_place("classification", read_classification),
    "workplace": _of_place("workplace", read_workplace),
}


def need_areas(change: Transaction) -> None:
    """Raise Problem where no small areas are loaded."""
    if not change.has("areas/lsoa"):
        raise Problem(
            "The small areas come first: import their boundaries with `hotspots import boundaries FILE`."
        )


def loaded_areas(change: Transaction) -> Any:
    """The small areas that are loaded."""
    need_areas(change)
    return change.read("areas/lsoa")
