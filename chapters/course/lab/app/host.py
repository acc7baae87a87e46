"""`Host`: one app and its process, which starts again when the app's files change."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from course.lab.app.process import AppError, ServerProcess
from course.lab.app.state import AppState, app_environment, ask_app, prepare_database, where_to_read
from course.lab.errors import AppDidNotStart, LabError

CRASH_REASON = "raised on purpose by the Lab"

# Passwords of the Lab protect nothing, so a hash takes 1 ms and 1 MiB instead of 100 ms and 64 MiB.
LIGHT_HASHES = {"PARLEY_ARGON2": "1,1024,1"}

# The Lab's own push service is on this machine, and the checks must not wait long for a push.
OWN_PUSHES = {"PARLEY_PUSH_HOSTS": "127.0.0.1", "PARLEY_PUSH_AFTER": "0.2"}


class Host:
    """The app of a state, and its process.

    Attributes:
        state: the state with the app.
        data: the folder with its database.
        log: its log file.
        raised: every exception that the app has raised, except those that `crash` has made.
        killed: whether it was killed and not yet started again.
    """

    def __init__(self, state: AppState, data: Path, log: Path) -> None:
        self.state = state
        self.data = data
        self.log = log
        self.raised: list[AppError] = []
        self.killed = False
        self._server: ServerProcess | None = None
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._starting = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._server is not None and self._server.alive

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        return self._server.pid if self._server is not None and self._server.alive else None

    @property
    def port(self) -> int:
        """The port of the app, or its last port; 0 before the first start."""
        return self._server.port if self._server is not None else 0

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the app."""
        return LIGHT_HASHES | OWN_PUSHES | app_environment(self.state, self.data)

    async def python(self, code: str) -> tuple[str, str]:
        """Run a piece of Python in the app's environment; return its standard output and standard error."""
        result = await asyncio.to_thread(ask_app, self.state, self.environment(), code)
        return result.stdout, result.stderr

    async def start(self) -> None:
        """Start the app unless it runs.

        Raises:
            NoMessenger: if the state has no app yet.
            AppDidNotStart: if it raised; the message shows the lines of its own files.
        """
        async with self._starting:
            if not self.alive:
                await self._launch()

    async def refresh(self) -> None:
        """Start the app unless it runs, or start it again if its files have changed.

        An app that was killed starts again only if its files have changed.
        """
        async with self._starting:
            changed = self._stamp != self.state.stamp()
            if self.killed and not changed:
                return
            if self.alive and changed and self._server is not None:
                await self._server.stop()
            if not self.alive:
                await self._launch()
                self.killed = False

    async def kill(self) -> None:
        """End the process as `kill -9` does.

        Raises:
            LabError: if it does not run.
        """
        if self._server is None or not self._server.alive:
            raise LabError("There is no server to kill.", "`await lab.restart()` starts it.")
        self.killed = True
        await self._server.kill()

    async def stop(self) -> None:
        """End the process after it has closed its sockets."""
        if self._server is not None:
            await self._server.stop()

    async def crash(self, topics: list[str], view: str | None) -> str:
        """Make a connected view raise in its own mailbox; return its topic.

        Args:
            topics: the topics of the views to choose from, the preferred one first.
            view: a class name or an element id; by default the first view.

        Raises:
            LabError: if the server does not run, or there is no such view.
        """
        if self._server is None:
            raise LabError("The server does not run.", "`await lab.restart()` starts it.")
        answer = await self._server.ask("crash", topics=topics, view=view, reason=CRASH_REASON)
        if not answer["ok"]:
            known = answer.get("problem") or ", ".join(answer.get("views", ())) or "none"
            raise LabError(f"There is no view {view or ''} to crash.", f"Connected on this page: {known}.")
        return str(answer["topic"])

    async def template_lines(self) -> list[dict[str, Any]]:
        """Return the lines of the parts of the app's live templates; see `course.lab.app.template_lines`.

        Raises:
            LabError: if the process does not answer.
        """
        if self._server is None or not self._server.alive:
            raise LabError("The server does not run.", "`await lab.restart()` starts it.")
        return list((await self._server.ask("templates")).get("templates", ()))

    async def hear_out(self) -> None:
        """Wait until the app's views are at rest, and all its messages up to then have arrived."""
        if self._server is not None and self._server.alive:
            with contextlib.suppress(LabError):
                await self._server.ask("rest")

    async def _launch(self) -> None:
        self.state.require_app()
        stamp, env = self.state.stamp(), self.environment()
        if stamp != self._stamp:
            await asyncio.to_thread(prepare_database, self.state, env, self.log)
        known = len(self.raised)
        try:
            self._server = await ServerProcess.start(
                env, self.state.folder, self.log, self._on_raised, self.port, self.state.factory
            )
        except AppDidNotStart as problem:
            raise self._explained(problem, self.raised[known:]) from None
        self._stamp = stamp

    def _explained(self, problem: AppDidNotStart, raised: list[AppError]) -> AppDidNotStart:
        if not raised:
            return AppDidNotStart(problem.message, problem.advice or where_to_read(self.log))
        lines = "\n".join(f"  {line}" for line in raised[0].own_lines(self.state.folder))
        return AppDidNotStart(f"The app did not start:\n{lines}", where_to_read(self.log))

    def _on_raised(self, error: AppError) -> None:
        if CRASH_REASON not in error.message:
            self.raised.append(error)
