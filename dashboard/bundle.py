"""How do our scripts become one, and our style sheets? A browser that asks once is sooner done.

Each script is a function that gives back what it exports, called in the order in which they need one another,
so that their names never meet; the one that starts them all comes last. What each gives back is found under
its name in what the one script exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from geo.ask.resources import shipped

SCRIPT = "one/page.mjs"
STYLE = "one/page.css"
"""Where they lie in the folder of our own files: one folder down, like those of which they are made."""

_IMPORT = re.compile(r'^import (?:(?P<names>\{[^}]*\}|\* as [\w$]+) from )?"(?P<path>\.{1,2}/[^"]+)";$', re.M)
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function\*?) (?P<name>[\w$]+))", re.M)
_NOTE = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.M | re.S)
"""A comment that has lines of its own."""


@lru_cache(maxsize=4)
def script(start: str) -> str:
    """Text of a script and of all that it imports, as one module.

    Parameters
    ----------
    start : str
        Path in the folder of our own files, "start.mjs".
    """
    home = shipped("assets").resolve()
    written: dict[Path, str] = {}

    def add(path: Path) -> None:
        text = _NOTE.sub("", path.read_text("utf-8"))
        for found in _IMPORT.finditer(text):
            other = (path.parent / found["path"]).resolve()
            if other not in written:
                add(other)
        body = _IMPORT.sub(lambda found: _taken(found, path, home), text)
        if path != home / start:
            exports = ", ".join(found["name"] for found in _EXPORT.finditer(body))
            name = path.relative_to(home).as_posix()
            body = f'parts["{name}"] = (() => {{\n{_EXPORT.sub("", body)}return {{ {exports} }};\n}})();\n'
        written[path] = body

    add(home / start)
    return "export const parts = {};\n" + "".join(written.values())


def _taken(found: re.Match[str], path: Path, home: Path) -> str:
    """What a script imports, out of the parts that come before it."""
    if not found["names"]:
        return ""
    other = (path.parent / found["path"]).resolve().relative_to(home).as_posix()
    names = found["names"].removeprefix("* as ").replace(" as ", ": ")
    return f'const {names} = parts["{other}"];'


def style(names: Iterable[str]) -> str:
    """Text of style sheets, one after the other."""
    home = shipped("assets") / "style"
    return "".join((home / f"{name}.css").read_text("utf-8") for name in names)
