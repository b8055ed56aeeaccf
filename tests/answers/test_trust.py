"""How far a hotspot can be trusted: the ladder counts what was looked at, and the evidence is there."""

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.stats.change import emerging
from geo.tell.evidence import evidence_of
from geo.tell.exhibits.exhibit import Exhibit

DECEMBER = month_number("2023-12")


def ladder(atlas: Atlas, **asked: object) -> tuple[object, Exhibit]:
    """The answer of the layer, and its exhibit."""
    query, notices = atlas.catalogue.check(Query(source="offences", layer="confidence", **asked))
    assert not notices
    found, _ = evidence_of(atlas, query)
    return atlas.answer(query), next(exhibit for exhibit in found if exhibit.key == "ladder")


def test_the_month_before_is_not_the_year_before(small_atlas: Atlas):
    """Only 2023 is loaded: of December there are six checks, and no seventh is spoken of."""
    answer, exhibit = ladder(small_atlas, first=DECEMBER, last=DECEMBER)
    checks = answer.table.filter(regex="^check_")
    assert checks["check_last_year"].isna().all() and checks.shape[1] == 7
    known = checks.notna().sum(axis=1)
    assert answer.table["checks_assessed"].tolist() == known.tolist() and known.max() == 6
    assert answer.classes.title.endswith("of 6 made")
    assert answer.classes.labels[1:] == ("1 check", *(f"{i} checks" for i in range(2, 7)))
    assert "Not assessed: high in the year before too." in answer.method
    best = checks.eq(True).sum(axis=1).max()
    assert exhibit.table["Checks that agree"].iloc[0] == f"{best} of 6"


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2023-12", "2023-12", ("2022-12", "2022-12")),
        ("2023-01", "2023-12", ("2022-01", "2022-12")),
        ("2022-07", "2023-12", ("2021-07", "2022-06")),
        ("2022-12", "2022-12", ("2021-12", "2021-12")),
    ],
)
def test_the_year_before_is_the_map_of_that_year(demo_atlas: Atlas, first: str, last: str, before: tuple):
    answer, _ = ladder(demo_atlas, first=month_number(first), last=month_number(last))
    then = demo_atlas.answer(
        Query(
            source="offences",
            layer="getis_ord",
            first=month_number(before[0]),
            last=month_number(before[1]),
            fdr=False,
        )
    )
    assert answer.table["check_last_year"].tolist() == (then.table["cluster"] == "HH").tolist()
    assert answer.table["checks_assessed"].max() == 7


def test_a_year_that_is_not_loaded_is_not_assessed(demo_atlas: Atlas):
    answer, exhibit = ladder(demo_atlas)
    assert answer.table["check_last_year"].isna().all()
    assert set(exhibit.table["Checks that agree"].str.split(" of ").str[1]) <= {"6", "5", "4"}


@pytest.mark.parametrize("level", ["lsoa", "ward"])
def test_the_exhibit_counts_the_areas_of_the_map(demo_atlas: Atlas, level: str):
    answer, exhibit = ladder(demo_atlas, level=level)
    flagged = dict(zip(answer.classes.keys, answer.classes.counts, strict=True))
    assert sum(flagged.values()) - flagged["none"] == len(exhibit.table)
    assert answer.headline == exhibit.finding
    assert answer.headline.startswith(f"{len(exhibit.table)} of ")
    listed = exhibit.table["Checks that agree"].str.split(" of ", expand=True).astype(int)
    assert listed[0].value_counts().to_dict() == {int(k): n for k, n in flagged.items() if k != "none" and n}
    sure = int((listed[0] >= listed[1] - 1).sum())
    assert f"; {sure} of them pass" in answer.headline


@pytest.mark.parametrize("name", ["", "Luton"])
def test_the_rate_is_set_against_the_areas_shown_and_they_are_named(demo_atlas: Atlas, name: str):
    """The check is the map's own comparison, with the boroughs chosen as a whole."""
    boroughs = {label: code for code, label in demo_atlas.catalogue.boroughs.items()}
    answer, exhibit = ladder(demo_atlas, borough=(boroughs[name],) if name else ())
    compared = demo_atlas.answer(answer.query.replace(layer="significance", measure="rate"))
    shown = answer.compared
    above = compared.table["compared"].eq("higher")[shown]
    assert answer.table["check_rate"].eq(True)[shown].tolist() == above.tolist() and above.any()
    assert f"Rates are set against that of {name or 'Bedfordshire'} as a whole." in answer.method
    assert "; rate significantly above that of all areas shown; " in answer.method[0]
    assert "county" not in " ".join((*answer.method, *exhibit.caveats, *exhibit.table["Not"]))


