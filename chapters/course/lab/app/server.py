"""The messenger as a child process, for the Lab, ``course run`` and demos.

    python -m course.lab.app.server [--port P] [--app messenger:create_app]

The state folder must be first on ``PYTHONPATH``. Standard output carries JSON, one object per line:

    {"ready": {"port": 50123, "pid": 7}}          once, when requests are served
    {"failed": {…}}                               instead, when the app cannot start
    {"raised": {…}}                               each time the app logs an exception
    {"answer": 3, "ok": true, …}                  to the request with id 3

Standard input carries requests, one JSON object per line; when it closes, the process ends. So the child ends
with its parent, however the parent ended, on every system. Logging goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib
import logging
import os
import socket
import sys
import threading
import traceback
import types
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from course.lab.app.pipe import Pipe, describe, set_up_logging
from course.lab.app.template_lines import template_lines

ASGIApp = Callable[[MutableMapping[str, Any], Callable[..., Any], Callable[..., Any]], Awaitable[None]]

PROBE_PATH = "/-/lab"
SECONDS_TO_CLOSE = 2
# The longest time that a handler may take before the app counts as at rest all the same.
SECONDS_TO_REST = 1.0


def answer_probes(app: ASGIApp) -> ASGIApp:
    """Wrap the app so that the Lab's probes are answered before the app sees them."""

    async def outer(
        scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        if scope["type"] == "http" and scope["path"] == PROBE_PATH:
            await send({"type": "http.response.start", "status": 204, "headers": [(b"connection", b"close")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    return outer


def crash_view(app: Any, topics: list[str], view: str | None, reason: str) -> dict[str, Any]:
    """Make one connected view raise inside its own mailbox; return which, or the views that there are."""
    live = app.extensions["quart_live"]
    # After a cut link an older channel may still be there, so the newest one comes first.
    here = [channel for channel in reversed(list(live.channels)) if channel.topic in topics]
    here.sort(key=lambda channel: topics.index(channel.topic))
    for channel in here:
        name = type(channel.view).__name__
        if view is None or view in (name, channel.topic, channel.topic.removeprefix("lv:")):
            channel.crash(reason)
            return {"ok": True, "topic": channel.topic, "view": name}
    return {"ok": False, "views": [type(channel.view).__name__ for channel in here]}


class LabServer(uvicorn.Server):
    """A uvicorn server that calls ``on_ready`` when it serves."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then call ``on_ready``."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def bind(port: int) -> socket.socket:
    """Return a socket on the loopback address, at the wished port if it is free, else at any."""
    for wish in (port, 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", wish))
            return sock
        except OSError:
            sock.close()
            if wish == 0:
                raise
    raise AssertionError("unreachable")


def load_app(factory: str) -> Any:
    """Import ``module:function`` from the state folder, which is the current one, and return the app."""
    name, _, function = factory.partition(":")
    package = Path.cwd() / "messenger"
    if not (package / "__init__.py").is_file():
        # A package that is being written has no __init__ yet. Python would go on to the finished one.
        unfinished = types.ModuleType("messenger")
        unfinished.__path__ = [str(package)]
        sys.modules["messenger"] = unfinished
    return getattr(importlib.import_module(name), function)()


def handle(request: dict[str, Any], app: Any, server: uvicorn.Server) -> dict[str, Any]:
    """Carry out one request; return the fields of the answer."""
    if request.get("do") == "crash":
        return crash_view(app, request["topics"], request.get("view"), request["reason"])
    if request.get("do") == "templates":
        return {"ok": True, "templates": template_lines(app)}
    if request.get("do") == "stop":
        server.should_exit = True
        return {"ok": True}
    return {"ok": False, "problem": f"unknown request {request.get('do')!r}"}


async def come_to_rest(app: Any) -> None:
    """Wait until no view is at work, and the failures of tasks that were not awaited are logged."""
    live = getattr(app, "extensions", {}).get("quart_live")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SECONDS_TO_REST):
            # A mailbox has no event for being empty.
            while live is not None and any(  # noqa: ASYNC110
                channel.mailbox.busy for channel in live.channels
            ):
                await asyncio.sleep(0.005)
    # asyncio reports a failed task that was not awaited only when it is collected.
    gc.collect()
    await asyncio.sleep(0)


async def serve(app: Any, sock: socket.socket, pipe: Pipe) -> None:
    """Serve until asked to stop, or until the parent is gone."""
    loop = asyncio.get_running_loop()

    def on_ready() -> None:
        pipe.say(ready={"port": sock.getsockname()[1], "pid": os.getpid()})

    config = uvicorn.Config(
        answer_probes(app),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        # uvicorn by default trusts X-Forwarded-For from this machine. The app decides which proxies to trust.
        proxy_headers=False,
        backlog=2048,
        log_config=None,
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    server = LabServer(config, on_ready)

    async def answer(request: dict[str, Any]) -> None:
        try:
            if request.get("do") == "rest":
                await come_to_rest(app)
                pipe.say(answer=request.get("id"), ok=True)
            else:
                pipe.say(answer=request.get("id"), **handle(request, app, server))
        except Exception as error:
            logging.getLogger("course.lab").exception("the Lab's request failed")
            pipe.say(answer=request.get("id"), ok=False, problem=f"{type(error).__name__}: {error}")

    answering: set[asyncio.Task[None]] = set()

    def on_request(request: dict[str, Any]) -> None:
        def run() -> None:
            task = loop.create_task(answer(request))
            answering.add(task)
            task.add_done_callback(answering.discard)

        loop.call_soon_threadsafe(run)

    def on_end() -> None:
        # An app that does not end must not keep the process alive without a parent.
        timer = threading.Timer(SECONDS_TO_CLOSE + 1, os._exit, (0,))
        timer.daemon = True
        timer.start()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(setattr, server, "should_exit", True)

    pipe.listen(on_request, on_end)
    await server.serve(sockets=[sock])


def main() -> int:
    """Serve the app that is first on the path; return 1 when it cannot start."""
    parser = argparse.ArgumentParser(description="Serve the messenger for the Lab.")
    parser.add_argument("--port", type=int, default=0, help="the wished port; another one when it is taken")
    parser.add_argument("--app", default="messenger:create_app", help="module:function that makes the app")
    options = parser.parse_args()
    pipe = Pipe()
    set_up_logging(pipe)
    try:
        app = load_app(options.app)
    except Exception as error:
        traceback.print_exc()
        pipe.say(failed=describe(error))
        return 1
    with bind(options.port) as sock:
        asyncio.run(serve(app, sock, pipe))
    return 0


if __name__ == "__main__":
    sys.exit(main())
