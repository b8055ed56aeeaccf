"""Where is it kept who is logged in, who tried too often, and what each has saved?

:class:`Keeping` is what :class:`geo.access.people.People` asks of such a place: it keeps and finds, and
decides nothing. :class:`InFolder` is a small database in the data folder, ``people/people.sqlite``, which its
owner alone can read; :class:`geo.access.shared.InRedis` is a Redis that several servers share. Every process
of a server uses the same place, so what one of them is told (a log-out, a failed log-in) all know.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

SESSION, PROGRAM = "session", "program"
"""Kinds of ticket: of a browser, and of a program."""
FORGIVEN = 86_400.0
"""Seconds after which wrong passwords are forgotten."""

NAME = "people.sqlite"
SCHEMA = """
CREATE TABLE IF NOT EXISTS tickets (
  hash TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, groups TEXT NOT NULL,
  stamp TEXT NOT NULL, used REAL NOT NULL, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS attempts (who TEXT PRIMARY KEY, number INTEGER NOT NULL, last REAL NOT NULL);
CREATE TABLE IF NOT EXISTS saved (
  owner TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, search TEXT NOT NULL, by TEXT NOT NULL,
  PRIMARY KEY (owner, kind, name));
"""


@dataclass(frozen=True)
class Ticket:
    """What somebody was given when they logged in.

    Attributes
    ----------
    key, name : str
        Who they are, for ever ("users ann"), and what they are called.
    groups : tuple of str
        As the provider said; empty for users of the access file, whose groups are read there.
    stamp : str
        Of the password that was right; a ticket ends when that changes.
    ends : float
        Seconds since 1970.
    """

    key: str
    name: str
    groups: tuple[str, ...]
    stamp: str
    ends: float


class Given(NamedTuple):
    """A ticket as it is kept.

    Attributes
    ----------
    kind : {"session", "program"}
    used : float
        When it was used last, in seconds since 1970.
    ticket : Ticket
    """

    kind: str
    used: float
    ticket: Ticket


class Tried(NamedTuple):
    """Wrong passwords: how many, and when the last was, in seconds since 1970."""

    number: int
    last: float


class Entry(NamedTuple):
    """What an owner keeps under a kind and a name, and who saved it last."""

    kind: str
    name: str
    search: str
    by: str


class Keeping(Protocol):
    """A place where it is kept. Of a ticket it knows the hash of the token alone."""

    def begin(self, folder: Path, key: bytes) -> None:
        """Have the place ready for the people of a folder, whose aliases are made with a key."""

    def give(self, which: str, given: Given) -> None:
        """Keep a ticket that is used first now."""

    def find(self, which: str) -> Given | None:
        """Find a ticket, whether or not it has ended."""

    def use(self, which: str, given: Given, now: float) -> None:
        """Write down that a ticket is used now, unless it was ended meanwhile."""

    def end(self, which: str) -> None:
        """End a ticket."""

    def programs(self, key: str, now: float) -> list[float]:
        """When the tokens for programs of somebody end, the first to end first."""

    def end_programs(self, key: str) -> None:
        """End every token for programs of somebody."""

    def tried(self, who: str) -> Tried:
        """Wrong passwords of a name or an address."""

    def wrong(self, who: str, now: float) -> None:
        """Count a wrong password."""

    def forgive(self, who: str) -> None:
        """Forget the wrong passwords."""

    def saved(self, owner: str) -> list[Entry]:
        """All that an owner keeps."""

    def save(self, owner: str, entry: Entry) -> None:
        """Keep something; of the same kind and name the one before goes."""

    def forget(self, owner: str, kind: str, name: str) -> None:
        """Delete what is kept under a kind and a name."""


class InFolder(Keeping):
    """The database of a data folder."""

    def begin(self, folder: Path, key: bytes) -> None:
        """Have its file."""
        self._file = folder / NAME
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(SCHEMA)
        self._file.chmod(0o600)

    def give(self, which: str, given: Given) -> None:
        """Keep a ticket, and drop those that have ended."""
        kind, used, ticket = given
        groups = json.dumps(list(ticket.groups))
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE ends < ?", (used,))
            database.execute(
                "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (which, kind, ticket.key, ticket.name, groups, ticket.stamp, used, ticket.ends),
            )

    def find(self, which: str) -> Given | None:
        """Find a ticket."""
        asked = "SELECT kind, used, key, name, groups, stamp, ends FROM tickets WHERE hash = ?"
        with self._open() as database:
            row = database.execute(asked, (which,)).fetchone()
        if row is None:
            return None
        kind, used, key, name, groups, stamp, ends = row
        return Given(kind, used, Ticket(key, name, tuple(json.loads(groups)), stamp, ends))

    def use(self, which: str, given: Given, now: float) -> None:
        """Write down that a ticket is used."""
        with self._open() as database:
            database.execute("UPDATE tickets SET used = ? WHERE hash = ?", (now, which))

    def end(self, which: str) -> None:
        """End a ticket."""
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE hash = ?", (which,))

    def programs(self, key: str, now: float) -> list[float]:
        """When the tokens for programs of somebody end."""
        asked = "SELECT ends FROM tickets WHERE kind = ? AND key = ? AND ends > ? ORDER BY ends"
        with self._open() as database:
            return [ends for (ends,) in database.execute(asked, (PROGRAM, key, now))]

    def end_programs(self, key: str) -> None:
        """End every token for programs of somebody."""
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE kind = ? AND key = ?", (PROGRAM, key))

    def tried(self, who: str) -> Tried:
        """Wrong passwords of a name or an address."""
        with self._open() as database:
            row = database.execute("SELECT number, last FROM attempts WHERE who = ?", (who,)).fetchone()
        return Tried(*(row or (0, 0.0)))

    def wrong(self, who: str, now: float) -> None:
        """Count a wrong password, and forget those of long ago."""
        with self._open() as database:
            database.execute("DELETE FROM attempts WHERE last < ?", (now - FORGIVEN,))
            database.execute(
                "INSERT INTO attempts VALUES (?, 1, ?) "
                "ON CONFLICT (who) DO UPDATE SET number = number + 1, last = excluded.last",
                (who, now),
            )

    def forgive(self, who: str) -> None:
        """Forget the wrong passwords."""
        with self._open() as database:
            database.execute("DELETE FROM attempts WHERE who = ?", (who,))

    def saved(self, owner: str) -> list[Entry]:
        """All that an owner keeps."""
        asked = "SELECT kind, name, search, by FROM saved WHERE owner = ?"
        with self._open() as database:
            return [Entry(*row) for row in database.execute(asked, (owner,))]

    def save(self, owner: str, entry: Entry) -> None:
        """Keep something."""
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO saved VALUES (?, ?, ?, ?, ?)", (owner, *entry))

    def forget(self, owner: str, kind: str, name: str) -> None:
        """Delete what is kept under a kind and a name."""
        with self._open() as database:
            database.execute(
                "DELETE FROM saved WHERE owner = ? AND kind = ? AND name = ?", (owner, kind, name)
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each use, so that threads and processes share nothing but the file."""
        database = sqlite3.connect(self._file, timeout=10, isolation_level="IMMEDIATE")
        database.execute("PRAGMA synchronous = NORMAL")
        try:
            with database:
                yield database
        finally:
            database.close()


def hash_of(text: str) -> str:
    """What is kept of a token, or of a name."""
    return hashlib.sha256(text.encode()).hexdigest()
