"""What is a page made of, for who cannot see it?

A :class:`Part` is an element of a document's structure: a heading, a paragraph, a table with its cells, a
figure with what it shows in words. :class:`~geo.out.drawing.Page` notes them while it is drawn on, and
:mod:`geo.out.tagged_pdf` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

HOLDS = {"Sect": "P", "TR": "TD", "LI": "LBody"}
"""Kind of part that holds others, and the kind that a text in it becomes."""


@dataclass(eq=False)
class Part:
    """One element of the structure.

    Attributes
    ----------
    kind : str
        Name of a standard type: "H1", "P", "Figure", "Table", "TR", "TH", "TD", "L", "LI", "LBody", "Link".
    alternative : str
        What a figure shows, in words.
    scope : {"", "Column", "Row"}
        What a header cell stands over.
    late : bool
        Read after all that is not, wherever it was drawn.
    parts : list of Part
    marks : list of int
        Numbers of its pieces in the page's content, as they are drawn.
    links : list of int
        Positions of its links among the page's annotations.
    """

    kind: str
    alternative: str = ""
    scope: str = ""
    late: bool = False
    parts: list[Part] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    @property
    def in_order(self) -> list[Part]:
        """The parts as they are read."""
        return sorted(self.parts, key=lambda part: part.late)

    def walk(self) -> Iterator[Part]:
        """This part and all in it."""
        yield self
        for part in self.in_order:
            yield from part.walk()
