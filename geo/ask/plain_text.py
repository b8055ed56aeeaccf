"""What does a file of plain text say, if it is one?"""

from __future__ import annotations

from pathlib import Path

from geo.ask.problem import Problem


def text_of(path: Path) -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    Problem
        If it is in another encoding, or no text.
    OSError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            f"{path.name} is not UTF-8 text: check that it is the file meant, and save it as text in UTF-8."
        ) from error
