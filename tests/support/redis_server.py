"""A real Redis for the tests, on a port of its own and in a temporary directory.

Where there is no ``redis-server``, it is installed if that needs no password; else the tests that need it are
skipped, with a message that tells the package to install.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.setup.chromium import as_root, quietly

PROGRAMS = ("redis-server", "valkey-server")
INSTALLERS = (
    ("apt-get", ("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "redis-server")),
    ("dnf", ("dnf", "install", "-y", "-q", "redis")),
    ("apk", ("apk", "add", "--quiet", "redis")),
)
ADVICE = (
    "no redis-server on PATH, and it could not be installed. "
    "Debian, Ubuntu: apt install redis-server, macOS: brew install redis"
)


def find() -> str | None:
    """Return the path of the server's program; None if there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@functools.cache
def ensure() -> str | None:
    """Return the path of the server's program, after installing it if necessary and possible."""
    if find() is None and any(shutil.which(program) for program, *_ in INSTALLERS):
        with one_at_a_time():
            if find() is None:
                install()
    return find()


def install() -> None:
    """Install Redis by the machine's own package manager."""
    for program, *commands in INSTALLERS:
        if shutil.which(program):
            for command in commands:
                with_rights = as_root(*command)
                if with_rights is None or not quietly(*with_rights):
                    break
            break


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock: tests may run in several processes, and a package manager in one only."""
    import fcntl  # the package managers above are those of systems that have it

    with (Path(tempfile.gettempdir()) / "quart_live-redis.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class RedisServer:
    """A Redis that can be killed, frozen, made to forget, and started again at the same address."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._directory = tempfile.TemporaryDirectory(prefix="quart_live-redis-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            RuntimeError: if it does not answer in time.
        """
        options = {
            "port": str(self.port), "bind": "127.0.0.1", "dir": self._directory.name,
            "save": "", "appendonly": "no", "daemonize": "no",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [self._program, *(word for name, value in options.items() for word in (f"--{name}", value))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while self._process.poll() is None and time.monotonic() < end:
            try:
                if self.ask("PING") == b"+PONG\r\n":
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("redis-server did not start")

    def ask(self, *words: str) -> bytes:
        """Send one command over a connection of its own. Return the answer.

        Raises:
            OSError: if it does not answer.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall((" ".join(words) + "\r\nQUIT\r\n").encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer.removesuffix(b"+OK\r\n")

    def channels(self) -> list[str]:
        """Return the channels that have subscribers."""
        return [line.decode() for line in self.ask("PUBSUB", "CHANNELS").split(b"\r\n")[2::2]]

    def subscribers(self, channel: str) -> int:
        """Return the number of connections that are subscribed to a channel."""
        return int(self.ask("PUBSUB", "NUMSUB", channel).rsplit(b":", 1)[1])

    def keys(self) -> int:
        """Return the number of its keys."""
        return int(self.ask("DBSIZE").strip(b":\r\n"))

    def forget(self) -> None:
        """Delete all its keys."""
        self.ask("FLUSHALL")

    def cut_oldest(self) -> None:
        """Cut the subscribed connection that has been there for longest; the others notice nothing."""
        clients = self.ask("CLIENT", "LIST", "TYPE", "pubsub").decode().split("id=")[1:]
        oldest = min(int(client.split()[0]) for client in clients)
        self.ask("CLIENT", "KILL", "ID", str(oldest))

    def kill(self) -> None:
        """Kill it at once."""
        if self._process is not None:
            self.thaw()
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Keep its connections open but let it answer nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        if self._process is not None and hasattr(signal, "SIGCONT"):
            os.kill(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its directory."""
        self.kill()
        self._directory.cleanup()


@pytest.fixture(scope="session")
def running_redis() -> Iterator[RedisServer]:
    """Start one Redis for all tests."""
    program = ensure()
    if program is None:
        pytest.skip(ADVICE)
    server = RedisServer(program)
    server.start()
    yield server
    server.close()


@pytest.fixture
def redis_server(running_redis: RedisServer) -> Iterator[RedisServer]:
    """Return a running Redis. After the test it must be as empty as before."""
    if not running_redis.running:
        running_redis.start()
    yield running_redis
    if running_redis.running:
        running_redis.thaw()
        assert running_redis.keys() == 0, "a key was left behind"
        assert running_redis.channels() == [], "a subscription was left behind"
