"""Who is logged in, who has to wait, and what has each saved?

The rules of it; where it is kept is :mod:`geo.access.keeping`. Of a session and of a token for programs only
a hash is kept: who reads what is kept can be nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from geo.access.keeping import Entry, Given, InFolder, Keeping, Ticket, hash_of
from geo.ask.problem import Problem
from geo.data.store import write_whole

FOLDER, KEY = "people", "KEY"
PROGRAM_LASTS = 90 * 86_400.0
"""Seconds."""
REFRESHED = 60.0
"""Seconds after which the use of a session is written down anew."""

FREE, FREE_FROM_ONE_PLACE = 5, 50
"""Wrong passwords that a name, and an address, may have before it has to wait."""
SHORTEST_WAIT, LONGEST_WAIT = 30.0, 900.0
"""Seconds; each further wrong password doubles the wait."""
MOST_SAVED, LONGEST_NAME, LONGEST_SEARCH = 500, 80, 8_000


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
        The data folder; its audit log and key are in it.
    now : callable
        Seconds since 1970.
    keeping : Keeping, optional
        Where the rest is kept; in the folder unless said.

    Raises
    ------
    Problem
        If nothing can be kept there.
    """

    def __init__(
        self,
        folder: str | Path,
        now: Callable[[], float] = time.time,
        keeping: Keeping | None = None,
    ) -> None:
        self.folder, self.now = Path(folder) / FOLDER, now
        self._keeping = InFolder() if keeping is None else keeping
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.key = self._key()
            self._keeping.begin(self.folder, self.key)
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
        token, now = secrets.token_urlsafe(32), self.now()
        ticket = Ticket(key, name, tuple(groups), stamp, now + lasts)
        self._keeping.give(hash_of(token), Given(kind, now, ticket))
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
        given = self._keeping.find(which)
        if given is None or given.kind != kind:
            return None
        if now >= given.ticket.ends or now - given.used > idle:
            self._keeping.end(which)
            return None
        if uses and now - given.used > REFRESHED:
            self._keeping.use(which, given, now)
        return given.ticket

    def dismiss(self, token: str) -> None:
        """End one ticket."""
        self._keeping.end(hash_of(token))

    def dismiss_programs(self, key: str) -> None:
        """End every token for programs of somebody."""
        self._keeping.end_programs(key)

    def programs(self, key: str) -> list[float]:
        """When the tokens for programs of somebody end, the first to end first."""
        return self._keeping.programs(key, self.now())

    # ------------------------------------------------------------ wrong passwords

    def wait(self, name: str, address: str) -> float:
        """Seconds until somebody may try to log in again; 0 where they may now."""
        until = (held(*self._keeping.tried(who), free) for who, free in self._tried(name, address))
        return max(0.0, max(until) - self.now())

    def failed(self, name: str, address: str) -> None:
        """Note a wrong password."""
        for who, _ in self._tried(name, address):
            self._keeping.wrong(who, self.now())

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords of a name."""
        self._keeping.forgive(self._tried(name, "")[0][0])

    def _tried(self, name: str, address: str) -> tuple[tuple[str, int], ...]:
        """Under what wrong passwords are counted, and how many of each are free."""
        return (
            (self._digest("name", name.lower()), FREE),
            (self._digest("address", address), FREE_FROM_ONE_PLACE),
        )

    # ------------------------------------------------------------ what is kept

    def saved(self, key: str, team: str) -> list[Saved]:
        """What somebody keeps, and what their team keeps, by name."""
        found = [
            Saved(one.kind, one.name, one.search, bool(ours), one.by)
            for ours, owner in enumerate(owners(key, team))
            for one in self._keeping.saved(owner)
        ]
        return sorted(found, key=lambda one: (one.name, one.kind))

    def save(self, key: str, team: str, one: Saved) -> None:
        """Keep a view or a set; of the same kind and name the one before goes.

        Raises
        ------
        Problem
            If its name or its address is none, or too much is kept already.
        """
        owner = owners(key, team)[one.team]
        check(one, len(self._keeping.saved(owner)))
        self._keeping.save(owner, Entry(one.kind, one.name.strip(), one.search, one.by))

    def forget(self, key: str, team: str, one: Saved) -> None:
        """Delete what is kept under a kind and a name."""
        self._keeping.forget(owners(key, team)[one.team], one.kind, one.name)

    # ------------------------------------------------------------ the key

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
