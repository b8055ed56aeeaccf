"""Who is logged in, who tried too often, and what has each kept? One small database of the data folder.

It is the folder's file ``people/people.sqlite``, which its owner alone can read. Of a session and of a token
for programs only a hash is kept: who reads the file can be nobody. Every process of a server uses the same
file, so what one of them is told (a log-out, a failed log-in) all know.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from geo.ask.problem import Problem
from geo.data.store import write_whole

FOLDER, NAME, KEY = "people", "people.sqlite", "KEY"
SESSION, PROGRAM = "session", "program"
"""Kinds of ticket: of a browser, and of a program."""
PROGRAM_LASTS = 90 * 86_400.0
"""Seconds."""
REFRESHED = 60.0
"""Seconds after which the use of a session is written down anew."""

FREE, FREE_FROM_ONE_PLACE = 5, 50
"""Wrong passwords that a name, and an address, may have before it has to wait."""
SHORTEST_WAIT, LONGEST_WAIT = 30.0, 900.0
"""Seconds; each further wrong password doubles the wait."""
FORGIVEN = 86_400.0
"""Seconds after which wrong passwords are forgotten."""
MOST_SAVED, LONGEST_NAME, LONGEST_SEARCH = 500, 80, 8_000

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


@dataclass(frozen=True)
class Saved:
    """A view or a set of areas that somebody keeps under a name.

    Attributes
    ----------
    kind : {"view", "set"}
    name, search : str
    team : bool
        Whether it is their group's, not theirs alone.
    by : str
        Who saved it last.
    """

    kind: str
    name: str
    search: str
    team: bool
    by: str


class People:
    """The people of a data folder.

    Parameters
    ----------
    folder : path
        The data folder.
    now : callable
        Seconds since 1970.
    """

    def __init__(self, folder: str | Path, now: Callable[[], float] = time.time) -> None:
        self.folder, self.now = Path(folder) / FOLDER, now
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.key = self._key()
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise Problem(
                f"What people keep cannot be written to {self.folder} ({error}): see that the data folder is "
                "one that this program may write to."
            ) from error

    def alias(self, key: str) -> str:
        """What the audit log calls somebody: the same for the same key, and nothing of the name in it."""
        return f"p-{self._digest('alias', key)[:12]}"

    # ------------------------------------------------------------ tickets

    def admit(
        self,
        kind: str,
        key: str,
        name: str,
        groups: Sequence[str] = (),
        *,
        stamp: str = "",
        lasts: float = PROGRAM_LASTS,
    ) -> str:
        """Give somebody a ticket that lasts some seconds; return its token, which is kept nowhere."""
        token, now = new_token(), self.now()
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE ends < ?", (now,))
            database.execute(
                "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (hash_of(token), kind, key, name, json.dumps(list(groups)), stamp, now, now + lasts),
            )
        return token

    def ticket(
        self, kind: str, token: str, idle: float = float("inf"), *, uses: bool = True
    ) -> Ticket | None:
        """Return the ticket of a token; None where there is none, or it has ended or lain idle too long.

        Parameters
        ----------
        kind, token : str
        idle : float
            Seconds for which it may lie unused.
        uses : bool
            Whether this is a use of it.
        """
        now, which = self.now(), hash_of(token)
        with self._open() as database:
            row = database.execute(
                "SELECT key, name, groups, stamp, used, ends FROM tickets WHERE hash = ? AND kind = ?",
                (which, kind),
            ).fetchone()
            if row is None:
                return None
            key, name, groups, stamp, used, ends = row
            if now >= ends or now - used > idle:
                database.execute("DELETE FROM tickets WHERE hash = ?", (which,))
                return None
            if uses and now - used > REFRESHED:
                database.execute("UPDATE tickets SET used = ? WHERE hash = ?", (now, which))
        return Ticket(key, name, tuple(json.loads(groups)), stamp, ends)

    def dismiss(self, token: str) -> None:
        """End one ticket."""
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE hash = ?", (hash_of(token),))

    def dismiss_programs(self, key: str) -> None:
        """End every token for programs of somebody."""
        with self._open() as database:
            database.execute("DELETE FROM tickets WHERE kind = ? AND key = ?", (PROGRAM, key))

    def programs(self, key: str) -> list[float]:
        """When the tokens for programs of somebody end, the first to end first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT ends FROM tickets WHERE kind = ? AND key = ? AND ends > ? ORDER BY ends",
                (PROGRAM, key, self.now()),
            )
            return [ends for (ends,) in rows]

    # ------------------------------------------------------------ wrong passwords

    def wait(self, name: str, address: str) -> float:
        """Seconds until somebody may try to log in again; 0 where they may now."""
        now, longest = self.now(), 0.0
        with self._open() as database:
            for who, free in self._tried(name, address):
                row = database.execute("SELECT number, last FROM attempts WHERE who = ?", (who,)).fetchone()
                longest = max(longest, held(row[0], row[1], free) - now) if row else longest
        return longest

    def failed(self, name: str, address: str) -> None:
        """Note a wrong password."""
        now = self.now()
        with self._open() as database:
            database.execute("DELETE FROM attempts WHERE last < ?", (now - FORGIVEN,))
            for who, _ in self._tried(name, address):
                database.execute(
                    "INSERT INTO attempts VALUES (?, 1, ?) "
                    "ON CONFLICT (who) DO UPDATE SET number = number + 1, last = excluded.last",
                    (who, now),
                )

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords of a name."""
        with self._open() as database:
            database.execute("DELETE FROM attempts WHERE who = ?", (self._digest("name", name.lower()),))

    def _tried(self, name: str, address: str) -> tuple[tuple[str, int], ...]:
        """Under what wrong passwords are counted, and how many of each are free."""
        return (
            (self._digest("name", name.lower()), FREE),
            (self._digest("address", address), FREE_FROM_ONE_PLACE),
        )

    # ------------------------------------------------------------ what is kept

    def saved(self, key: str, team: str) -> list[Saved]:
        """What somebody keeps, and what their team keeps, by name."""
        mine, ours = owners(key, team)
        with self._open() as database:
            rows = database.execute(
                "SELECT kind, name, search, owner, by FROM saved WHERE owner IN (?, ?) ORDER BY name, kind",
                (mine, ours),
            )
            return [
                Saved(kind, called, search, owner == ours, by) for kind, called, search, owner, by in rows
            ]

    def save(self, key: str, team: str, one: Saved) -> None:
        """Keep a view or a set; of the same kind and name the one before goes.

        Raises
        ------
        Problem
            If its name or its address is none, or too much is kept already.
        """
        owner = owners(key, team)[one.team]
        with self._open() as database:
            (number,) = database.execute("SELECT count(*) FROM saved WHERE owner = ?", (owner,)).fetchone()
            check(one, number)
            database.execute(
                "INSERT OR REPLACE INTO saved VALUES (?, ?, ?, ?, ?)",
                (owner, one.kind, one.name.strip(), one.search, one.by),
            )

    def forget(self, key: str, team: str, one: Saved) -> None:
        """Delete what is kept under a kind and a name."""
        with self._open() as database:
            database.execute(
                "DELETE FROM saved WHERE owner = ? AND kind = ? AND name = ?",
                (owners(key, team)[one.team], one.kind, one.name),
            )

    # ------------------------------------------------------------ the file

    def _prepare(self) -> None:
        """Have a place for what is kept."""
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(SCHEMA)
        (self.folder / NAME).chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each use, so that threads and processes share nothing but the file."""
        database = sqlite3.connect(self.folder / NAME, timeout=10, isolation_level="IMMEDIATE")
        database.execute("PRAGMA synchronous = NORMAL")
        try:
            with database:
                yield database
        finally:
            database.close()

    def _key(self) -> bytes:
        """The key of aliases and of the audit log; made when it is first needed."""
        path = self.folder / KEY
        if not path.is_file():
            with FileLock(self.folder / "LOCK"):  # servers of one folder that begin together have one key
                if not path.is_file():
                    write_whole(path, secrets.token_hex(32).encode())
        return bytes.fromhex(path.read_text(encoding="ascii"))

    def _digest(self, what: str, text: str) -> str:
        return hmac.new(self.key, f"{what} {text}".encode(), hashlib.sha256).hexdigest()


