"""Where is it unusual, beyond chance?"""

from __future__ import annotations

import numpy as np

from geo.answer.asked import ALPHA, Asked
from geo.answer.legend import (
    CLUSTERS,
    HOT_COLD,
    Drawn,
    classify,
)
from geo.answer.measures import measure
from geo.ask.words import listed
from geo.stats import hotspots, smoothing


def _draw_clusters(s: Asked, key: str, words: dict[str, tuple[str, str]], columns: list[str]) -> Drawn:
    m, statistic = measure(s), hotspots.STATISTICS[key]
    values = m.true[s.inside]
    if key == "local_moran" and s.query.measure == "eb_rate":  # Assunção and Reis
        values = smoothing.eb_standardised(s.counts[s.inside], s.population[s.inside]).to_numpy()
    table = statistic.function(values, s.among, alpha=ALPHA, fdr=s.query.fdr).reindex(s.frame.index)
    cluster = table["cluster"].astype(object).fillna("NA").to_numpy(str)
    flagged = table["flagged"].astype(object).fillna(False).to_numpy(bool)
    among_high = table["lag" if "lag" in table else "z"].to_numpy(float) > 0
    tinted = s.query.fdr & flagged & (cluster == "NS")
    found = np.where(tinted, np.where(among_high, "high-", "low-"), cluster)
    entries = [(k, *word) for k, word in words.items() if s.query.fdr or not k.endswith("-")]
    order = {k: i for i, (k, _, _) in enumerate(entries)}
    position = np.array([order.get(k, -1) for k in found])
    title = f"{statistic.label} of {m.title[0].lower()}{m.title[1:]}"
    codes, classes = classify(title, entries, position, s.inside, no_value="Not defined")
    caveats = [*m.caveats, *_cluster_caveats(s, int(tinted.sum()))]
    if s.query.null == "permutation":
        table["p_permutation"] = hotspots.permutation_p(values, s.among, key)
        columns = [*columns, "p_permutation"]
        caveats.append(
            f"esda's own permutation p (9,999 draws) is at most {ALPHA} in "
            f"{s.areas(int((table['p_permutation'] <= ALPHA).sum()))}; the exact p in "
            f"{int((table['p'] <= ALPHA).sum())}. esda's is one-sided, so it flags more."
        )
    added = m.columns.join(s.gate.statistics(table[columns].assign(cluster=cluster)))
    return Drawn(added, codes, classes, _cluster_finding(s, cluster == "HH"), tuple(caveats))


def _cluster_finding(s: Asked, hot: np.ndarray) -> str:
    hot = hot & s.inside
    number = int(hot.sum())
    if not number:
        return f"No hotspot of {s.noun} stands out from chance among {s.areas(s.n).split(' of ')[1]}."
    share = s.share_held(hot)
    where = _where(s, hot)
    held = f"; they hold {share:.0%} of the {s.noun} shown" if share is not None else ""
    return f"{s.what} cluster in {s.areas(number)}, {where}{held}."


def _where(s: Asked, areas: np.ndarray) -> str:
    """Say in which boroughs or wards most of some areas lie."""
    boroughs = s.frame["borough"][areas].value_counts()
    number, first = int(areas.sum()), boroughs.index[0]
    if len(boroughs) == 1:
        return f"all in {first}" if number > 1 else f"in {first}"
    if boroughs.iloc[0] >= 0.75 * number:
        return f"mostly in {first}"
    return "in " + listed([f"{name} ({count})" for name, count in boroughs.items()])


def correction_caveats(s: Asked, lost: int) -> list[str]:
    """Say that many areas are looked at at once, and how many that costs."""
    if not s.query.fdr:
        return [f"Not corrected: about {ALPHA * s.n:.0f} areas would be flagged by chance alone."]
    return [
        f"Corrected for looking at {s.n:,} areas at once (false discovery rate {ALPHA:.0%}); "
        f"{lost} more would be flagged without it."
    ]


def _cluster_caveats(s: Asked, lost: int) -> list[str]:
    caveats = correction_caveats(s, lost)
    if not s.inside.all():
        caveats.append("Areas are compared with those of the boroughs chosen only.")
    return caveats


def draw_local_moran(s: Asked) -> Drawn:
    return _draw_clusters(s, "local_moran", CLUSTERS, ["local_i", "p", "q", "cluster"])


def draw_getis_ord(s: Asked) -> Drawn:
    return _draw_clusters(s, "getis_ord", HOT_COLD, ["g_star", "z", "p", "q", "cluster"])
