"""Set-up: does nothing when all is in place, starts again when it was cut off, keeps what works."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A project folder of its own with a stand-in for pip; ``done`` lists what set-up did."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools" / "setup.py")
        assert spec and spec.loader
        self.module: ModuleType = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.done: list[str] = []
        self.fails = ""
        for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            (folder / name).write_text("rich==1\n")
        monkeypatch.setattr(self.module, "ROOT", folder)
        for name, path in {"VENV": "", "STAMP": "set-up.json", "PYTHON": "bin/python"}.items():
            monkeypatch.setattr(self.module, name, folder / ".venv" / path)
        monkeypatch.setattr(self.module, "create_environment", self.create)
        monkeypatch.setattr(self.module, "pip_install", self.install)

    def create(self) -> None:
        self.done.append("environment")
        (self.module.VENV / "bin").mkdir(parents=True, exist_ok=True)
        self.module.STAMP.unlink(missing_ok=True)
        if not self.module.PYTHON.exists():
            os.symlink(sys.executable, self.module.PYTHON)

    def install(self, what: str, arguments: list[str], expected: int = 0) -> None:
        assert json.loads(self.module.STAMP.read_text()) == {}, "while pip works, the stamp says so"
        if self.fails and self.fails in what:
            sys.exit("pip gave up")
        self.done.append(Path(arguments[-1]).name if "-r" in arguments else "program")

    def prepare(self, *, dev: bool = False) -> list[str]:
        self.done.clear()
        self.module.prepare(dev=dev)
        return list(self.done)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    if os.name == "nt":
        pytest.skip("makes a stand-in environment with a symbolic link")
    return Machine(tmp_path, monkeypatch)


def test_the_first_set_up_does_everything_and_the_second_nothing(machine: Machine) -> None:
    assert machine.prepare() == ["environment", "requirements.lock", "program"]
    assert machine.prepare() == []


def test_the_tools_of_the_tests_come_on_top_and_serve_both(machine: Machine) -> None:
    machine.prepare()
    assert machine.prepare(dev=True) == ["requirements-dev.lock"]
    assert machine.prepare() == machine.prepare(dev=True) == []


@pytest.mark.parametrize(
    ("changed", "again"), [("requirements.lock", "requirements.lock"), ("pyproject.toml", "program")]
)
def test_only_what_changed_is_done_again(machine: Machine, changed: str, again: str) -> None:
    machine.prepare()
    (machine.module.ROOT / changed).write_text("rich==2\n")
    assert machine.prepare() == [again]


def test_a_set_up_that_was_cut_off_starts_from_the_beginning(machine: Machine) -> None:
    machine.prepare()
    machine.module.record({})
    assert machine.prepare() == ["environment", "requirements.lock", "program"]


def test_an_environment_that_no_longer_starts_is_made_anew(machine: Machine) -> None:
    machine.prepare()
    machine.module.PYTHON.unlink()
    assert machine.prepare() == ["environment", "requirements.lock", "program"]


def test_an_environment_made_by_hand_is_kept(machine: Machine) -> None:
    machine.create()
    assert machine.prepare() == ["requirements.lock", "program"]


def test_when_pip_gives_up_the_environment_that_worked_is_kept(machine: Machine) -> None:
    machine.prepare()
    (machine.module.ROOT / "requirements.lock").write_text("rich==2\n")
    machine.fails = "libraries"
    with pytest.raises(SystemExit, match="pip gave up"):
        machine.prepare()
    machine.fails = ""
    assert machine.prepare() == ["requirements.lock"]


def test_when_pip_gives_up_at_the_program_the_libraries_are_kept(machine: Machine) -> None:
    machine.fails = "program"
    with pytest.raises(SystemExit, match="pip gave up"):
        machine.prepare()
    machine.fails = ""
    assert machine.prepare() == ["program"]


# ---------------------------------------------------------------- what it is made of


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        (None, 0, "No advisories can be had from here"),
        ({"skip_reason": "not found"}, 0, "No advisories can be had"),
        ({"version": "1", "vulns": []}, 0, "1 libraries looked up, 0 advisories"),
        ({"version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}, 1, "rich 1: X-1, mended in 2"),
    ],
)
def test_a_library_that_is_known_to_be_unsafe_fails_the_audit(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    told: dict[str, object] | None,
    status: int,
    said: str,
) -> None:
    made = []
    monkeypatch.setattr(machine.module, "prepare", lambda dev: None)
    monkeypatch.setattr(machine.module, "python", lambda *command: made.append(command) or 0)
    report = "" if told is None else json.dumps({"dependencies": [{"name": "rich"} | told]})
    ended = subprocess.CompletedProcess((), status, report, "")
    monkeypatch.setattr(machine.module.subprocess, "run", lambda *_, **__: ended)
    assert machine.module.audit([]) == status
    assert said in capsys.readouterr().out
    assert made[0][-1] == machine.module.BILL
