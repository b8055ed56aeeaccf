"""How sure is it?

A layer that sets one map of hot spots against others: of smoothed rates, by other neighbours, of wards, of
the year before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.benchmark import crude, overall
from geo.answer.colours import PLAIN, SEQUENTIAL
from geo.answer.columns import Column, figures
from geo.answer.layer import Layer
from geo.answer.layer_clusters import gi_star
from geo.answer.layer_time import period_before
from geo.answer.legend import Drawn, Kind, classify
from geo.stats import confidence, hotspots, rates

NOTHING = Kind("none", "No hot spot to check", PLAIN)


def draw_confidence(s: Asked) -> Drawn:
    """How many independent looks agree that an area is a hot spot."""
    level = s.query.level
    plain = gi_star(s, fdr=False)
    hot = (plain["cluster"] == "HH").to_numpy(bool)
    evidence = pd.DataFrame({"gi_star": hot}, index=s.frame.index).astype("boolean")
    smoothed = hotspots.eb_local_moran(
        s.counts[s.inside].astype(float), s.population[s.inside], s.among, alpha=ALPHA, fdr=False
    ).reindex(s.frame.index)
    evidence["eb_moran"] = pd.array(smoothed["cluster"].astype(object).to_numpy() == "HH", "boolean")
    table = crude(s, 0.95)
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], overall(s, s.inside))
    evidence["rate"] = pd.array(
        [None if v == rates.NOT_COMPARED else v == rates.HIGHER for v in verdict], "boolean"
    )
    evidence["fdr"] = pd.array((plain["q"] <= ALPHA).to_numpy() & hot, "boolean")
    other = s.near("knn")
    other = other if s.inside.all() else other.subset(s.inside)
    again = hotspots.getis_ord_star(s.counts[s.inside].astype(float), other, alpha=ALPHA, fdr=False)
    again = again.reindex(s.frame.index)
    evidence["second_weights"] = pd.array((again["cluster"].astype(object) == "HH").to_numpy(bool), "boolean")
    if level == "lsoa":
        evidence["ward"] = _of_ward(s)
    evidence["last_year"] = _last_year(s)
    found = confidence.ladder(evidence)
    agree = found["agree"].to_numpy(int)
    asked = evidence.shape[1]
    looked = hot | (evidence["eb_moran"].fillna(False).to_numpy(bool))
    shades = SEQUENTIAL.steps(5)
    ramp = [shades[round(i)] for i in np.linspace(0, 4, asked)]
    entries = [NOTHING] + [Kind(str(i), f"{i} of {asked} checks", ramp[i - 1]) for i in range(1, asked + 1)]
    position = np.where(looked, agree, 0)
    title = f"Checks that agree on a hot spot of {s.noun}"
    codes, classes = classify(title, entries, position, s.inside)
    sure = looked & (agree >= found["assessed"].to_numpy(int) - 1) & s.inside
    finding = (
        f"Of {int((looked & s.inside).sum())} areas flagged by a statistic, {int(sure.sum())} pass all of "
        "their checks, or all but one."
    )
    words = [confidence.CHECKS[c] for c in evidence]
    caveats = (f"Checks: {'; '.join(words)}. They share data, so they are no probability.",)
    columns = found[["agree", "assessed"]].rename(
        columns={"agree": "checks_agree", "assessed": "checks_assessed"}
    )
    return Drawn(columns.join(evidence.add_prefix("check_")), codes, classes, finding, caveats)


def _of_ward(s: Asked) -> pd.api.extensions.ExtensionArray:
    """Whether the ward of each small area is high by Gi*, before correction."""
    wards = s.ask(level="ward")
    table = hotspots.getis_ord_star(
        wards.counts[wards.inside].astype(float), wards.among, alpha=ALPHA, fdr=False
    )
    high = (table["cluster"].astype(object) == "HH").reindex(wards.frame.index, fill_value=False)
    by_name = pd.Series(high.to_numpy(bool), pd.MultiIndex.from_frame(wards.frame[["lad", "ward"]]))
    keys = pd.MultiIndex.from_frame(s.frame[["lad", "ward"]])
    return pd.array(by_name.groupby(level=[0, 1]).any().reindex(keys).to_numpy(object), "boolean")


def _last_year(s: Asked) -> pd.api.extensions.ExtensionArray:
    """Whether each area was high by Gi* in the period before; missing where none is loaded."""
    try:
        earlier = period_before(s).slice
    except (ValueError, IndexError):
        return pd.array([None] * len(s.frame), "boolean")
    table = hotspots.getis_ord_star(
        earlier.counts[s.inside].astype(float), s.among, alpha=ALPHA, fdr=False
    ).reindex(s.frame.index)
    return pd.array((table["cluster"].astype(object) == "HH").to_numpy(bool), "boolean")


CONFIDENCE = Layer(
    key="confidence",
    label="How sure: checks that agree",
    explanation="How many different looks at the data agree that an area is a hot spot.",
    group="Where it clusters",
    draw=draw_confidence,
    scale="rising",
    kinds=(NOTHING,),
    ramps=(SEQUENTIAL,),
    columns=(
        Column(
            "checks_agree",
            "How many checks agree that the area is a hot spot",
            "Checks that agree",
            "Checks",
            write=figures("{:.0f}"),
        ),
        Column("checks_assessed", "How many checks could be made"),
        *(Column(f"check_{key}", f"Check: {said}") for key, said in confidence.CHECKS.items()),
    ),
    about="checks_agree",
    needs=frozenset({"population"}),
    evidence=("ladder", "back_test"),
)
