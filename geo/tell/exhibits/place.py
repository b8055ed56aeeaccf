"""What kind of place is it? Residents by age, sex and ethnic group, classes, and who works there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.layer_place import CAUTION, SOURCE_OF_CLASSES
from geo.ask.ages import AGE_BANDS
from geo.ask.words import counted
from geo.data.read_place import class_names
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, PERCENT, Part
from geo.tell.place import ethnic_table

MEN, WOMEN = "Male", "Female"


def by_age_and_sex(part: Part) -> Exhibit:
    """Pyramid of the residents of the boroughs chosen."""
    table = part.atlas.surroundings.pyramid(part.asked.chosen)
    if table.empty or not table.drop(columns="Age").to_numpy().sum():
        raise NotPossible("residents by age group are not loaded.")
    columns = [name for name in table if name != "Age"]
    table = table.astype(dict.fromkeys(columns, "Int64"))
    total = table[columns].sum(axis=1)
    most = (
        table["Age"].iloc[int(total.to_numpy(float).argmax())].replace("-", " to ").replace("+", " and over")
    )
    uneven = "" if set(table["Age"]) <= set(AGE_BANDS) else ", of groups of unequal length,"
    finding = (
        f"The largest age group{uneven} is {most}: {int(total.max()):,} of {int(total.sum()):,} residents."
    )
    chart = Chart("pyramid" if WOMEN in columns else "bars", "Age", tuple(columns), titles=("", "Residents"))
    title = f"Residents by age{' and sex' if WOMEN in columns else ''}, {part.where}"
    return Exhibit("residents_by_age", title, finding, table, chart=chart)


def by_ethnic_group(part: Part) -> Exhibit:
    """Residents of each borough by ethnic group."""
    place = part.atlas.surroundings
    masks = {**part.rows_by_borough, BOROUGH_TOTAL: part.asked.chosen}
    whole = ethnic_table(place.ethnic_groups(part.asked.chosen))
    if whole.empty:
        raise NotPossible("residents by ethnic group are not loaded (hotspots import ethnicity).")
    table = pd.DataFrame({"Ethnic group": whole["Ethnic group"]})
    for name, mask in masks.items():
        table[name] = ethnic_table(place.ethnic_groups(mask))["Share"].to_numpy()
    table["Residents"] = whole["Residents"]
    first = whole.sort_values("Share", ascending=False, kind="stable").iloc[0]
    rest = 100 - first["Share"]
    finding = f"{first['Share']:.0f}% of residents are {first['Ethnic group']}, {rest:.0f}% of other groups."
    formats = dict.fromkeys(masks, PERCENT)
    caveats = ("Of usual residents in March 2021, by the five groups of the Census.",)
    return Exhibit(
        "ethnic_groups", f"Residents by ethnic group, {part.where}", finding, table, formats, caveats=caveats
    )


def by_class(part: Part) -> Exhibit:
    """Small areas, residents and events by the supergroups of the area classification."""
    place = part.atlas.surroundings
    if place.subgroups is None:
        raise NotPossible("the area classification is not loaded (hotspots import classification, or fetch).")
    first = np.array([code[:1] for code in place.subgroups])
    people = part.lsoa.frame["population"].to_numpy(np.float64, na_value=0.0)
    keys = [key for key in class_names() if len(key) == 1 and (first[part.asked.chosen] == key).any()]
    masks = [part.asked.chosen & (first == key) for key in keys]
    table = pd.DataFrame(
        {
            "Supergroup": [class_names()[key] for key in keys],
            "Small areas": pd.array([int(mask.sum()) for mask in masks], "Int64"),
            "Residents": pd.array([round(people[mask].sum()) for mask in masks], "Int64"),
            "Share of residents": [
                100 * people[mask].sum() / max(1, people[part.asked.chosen].sum()) for mask in masks
            ],
        }
    )
    top = table.sort_values("Share of residents", ascending=False, kind="stable").iloc[0]
    finding = (
        f"{top['Share of residents']:.0f}% of residents live in small areas classed as {top['Supergroup']}."
    )
    formats = {"Share of residents": PERCENT}
    title = f"Small areas by area classification, {part.where}"
    return Exhibit("area_classes", title, finding, table, formats, caveats=(SOURCE_OF_CLASSES,))


def by_day(part: Part) -> Exhibit:
    """Residents and people there by day of each borough, and how densely they live."""
    place = part.atlas.surroundings
    if place.workers is None:
        raise NotPossible("the workplace population is not loaded (hotspots import workplace).")
    size, people = (
        place.square_kilometres("lsoa"),
        part.lsoa.frame["population"].to_numpy(np.float64, na_value=np.nan),
    )
    masks = {**part.rows_by_borough, BOROUGH_TOTAL: part.asked.chosen}
    table = pd.DataFrame(
        {
            "Borough": list(masks),
            "Residents": pd.array([round(np.nansum(people[m])) for m in masks.values()], "Int64"),
            "Per km²": [np.nansum(people[m]) / size[m].sum() for m in masks.values()],
            "People there by day": pd.array(
                [round(np.nansum(place.workers[m])) for m in masks.values()], "Int64"
            ),
        }
    )
    table["By day per 100 residents"] = 100 * (table["People there by day"] / table["Residents"]).astype(
        float
    )
    centres = int((place.workers > people)[part.asked.chosen].sum())
    some = counted(centres, "small area has", "small areas have") if centres else "No small area has"
    finding = f"{some} more people there by day than residents."
    formats = {"Per km²": "{:,.0f}", "By day per 100 residents": "{:,.0f}"}
    return Exhibit(
        "by_day",
        f"Residents and people there by day, {part.where}",
        finding,
        table,
        formats,
        caveats=(CAUTION,),
    )
