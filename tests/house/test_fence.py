"""The fence around the tests: what is the reader's own is neither read nor written."""

import os
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


def test_no_setting_and_no_home_of_the_reader_is_seen() -> None:
    assert Path.home() == Path(os.environ["HOTSPOTS_TESTS"])
    assert "HOTSPOTS_DATA" not in os.environ
    assert not Path("data").exists()
