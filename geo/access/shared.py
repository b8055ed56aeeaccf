"""Who is logged in, where several servers stand behind one address? One Redis tells all of them.

It takes the place of the database of the data folder: tickets, wrong passwords, saved views and sets. Values
are JSON texts. While it cannot be reached nobody is taken for somebody: those who ask are told to come back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from geo.access.people import (
    FORGIVEN,
    PROGRAM,
    PROGRAM_LASTS,
    REFRESHED,
    People,
    Saved,
    Ticket,
    check,
    hash_of,
    held,
    new_token,
    owners,
)
from geo.ask.problem import Problem

if TYPE_CHECKING:
    from redis import Redis

SPACE = "hotspots"
"""Beginning of every name."""
ANSWERS_WITHIN = 2.0
"""Seconds in which it has to connect, and to answer."""
AWAY = "Who is logged in cannot be looked up now. Try again in a minute."
OTHER_KEY = (
    "The servers that share {url} have another key than {path}: let all of them use one data folder, or "
    "copies of one with its folder “people”; other data need a Redis of their own, or another number at the "
    "end of its address."
)


def connect(url: str) -> Redis:
    """Connect to a Redis.

    Parameters
    ----------
    url : str
        As ``redis://:password@host:6379/0``, ``rediss://`` (TLS) or ``unix://path``.

    Raises
    ------
    Problem
        If the address is none.
    """
    from redis import Redis

    try:
        return Redis.from_url(url, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN)
    except ValueError as error:
        raise Problem(f"--shared takes the address of a Redis, as redis://host:6379/0: {error}.") from error


class SharedPeople(People):
    """People whom several servers know.

    Parameters
    ----------
    folder : path
        The data folder; its audit log and key stay there.
    url : str
        Of the Redis; see :func:`connect`.
    now : callable
        Seconds since 1970.

    Raises
    ------
    Problem
        If the Redis does not answer, or belongs to servers with another key.
    """

    def __init__(self, folder: str | Path, url: str, now: Callable[[], float] = time) -> None:
        self._url, self._redis = url, connect(url)
        super().__init__(folder, now)

    def _prepare(self) -> None:
        """See that all that share it have one key."""
        with self._asked() as redis:
            redis.set(f"{SPACE}:key", hash_of(self.key.hex()), nx=True)
            known = redis.get(f"{SPACE}:key")
        if known != hash_of(self.key.hex()).encode():
            raise Problem(OTHER_KEY.format(url=_named(self._url), path=self.folder))

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
        """Give somebody a ticket; see :meth:`People.admit`."""
        token, now = new_token(), self.now()
        which = hash_of(token)
        row = {"kind": kind, "key": key, "name": name, "groups": list(groups), "stamp": stamp}
        with self._asked() as redis:
            redis.set(_ticket(which), json.dumps(row | {"used": now, "ends": now + lasts}), ex=int(lasts) + 1)
            if kind == PROGRAM:
                redis.zadd(self._programs(key), {which: now + lasts})
        return token

    def ticket(
        self, kind: str, token: str, idle: float = float("inf"), *, uses: bool = True
    ) -> Ticket | None:
        """Return the ticket of a token; see :meth:`People.ticket`."""
        now, name = self.now(), _ticket(hash_of(token))
        with self._asked() as redis:
            text: Any = redis.get(name)
            row = json.loads(text) if text else {}
            if row.get("kind") != kind:
                return None
            if now >= row["ends"] or now - row["used"] > idle:
                redis.delete(name)
                return None
            if uses and now - row["used"] > REFRESHED:  # unless it was ended meanwhile
                redis.set(name, json.dumps(row | {"used": now}), xx=True, keepttl=True)
        return Ticket(row["key"], row["name"], tuple(row["groups"]), row["stamp"], row["ends"])

    def dismiss(self, token: str) -> None:
        """End one ticket."""
        with self._asked() as redis:
            redis.delete(_ticket(hash_of(token)))

    def dismiss_programs(self, key: str) -> None:
        """End every token for programs of somebody."""
        with self._asked() as redis:
            every: Any = redis.zrange(self._programs(key), 0, -1)
            redis.delete(self._programs(key), *(_ticket(which.decode()) for which in every))

    def programs(self, key: str) -> list[float]:
        """When the tokens for programs of somebody end, the first to end first."""
        with self._asked() as redis:
            redis.zremrangebyscore(self._programs(key), 0, self.now())
            every: Any = redis.zrange(self._programs(key), 0, -1, withscores=True)
        return [ends for _, ends in every]

    # ------------------------------------------------------------ wrong passwords

    def wait(self, name: str, address: str) -> float:
        """Seconds until somebody may try to log in again; 0 where they may now."""
        longest = 0.0
        with self._asked() as redis:
            for who, free in self._tried(name, address):
                number, last = (float(each or 0) for each in redis.hmget(_attempts(who), "number", "last"))
                longest = max(longest, held(int(number), last, free) - self.now())
        return longest

    def failed(self, name: str, address: str) -> None:
        """Note a wrong password."""
        with self._asked() as redis:
            for who, _ in self._tried(name, address):
                redis.hincrby(_attempts(who), "number", 1)
                redis.hset(_attempts(who), "last", str(self.now()))
                redis.expire(_attempts(who), int(FORGIVEN))

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords of a name."""
        with self._asked() as redis:
            redis.delete(_attempts(self._tried(name, "")[0][0]))

    # ------------------------------------------------------------ what is kept

    def saved(self, key: str, team: str) -> list[Saved]:
        """What somebody keeps, and what their team keeps, by name."""
        found = []
        with self._asked() as redis:
            for ours, owner in enumerate(owners(key, team)):
                every: Any = redis.hgetall(_saved(owner))
                for field, value in every.items():
                    (kind, called), (search, by) = json.loads(field), json.loads(value)
                    found.append(Saved(kind, called, search, bool(ours), by))
        return sorted(found, key=lambda one: (one.name, one.kind))

    def save(self, key: str, team: str, one: Saved) -> None:
        """Keep a view or a set; see :meth:`People.save`."""
        name = _saved(owners(key, team)[one.team])
        with self._asked() as redis:
            number: Any = redis.hlen(name)
            check(one, number)
            redis.hset(name, json.dumps([one.kind, one.name.strip()]), json.dumps([one.search, one.by]))

    def forget(self, key: str, team: str, one: Saved) -> None:
        """Delete what is kept under a kind and a name."""
        with self._asked() as redis:
            redis.hdel(_saved(owners(key, team)[one.team]), json.dumps([one.kind, one.name]))

    # ------------------------------------------------------------ the Redis

    @contextmanager
    def _asked(self) -> Iterator[Redis]:
        from redis import RedisError

        try:
            yield self._redis
        except RedisError as error:
            raise Problem(AWAY) from error

    def _programs(self, key: str) -> str:
        return f"{SPACE}:programs:{self._digest('programs', key)}"


def _ticket(which: str) -> str:
    return f"{SPACE}:ticket:{which}"


def _attempts(who: str) -> str:
    return f"{SPACE}:attempts:{who}"


def _saved(owner: str) -> str:
    return f"{SPACE}:saved:{hash_of(owner)}"


def _named(url: str) -> str:
    """An address without a password in it."""
    return url.rpartition("@")[2]
