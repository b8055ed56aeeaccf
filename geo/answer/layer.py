"""What is a layer?

A :class:`Layer` is one way to colour the map, and says all that page and paper need of it. Its ``draw``
turns the true numbers of one question into a :class:`~geo.answer.legend.Drawn`: the columns that it adds to
the table, a class for each area with its legend, and the finding in a sentence. The page, the exports and the
print all draw from it, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from geo.answer.asked import Asked
from geo.answer.colours import Ramp, Shade
from geo.answer.columns import Column
from geo.answer.legend import Drawn, Kind, Scale


@dataclass(frozen=True)
class Claim:
    """What the classes of a layer claim, and where they must not claim it.

    Attributes
    ----------
    verdicts : tuple of str
        Keys of the classes that people act on: "this is hot", "this has risen".
    silent_in : tuple of str
        Worlds (:data:`geo.stats.worlds.WORLDS`) in which at most one map in twenty may show one: those that
        the layer is a test of.
    speaks_in : tuple of str
        Worlds in which it speaks more often because of what it tests; how often is told with the others.
    of_all : bool
        Whether every source is drawn anew in a world, each by itself, and not only the one asked about.
    timed : bool
        Whether it asks for the hour, so that events of a world without times get any day and hour.
    """

    verdicts: tuple[str, ...] = ()
    silent_in: tuple[str, ...] = ()
    speaks_in: tuple[str, ...] = ()
    of_all: bool = False
    timed: bool = False


NO_CLAIM = Claim()
"""Of a layer that shows what is there, and judges nothing."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One way to colour the map.

    Attributes
    ----------
    key, label : str
    explanation : str
        What it answers and how to read it, one or two plain sentences.
    group : str
        Question that it answers: layers stand under it in the list, in the order of the registry.
    draw : callable
        Asked to Drawn.
    claim : Claim
        Its verdicts, and the worlds that try them.
    scale : Scale
        How its classes follow one another, and so how its legend is read.
    kinds : tuple of Kind
        Its classes, where they are the same whatever is asked.
    leads : tuple of str
        Keys of the classes whose areas come first in every ranking, the first first: what it looks for.
    ramps : tuple of Ramp
        What it takes the colours of steps from.
    columns : tuple of Column
        What it adds to the table, besides the measure.
    about : str
        Name of the column that tells of one area what the map tells of all, with ``{domain}`` for the domain
        of deprivation that is asked for; "" where that is the measure.
    ranks : str
        Name of its column by which areas are put in order; "" where that is the measure.
    lists : tuple of str
        Names of its columns that a list of areas tells instead of events, where it is of none: then nothing
        that is said with it counts events.
    needs : frozenset of str
        What it cannot do without, of :data:`geo.answer.county.NEEDS`.
    compares : str
        "source" or "period" where it sets the query's ``compare`` against it.
    beside : str
        How a source is offered to be compared with, with ``{}`` for its label.
    heeds : frozenset of str
        Parameters of the address that it heeds and other layers do not; elsewhere they are not shown.
    evidence : tuple of str
        Keys of the exhibits (:mod:`geo.tell.exhibits`) that say what can be concluded from it, best first.
    """

    key: str
    label: str
    explanation: str
    draw: Callable[[Asked], Drawn]
    claim: Claim
    group: str = "More"
    scale: Scale = "kinds"
    kinds: tuple[Kind, ...] = ()
    leads: tuple[str, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    columns: tuple[Column, ...] = ()
    about: str = ""
    ranks: str = ""
    lists: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    compares: str = ""
    beside: str = "With {}"
    heeds: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()

    def shades(self) -> Iterator[Shade]:
        """Every colour that its classes may have, on paper and on a dark screen."""
        yield from (kind.shade for kind in self.kinds)
        for ramp in self.ramps:
            yield from ramp.shades()
