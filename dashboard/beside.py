"""How is a page beside the map written? Its frame, its place and its marking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from dashboard import shell
from dashboard.assess import page_templates
from geo.answer.disclosure import marking

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas


def page_beside(atlas: Atlas, template: str, banner: str | None = None, **context: Any) -> str:
    """Write a template; the banner is that of all that is loaded where what is shown has none of its own."""
    classes = [one.gate.disclosure for one in atlas.sources.values()]
    return (
        page_templates()
        .get_template(template)
        .render(
            place=atlas.place,
            marking=banner or marking(classes, synthetic=atlas.synthetic),
            assets=shell.assets(),
            root=request.script_root,
            **context,
        )
    )
