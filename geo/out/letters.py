"""Which letters of a font does a document bring with it? Those that it uses, and nothing to lay them out."""

from __future__ import annotations

import atexit
import base64
import io
import os
from functools import cache, lru_cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import get_ident
from typing import Any

OF_NO_USE = ("FFTM", "GSUB", "GPOS", "GDEF", "MATH")
"""Tables of a font for laying text out, of which whoever cuts it down reads every one, also to drop it."""


def _without_layout(file: str) -> Any:
    from fontTools.ttLib import TTFont

    font = TTFont(file, recalcTimestamp=False)
    for table in {*OF_NO_USE} & {*font.keys()}:
        del font[table]
    return font


@cache
def _folder(process: int) -> Path:
    """A folder of this process alone, which goes with it and not with a copy of it."""
    folder = Path(mkdtemp(prefix="hotspots-fonts-"))
    atexit.register(_leave, folder, process)
    return folder


def _leave(folder: Path, process: int) -> None:
    if os.getpid() == process:
        rmtree(folder, ignore_errors=True)


def bare_font(file: str) -> Any:
    """A copy of a font with no table for laying text out, for as long as this process lasts."""
    return _bare(file, os.getpid())


@cache
def _bare(file: str, process: int) -> Any:
    from matplotlib.font_manager import FontPath

    path = _folder(process) / Path(file).name
    partial = path.with_name(f"{get_ident()}-{path.name}")
    _without_layout(file).save(partial)
    partial.replace(path)
    return FontPath(str(path), 0)


@lru_cache(maxsize=64)
def cut_font(file: str, used: frozenset[str]) -> str:
    """A font cut down to some characters, as base64."""
    from fontTools.subset import Options, Subsetter

    font = _without_layout(file)
    subsetter = Subsetter(Options(hinting=False, drop_tables=[]))
    subsetter.populate(text="".join(sorted(used)))
    subsetter.subset(font)
    content = io.BytesIO()
    font.save(content)
    return base64.b64encode(content.getvalue()).decode("ascii")
