"""Where do events come from?

A :class:`Source` says what its events are and how far their place and time go; its readers turn one
publisher's file into canonical incidents, one row an event::

    category    label, such as "Violence and sexual offences"
    lsoa        code as the file gives it, missing where the file gives no place
    month       year * 12 + month - 1
    date        day (missing where only the month is known)
    hour        0-23 local wall time (missing where unknown)
    span_hours  hours from the earliest to the latest possible moment (missing where not a range)
    age_band    band of the European Standard Population 2013, "0-4" … "90+"
    sex         "F", "M" or missing
    person      1, 2, 3, … where the file tells which events are the same person's; 0 or missing: not known
    person_key  by which that person is known in other deliveries too; as stored, the folder's secret is in it
    …           attributes of the source, such as ``knife`` or ``arrival_mode``

Readers are strict: one cell that makes no sense refuses the file, naming its row and column. Row 1 is the
header, as a spreadsheet counts. References of crimes, patients and calls are never returned, and persons
only by numbers (:func:`parse_persons`); messages never repeat what a cell holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from geo.ask.problem import Problem
from geo.ask.words import a, month_number
from geo.data.covers import EVERYTHING, Covers
from geo.data.readers import (
    ADMITTED_CARE,
    AMBULANCE_CAD,
    EMERGENCY_CARE,
    FORCE_EXTRACT,
    POLICE_OUTCOMES,
    POLICE_STOPS,
    POLICE_STREET,
    SECONDARY_DIAGNOSES,
    Reader,
)
from geo.data.table import Table

Sector = Literal["police", "health", "other"]
Disclosure = Literal["open", "internal", "controlled"]
STRICTER: tuple[Disclosure, ...] = ("open", "internal", "controlled")
"""Classes of disclosure, the strictest last."""
_SUPPLIED = "Records of the police force: official-sensitive, not for publication"

# ---------------------------------------------------------------- sources


@dataclass(frozen=True)
class Source:
    """A kind of event, and what may be said of it.

    Attributes
    ----------
    key : str
        Its name in URLs and commands.
    label : str
        Its name on screen, "Police offences".
    noun : tuple of (str, str)
        One event and several: ("offence", "offences").
    moment : str
        What its time is the time of: "committed", "call", "arrival", "admission".
    place : {'occurrence', 'residence'}
        What its area is the area of.
    disclosure : {'open', 'internal', 'controlled'}
        Who may see true small counts (:meth:`geo.ask.viewer.Viewer.sees`): anyone; its owner, on a computer
        of their own; or those who were cleared. All others see a protected version
        (:mod:`geo.data.protection`).
    readers : tuple of Reader
        The formats in which it comes; empty for a source that was registered by a mapping and is read back
        from a data folder.
    attribution : str
        The line that names its publisher and licence.
    sector : {'police', 'health', 'other'}
        Whose eyes see its events: what health services see and the police do not goes by it.
    set_aside : float
        Share of the rows of a delivery that may make no sense and are set aside; more refuse it.
    encoding : str
        Of its text files where that is not UTF-8.
    nouns : mapping
        Labels of the categories whose events are not called by the noun, to what one and several are called.
    protection : {'light', 'standard', 'strong'}
        How strongly a source that is not open is protected.
    covers : Covers
        What its mapping says that a delivery covers.
    """

    key: str
    label: str
    noun: tuple[str, str]
    moment: str
    place: Literal["occurrence", "residence"]
    disclosure: Disclosure
    readers: tuple[Reader, ...] = ()
    attribution: str = ""
    sector: Sector = "other"
    set_aside: float = 0.01
    encoding: str = ""
    nouns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    protection: str = "standard"
    covers: Covers = EVERYTHING

    def recognise(self, header: Sequence[str]) -> bool:
        """Whether one of its formats has this header."""
        return any(reader.recognise(header) for reader in self.readers)

    def described(self) -> dict[str, Any]:
        """Return all but the readers, as stored in a data folder's manifest."""
        return {
            "label": self.label,
            "noun": list(self.noun),
            "moment": self.moment,
            "place": self.place,
            "disclosure": self.disclosure,
            "protection": self.protection,
            "attribution": self.attribution,
            "sector": self.sector,
            "nouns": {label: list(words) for label, words in self.nouns.items()},
        }


_OPEN_POLICE = (
    "Contains public sector information licensed under the Open Government Licence v3.0 (data.police.uk)"
)
_NHS = "Hospital Episode Statistics, NHS England: controlled, shown with small numbers suppressed"

SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source(
            "offences",
            "Police offences",
            ("offence", "offences"),
            "committed",
            "occurrence",
            "open",
            (POLICE_STREET, FORCE_EXTRACT),
            _OPEN_POLICE,
            sector="police",
            nouns={"Anti-social behaviour": ("incident", "incidents")},
        ),
        Source(
            "ambulance",
            "Ambulance call-outs",
            ("call-out", "call-outs"),
            "call",
            "occurrence",
            "controlled",
            (AMBULANCE_CAD,),
            "Ambulance service dispatch data: controlled, shown with small numbers suppressed",
            sector="health",
        ),
        Source(
            "ae",
            "A&E attendances",
            ("attendance", "attendances"),
            "arrival",
            "residence",
            "controlled",
            (EMERGENCY_CARE,),
            "Emergency Care Data Set, NHS England: controlled, shown with small numbers suppressed",
            sector="health",
        ),
        Source(
            "admissions",
            "Hospital admissions",
            ("admission", "admissions"),
            "admission",
            "residence",
            "controlled",
            (ADMITTED_CARE, SECONDARY_DIAGNOSES),
            _NHS,
            sector="health",
        ),
        Source(
            "outcomes",
            "Police outcomes",
            ("outcome", "outcomes"),
            "outcome",
            "occurrence",
            "open",
            (POLICE_OUTCOMES,),
            _OPEN_POLICE,
            sector="police",
        ),
        Source(
            "stop_and_search",
            "Stop and search",
            ("search", "searches"),
            "search",
            "occurrence",
            "open",
            (POLICE_STOPS,),
            _OPEN_POLICE,
            sector="police",
        ),
    )
}


def declared(source: Source, reader: Reader, *, made_up: bool) -> Source:
    """Return a source as a file of one of its formats declares it: what a force gives out is not open data.

    Parameters
    ----------
    source : Source
    reader : Reader
    made_up : bool
        Whether nobody's data are in the file.
    """
    if made_up or not reader.internal or source.disclosure != "open":
        return source
    return replace(source, disclosure="internal", attribution=_SUPPLIED)


def reader_for(source: Source, table: Table) -> Reader:
    """Return the source's reader for a file.

    Raises
    ------
    Problem
        If the header is none that the source comes with, naming what is missing of the nearest one.
    """
    header = table.names
    for reader in source.readers:
        if reader.recognise(header):
            return reader
    lower = {column.casefold(): column for column in header}
    for reader in source.readers:  # names of columns may be in another case
        named = {lower[c.casefold()]: c for c in reader.columns if c.casefold() in lower}
        if len(lower) == len(header) and len(named) == len(set(reader.columns)):
            table.renamed(named)
            return reader
    nearest = min(source.readers, key=lambda reader: len(set(reader.columns) - set(header)))
    missing = [f"“{column}”" for column in nearest.columns if column not in header]
    raise Problem(
        f"{table.name} has an unknown header: as {a(nearest.name)} it lacks {', '.join(missing)}; "
        "check that it is the file meant, or describe its columns with --mapping."
    )


def stored_sources(manifest: dict[str, Any]) -> dict[str, Source]:
    """Return the sources that have events in a data folder, those registered by a mapping among them.

    Parameters
    ----------
    manifest : dict
        ``Snapshot.manifest``.
    """
    keys = dict.fromkeys(batch["source"] for batch in manifest["batches"].values())
    return {key: _stored(key, manifest["sources"][key]) for key in keys}


def moved_points(manifest: dict[str, Any], key: str) -> tuple[int, ...]:
    """Months from which on the events of a source in a folder are placed at other points than before.

    A batch from before its format was kept is of police.uk where its files were named by force.
    """
    batches = [batch for batch in manifest["batches"].values() if batch["source"] == key]
    named = {batch["reader"] for batch in batches if "reader" in batch}
    old = any(batch.get("forces") for batch in batches)
    readers = SOURCES[key].readers if key in SOURCES else ()
    found = {m for r in readers if r.name in named or (old and r.archive) for m in r.moved}
    return tuple(sorted(map(month_number, found)))


def _stored(key: str, said: dict[str, Any]) -> Source:
    """Read a source back; what an older folder does not say is that of the registered source."""
    known = SOURCES.get(key)
    usual = {"sector": known.sector, "nouns": known.nouns} if known else {}
    found = {**usual, **said}
    nouns = {label: tuple(words) for label, words in found.pop("nouns", {}).items()}
    return Source(key, **{**found, "noun": tuple(said["noun"]), "nouns": nouns})
