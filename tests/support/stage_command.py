"""The command `course stage`, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

SECONDS_TO_START = 60
ADDRESS = re.compile(r"http://parley\.localhost:(\d+)")


class StageCommand:
    """`course stage …` as a child process.

    Args:
        words: the arguments of the command.
        temporary: the folder for its temporary files.

    Attributes:
        said: all that it has printed.
        port: the port of its server.
    """

    def __init__(self, *words: str, temporary: Path | None = None) -> None:
        env = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course", *words, "--port", "0", "--no-browser"],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.said = ""
        self.port = 0

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"http://parley.localhost:{self.port}"

    async def ready(self) -> StageCommand:
        """Wait until it has printed its address. Return the command.

        Raises:
            AssertionError: if it ends without.
            TimeoutError: if it takes too long.
        """
        await asyncio.wait_for(asyncio.to_thread(self._read_address), SECONDS_TO_START)
        return self

    def _read_address(self) -> None:
        assert self.process.stdout is not None
        # Not `for line in`: that would read ahead, and keep lines in its buffer.
        while line := self.process.stdout.readline():
            self.said += line
            if found := ADDRESS.search(line):
                self.port = int(found[1])
                return
        raise AssertionError(f"no address was printed:\n{self.said}")

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C. Return the exit code and all that was printed."""
        self.process.send_signal(signal.SIGINT)
        return self.end(30)

    def end(self, seconds: float) -> tuple[int, str]:
        """Wait for the end. Return the exit code and all that was printed.

        Raises:
            subprocess.TimeoutExpired: if it takes too long.
        """
        more, _ = self.process.communicate(timeout=seconds)
        self.said += more
        return self.process.returncode, self.said

    def close(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
