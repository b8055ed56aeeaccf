"""Which page has each group? One for all that may see the same, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dashboard import create_app
from dashboard.door.person import VIEWER
from geo.answer.memory import Memory

if TYPE_CHECKING:
    from flask import Flask

    from geo.access.file import Access
    from geo.answer.atlas import Atlas
    from geo.ask.catalogue import Catalogue
    from geo.ask.viewer import Viewer


class Groups:
    """The pages of one version of the data.

    Parameters
    ----------
    atlas : Atlas
        Opened for nobody in particular: what all may see.
    access : Access or None
        How people log in; None where all who reach the page are the one that the atlas was opened for.
    dress : callable, optional
        Called with each page that is made, for what else a server adds to it.
    """

    def __init__(
        self, atlas: Atlas, access: Access | None, dress: Callable[[Flask], object] = lambda page: None
    ) -> None:
        self._atlas, self._access, self._dress = atlas, access, dress
        self._seen: Memory[Viewer, Atlas] = Memory()
        self._apps: Memory[Viewer, Flask] = Memory()

    def bare(self) -> Groups:
        """The same without what a server adds to each page; what is open is shared."""
        other = Groups(self._atlas, self._access)
        other._seen = self._seen
        return other

    def viewers(self) -> list[Viewer]:
        """Whose page there can be, each once."""
        if self._access is None:
            return [self._atlas.viewer]
        return list(dict.fromkeys(group.viewer for group in self._access.groups.values()))

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request that says whose page it is for (WSGI)."""
        return self.app(environ.get(VIEWER, self._atlas.viewer)).wsgi_app(environ, start)

    def app(self, viewer: Viewer) -> Flask:
        """The page of those who may see the same."""

        def make() -> Flask:
            page = create_app(self.atlas(viewer), self._access).server
            self._dress(page)
            return page

        return self._apps.get(viewer, make)

    def atlas(self, viewer: Viewer) -> Atlas:
        """What they may see."""
        if viewer == self._atlas.viewer:
            return self._atlas
        return self._seen.get(viewer, lambda: self._atlas.seen_by(viewer))

    def catalogue(self, viewer: Viewer) -> Catalogue:
        """What they can ask."""
        return self.atlas(viewer).catalogue
