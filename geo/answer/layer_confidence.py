"""How sure is it?

A layer that sets one map of hotspots against others: of smoothed rates, by other neighbours, of wards, of
the year before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.arrays import BooleanArray

from geo.answer.asked import ALPHA, Asked
from geo.answer.benchmark import crude, overall
from geo.answer.colours import PLAIN, SEQUENTIAL
from geo.answer.columns import Column, figures
from geo.answer.layer import Claim, Layer
from geo.answer.layer_clusters import unjudged
from geo.answer.legend import Drawn, Kind, classify
from geo.ask.words import verb
from geo.stats import confidence, hotspots, rates
from geo.stats.change import year_before
from geo.stats.weights import Neighbours

NOTHING = Kind("none", "No hotspot to check", PLAIN)


def draw_confidence(s: Asked) -> Drawn:
    """How many independent looks agree that an area is a hotspot."""
    evidence = _evidence(s)
    known = {check: ~said.isna() for check, said in evidence.items()}
    true = {check: said.to_numpy(bool, na_value=False) for check, said in evidence.items()}
    agree, assessed = (np.sum([*each.values()], axis=0) for each in (true, known))
    judged = (known["gi_star"] | known["eb_moran"]) & s.inside
    looked = (true["gi_star"] | true["eb_moran"]) & s.inside
    made = [check for check in evidence if known[check][s.inside].any()]
    most = max(1, len(made))
    shades = SEQUENTIAL.steps(5)
    entries = [NOTHING] + [
        Kind(str(i), f"{i} {'check' if i == 1 else 'checks'}", shades[round(at)])
        for i, at in enumerate(np.linspace(0, 4, most), start=1)
    ]
    position = np.where(judged, np.where(looked, agree, 0), -1)
    title = f"Checks that agree on a hotspot of {s.noun}, of {len(made)} made"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    sure = int((looked & (agree >= assessed - 1)).sum())
    number = int(looked.sum())
    finding = f"No {s.area} is flagged as a hotspot of {s.noun} by a statistic."
    if number:
        passes = verb(sure, "passes all of its checks", "pass all of their checks")
        finding = (
            f"{s.areas(number)} {verb(number, 'is', 'are')} flagged by a statistic; {sure or 'none'} of them "
            f"{passes}, or all but one."
        )
    if not judged.any():
        finding = unjudged(s, f"hotspots of {s.noun}")
    words = "; ".join(confidence.CHECKS[check] for check in made)
    caveats = [f"Checks: {words}. They share data, so they are no probability."] if made else []
    if "rate" in made:
        caveats.append(f"Rates are set against that of {s.where} as a whole.")
    if absent := [confidence.CHECKS[check] for check in evidence if check not in made]:
        caveats.append(f"Not assessed: {'; '.join(absent)}.")
    columns = {
        "checks_agree": pd.array(agree, "Int8"),
        "checks_assessed": pd.array(assessed, "Int8"),
        **{f"check_{check}": said for check, said in evidence.items()},
    }
    return Drawn(pd.DataFrame(columns, s.frame.index), codes, classes, finding, tuple(caveats))


def _evidence(s: Asked) -> dict[str, BooleanArray]:
    """What each check of :data:`geo.stats.confidence.CHECKS` says of each area, missing where it cannot."""
    plain, near = _gi_star(s, s.among), s.near("knn")
    smoothed = hotspots.eb_local_moran(
        s.counts[s.inside], s.population[s.inside], s.among, alpha=ALPHA, fdr=False, rough=True
    )
    table = crude(s, 0.95)
    verdict = rates.compare_with_benchmark(table["lower_ci"], table["upper_ci"], overall(s, s.inside))
    hot, corrected = _high(s, plain), np.zeros(len(s.frame), bool)
    corrected[s.inside] = hotspots.bh_passes(plain["p"].to_numpy(), ALPHA)
    checks = {
        "gi_star": hot,
        "eb_moran": _high(s, smoothed),
        "rate": BooleanArray(
            (verdict == rates.HIGHER).to_numpy(bool),
            (verdict == rates.NOT_COMPARED).to_numpy(bool) | (s.n == 1),
        ),
        "fdr": BooleanArray(hot.to_numpy(bool, na_value=False) & corrected, hot.isna()),
        "second_weights": _high(s, _gi_star(s, near if s.inside.all() else near.subset(s.inside))),
    }
    if s.query.level == "lsoa":
        wards = s.ask(level="ward")
        checks["ward"] = _high(wards, _gi_star(wards, wards.among))[wards.level.parent]
    return {**checks, "last_year": _year_before(s)}


def _gi_star(s: Asked, neighbours: Neighbours) -> pd.DataFrame:
    """Gi* of the counts on the areas inside, before correction."""
    counts = s.counts[s.inside].astype(float)
    return hotspots.getis_ord_star(counts, neighbours, alpha=ALPHA, fdr=False, ring=False, corrected=False)


def _high(s: Asked, table: pd.DataFrame) -> BooleanArray:
    """Whether a statistic of the areas inside calls each area high; missing where it is not defined."""
    high, undefined = np.zeros(len(s.frame), bool), np.ones(len(s.frame), bool)
    high[s.inside] = table["cluster"] == "HH"
    undefined[s.inside] = table["cluster"] == "NA"
    return BooleanArray(high, undefined)


def _year_before(s: Asked) -> BooleanArray:
    """Whether each area was high by Gi* a year before; missing where that year is not loaded."""
    months = s.events.months[s.selection.months]
    before = year_before(int(months[0]), int(months[-1]), set(s.months)) if len(months) else None
    if before is None:
        return BooleanArray(*np.array([[False], [True]]).repeat(len(s.frame), axis=1))
    earlier = s.ask(first=before[0], last=before[1], compare="")
    return _high(earlier, _gi_star(earlier, earlier.among))


CONFIDENCE = Layer(
    key="confidence",
    label="How sure: checks that agree",
    explanation="How many different looks at the data agree that an area is a hotspot.",
    group="Where it clusters",
    draw=draw_confidence,
    claim=Claim(("7",), ("equal", "dealt")),
    scale="rising",
    kinds=(NOTHING,),
    leads=tuple(map(str, range(9, 0, -1))),
    ramps=(SEQUENTIAL,),
    columns=(
        Column(
            "checks_agree",
            "How many checks agree that the area is a hotspot",
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
