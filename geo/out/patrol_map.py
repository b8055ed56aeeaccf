"""Where are the areas of a plan? A map of them by tier, with the crowded towns magnified."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.colours import PLAIN, SEQUENTIAL
from geo.answer.legend import HIDDEN, Classes, Entry, in_reading_order
from geo.ask.words import AREAS, counted
from geo.out.drawing import BODY, MARK, MUTED, Page, Rect, drawing, pdf, text_width, wrap
from geo.out.patrol_files import Drawn
from geo.out.printed_map import draw_maps
from geo.out.provenance import Sheet, sheet
from geo.tell.insets import Inset, about

WIDTH, HEIGHT, MARGIN, LINE = 150.0, 140.0, 3.0, 5.2
"""Millimetres."""
MOST_NUMBERED = 25
"""Areas whose rank stands on the map: more would hide one another."""


@dataclass(frozen=True)
class PlanSheet(Sheet):
    """The sheet of a plan: its areas coloured by tier and numbered by rank, in place of the layer's classes.

    Attributes
    ----------
    drawn : Drawn
    """

    drawn: Drawn = field(kw_only=True)

    @property
    def title(self) -> str:
        """ "Patrols of 21 areas from 1 December 2026"."""
        return self.drawn.title

    @property
    def map_in_words(self) -> str:
        """What the map shows, for who cannot see it."""
        return in_words(self.drawn)

    @cached_property
    def legend(self) -> list[Entry]:
        """The tiers, the first first."""
        return [*in_reading_order(self.answer.classes, "kinds")]

    @property
    def magnified(self) -> float:
        """More of it: most areas of a plan lie in towns."""
        return 0.4

    @cached_property
    def insets(self) -> tuple[Inset, ...]:
        """Windows where the planned areas crowd."""
        return about(
            self.answer.table.index.get_indexer(self.top.index), self.answer, self.level, self.places
        )

    @cached_property
    def top(self) -> pd.DataFrame:
        """The planned areas, each of which is numbered."""
        return self.drawn.plan.table


def in_words(drawn: Drawn) -> str:
    """What the map of a plan shows, for who cannot see it: the areas of each tier by name."""
    tiers = drawn.plan.table.groupby("tier")["name"]
    said = (f"Tier {tier}: {', '.join(names)}." for tier, names in tiers)
    return f"Map. {drawn.title}. {' '.join(said)}"


def plan_sheet(atlas: Atlas, drawn: Drawn) -> PlanSheet:
    """Lay a plan over the answer that it was made of.

    Parameters
    ----------
    atlas : Atlas
        The one that was planned from.
    drawn : Drawn
    """
    plain = sheet(atlas, drawn.plan.query.replace(area="", group=(), mark="", layout="map", compare=""))
    answer, tiers, number = plain.answer, drawn.plan.table["tier"], drawn.plan.wish.tiers
    tier_of = tiers.reindex(answer.table.index, fill_value=number + 1).to_numpy()
    shades = [shade.paper for shade in SEQUENTIAL.steps(max(number, 2) + 1)[: -number - 1 : -1]]
    labels = [f"Tier {tier}" for tier in range(1, number + 1)]
    classes = Classes(
        "Areas to patrol",
        (*labels, "none"),
        (*labels, f"Other {AREAS[answer.query.level][1]}"),
        (*shades, PLAIN.paper),
        (None,) * (number + 1),
        tuple(np.bincount(tier_of[answer.inside] - 1, minlength=number + 1).tolist()),
    )
    codes = np.where(answer.codes == HIDDEN, HIDDEN, tier_of - 1).astype(np.uint8)
    told = replace(answer, classes=classes, codes=codes, overlay=None)
    values = {name: getattr(plain, name) for name in Sheet.__dataclass_fields__}
    return PlanSheet(**(values | {"answer": told}), drawn=drawn)


def write_svg(atlas: Atlas, drawn: Drawn) -> bytes:
    """The map with its legend, as SVG."""
    laid = plan_sheet(atlas, drawn)
    with drawing():
        page = _page(laid)
        return page.svg(laid.title, f"{laid.map_in_words} {drawn.plan.banner}.", drawn.made.isoformat())


def write_pdf(atlas: Atlas, drawn: Drawn) -> bytes:
    """The map with its legend, as PDF."""
    laid = plan_sheet(atlas, drawn)
    with drawing():
        about = f"{drawn.plan.description}. {drawn.plan.banner}. Seal {drawn.record.seal}"
        return pdf([_page(laid)], laid.title, about, "patrols, map", drawn.made)


def _page(laid: PlanSheet) -> Page:
    """One picture: title and marking, map, tiers, and what was planned from."""
    page, plan = Page(WIDTH, HEIGHT), laid.drawn.plan
    marking = plan.banner.upper()
    place = Rect(WIDTH - MARGIN - text_width(marking, BODY, True) - 4, MARGIN, WIDTH - MARGIN, MARGIN + 5)
    page.text(MARGIN, MARGIN + 3.6, laid.title, BODY + 1.5, bold=True, kind="H1")
    page.box(place, MARK)
    page.text(
        (place.left + place.right) / 2, MARGIN + 3.5, marking, BODY, bold=True, colour="black", align="center"
    )
    unit = counted(len(plan.table), *AREAS[plan.query.level])
    first = f"the first {MOST_NUMBERED} " if len(plan.table) > MOST_NUMBERED else ""
    words = f"{unit}, {first}numbered by rank. {plan.description}."
    lines = wrap(words, WIDTH - 2 * MARGIN, BODY)
    rows = _rows(laid.legend)
    top = HEIGHT - MARGIN - len(lines) * LINE - len(rows) * LINE
    with page.part("Figure", alternative=laid.map_in_words):
        draw_maps(page, laid, Rect(MARGIN, MARGIN + 8, WIDTH - MARGIN, top - 3), MOST_NUMBERED)
    for k, row in enumerate(rows):
        for x, entry, said in row:
            page.swatch(Rect.of(x, top + k * LINE, 5.6, 3.0), entry.colour, entry.pattern, entry.lines)
            page.text(x + 7, top + k * LINE + 2.45, said, BODY)
    page.paragraph(MARGIN, top + len(rows) * LINE, WIDTH - 2 * MARGIN, words, BODY, colour=MUTED)
    return page


def _rows(legend: list[Entry]) -> list[list[tuple[float, Entry, str]]]:
    """Lines of a legend laid side by side: where each begins, in as many rows as they need."""
    rows: list[list[tuple[float, Entry, str]]] = [[]]
    x = MARGIN
    for entry in legend:
        said = f"{entry.label} ({entry.count:,})"
        wide = text_width(said, BODY) + 7
        if x + wide > WIDTH - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, entry, said))
        x += wide + 5
    return rows
