"""`StageEvents`: the part of the stage that takes the events of its run, its pages and its demo."""

from __future__ import annotations

from course.errors import CourseError
from course.lab.link.frames import Frame
from course.stage.background_tasks import BackgroundTasks
from course.stage.broadcaster import Broadcaster
from course.stage.driver import Message
from course.stage.player import Player
from course.stage.run import Run
from course.stage.tally import Tally


class StageEvents:
    """The `Audience` of the stage's run, which passes the news to the stage's page.

    Attributes:
        broadcaster: sends news to the stage's page.
        run: the run on the stage; None before the first, and if it could not be made.
        player: the player of the demo; None if the state has no demo.
        leader: the page that has the frames; None while there is none.
        problem: the error to show; empty if there is none.
        tally: the frames and bytes of each act.
    """

    def __init__(self, broadcaster: Broadcaster) -> None:
        self.run: Run | None = None
        self.player: Player | None = None
        self.leader: object = None
        self.problem = ""
        self.broadcaster = broadcaster
        self.tally = Tally()
        self._background = BackgroundTasks(self.complain, self.changed)

    def lead(self, page: object) -> None:
        """Give the frames to this page of the stage; another page that had them loses them."""
        self.leader = page
        self._forget_pages()

    def follow(self, page: object) -> None:
        """Note that a page of the stage was closed; if it had the frames, no page has them now."""
        if self.leader is page:
            self.leader = None
            self._forget_pages()

    def _forget_pages(self) -> None:
        for actor in self.run.everyone if self.run is not None else ():
            actor.driver.forget_page()
        self.changed()

    def hear(self, key: str, message: Message) -> None:
        """Pass a message from a frame to its driver."""
        for actor in self.run.everyone if self.run is not None else ():
            if actor.key == key:
                actor.driver.hear(message)
                self.changed()

    def on_frame(self, frame: Frame) -> None:
        """Take a frame that was on the wire."""
        self.tally.add(frame)
        run = self.run
        self.broadcaster.frame(frame, run.read(frame) if run is not None else ())
        if run is not None and run.wants_places:
            self._background.begin(run.learn_places())

    def send(self, key: str, message: Message) -> None:
        """Send a message to the frame with this key."""
        self.broadcaster.order(key, message)

    def changed(self) -> None:
        """Note that the scene has changed; perhaps another act has begun."""
        if self.player is not None:
            self.tally.begin(self.player.number)
        self.broadcaster.changed()

    def complain(self, problem: CourseError) -> None:
        """Show an error to the teacher."""
        self.problem = "\n".join(filter(None, (problem.message, problem.advice)))
        self.broadcaster.changed()

    def forget_problem(self) -> None:
        """Show the error no more."""
        self.problem = ""
        self.changed()
