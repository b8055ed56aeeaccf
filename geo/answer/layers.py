"""What can the map show?

A :class:`Layer` turns a :class:`Asked` (the true numbers of one filter at one level) into a :class:`Drawn`:
the columns that it adds to the table, a class for each area with its legend, and the finding in a sentence.
The page, the exports and the print all draw from it, so they cannot disagree. To add a layer, write
``f(slice) -> Drawn`` and register it in :data:`LAYERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from geo.answer import comparing as evidence
from geo.answer.asked import Asked
from geo.answer.layer_clusters import draw_getis_ord, draw_local_moran
from geo.answer.layer_deprivation import draw_bivariate, draw_excess, draw_imd
from geo.answer.layer_measure import draw_measure, draw_quintile, draw_significance
from geo.answer.legend import Drawn, Scale


@dataclass(frozen=True)
class Layer:
    """One way to colour the map.

    Attributes
    ----------
    key, label : str
    explanation : str
        What it answers and how to read it, one or two plain sentences.
    draw : callable
        Asked to Drawn.
    """

    key: str
    label: str
    explanation: str
    draw: Callable[[Asked], Drawn]
    needs: frozenset[str] = frozenset()
    """"deprivation" or "population" where the layer cannot do without."""
    compares: str = field(default="")
    """"source" or "period" where the layer sets the query's ``compare`` against it."""
    group: str = field(default="More")
    """Question that it answers: layers stand under it in the list, in the order of the registry."""
    scale: Scale = field(default="kinds")
    """How its classes follow one another, and so how its legend is read."""
    heeds: frozenset[str] = field(default=frozenset())
    """Parameters of the address that it heeds and other layers do not; elsewhere they are not shown."""
    evidence: tuple[str, ...] = field(default=())
    """Keys of the exhibits (:mod:`geo.tell.exhibits`) that say what can be concluded from it, best first."""


# ---------------------------------------------------------------- the registry

LAYERS: dict[str, Layer] = {
    layer.key: layer
    for layer in (
        Layer(
            "measure",
            "Measure",
            "How many, or how many for the people who live there. The top of the legend is the most. The "
            "breaks stay where they are when hours, days or months change.",
            draw_measure,
            evidence=("concentration", "stability"),
            group="How many",
            scale="rising",
            heeds=frozenset({"breaks", "edges", "palette"}),
        ),
        Layer(
            "quintile",
            "Fifths of areas",
            "Areas in order, cut into five groups of equal number. Areas that tie stay together, in the "
            "lower group.",
            draw_quintile,
            evidence=("concentration", "top_quintile"),
            group="How many",
            scale="rising",
            heeds=frozenset({"palette"}),
        ),
        Layer(
            "significance",
            "Compared with a benchmark",
            "Whether each area's rate is higher or lower than that of the whole, of a borough or of England, "
            "by more than chance: the benchmark's rate is set against the area's own interval. England's "
            "rate comes from a file (hotspots import benchmark FILE).",
            draw_significance,
            needs=frozenset({"population"}),
            evidence=("funnel",),
            group="How many",
            scale="rising",
            heeds=frozenset({"benchmark"}),
        ),
        Layer(
            "local_moran",
            "Hotspots: local Moran's I",
            "Areas whose neighbours together have more, or fewer, than chance would give. Red: high among "
            "high. The probability is exact: it is not sampled.",
            draw_local_moran,
            evidence=("back_test",),
            group="Where it clusters",
            heeds=frozenset({"fdr", "null"}),
        ),
        Layer(
            "getis_ord",
            "Hotspots: Getis-Ord Gi*",
            "Places where an area and its neighbours together have more (hot) or fewer (cold) than chance "
            "would give. The probability is exact: it is not sampled.",
            draw_getis_ord,
            evidence=("back_test",),
            group="Where it clusters",
            heeds=frozenset({"fdr", "null"}),
        ),
        Layer(
            "confidence",
            "How sure: checks that agree",
            "How many different looks at the data agree that an area is a hot spot.",
            evidence.draw_confidence,
            needs=frozenset({"population"}),
            evidence=("ladder", "back_test"),
            group="Where it clusters",
            scale="rising",
        ),
        Layer(
            "imd",
            "Deprivation (decile)",
            "Each area's place among all areas of England, in ten equal groups; 1 is the most deprived. By "
            "all domains of deprivation together, or by one of the seven.",
            draw_imd,
            needs=frozenset({"deprivation"}),
            evidence=("most_deprived", "fifths"),
            group="Deprivation",
            scale="falling",
            heeds=frozenset({"domain"}),
        ),
        Layer(
            "bivariate",
            "Measure and deprivation together",
            "Areas in thirds twice: by the measure, and by deprivation. The top right of the legend is "
            "much of both.",
            draw_bivariate,
            needs=frozenset({"deprivation"}),
            evidence=("fifths", "most_deprived"),
            group="Deprivation",
            scale="square",
            heeds=frozenset({"domain"}),
        ),
        Layer(
            "excess",
            "More than deprivation explains",
            "Each area against others that are as deprived as it is: a model predicts how many to expect, "
            "and areas beyond the spread of such areas stand out.",
            draw_excess,
            needs=frozenset({"deprivation"}),
            evidence=("excess",),
            group="Deprivation",
            scale="rising",
            heeds=frozenset({"domain", "fdr"}),
        ),
        Layer(
            "agreement",
            "Several services",
            "For how many of the loaded sources each area is a hot spot (Gi*), with the same filters.",
            evidence.draw_agreement,
            evidence=("agreement", "overlooked", "similarity"),
            group="Services together",
            scale="rising",
            heeds=frozenset({"fdr"}),
        ),
        Layer(
            "colocation",
            "Busiest for two services",
            "Areas among the fifth with the most for this source and for another: where the two coincide, "
            "and where such areas stand side by side more than chance would place them. The other source is "
            "chosen under “compare”.",
            evidence.draw_colocation,
            compares="source",
            evidence=("colocation", "similarity"),
            group="Services together",
            heeds=frozenset({"compare", "fdr"}),
        ),
        Layer(
            "bivariate_moran",
            "This service here, another around",
            "Where this source is high or low while another is high or low in the areas around, beyond "
            "chance. The other source is chosen under “compare”.",
            evidence.draw_bivariate_moran,
            compares="source",
            evidence=("similarity",),
            group="Services together",
            heeds=frozenset({"compare", "fdr"}),
        ),
        Layer(
            "change",
            "Change against the period before",
            "Areas with more or fewer events than in the same months a year before (or, for longer periods, "
            "in the period just before), beyond chance. Where dates are known, also the last 28 days against "
            "the 28 before, and the year so far against the same days of last year (“Compare with”).",
            evidence.draw_change,
            compares="period",
            evidence=("changed", "lately"),
            group="Over time",
            heeds=frozenset({"compare", "fdr"}),
        ),
        Layer(
            "emerging",
            "Emerging and fading hotspots",
            "A Gi* map of every month, and what became of each area: new, consecutive, intensifying, "
            "persistent, diminishing, sporadic, oscillating or historical.",
            evidence.draw_emerging,
            evidence=("stability",),
            group="Over time",
            heeds=frozenset({"fdr"}),
        ),
    )
}
"""Every way to colour the map, in the order of the control."""
