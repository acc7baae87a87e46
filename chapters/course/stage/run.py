"""`Run`: one messenger on the stage and its people, from the choice of a chapter to the next choice."""

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
    """The receiver of what happens in a run."""

    def on_frame(self, frame: Frame) -> None:
        """Take a frame that was on the wire."""

    def send(self, key: str, message: Message) -> None:
        """Send a message to the frame with this key."""

    def changed(self) -> None:
        """Note that the people, or their pages, have changed."""

    def complain(self, problem: CourseError) -> None:
        """Show an error to the teacher."""


class Run(FaultMethods):
    """A state that is served, and its people. It is the lab for a demo's acts.

    Args:
        course: the course with the chapters.
        name: a chapter's number, ``workspace``, or a folder.
        origin: the address of the stage's page, without a path.
        audience: the receiver of what happens.
        settings: the settings at first.
        first_line: the number of the first line of its log.

    Attributes:
        state: the state with the messenger's files.
        demo: the demo of its chapter; None if there is none.
        log: the reader of the server's log.
        settings: the present settings; see `adopt`.
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
        """Start the server, and add the people of the demo.

        Raises:
            CourseError: if the messenger does not start.
        """
        await self.start()
        for name in self.demo.people if self.demo else PEOPLE[:2]:
            await self.person(name)

    async def close(self) -> None:
        """End the server, and the links of all people."""
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
        """Return the person with this name; None if they are not here."""
        return self._actors.get(name)

    async def person(self, name: str) -> Actor:
        """Return the person with this name, who gets a frame when they come for the first time."""
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
        """Bring a person to their start page, signed in, once their frame is there; show no pointer."""
        await actor.driver.loaded.wait()
        try:
            await arrive(self, actor, actor.start)
        except CourseError as problem:
            self._audience.complain(problem)
        actor.driver.pace = self.settings.pace
        actor.driver.arrived()

    async def adopt(self, settings: Settings) -> None:
        """Use other settings from now on."""
        self.settings = settings
        for actor in self.everyone:
            actor.driver.pace = settings.pace
            actor.driver.outline(settings.outlined)
            if actor.network.mode == "delay":
                await actor.set_link("delay", settings.wait)

    async def people(self, *names: str) -> list[Actor]:
        """Return several people at once, when they are at their start pages."""
        found = [await self.person(name) for name in names]
        # An act must not sign a person in, or open a page, while they are still being signed in.
        arriving = [actor.coming for actor in found if actor.coming is not None]
        if arriving:
            await asyncio.wait(arriving, timeout=SECONDS_TO_OPEN)
        return found

    async def dismiss(self, actor: Actor) -> None:
        """Remove a person with their frame and link."""
        if self._actors.pop(actor.name, None) is not None:
            self._broken.discard(actor.name)
            await actor.leave()

    @property
    def can_come(self) -> tuple[str, ...]:
        """The names of the people who can be added."""
        known = dict.fromkeys((*(self.demo.people if self.demo else ()), *PEOPLE))
        return tuple(name for name in known if name not in self._actors)

    # The server; the methods do not wait for the effect in the pages, because the teacher sees it.

    async def kill_now(self) -> None:
        """End the server as `kill -9` does; do nothing if it does not run."""
        if self.alive:
            await self._host.kill()

    async def start_now(self) -> None:
        """Start the server, after killing it if it runs.

        Raises:
            CourseError: if the messenger does not start.
        """
        await self.kill_now()
        await self.start()
        self._host.killed = False

    async def fix_all(self) -> None:
        """Fix every link, and start the server unless it runs."""
        for actor in self.everyone:
            await actor.set_link("pass")
        if not self.alive:
            await self.start_now()

    def read(self, frame: Frame) -> tuple[Part, ...]:
        """Return the parts that a frame sends, and note their templates."""
        parts = self._reader.read(frame)
        self.places.see(parts)
        return parts

    @property
    def wants_places(self) -> bool:
        """Whether `learn_places` is needed, and possible now."""
        return self.places.wanted and self.alive and not self._learning

    async def learn_places(self) -> None:
        """Ask the app for the lines of its templates; do nothing if it does not answer."""
        self._learning = True
        try:
            self.places.learn(await self._host.template_lines())
        except LabError:
            log.info("The app did not send the lines of its templates")
        finally:
            self._learning = False

    def forget_errors(self) -> None:
        """Keep only the newest exceptions that the app has raised; the log has them all."""
        del self._host.raised[:-ERRORS_KEPT]


def _demo_of(course: Course, name: StateName) -> Demo | None:
    if isinstance(name, Path):
        return None
    number = Workspace(course).progress.chapter if name == "workspace" else name
    with contextlib.suppress(CourseError):
        return load_demo(course.chapter(number))
    return None
