"""In which forms does something leave? One declaration a form, whatever it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec

P = ParamSpec("P")


@dataclass(frozen=True)
class FileForm(Generic[P]):
    """One kind of file.

    Attributes
    ----------
    key : str
        Ending of the file.
    label : str
        On the button, "Calendar (ICS)".
    mimetype : str
    write : callable
        What is written to the bytes of the whole file.
    """

    key: str
    label: str
    mimetype: str
    write: Callable[P, bytes]


def by_key(*forms: FileForm[P]) -> dict[str, FileForm[P]]:
    """Forms by their keys, in the order of the buttons.

    >>> list(by_key(FileForm("csv", "Table", "text/csv", bytes), FileForm("ics", "Calendar", "", bytes)))
    ['csv', 'ics']
    """
    return {form.key: form for form in forms}
