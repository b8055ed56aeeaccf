"""How is a calendar written that phones and mail programs take in (RFC 5545)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Entry:
    """One entry of whole days.

    Attributes
    ----------
    first, last : date
    title, text : str
    of : str
        What it is of, the same whenever it is written: with its first day it names the entry.
    """

    first: date
    last: date
    title: str
    text: str
    of: str


def write_calendar(name: str, entries: Sequence[Entry], made: date) -> bytes:
    """Write entries as a calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hotspots//Patrols//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for one in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.first:%Y%m%d}-{one.of}@hotspots",
            f"DTSTAMP:{made:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{one.first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.last + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(one.title)}",
            f"DESCRIPTION:{_escaped(one.text)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode("utf-8")


def _escaped(text: str) -> str:
    r"""Text as a calendar has it.

    >>> _escaped("a, b; c")
    'a\\, b\\; c'
    """
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, each but the first after a blank."""
    pieces: list[str] = []
    piece = ""
    for letter in line:
        room = 75 if not pieces else 74
        if len((piece + letter).encode("utf-8")) > room:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
