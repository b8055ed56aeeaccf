"""Prepare this folder and run what is in it: the whole of ``make``, and the same on a machine without make.

``python tools/setup.py`` prepares: a virtual environment in ``.venv``, the libraries of the hashed lock
file, and the program itself. It does nothing where all of that is in place, and starts again where an earlier
set-up was cut off. ``python tools/setup.py run`` (or ``test``, ``bench``, …) prepares what
the task needs and then does it; what follows the name of the task is handed on.

Only the standard library is used here, and the first lines also run on old versions of Python, to say so.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        newer = shutil.which(name)
        if newer and subprocess.call([newer, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            sys.exit(subprocess.call([newer] + sys.argv))  # noqa: RUF005
    sys.exit(
        "This program needs Python 3.11 or newer, and %s is version %d.%d. Install a newer Python, then run "  # noqa: UP031
        "this again (make PYTHON=python3.12 run, or py -3.12 tools\\setup.py run, names one)."
        % ((sys.executable,) + tuple(sys.version_info[:2]))  # noqa: RUF005
    )

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "set-up.json"
LOG = VENV / "set-up.log"
BILL = str(Path("dist", "hotspots.cdx.json"))
"""The list of all that the program is made of."""
RUN, DEV, NPM = "requirements.lock", "requirements-dev.lock", "requirements-npm.lock"
ENGINES = "requirements-engines.lock"
"""What the image of an engine is built from."""
INSTALL = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
COMPILE = ["-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
COMPILE += ["--generate-hashes", "--no-header", "--no-annotate"]
PROCESSES = min(4, os.cpu_count() or 1)
EVERY_TEST = ["-n", str(PROCESSES), "--dist=loadfile", "--no-loadscope-reorder", "--max-worker-restart=1"]
"""How pytest runs where nothing is chosen: a process for each processor, up to four; with more, browsers draw
too late. Tests of a file run in one, in the order of tests/conftest.py; two that stood still end the run.
"""
CHECKS = (
    ["-m", "ruff", "check", "."],
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "mypy"],
    [str(Path("tools", "scripts.py"))],
)
"""What is checked, one beside the other."""
FIRST = 2
"""So many of these are done at once, and told before the tests; the others go on beside them."""


# ---------------------------------------------------------------- what is in place


def digest(*names: str) -> str:
    """SHA-256 of the named files of the project."""
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def in_place() -> dict[str, str] | None:
    """Say what is installed: each thing, and the digest of what it was installed from.

    Returns
    -------
    dict or None
        None where there is no working environment or its set-up was cut off; {} where one was made by hand.
    """
    check = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        subprocess.run([PYTHON, "-c", check], capture_output=True, check=True)
        return json.loads(STAMP.read_text(encoding="utf-8")) or None
    except FileNotFoundError:
        return {} if PYTHON.exists() else None
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def record(installed: dict[str, str]) -> None:
    """Write what is installed, all at once."""
    partial = STAMP.with_suffix(".part")
    partial.write_text(json.dumps(installed, indent=1), encoding="utf-8")
    partial.replace(STAMP)


# ---------------------------------------------------------------- putting it in place


def create_environment() -> None:
    """Make ``.venv`` anew with the Python that runs this."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit(
            "This Python cannot make virtual environments. On Debian or Ubuntu install that part with: "
            f"sudo apt install python3.{sys.version_info[1]}-venv"
        )
    print(f"Making a virtual environment in {VENV.name} …", flush=True)
    venv.create(VENV, clear=True, with_pip=True)


