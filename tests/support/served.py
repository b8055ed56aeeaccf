"""The dashboard as a process of its own, for clients that would hold up a server in theirs."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import app


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve a data folder on a free port; gives the address, without a slash at its end.

    It must say where it is, and end without a fault when it is interrupted.
    """
    command = [sys.executable, app.__file__, "--port", "0", "--no-token", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("The dashboard is on http://127.0.0.1:")
            yield said.split()[-1]
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
            assert "Traceback" not in err
