"""Real Bedfordshire and the districts around it, of whose forces there is no file but a few rows."""

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.data.ingest import import_files

OWN = ["Bedford", "Central Bedfordshire", "Luton"]
AROUND = ["Dacorum", "Huntingdonshire", "Milton Keynes", "North Hertfordshire", "North Northamptonshire"]
POLICE = "police/bedfordshire-street-2025.zip"


@pytest.fixture(scope="module")
def atlas(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    data = tmp_path_factory.mktemp("around") / "data"
    lookup = shared_data / "lookups/LSOA21_WD24_LAD24_EW.csv"
    import_files(data, "lookup", [lookup])
    england = shared_data / "boundaries/LSOA_2021_england.gpkg"
    import_files(data, "boundaries", [england], within=[*OWN, *AROUND], place="Bedfordshire and around")
    import_files(data, "population", [shared_data / "population/Census2021_age6_LSOA21_EW.csv.gz"])
    receipt = import_files(data, "offences", [shared_data / POLICE], opening=Atlas)
    assert any(note.startswith("No force reports on Dacorum, Huntingdonshire") for note in receipt.notes)
    return Atlas.open(data)


def rows(shared_data: Path) -> Counter[str]:
    """Rows by small area, read without any of the project's code."""
    with zipfile.ZipFile(shared_data / POLICE) as archive:
        texts = (io.TextIOWrapper(archive.open(name), "utf-8") for name in archive.namelist())
        return Counter(row["LSOA code"] for text in texts for row in csv.DictReader(text))


def test_a_few_rows_across_the_border_are_no_coverage(atlas: Atlas, shared_data: Path) -> None:
    answer, counted = atlas.answer(Query()), rows(shared_data)
    own = answer.table["borough"].isin(OWN).to_numpy()
    assert own.sum() == 417 and len(own) > 900
    assert answer.compared.tolist() == own.tolist()
    assert answer.table["count"][own].tolist() == [counted[code] for code in answer.table.index[own]]
    assert answer.table["count"][own].sum() == 59_358
    spilt = sum(counted[code] for code in answer.table.index[~own])
    assert 0 < spilt < 495  # of the 495 outside the county
    assert answer.table["count"][~own].isna().all()
    assert f"{(~own).sum():,} small areas in 5 boroughs are not reported on" in answer.headline


def test_no_cold_spot_lies_where_there_are_no_data(atlas: Atlas) -> None:
    for layer in ("local_moran", "getis_ord"):
        answer = atlas.answer(Query(layer=layer))
        own = answer.table["borough"].isin(OWN).to_numpy()
        assert not (answer.table["cluster"][~own] != "NA").any()
        alone = atlas.answer(Query(layer=layer, borough=("E06000032", "E06000055", "E06000056")))
        assert np.array_equal(answer.table["p"][own], alone.table["p"][own], equal_nan=True)
