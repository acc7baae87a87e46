"""``course stage``: the stage on a port of its own, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import uvicorn

from course.errors import CourseError
from course.lab.server import LabServer
from course.model import Course
from course.stage.app import create_app
from course.stage.names import LOOPBACK

SECONDS_TO_CLOSE = 2


def serve_stage(course: Course, state: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the stage until Ctrl-C.

    Args:
        course: whose chapters are played.
        state: what is on the stage first: a chapter's number, or ``workspace``.
        port: where; 0 takes any that is free.
        on_ready: is called with the address once the page is served.

    Raises:
        CourseError: the port is taken, or the client packages are missing.
    """
    if not (course.static_dir / "node_modules" / "phoenix_live_view").is_dir():
        raise CourseError("The LiveView client is not installed.", "Run `make setup`.")
    asyncio.run(_serve(course, state, port, on_ready))


async def _serve(course: Course, state: str, port: int, on_ready: Callable[[str], None]) -> None:
    with _listener(port) as sock:
        app, stage = create_app(course, int(sock.getsockname()[1]))
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        )
        server = LabServer(config, lambda: on_ready(stage.origin))
        tasks = [asyncio.create_task(stage.herald.run()), asyncio.create_task(stage.watch())]
        stage.load(state)
        try:
            await server.serve(sockets=[sock])
            # uvicorn has kept the Ctrl-C for its end. It arrives at the next await: here, not below.
            await asyncio.sleep(0)
        finally:
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
