"""What takes the server's time during a phase: with py-spy where it is installed, else with cProfile.

py-spy looks at the process from outside, a few hundred times a second, and slows it down hardly at all.
cProfile is part of Python; it makes small functions look dearer than they are, and sees only the thread of
the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from servers import Server

LINES = 40
SAMPLES = "400"
# Where threads wait for work; py-spy cannot always tell that from work.
WAITING = ("_connection_worker_thread (aiosqlite", "_worker (", "wait (", "get (python", "select (")
# What stands at the bottom of every stack.
BELOW = (
    "(uvicorn/main.py)",
    "(uvicorn/__main__.py)",
    "(uvicorn/_compat.py)",
    "(uvicorn/server.py)",
    "(click/core.py)",
    "(<frozen runpy>)",
    "(asyncio/runners.py)",
    "/threading.py)",
)


def profiled(server: Server, found: list[str]) -> contextlib.AbstractAsyncContextManager[None]:
    """Profile what the server does meanwhile. What has been found is added to `found` at the end."""
    return sampled(server, found) if may_look(server) else traced(server, found)


def may_look(server: Server) -> bool:
    """Whether there is a py-spy, and the system lets it look at the process."""
    if shutil.which("py-spy") is None:
        return False
    dump = ["py-spy", "dump", f"--pid={server.process.pid}"]
    return subprocess.run(dump, capture_output=True).returncode == 0


@contextlib.asynccontextmanager
async def traced(server: Server, found: list[str]) -> AsyncIterator[None]:
    """With cProfile, in the server itself."""
    await asyncio.to_thread(server.ask, "/bench/profile")
    yield
    found.append(await asyncio.to_thread(server.ask, "/bench/profile"))


@contextlib.asynccontextmanager
async def sampled(server: Server, found: list[str]) -> AsyncIterator[None]:
    """With py-spy, from outside."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw")
        options = ["--format=raw", "--duration=unlimited", f"--rate={SAMPLES}", f"--output={raw}"]
        child = await asyncio.create_subprocess_exec(
            "py-spy", "record", *options, f"--pid={server.process.pid}",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield
        finally:
            child.send_signal(signal.SIGINT)
            _, errors = await child.communicate()
        found.append(await asyncio.to_thread(top_of, raw) or errors.decode())


def top_of(raw: Path) -> str:
    """The functions with most samples: their own, and with all that they call. Empty without samples.

    Args:
        raw: a line for each stack, its frames with `;` between and the number of samples at the end.
    """
    own: Counter[str] = Counter()
    under: Counter[str] = Counter()
    for line in raw.read_text().splitlines() if raw.exists() else ():
        stack, _, number = line.rpartition(" ")
        frames = [function_in(frame) for frame in stack.split(";")]
        if frames[-1].startswith(WAITING):
            continue
        own[frames[-1]] += int(number)
        for frame in set(frames):
            under[frame] += int(number) * (not frame.endswith(BELOW))
    total, parts = own.total(), []
    for title, counter in (("in the function itself", own), ("with all that it calls", under)):
        lines = [f"{100 * number / total:6.1f} %  {name}" for name, number in counter.most_common(LINES)]
        parts.append("\n".join([title, *lines, ""]))
    return "\n".join(parts) if total else ""


def function_in(frame: str) -> str:
    """`show (messenger/unread.py)` of `show (app/messenger/unread.py:31)`."""
    name, _, place = frame.partition(" (")
    return f"{name} ({'/'.join(place.split(':')[0].split('/')[-2:])})" if place else name
