"""Which groups of people are hurt, beside their share of the residents, and by whom?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from geo.ask.ages import AGE_BANDS, read_ages
from geo.ask.factors import FACTORS, Factor
from geo.ask.words import lower_first
from geo.stats.intervals import wilson
from geo.stats.protect import SURE
from geo.tell.exhibits.exhibit import Chart, Exhibit, NotPossible
from geo.tell.exhibits.part import BOROUGH_TOTAL, MANY_BOROUGHS, PERCENT, Part
from geo.tell.exhibits.persons import GROWN, YOUNG_BY_FIVE_YEARS, carrying

NOT_KNOWN = "Not known"
FEWER = {"Under 18": "0-17", "18 to 24": "18-24", "25 and over": "25+"}
FEWER_BY_FIVE_YEARS = {"Under 15": "0-14", "15 to 24": "15-24", "25 and over": "25+"}
_ETHNICITY_WITHOUT = (
    "Ethnicity is not set against residents: it is not recorded, or residents by ethnic group are not loaded."
)
_AS_SAID = "Ethnicity of residents is as they said in the Census, of victims as the file has it."


def represented(part: Part) -> Exhibit:
    """Groups of victims or patients by sex and age beside residents, whatever those not known may be."""
    part = replace(part, query=part.query.replace(victim_sex=(), victim_age=(), ethnicity=()))  # whole groups
    residents = _residents(part)
    rows: list[tuple[str, str, int, int, float]] = []
    for name, groups in _groups(part, residents).items():
        factor = FACTORS[name]
        unknown = part.total - int(carrying(part, factor, _known(factor)).sum())
        people = {label: residents[name][list(of)].sum() for label, of in groups.items()}
        whole = sum(people.values())
        for label, of in groups.items():
            chosen = {*read_ages(_spans[label])[0]} if factor.ages else {*of}
            share = people[label] / whole if whole else np.nan
            rows.append((factor.label, label, int(carrying(part, factor, chosen).sum()), unknown, share))
    if not any(row[2] for row in rows):
        raise NotPossible("the files loaded give neither sexes nor ages of these events.")
    table = _beside(part, rows)
    finding = ""
    times = table["Times its share"]
    if times.notna().any():
        at = int(times.argmax())
        one = table.iloc[at]
        finding = (
            f"{_named(one['Of'], one['Group'])}: "
            f"{one['Share of those known']:.0f}% of those known, {one['Share of residents']:.1f}% of the "
            f"residents, {times.iloc[at]:.1f} times their share ({one['At least']:.1f} to "
            f"{one['At most']:.1f} times whatever those not known are)."
        )
    where = "where they live" if part.loaded.info.place == "residence" else "where it happened"
    caveats = (
        f"Residents are those of the areas {where}."
        + ("" if where == "where they live" else " Victims may live elsewhere."),
        "At least: none of those not known belongs to the group; at most: all of them do; both with Wilson’s "
        "95% limits, which take each event as another person’s.",
        _AS_SAID if "ethnicity" in residents else _ETHNICITY_WITHOUT,
    )
    shares = dict.fromkeys(("Share of those known", "Share of residents"), PERCENT)
    formats = shares | dict.fromkeys(("Times its share", "At least", "At most"), "{:.2f}")
    title = f"{part.titled}: groups beside residents"
    return Exhibit("represented", title, finding, table, formats, caveats=caveats)


def represented_areas(part: Part) -> Exhibit:
    """Boroughs by how far groups are over-represented there, whatever those not known may be."""
    codes = part.query.borough or tuple(part.atlas.catalogue.boroughs)
    if not 2 <= len(codes) <= MANY_BOROUGHS:
        raise NotPossible(f"it takes 2 to {MANY_BOROUGHS} boroughs.")
    tables = []
    for code in codes:
        try:
            of = represented(replace(part, query=part.query.replace(borough=(code,)))).table
        except NotPossible:
            continue
        tables.append(of.assign(Borough=part.atlas.catalogue.boroughs[code]))
    if not tables:
        raise NotPossible("no borough has groups that can be set beside its residents.")
    every = pd.concat(tables)
    sure = every[every["At least"] > 1].sort_values("At least", ascending=False)
    if sure.empty:
        raise NotPossible("no group is over-represented in any borough whatever those not known may be.")
    names = ("Borough", "Of", "Group", "Count", NOT_KNOWN, "Times its share", "At least", "At most")
    table = sure[list(names)].reset_index(drop=True)
    one = table.iloc[0]
    finding = (
        f"{_named(one['Of'], one['Group'])} in {one['Borough']}: {one['At least']:.1f} to "
        f"{one['At most']:.1f} times their share of its residents, whatever those not known are."
    )
    caveats = (
        "Listed are groups with more than their share even if none of those not known belongs to them, by "
        f"that; {len(every)} pairs of a group and a borough were looked at, each by itself.",
    )
    formats = dict.fromkeys(("Times its share", "At least", "At most"), "{:.2f}")
    title = f"{part.titled}: groups over-represented by borough"
    return Exhibit("represented_areas", title, finding, table, formats, caveats=caveats)


def _named(of: str, group: str) -> str:
    """Say who is in a group: "Persons aged 15 to 24"."""
    if of == FACTORS["victim_age"].label:
        return f"Persons aged {lower_first(group)}"
    return f"{group} victims" if of == FACTORS["ethnicity"].label else f"{group} persons"


_spans = {**YOUNG_BY_FIVE_YEARS, **GROWN}


def _known(factor: Factor) -> set[int]:
    return {at for at in range(len(factor.values)) if at not in factor.unknown}


def _groups(part: Part, residents: Mapping[str, np.ndarray]) -> dict[str, dict[str, Sequence[int]]]:
    """Groups by factor and label: positions of sexes, or of the bands of residents that an age spans."""
    extra = part.loaded.cube.extra
    found: dict[str, dict[str, Sequence[int]]] = {}
    if extra.carries(FACTORS["victim_sex"]):
        found["victim_sex"] = {"Female": (0,), "Male": (1,)}
    if extra.carries(FACTORS["victim_age"]):
        ends = {label: span.removesuffix("+").split("-") for label, span in _spans.items()}
        found["victim_age"] = {
            label: range(int(low) // 5, (int(high[0]) + 1) // 5 if high else len(AGE_BANDS))
            for label, (low, *high) in ends.items()
        }
    if "ethnicity" in residents:
        found["ethnicity"] = {label: (at,) for at, label in enumerate(FACTORS["ethnicity"].labels[:-1])}
    return found


def _residents(part: Part) -> dict[str, np.ndarray]:
    """Residents of the areas inside by sex (female, male), by band of five years, by ethnic group."""
    if part.atlas.bands is None:
        raise NotPossible("residents by five-year age band are not loaded.")
    table = part.atlas.snapshot.read("population")
    mine = table[table["lsoa"].astype(str).isin(part.lsoa.frame.index[part.inside])]
    by_sex = mine.groupby(mine["sex"].astype(str))["population"].sum().reindex(["F", "M"])
    found = {
        "victim_sex": by_sex.fillna(0).to_numpy(float),
        "victim_age": part.atlas.bands[part.inside].sum(axis=0).astype(float),
    }
    ethnic, groups = FACTORS["ethnicity"], part.atlas.surroundings.ethnic_groups(part.inside)
    if part.loaded.cube.extra.carries(ethnic) and not groups.empty:
        found["ethnicity"] = groups.reindex(ethnic.labels[:-1]).fillna(0).to_numpy(float)
    return found


def _beside(part: Part, rows: Sequence[tuple[str, str, int, int, float]]) -> pd.DataFrame:
    """Shares of groups among those known and among all, beside the residents', from protected numbers."""
    groups, missing = [row[2] for row in rows], [row[3] for row in rows]
    count, unknown = part.numbers(groups), part.numbers(missing)
    total = part.gate.count(part.total) or 0
    people = np.array([row[4] for row in rows])
    known = np.maximum(total - np.nan_to_num(unknown), 0)
    enough = ~np.isnan(count) & (known > 0) & (count <= known)
    x, every = np.where(enough, count, 0.0), np.full(len(rows), float(total))
    lower = wilson(x, every)["lower_ci"].to_numpy()
    upper = wilson(np.minimum(x + np.nan_to_num(unknown), every), every)["upper_ci"].to_numpy()
    noise = np.array([_noise(part, row[2]) for row in rows]) / max(1, total)
    share = np.where(enough, x / np.where(known > 0, known, np.nan), np.nan)
    people = np.where(people > 0, people, np.nan)
    return pd.DataFrame(
        {
            "Of": [row[0] for row in rows],
            "Group": [row[1] for row in rows],
            "Count": part.gate.counts(groups),
            NOT_KNOWN: part.gate.counts(missing),
            "Share of those known": 100 * share,
            "Share of residents": 100 * people,
            "Times its share": share / people,
            "At least": np.where(enough, np.maximum(lower - noise, 0) / people, np.nan),
            "At most": np.where(enough, np.minimum(upper + noise, 1) / people, np.nan),
        }
    )


