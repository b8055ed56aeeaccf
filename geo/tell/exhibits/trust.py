"""How far can the hotspots be trusted?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA
from geo.answer.recording import moved_points
from geo.ask.words import listed, upper_first
from geo.stats import confidence, hotspots
from geo.stats.concentration import FEWEST
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import PERCENT, YEAR, Part


def ladder(part: Part) -> Exhibit:
    """How many checks agree that each flagged area is a hotspot."""
    part.need_level("lsoa")
    if "confidence" not in part.atlas.catalogue.layers:
        raise NotPossible("the number of residents is not loaded.")
    answer = part.answer(layer="confidence", measure="count")
    checks = {f"check_{key}": words for key, words in confidence.CHECKS.items()}
    checks = {column: words for column, words in checks.items() if column in answer.table}
    table = answer.table[answer.compared]
    table = table[table[["check_gi_star", "check_eb_moran"]].fillna(False).astype(bool).any(axis=1)]
    if table.empty:
        raise NotPossible(f"no area is flagged as a hotspot of {part.noun}.")
    table = table.sort_values(["checks_agree", "name"], ascending=[False, True])

    def missed(row: pd.Series) -> str:
        words = [w for column, w in checks.items() if row[column] is not pd.NA and not row[column]]
        return upper_first(listed(words)) or "–"

    small = part.query.level == "lsoa"
    shown = pd.DataFrame(
        {
            "Small area" if small else "Area": table["name"].to_numpy(str),
            "Ward" if small else "Borough": table["ward" if small else "borough"].to_numpy(str),
            "Checks that agree": [
                f"{agree} of {assessed}"
                for agree, assessed in zip(table["checks_agree"], table["checks_assessed"], strict=True)
            ],
            "Not": [missed(row) for _, row in table.iterrows()],
        }
    )
    title = f"{part.titled}: checks that agree on a hotspot"
    return Exhibit("ladder", title, answer.headline, shown, caveats=answer.method)


def back_test(part: Part) -> Exhibit:
    """Hotspots of one year against the events of the next, beside plain ranking and chance."""
    part.need_level("lsoa")
    middle = _second_year(part)
    first, last = middle - YEAR, middle + YEAR - 1
    part = part.reaching(part.kept(first, last))
    before, after = (_counts(part, start, stop) for start, stop in ((first, middle - 1), (middle, last)))
    if part.inside.sum() < FEWEST:
        raise NotPossible(f"with fewer than {FEWEST} areas it cannot be told from chance.")
    among = part.lsoa.neighbours if part.inside.all() else part.lsoa.neighbours.subset(part.inside)
    one, other = part.stretch(first, middle - 1), part.stretch(middle, last)
    rows, sentences = [], {}
    for key, name, statistic in (
        ("getis_ord", "Hotspots (Gi*)", hotspots.getis_ord_star),
        ("local_moran", "local Moran hotspots", hotspots.local_moran),
    ):
        found = statistic(before, among, alpha=ALPHA, fdr=part.query.fdr)
        chosen = (found["cluster"] == "HH").to_numpy(bool)
        tested = confidence.back_test(chosen, before, after)
        if not chosen.any() or np.isnan(tested.loc[confidence.CHOSEN, "hit_rate"]):
            continue
        for choice, label in (
            (confidence.CHOSEN, f"{name[0].upper()}{name[1:]}"),
            (confidence.BY_COUNT, f"As many areas by count ({name})"),
            (confidence.AT_RANDOM, f"As many areas at random ({name})"),
        ):
            row = tested.loc[choice]
            rows.append((label, row["areas"], 100 * row["hit_rate"], row["pai"], row["pei"]))
        sentences[key] = confidence.back_test_sentence(tested, part.noun, f"{name} of {one}", other)
    if not rows:
        raise NotPossible("no area was a hotspot in the first of the two years.")
    table = pd.DataFrame(
        rows, columns=["Choice", "Small areas", "Caught", "Times their share", "Of the best possible"]
    )
    table["Small areas"] = table["Small areas"].round().astype("Int64")
    formats = {"Caught": PERCENT, "Times their share": "{:.2f}", "Of the best possible": "{:.2f}"}
    title = f"{part.what}, {part.where}: hotspots of {one} tested on {other}"
    caveats = (
        "Caught: share of the next year's events. Times their share: the predictive accuracy index. Of the "
        "best possible: the predictive efficiency index. Statistics of hotspots are not made to forecast: "
        "ranking by count often catches as many.",
        *moved_points(*(part.asked.ask(first=a, last=b) for a, b in ((middle, last), (first, middle - 1)))),
    )
    sentence = sentences.get(part.query.layer) or list(sentences.values())[-1]
    return Exhibit("back_test", title, sentence, table, formats, caveats=caveats)


def _second_year(part: Part) -> int:
    """First month of the second of two years loaded without a gap.

    It is the last twelve months of the period or, where there are not two such years, the nearest twelve that
    have one before them: the back-test of a period of a year reaches beyond it.
    """
    loaded = set(part.loaded.cube.months.tolist())
    found = [m for m in loaded if loaded.issuperset(part.kept(m - YEAR, m + YEAR - 1))]
    if not found or not len(part.months):
        raise NotPossible("it needs two years that follow one another loaded without a gap.")
    return min(found, key=lambda month: abs(month + YEAR - 1 - int(part.months[-1])))


def _counts(part: Part, first: int, last: int) -> np.ndarray:
    """Counts by small area inside, of a period; from protected counts where the source is controlled."""
    selection = part.loaded.cube.select(part.query.replace(first=first, last=last))
    return part.gate.counts(selection.by_area[part.inside]).to_numpy(np.float64, na_value=4.0)
