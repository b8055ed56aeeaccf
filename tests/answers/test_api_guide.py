"""The guide for programs: its examples run as they stand, against a server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from geo.out.export import FORMATS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
HOME = "http://127.0.0.1:8050"


def examples(language: str) -> str:
    """All examples in a language, one after the other."""
    found = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found)


def test_the_examples_in_python_run(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict = {}
    exec(compile(examples("python").replace(HOME, home), "docs/api.md", "exec"), names)
    assert names["table"]["count"].tolist() == names["wards"]["count"].tolist()
    assert names["areas"].crs.to_epsg() == 27700
    assert names["areas"]["cluster"].tolist() == names["wards"]["cluster"].tolist()
    assert len(names["codes"]) == 36
    assert "typo" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R: install r-base-core, jsonlite and sf")
def test_the_examples_in_r_run(home: str) -> None:
    script = examples("r").replace(HOME, home)
    run = subprocess.run(
        ["Rscript", "-e", f"{script}\ncat('areas', nrow(hot), nrow(wards), nrow(answer$records))"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "there is no package" in run.stderr:
        pytest.skip(run.stderr.strip().splitlines()[0])
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith("areas 9 9 9")


def test_the_guide_names_every_format() -> None:
    assert [key for key in FORMATS if f"`{key}`" not in GUIDE and f"/export.{key}?" not in GUIDE] == []
