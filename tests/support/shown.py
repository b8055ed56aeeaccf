"""What the browser receives of a page, read without one."""

import json

from dash._utils import to_json

from dashboard import view
from geo.answer.atlas import Atlas


def shown(atlas: Atlas, search: str) -> dict:
    """Properties of the page for a query string, as the browser receives them."""
    return json.loads(to_json(view.page(atlas, search)))["shown"]


def text(component: object) -> str:
    """All words of a serialised component."""
    if isinstance(component, list):
        return " ".join(map(text, component))
    if isinstance(component, dict):
        return text(component["props"].get("children"))
    return "" if component is None else str(component)