def _noise(part: Part, count: int) -> float:
    """How far a protected number of one group may lie from the true one; 0 where it is true."""
    s = part.asked
    if not part.loaded.noise:
        return 0.0
    share = min(1.0, count / max(1, part.total))
    return float(SURE * np.sqrt(s.variance(np.array([count]), np.where(s.lsoas, 0, -1), share)[0]))


def victims(part: Part) -> Exhibit:
    """Victims by ethnicity, age and sex, those of whom one is not known among them."""
    ethnicity, age, sex = (_recorded(part, name) for name in ("ethnicity", "victim_age", "victim_sex"))
    ages = _with_unknown(part, age, _few(part, age))
    sexes = _values(part, sex)
    people = _values(part, ethnicity)
    cells = list(product(people, ages))
    table = pd.DataFrame(cells, columns=["Ethnicity", "Age"])
    everyone = np.ones(len(part.rows), bool)
    for name, mask in (*sexes.items(), (BOROUGH_TOTAL, everyone)):
        counts = [int((people[group] & ages[years] & mask).sum()) for group, years in cells]
        table[name] = part.gate.counts(counts)
    three = ~people[NOT_KNOWN] & ~ages[NOT_KNOWN] & ~sexes[NOT_KNOWN]
    shares = [part.gate.share(int(mask.sum()), part.total) for mask in (~people[NOT_KNOWN], three)]
    finding = ""
    if None not in shares:
        finding = (
            f"The victim’s ethnicity is recorded of {shares[0]:.0%} of the {part.noun}, ethnicity, age and "
            f"sex of {shares[1]:.0%}."
        )
    caveats = ("An offence without a victim stands among those not known.",)
    title = f"{part.titled}: victims by ethnicity, age and sex"
    return Exhibit("victims", title, finding, table, caveats=caveats)


