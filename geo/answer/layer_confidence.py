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
from geo.answer.layer import Claim, Layer
from geo.answer.layer_clusters import gi_star, unjudged
from geo.answer.legend import Drawn, Kind, classify
from geo.ask.words import verb
from geo.stats import confidence, hotspots, rates
from geo.stats.change import year_before

NOTHING = Kind("none", "No hot spot to check", PLAIN)


def draw_confidence(s: Asked) -> Drawn:
    """How many independent looks agree that an area is a hot spot."""
    evidence = _evidence(s)
    found = confidence.ladder(evidence)
    agree, assessed = (found[name].to_numpy(int) for name in ("agree", "assessed"))
    statistics = evidence[["gi_star", "eb_moran"]]
    judged = statistics.notna().to_numpy().any(axis=1) & s.inside
    looked = statistics.fillna(False).to_numpy(bool).any(axis=1) & s.inside
    made = [check for check in evidence if evidence.loc[s.inside, check].notna().any()]
    most = max(1, len(made))
    shades = SEQUENTIAL.steps(5)
    entries = [NOTHING] + [
        Kind(str(i), f"{i} {'check' if i == 1 else 'checks'}", shades[round(at)])
        for i, at in enumerate(np.linspace(0, 4, most), start=1)
    ]
    position = np.where(judged, np.where(looked, agree, 0), -1)
    title = f"Checks that agree on a hot spot of {s.noun}, of {len(made)} made"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    sure = int((looked & (agree >= assessed - 1)).sum())
    number = int(looked.sum())
    finding = f"No {s.area} is flagged as a hot spot of {s.noun} by a statistic."
    if number:
        passes = verb(sure, "passes all of its checks", "pass all of their checks")
        finding = (
            f"{s.areas(number)} {verb(number, 'is', 'are')} flagged by a statistic; {sure or 'none'} of them "
            f"{passes}, or all but one."
        )
    if not judged.any():
        finding = unjudged(s, f"hot spots of {s.noun}")
    words = "; ".join(confidence.CHECKS[check] for check in made)
    caveats = [f"Checks: {words}. They share data, so they are no probability."] if made else []
    if "rate" in made:
        caveats.append(f"Rates are set against that of {s.where} as a whole.")
    if absent := [confidence.CHECKS[check] for check in evidence if check not in made]:
        caveats.append(f"Not assessed: {'; '.join(absent)}.")
    columns = found[["agree", "assessed"]].rename(
        columns={"agree": "checks_agree", "assessed": "checks_assessed"}
    )
    return Drawn(columns.join(evidence.add_prefix("check_")), codes, classes, finding, tuple(caveats))


def _evidence(s: Asked) -> pd.DataFrame:
    """What each check of :data:`geo.stats.confidence.CHECKS` says of each area, missing where it cannot."""
    plain, index = gi_star(s, fdr=False), s.frame.index
    counts = s.counts[s.inside].astype(float)
    hot = _high(plain, index)
    smoothed = hotspots.eb_local_moran(counts, s.population[s.inside], s.among, alpha=ALPHA, fdr=False)
    table = crude(s, 0.95)
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], overall(s, s.inside))
    rated = pd.Series(
        [None if v == rates.NOT_COMPARED or s.n == 1 else v == rates.HIGHER for v in verdict],
        index,
        dtype="boolean",
    )
    near = s.near("knn")
    near = near if s.inside.all() else near.subset(s.inside)
    again = hotspots.getis_ord_star(counts, near, alpha=ALPHA, fdr=False)
    checks = {
        "gi_star": hot,
        "eb_moran": _high(smoothed, index),
        "rate": rated,
        "fdr": (hot & (plain["q"] <= ALPHA)).mask(hot.isna()),
        "second_weights": _high(again, index),
        "ward": _of_ward(s) if s.query.level == "lsoa" else None,
        "last_year": _year_before(s),
    }
    return pd.DataFrame({check: said for check, said in checks.items() if said is not None})


def _high(table: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Whether a statistic calls each area high; missing where it is not defined."""
    cluster = table["cluster"].astype(object).reindex(index).fillna("NA")
    return (cluster == "HH").astype("boolean").mask(cluster == "NA")


def _of_ward(s: Asked) -> pd.Series:
    """Whether the ward of each small area is high by Gi*, before correction."""
    wards = s.ask(level="ward")
    high = _high(gi_star(wards, fdr=False), wards.frame.index)
    by_name = pd.Series(high.array, pd.MultiIndex.from_frame(wards.frame[["lad", "ward"]]))
    keys = pd.MultiIndex.from_frame(s.frame[["lad", "ward"]])
    return pd.Series(by_name.groupby(level=[0, 1]).max().reindex(keys).array, s.frame.index)


def _year_before(s: Asked) -> pd.Series:
    """Whether each area was high by Gi* a year before; missing where that year is not loaded."""
    index, months = s.frame.index, s.cube.months[s.selection.months]
    before = year_before(int(months[0]), int(months[-1]), set(s.months)) if len(months) else None
    if before is None:
        return pd.Series(pd.NA, index, dtype="boolean")
    earlier = s.ask(first=before[0], last=before[1], compare="")
    return _high(gi_star(earlier, fdr=False), index)


CONFIDENCE = Layer(
    key="confidence",
    label="How sure: checks that agree",
    explanation="How many different looks at the data agree that an area is a hot spot.",
    group="Where it clusters",
    draw=draw_confidence,
    claim=Claim(("7",), ("equal", "dealt")),
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
        Column(
            "checks_assessed",
            "How many checks could be made of the area",
            "Checks made",
            write=figures("{:.0f}"),
            told=True,
        ),
        *(Column(f"check_{key}", f"Check: {said}") for key, said in confidence.CHECKS.items()),
    ),
    about="checks_agree",
    needs=frozenset({"population"}),
    evidence=("ladder", "back_test"),
)
