"""Which version of the data is served? The one in force, whole; another takes its place between two requests.

An :class:`Edition` is one version of a data folder with the server and the processes that have it open. A
request is answered by one edition from its beginning to its end, so no answer mixes two; a former one ends
its requests and its jobs, and then goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from flask import Flask

from dashboard.door.groups import Groups
from dashboard.serving import handing, jobs, seen
from dashboard.serving.processes import TIDIED_EVERY, Anew, Begins, Opening, Origin, alone
from dashboard.serving.shared import Shared
from dashboard.serving.site import Answered, open_site, site_of
from dashboard.serving.workers import Workers
from geo.access.file import Access
from geo.answer.atlas import Atlas
from geo.answer.counts import Engine
from geo.answer.in_memory import IN_MEMORY
from geo.answer.memory import MEGABYTE, Memory
from geo.ask.catalogue import Catalogue
from geo.ask.viewer import OWNER, Viewer
from geo.data.room import give_back
from geo.data.store import Snapshot, Store

LOG = logging.getLogger("hotspots.editions")
LOOKS = 2.0
"""Seconds between two looks at whether another version is in force."""
SECONDS_LIGHT, SECONDS_LONG = 120.0, 900.0
"""After which a question, and a long piece of work, are stopped."""
WAITING_LIGHT, WAITING_LONG = 1000, 40
"""Tasks that may wait."""
IDLE = 300.0
"""Seconds after which a process for long work ends when there is none."""
SITE = [open_site.__module__]
GIVES_WAY = 10
"""By how much long work gives way to questions."""


@dataclass(frozen=True)
class Settings:
    """How a data folder is served.

    Attributes
    ----------
    data : Path
    viewer : Viewer
        Who reaches the page, where a request does not say it.
    access : Access or None
        How people log in, where they do.
    workers : int
        Processes for the questions of the page; with 0 the one that is asked answers them.
    engine : Engine
        Who counts.
    long_workers : int
        Processes for long pieces of work, which begin when there is some.
    room : int
        Megabytes that the answers kept may take.
    copied : bool
        Whether processes are copies of this one, where the system can copy it: it has begun no thread yet.
    shared : str
        Address of the Redis in which servers behind one address share answers; "" for one alone.
    """

    data: Path
    viewer: Viewer = OWNER
    access: Access | None = None
    workers: int = 0
    engine: Engine = IN_MEMORY
    long_workers: int = 1
    room: int = 64
    copied: bool = False
    shared: str = ""


@dataclass
class Edition:
    """One version of the data, served.

    Attributes
    ----------
    atlas : Atlas
    pages : Groups
        The page of each who may see something else of it.
    hands : Hands
        Who answers.
    origin : Origin or None
        What its processes are copies of, where it is of this version alone.
    """

    atlas: Atlas
    pages: Groups
    hands: handing.Hands
    origin: Origin | None = None
    _going: int = 0
    _quiet: Condition = field(default_factory=Condition)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (WSGI)."""
        with self._quiet:
            self._going += 1
        try:
            return self.pages(environ, start)
        finally:
            with self._quiet:
                self._going -= 1
                self._quiet.notify_all()

    def close(self, seconds: float | None = None) -> None:
        """End it, once its requests and jobs are done or after some seconds."""
        until = None if seconds is None else monotonic() + seconds
        with self._quiet:
            self._quiet.wait_for(lambda: not self._going, seconds)
        left = None if until is None else max(0.0, until - monotonic())
        for pool in filter(None, (self.hands.light, self.hands.long)):
            pool.close(left)
        if self.origin:
            self.origin.close()


