"""Who was involved, with what and in what kind of place, as a publisher writes it?"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.ask.factors import APART, FACTORS, Factor
from geo.data.distinct import mapped, unknown
from geo.data.table import Table, parse_ages, parse_flags, parse_persons, parse_sexes

PLACE_NAME = "premises_name"
"""Column of canonical incidents that names the premises: for those who see true numbers alone."""
VICTIM, PREMISES = "Victim Reference", "Premises Name"
"""Columns of a force's dated extract: a pseudonym, and what the premises are called."""
_NOT_KNOWN = re.compile(
    r"(NOT |UN)(KNOWN|STATED|RECORDED|PROVIDED|DEFINED|SPECIFIED)|UNK|N/?K|NS|N\d|99|Z|-|IC ?[09]|REFUSED.*"
    r"|PREFER NOT.*|NO (DATA|RECORD|RESPONSE)"
)
"""How publishers write that they do not know."""


def read_factors(
    table: Table, columns: Mapping[str, str], own: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, pd.Series]:
    """Read what a table records of persons and circumstances.

    Parameters
    ----------
    table : Table
    columns : mapping
        Name of a factor to its column in the table.
    own : mapping, optional
        Name of a factor to what its words are, where a mapping says it: "BLUE ROOM" to "licensed".

    Returns
    -------
    dict of str to Series
        By their columns of canonical incidents.
    """
    own = own or {}
    return {
        FACTORS[name].column: _read(table, FACTORS[name], column, own.get(name, {}))
        for name, column in columns.items()
    }


def read_circumstances(table: Table) -> dict[str, pd.Series]:
    """What a force's dated extract may record besides: persons, circumstances, and what it names."""
    there = {name: one.header for name, one in FACTORS.items() if one.header and one.header in table.names}
    found = read_factors(table, there)
    person, place = (column if column in table.names else "" for column in (VICTIM, PREMISES))
    return found | read_names(table, person, place, found.get("premises"))


def read_place_names(table: Table, column: str, kinds: pd.Series | None) -> pd.Series:
    """Names of premises; packed. Kept beside a known kind of premises alone, and never of a home.

    Parameters
    ----------
    table : Table
    column : str
    kinds : Series or None
        The kinds of premises of the same events, as :func:`read_factors` gives them.
    """
    names = mapped(table.words(column), lambda cells: cells.str.split().str.join(" "))
    if kinds is None:
        table.notes.append(f"{table.name}: names of premises passed over: no column says their kind.")
        return unknown(len(names))
    kept = names.where((kinds.notna() & (kinds != "home")).to_numpy(bool))
    return kept.cat.remove_unused_categories()  # those of homes are not even among the values


def read_names(table: Table, person: str, place: str, kinds: pd.Series | None) -> dict[str, pd.Series]:
    """Persons and premises that columns of a table name; "" for a column that there is not."""
    found = parse_persons(table, person) if person else {}
    return found | ({PLACE_NAME: read_place_names(table, place, kinds)} if place else {})


def _read(table: Table, factor: Factor, column: str, own: Mapping[str, str]) -> pd.Series:
    if factor.flag:
        return parse_flags(table, column)
    if factor.column.endswith("age_band"):
        return parse_ages(table, column)
    if not factor.written:
        return parse_sexes(table, column)
    return read_cells(table.words(column), factor, own)


def read_cells(cells: pd.Series, factor: Factor, own: Mapping[str, str] | None = None) -> pd.Series:
    """Read the values of a factor from cells of text; packed."""
    upper = {text.upper(): value for text, value in (own or {}).items()}
    return mapped(cells, lambda some: some.map(lambda cell: values_in(cell, factor, upper)).astype("str"))


def values_in(cell: str | float, factor: Factor, own: Mapping[str, str]) -> str | float:
    """Return the values of a factor that one cell says, "race;religion"; NaN where it says nothing.

    >>> values_in("Ex-partner", FACTORS["relationship"], {}), values_in("W1", FACTORS["ethnicity"], {})
    ('partner', 'white')
    >>> values_in("Racial, religious", FACTORS["hate"], {}), values_in("Not known", FACTORS["premises"], {})
    ('race;religion', nan)
    >>> values_in("S026, F10.2", FACTORS["diagnosis"], {}), values_in("S026", FACTORS["diagnosis"], {})
    ('mental;alcohol', 'none')
    """
    if not isinstance(cell, str):
        return np.nan
    text = cell.strip().upper()
    if text in own:
        return own[text]
    parts = re.split("[;,]", text) if factor.several else [text]
    found: list[str] = []
    for part in map(str.strip, parts):
        if part and not _NOT_KNOWN.fullmatch(part):
            said = [value for value, form in factor.written.items() if re.search(form, part)]
            found += said if factor.several else said[:1]
    so = [value for value in dict.fromkeys(found) if value != "none"]
    return APART.join(so or dict.fromkeys(found)) or np.nan
