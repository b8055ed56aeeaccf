"""In which forms does something leave? One declaration a form, whatever it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
F = TypeVar("F", bound="FileForm[Any]")

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, PPTX, XLSX = (f"{OFFICE}{part}" for part in (
    "wordprocessingml.document", "presentationml.presentation", "spreadsheetml.sheet"
))  # fmt: skip
CSV, HTML, ICS = (f"text/{part}; charset=utf-8" for part in ("csv", "html", "calendar"))
JSON, PDF, SVG = "application/json", "application/pdf", "image/svg+xml"
"""Media types of files of several kinds."""


@dataclass(frozen=True)
class FileForm(Generic[P]):
    """One kind of file.

    Attributes
    ----------
    key : str
        Ending of the file, without the first dot.
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


def by_key(*forms: F) -> dict[str, F]:
    """Forms by their keys, in the order of the buttons.

    >>> list(by_key(FileForm("csv", "Table", CSV, bytes), FileForm("ics", "Calendar", ICS, bytes)))
    ['csv', 'ics']
    """
    return {form.key: form for form in forms}
