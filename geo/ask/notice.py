"""What of a question cannot be taken, and what is shown instead?"""

from __future__ import annotations

from collections.abc import Collection

from geo.ask.words import named


class Notice(str):
    """A sentence for the reader of the page, who is shown the rest.

    Attributes
    ----------
    fault : str
        The same for who gets nothing: what cannot be taken, and what could be.

    Examples
    --------
    >>> notice = Notice("“77” is not an hour and was left out.", "“77” is not an hour.")
    >>> notice == "“77” is not an hour and was left out.", notice.fault
    (True, '“77” is not an hour.')
    """

    __slots__ = ("fault",)
    fault: str

    def __new__(cls, said: str, fault: str) -> Notice:
        """Say both."""
        made = super().__new__(cls, said)
        made.fault = fault
        return made


MOST_OFFERED = 12
"""Choices that a refusal names."""


def choose(among: Collection[str], otherwise: str = "") -> str:
    """What could be asked instead, for the end of a sentence; some words more beside those of a list.

    Examples
    --------
    >>> choose(["mon", "tue"]), choose(["ae"], "months such as 2022-01..2022-12")
    (': choose from mon and tue.', ': choose ae, or give months such as 2022-01..2022-12.')
    """
    more = f", or give {otherwise}" if otherwise else ""
    choice = "choose from" if len(among) > 1 else "choose"
    return f": {choice} {named(list(among), most=MOST_OFFERED)}{more}." if among else "."


def left_out(fault: str, how: str = " and was left out", instead: str = ".") -> Notice:
    """Notice of a fault, without its full stop, of what became of it, and of what could be asked instead."""
    return Notice(f"{fault}{how}.", f"{fault}{instead}")


def offering(notice: str, among: Collection[str]) -> Notice:
    """The same notice, its fault with what could be asked instead."""
    return Notice(notice, f"{fault_of(notice).rstrip('.')}{choose(among)}")


def fault_of(notice: str) -> str:
    """What a notice says of the fault alone; most sentences say nothing else."""
    return notice.fault if isinstance(notice, Notice) else notice
