"""A class that clicks on everything, for as long as one likes; afterwards nothing may be left behind.

    make stage-soak MINUTES=60
    python tests/course/stage/soak.py --minutes 60 --seed 7

The stage runs as a command of its own, its page in a real Chromium. Links are broken and fixed, the server
is killed and started, views crash, people come and go, chapters change, acts are begun and left in the
middle, pages are clicked in and loaded again, the stage's own page too. Every round ends with a fresh start,
and then the stage must have one child, one port for itself and one for each person, and not more threads,
open files and memory than after the first rounds. At the end Ctrl-C must leave no process, port or file.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import psutil
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import expect
from support import guard
from support.clicker import Clicker
from support.stage_command import StageCommand
from support.stage_page import Staged, chromium

OPERATIONS_PER_ROUND = 120
ROUNDS_TO_WARM_UP = 2
MEGABYTES_OF_SLACK = 25
# A browser keeps a few connections for later, now more, now fewer.
FILES_OF_SLACK = 16
SECONDS_FOR_ONE = 30


class LeftBehindError(AssertionError):
    """Something outlived what it belonged to."""


@dataclass(frozen=True)
class Weight:
    """The resources that a stage holds at rest."""

    children: int
    ports: int
    threads: int
    files: int
    megabytes: float

    @classmethod
    def of(cls, pid: int) -> Weight:
        """Weigh a process."""
        process = psutil.Process(pid)
        listening = [one for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
        return cls(
            len(process.children(recursive=True)),
            len(listening),
            process.num_threads(),
            process.num_fds() if hasattr(process, "num_fds") else process.num_handles(),
            process.memory_info().rss / 1e6,
        )


class Soak:
    """One run.

    Attributes:
        done: how often each operation was done.
        weights: after each round.
    """

    def __init__(self, command: StageCommand, staged: Staged, seed: int) -> None:
        self.command = command
        self.staged = staged
        self.chance = random.Random(seed)
        self.clicker = Clicker(staged.page, command.address, self.chance)
        self.done: Counter[str] = Counter()
        self.weights: list[Weight] = []

    async def run(self, seconds: float) -> None:
        """Click for about ``seconds``; at least three rounds, short ones if there is no time.

        Raises:
            LeftBehindError: with what was left.
        """
        end = time.monotonic() + seconds
        while len(self.weights) < ROUNDS_TO_WARM_UP + 1 or time.monotonic() < end:
            hurry = time.monotonic() + seconds / (ROUNDS_TO_WARM_UP + 1)
            for _ in range(OPERATIONS_PER_ROUND):
                await self._operate()
                if time.monotonic() > hurry:
                    break
            await self._rest()

    async def _operate(self) -> None:
        name = self.chance.choice(sorted(Clicker.OPERATIONS))
        self.done[name] += 1
        try:
            async with asyncio.timeout(SECONDS_FOR_ONE):
                await self.clicker.operate(name)
        except (PlaywrightError, TimeoutError):
            # A button that is disabled, or that has gone meanwhile, is nothing one could press. Nor is a page
            # to be asked that waits for a server behind a link that hangs.
            self.done[f"{name}: not possible"] += 1
        if self.staged.problems:
            raise LeftBehindError(f"after {name} a page raised: {self.staged.problems}")
        if self.command.process.poll() is not None:
            raise LeftBehindError(f"after {name} the stage had ended:\n{self.command.end(5)[1]}")

    async def _rest(self) -> None:
        """A fresh start, and a look at what there is."""
        await self.staged.page.reload()
        # Whatever is being started or fixed comes to its end first.
        busy = self.staged.page.get_by_role("group", name="Server").get_by_text("…")
        await expect(busy).to_have_count(0, timeout=60_000)
        await self.staged.bring_on("1")
        for _ in range(200):
            # The page may not show yet who has just come or gone.
            wished = (1, 1 + await self.staged.page.locator(".seat").count())
            weight = await asyncio.to_thread(Weight.of, self.command.process.pid)
            if (weight.children, weight.ports) == wished:
                break
            await asyncio.sleep(0.05)
        else:
            raise LeftBehindError(f"one child and {wished[1]} ports were expected, but there are {weight}")
        self.weights.append(weight)
        if len(self.weights) > ROUNDS_TO_WARM_UP:
            self._compare(self.weights[:ROUNDS_TO_WARM_UP], weight)

    def _compare(self, first: list[Weight], now: Weight) -> None:
        grown = {
            "threads": now.threads > max(one.threads for one in first) + 2,
            "files": now.files > max(one.files for one in first) + FILES_OF_SLACK,
            "memory": now.megabytes > max(one.megabytes for one in first) + MEGABYTES_OF_SLACK,
        }
        if any(grown.values()):
            names = ", ".join(name for name, more in grown.items() if more)
            raise LeftBehindError(f"{names} have grown from {first} to {now}")


async def soak(minutes: float, seed: int, tell: Callable[[str], None]) -> None:
    """Soak a stage, close it, and look at what is left.

    Raises:
        LeftBehindError: with what was left.
    """
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder:
        command = await StageCommand("stage", "1", temporary=Path(folder)).ready()
        try:
            async with chromium() as browser:
                staged = await Staged.open(browser, command)
                one = Soak(command, staged, seed)
                try:
                    await one.run(minutes * 60)
                finally:
                    for name, times in sorted(one.done.items()):
                        tell(f"{times:7} {name}")
                    for weight in one.weights:
                        tell(f"  {weight}")
            await _check_end(command, Path(folder))
        finally:
            command.close()


async def _check_end(command: StageCommand, folder: Path) -> None:
    process = psutil.Process(command.process.pid)
    children = process.children(recursive=True)
    ports = [one.laddr.port for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    code, said = await asyncio.to_thread(command.interrupt)
    left: dict[str, object] = {
        "processes": [child for child in children if child.is_running()],
        "ports": [port for port in ports if not _free(port)],
        "files": await asyncio.to_thread(os.listdir, folder),
        "exit code": code,
        "tracebacks": said.count("Traceback"),
    }
    if any(left.values()):
        raise LeftBehindError(f"after Ctrl-C there are still: {left}\n{said}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Random clicks on the stage; nothing may be left behind.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    guard.begin()
    try:
        asyncio.run(soak(arguments.minutes, arguments.seed, print))
    except LeftBehindError as error:
        raise SystemExit(f"Left behind (seed {arguments.seed}): {error}") from None
    print("Nothing was left behind.")


if __name__ == "__main__":
    main()
