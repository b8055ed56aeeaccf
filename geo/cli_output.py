"""Where does the file of a command go? Where its name says, whole or not at all; “-” is standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from geo.ask.problem import Problem

STDOUT = Path("-")
Form = Annotated[
    str,
    typer.Option(
        "--format", help="Ending of a file whose name has none, as of standard output.", metavar="ENDING"
    ),
]


def ending(output: Path | None, form: str, usual: str) -> str:
    """Ending of a file: that of its name, else what is asked for, else the usual one.

    Examples
    --------
    >>> ending(Path("a.pdf"), "", "docx"), ending(STDOUT, "html", "docx"), ending(None, "", "docx")
    ('.pdf', '.html', '.docx')
    """
    named = output is not None and output != STDOUT
    return output.suffix if output and named else f".{(form or usual).lstrip('.')}"


def save(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and say so; to standard output nothing but the file."""
    from geo.data.writing import write_whole

    where = path if path != STDOUT else "Standard output"
    try:
        if path == STDOUT:
            _pour(content)
        else:
            write_whole(path, content)
            print(f"{path}: {len(content):,} bytes")
    except OSError as error:
        raise Problem(
            f"{where} could not be written ({error.strerror or error}); choose another with -o."
        ) from error


def tell(output: Path | None, sentence: str) -> None:
    """Print a sentence beside a file: to standard error where the file goes to standard output."""
    print(sentence, file=sys.stderr if output == STDOUT else sys.stdout)


def _pour(content: bytes) -> None:
    if sys.stdout.isatty() and not _is_text(content):
        raise Problem(
            "A terminal cannot show this file: send it on, as in “-o - > FILE”, or name a file with -o."
        )
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads it has enough; what is still held for it goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_text(content: bytes) -> bool:
    """Whether a file can be read as it stands."""
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
