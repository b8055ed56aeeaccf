"""The command serve, and the server for others: where it listens, what it refuses, the first start."""

import errno
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import app
from geo.ask.viewer import OWNER
from tests.support import small_county as small
from tests.support.command import command


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "example.org"])
def test_serve_refuses_the_network(small_county: Path, capsys: pytest.CaptureFixture[str], host: str) -> None:
    status, _, err = command(capsys, "serve", "--host", host, "--data", small_county)
    assert status == 1
    assert f"Not listening on {host}" in err


def test_a_port_in_use_gets_a_sentence_and_a_remedy(
    small_county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "build", lambda data: pytest.fail("the port comes before the data"))
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


def test_serve_says_where_it_is_and_answers(small_county: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, app.__file__, "--port", "0", "--data", str(small_county)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("The dashboard is on http://127.0.0.1:")
        with urllib.request.urlopen(f"{said.split()[-1]}/healthz", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err


def test_the_first_start_builds_the_demonstration(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setattr("geo.demo.build", lambda folder, progress: small.build(tmp_path))
    server = app.build(data, OWNER)
    assert "building the demonstration county" in capsys.readouterr().out
    assert server.test_client().get("/healthz").status_code == 200
    monkeypatch.setattr("geo.demo.build", lambda folder, progress: pytest.fail("it is built once"))
    app.build(data, OWNER)


def test_the_server_for_gunicorn_is_made_when_it_is_asked_for(small_county: Path) -> None:
    program = (
        "import sys, app\n"
        "assert 'dash' not in sys.modules, 'importing app opens nothing'\n"
        "assert app.server is app.server\n"
        "print(app.server.test_client().get('/healthz').status_code, hasattr(app, 'nothing'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(app.__file__).parent,
        env=os.environ | {"HOTSPOTS_DATA": str(small_county)},
    )
    assert (done.stdout.split(), done.returncode) == (["200", "False"], 0), done.stderr
