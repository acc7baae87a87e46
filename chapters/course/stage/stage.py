"""`Stage`: the run on the stage, and the actions of the teacher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from course.errors import CourseError
from course.lab.app.state import StateName
from course.lab.link.modes import Mode
from course.source.model import Course
from course.stage.actor import Actor
from course.stage.broadcaster import Broadcaster
from course.stage.events import StageEvents
from course.stage.player import Player
from course.stage.run import Run
from course.stage.scene import Phase
from course.stage.settings import Settings
from course.stage.tally import Tally

SECONDS_BETWEEN_LOOKS = 0.2


class Stage(StageEvents):
    """The stage: its methods are the actions of the teacher. They return at once and work in the background.

    Args:
        course: the course with the chapters.
        broadcaster: sends news to the stage's page.
        origin: the address of the stage's page, without a path.

    Attributes:
        state_name: the name of the state on the stage.
        phase: whether the state starts, runs, or could not be started.
        busy: the text of what is being done to the server now; empty if nothing is.
        settings: the present settings; see `change`.
    """

    def __init__(self, course: Course, broadcaster: Broadcaster, origin: str) -> None:
        super().__init__(broadcaster)
        self.course = course
        self.origin = origin
        self.state_name = ""
        self.phase: Phase = "starting"
        self.busy = ""
        self._wanted: object = None
        self.settings = Settings()
        # Only one task at a time changes the server, or the people.
        self._lock = asyncio.Lock()

    # -- the state -----------------------------------------------------------------------------------------

    def load(self, name: StateName) -> None:
        """Put a chapter's state, or ``workspace``, on the stage, with a fresh database."""
        self.state_name, self.phase, self.problem = str(name), "starting", ""
        self._wanted = wish = object()
        self._background.begin(self._load(name, wish))
        self.changed()

    async def _load(self, name: StateName, wish: object) -> None:
        async with self._lock:
            if self._wanted is not wish:
                return  # another state was chosen meanwhile
            await self._clear()
            self.broadcaster.cleared()
            self.tally = Tally()
            try:
                await self._open(name)
                phase: Phase = "ready"
            except CourseError as problem:
                phase = "failed"
                self.complain(problem)
            if self._wanted is wish:
                self.phase = phase

    async def _open(self, name: StateName) -> None:
        self.run = run = await asyncio.to_thread(
            Run, self.course, name, self.origin, self, self.settings, self.broadcaster.next_line
        )
        if run.demo is not None:
            self.player = Player(run.demo, run, lambda: self.settings.pace, self.changed)
        await run.open()

    async def _clear(self) -> None:
        player, self.player = self.player, None
        if player is not None:
            await player.stop()
        run, self.run = self.run, None
        if run is not None:
            await run.close()

    async def close(self) -> None:
        """End the run and all background work."""
        await self._background.cancel()
        async with self._lock:
            await self._clear()

    async def watch(self) -> None:
        """Watch the server's log, and whether it runs, until cancelled."""
        alive = False
        while True:
            if self.run is not None:
                for line in self.run.log.new_lines():
                    self.broadcaster.line(line)
                self.run.forget_errors()
            if alive != self.is_up:
                alive = self.is_up
                self.changed()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    @property
    def is_up(self) -> bool:
        """Whether there is a server that runs."""
        return self.run is not None and self.run.alive

    # -- people --------------------------------------------------------------------------------------------

    def actor(self, name: str) -> Actor | None:
        """Return the person with this name; None if they are not here."""
        return self.run.actor(name) if self.run is not None else None

    def bring(self, name: str) -> None:
        """Add a person."""
        self._background.begin(self._bring(name))

    def send_away(self, name: str) -> None:
        """Remove a person with their frame; the last person stays."""
        self._background.begin(self._send_away(name))

    async def _bring(self, name: str) -> None:
        async with self._lock:
            if self.phase == "ready" and self.run is not None and name in self.run.can_come:
                await self.run.person(name)

    async def _send_away(self, name: str) -> None:
        async with self._lock:
            actor = self.actor(name)
            if self.run is not None and actor is not None and len(self.run.everyone) > 1:
                await self.run.dismiss(actor)

    def set_link(self, name: str, mode: Mode) -> None:
        """Set the mode of a person's link; ``pass`` fixes it."""
        if (actor := self.actor(name)) is not None:
            self._background.begin(actor.set_link(mode, self.settings.wait))

    def change(self, **settings: float | bool) -> None:
        """Change settings; the names are those of `Settings`."""
        self.settings = replace(self.settings, **settings)  # type: ignore[arg-type]
        if self.run is not None:
            self._background.begin(self.run.adopt(self.settings))
        self.changed()

    def crash(self, name: str) -> None:
        """Make the main view of a person's page raise."""
        if (run := self.run) is not None and (actor := run.actor(name)) is not None:
            self._background.begin(run.crash(actor))

    # -- the server and the demo ---------------------------------------------------------------------------

    def switch(self, doing: str, work: Callable[[Run], Awaitable[None]]) -> None:
        """Change the server; the page shows ``doing`` meanwhile, and an error if there is one."""
        self._background.begin(self._switch(doing, work))

    async def _switch(self, doing: str, work: Callable[[Run], Awaitable[None]]) -> None:
        async with self._lock:
            if self.phase != "ready" or self.run is None:
                return
            self.busy, self.problem = doing, ""
            self.changed()
            try:
                await work(self.run)
            finally:
                self.busy = ""

    def next_act(self) -> None:
        """Play the next act. Before the first act, fix every link and start the server."""
        if self.player is None or self.phase != "ready":
            return
        if self.player.phase == "ready":
            self._background.begin(self._first_act(self.player))
        else:
            self.player.next()

    async def _first_act(self, player: Player) -> None:
        await self._switch("Fixing what is broken …", Run.fix_all)
        if player is self.player:
            player.next()
