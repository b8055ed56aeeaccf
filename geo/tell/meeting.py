"""What did the last meeting decide? Notes of decisions per area, shown again at the next meeting.

The notes of a data folder are its file ``notes.jsonl``, beside the versions and untouched by imports: one
JSON object a line, oldest first, so that it can be read, corrected or emptied in any text editor. They hold
what people type, no more: the author's name is typed too. Nothing of them goes into a link or a log, and of
all exports only into the briefing sheet of their area, for who may see them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from geo.ask.problem import Problem
from geo.ask.viewer import Viewer
from geo.ask.words import month_number, month_text
from geo.data.writing import write_whole

NAME = "notes.jsonl"
LONGEST_TEXT, LONGEST_AUTHOR = 600, 60
"""Characters."""
LOCK, PATIENCE = "NOTES.LOCK", 10.0
"""The lock of the file, and the seconds for which a note waits for the others that are being kept."""
LARGEST = 2_000_000
"""Bytes of the file: about four thousand notes."""


@dataclass(frozen=True)
class Note:
    """One decision for one area.

    Attributes
    ----------
    area : str
        Code of the area, of any level.
    date : str
        Day of the meeting, YYYY-MM-DD.
    author, text : str
    source : str
        Key of the source that was shown.
    seen : str
        Last month of it that was loaded, YYYY-MM.
    team : str
        Group of who kept it, on a server with a log-in; "" elsewhere.
    """

    area: str
    date: str
    author: str
    text: str
    source: str
    seen: str
    team: str = ""


@dataclass(frozen=True)
class Meeting:
    """A day on which notes were made of a source.

    Attributes
    ----------
    day : date
    seen : int
        Last month of the source that was loaded then (see :func:`geo.ask.words.month_number`).
    """

    day: date
    seen: int


def note(area: str, author: str, text: str, *, day: date, source: str, seen: int, team: str = "") -> Note:
    """Make a note of what was typed.

    Parameters
    ----------
    area, source : str
    author, text : str
        As typed; spaces at the ends and control characters go.
    day : date
    seen : int
        Last month of the source that is loaded.
    team : str
        Group of who keeps it.

    Raises
    ------
    Problem
        If the author or the text is missing or too long.

    Examples
    --------
    >>> note("E01000001", " Ann ", "Patrol", day=date(2025, 3, 4), source="offences", seen=24301).author
    'Ann'
    """
    author, text = (re.sub(r"[^\S\n]+", " ", _printable(typed)).strip() for typed in (author, text))
    author = author.replace("\n", " ")
    for what, typed, longest in (
        ("Who decided", author, LONGEST_AUTHOR),
        ("The decision", text, LONGEST_TEXT),
    ):
        if not typed:
            raise Problem(f"{what} is missing: type it and keep the note again.")
        if len(typed) > longest:
            raise Problem(f"{what} has {len(typed)} characters; at most {longest} are kept. Shorten it.")
    return Note(area, day.isoformat(), author, text, source, month_text(seen), team)


def _printable(text: str) -> str:
    return "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c in "\n\t")


class Notes:
    """The notes of a data folder.

    Parameters
    ----------
    folder : path
        A data folder that holds data.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.path = Path(folder) / NAME
        self._lock = Lock()

    def read(self) -> tuple[Note, ...]:
        """All notes, oldest first.

        Raises
        ------
        Problem
            If a line cannot be read, naming it.
        """
        return _parse(self._content(), self.path)

    def add(self, note: Note) -> None:
        """Keep a note: the file gets it as a whole, or stays as it was.

        Raises
        ------
        Problem
            If the file is full or cannot be written.
        """
        line = json.dumps(asdict(note), ensure_ascii=False).encode("utf-8") + b"\n"
        try:
            with self._lock, FileLock(self.path.parent / LOCK, timeout=PATIENCE):
                content = self._content()
                if content and not content.endswith(b"\n"):
                    content += b"\n"
                if len(content) + len(line) > LARGEST:
                    raise Problem(
                        f"The notes in {self.path} are full ({LARGEST:,} bytes): move old lines elsewhere."
                    )
                write_whole(self.path, content + line)
        except Timeout as error:
            raise Problem("Others are keeping notes at this moment: keep this one again.") from error
        except OSError as error:
            raise Problem(f"The note could not be written to {self.path} ({error.strerror}).") from error

    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.is_file() else b""


def _parse(content: bytes, path: Path) -> tuple[Note, ...]:
    names = [field.name for field in fields(Note) if field.name != "team"]
    notes = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            read = Note(**{name: str(given[name]) for name in names}, team=str(given.get("team", "")))
            date.fromisoformat(read.date)
            month_number(read.seen)
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(
                f"Line {number} of {path} is not a note that this program wrote: mend or delete that line."
            ) from error
        notes.append(read)
    return tuple(notes)


def of_viewer(notes: Sequence[Note], viewer: Viewer) -> tuple[Note, ...]:
    """Notes that somebody may see: all of them on the owner's computer, else their team's.

    Examples
    --------
    >>> made = note("E01000001", "Ann", "Patrol", day=date(2025, 3, 4), source="ae", seen=24301, team="leads")
    >>> [len(of_viewer([made], Viewer(team=team))) for team in ("", "leads", "officers")]
    [1, 1, 0]
    """
    return tuple(n for n in notes if viewer.team in ("", n.team) and viewer.asks(n.source))


def last_meeting(notes: Sequence[Note], source: str, today: date) -> Meeting | None:
    """Find the last meeting before today that made notes of a source; None where there was none.

    Examples
    --------
    >>> made = note("E01000001", "Ann", "Patrol", day=date(2025, 3, 4), source="offences", seen=24301)
    >>> last_meeting([made], "offences", date(2025, 4, 1)).day.isoformat()
    '2025-03-04'
    """
    earlier = [n for n in notes if n.source == source and n.date < today.isoformat()]
    if not earlier:
        return None
    day = max(n.date for n in earlier)
    seen = max(month_number(n.seen) for n in earlier if n.date == day)
    return Meeting(date.fromisoformat(day), seen)


def of_area(notes: Sequence[Note], area: str) -> tuple[Note, ...]:
    """Notes of one area, the newest first."""
    found = [n for n in notes if n.area == area]
    return tuple(sorted(reversed(found), key=lambda n: n.date, reverse=True))
