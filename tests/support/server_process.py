"""A server in a process of its own, which a test may kill."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.listener import until
from support.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]


class ServerProcess:
    """The app of ``presence_app.py`` in a process of its own."""

    def __init__(self, redis: RedisServer) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        path = os.pathsep.join(str(ROOT / name) for name in ("app", "tests", "chapters"))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.presence.presence_app", redis.url, str(port)],
            env={**os.environ, "PYTHONPATH": path},
        )

    async def ready(self) -> None:
        """Wait until it answers.

        Raises:
            AssertionError: if the process has ended.
            TimeoutError: if it does not answer in time.
        """
        port = int(self.address.rpartition(":")[2])

        def answers() -> bool:
            assert self.process.poll() is None, "the server process has ended"
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        await until(answers)


@contextmanager
def server_processes(redis: RedisServer) -> Iterator[Callable[[], ServerProcess]]:
    """Lend a function that starts a server process; end all that it has started."""
    started: list[ServerProcess] = []

    def start() -> ServerProcess:
        started.append(ServerProcess(redis))
        return started[-1]

    yield start
    for each in started:
        each.process.terminate()
        each.process.wait(20)
