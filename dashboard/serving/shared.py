"""What did another server behind the same address work out already? Answers in a Redis, as they were sent.

An answer is found by all that it depends on: the stored tables of its version, the program, who asks, the
day and the question. It is JSON and bytes, never an object. While the Redis cannot be reached each server
works its answers out by itself.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Hashable
from dataclasses import fields
from time import monotonic
from typing import TYPE_CHECKING, Any

from dashboard.serving.site import Answered
from dashboard.shell import assets
from geo.access.shared import SPACE, connect
from geo.ask.viewer import Viewer

if TYPE_CHECKING:
    from geo.data.store import Snapshot

LOG = logging.getLogger(__name__)
LASTS = 3600
"""Seconds that an answer is kept: less than a session lasts, so that a full Redis drops answers first."""
LARGEST = 8 * 2**20
"""Bytes of an answer that is kept."""
RESTS = 5.0
"""Seconds for which a Redis that could not be reached is left alone."""


class Shared:
    """Answers of one version of the data that several servers share.

    Parameters
    ----------
    url : str
        Of the Redis; see :func:`geo.access.shared.connect`.
    snapshot : Snapshot
    """

    def __init__(self, url: str, snapshot: Snapshot) -> None:
        self._redis, self._until = connect(url), 0.0
        self._of = [assets(), json.dumps(snapshot.manifest, sort_keys=True, default=str)]

    def get(self, key: Hashable) -> Answered | None:
        """Return what a server has put there under a key; None where nothing is, or it cannot be reached."""
        found = self._ask("get", self._name(key))
        if not found:
            return None
        length = int.from_bytes(found[:4], "big")
        status, headers = json.loads(found[4 : 4 + length])
        return Answered(status, tuple((name, value) for name, value in headers), found[4 + length :])

    def put(self, key: Hashable, answered: Answered) -> None:
        """Put an answer there, where it is not too large and the Redis can be reached."""
        if len(answered.body) > LARGEST:
            return
        head = json.dumps([answered.status, answered.headers]).encode()
        value = len(head).to_bytes(4, "big") + head + bytes(answered.body)
        self._ask("set", self._name(key), value, ex=LASTS)

    def _ask(self, what: str, *arguments: Any, **more: Any) -> Any:
        from redis import RedisError

        if monotonic() < self._until:
            return None
        try:
            return getattr(self._redis, what)(*arguments, **more)
        except RedisError as error:
            self._until = monotonic() + RESTS
            LOG.error("Shared answers cannot be reached, and are left alone for %g s: %s", RESTS, error)
            return None

    def _name(self, key: Hashable) -> str:
        text = json.dumps([self._of, key], default=_plain)
        return f"{SPACE}:answer:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: object) -> object:
    """What an answer depends on, the same text in every process: sets have no order of their own."""
    if isinstance(value, Viewer):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, Collection) and not isinstance(value, str):
        return sorted(map(str, value))
    return value if isinstance(value, str | bool | None) else str(value)
