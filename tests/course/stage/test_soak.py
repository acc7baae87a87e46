"""The short soak of `make test`; ``make stage-soak MINUTES=60`` is the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from course.lab.browser import find_chromium

SOAK = Path(__file__).parents[1] / "stage_soak.py"


@pytest.mark.timeout(400)
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_nothing_is_left_behind_by_random_clicking() -> None:
    command = [sys.executable, str(SOAK), "--minutes", "0.3", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Nothing was left behind.\n")
    assert "next act" in done.stdout
