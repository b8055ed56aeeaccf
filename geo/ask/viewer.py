"""Who may see what? The true numbers of a source, a source at all, a kind of area, a file.

:meth:`Viewer.sees` alone decides on true numbers, and what is opened follows from it
(:meth:`geo.data.store.Snapshot.opened`): whoever may not see a source's true numbers is answered from its
protected version, by an atlas that has read nothing else of it. So a server keeps one atlas for each group of
people, and all of its answers, in whatever form, are of what that group may see:
``Atlas.open(folder, Viewer(cleared={"ae"}, levels={"ward"}))``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

EVERY = "*"
"""Stands for all sources among those that somebody is cleared for."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks.

    Attributes
    ----------
    owner : bool
        Whether they ask at the computer of the data's owner: by its commands, or a page that no other
        computer reaches.
    cleared : collection of str
        Keys of the sources whose true numbers they have a right to, :data:`EVERY` for all.
    sources, levels, exports : collection of str or None
        Keys of the sources that they may ask, of the kinds of area that they may see, and of the ways
        in which they may take something away (:data:`geo.out.export.WAYS`); None for all.
    team : str
        Their group on a server with a log-in, whose notes and saved views they share; "" elsewhere.

    Examples
    --------
    >>> OWNER.sees("offences", "internal"), OTHERS.sees("offences", "internal")
    (True, False)
    >>> OWNER.sees("ae", "controlled"), Viewer(cleared={"ae"}).sees("ae", "controlled")
    (False, True)
    """

    owner: bool = False
    cleared: Collection[str] = frozenset()
    sources: Collection[str] | None = None
    levels: Collection[str] | None = None
    exports: Collection[str] | None = None
    team: str = ""

    def __post_init__(self) -> None:
        for name in ("cleared", "sources", "levels", "exports"):
            given = getattr(self, name)
            object.__setattr__(self, name, None if given is None else frozenset(given))

    def asks(self, source: str) -> bool:
        """Whether they may ask a source at all."""
        return self.sources is None or source in self.sources

    def at(self, level: str) -> bool:
        """Whether they may see areas of a kind."""
        return self.levels is None or level in self.levels

    def takes(self, way: str) -> bool:
        """Whether they may take something away in a form."""
        return self.exports is None or way in self.exports

    def sees(self, source: str, disclosure: str) -> bool:
        """Whether they may see the true numbers of a source of a class of disclosure.

        Parameters
        ----------
        source : str
            Its key.
        disclosure : {"open", "internal", "controlled"}
            As the source declares it.
        """
        return (
            disclosure == "open"
            or (disclosure == "internal" and self.owner)
            or source in self.cleared
            or EVERY in self.cleared
        )


OWNER = Viewer(owner=True)
"""The owner of the data, at their own computer."""
CLEARED_OWNER = Viewer(owner=True, cleared={EVERY})
"""The owner, who has confirmed a right to the true numbers of every source."""
OTHERS = Viewer()
"""Everybody else: only open sources as they are."""
