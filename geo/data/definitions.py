"""Which definitions are saved? Those that come with the program, and the county's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from geo.ask.definition import Definition
from geo.ask.plain_text import text_of
from geo.ask.problem import Problem
from geo.ask.query import PARAMETERS, Query
from geo.ask.resources import shipped
from geo.data.store import Snapshot

ROLE = "definitions"
FOLDER = "docs/definitions"
TEXTS = ("label", "words", "publisher", "version", "source")
_NOT_IN_ONE = ("source", "definition")


def definitions(snapshot: Snapshot) -> dict[str, Definition]:
    """Return the definitions of a folder by their names; one of the county's replaces a shipped one."""
    own = snapshot.read(ROLE) if snapshot.has(ROLE) else pd.DataFrame()
    rows = own.to_dict("records")
    return shipped_definitions() | {
        row["key"]: Definition(**{name: row[name] for name in ("key", *TEXTS)}, any=tuple(row["any"].split()))
        for row in rows
    }


@cache
def shipped_definitions() -> dict[str, Definition]:
    """Return the definitions that come with the program."""
    found: dict[str, Definition] = {}
    for path in sorted(shipped(FOLDER).glob("*.toml")):
        found |= read_definitions(path)
    return found


def read_definitions(path: Path) -> dict[str, Definition]:
    """Read definitions from a TOML file, a table for each.

    Raises
    ------
    Problem
        If the file is not TOML, or a definition lacks something or asks for what nobody can be asked.
    """
    try:
        said = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"The definitions {path.name} are not well-formed TOML: {error}.") from error
    if not said:
        raise Problem(f"{path.name} defines nothing; docs/definitions.md has an example.")
    return {key: _read(path.name, key, table) for key, table in said.items()}


def to_table(found: Mapping[str, Definition]) -> pd.DataFrame:
    """Write definitions as a table of a data folder."""
    return pd.DataFrame(
        [
            {"key": key, **{name: getattr(one, name) for name in TEXTS}, "any": " ".join(one.any)}
            for key, one in found.items()
        ]
    )


def _read(file: str, key: str, table: Any) -> Definition:
    def wrong(why: str) -> Problem:
        return Problem(f"In {file} the definition “{key}” {why}; docs/definitions.md has an example.")

    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", key):
        raise wrong("needs a name of small letters, digits and hyphens")
    if not isinstance(table, dict):
        raise wrong("is no table")
    for name in TEXTS:
        if not isinstance(table.get(name), str) or not table[name].strip():
            raise wrong(f"must give “{name}” as text")
    if unknown := sorted(table.keys() - {*TEXTS, "any"}):
        raise wrong(f"has an unknown key “{unknown[0]}”")
    searches = table.get("any")
    if not isinstance(searches, list) or not searches or not all(isinstance(one, str) for one in searches):
        raise wrong('must give “any” as a list of filters such as "victim_sex=female&knife=yes"')
    for search in searches:
        query, notices = Query.parse(search)
        if notices:
            raise wrong(f"asks what cannot be asked: {notices[0].rstrip('.')}")
        asked = [name for name, one in PARAMETERS.items() if query[name] != one.default]
        if not asked:
            raise wrong("keeps everything: each filter must ask for something")
        for name in asked:
            if not PARAMETERS[name].filters or name in (*_NOT_IN_ONE, "borough", "area", "set"):
                raise wrong(f"asks by “{name}”, which is no filter of events by what, when or who")
    if not table["words"].rstrip().endswith("."):
        raise wrong("must give “words” as a sentence that ends in a full stop")
    texts = {name: " ".join(table[name].split()) for name in TEXTS}
    return Definition(key, **texts, any=tuple(one.lstrip("?") for one in searches))
