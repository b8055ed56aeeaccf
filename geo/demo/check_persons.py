"""Which published figures of persons and circumstances does the demonstration give?"""

from __future__ import annotations

from collections.abc import Callable

from geo.answer.atlas import Atlas
from geo.demo import published

VIOLENCE = "source=offences&category=violence-and-sexual-offences"
SEXUAL = "source=offences&definition=rape-and-serious-sexual"
Share = Callable[[str, float, float, int], None]


def shares(atlas: Atlas, say: Share) -> None:
    """Tell the figure, the published share, the rebuilt one, and how many digits are printed, of each."""

    def number(search: str) -> int:
        selection = atlas.asked(atlas.exactly(search)).selection
        return int(selection.by_place.sum())

    def of(search: str, filters: str, among: str = "") -> float:
        return number(f"{search}&{filters}") / number(f"{search}&{among}" if among else search)

    for figure, printed, filters in (
        ("Domestic abuse", published.DOMESTIC, "domestic=yes"),
        ("Alcohol", published.ALCOHOL, "alcohol=yes"),
        ("Online", published.ONLINE, "online=yes"),
    ):
        say(f"Violence by factor: {figure.lower()}", printed, of(VIOLENCE, filters), 0)
    strands = {"racial": "race", "sexual orientation": "orientation"}
    say("Violence by factor: knife", published.KNIFE, of(VIOLENCE, "knife=yes"), 1)
    say("Violence by factor: firearm", published.FIREARM, of(VIOLENCE, "firearm=yes"), 1)
    any_strand = "hate=race,religion,disability,orientation,transgender"
    say("Violence by factor: hate", published.HATE, of(VIOLENCE, any_strand), 1)
    for name, share in published.HATE_STRANDS.items():
        say(f"Hate: {name}", share / 100, of(VIOLENCE, f"hate={strands.get(name, name)}"), 1)
    say("Hate: religious", 0.002, of(VIOLENCE, "hate=religion"), 1)
    say("Female victims, of those known", published.WOMEN,
        of(VIOLENCE, "victim_sex=female", "victim_sex=female,male"), 0)  # fmt: skip
    known = "suspect_sex=female,male"
    say("Suspect not recorded", published.NO_SUSPECT, of(VIOLENCE, "suspect_sex=unknown"), 0)
    say(
        "Male suspects, of those recorded", published.SUSPECT_MALE, of(VIOLENCE, "suspect_sex=male", known), 0
    )
    say("Suspects under 25", published.SUSPECT_UNDER_25, of(VIOLENCE, "suspect_age=0-24", known), 0)
    for name, share in published.RELATIONSHIPS.items():
        told = "relationship=partner,family,acquaintance,stranger,other"
        say(f"Rape and serious sexual offences: {name}", share, of(SEXUAL, f"relationship={name}", told), 0)
    for space, share in published.WOMEN_BY_SPACE.items():
        women = number("source=offences&definition=vawg")
        found = number(f"source=offences&definition=vawg-{space}") / women
        say(f"Violence against women and girls: {space}", share, found, 1)
    say("Of that in public, domestic", published.DOMESTIC_IN_PUBLIC,
        of("source=offences&definition=vawg-public", "domestic=yes"), 1)  # fmt: skip