# ---------------------------------------------------------------- evidence of a short period


def evidence(atlas: Atlas, layer: str, first: str, last: str) -> dict[str, Exhibit]:
    asked = Query(source="offences", layer=layer, first=month_number(first), last=month_number(last))
    found, missing = evidence_of(atlas, atlas.catalogue.check(asked)[0])
    assert not missing
    return {exhibit.key: exhibit for exhibit in found}


@pytest.mark.parametrize("layer", ["getis_ord", "local_moran", "confidence"])
@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        ("2023-01", "2023-12", 2023),
        ("2023-12", "2023-12", 2023),
        ("2020-01", "2022-12", 2022),
        ("2019-01", "2019-12", 2020),
        ("2019-06", "2019-06", 2020),
    ],
)
def test_a_year_or_a_month_has_its_back_test(demo_atlas: Atlas, layer: str, first: str, last: str, year: int):
    exhibit = evidence(demo_atlas, layer, first, last)["back_test"]
    assert exhibit.title.endswith(f"hotspots of {year - 1} tested on {year}")
    name = "Hotspots (Gi*)" if layer == "getis_ord" else "local Moran hotspots"  # of the map that is shown
    assert exhibit.finding.startswith(f"The {name} of {year - 1} (")
    assert f"offences and incidents of {year}." in exhibit.finding
    chosen = demo_atlas.answer(
        Query(source="offences", layer="local_moran", first=(year - 1) * 12, last=year * 12 - 1)
    )
    after = demo_atlas.answer(Query(source="offences", first=year * 12, last=year * 12 + 11)).table["count"]
    hot = (chosen.table["cluster"] == "HH").to_numpy()
    row = exhibit.table.set_index("Choice").loc["Local Moran hotspots"]
    assert row["Small areas"] == hot.sum()
    assert row["Caught"] == pytest.approx(100 * after[hot].sum() / after.sum())


def test_where_two_years_are_not_loaded_it_says_so(small_atlas: Atlas):
    query = small_atlas.catalogue.check(Query(source="offences", layer="getis_ord"))[0]
    _, missing = evidence_of(small_atlas, query)
    assert missing == (
        ("Back-test of the hotspots", "it needs two years that follow one another loaded without a gap."),
    )


def test_one_year_has_the_stability_of_the_years_around_it(demo_atlas: Atlas):
    exhibit = evidence(demo_atlas, "emerging", "2023-01", "2023-12")["stability"]
    assert "2019 to 2023" in exhibit.title and len(exhibit.table) == 4
    two = [
        demo_atlas.answer(Query(source="offences", first=y * 12, last=y * 12 + 11)).table["count"]
        for y in (2022, 2023)
    ]
    top = [set(one.sort_values(ascending=False, kind="stable").index[: len(one) // 10]) for one in two]
    assert exhibit.table["Still there"].iloc[-1] == pytest.approx(len(top[0] & top[1]), abs=1)  # ties


def test_wards_of_one_year_are_compared_with_the_year_before(demo_atlas: Atlas):
    exhibit = evidence(demo_atlas, "change", "2023-01", "2023-12")["changed"]
    counts = [
        demo_atlas.answer(Query(source="offences", level="ward", first=y * 12, last=y * 12 + 11)).table[
            "count"
        ]
        for y in (2022, 2023)
    ]
    assert exhibit.table[["2022", "2023"]].iloc[0].tolist() == [int(c.sum()) for c in counts]


# ---------------------------------------------------------------- months that are not there


def test_consecutive_months_do_not_bridge_what_was_not_loaded(small_atlas: Atlas):
    """Hot in the last two months that are loaded, between which one is not."""
    rng, side = np.random.default_rng(5), 6
    neighbours = small_atlas.levels["lsoa"].neighbours
    corner = np.isin(np.arange(side * side), [0, 1, side, side + 1])
    months = [*range(9), 9, 11]
    cube = pd.DataFrame(
        {m: rng.poisson(3 + 60 * corner * (m >= 9), side * side) for m in months}, neighbours.ids
    )
    broken = emerging(cube, neighbours).areas["pattern"]
    joined = emerging(cube.set_axis([*range(11)], axis=1), neighbours).areas["pattern"]
    assert (joined[corner] == "Consecutive hotspot").all()
    assert (broken[corner] == "Sporadic hotspot").all()
