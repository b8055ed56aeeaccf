"""A dashboard behind its door, for tests: a county, an access file, and clients of each kind of person."""

from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

from argon2 import PasswordHasher
from werkzeug.test import Client

from dashboard.door.door import Door, Pages, Watched
from geo.access.people import People

OWN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form of the dashboard's own page."""
READS = {"Accept": "text/html"}
PASSWORD = "three random words"
HASH = PasswordHasher(1, 8, 1).hash(PASSWORD)

GROUPS = """
[groups.analysts]
label = "Analysts"

[groups.leads]
label = "Cleared analysts"
cleared = ["ae"]

[groups.officers]
label = "Ward officers"
sources = ["offences"]
levels = ["ward", "borough"]
exports = ["pdf", "png"]
"""
USERS = "".join(
    f'\n[users.{name}]\npassword = "{HASH}"\ngroups = ["{group}"]\n'
    for name, group in (("ann", "analysts"), ("lea", "leads"), ("olu", "officers"))
)


def access_file(
    folder: Path, ways: str = USERS, *, address: str = "http://localhost", more: str = ""
) -> Path:
    """An access file of three groups."""
    path = folder / "access.toml"
    path.write_text(f'address = "{address}"\n{more}{GROUPS}{ways}', encoding="utf-8")
    path.chmod(0o600)
    return path


def door(pages: Pages, path: Path, now: Callable[[], float] = time) -> Door:
    """Pages behind the door of an access file, whose people are kept beside it."""
    return Door(Watched(path), pages, People(path.parent, now))


def logged_in(made: Any, name: str, **how: Any) -> Client:
    """A browser in which somebody has logged in by their password."""
    browser = Client(made)
    answer = browser.post("/login", data={"name": name, "password": PASSWORD}, headers=OWN, **how)
    assert answer.status_code == 303, answer.text
    return browser
