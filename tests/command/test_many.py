"""Do the dashboards of ``deploy/many.yaml`` answer as one? By its own commands and settings.

PostgreSQL and Redis are started as they are installed here; the dashboards answer in this process.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import AuthenticationError, Redis
from typer.main import get_command
from werkzeug.test import Client

from app import access_of, build, cli
from geo.ask.problem import Problem
from geo.ask.viewer import OTHERS
from tests.support.door import access_file, logged_in
from tests.support.postgres import programs_of, server
from tests.support.redis import OwnRedis, needs_redis
from tests.support.trial import Trial

LINKS = ("/answer?level=ward&layer=getis_ord", "/answer?hour=22&hour=23", "/answer?source=ae&month=7")


@pytest.fixture
def many(small_county: Path) -> Iterator[Trial]:
    """The overlay's services, with a database and a Redis that run."""
    with ExitStack() as end:
        folder = Path(tempfile.mkdtemp(prefix="many"))  # the path of a socket is short
        end.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        for part in ("db", "redis"):
            (folder / part).mkdir()
        database = end.enter_context(server(folder / "db"))
        made = Trial(
            folder,
            {
                "@database/hotspots": f"@/hotspots?host={database.folder}",
                "redis://:": "unix://:",
                "@redis:6379/0": f"@{folder / 'redis' / 'redis.sock'}",
            },
            "many.yaml",
        )
        said = made.services["database"]["environment"]
        with psycopg.connect(database.url, autocommit=True) as owner:
            owner.execute(f"CREATE ROLE {said['POSTGRES_USER']} LOGIN")
            owner.execute(f"CREATE DATABASE {said['POSTGRES_DB']} OWNER {said['POSTGRES_USER']}")
        login = f":{made.services['redis']['environment']['REDISCLI_AUTH']}@"
        redis = OwnRedis(folder / "redis", made.command("redis")[1:], login)
        end.callback(redis.kill)
        shutil.copytree(small_county, folder / "data")
        access_file(folder / "data")
        yield made


def settings(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the program makes of the command and the environment of the service ``app``."""
    program, command, *words = trial.command("app")
    assert (program, command) == ("hotspots", "serve")
    for name, value in trial.environment("app").items():
        if name.startswith("HOTSPOTS_"):
            monkeypatch.setenv(name, value)
    return get_command(cli.cli).commands[command].make_context(command, words).params


@needs_redis
@pytest.mark.skipif(programs_of() is None, reason="PostgreSQL is not installed: apt-get install postgresql")
def test_two_dashboards_over_one_database_and_one_redis_answer_as_one(
    many: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = settings(many, monkeypatch)
    data, shared = said["data"], said["shared"]

    def begin() -> Any:
        return build(data, OTHERS, access_of(data), engine=said["engine"], shared=shared)

    with pytest.raises(Problem, match="does not hold"):
        begin()
    assert many.asks("load") == ["load"]
    assert cli.run(["load"]) == 0
    made = [begin() for _ in range(2)]
    try:
        first = logged_in(made[0][0], "lea")
        second = Client(made[1][0])
        second.set_cookie(*cookie(first))
        for link in LINKS:
            seen, again = first.get(link), second.get(link)
            assert (seen.status_code, again.status_code) == (200, 200)
            assert again.data == seen.data
        assert Client(made[1][0]).get(LINKS[0]).status_code == 401, "nobody is taken for somebody"
    finally:
        for _, editions in made:
            editions.close(0)
    with Redis.from_url(shared) as redis:
        assert [key.partition(b":ticket:")[0] for key in redis.keys("hotspots:ticket:*")] == [b"hotspots"]
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-ttl"}
        assert redis.config_get("save") == {"save": ""}
    with Redis.from_url(shared.replace(":trial@", "")) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_an_empty_folder_has_the_demonstration_built_first(tmp_path: Path) -> None:
    assert Trial(tmp_path, {}, "many.yaml").asks("load") == ["demo", "load"]


def cookie(client: Client) -> tuple[str, str]:
    """Name and value of the cookie of a session."""
    [found] = client._cookies.values()
    return found.key, found.value
