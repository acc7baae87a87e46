"""`ServerProcess`: the parent's side of the server process, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

from course.lab.errors import AppDidNotStart, LabError

SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 5.0
SECONDS_TO_ANSWER = 10.0
MOST_FRAMES = 6
"""The most frames of a traceback in a report; an endless recursion has hundreds."""


@dataclass(frozen=True)
class AppError:
    """An exception that the app raised.

    Attributes:
        type: its class name.
        message: its text.
        frames: (file, line, function, source line), outermost first.
        text: the whole traceback.
        logger: the name of the logger; empty when the app did not start.
    """

    type: str
    message: str
    frames: tuple[tuple[str, int, str, str], ...]
    text: str
    logger: str = ""

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> AppError:
        """Make an error from a message of ``course.lab.app.server``."""
        frames = tuple((f["file"], int(f["line"] or 0), f["function"], f["code"]) for f in data["frames"])
        return cls(data["type"], data["message"], frames, data["text"], data.get("logger", ""))

    def own_lines(self, state: Path) -> list[str]:
        """Return the error in a few lines, with the first and last frames in the learner's own files."""
        root = str(state.resolve())
        own = [frame for frame in self.frames if str(Path(frame[0]).resolve()).startswith(root + os.sep)]
        lines = []
        left_out = len(own) - MOST_FRAMES
        for number, (file, line, function, code) in enumerate(own or self.frames[-1:]):
            if left_out > 0 and MOST_FRAMES // 2 <= number < MOST_FRAMES // 2 + left_out:
                if number == MOST_FRAMES // 2:
                    lines.append(f"… {left_out} more")
                continue
            name = Path(file).resolve()
            shown = name.relative_to(root).as_posix() if frame_is_in(name, root) else name.name
            place = f" in {function}" if function and function != "<module>" else ""
            lines.append(f"{shown}, line {line}{place}:")
            if code:
                lines.append(f"    {code.strip()}")
        return [*lines, f"{self.type}: {self.message}" if self.message else self.type]


def frame_is_in(path: Path, root: str) -> bool:
    """Return whether a file is below a folder."""
    return str(path).startswith(root + os.sep)


class ServerProcess:
    """One process of the app. It ends when this process does, because its standard input closes then."""

    def __init__(self, process: subprocess.Popen[bytes], on_raised: Callable[[AppError], None]) -> None:
        self._process = process
        self._on_raised = on_raised
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[int] = self._loop.create_future()
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._dead = asyncio.Event()
        self._asked_to_end = False
        self.failure: AppError | None = None
        self.port = 0
        threading.Thread(target=self._read, name="lab-server", daemon=True).start()

    @classmethod
    async def start(
        cls,
        env: dict[str, str],
        cwd: Path,
        log: Path,
        on_raised: Callable[[AppError], None],
        port: int = 0,
        factory: str = "messenger:create_app",
    ) -> ServerProcess:
        """Start the app and wait until it serves.

        Raises:
            AppDidNotStart: if it raised, or did not serve within thirty seconds.
        """
        with log.open("ab") as stderr:
            process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's own cannot be used on every Windows loop
                [sys.executable, "-m", "course.lab.app.server", "--port", str(port), "--app", factory],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=cwd,
                env=env,
                **detached(),
            )
        server = cls(process, on_raised)
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                server.port = await server._ready
        except TimeoutError:
            await server.kill()
            problem = f"The app did not serve within {SECONDS_TO_START:.0f} seconds."
            raise AppDidNotStart(problem) from None
        except BaseException:
            await server.kill()
            raise
        return server

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises:
            LabError: if the process is gone, or did not answer within ten seconds.
        """
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._answers[number] = answer
        line = json.dumps({"id": number, "do": do, **fields}) + "\n"
        try:
            _write(self._process.stdin, line.encode())
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await answer
        except (OSError, ValueError, TimeoutError) as problem:
            raise LabError(f"The server did not answer the request to {do}.") from problem
        finally:
            del self._answers[number]

    async def kill(self) -> None:
        """End the process as `kill -9` does, and wait until it is gone.

        Raises:
            LabError: if it is still there after five seconds.
        """
        self._asked_to_end = True
        with contextlib.suppress(OSError):
            self._process.kill()
        await self._wait_until_gone(SECONDS_TO_STOP)

    async def stop(self) -> None:
        """Let the process close its sockets and end; kill it when that takes too long."""
        self._asked_to_end = True
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            await self._wait_until_gone(SECONDS_TO_STOP)
        except LabError:
            await self.kill()

    async def _wait_until_gone(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._dead.wait()
        except TimeoutError:
            raise LabError(f"The server process {self.pid} does not end.") from None

    def _read(self) -> None:
        """Pass each line of the child, then its end, to the event loop; this runs in a thread."""
        stream = self._process.stdout
        assert stream is not None
        for line in stream:
            with contextlib.suppress(ValueError):
                self._call(self._handle_message, json.loads(line))
        self._process.wait()
        self._call(self._end)

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nothing waits for it
            self._loop.call_soon_threadsafe(function, *args)

    def _handle_message(self, message: dict[str, Any]) -> None:
        if "ready" in message and not self._ready.done():
            self._ready.set_result(int(message["ready"]["port"]))
        elif "failed" in message:
            self.failure = AppError.from_wire(message["failed"])
            self._on_raised(self.failure)
        elif "raised" in message:
            self._on_raised(AppError.from_wire(message["raised"]))
        elif "answer" in message:
            future = self._answers.get(int(message["answer"]))
            if future is not None and not future.done():
                future.set_result(message)

    def _end(self) -> None:
        self._dead.set()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(LabError("The server process has ended."))
        if not self._ready.done():
            self._ready.set_exception(AppDidNotStart("The app ended while it started."))
        elif not self._asked_to_end:
            code = self._process.returncode
            self._on_raised(
                AppError("ProcessEnded", f"the app's process ended by itself, code {code}", (), "")
            )


def _write(stream: IO[bytes] | None, data: bytes) -> None:
    assert stream is not None
    stream.write(data)
    stream.flush()


def detached() -> dict[str, Any]:
    """Return the arguments of `Popen` that keep Ctrl-C and the notebook's stop button from the child."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
