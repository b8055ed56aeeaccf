"""Who comes again? Persons with several events, where a source tells which events are one person's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ask.words import percent
from geo.stats.near_repeat import repeats
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import PERCENT, Part

FEWEST = 20
"""Events of known persons below which nothing is said of them."""


def repeat_persons(part: Part) -> Exhibit:
    """Persons by how many events each had, and the share of events that those with several had."""
    person = part.loaded.cube.extra.get("person")
    if person is None:
        raise NotPossible("the files loaded do not tell which events are the same person's.")
    known = np.asarray(person)[part.rows]
    known = known[known > 0]
    if len(known) < FEWEST:
        raise NotPossible(f"fewer than {FEWEST} events are of a person known.")
    _, events = np.unique(known, return_counts=True)
    residents = int(np.nan_to_num(part.asked.population[part.inside]).sum())
    found = repeats(events, residents or None)
    of = [int(number * size) for size, number in enumerate(found["places"].iloc[:-1], start=1)]
    of.append(len(known) - sum(of))
    table = pd.DataFrame({
        "Events of a person": found.index.astype("str"),
        "Persons": part.gate.counts(found["places"].tolist()),
        "Share of persons": [part.percent(int(number), len(events)) for number in found["places"]],
        "Share of events": [part.percent(number, len(known)) for number in of],
    })  # fmt: skip
    if residents:
        table["Persons by chance"] = found["by_chance"].to_numpy(float)
    several = int((events > 1).sum())
    who, what = part.gate.share(several, len(events)), part.gate.share(len(known) - of[0], len(known))
    finding = ""
    if who is not None and what is not None:
        finding = f"{who:.0%} of the persons known had several {part.noun}, {what:.0%} of all."
        if residents:
            by_chance = found["by_chance"]
            share = by_chance.iloc[1:].sum() / by_chance.sum()
            finding += (
                f" If each fell on any resident alike, {percent(share)} of the persons would have several."
            )
    missing = part.total - len(known)
    caveats = (
        "A person is known by the source's own reference, in all its deliveries; it is numbered anew at "
        "import and never shown. Who has several references, or one that is dealt anew in each delivery, "
        "counts as several persons, so that repeats are rather more than fewer.",
        "Persons with several are in part those more exposed: a table says how events lie, not why.",
        *([f"{part.gate.text(missing)} {part.noun} of a person not known are left out."] if missing else []),
    )
    title = f"{part.titled}: persons with several"
    formats = {"Share of persons": PERCENT, "Share of events": PERCENT, "Persons by chance": "{:,.1f}"}
    return Exhibit("repeat_persons", title, finding, table, formats, caveats=caveats)
