"""One messenger on the stage and the people who use it, from the choice of a chapter to the next choice."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from pathlib import Path
from typing import Protocol

from course.demo import Demo, arrive, load_demo
from course.errors import CourseError
from course.lab.app.host import Host
from course.lab.app.state import AppState, StateName, find_state
from course.lab.errors import LabError
from course.lab.fault_methods import FaultMethods
from course.lab.link.frames import Frame
from course.learner.workspace import Workspace
from course.source.model import Course
from course.stage.actor import Actor
from course.stage.driver import SECONDS_TO_OPEN, Message
from course.stage.log import LogTail
from course.stage.names import PEOPLE
from course.stage.parts import Part, PartReader, Places
from course.stage.settings import Settings

ERRORS_KEPT = 20

log = logging.getLogger("course.stage")


class Audience(Protocol):
    """Who is told what happens in a run."""

    def on_frame(self, frame: Frame) -> None:
        """A frame is on the wire."""

    def send(self, key: str, message: Message) -> None:
        """A message for the frame with this key."""

    def changed(self) -> None:
        """Someone came, or moved."""

    def complain(self, problem: CourseError) -> None:
        """Something did not work."""


class Run(FaultMethods):
    """A state that is served, and its people. A demo's acts take it for their lab.

    Args:
        course: whose chapters there are.
        name: a chapter's number, ``workspace``, or a folder.
        origin: the address of the stage's page, without a path.
        audience: is told what happens.
        settings: how things are done at first.
        first_line: the number of the first line of its log.

    Attributes:
        state: the files of the messenger.
        demo: of its chapter; None where there is none.
        log: reads the server's log.
        settings: how things are done; see `adopt`.
        places: the lines of the templates, as far as they are known; see `learn_places`.
    """

    def __init__(
        self,
        course: Course,
        name: StateName,
        origin: str,
        audience: Audience,
        settings: Settings,
        first_line: int = 1,
    ) -> None:
        self.state: AppState = find_state(name, course)
        self.demo = _demo_of(course, name)
        self._origin = origin
        self._audience = audience
        self.settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="parley-stage-", ignore_cleanup_errors=True)
        data, log = Path(self._folder.name) / "data", Path(self._folder.name) / "server.log"
        data.mkdir()
        log.touch()
        self._host = Host(self.state, data, log)
        self._broken = set()
        self._actors: dict[str, Actor] = {}
        self._reader = PartReader()
        self.places = Places()
        self._learning = False
        # The teacher and an act may ask for the same person at the same time.
        self._entering = asyncio.Lock()
        self.log = LogTail(log, first_line)

    async def open(self) -> None:
        """Start the server; the people of the demo come in.

        Raises:
            CourseError: the messenger does not start.
        """
        await self.start()
        for name in self.demo.people if self.demo else PEOPLE[:2]:
            await self.person(name)

    async def close(self) -> None:
        """End all of it."""
        for actor in tuple(self._actors.values()):
            await self.dismiss(actor)
        await self._host.stop()
        self.state.close()
        self._folder.cleanup()

    # People.

    @property
    def everyone(self) -> list[Actor]:
        """All people who are here."""
        return list(self._actors.values())

    def actor(self, name: str) -> Actor | None:
        """Who is here under this name."""
        return self._actors.get(name)

    async def person(self, name: str) -> Actor:
        """This person, who gets a frame when they come for the first time."""
        async with self._entering:
            return self._actors.get(name) or await self._enter(name)

    async def _enter(self, name: str) -> Actor:
        start = self.demo.start_of(name) if self.demo else "/"
        audience = self._audience
        actor = await Actor.arrive(
            name, self._host.port, start, self._origin, audience.on_frame, audience.send
        )
        self._actors[name] = actor
        if self.settings.outlined:
            actor.driver.outline(True)
        actor.coming = asyncio.create_task(self._welcome(actor), name="stage-welcome")
        audience.changed()
        return actor

    async def _welcome(self, actor: Actor) -> None:
        """Bring a person to where they begin, signed in, once their frame is there; without a show."""
        await actor.driver.loaded.wait()
        try:
            await arrive(self, actor, actor.start)
        except CourseError as problem:
            self._audience.complain(problem)
        actor.driver.pace = self.settings.pace
        actor.driver.arrived()

    async def adopt(self, settings: Settings) -> None:
        """Do things differently from now on."""
        self.settings = settings
        for actor in self.everyone:
            actor.driver.pace = settings.pace
            actor.driver.outline(settings.outlined)
            if actor.network.mode == "delay":
                await actor.set_link("delay", settings.wait)

    async def people(self, *names: str) -> list[Actor]:
        """Several people at once, who have come to where they begin."""
        found = [await self.person(name) for name in names]
        # Whoever is still being signed in must not be asked to sign in, or to go elsewhere, at the same time.
        arriving = [actor.coming for actor in found if actor.coming is not None]
        if arriving:
            await asyncio.wait(arriving, timeout=SECONDS_TO_OPEN)
        return found

    async def dismiss(self, actor: Actor) -> None:
        """Take a person's frame and link away."""
        if self._actors.pop(actor.name, None) is not None:
            self._broken.discard(actor.name)
            await actor.leave()

    @property
    def can_come(self) -> tuple[str, ...]:
        """Who may be added."""
        known = dict.fromkeys((*(self.demo.people if self.demo else ()), *PEOPLE))
        return tuple(name for name in known if name not in self._actors)

    # The server, without waiting for its effects to be seen: the teacher sees them.

    async def kill_now(self) -> None:
        """End the server as `kill -9` does, unless it is dead."""
        if self.alive:
            await self._host.kill()

    async def start_now(self) -> None:
        """Start it, killing it first if it runs.

        Raises:
            CourseError: the messenger does not start.
        """
        await self.kill_now()
        await self.start()
        self._host.killed = False

    async def fix_all(self) -> None:
        """Every link passes, and the server runs."""
        for actor in self.everyone:
            await actor.set_link("pass")
        if not self.alive:
            await self.start_now()

    def read(self, frame: Frame) -> tuple[Part, ...]:
        """The parts that a frame sends."""
        parts = self._reader.read(frame)
        self.places.see(parts)
        return parts

    @property
    def wants_places(self) -> bool:
        """Whether the app is to be asked for the lines of its templates, and can be now."""
        return self.places.wanted and self.alive and not self._learning

    async def learn_places(self) -> None:
        """Ask the app for the lines of its templates; where it is just ending, nothing is learnt."""
        self._learning = True
        try:
            self.places.learn(await self._host.template_lines())
        except LabError:
            log.info("The app did not say where the parts of its templates stand")
        finally:
            self._learning = False

    def forget_errors(self) -> None:
        """Keep only the newest of the exceptions that the app has raised; the log has them all."""
        del self._host.raised[:-ERRORS_KEPT]


def _demo_of(course: Course, name: StateName) -> Demo | None:
    if isinstance(name, Path):
        return None
    number = Workspace(course).progress.chapter if name == "workspace" else name
    with contextlib.suppress(CourseError):
        return load_demo(course.chapter(number))
    return None