def pip_install(what: str, arguments: list[str], expected: int = 0) -> None:
    """Run pip in the environment, showing on a terminal how far it is.

    Parameters
    ----------
    what : str
        Named to the user.
    arguments : list of str
        For ``pip install``.
    expected : int
        About how many libraries; 0 shows no count.

    Raises
    ------
    SystemExit
        With the end of pip's output and the remedy where it fails.
    """
    print(f"Installing {what} …", flush=True)
    start, count, lines = time.monotonic(), 0, []
    command = [str(PYTHON), *INSTALL, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            count += line.startswith("Collecting ")
            unpacking = line.startswith("Installing collected")
            if expected and sys.stdout.isatty():
                done = "unpacking" if unpacking else f"{min(count, expected)} of {expected} fetched"
                print(f"\r  {done:24}", end="", flush=True)
    LOG.write_text("".join(lines), encoding="utf-8")
    if expected and sys.stdout.isatty():
        print("\r" + " " * 30, end="\r")
    if pip.returncode:
        routine = ("Requirement already", "Collecting ", "  ", "WARNING: Location")
        sys.stderr.writelines([line for line in lines if not line.startswith(routine)][-8:])
        sys.exit(
            f"Could not install {what}; the lines above say why, and {LOG.relative_to(ROOT)} has them all. "
            "Without direct internet access, see “Behind a proxy, or offline” in the README; then try again."
        )
    print(f"  done in {time.monotonic() - start:.0f} s", flush=True)


def install_lock(lock: str, what: str) -> None:
    """Install exactly what a lock file names, each file checked against its hash, wheels only."""
    names = {
        line.split("==")[0] for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if "==" in line
    }
    arguments = ["--require-hashes", "--only-binary=:all:", "-r", str(ROOT / lock)]
    pip_install(f"{what} ({lock})", arguments, expected=len(names))


def bring_npm(installed: dict[str, str]) -> None:
    """Install npm in the environment where the machine has none."""
    if shutil.which("npm") is None and installed.get(NPM) != digest(NPM):
        install_lock(NPM, "npm, for the browser's scripts")
        record(installed | {NPM: digest(NPM)})


def prepare(*, dev: bool = False) -> None:
    """Put in place what is missing; with ``dev`` also the tools of the tests.

    While pip works the stamp says "{}", so that an environment that was cut off is made anew; where pip
    itself gives up, it has changed nothing and the stamp is put back.
    """
    lock = DEV if dev else RUN
    wanted = {lock: digest(lock), "project": digest("pyproject.toml")}
    installed = in_place()
    if installed is None:
        create_environment()
        installed = {}
    if not wanted.items() <= installed.items():
        record({})
        try:
            if installed.get(lock) != wanted[lock]:
                install_lock(lock, "the libraries and the test tools" if dev else "the libraries")
                installed |= {lock: wanted[lock], RUN: digest(RUN)}  # the pins of DEV include those of RUN
            if installed.get("project") != wanted["project"]:
                pip_install("this program", ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
                installed["project"] = wanted["project"]
        except SystemExit:
            if installed:
                record(installed)
            else:
                STAMP.unlink()
            raise
        record(installed)


# ---------------------------------------------------------------- tasks


def python(*arguments: str) -> int:
    """Run the environment's Python in this folder and hand back its exit status."""
    try:
        return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:  # Ctrl+C has reached the program too, which says its own goodbye
        return 130


def run(arguments: list[str]) -> int:
    """Serve the dashboard."""
    prepare()
    command = [str(PYTHON), str(ROOT / "app.py"), *arguments]
    if os.name == "posix":  # become the server, so that whoever stops this process stops the server
        os.chdir(ROOT)
        os.execv(command[0], command)
    return python(*command[1:])


def named(command: list[str]) -> str:
    """What is run, for people."""
    return " ".join(command).removeprefix("-m ")


def test(arguments: list[str]) -> int:
    """Check style and types, then run every test (or those that the arguments choose).

    What Python compiles is kept, or each process, and each server that a test starts, compiles it again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    prepare(dev=True)
    bring_npm(in_place() or {})
    failed = []
    begun = [
        subprocess.Popen([PYTHON, *check], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for check in CHECKS
    ]

    def tell(some: slice) -> None:
        for check, process in zip(CHECKS[some], begun[some], strict=True):
            print(f"\n== {named(check)}", flush=True)
            sys.stdout.buffer.write(process.communicate()[0])
            sys.stdout.flush()
            if process.returncode:
                failed.append(named(check))

    tell(slice(FIRST))
    tests = ["-m", "pytest", *(arguments or EVERY_TEST)]
    print(f"\n== {named(tests)}", flush=True)
    if python(*tests):
        failed.append(named(tests))
    tell(slice(FIRST, None))
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def bench(arguments: list[str]) -> int:
    """Run every benchmark, one after the other."""
    prepare(dev=True)
    return python(str(ROOT / "benchmarks" / "all.py"), *arguments)


def lock(arguments: list[str]) -> int:
    """Write the lock files anew from pyproject.toml; pins stay as they are unless given --upgrade."""
    prepare(dev=True)
    return (
        python(*COMPILE, "pyproject.toml", "-o", RUN, *arguments)
        or python(*COMPILE, "pyproject.toml", "--group=dev", "-c", RUN, "-o", DEV, *arguments)
        or python(*COMPILE, "pyproject.toml", "--extra=engines", "-c", RUN, "-o", ENGINES, *arguments)
        or python(*COMPILE, "--group=pyproject.toml:npm", "-o", NPM, *arguments)
    )


def wheel(arguments: list[str]) -> int:
    """Build the installable file into ``dist``."""
    prepare()
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # or files deleted since would be packed again
    flags = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir=dist",
    ]
    status = python("-m", "pip", "wheel", *flags, *arguments, ".")
    print("\n".join(str(path.relative_to(ROOT)) for path in sorted((ROOT / "dist").glob("hotspots-*.whl"))))
    return status


def wheelhouse(arguments: list[str]) -> int:
    """Put everything that a machine of this kind without internet needs into ``dist``."""
    fetch = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        RUN,
        "-d",
        "dist",
    ]
    return wheel([]) or python(*fetch, *arguments)


def audit(arguments: list[str]) -> int:
    """Write what the program is made of, and look whether any of it is known to be unsafe.

    The list (CycloneDX) goes into ``dist``; pip-audit asks for advisories about all that the lock file names.
    """
    prepare(dev=True)
    (ROOT / "dist").mkdir(exist_ok=True)
    source = ["requirements", RUN, "--pyproject", "pyproject.toml"]
    made = python(
        "-W", "ignore", "-m", "cyclonedx_py", *source, "--output-format", "JSON", "--output-file", BILL
    )
    command = [PYTHON, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format=json", "-r", RUN]
    told = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    try:
        libraries = [one for one in json.loads(told)["dependencies"] if "vulns" in one]
    except ValueError:
        libraries = []
    if not libraries:
        print("No advisories can be had from here, so none of the libraries was looked up.")
        return made
    unsafe = [(one, advisory) for one in libraries for advisory in one["vulns"]]
    for one, advisory in unsafe:
        mended = " or ".join(advisory["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {advisory['id']}, mended in {mended}")
    print(f"{len(libraries)} libraries looked up, {len(unsafe)} advisories.")
    return made or bool(unsafe)


TASKS = {
    "run": run,
    "test": test,
    "bench": bench,
    "lock": lock,
    "wheel": wheel,
    "wheelhouse": wheelhouse,
    "audit": audit,
}


def main() -> int:
    """Do the task that the command line names; with none, prepare."""
    name, *arguments = sys.argv[1:] or [""]
    if name in TASKS:
        return TASKS[name](arguments)
    if name not in ("", "--dev"):
        sys.exit(f"“{name}” is not a task; there are {', '.join(TASKS)}. With none, this only sets up.")
    prepare(dev=name == "--dev")
    print("Everything is in place.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next start puts right what was left half done.")
