"""What do the columns of a table of indicators mean, and who published it? A declaration in TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.ask.plain_text import text_of
from geo.ask.problem import Problem
from geo.ask.resources import shipped
from geo.ask.words import listed
from geo.data.periods import span_of

FOLDER = "docs/indicators"
COLUMNS = (
    "id indicator area area_name sex age part period value lower upper margin count denominator unit better "
    "source vintage note trend england"
).split()
"""What a column may hold; ``part`` is filled where a row is of some of the people only."""
NEEDED = ("area", "period")
TEXTS = ("label", "publisher", "vintage", "disclosure", "indicator", "unit", "better", "county", "across")
LISTS = ("suppressed", "neighbours")
DISCLOSURES = ("open", "internal", "controlled")
BETTER = {"lower": "lower", "low": "lower", "higher": "higher", "high": "higher", "": ""}
FEW = 2
"""Columns headed by a period that make a table one across periods."""
_NOTE = re.compile(r"\s*(?:\[[\w ,]{1,12}\]|\(\w{1,2}\)|[*†])+$")
"""Marks of a note behind a header: "2023 [note 1]", "2023 (p)"."""
MARKS = ("*", "**", "c", "[c]", "-", "–", "..", "…", ":", "x", "[x]", "suppressed", "s")
"""What publishers write in place of a value that would tell of persons."""


def periods_in(header: Iterable[str]) -> dict[str, str]:
    """Headers that are periods, as :func:`geo.data.periods.span_of` knows them, each to its period.

    >>> periods_in(["Area", "2013", "2022/23 [note 2]", "Change since 2013"])
    {'2013': '2013', '2022/23 [note 2]': '2022/23'}
    """
    plain = {name: _NOTE.sub("", " ".join(name.split())) for name in header}
    return {name: period for name, period in plain.items() if span_of(period)}


@dataclass(frozen=True)
class Declaration:
    """One table of indicators.

    Attributes
    ----------
    key : str
        Names the table in the data folder: the name of its file.
    label, publisher, vintage : str
    disclosure : {"open", "internal", "controlled"}
        Of a table that is not open small counts are suppressed on import, and no true one is stored.
    columns : mapping
        What a column holds (:data:`COLUMNS`) to its header.
    across : {"", "value", "count"}
        What the columns hold whose header is a period, where a table has one for each.
    indicator, unit, better : str
        Of every row, where no column says it; ``better`` is "lower", "higher" or "". Where a column says the
        indicator too, what it says stands behind this one.
    suppressed : tuple of str
        Marks of a value that is not told, besides :data:`MARKS`.
    neighbours : tuple of str
        Codes of the areas with which those of this county are compared; without any, with one another.
    county : str
        Code or name by which the table calls this county, where that is not the place's name.
    sums : bool
        Whether rows of the same indicator, area and period are parts of its count.
    only : mapping
        Header to what its cells say in the rows that are read; others are passed over.
    """

    key: str
    label: str
    publisher: str = ""
    vintage: str = ""
    disclosure: str = "internal"
    columns: Mapping[str, str] = field(default_factory=dict)
    indicator: str = ""
    unit: str = ""
    better: str = ""
    suppressed: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    county: str = ""
    across: str = ""
    sums: bool = False
    only: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, header: Sequence[str]) -> int:
        """How many of its columns a header has; 0 where one that it needs is missing."""
        there = set(header)
        needed = [self.columns[name] for name in NEEDED if name in self.columns]
        numbers = [self.columns[name] for name in ("value", "count") if name in self.columns]
        named = self.indicator or self.columns.get("indicator", "") in there
        told = not there.isdisjoint(numbers) or (self.across and len(periods_in(header)) >= FEW)
        whole = named and there.issuperset([*needed, *self.only]) and told
        return len(there.intersection(self.columns.values())) if whole else 0

    @property
    def known_by_header(self) -> bool:
        """Whether a header alone tells its table: the areas and some years do not tell of what they are."""
        return not self.across or "indicator" in self.columns


def declarations() -> dict[str, Declaration]:
    """Return the declarations that come with the program."""
    return {path.stem: read_declaration(path) for path in sorted(shipped(FOLDER).glob("*.toml"))}


def _by_header() -> list[Declaration]:
    return [one for one in declarations().values() if one.known_by_header]


def recogniser(path: Path | None) -> Callable[[Sequence[str]], bool]:
    """What tells the header of a table: the declaration that is given, else all that a header tells."""
    those = _by_header() if path is None else [_given(path)]
    return lambda header: any(one.recognises(header) for one in those)


def _given(path: Path) -> Declaration:
    ours = declarations()
    return ours[str(path)] if str(path) in ours and not path.is_file() else read_declaration(path)


def declared(path: Path | None, name: str, header: Sequence[str]) -> Declaration:
    """Return the declaration of a table: the one given, or that of a known layout.

    Parameters
    ----------
    path : Path, optional
        A TOML file, or the name of one that comes with the program.
    name : str
        The table, for messages.
    header : sequence of str

    Raises
    ------
    Problem
        If the file cannot be read, or no declaration fits the header.
    """
    if path is not None:
        found = _given(path)
        if not found.recognises(header):
            needed = [found.columns.get(key, "") for key in (*NEEDED, "indicator", "value", "count")]
            lacks = [column for column in needed if column and column not in header]
            years = "columns for periods, such as “2022” and “2023”"
            missing = listed([f"“{column}”" for column in lacks] or [years])
            raise Problem(
                f"{name} is no table of “{found.label}”: it lacks {missing} (it has "
                f"{listed(list(header)[:8])}); name its columns under [columns] of the declaration."
            )
        return found
    best = max(_by_header(), key=lambda one: one.recognises(header))
    if not best.recognises(header):
        raise Problem(
            f"{name} has no header of indicators that is known (it has {listed(list(header)[:8])}): say what "
            "its columns mean in a TOML file, given with --mapping; docs/data-formats.md has an example."
        )
    return best


def read_declaration(path: Path) -> Declaration:
    """Read a declaration.

    Raises
    ------
    Problem
        If the file is not TOML, has an unknown key, or lacks what is needed.
    """
    try:
        said = tomllib.loads(text_of(path))
    except OSError as error:
        known = listed([one.stem for one in sorted(shipped(FOLDER).glob("*.toml"))])
        raise Problem(
            f"The declaration {path} cannot be read: check its name; those that come with the program are "
            f"{known}."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"The declaration {path.name} is not well-formed TOML: {error}.") from error
    if fault := next(iter(_faults(path, said)), ""):
        raise Problem(f"The declaration {path.name} {fault}; docs/data-formats.md has an example.")
    given: dict[str, Any] = {name: " ".join(said[name].split()) for name in TEXTS if name in said}
    given |= {name: tuple(said[name]) for name in LISTS if name in said}
    return Declaration(
        path.stem, columns=said["columns"], sums=said.get("sums", False), only=said.get("only", {}), **given
    )


def _adds_up(sums: object, columns: Collection[str]) -> bool:
    """Whether rows can be added up: of counts they can, of values and limits not."""
    return sums is True and "count" in columns and {"value", "lower", "upper", "margin"}.isdisjoint(columns)


def _faults(path: Path, said: Mapping[str, Any]) -> list[str]:
    known = (*TEXTS, *LISTS, "sums", "columns", "only")
    faults = [f"has an unknown key “{key}” (known: {', '.join(known)})" for key in said if key not in known]
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
        faults.append("needs a file name of small letters, digits and _")
    faults += [f"must give “{name}” as text" for name in TEXTS if not isinstance(said.get(name, ""), str)]
    for name in LISTS:
        value = said.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            faults.append(f"must give “{name}” as a list of texts")
    if not said.get("label"):
        faults.append("lacks “label”, the name of the table")
    if said.get("disclosure", "open") not in DISCLOSURES:
        faults.append(f"must give “disclosure” as {' or '.join(DISCLOSURES)}")
    if said.get("better", "") not in ("lower", "higher", ""):
        faults.append("must give “better” as lower or higher")
    columns: Any = said.get("columns")
    for name, table in (("columns", columns), ("only", said.get("only", {}))):
        if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
            return [*faults, f"must give [{name}] as a table of texts"]
    faults += [
        f"has “{name}” under [columns], where it may have {', '.join(COLUMNS)}"
        for name in columns
        if name not in COLUMNS
    ]
    if "indicator" not in columns and not said.get("indicator"):
        faults.append("must name the column “indicator”, or one “indicator” for all rows")
    return faults + _faults_of_numbers(said, columns)


def _faults_of_numbers(said: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    across, faults = said.get("across", ""), []
    if across and (across not in ("value", "count") or {"period", across} & set(columns)):
        faults.append(
            "is across periods: give “across” as value or count, and neither it nor “period” under [columns]"
        )
    held = {*columns, *(("period", across) if across else ())}
    faults += [f"lacks “{name}” under [columns]" for name in NEEDED if name not in held]
    if not {"value", "count"} & held:
        faults.append("must name “value”, or “count”, under [columns]")
    if said.get("sums", False) is not False and not _adds_up(said["sums"], held):
        faults.append(
            "adds up rows (sums = true): name “count”, and neither “value” nor an interval, under [columns]"
        )
    if said.get("disclosure", "internal") != "open" and "count" not in held:
        faults.append(
            "is of a table that is not open, and so must name the column “count”, by which small numbers are "
            'protected; a published table is disclosure = "open"'
        )
    return faults
