"""How do people come in, and what may each group see? The access file, read and checked.

One TOML file says it: the address that people type, the groups and what each may see, and one way to log in
(users of its own and an identity provider may go together; a proxy that has logged people in goes alone).
``docs/partnership.md`` explains it key by key. Nothing in it is guessed: what cannot be understood is told,
all of it at once, and nobody is let in until it is mended.
"""

from __future__ import annotations

import ipaddress
import os
import re
import stat
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geo.ask.choices import LEVELS
from geo.ask.plain_text import text_of
from geo.ask.problem import Problem
from geo.ask.viewer import Viewer
from geo.ask.words import listed
from geo.data.store import TABLES

NAME = "access.toml"
VARIABLE = "HOTSPOTS_ACCESS"
"""Environment variable that names the file, where it is not in the data folder."""
SHORTEST_SECRET = 16
PERSON = re.compile(r"[\w.@+-]{1,80}")
UNIX = "unix"
"""Stands for a Unix socket among the addresses of a proxy."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


# ---------------------------------------------------------------- what it says


@dataclass(frozen=True)
class Group:
    """People who may see the same.

    Attributes
    ----------
    name, label : str
        Key in the file, and what people call it.
    viewer : Viewer
    """

    name: str
    label: str
    viewer: Viewer


@dataclass(frozen=True)
class User:
    """Somebody who logs in with a password.

    Attributes
    ----------
    password : str
        Its argon2 hash.
    groups : tuple of str
    """

    password: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Provider:
    """An identity provider (OpenID Connect).

    Attributes
    ----------
    label : str
        On the button.
    issuer, client, secret : str
    name_claim, groups_claim : str
        Claims of the ID token that hold a person's name and groups.
    scopes : str
    """

    label: str
    issuer: str
    client: str
    secret: str
    name_claim: str
    groups_claim: str
    scopes: str


@dataclass(frozen=True)
class Proxy:
    """A reverse proxy that has logged people in.

    Attributes
    ----------
    networks : tuple of network
        From where it asks; a Unix socket is :data:`UNIX`.
    name_header, groups_header, secret_header : str
        Headers with a person's name, their groups by commas, and the secret.
    secret : str
    logout : str
        Address at which the proxy logs people out; "" where there is none.
    """

    networks: tuple[Network | str, ...]
    name_header: str
    groups_header: str
    secret_header: str
    secret: str
    logout: str

    def asks_from(self, address: str) -> bool:
        """Whether a request that comes straight from an address ("" from a Unix socket) is the proxy's."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return UNIX in self.networks
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(not isinstance(one, str) and peer in one for one in self.networks)


