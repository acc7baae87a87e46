"""`Player`: plays a demo on the stage, one act at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

from course.demo import Demo
from course.errors import CourseError
from course.stage.errors import ActFailed
from course.stage.retry import patience

Phase = Literal["ready", "playing", "waiting", "stuck", "done", "failed"]

# The time to read a caption before its act, at a pace of 1.
SECONDS_TO_READ = 1.2

log = logging.getLogger("course.stage")


class Player:
    """The acts of one demo.

    Args:
        demo: the demo to play.
        lab: the lab for its acts.
        pace: returns the present pace; with 0 there is no time for reading.
        on_change: called when an attribute has changed.

    Attributes:
        phase: ``ready`` before the first act, ``playing``, ``waiting`` for the next one, ``stuck`` where a
            step of an act failed and can be tried again, ``done``, ``failed``.
        number: the number of the act whose caption is shown; 0 before the first.
        caption: the caption that is shown.
        problem: the reason why an act failed, or is stuck.
        pauses: whether a failed step waits for a second try; otherwise it ends the demo.
    """

    def __init__(
        self, demo: Demo, lab: Any, pace: Callable[[], float], on_change: Callable[[], None]
    ) -> None:
        self.demo = demo
        self.phase: Phase = "ready"
        self.number = 0
        self.caption = ""
        self.problem = ""
        self.pauses = True
        self._lab = lab
        self._pace = pace
        self._on_change = on_change
        self._acts: AsyncIterator[str] | None = None
        self._upcoming: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()

    @property
    def total(self) -> int:
        """The number of acts."""
        return max(len(self.demo.captions), self.number)

    def next(self) -> bool:
        """Begin the next act, or try the failed step again; return whether there was something to do."""
        if self.phase == "stuck":
            self.problem = ""
            self._again.set()
            self._set_phase("playing")
            return True
        if self.phase not in ("ready", "waiting"):
            return False
        self.phase = "playing"
        self._task = asyncio.create_task(self._play(), name="stage-act")
        self._on_change()
        return True

    async def wait(self) -> None:
        """Wait until the present act has ended."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """End the demo, also in the middle of an act."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        acts, self._acts = self._acts, None
        if acts is not None:
            with contextlib.suppress(Exception):
                await acts.aclose()  # type: ignore[attr-defined]

    async def _stuck(self, problem: ActFailed) -> None:
        """Show the problem, and wait until the teacher tries the step again."""
        self.problem = _in_one_line(problem)
        self._again.clear()
        self._set_phase("stuck")
        await self._again.wait()

    async def _play(self) -> None:
        if self.pauses:
            # It is set in this task and those that the act starts: people who arrive meanwhile do not wait.
            patience.set(self._stuck)
        try:
            if self._acts is None:
                self._acts = self.demo.acts(self._lab)
                self._upcoming = await anext(self._acts, None)
            if self._upcoming is None:
                self._set_phase("done")
                return
            self.number, self.caption = self.number + 1, self._upcoming
            self._on_change()
            await asyncio.sleep(SECONDS_TO_READ * self._pace())
            self._upcoming = await anext(self._acts, None)
            self._set_phase("done" if self._upcoming is None else "waiting")
        except CourseError as problem:
            self.problem = _in_one_line(problem)
            self._set_phase("failed")
        except Exception as problem:
            log.exception("An act of the demo raised")
            self.problem = f"The demo raised {type(problem).__name__}: {problem}"
            self._set_phase("failed")

    def _set_phase(self, phase: Phase) -> None:
        self.phase = phase
        self._on_change()


def _in_one_line(problem: CourseError) -> str:
    return " ".join(filter(None, (problem.message, problem.advice)))
