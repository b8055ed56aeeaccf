"""The register of interventions: read, refused where it makes no sense, printed by the assessment."""

import shutil
from pathlib import Path

import pytest

from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.cli import run
from geo.data.interventions import read_interventions
from geo.data.read_table import read_table
from geo.tell.assessment import assess

REGISTER = """what,where,from,to,rating,result
Foot patrols,Nine areas,01/06/2024,31/08/2024,Works,40% fewer offences
Street lighting,Ward 22,2024-09-01,,,
"""


def test_a_register_is_read_the_latest_first() -> None:
    found = read_interventions(read_table("register.csv", REGISTER.encode()))
    assert found["what"].tolist() == ["Street lighting", "Foot patrols"]
    assert found["rating"].tolist() == ["not tested", "works"]
    assert found["to"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("what,where\na,b", "column “from” is missing"),
        ("what,where,from,rating\na,b,01/06/2024,splendid", "not one of"),
        ("what,where,from,to\na,b,01/06/2024,01/05/2024", "before the day"),
        ("what,where,from\n,b,01/06/2024", "needed what"),
    ],
)
def test_what_makes_no_sense_is_refused(row: str, fault: str) -> None:
    with pytest.raises(Problem, match=fault):
        read_interventions(read_table("register.csv", row.encode()))


def test_the_assessment_prints_the_register(small_county: Path, small_atlas: Atlas, tmp_path: Path) -> None:
    missing = dict(assess(small_atlas, Query(), ["offences"]).sections[0].missing)
    assert "hotspots import interventions" in missing["Register of interventions"]
    data, file = tmp_path / "data", tmp_path / "register.csv"
    shutil.copytree(small_county, data)
    file.write_text(REGISTER, encoding="utf-8")
    assert run(["import", "interventions", str(file), "--data", str(data)]) == 0
    told = assess(Atlas.open(data), Query(), ["offences"]).exhibit("place", "interventions")
    assert told.finding == "2 interventions are registered, 1 with a result."
    assert told.table["When"].tolist() == ["from 1 September 2024 on", "1 June 2024 to 31 August 2024"]
    assert told.table["Evidence"].tolist() == ["not tested", "works"]
