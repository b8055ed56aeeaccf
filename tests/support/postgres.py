"""A PostgreSQL server of the tests' own, in a temporary folder, reached by a Unix socket there alone."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"
"""Who runs it where the tests run as root, as whom it refuses to run."""


class Server:
    """One that was started."""

    def __init__(self, folder: Path, programs: Path, user: str | None) -> None:
        self.folder, self._programs, self._user = folder, programs, user
        self.url = f"postgresql://{OWNER}@/postgres?host={folder}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs to its end."""
        done = subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, (program, done.stdout)

    def control(self, action: str) -> None:
        """Start, stop or restart it, and wait until that is done."""
        quick = "-c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=20"
        options = f"-k {self.folder} -c listen_addresses= {quick}"
        log = str(self.folder / "log")
        self.run(
            "pg_ctl", action, "-w", "-D", str(self.folder / "db"), "-l", log, "-m", "fast", "-o", options
        )


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server in a folder, and stop it."""
    programs = programs_of()
    assert programs is not None
    user = OWNER if os.geteuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    one = Server(folder, programs, user)
    one.run("initdb", "-D", str(folder / "db"), "-U", OWNER, "-A", "trust", "--no-sync", "--no-instructions")
    one.control("start")
    try:
        yield one
    finally:
        one.control("stop")


def programs_of() -> Path | None:
    """Folder of PostgreSQL's programs; None where it is not installed, or could not be run."""
    named = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = Path(named) if named else debian[-1] if debian else None
    if found is None:
        return None
    if os.geteuid() == 0 and OWNER not in {account.pw_name for account in pwd.getpwall()}:
        return None
    return found.resolve().parent
