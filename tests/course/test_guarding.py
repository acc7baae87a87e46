"""What tests start does not outlive them, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 30

# As a Redis server or a browser of the tests: in a session of its own, deaf to Ctrl-C and to its input's end.
HANGS = """
import os, subprocess, sys, time
from pathlib import Path

CHILD = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"

def test_that_hangs():
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.DEVNULL, start_new_session=True)
    worker = os.getpid()
    Path({told!r}).write_text(f"{{child.pid}} {{worker}} .")
    time.sleep(600)

"""


@pytest.fixture
def hanging(tmp_path: Path) -> tuple[subprocess.Popen[bytes], int, int]:
    """Tests in two processes, in the middle of one: the first process, the worker, and what it started."""
    told = tmp_path / "told"
    (tmp_path / "test_hangs.py").write_text(HANGS.format(told=str(told)), encoding="utf-8")
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("tests", "app", "chapters"))
    tests = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "conftest",
            "-n",
            "2",
            "-p",
            "no:cacheprovider",
            "test_hangs.py",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + SECONDS
    while not (told.is_file() and told.read_text().endswith(".")):
        assert time.monotonic() < deadline and tests.poll() is None, "the tests did not come that far"
        time.sleep(0.02)
    child, worker = map(int, told.read_text().split()[:2])
    return tests, worker, child


def gone(pid: int) -> bool:
    """Whether a process has ended, or does so in time."""
    try:
        psutil.Process(pid).wait(SECONDS)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    "how", ["ctrl-c", pytest.param("terminated", marks=pytest.mark.matrix), "killed", "worker killed"]
)
def test_what_tests_have_started_ends_with_them(
    hanging: tuple[subprocess.Popen[bytes], int, int], how: str
) -> None:
    tests, worker, child = hanging
    assert psutil.pid_exists(child)
    if how == "worker killed":
        os.kill(worker, signal.SIGKILL)
    elif how == "ctrl-c":
        os.killpg(tests.pid, signal.SIGINT)  # as a terminal does
    else:
        os.kill(tests.pid, signal.SIGTERM if how == "terminated" else signal.SIGKILL)
    try:
        assert gone(child), f"{how}: what the test has started goes on"
        if how != "worker killed":
            assert gone(worker), f"{how}: the second process goes on"
    finally:
        tests.kill()
        tests.wait()
