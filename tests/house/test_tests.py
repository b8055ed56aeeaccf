"""Rules for the tests themselves: they leave the reader's own alone, and depend on no clock."""

import os
import re
from pathlib import Path

import pytest

from tests.support.fence import ROOT, OverTheFence


def test_the_readers_data_are_out_of_reach() -> None:
    theirs = ROOT / "data" / "current.json"
    for reach in (theirs.read_text, theirs.unlink, theirs.parent.joinpath("tables").mkdir):
        with pytest.raises(OverTheFence, match="reader's own data"):
            reach()
    with pytest.raises(OverTheFence, match="reader's own data"):
        os.listdir(ROOT / "data" / "tables")
    assert os.listdir(ROOT / "data" / "boundaries")


def test_the_checkout_is_left_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("")
    for reach, *arguments in (
        (ROOT.joinpath("README.md").open, "a"),
        (ROOT.joinpath("new.txt").write_text, ""),
        (ROOT.joinpath("folder").mkdir,),
        (mine.rename, ROOT / "theirs"),
    ):
        with pytest.raises(OverTheFence, match="write to tmp_path"):
            reach(*arguments)
    assert (ROOT / "README.md").read_text(encoding="utf-8")


# Written with gaps, so that this file does not break its own rule.
CLOCKS = re.compile(
    r"\b(?:slee[p]\(|wait_for_timeou[t]|perf_counte[r]|process_tim[e]|time\.(?:monotoni[c]|tim[e])\b)"
)


def test_no_test_waits_for_a_time_or_measures_one() -> None:
    """They wait for what they need, and what is slow is measured by the benchmarks."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "tests").rglob("*.*"))
        if path.suffix in (".py", ".mjs")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if CLOCKS.search(line)
    ]
    assert not found


def test_no_setting_and_no_home_of_the_reader_is_seen() -> None:
    assert Path.home() == Path(os.environ["HOTSPOTS_TESTS"])
    assert "HOTSPOTS_DATA" not in os.environ
    assert not Path("data").exists()
