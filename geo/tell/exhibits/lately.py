"""What changed in the last days? The last 28, and the year so far, each against the days before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.answer.asked import ALPHA, Asked
from geo.answer.recording import shift
from geo.answer.variation import NOT_JUDGED, Variation, against_chance, variation, whole_change
from geo.ask.choices import CHANGE
from geo.ask.windows import WINDOWS, Windows
from geo.ask.words import after_name, before_name, windows_name
from geo.stats.change import compare_periods
from geo.stats.hotspots import bh_q
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, Part

_WAYS = {
    "up": "more {noun} than in",
    "down": "fewer {noun} than in",
    "no clear change": "no clear change against",
}


def lately(part: Part) -> Exhibit:
    """Boroughs in the last 28 days and in the year so far, each against the days before."""
    found: dict[str, pd.DataFrame] = {}
    said, reasons = [], []
    notes: list[str] = []
    variations: list[Variation] = []
    for kind, name in WINDOWS.items():
        asked = part.query.replace(layer=CHANGE, compare=kind)
        compared, reason = asked.windows(part.loaded.info)
        if compared is None:
            reasons.append(f"{name}: {reason}")
            continue
        now, then = (
            part.asked.ask(first=of.first, last=of.last, month=(), window=of.window)
            for of in (
                part.query.within(days, by_month=compared.by_month)
                for days in (compared.after, compared.before)
            )
        )
        if why := shift(now, then, before_name(compared)):
            reasons.append(f"{name}: {why}")
            continue
        table, allowed_for, varied = _compared(part, compared, now, then)
        notes += allowed_for
        variations.append(varied)
        found[windows_name(compared)] = table
        said.append((after_name(compared), before_name(compared)))
    if not found:
        raise NotPossible(" ".join(reasons))
    both = pd.concat(found, names=["Days", "Place"])
    judged = both["change"] != NOT_JUDGED
    chance = bh_q(both["p"].where(judged).to_numpy()) > ALPHA
    both["change"] = both["change"].mask(both["change"].isin(["up", "down"]) & chance, "no clear change")
    ways = [both["change"].loc[days].iloc[0] for days in found]
    finding = [
        f"{after}: {_WAYS.get(way, '{noun} not judged against').format(noun=part.noun)} {before}."
        for way, (after, before) in zip(ways, said, strict=True)
    ]
    both = both.reset_index()
    columns = {"before": "Before", "after": "Count", "ratio": "Times", "change": "Change"}
    columns |= {"ratio_lower": "Lower", "ratio_upper": "Upper"}
    shown = ["Days", "Place", "Before", "Count", "Times", "Lower", "Upper", "Change"]
    every = "Days of all months of the year are counted: those before are seldom of the months chosen."
    caveats = (
        *([every] if part.query.month else []),
        "Days end on the last with data of the period. Times are per day, and changes corrected for looking "
        "at several places and stretches of days.",
        *dict.fromkeys(notes),
        *against_chance(variations),
        *reasons,
    )
    formats = dict.fromkeys(("Times", "Lower", "Upper"), "{:.2f}")
    whole = replace(part, query=part.query.replace(month=()))
    title = f"{part.what}, {part.where}: the last days of {whole.period}"
    return Exhibit(
        "lately", title, " ".join(finding), both.rename(columns=columns)[shown], formats, caveats=caveats
    )


def _compared(
    part: Part, compared: Windows, now: Asked, then: Asked
) -> tuple[pd.DataFrame, tuple[str, ...], Variation]:
    """Change of all boroughs together and of each, from the protected counts; and what it allows for."""
    part = part.reaching([*compared.before.months, *compared.after.months])
    boroughs = {name: mask for name, mask in part.columns.items() if name != BOROUGH_TOTAL}
    masks = {f"All of {part.where}": part.inside, **boroughs}
    before, after = (
        pd.Series(part.gate.counts([int(counts[mask].sum()) for mask in masks.values()]), list(masks))
        for counts in (
            part.loaded.cube.select(part.query.within(days, by_month=compared.by_month)).by_area
            for days in (compared.before, compared.after)
        )
    )
    lengths = float(compared.before.days), float(compared.after.days)
    now, then = now.ask(level="borough"), then.ask(level="borough")
    varied = variation(now.beside(then), then, lengths)
    dispersion = None
    if varied.areas is not None:
        of = dict(zip(now.frame["name"], varied.areas.factor, strict=True))
        factor = np.array([1.0, *(of[name] for name in boroughs)])
        dispersion = varied.areas._replace(factor=factor)
    table = compare_periods(
        before, after, exposure=lengths, usual=varied.usual, dispersion=dispersion,
        least_shown=varied.least_shown, fdr=False,
    )  # fmt: skip
    # What all have in common can neither be measured nor be taken out.
    alone = varied.whole is None and varied.usual == 1
    if dispersion is None or alone:
        table["change"] = NOT_JUDGED
    if pd.notna(before.iloc[0]) and pd.notna(after.iloc[0]):
        whole = whole_change(varied, int(before.iloc[0]), int(after.iloc[0]), lengths)
        told = ["ratio_lower", "ratio_upper", "p", "change"]
        table.loc[table.index[0], told] = whole[told]
    few = ("Too few months to tell how much all places vary together: no change is judged.",)
    return table, (*varied.said, *few * alone), varied
