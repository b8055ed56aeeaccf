"""What can the map show?

To add a layer, declare a :class:`~geo.answer.layer.Layer` and register it in :data:`LAYERS`; for another
statistic of clusters, register it in :data:`geo.stats.hotspots.STATISTICS`.
"""

from __future__ import annotations

from dataclasses import replace

from geo.answer.columns import EVERYWHERE, Column
from geo.answer.layer import Layer
from geo.answer.layer_agreement import AGREEMENT
from geo.answer.layer_clusters import layer_of
from geo.answer.layer_confidence import CONFIDENCE
from geo.answer.layer_deprivation import EXCESS, IMD, WITH_DEPRIVATION
from geo.answer.layer_hours import HOURS_HOT
from geo.answer.layer_indicator import INDICATOR
from geo.answer.layer_measure import MEASURE, QUINTILE, SIGNIFICANCE
from geo.answer.layer_place import BY_DAY, LAYERS_OF_PLACE
from geo.answer.layer_proportion import SHARE
from geo.answer.layer_services import BIVARIATE_MORAN, COLOCATION
from geo.answer.layer_time import AGAINST_BEFORE, PATTERN_OVER_TIME
from geo.answer.measures import MEASURES
from geo.ask.query import Query
from geo.stats.hotspots import STATISTICS

LAYERS: dict[str, Layer] = {
    layer.key: layer
    for layer in (
        MEASURE,
        QUINTILE,
        SIGNIFICANCE,
        SHARE,
        BY_DAY,
        *map(layer_of, STATISTICS.values()),
        CONFIDENCE,
        IMD,
        WITH_DEPRIVATION,
        EXCESS,
        AGREEMENT,
        COLOCATION,
        BIVARIATE_MORAN,
        AGAINST_BEFORE,
        PATTERN_OVER_TIME,
        HOURS_HOT,
        *LAYERS_OF_PLACE,
        INDICATOR,
    )
}
"""Every way to colour the map, in the order of the control."""


def declared() -> dict[str, Column]:
    """Every column that a table may have, by its name."""
    of_layers = (layer.columns for layer in LAYERS.values())
    of_measures = (measure.columns for measure in MEASURES.values())
    groups = (EVERYWHERE, *of_measures, *of_layers)
    return {column.name: column for columns in groups for column in columns}


def column(name: str) -> Column:
    """Return what is declared of a column of a table.

    Raises
    ------
    KeyError
        If no layer and no measure declares it.

    Examples
    --------
    >>> column("population").definition, column("hot_ae").definition
    ('Residents', 'Whether the area is a hotspot (Gi*) of the source “ae”')
    """
    known = declared()
    if name in known:
        return known[name]
    for one in known.values():
        begin, each, _ = one.name.partition("{}")
        if each and name.startswith(begin):
            return replace(one, name=name, definition=one.definition.format(name.removeprefix(begin)))
    raise KeyError(name)


def of_events(query: Query) -> Query:
    """The same question of its events, where its layer is of none: for what tells of events alone."""
    return query.replace(layer=Query.layer) if LAYERS[query.layer].lists else query


def about(query: Query) -> list[Column]:
    """Columns that tell of one area what the map tells of all, besides its measure, the best first.

    That of the layer comes before that of the measure, but not where the page tells it anyway.
    """
    names = (LAYERS[query.layer].about.format(domain=query.domain), MEASURES[query.measure].about)
    found = [column(name) for name in dict.fromkeys(names) if name]
    return sorted(found, key=lambda one: one.always)
