"""The benchmarks still run: on a country of two rows of squares, asked twice."""

from pathlib import Path

import pytest

from benchmarks import bench_answers, england
from geo.answer.layers import LAYERS


def test_complete_answers_are_measured_on_a_made_up_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_answers, "QUESTIONS", 2)
    england.build(tmp_path / "data", areas=2 * england.COLUMNS, events=3_000)
    bench_answers.measure(tmp_path / "data")
    said = capsys.readouterr().out
    assert "imported offences" in said
    assert "368 areas, 3,000 events" in said
    timed = [line.split() for line in said.splitlines() if line.split()[:1] and line.split()[0] in LAYERS]
    assert [words[0] for words in timed] == list(LAYERS)
    assert all(len([float(word) for word in words[1:]]) == 3 for words in timed)
