"""Schedules, visits and results that a folder keeps: imported, shown, registered once, undone."""

import io
import re
import shutil
from dataclasses import replace
from datetime import date
from functools import partial
from html import unescape

import numpy as np
import pandas as pd
import pytest

from dashboard import create_app
from geo import cli_patrol, cli_weekends
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.viewer import CLEARED_OWNER
from geo.cli import run
from geo.data.patrols import kept_schedules, kept_visits, register_trial, trials_registered
from geo.data.store import Store
from geo.stats.patrol_record import Record
from geo.stats.patrol_schedule import Design
from geo.tell.exhibits.done import register_of_interventions
from geo.tell.exhibits.exhibit import NotPossible
from geo.tell.exhibits.part import Part
from geo.tell.patrol.register import ALREADY, rating, row_of, write_row
from geo.tell.patrol.trial import ran, told
from tests.answers.test_patrol_trial import QUESTION, _visits

assert cli_patrol.patrol and cli_weekends.weekends_, "commands add themselves to the others when read"


@pytest.fixture(scope="module")
def record(small_atlas):
    areas = tuple(small_atlas.levels["lsoa"].frame.index[[0, 3, 7, 14, 17, 21, 28, 31, 35]])
    design = Design(areas, (1,) * 9, date(2023, 11, 1), 42, 3, seed=9)
    return Record.drawn(design, QUESTION, small_atlas.version, minutes="15", visits="1")


@pytest.fixture
def data(small_county, record, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(small_county, folder)
    (tmp_path / "record.json").write_text(record.to_json(), encoding="utf-8")
    (tmp_path / "visits.csv").write_bytes(_visits(record, lambda k: k != 20))
    for kind, name in (("schedules", "record.json"), ("visits", "visits.csv")):
        assert run(["import", kind, str(tmp_path / name), "--data", str(folder)]) == 0
    return folder


def _part(data) -> Part:
    atlas = Atlas.open(data)
    return Part(atlas, atlas.exactly(QUESTION), atlas.sources["offences"].gate)


def test_the_import_keeps_schedules_and_visits_once(data, record, tmp_path) -> None:
    for kind, name in (("schedules", "record.json"), ("visits", "visits.csv")):
        assert run(["import", kind, str(tmp_path / name), "--data", str(data)]) == 0
    snapshot = Atlas.open(data).snapshot
    assert kept_schedules(snapshot) == [record]
    assert len(kept_visits(snapshot)) == 3 * 41
    first = record.patrolled[0][0]
    again = tmp_path / "again.csv"
    again.write_text(f"area,start,minutes\n{first},2023-11-01 18:30,25\n{first},2023-11-01 23:00,5\n")
    assert run(["import", "visits", str(again), "--data", str(data)]) == 0
    held = kept_visits(Atlas.open(data).snapshot)
    assert len(held) == 3 * 41 + 1
    assert held[(held["area"] == first) & (held["start"] == "2023-11-01 18:30")]["minutes"].tolist() == [25]
    assert run(["undo", "--data", str(data)]) == 0
    assert len(kept_visits(Atlas.open(data).snapshot)) == 3 * 41


def test_a_record_that_was_changed_or_is_of_elsewhere_is_not_kept(data, record, tmp_path, capsys) -> None:
    file = tmp_path / "other.json"
    file.write_text(record.to_json().replace('"seed": 9', '"seed": 10'), encoding="utf-8")
    assert run(["import", "schedules", str(file), "--data", str(data)]) == 1
    assert "its seal does not fit" in capsys.readouterr().err
    elsewhere = Record.drawn(replace(record.design, areas=tuple(f"E0199900{k}" for k in range(9))))
    file.write_text(elsewhere.to_json(), encoding="utf-8")
    assert run(["import", "schedules", str(file), "--data", str(data)]) == 1
    assert "areas that are not loaded, such as E01999000" in capsys.readouterr().err


def test_the_page_tells_the_coverage_of_what_is_kept_and_judges_it(data, record, monkeypatch) -> None:
    monkeypatch.setattr("dashboard.routes_trial.ran", partial(ran, redraws=49))
    client = create_app(Atlas.open(data)).server.test_client()
    page = client.get("/patrol/result").text
    assert "Schedule kept: 9 areas from 1 November 2023" in page
    assert "In all 123 of 126 planned days were visited (98%)." in page and "21/11" in page
    sent = {"kept": record.seal, "until": "2023-12-12", "record": (io.BytesIO(b""), "")}
    judged = client.post("/patrol/judged", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert judged.status_code == 200 and record.seal[:16] in judged.text and "Delivery" in judged.text


def test_the_button_beneath_a_result_writes_its_row_once(data, record, monkeypatch) -> None:
    """Worked out anew from the sealed record: nothing else that is sent stands in the register."""
    monkeypatch.setattr("dashboard.routes_trial.ran", partial(ran, redraws=49))
    here = {"Sec-Fetch-Site": "same-origin"}
    client = create_app(Atlas.open(data)).server.test_client()
    page = client.post("/patrol/judged", data={"kept": record.seal}, headers=here).text
    sealed = unescape(re.search(r'name="sealed" value="([^"]*)"', page)[1])
    assert sealed == record.to_json() and "Write into the register" in page and "1 November 2023" in page
    sent = {"sealed": sealed, "rating": "works", "what": "Miracle"}
    assert client.post("/patrol/registered", data=sent).status_code == 403
    other = client.post("/patrol/registered", data={"sealed": sealed.replace("9", "8")}, headers=here)
    assert other.status_code == 422
    with pytest.raises(NotPossible):
        register_of_interventions(_part(data))
    written = client.post("/patrol/registered", data=sent, headers=here)
    assert written.status_code == 200 and "Registered as “" in written.text
    table = register_of_interventions(_part(data)).table
    assert table["What"].tolist() == ["Patrols by lot, 3 of 9 areas a day, 1 visit of 15 minutes"]
    assert f"Registered as “{table['Evidence'].iloc[0]}”" in written.text
    again = create_app(Atlas.open(data)).server.test_client()
    assert ALREADY in again.post("/patrol/judged", data={"kept": record.seal}, headers=here).text
    drawn_again = Record.drawn(record.design, record.question, "another version", minutes="15", visits="1")
    for sealed in (record, drawn_again):
        sent = {"sealed": sealed.to_json()}
        assert ALREADY in client.post("/patrol/registered", data=sent, headers=here).text
    assert len(register_of_interventions(_part(data)).table) == 1


def test_a_row_is_shown_to_those_alone_who_may_see_the_numbers_it_rests_on(data, small_atlas, record) -> None:
    trial = ran(small_atlas, record, 49)
    with Store(data).transaction() as change:
        row = row_of(trial, told(trial))
        register_trial(change, "open", row)
        register_trial(change, "internal", {**row, "source": "ae", "what": "Of true numbers"})
    cleared = Atlas.open(data, CLEARED_OWNER)
    assert len(trials_registered(cleared.snapshot)) == 2
    assert len(register_of_interventions(_part(data)).table) == 1
    assert "Of true numbers" not in str(trials_registered(Atlas.open(data).snapshot))


def test_a_finished_trial_writes_its_row_once_and_the_assessment_prints_it(data, record, capsys) -> None:
    command = ["patrol", "test", record.seal[:10], "--data", str(data)]
    assert run(command) == 0
    said = capsys.readouterr().out
    assert "Registered as “" in said
    exhibit = register_of_interventions(_part(data))
    assert exhibit.table["What"].tolist() == ["Patrols by lot, 3 of 9 areas a day, 1 visit of 15 minutes"]
    assert exhibit.table["When"].tolist() == ["1 November 2023 to 12 December 2023"]
    rated = exhibit.table["Evidence"].iloc[0]
    assert f"Registered as “{rated}”" in said and "on days with a patrol" in exhibit.table["Result"].iloc[0]
    assert run(command) == 0
    assert "stands in the register of interventions already" in capsys.readouterr().out
    assert run(["undo", "--data", str(data)]) == 0
    with pytest.raises(NotPossible, match="hotspots import interventions"):
        register_of_interventions(_part(data))


def test_no_result_of_true_numbers_of_a_protected_source_is_registered(small_atlas, record, data) -> None:
    trial = ran(small_atlas, record, 49)
    found = told(trial)
    loaded = replace(trial.asked.loaded, gate=replace(trial.asked.loaded.gate, disclosure="cleared"))
    trial.asked.loaded = loaded
    assert write_row(data, trial, found).startswith("Not registered")
    early = replace(trial, looks=2)
    assert write_row(data, early, found).startswith("The trial is not over")


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "p", "corrected", "moved", "rated"),
    [
        (0.7, 0.6, 0.8, 0.001, 0.01, 1.0, "works"),
        (0.7, 0.6, 0.8, 0.001, 0.01, 1.4, "mixed"),
        (0.7, 0.5, 0.98, 0.03, 0.09, 1.0, "promising"),
        (1.3, 1.1, 1.6, 0.001, 0.01, 1.0, "harmful"),
        (1.0, 0.94, 1.06, 0.9, 1.0, 1.0, "no effect"),
        (0.9, 0.5, 1.6, 0.6, 0.9, 1.0, "inconclusive"),
    ],
)
def test_evidence_is_rated_by_the_rule(ratio, lower, upper, p, corrected, moved, rated) -> None:
    row = pd.Series({"Ratio": ratio, "Lower": lower, "Upper": upper, "p": p, "p, corrected": corrected})
    around = pd.DataFrame({"Ratio": [moved], "p, corrected": [0.01 if moved > 1 else np.nan]})
    assert rating(row, around, 0.05) == rated


