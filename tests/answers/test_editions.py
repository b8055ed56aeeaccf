"""A server that lives: an import is taken up between questions, whole, and what cannot be opened is not."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from wsgiref.util import is_hop_by_hop

import psutil
import pytest
from werkzeug.test import Client

from dashboard.serving import editions as module
from dashboard.serving.editions import Editions, Settings
from geo.ask.viewer import OWNER
from geo.data.ingest import import_files
from geo.data.store import Store
from tests.support import small_county as small


@pytest.fixture
def folder(small_county: Path, tmp_path: Path) -> Path:
    """A county of its own, to be changed."""
    return Path(shutil.copytree(small_county, tmp_path / "data"))


@pytest.fixture
def living(folder: Path) -> Iterator[Editions]:
    editions = Editions(Settings(folder))
    yield editions
    editions.close(0)


def bring(folder: Path, name: str = "later.csv") -> None:
    """Import other offences."""
    file = folder.parent / name
    small.offences(seed=2, n=500).to_csv(file, index=False)
    import_files(folder, "offences", [file], add=True, confirm=lambda receipt: True)


def version(client: Client) -> str:
    """Which data answer."""
    answer = client.get("/answer")
    assert answer.json is not None
    assert answer.json["frame"]["version"] == answer.headers["X-Data-Version"]
    return answer.headers["X-Data-Version"]


def test_an_import_is_taken_up(living: Editions, folder: Path) -> None:
    client = Client(living)
    before = version(client)
    bring(folder)
    assert version(client) == before, "the version that was opened goes on until another has been"
    living.look()
    assert version(client) == client.get("/version").json["version"] == Store(folder).open().version != before
    living.look()
    assert living.figures.registry.get_sample_value("hotspots_versions_taken_up_total") == 1
    Store(folder).undo()
    living.look()
    assert version(client) == before


def test_a_request_is_answered_by_one_version_to_its_end(living: Editions, folder: Path) -> None:
    former, inside, go = living.current, Event(), Event()
    page = living.app(OWNER)

    def slow(environ, start_response, answer=page.wsgi_app):
        inside.set()
        go.wait()
        return answer(environ, start_response)

    page.wsgi_app = slow
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as viewer:
        asked = viewer.submit(lambda: Client(living).get("/answer").headers["X-Data-Version"])
        inside.wait()
        bring(folder)
        living.look()
        assert version(Client(living)) != former.atlas.version
        go.set()
        assert asked.result() == former.atlas.version


def test_what_cannot_be_opened_is_told_and_the_former_version_served(
    living: Editions, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = version(Client(living))
    bring(folder)
    for path in (folder / "versions").glob("*.json"):
        path.write_text("{}")
    living.look()
    living.look()
    assert version(Client(living)) == before
    told = [record for record in caplog.records if record.name == "hotspots.editions"]
    assert len(told) == 1
    assert living.figures.registry.get_sample_value("hotspots_versions_refused_total") == 1


def test_a_server_that_is_being_stopped_says_so(living: Editions) -> None:
    living.close(0)
    answer = Client(living).get("/answer")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert not any(map(is_hop_by_hop, answer.headers.keys())), "which the server makes an error of"
    assert "being stopped" in answer.text


def test_questions_go_on_while_a_process_is_killed(folder: Path) -> None:
    editions = Editions(Settings(folder, workers=1))
    client, pool = Client(editions), editions.current.hands.light
    assert pool is not None
    assert client.get("/answer?month=2").status_code == 200, "by a process that has begun"
    psutil.Process(pool.pids[0]).kill()
    assert client.get("/answer?month=1").status_code == 200
    assert pool.lost == 1
    bring(folder)
    editions.look()
    assert version(client) == Store(folder).open().version
    editions.close(10)
    assert not pool.pids


def test_it_looks_by_itself_until_it_is_closed(
    living: Editions, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKS", 0)
    looked = Event()

    def look() -> None:
        looked.set()
        raise OSError("the share is away")

    monkeypatch.setattr(living, "look", look)
    watching = living.watch()
    looked.wait()
    looked.clear()
    looked.wait()
    living.close(0)
    watching.join()
