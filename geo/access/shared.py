"""Where is it kept who is logged in, where several servers stand behind one address? In a Redis they share.

Values are JSON texts. While it cannot be reached nobody is taken for somebody: those who ask are told to come
back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.access.keeping import FORGIVEN, PROGRAM, Entry, Given, Keeping, Ticket, Tried, hash_of
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


@cache
def connect(url: str) -> Redis:
    """Connect to a Redis: for each address once in a process, whoever asks.

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


class InRedis(Keeping):
    """A Redis.

    Parameters
    ----------
    url : str
        See :func:`connect`.

    Raises
    ------
    Problem
        From every use, while it does not answer.
    """

    def __init__(self, url: str) -> None:
        self._url, self._redis = url, connect(url)

    def begin(self, folder: Path, key: bytes) -> None:
        """See that all that share it have one key.

        Raises
        ------
        Problem
            If it belongs to servers with another.
        """
        with self._asked() as redis:
            redis.set(_name("key"), hash_of(key.hex()), nx=True)
            known = redis.get(_name("key"))
        if known != hash_of(key.hex()).encode():
            raise Problem(OTHER_KEY.format(url=self._url.rpartition("@")[2], path=folder))  # no password

    def give(self, which: str, given: Given) -> None:
        """Keep a ticket until it ends."""
        ends = given.ticket.ends
        with self._asked() as redis:
            redis.set(_name("ticket", which), _text(given), ex=int(ends - given.used) + 1)
            if given.kind == PROGRAM:
                redis.zadd(_programs(given.ticket.key), {which: ends})

    def find(self, which: str) -> Given | None:
        """Find a ticket."""
        with self._asked() as redis:
            text: Any = redis.get(_name("ticket", which))
        if not text:
            return None
        kind, used, key, name, groups, stamp, ends = json.loads(text)
        return Given(kind, used, Ticket(key, name, tuple(groups), stamp, ends))

    def use(self, which: str, given: Given, now: float) -> None:
        """Write down that a ticket is used."""
        with self._asked() as redis:
            redis.set(_name("ticket", which), _text(given._replace(used=now)), xx=True, keepttl=True)

    def end(self, which: str) -> None:
        """End a ticket."""
        with self._asked() as redis:
            redis.delete(_name("ticket", which))

    def programs(self, key: str, now: float) -> list[float]:
        """When the tokens for programs of somebody end."""
        with self._asked() as redis:
            redis.zremrangebyscore(_programs(key), 0, now)
            every: Any = redis.zrange(_programs(key), 0, -1, withscores=True)
        return [ends for _, ends in every]

    def end_programs(self, key: str) -> None:
        """End every token for programs of somebody."""
        with self._asked() as redis:
            every: Any = redis.zrange(_programs(key), 0, -1)
            redis.delete(_programs(key), *(_name("ticket", which.decode()) for which in every))

    def tried(self, who: str) -> Tried:
        """Wrong passwords of a name or an address."""
        with self._asked() as redis:
            number, last = redis.hmget(_name("attempts", who), "number", "last")
        return Tried(int(number or 0), float(last or 0))

    def wrong(self, who: str, now: float) -> None:
        """Count a wrong password."""
        with self._asked() as redis:
            redis.hincrby(_name("attempts", who), "number", 1)
            redis.hset(_name("attempts", who), "last", str(now))
            redis.expire(_name("attempts", who), int(FORGIVEN))

    def forgive(self, who: str) -> None:
        """Forget the wrong passwords."""
        with self._asked() as redis:
            redis.delete(_name("attempts", who))

    def saved(self, owner: str) -> list[Entry]:
        """All that an owner keeps."""
        with self._asked() as redis:
            every: Any = redis.hgetall(_saved(owner))
        return [Entry(*json.loads(field), *json.loads(value)) for field, value in every.items()]

    def save(self, owner: str, entry: Entry) -> None:
        """Keep something."""
        kind, name, search, by = entry
        with self._asked() as redis:
            redis.hset(_saved(owner), json.dumps([kind, name]), json.dumps([search, by]))

    def forget(self, owner: str, kind: str, name: str) -> None:
        """Delete what is kept under a kind and a name."""
        with self._asked() as redis:
            redis.hdel(_saved(owner), json.dumps([kind, name]))

    @contextmanager
    def _asked(self) -> Iterator[Redis]:
        from redis import RedisError

        try:
            yield self._redis
        except RedisError as error:
            raise Problem(AWAY) from error


def _name(*parts: str) -> str:
    return ":".join((SPACE, *parts))


def _programs(key: str) -> str:
    return _name("programs", hash_of(key))


def _saved(owner: str) -> str:
    return _name("saved", hash_of(owner))


def _text(given: Given) -> str:
    """A ticket as it is kept."""
    kind, used, ticket = given
    return json.dumps([kind, used, ticket.key, ticket.name, ticket.groups, ticket.stamp, ticket.ends])
