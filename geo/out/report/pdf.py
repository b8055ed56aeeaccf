"""How does a report look as PDF? Tagged for screen readers, contents with page numbers, an outline, links.

The looks are in ``templates/report.typ``, which Typst sets; it refuses what is not PDF/UA-1 (ISO 14289-1).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from geo.answer.atlas import Atlas
from geo.out.drawing import BAR, INK, LINE, MARK, MUTED, SURFACE
from geo.out.report.blocks import (
    CELL,
    MARGIN,
    ROOM,
    SMALL,
    Block,
    Bullets,
    Grid,
    Heading,
    Picture,
    Words,
    anchor,
    blocks,
    column_widths,
    facts,
    letters,
    runs,
    silent,
)
from geo.tell.assessment import Assessment, Progress

TEMPLATE = files("geo.out.report") / "templates" / "report.typ"
COLOURS = {"ink": INK, "bar": BAR, "mark": MARK, "muted": MUTED, "line": LINE, "surface": SURFACE}


def write_pdf(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> bytes:
    """Write a tagged PDF: contents with page numbers, outline, links, alternative texts, embedded font."""
    import matplotlib
    import typst

    pictures: dict[str, bytes] = {}
    made = assessment.made
    report = {
        "title": assessment.title,
        "banner": assessment.banner,
        "about": f"{assessment.banner}. {assessment.where}, made on {assessment.made_text}",
        "keywords": [assessment.banner, assessment.version],
        "made": [made.year, made.month, made.day],
        "made-text": assessment.made_text,
        "facts": [
            [name, [value for _, value in lines]]
            for name, lines in groupby(_named(facts(assessment)), key=lambda fact: fact[0])
        ],
        "colours": COLOURS,
        "margin": MARGIN,
        "small": SMALL,
        "blocks": [_told(block, pictures) for block in blocks(assessment, atlas, progress)],
    }
    with TemporaryDirectory() as made_in:
        folder = Path(made_in)
        (folder / "main.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
        for name, content in pictures.items():
            (folder / name).write_bytes(content)
        written: bytes = typst.compile(
            folder / "main.typ",
            root=folder,
            font_paths=[Path(matplotlib.get_data_path(), "fonts", "ttf")],
            ignore_system_fonts=True,
            pdf_standards=["1.7", "ua-1"],
            timestamp=datetime.combine(made, time(), UTC),
        )
    return written


def _named(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names and values, a name that is left out being the one before."""
    named: list[tuple[str, str]] = []
    for name, value in lines:
        named.append((name or named[-1][0], value))
    return named


def _told(block: Block, pictures: dict[str, bytes]) -> dict[str, Any]:
    """A block as the template takes it; a picture is put among the files."""
    told: dict[str, Any] = {"kind": type(block).__name__}
    match block:
        case Heading():
            told |= {"text": block.text, "level": block.level, "anchor": block.anchor}
            told["new-page"] = block.new_page
        case Words():
            told |= {"style": block.style, "runs": runs(block.text)}
        case Bullets():
            told["items"] = [
                (runs(text), anchor(exhibit), exhibit.number) if exhibit else (runs(text), "", "")
                for text, exhibit in block.items
            ]
        case Picture():
            told["file"] = f"{anchor(block.exhibit)}.png"
            pictures[told["file"]] = block.png
            told |= {"width": min(block.width, ROOM), "alternative": block.exhibit.alternative}
            told["caption"] = f"{block.exhibit.number}. {block.exhibit.title}"
        case Grid():
            texts, widths = block.exhibit.texts(), column_widths(block.exhibit)
            told |= {
                "behind": block.of_figure,
                "caption": block.caption,
                "widths": widths,
                "letters": letters(block.exhibit, widths),
                "pad": CELL / 2,
                "numeric": [bool(number) for number in block.exhibit.numeric()],
                "heads": list(map(str, texts)),
                "cells": [cell for row in texts.to_numpy(str).tolist() for cell in row],
            }
    return told
