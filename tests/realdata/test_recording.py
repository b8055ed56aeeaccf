"""What real Bedfordshire's files count and how, against the files read without the project's code."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from tests.support import real_bedfordshire


def rows_of(shared_data: Path, name: str) -> Iterator[dict[str, str]]:
    with zipfile.ZipFile(shared_data / real_bedfordshire.FILES[name]) as archive:
        for member in archive.namelist():
            if member.endswith(".csv"):
                yield from csv.DictReader(io.TextIOWrapper(archive.open(member), encoding="utf-8"))


@pytest.fixture(scope="module")
def atlas(bedfordshire: Path) -> Atlas:
    return Atlas.open(bedfordshire)


def period(first: str, last: str) -> Query:
    return Query(source="offences", first=month_number(first), last=month_number(last))


def test_incidents_are_not_offences(atlas: Atlas, shared_data: Path) -> None:
    answer = atlas.answer(period("2025-01", "2025-12"))
    codes = set(answer.table.index)
    here = [row for row in rows_of(shared_data, "street-2025.zip") if row["LSOA code"] in codes]
    apart = sum(row["Crime type"] == "Anti-social behaviour" for row in here)
    assert (apart, len(here)) == (9_602, 59_358)
    assert answer.caveats[0] == f"{len(here):,} offences and incidents on the map."
    assert answer.caveats[1].startswith(f"{apart:,} of them are incidents of anti-social behaviour")


def test_events_shared_out_over_areas_of_2021_are_named(atlas: Atlas, shared_data: Path) -> None:
    """The number is that of the whole delivery, whatever part of it is asked for."""
    answer = atlas.answer(period("2018-10", "2018-12"))
    heirs = defaultdict(set)
    with (shared_data / "lookups/LSOA11_LSOA21_LAD22_EW.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            heirs[row["LSOA11CD"]].add(row["LSOA21CD"])
    here = set(answer.table.index)
    split = {code for code, found in heirs.items() if len(found) > 1 and found & here}
    shared = [
        r["LSOA code"] for r in rows_of(shared_data, "street-2018-10_2019-02.zip") if r["LSOA code"] in split
    ]
    said = (
        "of October 2018 to February 2019 were recorded by small areas of 2011. Of all that are loaded of "
        f"these months, {len(shared):,} of {len(set(shared))} areas split or redrawn since are shared out"
    )
    assert any(said in caveat for caveat in answer.caveats)
    robbery = atlas.answer(period("2018-10", "2018-12").replace(category=("robbery",)))
    assert any(said in caveat for caveat in robbery.caveats) and robbery.totals.shown < len(shared)
    later = atlas.answer(period("2025-01", "2025-12"))
    assert not any("small areas of 2011" in caveat for caveat in later.caveats)


def test_change_across_july_2022_says_that_points_moved(atlas: Atlas) -> None:
    across = atlas.answer(period("2022-08", "2023-04").replace(layer="change"))
    after = atlas.answer(period("2023-08", "2024-04").replace(layer="change"))
    said = ["From July 2022 on" in answer.headline for answer in (across, after)]
    assert said == [True, False]
