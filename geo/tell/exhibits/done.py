"""What was done about it? The register of interventions that a county keeps."""

from __future__ import annotations

import pandas as pd

from geo.ask.words import counted, day_name
from geo.data.interventions import COLUMNS, ROLE
from geo.data.patrols import trials_registered
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part


def register_of_interventions(part: Part) -> Exhibit:
    """What was done, where and when, how the evidence is rated, and what came of it."""
    snapshot = part.atlas.snapshot
    own = snapshot.read(ROLE)[list(COLUMNS)] if snapshot.has(ROLE) else None
    trials = trials_registered(snapshot)
    if own is None and trials is None:
        raise NotPossible("no register of interventions is loaded (hotspots import interventions).")
    held = pd.concat([own, trials], ignore_index=True).sort_values("from", ascending=False, kind="stable")
    when = [
        f"{day_name(first)} to {day_name(last)}" if pd.notna(last) else f"from {day_name(first)} on"
        for first, last in zip(held["from"], held["to"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "What": held["what"].to_numpy(str),
            "Where": held["where"].to_numpy(str),
            "When": when,
            "Evidence": held["rating"].to_numpy(str),
            "Result": held["result"].to_numpy(str),
        }
    )
    tested = int((held["rating"] != "not tested").sum())
    finding = (
        f"{counted(len(held), 'intervention is', 'interventions are')} registered, {tested} with a result."
    )
    caveats = (
        *(["As the county registered them: the ratings are its own."] if own is not None else []),
        *(["Of what was judged with these data the ratings follow a rule (docs/methods/patrol.md)."]
          if trials is not None else []),
    )  # fmt: skip
    return Exhibit("interventions", f"What was done in {part.atlas.place}", finding, table, caveats=caveats)
