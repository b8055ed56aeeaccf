"""What must go with the numbers?

A :class:`Sheet` is one :class:`~geo.answer.answer.Answer` on its way to paper or a file, together with all
that its reader needs to judge it: where the data come from and under which licence, what was left out, how
small numbers were treated, when it was made, and the address that shows it again. Every export draws on it,
so that none can forget a part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import shapely

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import DAGGER, PLUS_MINUS, RATE, count_of
from geo.answer.layers import LAYERS
from geo.answer.legend import Entry, overlay_entry
from geo.answer.level import Level
from geo.answer.measures import beside
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.ask.words import AREAS, MONTH_NAMES, agree, counted, listed, lower_first, written
from geo.out.drawing import LINES
from geo.stats.rates import UNRELIABLE_NOTE
from geo.tell import beside as two
from geo.tell.credits import credits
from geo.tell.insets import Inset, of_answer, top_areas
from geo.tell.marking import marking
from geo.tell.pair_legend import Legend, legends, note
from geo.tell.tiles import MOST, tiles

OWN_COMPUTER = ("localhost", "127.0.0.1", "::1")
"""Hosts whose address opens nothing on another computer."""


class Outlined(NamedTuple):
    """Areas that stand out by a line around them: their kind, a key of :data:`LINES`, in words, and which."""

    kind: str
    said: str
    which: np.ndarray


@dataclass(frozen=True)
class Sheet:
    """One answer on its way to a file.

    Attributes
    ----------
    answer : Answer
    level : Level
        That of the answer.
    levels : mapping of str to Level
        All of them, for outlines.
    places : DataFrame or None
        ``name, x, y, rank`` (EPSG:27700) for labels.
    place : str
        Name of the county.
    source : str
        Label and publisher's attribution of the data.
    credits : tuple of str
        Who else is to be named, and the licence: one sentence each.
    noun : str
        "offences".
    version : str
        Hash of the data.
    search : str
        Query string that asks for the same.
    link : str
        Address that shows the same on the page; "" where there is none.
    made : date
    second : Sheet or None
        That of the map beside it, where two are compared.
    name : str
        What this map of two is called, "2023"; else "".
    marked : ndarray of bool or None
        Areas that are marked.
    """

    answer: Answer
    level: Level
    levels: Mapping[str, Level]
    places: pd.DataFrame | None
    place: str
    source: str
    credits: tuple[str, ...]
    noun: str
    version: str
    search: str
    link: str
    made: date
    second: Sheet | None = None
    name: str = ""
    marked: np.ndarray | None = None

    @property
    def tiled(self) -> bool:
        """Whether areas are drawn as tiles of one size, out of their places."""
        return self.answer.query.layout == "tiles" and self.level.n <= MOST

    @cached_property
    def table(self) -> pd.DataFrame:
        """Table as it leaves in a file, with what the screen adds: the set, the marks, the second map."""
        table, query = self.answer.export(), self.answer.query
        if query.group:
            table["in_set"] = table.index.isin(query.group)
        if self.marked is not None:
            table["marked"] = pd.Series(self.marked, self.answer.table.index)[table.index]
        if self.second is not None:
            here, there = (one.answer.table.reindex(table.index) for one in (self, self.second))
            if self.counts_two:
                table["count_beside"] = there["count"]
                table["rate_beside"] = there[RATE.name]
                if PLUS_MINUS.name in there:
                    table["plus_minus_beside"] = there[PLUS_MINUS.name]
            if self.alike:
                table["count_more"] = here["count"] - there["count"]
            table["class_beside"] = self.second.classes.reindex(table.index)
        return table

    @property
    def classes(self) -> pd.Series:
        """Label of the class of each area on the map."""
        answer = self.answer
        drawn = pd.Series(answer.codes, answer.table.index).map(dict(enumerate(answer.classes.labels)))
        return drawn.astype("str")

    @property
    def title(self) -> str:
        """What is shown: "Robbery in Luton, 2025"."""
        return self.answer.description

    @property
    def layer(self) -> str:
        """How it is shown, in words."""
        key = self.answer.query.layer
        return self.answer.classes.title if key == "measure" else LAYERS[key].label

    @property
    def map_in_words(self) -> str:
        """What the map shows, for who cannot see it."""
        return f"Map. {self.title}, {self.layer}. {self.answer.headline}"

    @property
    def legends(self) -> tuple[Legend, ...]:
        """What the colours mean, in as many lists as the maps need to be told."""
        if self.second is None:
            return (self._counted(self.answer.classes.title),)
        found = legends(self.answer, self.second.answer, (self.name, self.second.name))
        maps = (self, self.second)
        if len(found) == 1:
            laid = [one.legend[len(one.answer.legend) :] for one in maps]
            said = (
                (here, (f"{here.count:,}", f"{there.count:,}")) for here, there in zip(*laid, strict=True)
            )
            return (replace(found[0], rows=(*found[0].rows, *said)),)
        titles = (lower_first(one.answer.classes.title) for one in maps)
        sides = (f"{side}: {title}" for side, title in zip(("Left", "Right"), titles, strict=True))
        return tuple(one._counted(title) for one, title in zip(maps, sides, strict=True))

    def _counted(self, title: str) -> Legend:
        """The legend of this map alone: every class with the number of areas in it."""
        return Legend(title, (), tuple((entry, (f"{entry.count:,}",)) for entry in self.legend))

    @property
    def legend_note(self) -> str:
        """What the numbers in the legends are."""
        if self.second is None or len(self.legends) > 1:
            return f"Number of {self.unit} in each class."
        return note(self.answer, self.second.answer)

    @property
    def legend_in_words(self) -> str:
        """Every class of the legends with what is said of it."""

        def read(legend: Legend) -> str:
            rows = (f"{entry.label}: {' and '.join(said)}" for entry, said in legend.rows)
            return f"{legend.title}. {'; '.join(rows)}."

        around = [f"{LINES[one.kind].name}: {one.said}".capitalize() + "." for one in self.outlined]
        return " ".join([*map(read, self.legends), *around, self.legend_note])

    @property
    def notes(self) -> list[str]:
        """Sentences that go wherever the numbers go."""
        return [self.answer.banner + ".", *self.answer.caveats, *self.answer.notices]

    @cached_property
    def outlined(self) -> tuple[Outlined, ...]:
        """What is chosen: the areas marked, a set, the one selected."""
        query, names = self.answer.query, self.level.frame["name"]
        none = np.zeros(len(names), bool)
        areas = {
            "marked": none if self.marked is None else self.marked,
            "set": names.index.isin(query.group),
            "area": names.index == query.area,
        }
        words = {kind: counted(int(which.sum()), *AREAS[query.level]) for kind, which in areas.items()}
        said = {"marked": f"{words['marked']} marked", "set": f"{words['set']} in the set"}
        if query.area:
            said["area"] = names[query.area]
        return tuple(Outlined(kind, said[kind], which) for kind, which in areas.items() if which.any())

    @property
    def marks(self) -> tuple[str, ...]:
        """What lines around areas are; and a mark behind a rate, where one is printed and no note says it."""
        lines = [f"{one.said} ({LINES[one.kind].name})" for one in self.outlined]
        return (*([f"Outlined: {listed(lines)}."] if lines else []), *self.dagger)

    @property
    def dagger(self) -> tuple[str, ...]:
        table = self.answer.table[self.answer.inside]
        if self.counts_two or self.answer.listed:
            return ()  # whose list has no rates
        few = (table["unreliable"] & table[RATE.name].notna()).any()
        said = any(DAGGER in note for note in self.answer.caveats)
        return (f"{DAGGER} {UNRELIABLE_NOTE}.",) if few and not said else ()

    @property
    def made_text(self) -> str:
        """Date in words, "20 November 2026"."""
        return f"{self.made.day} {MONTH_NAMES[self.made.month - 1]} {self.made.year}"

    @property
    def address(self) -> str:
        """Link back to the same state where others can open it; else the command and what to open then."""
        if self.link and urlsplit(self.link).hostname not in OWN_COMPUTER:
            return self.link
        return f"run hotspots serve, then open its address with /{self.search}"

    @property
    def about(self) -> str:
        """Finding, notes and sources in one text, for the header of a file."""
        return " ".join([self.answer.headline, *self.notes, f"{self.source.rstrip('.')}.", *self.credits])

    @property
    def unit(self) -> str:
        """Kind of area, "wards"."""
        return LEVELS[self.answer.query.level]

    @cached_property
    def legend(self) -> list[Entry]:
        """Lines of the legend in reading order, the overlay last."""
        answer = self.answer
        overlay = [] if answer.overlay is None else [overlay_entry(answer.overlay, answer.deciles)]
        return [*answer.legend, *overlay]

    @property
    def magnified(self) -> float:
        """Share of the width of a map that what is magnified beside it has at least."""
        return 0.32

    @cached_property
    def insets(self) -> tuple[Inset, ...]:
        """Windows to magnify, on both of two maps."""
        second = self.second.answer if self.second else None
        return () if self.tiled else of_answer(self.answer, self.level, self.places, second)

    @cached_property
    def outlines(self) -> dict[str, np.ndarray]:
        """Shapes of wards and boroughs for their lines, made of small areas where the map shows these.

        Wards drawn by another hand than the small areas would run beside their edges. Of tiles the boroughs.
        """
        if self.tiled:
            _, borough = np.unique(self.level.frame["borough"], return_inverse=True)
            drawn = merge(self.level.shapes.geometry.to_numpy(), borough, borough.max() + 1)
            return {"ward": drawn[:0], "borough": drawn}
        if self.level.key != "lsoa":
            return {key: self.levels[key].shapes.geometry.to_numpy() for key in ("ward", "borough")}
        return {
            key: merge(self.level.shapes.geometry.to_numpy(), self.levels[key].parent, self.levels[key].n)
            for key in ("ward", "borough")
        }

    @cached_property
    def top(self) -> pd.DataFrame:
        """First areas of the ranking that have any of the events."""
        return top_areas(self.answer)

    @property
    def top_title(self) -> str:
        """Head of the list of those areas."""
        return "Highest on the left" if self.second else "Highest areas"

    @property
    def tied_below(self) -> str:
        """Say how many more areas share the last rank listed; "" where none does."""
        if not len(self.top):
            return ""
        ranks, last = self.answer.table["rank"], self.top["rank"].iloc[-1]
        more = int((ranks == last).sum() - (self.top["rank"] == last).sum())
        number = last.rstrip("=")
        return f"{more:,} more {agree(more, 'area shares', 'areas share')} rank {number}." if more else ""

    @property
    def counts_two(self) -> bool:
        """Whether both maps count events that may differ, which two layers of the same do not."""
        if self.second is None:
            return False
        one, two = self.answer.query, self.second.answer.query
        if any(LAYERS[asked.layer].lists for asked in (one, two)):
            return False
        return one.source != two.source or one.layer == two.layer

    @property
    def alike(self) -> bool:
        """Whether both maps count the same kind of events, so that one count can be taken from the other."""
        return self.second is not None and self.counts_two and self.noun == self.second.noun

    @property
    def heads(self) -> tuple[str, ...]:
        """Heads of the columns of :meth:`shown`."""
        if self.counts_two:
            return ("Left", "Right", "Difference")[: 2 + self.alike]
        if self.answer.listed:
            return tuple(one.heading for one in self.answer.listed)
        return (self.noun.capitalize(), self.rate_title)

    @property
    def below(self) -> str:
        """What is to be said beneath the list of the first areas."""
        nouns = dict.fromkeys(one.noun for one in (self, self.second) if one is not None)
        said = f"Number of {' and of '.join(nouns)}." if self.counts_two else ""
        return " ".join(filter(None, (self.tied_below, said, two.RANKS if self.second else "")))

    @property
    def rate_title(self) -> str:
        """Head of the column of rates."""
        return beside(self.answer.query.measure).heading

    def shown(self, row: pd.Series) -> tuple[str, ...]:
        """Count and rate of an area as text, ("412", "262.0"); else what :attr:`heads` says.

        ``*`` and "" stand where there is none.
        """
        if self.second is not None and self.counts_two:
            other = self.second.answer.table.loc[row.name]
            known = pd.notna(row["count"]) and pd.notna(other["count"])
            more = int(row["count"] - other["count"]) if known else 0
            difference = written(more, "{:+,d}" if more else "{}") if known else "–"
            if known and PLUS_MINUS.name in row and PLUS_MINUS.name in other:
                difference += f" ± {np.hypot(row[PLUS_MINUS.name], other[PLUS_MINUS.name]):,.0f}"
            return (count_of(row), count_of(other), difference)[: 2 + self.alike]
        if self.answer.listed:
            return tuple(one.write(row[[one.name]])[0] for one in self.answer.listed)
        asked = beside(self.answer.query.measure)
        return (
            count_of(row),
            asked.written(row.to_frame().T, brief=True)[0],
        )


def merge(shapes: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Unite the polygons of each of ``n`` groups (positions in ``group``)."""
    return np.array([shapely.union_all(shapes[group == k]) for k in range(n)], dtype=object)


