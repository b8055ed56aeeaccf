"""What was done about it? The register of interventions that a county keeps."""

from __future__ import annotations

import pandas as pd

from geo.ask.words import counted, day_name
from geo.data.interventions import ROLE
from geo.tell.exhibits.part import Exhibit, NotPossible, Part


def register_of_interventions(part: Part) -> Exhibit:
    """What was done, where and when, how the evidence is rated, and what came of it."""
    if not part.atlas.snapshot.has(ROLE):
        raise NotPossible("no register of interventions is loaded (hotspots import interventions).")
    held = part.atlas.snapshot.read(ROLE)
    days = {
        name: [day_name(day) if pd.notna(day) else "goes on" for day in held[name]] for name in ("from", "to")
    }
    table = pd.DataFrame(
        {
            "What": held["what"].to_numpy(str),
            "Where": held["where"].to_numpy(str),
            "From": days["from"],
            "To": days["to"],
            "Evidence": held["rating"].to_numpy(str),
            "Result": held["result"].to_numpy(str),
        }
    )
    tested = int((held["rating"] != "not tested").sum())
    finding = (
        f"{counted(len(held), 'intervention is', 'interventions are')} registered, {tested} with a result."
    )
    caveats = ("As the county registered them: the ratings are its own.",)
    return Exhibit("interventions", f"What was done in {part.atlas.place}", finding, table, caveats=caveats)