@dataclass(frozen=True)
class Access:
    """What the access file says.

    Attributes
    ----------
    path : Path
    address : str
        What people type, without a slash at its end: "https://hotspots.example.org".
    hours, idle : float
        How long a session lasts: at most, in hours; without a question, in minutes.
    groups : dict of str to Group
        In the order of the file: a person is of the first that they are in.
    users : dict of str to User
    provider : Provider or None
    proxy : Proxy or None
    """

    path: Path
    address: str
    hours: float
    idle: float
    groups: dict[str, Group]
    users: dict[str, User]
    provider: Provider | None
    proxy: Proxy | None

    @property
    def secure(self) -> bool:
        """Whether people come by TLS."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """Name that people ask for."""
        return urlsplit(self.address).hostname or ""

    def group_of(self, names: Collection[str]) -> Group | None:
        """The group of a person who is in some groups: the first of the file; None where it has none."""
        return next((group for name, group in self.groups.items() if name in names), None)

    def unknown(self, sources: Collection[str], exports: Collection[str]) -> list[str]:
        """Say which sources and ways out the groups name that there are not."""
        said = []
        for group in self.groups.values():
            named = {
                "sources": (group.viewer.sources or (), sources, "no such source is loaded"),
                "cleared": (group.viewer.cleared, sources, "no such source is loaded"),
                "exports": (group.viewer.exports or (), exports, "there is no such export"),
            }
            for key, (given, known, why) in named.items():
                if gone := sorted(set(given) - set(known)):
                    there = f"; there is {listed(list(known))}" if known else ""
                    said.append(f"[groups.{group.name}] {key}: {why} as {_quoted(gone)}{there}.")
        return said


# ---------------------------------------------------------------- reading it


def find(data: Path) -> Path | None:
    """The access file in force for a data folder; None where there is none.

    Raises
    ------
    Problem
        If the environment names a file that is not there.
    """
    if named := os.environ.get(VARIABLE):
        if not Path(named).is_file():
            raise Problem(
                f"{VARIABLE} names {named}, where there is no file: make it, or unset the variable."
            )
        return Path(named)
    path = data / NAME
    return path if path.is_file() else None


def read(path: Path) -> Access:
    """Read an access file.

    Raises
    ------
    Problem
        If it cannot be read, others can read it too, or any of it cannot be understood; all faults are told.
    """
    try:
        text = text_of(path)
        given = tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"The access file {path} cannot be read: {error}.") from error
    faults: list[str] = []
    if os.name == "posix" and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        faults.append(f"everybody on this computer can read or change it: run chmod 640 {path}.")
    access = _access(path, _Part("", given, faults))
    if faults:
        raise Problem(f"The access file {path} cannot be used: " + " ".join(faults))
    return access


def group_named(data: Path, name: str, path: Path | None = None) -> Group:
    """Return a group of the access file in force for a data folder, or of another file.

    Raises
    ------
    Problem
        If there is no such file, or no such group in it.
    """
    path = path or find(data)
    if path is None:
        raise Problem(
            f"There is no access file in {data}, so no group “{name}”: name the file with --access."
        )
    groups = read(path).groups
    if name not in groups:
        raise Problem(f"There is no group “{name}” in {path}; there is {listed(list(groups))}.")
    return groups[name]


class _Part:
    """A table of the file, whose keys are taken one by one; what nobody takes is a fault."""

    def __init__(self, name: str, given: object, faults: list[str]) -> None:
        self.name, self.faults = name, faults
        self._given = dict(given) if isinstance(given, Mapping) else {}
        self._known: list[str] = []
        if not isinstance(given, Mapping):
            self.fault(f"is a table, as in [{name}].")

    def fault(self, sentence: str) -> None:
        """Tell a fault of this table."""
        self.faults.append(f"[{self.name}] {sentence}" if self.name else sentence)

    def text(self, key: str, usual: str | None = None, wants: str = "") -> str:
        """Take a text; without a usual one it must be there."""
        return self._take(key, usual, lambda v: isinstance(v, str) and bool(v.strip()), wants or "a text")

    def number(self, key: str, usual: float) -> float:
        """Take a number above 0."""

        def sound(value: object) -> bool:
            return isinstance(value, int | float) and not isinstance(value, bool) and value > 0

        return float(self._take(key, usual, sound, "a number above 0"))

    def texts(self, key: str, usual: Sequence[str] | None = None, wants: str = "") -> tuple[str, ...]:
        """Take a list of texts."""

        def sound(value: object) -> bool:
            return isinstance(value, list) and all(isinstance(one, str) and one for one in value)

        return tuple(self._take(key, usual, sound, wants or 'a list of texts, as in ["ward"]') or ())

    def maybe(self, key: str) -> frozenset[str] | None:
        """Take a list of texts; None, for all, where it is left out."""
        self._known.append(key)
        return frozenset(self.texts(key)) if key in self._given else None

    def parts(self, key: str) -> dict[str, _Part]:
        """Take the tables below a key, in their order."""
        given = self._take(key, {}, lambda value: isinstance(value, Mapping), "a table of tables")
        return {name: _Part(f"{key}.{name}", one, self.faults) for name, one in given.items()}

    def part(self, key: str) -> _Part | None:
        """Take a table; None where it is left out."""
        self._known.append(key)
        return _Part(key, self._given[key], self.faults) if key in self._given else None

    def done(self) -> None:
        """Say what is left over."""
        known = list(dict.fromkeys(self._known))
        for key in self._given:
            if key not in known:
                self.fault(f"nobody knows “{key}”; known are {listed(known)}.")

    def _take(self, key: str, usual: Any, sound: Callable[[Any], bool], wants: str) -> Any:
        self._known.append(key)
        if key not in self._given:
            if usual is None:
                self.fault(f"lacks “{key}”: {wants}.")
                return ""
            return usual
        value = self._given[key]
        if not sound(value):
            self.fault(f"“{key}” must be {wants}.")
            return usual if usual is not None else ""
        return value


def _access(path: Path, top: _Part) -> Access:
    address = _address(top)
    groups = {name: _group(name, part) for name, part in top.parts("groups").items()}
    if not groups:
        top.fault("it names no group, so nobody could see anything: write one, as in [groups.analysts].")
    session = top.part("session")
    hours, idle = (session.number("hours", 12), session.number("idle", 60)) if session else (12.0, 60.0)
    if session:
        session.done()
    users = {name: _user(name, part, groups) for name, part in top.parts("users").items()}
    provider, proxy = top.part("oidc"), top.part("proxy")
    access = Access(
        path=path,
        address=address,
        hours=hours,
        idle=idle,
        groups=groups,
        users=users,
        provider=_provider(provider) if provider else None,
        proxy=_proxy(proxy) if proxy else None,
    )
    if not (users or provider or proxy):
        top.fault(
            "nobody can log in yet: add somebody with hotspots user add NAME --group GROUP, or write [oidc] "
            "or [proxy]."
        )
    if proxy and (users or provider):
        top.fault("a proxy that logs people in does so for all: take out [users] and [oidc], or [proxy].")
    top.done()
    return access


def _address(top: _Part) -> str:
    given = top.text("address", wants='what people type, as in address = "https://hotspots.example.org"')
    if not given:
        return ""
    parts = urlsplit(given)
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in given
    ):
        top.fault(f"“{given}” is no address that people type: write it as in https://hotspots.example.org.")
    elif parts.scheme == "http" and not loopback(parts.hostname):
        top.fault(
            f"“{given}” would send passwords in clear: write an https:// address, and let a proxy with a "
            "certificate stand in front."
        )
    return given.rstrip("/")


def loopback(host: str) -> bool:
    """Whether a name or an address is this computer's own.

    Examples
    --------
    >>> loopback("127.0.0.1"), loopback("[::1]"), loopback("localhost"), loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _group(name: str, part: _Part) -> Group:
    levels = part.maybe("levels")
    if levels is not None and (not levels or levels - set(LEVELS)):
        part.fault(f"levels: choose from {listed(list(LEVELS))}.")
    elif levels is not None:  # who sees wards can add them up to boroughs
        finest = min(map(list(LEVELS).index, levels))
        levels = frozenset(list(LEVELS)[finest:])
    sources = part.maybe("sources")
    if sources is not None and not sources:
        part.fault("sources: name one at least, or leave it out for all.")
    viewer = Viewer(
        cleared=frozenset(part.texts("cleared", ())),
        sources=sources,
        levels=levels,
        exports=part.maybe("exports"),
        team=name,
    )
    named = {one for one in viewer.cleared if not one.startswith(TABLES)}
    if sources is not None and (more := sorted(named - sources)):
        part.fault(f"is cleared for {_quoted(more)}, which it does not see: name it under sources too.")
    group = Group(name, part.text("label", name), viewer)
    part.done()
    return group


