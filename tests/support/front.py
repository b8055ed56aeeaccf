"""The front of a server, for tests: pools that answer in this process, when they are told to or at once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.door.person import VIEWER
from dashboard.serving import handing, jobs, seen
from dashboard.serving.handing import Hands
from dashboard.serving.jobs import Jobs, Ticket
from dashboard.serving.shared import Shared
from dashboard.serving.site import Answered, open_site
from dashboard.serving.workers import Task
from geo.answer.atlas import Atlas
from geo.answer.memory import Memory
from geo.ask.viewer import Viewer


class Pool:
    """A pool that answers when it is told to, in this process."""

    def __init__(self, answer: Callable[[Any], Answered]) -> None:
        self._answer, self.given, self.waiting, self.pids, self.lost = answer, [], 0, [], 0

    def give(self, given: Any) -> Task:
        task = Task(given)
        self.given.append(task)
        return task

    def work(self, number: int = -1) -> None:
        """Do one of the tasks."""
        task = self.given[number]
        task.future.set_result(self._answer(task.given))


class Prompt(Pool):
    """A pool that answers at once."""

    def give(self, given: Any) -> Task:
        task = super().give(given)
        self.work()
        return task


class Served:
    """A front of the small county with pools of its own."""

    def __init__(
        self,
        atlas: Atlas,
        light: type[Pool] | None = Prompt,
        long: type[Pool] = Prompt,
        shared: Shared | None = None,
    ) -> None:
        answer = open_site(atlas.snapshot, None)
        self.jobs, self.kept, self.figures = Jobs(), Memory(room=2**20), seen.Figures()
        self.light, self.long = light and light(answer), long(answer)
        self.server = create_app(atlas).server
        jobs.register(self.server, self.jobs)
        seen.register(self.server, self.figures)
        hands = Hands(atlas.version, self.light, self.long, self.kept, self.jobs, shared)  # type: ignore[arg-type]
        handing.register(self.server, hands)

    @property
    def client(self) -> FlaskClient:
        return self.server.test_client()

    def told(self) -> dict[str, int]:
        """How many answers came from where."""
        found: Counter[str] = Counter()
        for metric in self.figures.answers.collect():
            for sample in metric.samples:
                if sample.name.endswith("_total"):
                    found[sample.labels["told"]] += int(sample.value)
        return dict(found)

    def ticket(self, viewer: Viewer) -> Ticket:
        """Begin a job for somebody."""
        with self.server.test_request_context(environ_overrides={VIEWER: viewer}):
            return self.jobs.begin("a job", self.long, {}, lambda answered: None)  # type: ignore[arg-type]
