"""One server for many: who answers a request, what is worked out once, long work, figures, references."""

import gc
import json
import logging
import pickle
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from mmap import mmap
from pathlib import Path
from threading import Barrier, Event, Thread, current_thread
from weakref import ReferenceType

import pytest
from flask.testing import FlaskClient

from benchmarks.bench_load import new_questions
from dashboard import callbacks, create_app
from dashboard.door.person import VIEWER
from dashboard.serving import handing, jobs, seen, start
from dashboard.serving.jobs import FORGOTTEN
from dashboard.serving.site import Answered
from dashboard.serving.start import Threads
from geo.answer import atlas, county
from geo.answer.atlas import Atlas
from geo.answer.memory import Memory
from geo.ask.viewer import OTHERS, Viewer
from geo.tell.meeting import Notes, note
from tests.support.exported import read_pdf
from tests.support.front import Pool, Served

PAGE = {"Sec-Fetch-Site": "same-origin"}
FOLLOW = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def plain(small_atlas: Atlas) -> FlaskClient:
    """The same without pools."""
    return create_app(small_atlas).server.test_client()


@pytest.fixture
def served(small_atlas: Atlas) -> Served:
    return Served(small_atlas)


# ---------------------------------------------------------------- questions


@pytest.mark.parametrize(
    "path",
    [
        "/answer?level=ward&month=3",
        "/piece/panel?area=E01035001",
        "/export.csv?level=borough",
        "/collections/ward/items",
        "/export.csv?source=typo",
    ],
)
def test_a_question_is_answered_as_without_processes(served: Served, plain: FlaskClient, path: str) -> None:
    ours, theirs = served.client.get(path), plain.get(path)
    assert len(served.light.given) == 1
    assert (ours.status_code, ours.mimetype) == (theirs.status_code, theirs.mimetype)
    if "items" not in path:  # they tell the moment
        assert ours.data == theirs.data
    assert ours.headers.get("ETag") == theirs.headers.get("ETag")
    assert ours.headers["Cache-Control"] == "no-store"


def test_what_was_answered_is_kept_for_the_next_and_a_refusal_is_not(served: Served) -> None:
    for path, worked in (("/answer?hour=3", 1), ("/export.csv?source=typo", 2)):
        served.light.given.clear()
        first, again = served.client.get(path), served.client.get(path)
        assert (first.data, first.status_code) == (again.data, again.status_code)
        assert len(served.light.given) == worked
    told = served.figures.registry.get_sample_value
    labels = {"route": "/answer", "status": "200"}
    assert told("hotspots_answers_total", labels | {"told": "worked"}) == 1
    assert told("hotspots_answers_total", labels | {"told": "memory"}) == 1


def test_a_sheet_has_the_decisions_that_are_kept_when_it_is_asked_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide(text: str) -> None:
        made = note("E01035001", "Ann", text, day=date(2026, 11, 3), source="offences", seen=24276)
        monkeypatch.setattr(Notes, "read", lambda _: (made,))

    path = "/export.phone?source=offences&area=E01035001"
    decide("First decision")
    first = served.client.get(path)
    decide("Second decision")
    second = served.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert "First decision" in read_pdf(first.data)
    assert second.status_code == 200 and "Second decision" in read_pdf(second.data)
    assert served.client.get(path, headers={"If-None-Match": second.headers["ETag"]}).status_code == 304


