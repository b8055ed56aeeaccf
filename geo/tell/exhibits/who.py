"""Who is hurt, and how?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ask.ages import AGE_BANDS
from geo.ask.words import listed
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, PERCENT, Part, ordered

AGE_GROUPS = {
    "0 to 14": (0, 3),
    "15 to 24": (3, 5),
    "25 to 34": (5, 7),
    "35 to 44": (7, 9),
    "45 to 64": (9, 13),
    "65 and over": (13, 19),
}
"""Ages of victims and patients in a table: positions in :data:`geo.data.table.AGE_BANDS`, from and before."""


def age_and_sex(part: Part) -> Exhibit:
    """Victims or patients by age and sex."""
    sex = part.extra("sex").astype(str)
    age = part.loaded.cube.age[part.rows]
    if (age == len(AGE_BANDS)).all():
        raise NotPossible("the files loaded do not give ages.")
    rows: list[tuple[str, int, int, int]] = []
    for name, (low, high) in {**AGE_GROUPS, "Not known": (19, 20)}.items():
        band = (age >= low) & (age < high)
        women, men = (int((band & (sex == s)).sum()) for s in "FM")
        rows.append((name, women, men, int(band.sum())))
    table = pd.DataFrame({"Age": [r[0] for r in rows]})
    for column, name in enumerate(("Female", "Male", BOROUGH_TOTAL), start=1):
        table[name] = part.gate.counts([int(r[column]) for r in rows])
    known = int(((sex == "M") | (sex == "F")).sum())
    share = part.gate.share(int((sex == "M").sum()), known)
    finding = (
        "" if share is None else f"{share:.0%} are male, of the {part.gate.text(known)} whose sex is known."
    )
    chart = Chart(
        "lines", "Age", ("Female", "Male"), data=table.iloc[:-1], titles=("", part.noun.capitalize())
    )
    return Exhibit("age_and_sex", f"{part.titled}: by age and sex", finding, table, chart=chart)


YES_NO = {"True": "Yes", "False": "No"}
ATTRIBUTES: dict[str, tuple[str, dict[str, str]]] = {
    "conveyed": ("Taken to hospital", YES_NO),
    "arrival_mode": ("Arrival", {}),
    "through_ae": ("Admitted through A&E", YES_NO),
}
"""Attributes of events that a needs assessment tabulates: name of the column to its title and words."""
SAID = {
    ("Arrival", "Ambulance"): "arrived by ambulance",
    ("Admitted through A&E", "Yes"): "were admitted through A&E",
    ("Taken to hospital", "Yes"): "were taken to hospital",
}
"""Values whose share the finding names."""


def attributes(part: Part) -> Exhibit:
    """Flags and modes that the source gives of its events."""
    rows: list[tuple[str, str, int]] = []
    for name, (title, words) in ATTRIBUTES.items():
        if name not in part.loaded.cube.extra:
            continue
        values = pd.Series(part.extra(name)).astype(object)
        texts = values.where(values.notna(), "Not stated").astype(str)
        counts = texts.map(lambda v, w=words: w.get(v, v)).value_counts()
        counts = counts.iloc[ordered(part.numbers(counts.to_numpy()), list(counts.index))]
        rows += [(title, str(value), int(count)) for value, count in counts.items()]
    if not rows:
        raise NotPossible("the files loaded give no attributes of the events.")
    table = pd.DataFrame(
        {
            "Attribute": [r[0] for r in rows],
            "Value": [r[1] for r in rows],
            "Count": part.gate.counts([r[2] for r in rows]),
            "Share": [part.percent(r[2], part.total) for r in rows],
        }
    )
    shares = table.set_index(["Attribute", "Value"])["Share"].dropna()
    said = [f"{shares[key]:.1f}% {words}" for key, words in SAID.items() if key in shares.index]
    finding = listed(said) + "." if said else ""
    return Exhibit("attributes", f"{part.titled}: attributes", finding, table, {"Share": PERCENT})


STAYS = {
    "0 days": (0, 0),
    "1 day": (1, 1),
    "2 to 3 days": (2, 3),
    "4 to 7 days": (4, 7),
    "8 or more": (8, np.inf),
}


def length_of_stay(part: Part) -> Exhibit:
    """Days in hospital."""
    days = pd.to_numeric(pd.Series(part.extra("days"))).to_numpy(float)
    counts = [int(((days >= low) & (days <= high)).sum()) for low, high in STAYS.values()]
    table = pd.DataFrame({"Stay": list(STAYS), "Count": part.gate.counts(counts)})
    share = part.gate.share(counts[0] + counts[1], int(np.isfinite(days).sum()))
    finding = "" if share is None else f"{share:.0%} stayed no more than a day."
    return Exhibit("length_of_stay", f"{part.titled}: length of stay", finding, table)
