"""Whose district is it? Counts of forces by small area that are known, and what follows from them."""

import numpy as np
import pandas as pd
import pytest

from geo.data import reports


def districts(**sizes: int) -> pd.Series:
    """District of each small area, ``a0, a1, …`` of district ``a``."""
    codes = [f"{name}{k}" for name, size in sizes.items() for k in range(size)]
    return pd.Series([code[0] for code in codes], index=codes)


def rows(*given: tuple[str, str, int, float]) -> pd.DataFrame:
    """Events of a force in each of the small areas of a district."""
    return pd.DataFrame(
        [(force, f"{name}{k}", each) for force, name, size, each in given for k in range(size)],
        columns=["force", "lsoa", "events"],
    )


def test_a_neighbours_few_rows_make_no_district_its_own() -> None:
    of = districts(a=50, b=50)
    found = reports.usual_forces(rows(("kent", "a", 50, 170), ("kent", "b", 50, 1)), of)
    assert found == {"a": "kent"}


@pytest.mark.parametrize("railway", ["btp", "british-transport"])
def test_the_railway_has_no_district(railway: str) -> None:
    of = districts(a=50, b=50)
    found = reports.usual_forces(
        rows(("kent", "a", 50, 170), (railway, "b", 50, 60), (railway, "a", 50, 2)), of
    )
    assert found == {"a": "kent"}


def test_of_two_forces_each_has_its_district_and_a_sparse_one_is_not_taken_for_none() -> None:
    of = districts(a=50, b=20, c=50)
    table = rows(
        ("kent", "a", 50, 170),
        ("kent", "b", 20, 20),
        ("kent", "c", 50, 3),
        ("essex", "c", 50, 90),
        ("essex", "b", 20, 2),
    )
    assert reports.usual_forces(table, of) == {"a": "kent", "b": "kent", "c": "essex"}


def test_a_district_with_little_to_expect_is_too_small_to_tell() -> None:
    of = districts(a=50, b=3, c=60)
    found = reports.usual_forces(rows(("kent", "a", 50, 10)), of)
    assert found == {"a": "kent", "b": reports.ANYONE}  # 30 and 600 events to expect


def test_where_only_the_railway_reports_nothing_can_be_told() -> None:
    of = districts(a=5, b=5)
    assert reports.usual_forces(rows(("btp", "a", 5, 9)), of) == {"a": reports.ANYONE, "b": reports.ANYONE}


@pytest.mark.parametrize(
    "table",
    [
        rows(("kent", "a", 50, 170), ("kent", "b", 3, 1), ("essex", "c", 50, 90), ("btp", "d", 40, 60)),
        rows(("kent", "a", 50, 10)),
        rows(("btp", "a", 5, 9)),
        rows(("essex", "c", 1, 1)),
    ],
)
def test_without_counts_every_district_has_the_force_that_it_has_by_counts(table: pd.DataFrame) -> None:
    of = districts(a=50, b=3, c=60, d=40)
    told = reports.uncounted(table, of, 12)
    assert reports.usual_forces(told, of) == reports.usual_forces(table, of)
    assert set(told["events"]) == {12 * reports.TELLING}
    assert not told["lsoa"].duplicated().any()
    areas = told["lsoa"].map(of).value_counts()
    assert areas.equals(of.value_counts()[areas.index]), "all areas of a district, whichever had events"


def test_counts_are_those_of_pandas() -> None:
    rng = np.random.default_rng(5)
    force = pd.Series(rng.choice(["kent", "essex"], 500))
    lsoa, month = pd.Series(rng.choice(["a0", "a1", "b0"], 500)), pd.Series(rng.choice([24276, 24277], 500))
    by_month, by_area = reports.counted(
        force, lsoa, month, [("kent", [24276, 24277, 24278]), ("essex", [24276, 24277])]
    )
    assert by_month["kent"] == {
        "2023-01": int(((force == "kent") & (month == 24276)).sum()),
        "2023-02": int(((force == "kent") & (month == 24277)).sum()),
        "2023-03": 0,
    }
    kent = by_area[(by_area["force"] == "kent") & (by_area["lsoa"] == "b0")]["events"].item()
    assert kent == int(((force == "kent") & (lsoa == "b0")).sum())
