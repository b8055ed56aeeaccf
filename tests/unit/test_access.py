"""The access file, passwords, sessions, what people keep, and the audit log."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.access import audit as log
from geo.access import people as kept
from geo.access.audit import Audit
from geo.access.file import Access, find, read
from geo.access.keeping import PROGRAM, SESSION
from geo.access.people import People, Saved
from geo.access.users import add, refusal, remove, set_password, verified
from geo.ask.problem import Problem
from geo.ask.viewer import Viewer

GOOD = "three random words"
WHOLE = """
address = "https://hotspots.example.org"
[session]
hours = 8
idle = 30
[groups.analysts]
label = "Analysts"
cleared = ["ae"]
[groups.officers]
sources = ["offences"]
levels = ["ward"]
exports = ["pdf"]
[oidc]
issuer = "https://login.example.org"
client = "hotspots"
secret = "from the provider"
"""


def written(folder: Path, text: str) -> Path:
    """An access file that its owner alone can read."""
    path = folder / "access.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def clock() -> list[float]:
    """The time, which a test moves."""
    return [1_000_000.0]


@pytest.fixture
def people(tmp_path: Path, clock: list[float]) -> People:
    return People(tmp_path, lambda: clock[0])


# ---------------------------------------------------------------- the file


def test_a_file_says_how_people_come_in_and_what_they_may_see(tmp_path: Path) -> None:
    access = read(written(tmp_path, WHOLE))
    assert (access.address, access.host, access.secure) == (
        "https://hotspots.example.org",
        "hotspots.example.org",
        True,
    )
    assert (access.hours, access.idle) == (8, 30)
    assert access.groups["analysts"].viewer == Viewer(cleared={"ae"}, team="analysts")
    officers = Viewer(sources={"offences"}, levels={"ward", "borough"}, exports={"pdf"}, team="officers")
    assert access.groups["officers"].viewer == officers
    assert access.provider is not None
    assert access.provider.groups_claim == "groups"


def test_a_person_is_of_the_first_group_of_the_file_and_of_none_without_one(tmp_path: Path) -> None:
    access = read(written(tmp_path, WHOLE))
    group = access.group_of({"officers", "analysts"})
    assert group is not None and group.name == "analysts"
    assert access.group_of({"others"}) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("https://hotspots", "http://hotspots"), "would send passwords in clear"),
        (('address = "https://hotspots.example.org"', ""), "lacks “address”"),
        (
            ('levels = ["ward"]', 'levels = ["wards"]'),
            "[groups.officers] levels: choose from lsoa, ward and borough",
        ),
        (('levels = ["ward"]', 'level = ["ward"]'), "[groups.officers] nobody knows “level”"),
        (("hours = 8", "hours = 0"), "[session] “hours” must be a number above 0"),
        (('label = "Analysts"', 'sources = ["offences"]'), "is cleared for “ae”, which it does not see"),
        (('secret = "from the provider"', ""), "[oidc] lacks “secret”"),
        (("https://login", "http://login"), "[oidc] “issuer” must be an https:// address"),
        (("[oidc]", "[provider]"), "nobody can log in yet"),
        (("[groups.officers]", "[groups.officers]\n[groups.officers]"), "cannot be read"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert change[0] in WHOLE
    with pytest.raises(Problem) as problem:
        read(written(tmp_path, WHOLE.replace(*change)))
    assert said in str(problem.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        read(written(tmp_path, 'colour = "red"\n[users.ann]\npassword = "plain"\ngroups = ["nobody"]\n'))
    said = str(problem.value)
    assert all(
        part in said
        for part in ("“colour”", "“address”", "it names no group", "no argon2 hash", "no group “nobody”")
    )


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ('from = ["0.0.0.0/0"]\nsecret = "0123456789abcdef"', "is everybody"),
        ('from = ["the proxy"]\nsecret = "0123456789abcdef"', "is no address"),
        ('from = ["10.0.0.5"]\nsecret = "short"', "must have 16 characters"),
        ('secret = "0123456789abcdef"', "lacks “from”"),
        ('from = ["10.0.0.5"]', "lacks “secret”"),
    ],
)
def test_a_proxy_is_named_and_shares_a_secret(tmp_path: Path, proxy: str, said: str) -> None:
    text = WHOLE.partition("[oidc]")[0] + f"[proxy]\n{proxy}\n"
    with pytest.raises(Problem, match="cannot be used") as problem:
        read(written(tmp_path, text))
    assert said in str(problem.value)


def test_a_proxy_goes_alone(tmp_path: Path) -> None:
    text = WHOLE + '[proxy]\nfrom = ["unix"]\nsecret = "0123456789abcdef"\n'
    with pytest.raises(Problem, match="does so for all"):
        read(written(tmp_path, text))


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("10.0.0.5", True),
        ("::ffff:10.0.0.5", True),
        ("172.18.3.4", True),
        ("10.0.0.6", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_only_named_addresses_are_the_proxys(tmp_path: Path, address: str, named: bool) -> None:
    text = WHOLE.partition("[oidc]")[0]
    text += '[proxy]\nfrom = ["10.0.0.5", "172.18.0.0/16"]\nsecret = "0123456789abcdef"\n'
    proxy = read(written(tmp_path, text)).proxy
    assert proxy is not None and proxy.asks_from(address) is named


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    path.chmod(0o644)
    with pytest.raises(Problem, match="chmod 640"):
        read(path)


def test_sources_and_exports_that_there_are_not_are_named(tmp_path: Path) -> None:
    access = read(written(tmp_path, WHOLE))
    assert access.unknown(["offences", "ae"], ["pdf"]) == []
    first, second = access.unknown(["ambulance"], ["pdf"])[:2]
    assert first == "[groups.analysts] cleared: no such source is loaded as “ae”; there is ambulance."
    assert "[groups.officers] sources" in second


def test_the_file_in_force_is_that_of_the_folder_or_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(tmp_path) is None
    path = written(tmp_path, WHOLE)
    assert find(tmp_path) == path
    monkeypatch.setenv("HOTSPOTS_ACCESS", str(tmp_path / "elsewhere.toml"))
    with pytest.raises(Problem, match="where there is no file"):
        find(tmp_path)


# ---------------------------------------------------------------- passwords


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little, since none of these is to withstand anybody."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("geo.access.users._hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.mark.usefixtures("quick")
def test_people_are_added_changed_and_taken_out_and_comments_stay(tmp_path: Path) -> None:
    path = written(tmp_path, "# our own words\n" + WHOLE)
    add(path, "ann", ["analysts"], GOOD)
    add(path, "olu", ["officers"], GOOD)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# our own words")
    assert GOOD not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = read(path).users["ann"]
    assert verified(before, GOOD) and not verified(before, GOOD + "x") and not verified(None, GOOD)
    after = set_password(path, "ann", "another three words").users["ann"]
    assert verified(after, "another three words") and not verified(after, GOOD)
    assert list(remove(path, "ann").users) == ["olu"]
    assert sorted(tmp_path.iterdir()) == [path], "nothing is left beside it"


@pytest.mark.usefixtures("quick")
def test_the_first_user_begins_the_file(tmp_path: Path) -> None:
    path = tmp_path / "access.toml"
    access = add(path, "ann", ["analysts"], GOOD)
    assert list(access.groups) == ["analysts"]
    assert access.users["ann"].groups == ("analysts",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda path: add(path, "ann", ["analysts"], GOOD), "somebody called ann already"),
        (lambda path: add(path, "bob", ["nobody"], GOOD), "no group “nobody”"),
        (lambda path: add(path, "b b", ["analysts"], GOOD), "letters, digits"),
        (lambda path: add(path, "bob", ["analysts"], "short"), "12 characters or more"),
        (lambda path: set_password(path, "bob", GOOD), "nobody called bob; there is ann"),
        (lambda path: remove(path, "bob"), "nobody called bob"),
    ],
)
def test_a_change_that_would_not_do_changes_nothing(
    tmp_path: Path, act: Callable[[Path], Access], said: str
) -> None:
    path = written(tmp_path, WHOLE)
    add(path, "ann", ["analysts"], GOOD)
    before = path.read_bytes()
    with pytest.raises(Problem) as problem:
        act(path)
    assert said in str(problem.value)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_the_last_who_can_log_in_stays(tmp_path: Path) -> None:
    path = tmp_path / "access.toml"
    add(path, "ann", ["analysts"], GOOD)
    with pytest.raises(Problem, match="nobody can log in yet") as problem:
        remove(path, "ann")
    assert str(path) in str(problem.value) and ".new" not in str(problem.value)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaaaaaa", "Ann-Ann-Ann-Ann", "x" * 201, ""])
def test_passwords_that_are_easy_to_guess_or_endless_are_refused(password: str) -> None:
    assert refusal("ann", password)


# ---------------------------------------------------------------- sessions


def test_a_ticket_ends_by_age_by_idleness_and_when_it_is_dismissed(
    people: People, clock: list[float]
) -> None:
    token = people.admit(SESSION, "users ann", "ann", stamp="s", lasts=1_000)
    found = people.ticket(SESSION, token)
    assert found is not None and (found.key, found.name, found.stamp) == ("users ann", "ann", "s")
    assert people.ticket(PROGRAM, token) is None, "a session is no token for programs"
    assert people.ticket(SESSION, token + "x") is None
    clock[0] += 500
    assert people.ticket(SESSION, token, idle=600) is not None
    clock[0] += 450
    assert people.ticket(SESSION, token, idle=460) is not None, "it was used 450 seconds ago"
    clock[0] += 51
    assert people.ticket(SESSION, token) is None, "it is too old"
    again = people.admit(SESSION, "users ann", "ann", lasts=1_000)
    clock[0] += 61
    assert people.ticket(SESSION, again, idle=60) is None, "it lay idle"
    last = people.admit(SESSION, "users ann", "ann", lasts=1_000)
    people.dismiss(last)
    assert people.ticket(SESSION, last) is None


def test_no_token_can_be_read_from_the_file(people: People) -> None:
    token = people.admit(SESSION, "users ann", "ann", lasts=10)
    content = b"".join(path.read_bytes() for path in people.folder.iterdir())
    assert b"users ann" in content
    assert token.encode() not in content
    if os.name == "posix":
        assert stat.S_IMODE(people.folder.stat().st_mode) == 0o700


def test_tokens_for_programs_end_together(people: People) -> None:
    tokens = [people.admit(PROGRAM, "users ann", "ann") for _ in range(2)]
    other = people.admit(PROGRAM, "users olu", "olu")
    assert len(people.programs("users ann")) == 2
    people.dismiss_programs("users ann")
    assert [people.ticket(PROGRAM, token) is None for token in (*tokens, other)] == [True, True, False]


def test_what_one_process_is_told_another_knows(people: People, tmp_path: Path, clock: list[float]) -> None:
    other = People(tmp_path, lambda: clock[0])
    token = people.admit(SESSION, "users ann", "ann", lasts=10)
    assert other.ticket(SESSION, token) is not None
    other.dismiss(token)
    assert people.ticket(SESSION, token) is None
    assert other.alias("users ann") == people.alias("users ann") != people.alias("users olu")


def test_wrong_passwords_make_a_name_wait_longer_and_longer(people: People, clock: list[float]) -> None:
    for _ in range(kept.FREE):
        assert people.wait("Ann", "10.0.0.1") <= 0
        people.failed("ann", "10.0.0.1")
    assert people.wait("Ann", "10.0.0.2") == kept.SHORTEST_WAIT, "from wherever, however it is written"
    assert people.wait("olu", "10.0.0.1") <= 0
    clock[0] += kept.SHORTEST_WAIT
    assert people.wait("ann", "10.0.0.1") <= 0
    people.failed("ann", "10.0.0.1")
    assert people.wait("ann", "10.0.0.1") == 2 * kept.SHORTEST_WAIT
    for _ in range(40):
        people.failed("ann", "10.0.0.1")
    assert people.wait("ann", "10.0.0.1") == kept.LONGEST_WAIT
    people.succeeded("ann")
    assert people.wait("ann", "10.0.0.9") <= 0


def test_an_address_that_guesses_many_names_waits_too(people: People) -> None:
    for number in range(kept.FREE_FROM_ONE_PLACE):
        people.failed(f"name{number}", "10.0.0.1")
    assert people.wait("ann", "10.0.0.1") > 0
    assert people.wait("ann", "10.0.0.2") <= 0


# ---------------------------------------------------------------- what people keep


def test_views_are_a_persons_or_their_teams(people: People) -> None:
    mine = Saved("view", "Fridays", "?night=fri", team=False, by="ann")
    ours = Saved("set", "Parks", "?level=ward&set=E05000001", team=True, by="ann")
    for one in (mine, ours):
        people.save("users ann", "analysts", one)
    assert people.saved("users ann", "analysts") == [mine, ours]
    assert people.saved("users bob", "analysts") == [ours]
    assert people.saved("users olu", "officers") == []
    changed = Saved("view", "Fridays", "?night=sat", team=False, by="ann")
    people.save("users ann", "analysts", changed)
    assert people.saved("users ann", "analysts")[0] == changed
    people.forget("users bob", "analysts", ours)
    assert people.saved("users ann", "analysts") == [changed]


@pytest.mark.parametrize(
    "one",
    [
        Saved("view", " ", "?", team=False, by=""),
        Saved("view", "x" * 81, "?", team=False, by=""),
        Saved("page", "x", "?", team=False, by=""),
        Saved("view", "x", "https://elsewhere.example", team=False, by=""),
    ],
)
def test_only_views_of_the_page_are_kept(people: People, one: Saved) -> None:
    with pytest.raises(Problem):
        people.save("users ann", "analysts", one)


# ---------------------------------------------------------------- the audit log


@pytest.fixture
def audit(people: People) -> Audit:
    """A log of six lines."""
    made = Audit(people.folder, people.key)
    for number in range(6):
        made.write("p-1", "analysts", "asked /answer", f"?hour={number}", 200)
    return made


def lines(audit: Audit) -> list[str]:
    return next(audit.folder.glob("*.jsonl")).read_text(encoding="utf-8").splitlines(keepends=True)


def rewrite(audit: Audit, content: list[str]) -> None:
    next(audit.folder.glob("*.jsonl")).write_text("".join(content), encoding="utf-8")


def test_a_log_as_it_was_written_has_no_fault(audit: Audit) -> None:
    found = audit.check()
    assert (found.lines, found.first, found.last, found.faults) == (6, 1, 6, ())
    assert [line["what"] for line in audit.lines({"p-1"})] == [f"?hour={n}" for n in range(6)]
    assert not list(audit.lines({"p-2"}))
    assert not audit.check(f"{found.last}:{found.seal[:16]}").faults


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda all_: all_[1:], "number 2, and 1 was to follow"),
        (lambda all_: all_[:2] + all_[3:], "number 4, and 3 was to follow"),
        (lambda all_: all_[:-1], "its end is missing"),
        (
            lambda all_: [line.replace("hour=2", "hour=9") for line in all_],
            "(number 3) is not as it was written",
        ),
        (lambda all_: [all_[1], all_[0], *all_[2:]], "number 2, and 1 was to follow"),
        (lambda all_: [*all_[:3], "{\n", *all_[4:]], "line 4 cannot be read"),
    ],
    ids=["begin", "middle", "end", "changed", "swapped", "broken"],
)
def test_a_cut_shows(audit: Audit, cut: Callable[[list[str]], list[str]], said: str) -> None:
    rewrite(audit, cut(lines(audit)))
    assert any(said in fault for fault in audit.check().faults)


def test_a_chain_made_without_the_key_shows(audit: Audit, people: People) -> None:
    forger = Audit(people.folder.parent / "forged", bytes(32))
    for number in range(6):
        forger.write("p-1", "analysts", "asked /answer", f"?hour={number}", 200)
    rewrite(audit, lines(forger))
    (audit.folder / "HEAD").write_bytes((forger.folder / "HEAD").read_bytes())
    assert len(audit.check().faults) >= 6


def test_an_older_log_in_its_place_shows_by_a_line_noted_before(audit: Audit) -> None:
    old = {path.name: path.read_bytes() for path in audit.folder.iterdir()}
    audit.write("p-1", "analysts", "took /export.csv", "", 200)
    noted = audit.check()
    for name, content in old.items():
        (audit.folder / name).write_bytes(content)
    assert not audit.check().faults
    assert audit.check(f"{noted.last}:{noted.seal[:16]}").faults
    with pytest.raises(Problem, match="1234:9f3c"):
        audit.check("nonsense")


def test_files_rotate_and_what_goes_in_the_end_is_no_fault(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST", 600)
    monkeypatch.setattr(log, "KEPT", 3)
    for number in range(30):
        audit.write("p-1", "analysts", "asked /answer", f"?hour={number}", 200)
    found = audit.check()
    assert (found.files, found.last, found.faults) == (3, 36, ())
    assert found.first > 6
    next(iter(sorted(audit.folder.glob("*.jsonl")))).unlink()
    assert audit.check().faults, "a file that was taken away is missed"


def test_lines_written_just_before_the_computer_stopped_are_of_the_log(audit: Audit) -> None:
    head = (audit.folder / "HEAD").read_bytes()
    for _ in range(2):
        audit.write("p-1", "analysts", "asked /answer", "", 200)
    (audit.folder / "HEAD").write_bytes(head)
    assert not audit.check().faults
    audit.write("p-1", "analysts", "asked /answer", "", 200)
    found = audit.check()
    assert (found.last, found.faults) == (9, ())


def test_a_log_that_cannot_be_written_is_told(audit: Audit) -> None:
    (audit.folder / "HEAD").write_text("no JSON")
    with pytest.raises(Problem, match="so nothing is handed out"):
        audit.write("p-1", "analysts", "asked /answer", "", 200)


def test_lines_hold_an_alias_and_nothing_of_a_name(people: People) -> None:
    made = Audit(people.folder, people.key)
    made.write(people.alias("users ann.example"), "analysts", "asked /answer", "?hour=1", 200)
    [line] = lines(made)
    assert "ann" not in json.dumps({k: v for k, v in json.loads(line).items() if k != "group"})
