"""The stage itself: the run that is on it, and everything that the teacher can do to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from course.errors import CourseError
from course.lab.app.state import StateName
from course.lab.link.frames import Frame
from course.lab.link.modes import Mode
from course.source.model import Course
from course.stage.actor import Actor
from course.stage.background_tasks import BackgroundTasks
from course.stage.broadcaster import Broadcaster
from course.stage.driver import Message
from course.stage.player import Player
from course.stage.run import Run
from course.stage.scene import Phase
from course.stage.settings import Settings
from course.stage.tally import Tally

SECONDS_BETWEEN_LOOKS = 0.2


class Stage:
    """What the stage's page shows.

    Args:
        course: whose chapters are played.
        broadcaster: tells the page what is new.
        origin: the address of the stage's page, without a path.

    Attributes:
        broadcaster: see above.
        run: what is on the stage; None before the first, and where it could not be made.
        player: plays the demo; None where the state has none.
        leader: the page that has the frames, whatever it is; None while there is none.
        settings: how things are done; see `change`.
        tally: what each act has sent over the wire.
    """

    def __init__(self, course: Course, broadcaster: Broadcaster, origin: str) -> None:
        self.course = course
        self.origin = origin
        self.run: Run | None = None
        self.player: Player | None = None
        self.leader: object = None
        self.state_name = ""
        self.phase: Phase = "starting"
        self.problem = ""
        self.busy = ""
        self._wanted: object = None
        self.settings = Settings()
        self.broadcaster = broadcaster
        self.tally = Tally()
        # One thing at a time is done to the server and to who is here.
        self._lock = asyncio.Lock()
        self._background = BackgroundTasks(self.complain, self.changed)

    # -- what is on it -------------------------------------------------------------------------------------

    def load(self, name: StateName) -> None:
        """Bring a chapter's state, or ``workspace``, on the stage; fresh, whatever was there before."""
        self.state_name, self.phase, self.problem = str(name), "starting", ""
        self._wanted = wish = object()
        self._background.begin(self._load(name, wish))
        self.changed()

    async def _load(self, name: StateName, wish: object) -> None:
        async with self._lock:
            if self._wanted is not wish:
                return  # somebody has changed their mind meanwhile
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
        """End everything that was started."""
        await self._background.cancel()
        async with self._lock:
            await self._clear()

    async def watch(self) -> None:
        """Look at the server's log, and whether it lives, until cancelled."""
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
        """Whether there is a server, and it runs."""
        return self.run is not None and self.run.alive

    # -- people --------------------------------------------------------------------------------------------

    def actor(self, name: str) -> Actor | None:
        """Who is here under this name."""
        return self.run.actor(name) if self.run is not None else None

    def bring(self, name: str) -> None:
        """Add a person."""
        self._background.begin(self._bring(name))

    def send_away(self, name: str) -> None:
        """Take a person's frame away; the last one stays."""
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
        """Let a person's link behave like this from now on; ``pass`` fixes it."""
        if (actor := self.actor(name)) is not None:
            self._background.begin(actor.set_link(mode, self.settings.wait))

    def change(self, **settings: float | bool) -> None:
        """How things are done from now on; the names are those of `Settings`."""
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
        """Do something to the server; ``doing`` says what, meanwhile. What goes wrong is shown."""
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
        """Play the next act. Before the first one everything is fixed."""
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

    # -- what happens --------------------------------------------------------------------------------------

    def lead(self, page: object) -> None:
        """A page of the stage takes the frames; another one that had them lets them go."""
        self.leader = page
        self._forget_pages()

    def follow(self, page: object) -> None:
        """A page of the stage has been closed."""
        if self.leader is page:
            self.leader = None
            self._forget_pages()

    def _forget_pages(self) -> None:
        for actor in self.run.everyone if self.run is not None else ():
            actor.driver.forget_page()
        self.changed()

    def hear(self, key: str, message: Message) -> None:
        """The page has something from a frame."""
        for actor in self.run.everyone if self.run is not None else ():
            if actor.key == key:
                actor.driver.hear(message)
                self.changed()

    def on_frame(self, frame: Frame) -> None:
        """A frame is on the wire."""
        self.tally.add(frame)
        run = self.run
        self.broadcaster.frame(frame, run.read(frame) if run is not None else ())
        if run is not None and run.wants_places:
            self._background.begin(run.learn_places())

    def send(self, key: str, message: Message) -> None:
        """A message for the frame with this key."""
        self.broadcaster.order(key, message)

    def changed(self) -> None:
        """The scene is another; perhaps another act has begun."""
        if self.player is not None:
            self.tally.begin(self.player.number)
        self.broadcaster.changed()

    def complain(self, problem: CourseError) -> None:
        """Something did not work."""
        self.problem = "\n".join(filter(None, (problem.message, problem.advice)))
        self.broadcaster.changed()

    def forget_problem(self) -> None:
        """What did not work was read."""
        self.problem = ""
        self.changed()
