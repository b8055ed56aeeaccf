"""How does a report look as a web page? One file that needs nothing else."""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from geo.answer.atlas import Atlas
from geo.out.drawing import BAR, INK, LINE, MARK, MUTED, SURFACE
from geo.out.report.blocks import anchor, blocks, facts, rich, silent
from geo.tell.assessment import Assessment, Progress

HERE = "geo.out.report"
COLOURS = {"ink": INK, "bar": BAR, "mark": MARK, "muted": MUTED, "line": LINE, "surface": SURFACE}


@cache
def templates(package: str = HERE) -> Environment:
    """The templates of a package and, behind them, those of the report; what is put into them is escaped."""
    found = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(HERE)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    found.filters |= {
        "anchor": anchor,
        "base64": lambda content: base64.b64encode(content).decode("ascii"),
        "kind": lambda block: type(block).__name__,
        "rich": lambda text: Markup(rich(text)),
    }
    return found


def write_html(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> bytes:
    """Write one page of HTML that needs nothing else: headings, captions, header cells, alternative texts."""
    page = (
        templates()
        .get_template("report.html")
        .render(
            assessment=assessment,
            facts=facts(assessment),
            blocks=list(blocks(assessment, atlas, progress)),
            **COLOURS,
        )
    )
    return page.encode("utf-8")
