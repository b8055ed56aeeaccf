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
    """Serve a data folder on a free port; gives the address, without a slash at its end."""
    command = [sys.executable, app.__file__, "--port", "0", "--no-token", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
