"""Processes that work answers out: one that dies, hangs, is stopped, or has too many waiting; copies."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from dashboard.serving import processes
from dashboard.serving.processes import Anew
from dashboard.serving.workers import Full, Gone, Stopped, TooLong, Workers
from tests.support import working


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    workers = Workers(Anew(working.opening), 1, longest=60, most=2)
    yield workers
    workers.close(0)


def until(path: Path) -> None:
    """Wait until a process has said that it is at work."""
    while not path.exists():
        pass


def test_it_answers_and_says_how_far_it_is(pool: Workers) -> None:
    task = pool.give(("say", "here"))
    what, pid = task.future.result().split(", ")
    assert (what, int(pid)) == ("here", pool.pids[0])
    assert task.progress == (1, 2, "here")


def test_what_fails_is_told_and_the_process_goes_on(pool: Workers) -> None:
    with pytest.raises(Gone, match="bad luck"):
        pool.give(("fail", "bad luck")).future.result()
    assert pool.give(("say", "on")).future.result().startswith("on")


def test_a_process_that_is_killed_is_replaced_and_its_task_done_again(pool: Workers, tmp_path: Path) -> None:
    before, lost = pool.pids, pool.lost
    assert pool.give(("die once", str(tmp_path / "mark"))).future.result() == "lives"
    assert pool.lost == lost + 1
    assert pool.pids != before
    psutil.Process(pool.pids[0]).kill()  # between two tasks
    assert pool.give(("say", "again")).future.result().startswith("again")


def test_a_task_that_kills_every_process_is_given_up(pool: Workers) -> None:
    with pytest.raises(Gone, match="try again"):
        pool.give(("die", "")).future.result()
    assert pool.give(("say", "after")).future.result().startswith("after")


def test_who_waits_for_a_task_no_longer_stops_it(pool: Workers, tmp_path: Path) -> None:
    task = pool.give(("wait", str(tmp_path / "at work")))
    until(tmp_path / "at work")
    queued = pool.give(("say", "never"))
    queued.stop()
    task.stop()
    with pytest.raises(Stopped):
        task.future.result()
    assert queued.future.cancelled()
    assert pool.give(("say", "next")).future.result().startswith("next")


def test_more_than_may_wait_are_turned_away(pool: Workers, tmp_path: Path) -> None:
    task = pool.give(("wait", str(tmp_path / "at work")))
    until(tmp_path / "at work")
    waiting = [pool.give(("say", "patient")) for _ in range(2)]
    with pytest.raises(Full, match="2 pieces of work are waiting"):
        pool.give(("say", "one more"))
    task.stop()
    assert all(one.future.result().startswith("patient") for one in waiting)


def test_a_task_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    short = Workers(Anew(working.opening), 1, longest=0, most=2, idle=60)
    assert short.pids == [], "the first task begins the process"
    with pytest.raises(TooLong, match="fewer wards or months"):
        short.give(("wait", str(tmp_path / "at work"))).future.result()
    short.close(0)


def test_memory_that_is_free_is_given_back_at_work_and_in_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = Event()
    monkeypatch.setattr(processes, "give_back", given_back.set)
    for seconds in (0, 60):  # none to wait for, so that a pause is one at once; and longer than any here
        monkeypatch.setattr(processes, "TIDIED_EVERY", seconds)
        given_back.clear()
        pipe, theirs = multiprocessing.Pipe()
        at_work = Thread(target=processes.work, args=(theirs, str.upper, 0))
        at_work.start()
        if not seconds:
            given_back.wait()  # in a pause
            given_back.clear()
        pipe.send("said")
        assert pipe.recv() == ("done", "SAID")
        pipe.close()
        at_work.join()
        assert given_back.is_set() == (seconds == 0)


def test_memory_that_is_free_is_given_back_after_so_many_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back, answered = [], []
    monkeypatch.setattr(processes, "give_back", lambda: given_back.append(len(answered)))
    monkeypatch.setattr(processes, "TIDIED_AFTER", 3)
    pipe, theirs = multiprocessing.Pipe()
    at_work = Thread(target=processes.work, args=(theirs, answered.append, 0))
    at_work.start()
    for n in range(8):
        pipe.send(n)
        pipe.recv()
    pipe.close()
    at_work.join()
    assert given_back == [3, 6]


def test_data_that_cannot_be_opened_are_told_to_who_asks(capfd: pytest.CaptureFixture[str]) -> None:
    broken = Workers(Anew(working.never), 1, longest=60, most=2)
    broken.wait_until_ready()
    with pytest.raises(Gone):
        broken.give(("say", "hello")).future.result()
    broken.close(0)


def test_a_process_is_ended_once_however_many_end_it() -> None:
    ending = Workers(Anew(working.opening), 1, longest=60, most=5, idle=60)
    ending.give(("say", "hello")).future.result()
    with ThreadPoolExecutor(8) as several:
        for one in [several.submit(ending.close, 0) for _ in range(8)]:
            one.result()
    assert ending.pids == []


def test_what_was_given_before_the_end_is_done() -> None:
    ending = Workers(Anew(working.opening), 1, longest=60, most=5, idle=60)
    tasks = [ending.give(("say", f"{n}")) for n in range(3)]
    ending.close()
    assert [task.future.result().split(",")[0] for task in tasks] == ["0", "1", "2"]
    assert ending.pids == []


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system copies no processes")
def test_copies_of_a_process_answer_for_it_and_leave_nothing_behind() -> None:
    """In a process of its own, since one that runs threads, as this may, is not copied."""
    one = multiprocessing.get_context("forkserver").Process(target=working.copies)
    one.start()
    one.join()
    assert one.exitcode == 0