def sheet(atlas: Atlas, query: Query, link: str = "", made: date | None = None) -> Sheet:
    """Answer a query for a file.

    Parameters
    ----------
    atlas : Atlas
    query : Query
    link : str, optional
        Address that shows the same on the page.
    made : date, optional
        Today if absent.
    """
    answer = atlas.answer(query)
    pair = two.pair(atlas, answer)
    found = None
    if query.mark:
        found, _ = marking(atlas, pair[0] if pair else answer)
    made = made or date.today()
    if pair is None:
        return _of(atlas, answer, link, made, marked=found.areas if found else None)
    first, other = pair
    left, right = two.names(first, other, atlas.catalogue)
    said = replace(
        first,
        description=f"{first.description}, and {right}",
        finding=two.finding(first, other, atlas.catalogue),
        caveats=(*two.caveats(first, other, atlas.catalogue), *first.caveats),
    )
    second = _of(atlas, other, link, made, name=right)
    return _of(atlas, said, link, made, second=second, name=left, marked=found.areas if found else None)


def _of(atlas: Atlas, answer: Answer, link: str, made: date, **more: Any) -> Sheet:
    """Sheet of an answer."""
    info, level = atlas.catalogue.source(answer.query), atlas.levels[answer.query.level]
    if answer.query.layout == "tiles" and level.n <= MOST:
        squares = tiles(level.shapes, level.neighbours)
        level = replace(level, read=lambda: squares)
    return Sheet(
        answer=answer,
        level=level,
        levels=atlas.levels,
        places=atlas.places,
        place=atlas.place,
        source=answer.source or (f"{info.label}. {info.attribution}" if info.attribution else info.label),
        credits=credits(atlas),
        noun=info.noun,
        version=atlas.version,
        search=answer.query.to_search(),
        link=link,
        made=made,
        **more,
    )
