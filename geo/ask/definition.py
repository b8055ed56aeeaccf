"""What is a saved definition? Events by a name that everybody means the same by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """A filter that was written down: which events of one source it keeps, in whose words.

    Attributes
    ----------
    key : str
        Its name in the address.
    label : str
        "Violence against women and girls".
    words : str
        What it keeps, one sentence.
    publisher, version : str
        Who defines it so, and in which version.
    source : str
        Key of the source whose events it keeps.
    any : tuple of str
        Filters as an address has them; an event is kept that any of them keeps.
    """

    key: str
    label: str
    words: str
    publisher: str
    version: str
    source: str
    any: tuple[str, ...]

    @property
    def said(self) -> str:
        """All that has to stand where it is used, as sentences."""
        return f"{self.label}: {self.words} Definition: {self.publisher}, {self.version}."
