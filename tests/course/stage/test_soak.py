"""The short soak of `make test`; ``make stage-soak MINUTES=60`` is the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from course.lab.person.browser_choice import find_chromium

DIFFERENT_ONES = 5
SOAK = Path(__file__).with_name("soak.py")


@pytest.mark.timeout(400)
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_nothing_is_left_behind_by_random_clicking() -> None:
    command = [sys.executable, str(SOAK), "--minutes", "0.3", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Nothing was left behind.\n")
    told = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.strip()[0].isdigit()]
    clicked = [name for _, name in told if not name.endswith("not possible")]
    # A busy machine gets through fewer of them, and which ones is a matter of chance.
    assert len(clicked) >= DIFFERENT_ONES, done.stdout