def _user(name: str, part: _Part, groups: Collection[str]) -> User:
    if not PERSON.fullmatch(name):
        part.fault("a name has letters, digits and . @ + - _ only, 80 at most.")
    password = part.text("password", wants=f"made with hotspots user add {name}")
    if password and not password.startswith("$argon2"):
        part.fault(f"“password” is no argon2 hash: make one with hotspots user password {name}.")
    user = User(password, part.texts("groups", wants='as in groups = ["analysts"]'))
    if gone := sorted(set(user.groups) - set(groups)):
        part.fault(f"there is no group {_quoted(gone)}; there is {listed(list(groups))}.")
    part.done()
    return user


def _provider(part: _Part) -> Provider:
    issuer = part.text("issuer", wants="the address that the provider calls itself by")
    parts = urlsplit(issuer)
    if issuer and parts.scheme != "https" and not loopback(parts.hostname or ""):
        part.fault("“issuer” must be an https:// address.")
    provider = Provider(
        label=part.text("label", "your organisation’s account"),
        issuer=issuer,
        client=part.text("client", wants="the client id that the provider gave you"),
        secret=part.text("secret", wants="the client secret that the provider gave you"),
        name_claim=part.text("name_claim", "preferred_username"),
        groups_claim=part.text("groups_claim", "groups"),
        scopes=part.text("scopes", "openid profile email"),
    )
    part.done()
    return provider


def _proxy(part: _Part) -> Proxy:
    networks: list[Network | str] = []
    for text in part.texts("from", wants='from where the proxy asks, as in from = ["10.0.0.5"] or ["unix"]'):
        if text == UNIX:
            networks.append(UNIX)
            continue
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            part.fault(f"from: “{text}” is no address, as in 10.0.0.5 or 172.18.0.0/16, nor “{UNIX}”.")
            continue
        if network.prefixlen == 0:
            part.fault(f"from: {text} is everybody; name the proxy alone.")
        networks.append(network)
    proxy = Proxy(
        networks=tuple(networks),
        name_header=part.text("name_header", "X-Forwarded-User"),
        groups_header=part.text("groups_header", "X-Forwarded-Groups"),
        secret_header=part.text("secret_header", "X-Hotspots-Secret"),
        secret=part.text("secret", wants="a long text that only you and the proxy know"),
        logout=part.text("logout", "-").removeprefix("-"),
    )
    if proxy.secret and len(proxy.secret) < SHORTEST_SECRET:
        part.fault(
            f"“secret” must have {SHORTEST_SECRET} characters or more: take what openssl rand -hex 24 prints."
        )
    if proxy.logout and urlsplit(proxy.logout).scheme not in ("https", "http"):
        part.fault("“logout” must be an address, as in https://login.example.org/sign-out.")
    part.done()
    return proxy


def _quoted(words: Sequence[str]) -> str:
    return listed([f"“{word}”" for word in words])
