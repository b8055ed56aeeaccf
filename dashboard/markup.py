"""How do components read as HTML? For pieces of the page that come by themselves, after the answer.

A piece is put into the page as it stands: none of its parts is called back, so it needs no component tree in
the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

VOID = {"br", "hr", "img", "input"}
NAMES = {"className": "class", "htmlFor": "for", "colSpan": "colspan", "rowSpan": "rowspan"}
"""Properties whose attribute is not the same word in small letters."""


class Raw(str):
    """Markup that stands as it is: a drawing whose texts are escaped already."""


def markup(node: Any) -> str:
    """Write components of :mod:`dash.html`, texts and numbers, or a sequence of these, as HTML.

    Parameters
    ----------
    node : Component, str, number, None or sequence of these

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If a component is not one of HTML: it would need a script of its own.

    Examples
    --------
    >>> markup(html.P(["5 < 6 ", html.B("yes")], className="note", **{"data-code": "a"}))
    '<p class="note" data-code="a">5 &lt; 6 <b>yes</b></p>'
    >>> markup([html.Span(hidden=True, style={"--part": "0.5"}), None])
    '<span hidden style="--part:0.5"></span>'
    """
    if node is None:
        return ""
    if isinstance(node, Raw):
        return str(node)
    if isinstance(node, Component):
        return _element(node)
    if isinstance(node, Sequence) and not isinstance(node, str):
        return "".join(map(markup, node))
    return escape(str(node), quote=False)


def _element(component: Component) -> str:
    if type(component).__module__ != f"{html.__name__}.{type(component).__name__}":
        raise TypeError(f"{type(component).__name__} cannot be written as HTML.")
    tag = type(component).__name__.lower()
    given = component.to_plotly_json()["props"]
    children = given.pop("children", None)
    attributes = "".join(_attribute(name, value) for name, value in given.items())
    if tag in VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{markup(children)}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    name = NAMES.get(name, name.lower())
    if name == "style":
        value = ";".join(f"{key}:{text}" for key, text in value.items())
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
