"""Who has a password? Hashes of argon2id, and the access file with somebody added, changed or taken out.

The file is edited in place: comments, order and all that is not asked for stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from geo.access.file import PERSON, Access, User, read
from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.store import write_whole

SHORTEST, LONGEST = 12, 200
"""Characters of a password."""
AT_ONCE = BoundedSemaphore(2)
"""Hashes worked out at once: each takes 64 MB and a good part of a processor."""

BEGINNING = """\
# Who may come in, and what they may see. docs/partnership.md explains every line; hotspots check tells
# what is wrong.

# What people type. Write your https:// address before anybody else is to reach it.
address = "http://127.0.0.1:8050"

# What each group may see. Left out: every source, every level, every export. A person is of the first group
# that they are in. "cleared" names the sources whose true small numbers a group has a right to.
"""


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    """A hash that takes as long to check as anybody's."""
    return str(_hasher().hash("nobody has this password"))


def hashed(password: str) -> str:
    """Hash a password (argon2id, by the parameters of RFC 9106 for little memory)."""
    return str(_hasher().hash(password))


def verified(user: User | None, password: str) -> bool:
    """Whether a password is somebody's; it takes as long where there is nobody."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with AT_ONCE:
        try:
            right = bool(_hasher().verify(user.password if user else _nobodys(), password[:LONGEST]))
        except (InvalidHashError, VerificationError):
            return False
    return right and user is not None


def refusal(name: str, password: str) -> str:
    """Why a password cannot be taken, a sentence; "" where it can.

    Examples
    --------
    >>> refusal("ann", "short"), refusal("ann", "three random words")
    ('A password has 12 characters or more: three words that do not belong together are a good one.', '')
    """
    if len(password) < SHORTEST:
        return (
            f"A password has {SHORTEST} characters or more: three words that do not belong together are a "
            "good one."
        )
    if len(password) > LONGEST:
        return f"A password has {LONGEST} characters or fewer."
    if name.lower() in password.lower() or len(set(password)) < 5:
        return "That password is too easy to guess: take three words that do not belong together."
    return ""


# ---------------------------------------------------------------- the file


def add(path: Path, name: str, groups: Sequence[str], password: str) -> Access:
    """Add somebody to an access file; without a file, begin one.

    Raises
    ------
    Problem
        If the name is taken or unfit, the password is too easy, or the file would not do.
    """
    if not PERSON.fullmatch(name):
        raise Problem("A name has letters, digits and . @ + - _ only, 80 characters at most.")
    if why := refusal(name, password):
        raise Problem(why)

    def change(document: Any) -> None:
        import tomlkit

        known = _table(document, "groups")
        if not known:  # a file that begins has the groups of its first user
            for group in groups:
                known[group] = tomlkit.table().add(tomlkit.nl())
        if gone := [group for group in groups if group not in known]:
            there = listed(list(known))
            raise Problem(f"There is no group “{gone[0]}” in {path}; there is {there}. Write it there first.")
        users = _table(document, "users")
        if name in users:
            raise Problem(
                f"There is somebody called {name} already: hotspots user password {name} gives a new one."
            )
        entry = tomlkit.table()
        entry["password"] = hashed(password)
        entry["groups"] = list(groups)
        users[name] = entry.add(tomlkit.nl())

    return _edit(path, change)


def set_password(path: Path, name: str, password: str) -> Access:
    """Give somebody another password, which ends their sessions.

    Raises
    ------
    Problem
        If there is nobody of the name, or the password is too easy.
    """
    if why := refusal(name, password):
        raise Problem(why)

    def change(document: Any) -> None:
        _known(document, name)["password"] = hashed(password)

    return _edit(path, change)


def remove(path: Path, name: str) -> Access:
    """Take somebody out, which ends their sessions.

    Raises
    ------
    Problem
        If there is nobody of the name, or nobody could log in any more.
    """

    def change(document: Any) -> None:
        _known(document, name)
        del document["users"][name]

    return _edit(path, change)


def _table(document: Any, key: str) -> Any:
    import tomlkit

    if key not in document:
        document[key] = tomlkit.table(is_super_table=True)
    return document[key]


def _known(document: Any, name: str) -> Any:
    users = document.get("users", {})
    if name not in users:
        there = f"; there is {listed(list(users))}" if users else ""
        raise Problem(f"There is nobody called {name}{there}.")
    return users[name]


def _edit(path: Path, change: Callable[[Any], None]) -> Access:
    """Change an access file, which must be sound afterwards."""
    import tomlkit

    former = path.read_text(encoding="utf-8") if path.is_file() else ""
    try:
        document = tomlkit.parse(former or BEGINNING)
    except tomlkit.exceptions.ParseError as error:
        raise Problem(f"The access file {path} cannot be read: {error}.") from error
    change(document)
    mode = path.stat().st_mode & 0o777 if former else 0o600
    beside = path.with_name(f".{path.name}.new")
    try:
        write_whole(beside, tomlkit.dumps(document).encode())
        os.chmod(beside, mode)
        try:
            read(beside)
        except Problem as problem:
            raise Problem(f"{problem}".replace(str(beside), str(path))) from problem
        os.replace(beside, path)
    except OSError as error:
        raise Problem(f"The access file {path} could not be written ({error.strerror}).") from error
    finally:
        beside.unlink(missing_ok=True)
    return read(path)
