"""The commands of a server with a log-in: people, the check of the access file, and the audit log."""

import io
import shutil
from pathlib import Path

import pytest

from geo.access.audit import Audit
from geo.access.people import People
from tests.support.command import command
from tests.support.door import HASH, PASSWORD, access_file


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes are not worked out, since none of these is to withstand anybody."""
    monkeypatch.setattr("geo.access.users.hashed", lambda password: HASH)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))


@pytest.mark.usefixtures("typed")
def test_the_first_user_begins_the_file_and_is_told_what_is_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("user", "add", "ann", "--group", "analysts", "--password-stdin", "--data", tmp_path)
    status, out, err = command(capsys, *asked)
    assert (status, err) == (0, "")
    assert "ann can log in, as analysts" in out and "hotspots check" in out
    assert PASSWORD not in (tmp_path / "access.toml").read_text()
    assert command(capsys, "user", "list", "--data", tmp_path)[1] == "ann: analysts\n"


@pytest.mark.usefixtures("typed")
def test_people_get_another_password_and_are_taken_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = access_file(tmp_path)
    status, out, _ = command(capsys, "user", "password", "ann", "--password-stdin", "--access", path)
    assert (status, "logged out" in out) == (0, True)
    assert command(capsys, "user", "remove", "ann", "--access", path)[0] == 0
    assert command(capsys, "user", "list", "--access", path)[1] == "lea: leads\nolu: officers\n"
    status, _, err = command(capsys, "user", "remove", "ann", "--access", path)
    assert (status, err) == (1, "There is nobody called ann; there is lea and olu.\n")


def test_check_says_whether_the_access_file_is_sound(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = access_file(tmp_path)
    asked = ("check", "--data", small_county, "--access", path)
    status, out, _ = command(capsys, *asked)
    assert (status, "is sound: people log in at http://localhost." in out) == (0, True)
    path.write_text(path.read_text().replace('exports = ["pdf", "png"]', 'exports = ["pdf", "doc"]'))
    status, _, err = command(capsys, *asked)
    assert status == 1
    assert "[groups.officers] exports: there is no such export as “doc”" in err
    path.write_text(path.read_text().replace("levels", "level"))
    assert "nobody knows “level”" in command(capsys, *asked)[2]


def test_verify_finds_a_log_whole_or_says_where_it_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Nobody has logged in" in command(capsys, "audit", "verify", "--data", tmp_path)[2]
    people = People(tmp_path)
    audit = Audit(people.folder, people.key)
    for hour in range(3):
        audit.write(people.alias("users ann"), "analysts", "asked /answer", f"?hour={hour}", 200)
    status, out, _ = command(capsys, "audit", "verify", "--data", tmp_path)
    assert status == 0
    assert "All 3 lines of the audit log, number 1 to 3 in 1 file" in out
    mark = out.split("--mark ")[1].split()[0]
    assert command(capsys, "audit", "verify", "--mark", mark, "--data", tmp_path)[0] == 0
    shown = command(capsys, "audit", "show", "--user", "ann", "--data", tmp_path)[1].splitlines()
    assert len(shown) == 3
    assert shown[2].endswith("analysts asked /answer ?hour=2 200")
    assert not command(capsys, "audit", "show", "--user", "olu", "--data", tmp_path)[1]
    file = people.folder / "audit" / "000001.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    status, _, err = command(capsys, "audit", "verify", "--data", tmp_path)
    assert (status, "its end is missing" in err) == (1, True)
    shutil.rmtree(people.folder / "audit")
    assert "There is no audit log" in command(capsys, "audit", "verify", "--data", tmp_path)[2]


def test_the_command_answers_as_a_group_is_answered(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the same words as the page, and from the same version of the data."""
    path = access_file(tmp_path)

    def asked(group: str, *more: object) -> tuple[int, str]:
        output = tmp_path / f"{group}.csv"
        given = ("export", "--as", group, "--access", path, "--data", small_county, "-o", output, *more)
        status, _, err = command(capsys, *given)
        return status, err or output.read_text()

    question = ("--url", "source=ae&level=borough")
    leads, analysts = (asked(group, *question)[1] for group in ("leads", "analysts"))
    assert leads != analysts
    assert "plus_minus" in analysts and "plus_minus" not in leads
    assert asked("officers") == (1, "Your group may not take away “csv”; it may take pdf and png.\n")
    assert "There is no answer" in asked("officers", "--format", "png", *question)[1]
    assert "may not take away “pack”" in asked("officers", "--pack")[1]
    status, _, err = command(capsys, "assess", "--as", "officers", "--access", path, "--data", small_county)
    assert (status, "may not take away “assessment”" in err) == (1, True)
    assert "no group “others”; there is analysts, leads and officers" in command(
        capsys, "export", "--as", "others", "--access", path, "--data", small_county
    )[2].replace(f" in {path}", "")
