"""Who is owed a credit?"""

from __future__ import annotations

from geo.answer.atlas import Atlas
from geo.ask.words import listed, upper_first

OF_CENSUS = {
    "ethnicity": "ethnic groups",
    "classification": "area classification (with University College London)",
    "workplace": "people who work there",
}
LICENCE = "Open Government Licence v3.0"


def credits(atlas: Atlas) -> tuple[str, ...]:
    """Name who is owed a credit for boundaries, residents and deprivation, or say that they are made up."""
    snapshot = atlas.snapshot
    if atlas.synthetic:
        return ("Boundaries, residents, deprivation and events are made up: this is not a real place.",)
    said = ["Boundaries: Office for National Statistics."]
    if snapshot.has("population"):
        said = ["Boundaries and residents: Office for National Statistics."]
    if snapshot.has("deprivation"):
        said.append("Deprivation: English indices of deprivation, UK Government.")
    if census := [name for role, name in OF_CENSUS.items() if snapshot.has(role)]:
        said.append(f"{upper_first(listed(census))}: Office for National Statistics.")
    years = [
        entry["imported"][:4] for entry in snapshot.manifest["history"] if entry.get("role") == "areas/lsoa"
    ]
    said.append(
        f"Contains OS data © Crown copyright and database right{' ' + years[-1] if years else ''}. "
        f"Licensed under the {LICENCE}."
    )
    return tuple(said)