def test_a_compressed_answer_is_not_given_to_who_cannot_unpack_it(served: Served) -> None:
    packed = served.client.get("/answer", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert served.client.get("/answer").json["view"] == "explore"


def test_what_fifty_ask_at_once_is_worked_out_once(small_atlas: Atlas) -> None:
    served, together = Served(small_atlas, light=Pool), Barrier(51)

    def ask(_: int) -> bytes:
        together.wait()
        return served.client.get("/answer?month=5").data

    with ThreadPoolExecutor(50) as viewers:
        answers = viewers.map(ask, range(50))
        together.wait()
        while not served.light.given:
            pass
        served.light.work()
        assert len(set(answers)) == 1
    assert len(served.light.given) == 1


def test_each_group_is_answered_for_itself(small_county: Path) -> None:
    """What is kept for one is not given to another, nor is another's job."""
    groups = [Viewer(team="officers", levels={"ward"}), Viewer(team="analysts")]
    base = Atlas.open(small_county, OTHERS)
    served = Served(base)
    for _ in range(2):
        levels = [
            served.client.get("/answer", environ_overrides={VIEWER: viewer}).json["level"]
            for viewer in groups
        ]
        assert levels == ["ward", "lsoa"]
    assert [task.given[VIEWER] for task in served.light.given] == groups
    ticket = served.ticket(groups[0])
    job = f"/jobs/{ticket.id}"
    assert served.client.get(job, environ_overrides={VIEWER: groups[1]}).status_code == 404
    assert served.client.get(job, environ_overrides={VIEWER: groups[0]}).status_code == 200


def test_notes_are_not_answered_from_memory(served: Served) -> None:
    for _ in range(2):
        assert served.client.get("/answer?view=present").status_code == 200
    assert len(served.light.given) == 2


def test_health_and_shapes_are_told_while_a_question_is_worked_out(small_atlas: Atlas) -> None:
    served = Served(small_atlas, light=Pool)
    with ThreadPoolExecutor(1) as viewer:
        asked = viewer.submit(lambda: served.client.get("/answer").status_code)
        while not served.light.given:
            pass
        assert served.client.get("/healthz").text == "alive\n"
        assert served.client.get("/version").json == {"version": small_atlas.version}
        assert served.client.get("/metrics").status_code == 200
        served.light.work()
        assert asked.result() == 200


def test_too_many_who_wait_are_turned_away(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "MOST_WAITING", 0)
    answer = Served(small_atlas).client.get("/answer")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "try again in a while" in answer.text


# ---------------------------------------------------------------- long work


@pytest.mark.parametrize(
    "path",
    [
        "/export.pack?ward=E05000001",
        "/export.xlsx?level=borough",
        "/assessment/table.csv?exhibit=place/residents",
        "/slides.pptx?map=",
        "/answer?layer=getis_ord&null=permutation",
    ],
)
def test_long_work_is_for_its_own_pool(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(handing, "PATIENCE", 0)
    served = Served(small_atlas, long=Pool)
    assert served.client.get(path, headers=FOLLOW).status_code == 202
    assert (len(served.light.given), len(served.long.given)) == (0, 1)


def test_long_work_is_kept_for_the_next(served: Served) -> None:
    first, again = (served.client.get("/export.xlsx?level=borough") for _ in range(2))
    assert (first.data, len(served.long.given)) == (again.data, 1)


def test_without_processes_for_questions_only_long_work_goes_elsewhere(small_atlas: Atlas) -> None:
    served = Served(small_atlas, light=None)
    assert served.client.get("/answer").status_code == 200
    assert not served.long.given
    assert served.client.get("/export.pdf").status_code == 200
    assert served.long.given


def test_long_work_can_be_followed_and_fetched(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "PATIENCE", 0)
    served = Served(small_atlas, long=Pool)
    began = served.client.get("/export.xlsx?level=borough", headers=FOLLOW)
    assert (began.status_code, began.headers["Preference-Applied"]) == (202, "respond-async")
    job = began.headers["Location"]
    assert served.client.get(job).json["state"] == "waiting"
    served.long.given[0].began, served.long.given[0].progress = 1.0, (1, 3, "Castle")
    told = served.client.get(job).json
    assert [told[key] for key in ("state", "done", "total", "what")] == ["working", 1, 3, "Castle"]
    served.long.work()
    assert served.client.get(job).json["state"] == "done"
    book = served.client.get(f"{job}/answer")
    assert book.data.startswith(b"PK")
    assert book.headers["Content-Disposition"].endswith('.xlsx"')
    assert served.client.get(job).status_code == 404, "it is fetched once"
    assert served.client.get("/export.xlsx?level=borough", headers=FOLLOW).data == book.data


def test_work_that_several_follow_ends_with_the_last_of_them(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "PATIENCE", 0)
    served = Served(small_atlas, long=Pool)
    first, second = (served.client.get("/export.pack", headers=FOLLOW).headers["Location"] for _ in range(2))
    assert first != second
    [task] = served.long.given
    assert served.client.delete(first, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert served.client.delete(first, headers=PAGE).status_code == 204
    assert served.client.get(first).status_code == 404
    assert not task.unwanted
    assert served.client.delete(second, headers=PAGE).status_code == 204
    assert task.unwanted
    served.client.get("/export.pack", headers=FOLLOW)
    assert len(served.long.given) == 2, "who asks later begins anew"


def test_what_nobody_asks_after_is_given_up(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "PATIENCE", 0)
    served = Served(small_atlas, long=Pool)
    served.client.get("/export.pack", headers=FOLLOW)
    [ticket] = served.jobs._tickets.values()
    served.jobs.sweep(ticket.seen + FORGOTTEN)
    assert not served.long.given[0].unwanted
    served.jobs.sweep(ticket.seen + FORGOTTEN + 1)
    assert served.long.given[0].unwanted


def test_who_hangs_up_stops_what_they_waited_for(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOOKS", 0)
    served = Served(small_atlas, long=Pool)
    gone = {"waitress.client_disconnected": lambda: True}
    assert served.client.get("/export.pack", environ_overrides=gone).status_code == 503
    assert served.long.given[0].unwanted


# ---------------------------------------------------------------- references


def test_a_fault_is_logged_under_the_reference_that_it_tells(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(small_atlas, light=None)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("no such number")

    monkeypatch.setattr("dashboard.callbacks.view.page", fail)
    root, level = logging.getLogger(), logging.getLogger().level
    before = root.handlers[:]
    try:
        seen.log_lines(requests=True)
        answer = served.client.get("/answer?month=2", headers={"X-Request-ID": "mine"})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    reference = answer.headers["X-Request-ID"]
    assert f"Reference: {reference}." in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["reference"] for line in lines} == {reference}
    assert "no such number" in lines[0]["exc_info"]
    assert (lines[-1]["path"], lines[-1]["status"], lines[-1]["query"]) == ("/answer", 500, "month=2")


# ---------------------------------------------------------------- memory


def test_memory_holds_no_more_bytes_than_it_has_room_for() -> None:
    memory: Memory[int, bytes] = Memory(room=1000)
    for n in range(5):
        memory.get(n, lambda: bytes(250))
    assert (len(memory), memory.peek(0), memory.bytes) == (3, None, 900)
    memory.get(2, lambda: pytest.fail("it is kept"))
    memory.get(9, lambda: bytes(250))
    assert memory.peek(2) is not None, "the one used longest ago goes"
    memory.get(10, lambda: bytes(5000))
    assert (len(memory), memory.bytes) == (0, 0), "what is larger than the room is not kept"


def test_an_answer_kept_takes_no_more_than_it_is_counted_with(served: Served) -> None:
    """As it comes from another process: nothing of it is there already, but the headers of those before."""
    gz = {"Accept-Encoding": "gzip"}
    body = served.client.get("/answer", headers=gz)
    answer = Answered(200, tuple(body.headers.items()), body.data)
    pickled, kept, number = pickle.dumps(answer), Memory[tuple[str, int], Answered](room=2**30), 100
    gc.collect()
    tracemalloc.start()
    for n in range(number):
        kept.get(("?layer=significance&month=1,2,3", n), lambda: pickle.loads(pickled).lean())
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one = kept.peek(("?layer=significance&month=1,2,3", 1))
    assert one and one._replace(body=bytes(one.body)) == answer
    assert isinstance(one.body, mmap), "not among what is needed for a moment"
    taken += number * len(one.body)  # asked of the system
    assert kept.bytes == number * one.nbytes
    assert 0.7 < taken / kept.bytes < 1


def test_what_a_server_holds_does_not_grow_with_the_questions_that_it_was_asked(
    small_county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once what it keeps is full: objects of Python, in front and where answers are worked out."""
    few = 8
    monkeypatch.setattr(callbacks, "REMEMBERED", few)
    monkeypatch.setattr(atlas, "REMEMBERED", few)
    monkeypatch.setattr(county, "SELECTIONS", few)
    monkeypatch.setattr(seen.LOG, "disabled", True)  # what is logged, the runner of tests keeps
    served, asked = Served(Atlas.open(small_county)), new_questions()

    def objects_after(questions: int) -> int:
        for search in islice(asked, questions):
            assert served.client.get(f"/answer{search}").status_code == 200
            served.light.given.clear()
        gc.collect()
        tables_seen = sum(
            type(one) is ReferenceType for one in gc.get_objects()
        )  # pandas forgets now and then
        return sys.getallocatedblocks() - tables_seen

    number = 100
    first = objects_after(number)
    assert served.kept.bytes > 0.9 * 2**20, "it is full"
    assert (objects_after(2 * number) - first) / (2 * number) < OBJECTS_OF_A_QUESTION


OBJECTS_OF_A_QUESTION = 5
"""Fewer than the least that can be kept of a question."""


class Request:
    """What waitress has its threads do, counted by thread."""

    def __init__(self, work: Callable[[], object], by: Counter[Thread]) -> None:
        self._work, self._by, self.answered = work, by, Event()

    def service(self) -> None:
        self._by[current_thread()] += 1
        try:
            self._work()
        finally:
            self.answered.set()


def ask(threads: Threads, number: int, work: Callable[[], object]) -> Counter[Thread]:
    """Have so many requests answered, and the threads free again: how many each thread answered."""
    by: Counter[Thread] = Counter()
    requests = [Request(work, by) for _ in range(number)]
    for request in requests:
        threads.add_task(request)
    for request in requests:
        request.answered.wait()
    while threads.active_count:
        pass
    return by


def test_threads_begin_when_a_request_finds_none_free() -> None:
    threads, together = Threads(3), Barrier(3)
    for _ in range(5):
        ask(threads, 1, lambda: None)
    assert len(threads.threads) == 1, "one after the other"
    ask(threads, 3, together.wait)
    assert len(threads.threads) == 3
    ask(threads, 9, together.wait)
    assert len(threads.threads) == 3, "no more than there may be"
    threads.shutdown(timeout=600)
    assert not threads.threads


def test_a_thread_ends_after_so_many_requests(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Those with a fault too: what it keeps for itself goes with it. No request is left behind."""
    monkeypatch.setattr(start, "LASTS", 3)
    threads, by = Threads(2), Counter[Thread]()
    with caplog.at_level(logging.CRITICAL, "waitress"):
        for answer in (lambda: None, lambda: 1 / 0) * 5:
            by += ask(threads, 1, answer)
    assert list(by.values()) == [3, 3, 3, 1], "one at a time"
    together = Barrier(2)
    by = ask(threads, 200, together.wait)
    assert (by.total(), max(by.values())) == (200, 3)
    threads.shutdown(timeout=600)
    assert not threads.threads


def test_threads_that_were_needed_once_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "LASTS", 3)
    threads = Threads(8)
    ask(threads, 8, Barrier(8).wait)
    assert len(threads.threads) == 8
    for _ in range(8 * 3):
        ask(threads, 1, lambda: None)
    assert len(threads.threads) <= 1
    threads.shutdown(timeout=600)


def test_forty_notes_at_once_are_all_kept(tmp_path: Path) -> None:
    from datetime import date

    from geo.tell.meeting import Notes, note

    together, day = Barrier(40), date(2026, 3, 4)

    def keep(n: int) -> None:
        together.wait()
        Notes(tmp_path).add(note("E01000001", "Ann", f"{n}", day=day, source="offences", seen=24301))

    with ThreadPoolExecutor(40) as viewers:
        list(viewers.map(keep, range(40)))
    assert sorted(int(one.text) for one in Notes(tmp_path).read()) == list(range(40))
