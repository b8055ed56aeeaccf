"""What of a question cannot be taken, and what is shown instead?"""

from __future__ import annotations


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


def left_out(fault: str, how: str = " and was left out") -> Notice:
    """Notice of a fault, without its full stop, and of what became of it."""
    return Notice(f"{fault}{how}.", f"{fault}.")


def fault_of(notice: str) -> str:
    """What a notice says of the fault alone; most sentences say nothing else."""
    return notice.fault if isinstance(notice, Notice) else notice
