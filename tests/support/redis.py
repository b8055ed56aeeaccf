"""A Redis of a test's own, where the machine has one: started, killed and started again."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

PROGRAM = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(PROGRAM is None, reason="no Redis: install redis-server")


class OwnRedis:
    """Listens at a Unix socket in a folder; what it holds is gone when it dies.

    Parameters
    ----------
    folder : path
    options : sequence of str
        What it is begun with besides.
    login : str
        Password and "@" of its address, where the options ask for one.
    """

    def __init__(self, folder: Path, options: Sequence[str] = ("--save", ""), login: str = "") -> None:
        self.url = f"unix://{login}{folder / 'redis.sock'}"
        self._folder, self._path, self._options = folder, folder / "redis.sock", options
        self.start()

    def start(self) -> None:
        """Begin, and return when it answers."""
        from redis import Redis, RedisError

        assert PROGRAM is not None
        told = [*self._options, "--port", "0", "--unixsocket", str(self._path), "--dir", str(self._folder)]
        self._process = subprocess.Popen([PROGRAM, *told], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:  # it says when it is ready
            if "Ready to accept connections" in line or "ready to accept connections" in line:
                break
        with Redis.from_url(self.url) as redis:
            try:
                redis.ping()
            except RedisError as error:
                raise AssertionError("Redis did not begin") from error

    def kill(self) -> None:
        """End it, as a machine that dies does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
