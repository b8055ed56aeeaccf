"""What is said of the marked areas, and what marks them besides the legend?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard import legend as parts
from geo.answer.gradient import NUMBER_OF
from geo.ask.parameters import LARGEST_GROUP
from geo.tell.marking import Marking, chosen_by

if TYPE_CHECKING:
    from geo.answer.answer import Answer


def shown(found: Marking | None, answer: Answer, link: Callable[..., str]) -> dict[str, Any]:
    """Say what is marked, with the ways to clear it and to look at its areas together.

    Parameters
    ----------
    found : Marking or None
    answer : Answer
    link : callable
        Changes of the query to the address of the page.

    Returns
    -------
    dict
        "component.property" to value.
    """
    if found is None:
        return {f"{ids.MARKED}.children": []}
    clear = html.A(
        "×",
        href=link(mark=""),
        className="mark-clear",
        title="Esc",
        **{"aria-label": f"Clear the mark: {found.name}"},
    )
    said: list[Component | str] = [html.Span([found.name, clear], className="mark-chip"), " ", found.said]
    if 1 < found.number <= LARGEST_GROUP:
        codes = tuple(answer.table.index[found.areas])
        how = chosen_by(answer, found.kind)
        together = html.A(
            "Look at these areas together", href=link(group=codes, chosen=how, mark=""), className="link"
        )
        said += [" ", together]
    return {f"{ids.MARKED}.children": [html.P(said)]}


def groups(answer: Answer) -> list[Component]:
    """Buttons under the bars of the deprivation gradient: each marks the areas of its decile or quintile."""
    kind = answer.query.groups
    here, last = answer.gradient.by(kind)["areas"], NUMBER_OF[kind]
    ends = {1: ", the most deprived", last: ", the least deprived"}
    return [
        html.Button(
            str(group),
            type="button",
            disabled=group not in here.index,
            title=f"Mark the areas of {kind} {group}{ends.get(group, '')}",
            **{
                "aria-label": f"{kind.capitalize()} {group}{ends.get(group, '')}: "
                f"{here.get(group, 0):,} small areas",
                **parts.mark_of(kind, str(group), answer.query.mark),
            },
        )
        for group in range(1, last + 1)
    ]