def of_folder(data: Path) -> People:
    """The people of a data folder that has had any.

    Raises
    ------
    Problem
        If nobody has ever logged in there.
    """
    if not (data / FOLDER / KEY).is_file():
        raise Problem(f"Nobody has logged in to the data in {data} yet, so there is nothing to look at.")
    return People(data)


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def owners(key: str, team: str) -> tuple[str, str]:
    """Whose things are somebody's own, and whose are their team's."""
    return f"person {key}", f"team {team}"


def held(number: int, last: float, free: int) -> float:
    """Until when somebody has to wait who was wrong some times, the last of them then; 0 where not at all."""
    if number < free:
        return 0.0
    return last + min(SHORTEST_WAIT * 2.0 ** min(number - free, 20), LONGEST_WAIT)


def check(one: Saved, number: int) -> None:
    """Raise Problem where something cannot be kept beside some things of the same owner."""
    if not one.name.strip() or len(one.name) > LONGEST_NAME or not one.name.isprintable():
        raise Problem(f"A name has 1 to {LONGEST_NAME} characters.")
    if one.kind not in ("view", "set") or one.search[:1] not in ("", "?") or len(one.search) > LONGEST_SEARCH:
        raise Problem("Only a view or a set of areas of this page can be saved.")
    if number >= MOST_SAVED:
        raise Problem(f"{MOST_SAVED} views and sets are saved already: delete some first.")
