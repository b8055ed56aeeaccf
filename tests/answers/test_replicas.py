"""Do two servers behind one address answer as one, and go on when what they share dies?"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.test import Client

from app import access_of, build
from dashboard.serving import shared as answers
from dashboard.serving.shared import Shared
from dashboard.serving.site import Answered
from geo.access import shared as people
from geo.access.keeping import PROGRAM, SESSION
from geo.access.people import KEY, People, Saved
from geo.access.shared import AWAY, InRedis
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.viewer import OWNER, Viewer
from geo.data.store import Store
from tests.support.door import OWN, PASSWORD, access_file
from tests.support.front import Served
from tests.support.redis import OwnRedis, needs_redis

pytestmark = needs_redis
LINKS = (
    "/answer?layer=getis_ord",
    "/answer?level=ward&month=7",
    "/export.csv?measure=rate",
    "/export.pdf?month=7",
)


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("r"))
    yield own
    own.kill()


@pytest.fixture
def folder(small_county: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_county, tmp_path / "data")


def test_one_works_it_out_and_the_other_tells_it(small_atlas: Atlas, redis: OwnRedis) -> None:
    first, second = (Served(small_atlas, shared=Shared(redis.url, small_atlas.snapshot)) for _ in range(2))

    def alike(link: str) -> bool:
        one, other = first.client.get(link), second.client.get(link)
        heads = [[pair for pair in answer.headers if pair[0] != "X-Request-ID"] for answer in (one, other)]
        return (one.status_code, one.data, heads[0]) == (other.status_code, other.data, heads[1])

    assert all(map(alike, LINKS))
    assert (first.told(), second.told()) == ({"worked": len(LINKS)}, {"shared": len(LINKS)})
    assert all(map(alike, LINKS)), "then each has it in memory"
    assert second.told() == {"shared": len(LINKS), "memory": len(LINKS)}
    assert alike("/export.csv?source=typo")
    assert second.told()["worked"] == 1, "a refusal is not kept"

    redis.kill()
    assert alike("/answer?hour=3"), "each works it out by itself"
    assert all(map(alike, LINKS))
    assert second.told()["worked"] == 2


def test_who_is_logged_in_with_one_is_so_with_the_other(folder: Path, redis: OwnRedis) -> None:
    access = access_of(folder, access_file(folder))
    made = [build(folder, OWNER, access, shared=redis.url) for _ in range(2)]
    try:
        first, second = (Client(application, use_cookies=False) for application, _ in made)
        answer = first.post("/login", data={"name": "olu", "password": PASSWORD}, headers=OWN)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        as_olu = {"headers": {**OWN, "Cookie": cookie}}
        link = "/answer?level=ward"
        seen = first.get(link, **as_olu)
        assert seen.status_code == 200
        assert second.get(link, **as_olu).data == seen.data
        assert second.get("/answer?level=lsoa", **as_olu).data != second.get("/answer", **as_olu).data

        redis.kill()
        lost = second.get(link, **as_olu)
        assert (lost.status_code, lost.text.strip()) == (503, AWAY)
        redis.start()
        assert second.get(link, **as_olu).status_code == 401, "it kept nothing: nobody is taken for somebody"
        answer = second.post("/login", data={"name": "olu", "password": PASSWORD}, headers=OWN)
        as_olu["headers"]["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
        assert first.get(link, **as_olu).data == seen.data
        first.post("/logout", **as_olu)
        assert second.get(link, **as_olu).status_code == 401
    finally:
        for _, editions in made:
            editions.close(0)


def test_what_one_server_is_told_of_people_all_know(tmp_path: Path, redis: OwnRedis) -> None:
    now = [1_000_000.0]
    one = People(tmp_path, lambda: now[0], InRedis(redis.url))
    other = People(tmp_path, lambda: now[0], InRedis(redis.url))
    token = one.admit(SESSION, "users ann", "ann", ("analysts",), stamp="s", lasts=1_000)
    found = other.ticket(SESSION, token, idle=500)
    assert found is not None
    assert (found.key, found.name, found.groups, found.stamp) == ("users ann", "ann", ("analysts",), "s")
    assert other.ticket(PROGRAM, token) is None
    now[0] += 400
    assert other.ticket(SESSION, token, idle=500) is not None
    now[0] += 400
    assert one.ticket(SESSION, token, idle=500) is not None, "it was used 400 seconds ago"
    now[0] += 300
    assert one.ticket(SESSION, token) is None, "it has ended"

    tokens = [one.admit(PROGRAM, "users ann", "ann", lasts=lasts) for lasts in (200, 100)]
    assert other.programs("users ann") == [now[0] + 100, now[0] + 200]
    now[0] += 150
    assert other.programs("users ann") == [now[0] + 50]
    other.dismiss_programs("users ann")
    assert [one.ticket(PROGRAM, token) for token in tokens] == [None, None]

    for _ in range(6):
        one.failed("ann", "10.0.0.1")
    assert other.wait("ann", "10.0.0.2") == 60
    now[0] += 61
    assert other.wait("ann", "10.0.0.2") <= 0
    one.succeeded("ann")
    one.failed("ann", "10.0.0.1")
    assert other.wait("ann", "10.0.0.1") <= 0

    view = Saved("view", "Nights", "?hour=22", team=True, by="ann")
    one.save("users ann", "analysts", view)
    one.save("users ann", "analysts", Saved("set", "Mine", "?set=a", team=False, by="ann"))
    assert other.saved("users olu", "analysts") == [view]
    assert [each.name for each in other.saved("users ann", "analysts")] == ["Mine", "Nights"]
    other.forget("users olu", "analysts", view)
    assert [each.name for each in one.saved("users ann", "analysts")] == ["Mine"]
    with pytest.raises(Problem, match="A name has"):
        one.save("users ann", "analysts", Saved("view", " ", "?hour=1", team=False, by="ann"))


def test_what_cannot_be_shared_is_refused(tmp_path: Path, redis: OwnRedis) -> None:
    (tmp_path / "a").mkdir()
    People(tmp_path / "a", keeping=InRedis(redis.url))
    with pytest.raises(Problem, match="have another key than"):
        People(tmp_path / "b", keeping=InRedis(redis.url))
    with pytest.raises(Problem, match="--shared takes the address of a Redis"):
        people.connect("http://localhost")
    redis.kill()
    with pytest.raises(Problem, match="cannot be looked up now"):
        People(tmp_path / "a", keeping=InRedis(redis.url))


def test_servers_that_begin_together_make_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another makes it between the look whether there is one and the making."""
    made = "ab" * 32

    @contextmanager
    def turn(lock: str) -> Iterator[None]:
        Path(lock).with_name(KEY).write_text(made)
        yield

    monkeypatch.setattr("geo.access.people.FileLock", turn)
    assert People(tmp_path).key.hex() == made


def test_an_answer_is_found_by_all_that_it_depends_on(
    small_county: Path, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = Store(small_county).in_force()
    one, other = Shared(redis.url, snapshot), Shared(redis.url, snapshot)
    few = Viewer(sources=frozenset({"offences", "ae"}))
    answered = Answered(200, (("ETag", "“a”"), ("X", "1"), ("X", "2")), b"\x00body")
    one.put(("2026", few, b"month=7"), answered)
    assert other.get(("2026", Viewer(sources=["ae", "offences"]), b"month=7")) == answered, "in any order"
    assert other.get(("2026", Viewer(sources=["ae"]), b"month=7")) is None
    assert other.get(("2026", few, b"month=8")) is None
    changed = json.loads(json.dumps(snapshot.manifest)) | {"created": "later"}
    other._of = [other._of[0], json.dumps(changed, sort_keys=True)]
    assert other.get(("2026", few, b"month=7")) is None, "other data"
    monkeypatch.setattr(answers, "LARGEST", 3)
    one.put(("large",), answered)
    assert one.get(("large",)) is None
