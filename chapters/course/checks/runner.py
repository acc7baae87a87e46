"""Run checks against an app and return their results."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from course.checks.context import CheckContext
from course.checks.evidence import (
    differing_files,
    keep_evidence,
    last_frames,
    own_lines,
    page_lines,
    unreadable,
)
from course.checks.expectations import PATIENCE
from course.checks.failures import A_MESSENGER, NO_APP, READABLE, Failure, failure_of, unordered
from course.checks.registry import Check, load_checks, select
from course.checks.report import CheckResult
from course.checks.words import outline
from course.lab.app.state import AppState, StateName, find_state
from course.lab.errors import AppDidNotStart, LabError, NoBrowser
from course.lab.lab import Lab
from course.lab.person.shared_browser import held_browser
from course.source.model import Course

# The most characters of what was expected or seen. The rest is in the pictures and frames.
LONGEST = 400

OnResult = Callable[[CheckResult], None]


async def run_checks(
    which: str | Iterable[Check],
    state: StateName | AppState = "workspace",
    *,
    on_result: OnResult | None = None,
    artefacts: Path | None = None,
    patience: float = PATIENCE,
    lanes: int = 1,
    scale: float = 1.0,
) -> list[CheckResult]:
    """Run checks in order, each with new people; they share server and database unless a check is ``fresh``.

    Args:
        which: ``"1"`` for the checks of a chapter, ``"1.2"`` or ``"1.a"`` for one, or the checks themselves.
        state: the app to check; see `course.lab.app.state.find_state`.
        on_result: called with each result at once.
        artefacts: the folder for pictures, frames and logs of failures, emptied first; by default in the
            workspace.
        patience: seconds to wait for something to be seen.
        lanes: the number of checks that run at the same time, each lane with a server of its own.
        scale: device pixels for each CSS pixel in the pictures of failed checks.

    Raises:
        CourseError: if there is no such check or state, or no browser.
    """
    course = Course.here()
    checks = select(which, load_checks()) if isinstance(which, str) else tuple(which)
    folder = artefacts or course.workspace / ".course" / "last_check"
    shutil.rmtree(folder, ignore_errors=True)
    app = state if isinstance(state, AppState) else find_state(state, course)
    results: dict[str, CheckResult] = {}
    waiting = iter(checks)

    async def lane() -> None:
        run = Run(app, course, folder, patience, scale)
        try:
            for check in waiting:
                results[check.id] = await run.one(check)
                if on_result is not None:
                    on_result(results[check.id])
        finally:
            await run.close()

    try:
        async with held_browser_if(app.has_app):
            await asyncio.gather(*(lane() for _ in range(lanes)))
    finally:
        if app is not state:
            app.close()
    return [results[check.id] for check in checks]


def held_browser_if(wanted: bool) -> contextlib.AbstractAsyncContextManager[object]:
    """Return a context that keeps one browser for all lanes, or one that does nothing without an app."""
    return held_browser() if wanted else contextlib.nullcontext()


class Run:
    """A run of checks on one app, one after the other, with one server for those that may share it."""

    def __init__(self, state: AppState, course: Course, folder: Path, patience: float, scale: float) -> None:
        self._state = state
        self._course = course
        self._folder = folder
        self._patience = patience
        self._scale = scale
        self._shared: Lab | None = None
        self._broken: Failure | None = None
        self._problem: str | None = None

    async def one(self, check: Check) -> CheckResult:
        """Run one check, and leave the app ready for the next one.

        Raises:
            NoBrowser: if no Chromium starts.
        """
        began = time.monotonic()
        hopeless = self._hopeless()
        if hopeless is not None:
            return await self._failed(check, hopeless, None, (), began)
        lab = self._lab_for(check)
        context = CheckContext(lab, self._patience)
        known = len(lab.raised)
        try:
            failure = self._broken or await self._attempt(check, context)
            # A page can look right before an error of the app or of the page has been reported.
            await lab.hear_out()
            raised = self._raised(context, known)
            if failure is None and not raised:
                for person in lab.everyone:
                    await lab.dismiss(person)
                await lab.hear_out()
                raised = self._raised(context, known)
            if failure is None and not raised:
                seconds = time.monotonic() - began
                return CheckResult(check.id, check.title, "passed", tuple(context.steps), seconds=seconds)
            return await self._failed(check, failure or unordered(raised), context, raised, began)
        finally:
            await self._leave(check, lab)

    def _raised(self, context: CheckContext, known: int) -> tuple[str, ...]:
        """Return the first error of the app or of a page's script that the check did not cause on purpose."""
        mine = own_lines(context.lab.raised[known:], context.forgiven, self._state)
        return mine or page_lines(context.people_seen.values(), context.forgiven)

    async def close(self) -> None:
        """Close the Lab with the shared server."""
        if self._shared is not None:
            await self._shared.close()
            self._shared = None

    def _hopeless(self) -> Failure | None:
        """Return the failure of every check when there is no app or a file does not parse; otherwise None."""
        if not self._state.has_app:
            return Failure("failed", A_MESSENGER, NO_APP)
        if self._problem is None:
            self._problem = unreadable(self._state)
        return Failure("failed", READABLE, self._problem) if self._problem else None

    def _lab_for(self, check: Check) -> Lab:
        if self._shared is not None and not check.fresh:
            return self._shared
        lab = Lab.for_state(self._state)
        lab.scale = self._scale
        if not check.fresh:
            self._shared = lab
        return lab

    async def _attempt(self, check: Check, context: CheckContext) -> Failure | None:
        async def outline_of_page() -> str:
            everybody = list(context.people_seen.values())
            return await outline(everybody[-1]) if everybody else "nothing"

        try:
            await context.lab.start()
            await check.body(context)
        except NoBrowser:
            raise
        except AppDidNotStart as error:
            # We wait for it once; the checks after this one would fail in the same way.
            self._broken = await failure_of(error, outline_of_page)
            return self._broken
        except Exception as error:
            return await failure_of(error, outline_of_page)
        return None

    async def _failed(
        self,
        check: Check,
        failure: Failure,
        context: CheckContext | None,
        raised: tuple[str, ...],
        began: float,
    ) -> CheckResult:
        people = list(context.people_seen.values()) if context is not None else []
        folder = self._folder / check.id
        result = CheckResult(
            check.id,
            check.title,
            failure.verdict,
            done=tuple(context.steps) if context is not None else (),
            expected=one_line(failure.expected),
            seen=one_line(failure.seen),
            wire=last_frames(people if failure.whose is None else [failure.whose]),
            files=differing_files(check, self._state, self._course),
            raised=raised,
            hint=f"course hint {check.id}",
            artefacts=self._course.relative(folder),
            seconds=time.monotonic() - began,
        )
        await keep_evidence(result, people, context.lab if context is not None else None, folder)
        return result

    async def _leave(self, check: Check, lab: Lab) -> None:
        """Dismiss all people, and start a shared server again that the check has killed."""
        if check.fresh:
            await lab.close()
            return
        for person in lab.everyone:
            await lab.dismiss(person)
        with contextlib.suppress(LabError):
            if not lab.alive and self._broken is None:
                await lab.start()


def one_line(text: str) -> str:
    """Return a text as one line; a lone surrogate, which no terminal can print, becomes an escape."""
    line = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]} …"
