"""What is loaded, and what does it answer?

An :class:`Atlas` opens one version of a data folder and answers a :class:`~geo.ask.query.Query` with an
:class:`~geo.answer.answer.Answer`: everything that the page or an export may show. Each part of an answer is
remembered by the parameters that change it, as these declare (:attr:`geo.ask.parameters.Parameter.changes`),
so that another clock, another colour or a selected area works nothing out again.
"""

from __future__ import annotations

import os

import pandas as pd

from geo.answer.answer import Answer, Found, find
from geo.answer.asked import Asked
from geo.answer.counts import Engine
from geo.answer.county import County
from geo.answer.gradient import Gradient
from geo.answer.in_memory import IN_MEMORY
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.answer.memory import MEGABYTE, Memory
from geo.answer.said import banner, doubtful_midnight
from geo.answer.week import Week
from geo.ask.describe import describe
from geo.ask.parameters import GRADIENT, MAP, MONTHS, WEEK, Notices
from geo.ask.query import Query
from geo.ask.refusal import Refused, exactly
from geo.ask.viewer import OWNER, Viewer
from geo.data.store import Snapshot, Store

REMEMBERED = 128
"""Answers kept of each part."""
ROOM = 12 * MEGABYTE
"""Bytes that they may take."""


class Atlas(County):
    """A county that answers. Immutable; safe to share between threads."""

    def __init__(self, snapshot: Snapshot, engine: Engine = IN_MEMORY) -> None:
        super().__init__(snapshot, LAYERS, MEASURES, engine)

    def _forget(self) -> None:
        super()._forget()
        self._found: Memory[Query, Found] = Memory(REMEMBERED, ROOM)
        self._weeks: Memory[Query, Week] = Memory(REMEMBERED, ROOM)
        self._months: Memory[Query, pd.DataFrame] = Memory(REMEMBERED, ROOM)
        self._gradients: Memory[Query, Gradient] = Memory(REMEMBERED, ROOM)

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], viewer: Viewer = OWNER, engine: Engine = IN_MEMORY
    ) -> Atlas:
        """Open the version of a data folder that is in force.

        Parameters
        ----------
        folder : path
        viewer : Viewer
            For whom: it opens no true numbers but those that they may see.
        engine : Engine
            Who counts.

        Raises
        ------
        Problem
            If the folder holds no boundaries or cannot be read.
        """
        return cls(Store(folder).open(viewer), engine)

    def asked(self, query: Query) -> Asked:
        """Return the true numbers of a question; never to be shown as they are."""
        return Asked(self, self._checked(query)[0])

    def answer(self, query: Query) -> Answer:
        """Answer a question.

        Parameters
        ----------
        query : Query
            Need not be checked; what cannot be taken is in the answer's ``notices``.

        Returns
        -------
        Answer

        Raises
        ------
        Problem
            If no events are loaded.
        """
        query, notices = self._checked(query)
        heeds = LAYERS[query.layer].heeds | MEASURES[query.measure].heeds
        s, key = Asked(self, query), query.only(MAP, heeds)
        found = self._found.get(key, lambda: find(Asked(self, key)))
        recorded = self._week(s.kept.replace(clock="recorded"))
        midnight = () if LAYERS[query.layer].lists else doubtful_midnight(recorded, s.noun, query.hour)
        return Answer(
            query=query,
            table=found.table,
            inside=found.inside,
            compared=found.compared,
            placing=found.placing,
            days=found.days,
            codes=found.codes,
            classes=found.classes.coloured(query.palette) if "palette" in heeds else found.classes,
            overlay=found.overlay if query.overlay == "imd" else None,
            deciles=found.deciles,
            usual=found.usual,
            totals=found.totals,
            months=self._month_counts(query),
            week=recorded if query.clock == "recorded" else self._week(s.kept),
            gradient=self._gradient(s.kept),
            finding=found.finding,
            warning=found.warning,
            description=found.title or describe(query, self.catalogue),
            source=found.source,
            caveats=(*found.left_out, *midnight, *found.caveats),
            method=found.caveats,
            notices=tuple(notices),
            banner=banner(s),
        )

    def exactly(self, search: str) -> Query:
        """Read a query string for a program: every part of it is taken, or it is refused.

        Also what only its answer can tell: whether the legend has the classes that it marks.

        Raises
        ------
        Refused
            If any part of it cannot be taken.
        Problem
            If no events are loaded.
        """
        self.catalogue.needs_events()
        query = exactly(search, self.catalogue)
        if query.breaks == "own" and not query.edges and "breaks" in LAYERS[query.layer].heeds:
            raise Refused(["Own classes need their bounds: give “edges”, as in edges=10,20,50."])
        # Beside another map the legend is that of the two.
        if query.mark and query.view != "compare" and (unmarked := self.answer(query).unmarked):
            raise Refused(unmarked)
        return query

    def _checked(self, query: Query) -> tuple[Query, Notices]:
        """The nearest question that can be answered, but none of areas that who asks may not see."""
        self.catalogue.needs_events()
        self.catalogue.needs_level(query.level)
        return self.catalogue.check(query)

    # ------------------------------------------------------------ parts, by what changes them

    def _week(self, kept: Query) -> Week:
        key = kept.only(WEEK)
        return self._weeks.get(key, lambda: Asked(self, key).week())

    def _month_counts(self, query: Query) -> pd.DataFrame:
        key = query.only(MONTHS)
        return self._months.get(key, lambda: Asked(self, key).month_counts())

    def _gradient(self, kept: Query) -> Gradient:
        by_age = kept.measure == "dsr"
        key = kept.replace(measure="dsr" if by_age else "count").only(GRADIENT, {"domain"})
        return self._gradients.get(key, lambda: Asked(self, key).gradient())