def pairs(part: Part) -> Exhibit:
    """Victims by suspects: age and sex of both, those not recorded among them."""
    names = ("victim_age", "victim_sex", "suspect_age", "suspect_sex")
    of_victim, of_suspect = (
        _persons(part, _recorded(part, age), _recorded(part, sex))
        for age, sex in zip(names[::2], names[1::2], strict=True)
    )
    table = pd.DataFrame({"Victim": [*of_victim, BOROUGH_TOTAL]})
    everyone = np.ones(len(part.rows), bool)
    for name, suspect in (*of_suspect.items(), (BOROUGH_TOTAL, everyone)):
        column = [int((victim & suspect).sum()) for victim in (*of_victim.values(), everyone)]
        table[f"By {lower_first(name)}" if name != BOROUGH_TOTAL else name] = part.gate.counts(column)
    drawn = [name for name in table.columns[1:-1] if name != "By not recorded"]
    both = int((~of_victim["Not recorded"] & ~of_suspect["Not recorded"]).sum())
    cells = {
        (victim, suspect): int((a & b).sum())
        for (victim, a), (suspect, b) in product(of_victim.items(), of_suspect.items())
        if "Not recorded" not in (victim, suspect)
    }
    most = max(cells, key=lambda pair: cells[pair])
    share = part.gate.share(cells[most], both)
    finding = (
        ""
        if share is None
        else f"Age and sex of both are recorded of {part.events(both)}; of these most often the victim is "
        f"{lower_first(most[0])} and the suspect {lower_first(most[1])}, {share:.0%}."
    )
    data = table.iloc[:-2]
    chart = Chart("heat", "Victim", tuple(drawn), data=data, titles=("", "Victim"))
    caveats = (
        "Of an offence with several victims or suspects the file names one of each.",
        "Suspects that are not recorded may differ from those that are.",
    )
    title = f"{part.titled}: victims by suspects"
    return Exhibit("pairs", title, finding, table, chart=chart, caveats=caveats)


def _recorded(part: Part, name: str) -> Factor:
    """Return a factor that the files record, together with others."""
    factor = FACTORS[name]
    if not part.loaded.cube.extra.carries(factor):
        raise NotPossible(f"{lower_first(factor.label)}: {factor.reason(part.loaded.info)}")
    return factor


def _few(part: Part, age: Factor) -> dict[str, tuple[int, ...]]:
    spans = FEWER_BY_FIVE_YEARS if age.name in part.loaded.info.by_five_years else FEWER
    return {name: read_ages(span)[0] for name, span in spans.items()}


def _values(part: Part, factor: Factor) -> dict[str, np.ndarray]:
    """Events of each value of a factor, of what is not known too."""
    return {label: carrying(part, factor, {at}) for at, label in enumerate(factor.labels)}


def _with_unknown(part: Part, age: Factor, groups: Mapping[str, Sequence[int]]) -> dict[str, np.ndarray]:
    found = {name: carrying(part, age, {*of}) for name, of in groups.items()}
    return found | {NOT_KNOWN: ~np.logical_or.reduce(list(found.values()))}


def _persons(part: Part, age: Factor, sex: Factor) -> dict[str, np.ndarray]:
    """Events by sex and age of one of their persons: "Female under 18"."""
    ages = {name: carrying(part, age, {*of}) for name, of in _few(part, age).items()}
    sexes = {"Female": carrying(part, sex, {0}), "Male": carrying(part, sex, {1})}
    found = {
        f"{name} {lower_first(years)}": of & old
        for (name, of), (years, old) in product(sexes.items(), ages.items())
    }
    return found | {"Not recorded": ~np.logical_or.reduce(list(found.values()))}
