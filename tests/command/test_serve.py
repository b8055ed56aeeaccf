"""The command serve, and the server for others: where it listens, what it refuses, the first start."""

import errno
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from werkzeug.test import Client

import app
from geo.ask.problem import Problem
from geo.ask.viewer import OWNER
from geo.data.store import Store
from tests.support import small_county as small
from tests.support.command import command
from tests.support.door import access_file, logged_in


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "example.org"])
def test_serve_refuses_the_network(small_county: Path, capsys: pytest.CaptureFixture[str], host: str) -> None:
    status, _, err = command(capsys, "serve", "--host", host, "--data", small_county)
    assert status == 1
    assert f"Not listening on {host}" in err
    assert "hotspots user add" in err


def test_a_port_in_use_gets_a_sentence_and_a_remedy(
    small_county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "fill", lambda data: pytest.fail("the port comes before the data"))
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        status, _, err = command(capsys, "serve", "--port", port, "--data", small_county)
    assert status == 1
    assert err.startswith(f"Port {port} is in use")
    assert f"--port {port + 10}" in err


def test_another_fault_of_listening_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "listen", fail)
    status, _, err = command(capsys, "serve", "--port", 0)
    assert status == 1
    assert "Permission denied" in err
    assert "--port" in err


def test_the_first_start_builds_the_demonstration(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setattr("geo.demo.build", lambda folder, *_, **__: small.build(tmp_path))
    app.fill(data)
    assert "building the demonstration county" in capsys.readouterr().out
    assert not Store(data).empty
    monkeypatch.setattr("geo.demo.build", lambda *_, **__: pytest.fail("it is built once"))
    app.fill(data)


# ---------------------------------------------------------------- who reaches it


def test_a_log_in_opens_other_addresses_only_by_tls(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = access_file(tmp_path)
    asked = ("serve", "--host", "192.0.2.1", "--data", small_county, "--access", path)
    status, _, err = command(capsys, *asked)
    assert (status, "passwords would travel in clear" in err) == (1, True)
    access_file(tmp_path, address="https://hotspots.example.org")
    status, _, err = command(capsys, *asked)
    assert "Not listening" not in err
    assert "Cannot listen on 192.0.2.1" in err, "it is allowed, but no address of this computer"


def test_who_is_cleared_is_written_in_the_file(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = access_file(tmp_path)
    status, _, err = command(capsys, "serve", "--cleared", "--data", small_county, "--access", path)
    assert (status, "leave out --cleared" in err) == (1, True)


def test_groups_of_sources_that_are_not_loaded_are_told_at_the_start(
    small_county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = access_file(tmp_path)
    path.write_text(path.read_text().replace('"offences"', '"robberies"'))
    status, _, err = command(capsys, "serve", "--port", 0, "--data", small_county, "--access", path)
    assert status == 1
    assert (
        "[groups.officers] sources: no such source is loaded as “robberies”; there is offences and ae" in err
    )


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
def test_a_socket_is_its_owners_alone_and_one_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with app.listen_at(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(Problem, match="stop the program that uses it"):
            app.listen_at(path)
    app.listen_at(path).close()


def test_data_that_are_not_everybodys_are_behind_a_link(
    small_county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The county of squares is made of files as they come, so its data are not open."""
    closed = app.build(small_county, OWNER, link=8050)[0]
    browser = Client(closed)
    assert browser.get("/answer").status_code == 403
    assert browser.get("/answer", auth=("", closed.token)).status_code == 200
    assert Client(app.build(small_county, OWNER)[0]).get("/answer").status_code == 200
    monkeypatch.setattr("geo.data.store.Snapshot.synthetic", True)
    assert Client(app.build(small_county, OWNER, link=8050)[0]).get("/answer").status_code == 200, "made up"


def test_a_server_with_a_log_in_serves_each_group_its_own(small_county: Path, tmp_path: Path) -> None:
    path = access_file(tmp_path)
    folder = shutil.copytree(small_county, tmp_path / "data")
    made = app.build(folder, OWNER, app.access_of(folder, path))[0]
    assert Client(made).get("/answer").status_code == 401
    officer = logged_in(made, "olu")
    assert officer.get("/answer").json["level"] == "ward"
    assert officer.get("/export.csv").status_code == 403


# ---------------------------------------------------------------- the end


def read(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def under_way(address: str, asked: socket.socket) -> bool:
    """Whether what is asked is seen while it is worked out; not where it is answered between two looks."""
    while not select.select([asked], [], [], 0)[0]:
        if b"hotspots_jobs 1" in read(f"{address}/metrics"):
            return True
    return False


def test_serve_answers_what_is_asked_before_the_signal_to_stop(small_county: Path) -> None:
    command = [sys.executable, app.__file__, "--port", "0", "--no-token", "--log"]
    with subprocess.Popen(
        [*command, "--data", str(small_county)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.readline()
        assert said.startswith("The dashboard is on http://127.0.0.1:")
        address = said.split()[-1]
        assert read(f"{address}/healthz").strip() == b"alive"
        port = int(address.rpartition(":")[2])
        for hour in range(24):
            asked = socket.create_connection(("127.0.0.1", port))
            asked.sendall(f"GET /export.pdf?hour={hour} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            if under_way(address, asked):
                break
            asked.close()
        with asked, asked.makefile("rb") as answer:
            process.send_signal(signal.SIGTERM)
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
            lengths = [line for line in iter(answer.readline, b"\r\n") if line.startswith(b"Content-Length")]
            assert answer.read(int(lengths[0].split()[1])).startswith(b"%PDF")
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert '"path": "/export.pdf"' in err
