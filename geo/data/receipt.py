"""What was taken from a delivery?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from geo.ask.words import month_number, month_text
from geo.data.arrays import is_packed


class Aside(NamedTuple):
    """A row that was not taken: its file, number, column ("" for the row as a whole) and why."""

    file: str
    row: int
    column: str
    why: str


class Rows(NamedTuple):
    """How many rows, and file and number of the first of them."""

    number: int
    first: list[tuple[str, int]]


ROWS_NAMED = 20
"""Rows that are named of each reason."""
Progress = Callable[[int, int, str], None]
"""Told (files done, files in all, name of the file at work)."""


def no_progress(done: int, total: int, name: str) -> None:
    """Tell nobody."""


KEPT = {
    "benchmark": "rates",
    "calendar": "entries",
    "definitions": "definitions",
    "exclusions": "places",
    "indicators": "areas with indicators",
    "interventions": "interventions",
    "places": "places",
    "schedules": "schedules",
    "severity": "weights",
    "trials": "trials",
    "visits": "visits",
}
"""What a delivery without events has brought, where it is not areas."""


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
        :class:`geo.data.vintages.Conversion` where the vintage was converted.
    grain : str
        ``month``, ``day`` or ``hour``.
    set_aside : int
        Rows that were not taken.
    set_aside_file : str
        Where in the data folder they are listed.
    notes : list of str
        What else its reader should know, in plain English.
    doubts, remarks : list of str
        What may well be a mistake, to be confirmed before it is done; and what should be looked at.
    rows_of, aside
        For each reason the rows, and the rows set aside with why; not kept in the history.
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
    set_aside: int = 0
    set_aside_file: str = ""
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows_of: dict[str, Rows] = field(default_factory=dict)
    aside: list[Aside] = field(default_factory=list)
    imported: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def kept(self) -> dict[str, Any]:
        """What the history keeps of it."""
        return {
            key: value
            for key, value in asdict(replace(self, rows_of={}, aside=[])).items()
            if key not in ("rows_of", "aside")
        }

    def lines(self) -> list[tuple[str, str]]:
        """Say it in numbers: pairs of a number and what it counts."""
        if not self.role:
            return []
        always, more = [(self.rows, "rows read")], []
        if not self.grain:
            always.append((self.in_county, f"{KEPT.get(self.kind, 'areas')} kept"))
            more.append((self.outside, "areas beyond the county, left out"))
        else:
            always.append((self.in_county, "in the county"))
            always.append((self.outside, "outside the county"))
            always.append((self.unlocated, "without a place"))
            where = f", listed in {self.set_aside_file}" if self.set_aside_file else ""
            more.append((self.set_aside, f"set aside, not taken{where}"))
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


def events_in_words(number: int) -> str:
    """Say a number of events.

    >>> events_in_words(1), events_in_words(1200)
    ('1 event', '1,200 events')
    """
    return f"{number:,} event{'s' * (number != 1)}"


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


def taken_back(taken: dict[str, Any], before: dict[str, Any]) -> str:
    """Say what is gone when one manifest is put in place of a later one: its imports, or what else changed.

    Examples
    --------
    >>> first = {"created": "2026-01-01", "history": [], "objects": {}}
    >>> listed = first | {"created": "2026-01-02", "objects": {"exclusions": {"sha256": "a"}}}
    >>> taken_back(listed, first)
    'Taken back: the change of exclusions, made 2026-01-02. No import was taken back.'
    """
    imports = taken["history"][len(before["history"]) :]
    if imports:
        last = imports[-1]
        names = ", ".join(file["name"] for file in last.get("files", [])[:3]) or "no file"
        return f"Taken back: {last['kind']} ({names}), imported {taken['created']}."
    one, other = taken["objects"], before["objects"]
    changed = sorted(r for r in one.keys() | other.keys() if one.get(r) != other.get(r) and not is_packed(r))
    what = f"the change of {', '.join(changed)}" if changed else "the last change"
    return f"Taken back: {what}, made {taken['created']}. No import was taken back."
