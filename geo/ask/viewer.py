"""Who may see the true numbers of a source?

:meth:`Viewer.sees` alone decides it, and what is opened follows from it
(:meth:`geo.data.store.Snapshot.opened`): whoever may not see a source's true numbers is answered from its
protected version, by an atlas that has read nothing else of it. So a server keeps one atlas for each set of
sources that somebody is cleared for, and a role says no more than which these are:
``Atlas.open(folder, Viewer(cleared={"ae"}))``.
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

    Examples
    --------
    >>> OWNER.sees("offences", "internal"), OTHERS.sees("offences", "internal")
    (True, False)
    >>> OWNER.sees("ae", "controlled"), Viewer(cleared={"ae"}).sees("ae", "controlled")
    (False, True)
    """

    owner: bool = False
    cleared: Collection[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "cleared", frozenset(self.cleared))

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
