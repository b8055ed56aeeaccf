"""What of an address cannot be taken?

A reader of the page is shown the nearest question that the data can answer, with a sentence for each part
that was left out. Whoever takes a file away sees no such sentence: a file answers exactly what was asked, or
there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from geo.ask.catalogue import Catalogue
from geo.ask.notice import fault_of
from geo.ask.problem import Problem
from geo.ask.query import Query


class Refused(Problem):
    """Something asked for in part of which no sense could be made.

    Attributes
    ----------
    sentences : tuple of str
        One for each part that could not be taken: the fault, not what the page makes of it.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(dict.fromkeys(map(fault_of, sentences)))
        lead = "There is no answer, because not all of the question could be taken:"
        super().__init__(" ".join([lead, *self.sentences]))


def search_of(address: str) -> str:
    """Query string of an address; what has no "?" is taken for the query string itself.

    Examples
    --------
    >>> search_of("http://127.0.0.1:8050/?level=ward"), search_of("level=ward")
    ('level=ward', 'level=ward')
    """
    return address.partition("?")[2] if "?" in address else address


def exactly(search: str, catalogue: Catalogue) -> Query:
    """Read a query string of which every part must be understood, and can be answered from what is loaded.

    Parameters
    ----------
    search : str
        With or without the leading "?".
    catalogue : Catalogue

    Returns
    -------
    Query
        Checked.

    Raises
    ------
    Refused
        If anything that :meth:`Query.parse` would leave out or change is in it.
    """
    query, notices = Query.parse(search, catalogue)
    if notices:
        raise Refused(notices)
    return query
