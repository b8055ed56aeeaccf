"""Who asks? Found out anew at every request: by their session, their token for programs, or the proxy."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from geo.access.file import PERSON, Access, Group
from geo.access.keeping import PROGRAM, SESSION, Ticket
from geo.access.people import People

ENVIRON, VIEWER = "hotspots.person", "hotspots.viewer"
"""Where a request says who asks, and what they may see; nothing from outside can set these."""


BY_ITSELF = ("/version",)
"""What an open page asks by itself, so that it is no sign of anybody who sits there."""


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in.

    Attributes
    ----------
    key : str
        Who they are, for ever, whatever they are called.
    name : str
    group : Group
        What they may see, and their team.
    way : {"users", "oidc", "proxy"}
    """

    key: str
    name: str
    group: Group
    way: str


class NoGroup(Exception):
    """Somebody is known, but no group of theirs may see anything; the text is their name."""


def asking(environ: dict[str, Any]) -> Person | None:
    """Who asks, on a server; None on the owner's own computer."""
    found: Person | None = environ.get(ENVIRON)
    return found


def cookie_name(access: Access) -> str:
    """Name of the cookie of a session; browsers take one that begins so by TLS and from this host only."""
    port = urlsplit(access.address).port
    return "__Host-hotspots" if access.secure else f"hotspots-{port or 80}"


def stamp(access: Access, name: str) -> str:
    """Of the password that somebody has now; "" where they have none."""
    user = access.users.get(name)
    return hashlib.sha256(user.password.encode()).hexdigest()[:16] if user else ""


def person(request: Request, access: Access, people: People) -> Person | None:
    """Find out who asks.

    Parameters
    ----------
    request : Request
    access : Access
    people : People

    Returns
    -------
    Person or None
        None for nobody who is known.

    Raises
    ------
    NoGroup
        If somebody is known, but has no group here.
    """
    if access.proxy:
        return _by_proxy(request, access)
    if token := request.cookies.get(cookie_name(access)):
        ticket = people.ticket(SESSION, token, access.idle * 60, uses=request.path not in BY_ITSELF)
        if ticket and (found := of_ticket(ticket, access)):
            return found
    if token := token_of(request):
        ticket = people.ticket(PROGRAM, token)
        return of_ticket(ticket, access) if ticket else None
    return None


def of_ticket(ticket: Ticket, access: Access) -> Person | None:
    """Who holds a ticket; None where the access file lets them in no more."""
    way, _, name = ticket.key.partition(" ")
    groups = ticket.groups
    if way == "users":
        if name not in access.users or stamp(access, name) != ticket.stamp:
            return None
        groups = access.users[name].groups
    elif access.provider is None:
        return None
    return Person(ticket.key, ticket.name, _group(access, groups, ticket.name), way)


def _by_proxy(request: Request, access: Access) -> Person | None:
    proxy = access.proxy
    assert proxy is not None
    environ = request.environ  # as it came, whatever was made of it since
    peer = str(environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR") or "")
    secret = request.headers.get(proxy.secret_header, "")
    if not proxy.asks_from(peer) or not hmac.compare_digest(secret.encode(), proxy.secret.encode()):
        return None
    name = request.headers.get(proxy.name_header, "")
    if not PERSON.fullmatch(name):
        return None
    groups = [one.strip() for one in request.headers.get(proxy.groups_header, "").split(",")]
    return Person(f"proxy {name}", name, _group(access, groups, name), "proxy")


def _group(access: Access, names: Any, name: str) -> Group:
    group = access.group_of(names)
    if group is None:
        raise NoGroup(name)
    return group


def token_of(request: Request) -> str:
    """Token for programs that a request carries: as a bearer, or as the password of Basic authentication."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
