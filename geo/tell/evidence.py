"""What can be concluded from a map? The exhibits of the layer that it shows."""

from __future__ import annotations

from dataclasses import replace

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.problem import Withheld
from geo.ask.query import Query
from geo.tell.assessment import with_margins
from geo.tell.exhibits import EXHIBITS, PLACE, PUBLISHED, SERVICES
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part

_OPEN = {**PLACE, **PUBLISHED}
"""Exhibits of what is published of the place: they tell of no event."""


def evidence_of(atlas: Atlas, query: Query) -> tuple[tuple[Exhibit, ...], tuple[tuple[str, str], ...]]:
    """Exhibits of the layer that a question shows, under exactly its filters.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked. Without categories every category counts, as on the map.

    Returns
    -------
    exhibits : tuple of Exhibit
        Those that its :class:`~geo.answer.layers.Layer` names, with all their rows; protected.
    missing : tuple of (str, str)
        Those that cannot be made, and why.
    """
    found, missing = [], []
    for key in LAYERS[query.layer].evidence:
        name = exhibit_name(key)
        try:
            if key in SERVICES:
                parts = _services(atlas, query)
                made = with_margins(SERVICES[key][1](parts), parts)
            elif key in EXHIBITS:
                part = _as_shown(atlas, query, query.source)
                made = with_margins(EXHIBITS[key][1](part), part)
            else:  # nothing of the place is protected
                made = _OPEN[key][1](_as_shown(atlas, query, query.source))
            found.append(replace(made, name=name))
        except (NotPossible, Withheld) as reason:
            missing.append((name, str(reason)))
    return tuple(found), tuple(missing)


def exhibit_name(key: str) -> str:
    """What the exhibit of a key is called."""
    return (EXHIBITS | SERVICES | _OPEN)[key][0]


def _as_shown(atlas: Atlas, query: Query, source: str) -> Part:
    """One source under the filters of the map; categories hold for one source."""
    category = query.category if source == query.source else ()
    shown = {"level": query.level, "benchmark": query.benchmark, "fdr": query.fdr, "layer": query.layer}
    plain = query.filters().replace(source=source, category=category, **shown)
    return Part(atlas, atlas.catalogue.check(plain)[0], atlas.sources[source].gate)


def _services(atlas: Atlas, query: Query) -> list[Part]:
    """Every source that has events under the filters of the map, as the layers of several services take it.

    A source without the months asked for is taken over those that it has.
    """
    parts = [_as_shown(atlas, query, key) for key in atlas.sources]
    usable = [part for part in parts if part.total]
    if len(usable) < 2:
        raise NotPossible("fewer than two of the sources have events under these filters.")
    return usable
