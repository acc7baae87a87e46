"""``course stage``: serve the stage on a port of its own, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable

import uvicorn

from course.errors import CourseError
from course.lab.app.server import LabServer
from course.lab.app.state import StateName
from course.source.model import Course
from course.stage.app import create_app
from course.stage.names import LOOPBACK
from course.stage.stage import Stage

SECONDS_TO_CLOSE = 2


def serve_stage(course: Course, state: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the stage until Ctrl-C.

    Args:
        course: the course with the chapters.
        state: the first state on the stage: a chapter's number, or ``workspace``.
        port: the port; 0 takes any free one.
        on_ready: called with the address once the page is served.

    Raises:
        CourseError: if the port is taken, or the client packages are missing.
    """
    if not (course.static_dir / "node_modules" / "phoenix_live_view").is_dir():
        raise CourseError("The LiveView client is not installed.", "Run `make setup`.")
    asyncio.run(_serve(course, state, port, on_ready))


async def _serve(course: Course, state: str, port: int, on_ready: Callable[[str], None]) -> None:
    async with opened_stage(course, state, port) as (stage, served):
        on_ready(stage.origin)
        await served
        # uvicorn raises the Ctrl-C again at its end. It arrives at the next await: here, not below.
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def opened_stage(
    course: Course, state: StateName, port: int = 0
) -> AsyncIterator[tuple[Stage, asyncio.Task[None]]]:
    """Serve a stage inside the ``async with``; yield the stage, and the task that serves it.

    Args:
        course: the course with the chapters.
        state: the first state on the stage.
        port: the port; 0 takes any free one.

    Raises:
        CourseError: if the port is taken.
    """
    with _listener(port) as sock:
        app, stage = create_app(course, int(sock.getsockname()[1]))
        ready = asyncio.Event()
        server = LabServer(
            uvicorn.Config(
                app,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=SECONDS_TO_CLOSE,
            ),
            ready.set,
        )
        serving = asyncio.create_task(server.serve(sockets=[sock]), name="stage-server")
        tasks = [asyncio.create_task(stage.broadcaster.run()), asyncio.create_task(stage.watch())]
        try:
            waiting = asyncio.create_task(ready.wait())
            await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            stage.load(state)
            yield stage, serving
        finally:
            server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await stage.close()


def _listener(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        # A port that a server left a moment ago counts as free.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OSError as error:
        sock.close()
        raise CourseError(
            f"Port {port} cannot be used: {error.strerror}.",
            f"Stop the program that has it, or take another: `course stage --port {port + 1}`.",
        ) from error
    return sock
