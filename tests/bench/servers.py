"""The servers that are compared: each a child process with uvicorn, on a core of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".bench"
PYVIEW = "pyview-web>=0.9,<1"
UVICORN = ["--ws=websockets-sansio", "--ws-per-message-deflate=false", "--backlog=2048", "--no-proxy-headers"]
QUIET = ["--no-access-log", "--log-level=error"]


@dataclass(frozen=True)
class Kind:
    """A server that is compared.

    Attributes:
        name: as in the table.
        module: of its app.
        speaks_live: whether its sockets speak the LiveView protocol.
        separate: whether it needs an environment of its own.
    """

    name: str
    module: str
    speaks_live: bool = True
    separate: bool = False


BARE = Kind("bare ASGI", "bare", speaks_live=False)
OURS = Kind("quart_live", "conversation")
PEER = Kind("pyview", "pyview_conversation", separate=True)
REAL = Kind("messenger", "messenger_app")


class Server:
    """A running server; use as a context manager.

    Args:
        kind: which one.
        history: how many messages there are at the start.
        python: the interpreter to run it with.
        settings: more variables for its environment.
        log: a file for what it writes to standard error; without it, that is seen here.

    Attributes:
        host: host and port.
    """

    def __init__(
        self,
        kind: Kind,
        history: int,
        python: Path,
        settings: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        command = [str(python), "-m", "uvicorn", f"{kind.module}:app", f"--port={port}", *UVICORN, *QUIET]
        paths = [str(HERE / "apps"), *([] if kind.separate else [str(ROOT / "app")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "BENCH_HISTORY": str(history),
            "QUART_LIVE_CLIENT_DIR": str(ROOT / "static" / "node_modules"),
            **(settings or {}),
        }
        with contextlib.ExitStack() as stack:
            errors = stack.enter_context(log.open("wb")) if log is not None else None
            self._child = subprocess.Popen(command, env=environment, cwd=HERE / "apps", stderr=errors)
        self.process = psutil.Process(self._child.pid)
        pin(self.process, 0)

    def __enter__(self) -> Server:
        ends = time.monotonic() + 30
        while self._child.poll() is None and time.monotonic() < ends:
            try:
                urllib.request.urlopen(f"http://{self.host}/", timeout=5).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("the server did not start; its message is above")

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def ask(self, path: str) -> str:
        """The answer to a GET request."""
        with urllib.request.urlopen(f"http://{self.host}{path}", timeout=60) as response:
            return str(response.read().decode())

    def cpu(self) -> float:
        """Seconds of CPU that the process has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Resident bytes."""
        return int(self.process.memory_info().rss)


def pin(process: psutil.Process, core: int) -> bool:
    """Keep a process on one core, where the system can and there are two. Returns whether it is."""
    cores = psutil.cpu_count() or 1
    if cores < 2 or not hasattr(process, "cpu_affinity"):
        return False
    try:
        process.cpu_affinity([core])
    except (OSError, psutil.Error):
        return False
    return True


def interpreter(kind: Kind) -> Path | None:
    """The Python to run a server with; makes pyview's environment the first time. None if it cannot be."""
    if not kind.separate:
        return Path(sys.executable)
    folder = CACHE / f"pyview-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        print("  making an environment for pyview …", flush=True)
        wanted = [PYVIEW, f"uvicorn[standard]=={version('uvicorn')}"]
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"  pyview is left out: {error}", flush=True)
            return None
        done.touch()
    return python