def test_an_unknown_seal_is_refused(data, capsys) -> None:
    assert run(["patrol", "track", "ffffffffff", "--data", str(data)]) == 1
    assert "no one schedule kept here whose seal begins so" in capsys.readouterr().err
    with pytest.raises(Problem):
        Record.from_json("{}")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("patrol", "track", "nofile.json"), "There is no file nofile.json, and no one schedule kept here"),
        (("patrol", "weekends", "-o", "x.doc"), "Weekends cannot be written into x.doc: let its name end in"),
        (("patrol", "weekends", "-o", "x"), "Weekends cannot be written into x: let its name end in .csv or"),
        (("import", "schedules", "CHANGED"), "changed.json was changed after the schedule was drawn"),
        (("import", "schedules", "NONE"), "none.json is no record of a schedule: give the file"),
    ],
)
def test_a_refusal_names_the_file(said, sentence, small_county, record, tmp_path, capsys) -> None:
    folder = shutil.copytree(small_county, tmp_path / "data")
    (tmp_path / "changed.json").write_text(record.to_json().replace("2023-11-01", "2023-11-02"), "utf-8")
    (tmp_path / "none.json").write_text("nothing", "utf-8")
    paths = {name: str(tmp_path / f"{name.lower()}.json") for name in ("CHANGED", "NONE")}
    assert run([*(paths.get(word, word) for word in said), "--data", str(folder)]) == 1
    assert capsys.readouterr().err.startswith(sentence)