class Editions:
    """The edition in force, as one WSGI application that goes on through all of them.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    Problem
        If the folder holds no data, or cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.figures = seen.Figures()
        self._jobs = jobs.Jobs()
        self._store = Store(settings.data)
        self._ended = Event()
        self._first: Origin | None = None
        self._seen = self._store.pointer if not self._store.empty else ""
        snapshot, damage = self._store.open_or_former(settings.viewer)
        if damage:
            LOG.error(damage)
        self.current = self._open(snapshot)
        self.figures.follow(self)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (WSGI)."""
        if self._ended.is_set():
            start("503 Service Unavailable", [("Retry-After", "10")])
            return [b"The dashboard is being stopped. Try again in a while.\n"]
        return self.current(environ, start)

    def app(self, viewer: Viewer) -> Flask:
        """The page of those who may see the same."""
        return self.current.pages.app(viewer)

    def catalogue(self, viewer: Viewer) -> Catalogue:
        """What they can ask."""
        return self.current.pages.catalogue(viewer)

    def look(self) -> None:
        """Take up another version where one is in force; where it cannot be opened, go on with the former."""
        pointer = self._store.pointer
        if pointer == self._seen:
            return
        self._seen = pointer
        try:
            snapshot, damage = self._store.open_or_former(self.settings.viewer)
            if damage:
                self.figures.refused.inc()
                LOG.error(damage)
            if snapshot.manifest == self.current.atlas.snapshot.manifest:
                return
            new = self._open(snapshot)
        except Exception as error:
            self.figures.refused.inc()
            LOG.error("The new version cannot be opened, the former is still served: %s", error)
            return
        former, self.current = self.current, new
        self.figures.taken_up.inc()
        LOG.warning("version %s is served from now on", new.atlas.version)
        Thread(target=former.close, daemon=True).start()

    def watch(self) -> Thread:
        """Look again and again, in a thread of its own, until it is closed."""

        def look() -> None:
            tidied = monotonic()
            while not self._ended.wait(LOOKS):
                if monotonic() - tidied > TIDIED_EVERY:
                    give_back()
                    tidied = monotonic()
                try:
                    self.look()
                except OSError as error:  # a share that is away for a moment
                    LOG.error("the data folder cannot be read: %s", error)
                self._jobs.sweep(monotonic())

        thread = Thread(target=look, daemon=True)
        thread.start()
        return thread

    def close(self, seconds: float) -> None:
        """End all that goes on, within some seconds."""
        self._ended.set()
        self.current.close(seconds)
        if self._first:
            self._first.close()

    def _open(self, snapshot: Snapshot) -> Edition:
        settings = self.settings
        kept: Memory[Hashable, Answered] = Memory(room=settings.room * MEGABYTE)

        def dress(page: Flask) -> None:
            jobs.register(page, self._jobs)
            seen.register(page, self.figures)
            handing.register(page, hands)

        opening = partial(open_site, snapshot, settings.access, settings.engine)
        anew = Anew(opening, SITE)
        own = self._another(opening, anew)  # it opens the data meanwhile
        try:
            atlas = Atlas(snapshot, settings.engine)
            pages = Groups(atlas, settings.access, dress)
            for group in settings.access.groups.values() if settings.access else ():
                pages.atlas(group.viewer)  # what cannot be opened is told now, not to whoever asks first
            begins: Begins = own or self._copied(pages, anew) or anew
            light = (
                Workers(begins, settings.workers, longest=SECONDS_LIGHT, most=WAITING_LIGHT)
                if settings.workers
                else None
            )
            long = Workers(
                begins,
                settings.long_workers,
                longest=SECONDS_LONG,
                most=WAITING_LONG,
                idle=IDLE,
                nice=GIVES_WAY,
            )
            shared = Shared(settings.shared, snapshot) if settings.shared else None
            hands = handing.Hands(snapshot.version, light, long, kept, self._jobs, shared)
        except BaseException:
            if own:
                own.close()
            raise
        if light:
            light.wait_until_ready()
        return Edition(atlas, pages, hands, own)

    def _another(self, opening: Opening, otherwise: Begins) -> Origin | None:
        """Have another version opened for the processes that answer of it."""
        if self._first is None:
            return None
        try:
            return self._first.another(opening, otherwise)
        except (EOFError, OSError):  # it was killed
            return None

    def _copied(self, pages: Groups, otherwise: Begins) -> Origin | None:
        """A copy of this process for the others to be copies of, where there may be one and is none yet."""
        if self._first is None and self.settings.copied and alone():
            self._first = Origin.here(site_of(pages.bare()), otherwise)
            return self._first
        return None
