"""The guard: all processes that tests start end with the tests, be it by Ctrl-C, SIGTERM or ``kill -9``.

Each process that runs tests has a guard, a small process of its own that reads a pipe. The pipe closes when
the tests end, in whatever way. Then the guard ends the processes that they have started and left: it finds
them by a mark in their environment, which children inherit, also those that have got another parent.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import uuid
from typing import Any

import psutil

MARK = "PARLEY_TESTS"
SECONDS_TO_END = 3
ROUNDS = 5

_guard: subprocess.Popen[bytes] | None = None


def begin() -> None:
    """Start the guard of this process, unless it has one."""
    global _guard
    if _guard is not None:
        return
    without = {name: value for name, value in os.environ.items() if name != MARK}
    os.environ[MARK] = mark = uuid.uuid4().hex
    # In a session of its own: a Ctrl-C in the terminal is for the tests.
    own: dict[str, Any] = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    _guard = subprocess.Popen(
        [sys.executable, __file__, mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without,
        **own,
    )


def end() -> None:
    """Let the guard end the remaining processes at the end of the tests, and wait for it."""
    global _guard
    if _guard is not None and _guard.stdin is not None:
        _guard.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            _guard.wait(ROUNDS * SECONDS_TO_END)
        _guard = None
        del os.environ[MARK]


def left_by(mark: str, sparing: int) -> list[psutil.Process]:
    """Return the processes with this mark in their environment, without the one that runs the tests."""
    found = []
    for process in psutil.process_iter():
        # Not every process shows its environment, but those that the tests start do.
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in (sparing, os.getpid()) and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def end_all(mark: str, sparing: int) -> None:
    """End all processes with this mark, first by SIGTERM, then by SIGKILL, until no new ones come."""
    for _ in range(ROUNDS):
        processes = left_by(mark, sparing)
        if not processes:
            return
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        _, stubborn = psutil.wait_procs(processes, timeout=SECONDS_TO_END)
        for process in stubborn:
            with contextlib.suppress(psutil.Error):
                process.kill()


if __name__ == "__main__":
    parent = os.getppid()
    sys.stdin.buffer.read()  # nothing is ever written; it ends when the other end is closed
    end_all(sys.argv[1], parent)
