"""Running checks that are written in a test, on the small app of the Lab's tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course.checks import Check, CheckResult
from course.checks.registry import Body
from course.checks.runner import run_checks
from course.lab import find_chromium

APP = Path(__file__).parents[1] / "apps" / "lab"

RunOne = Callable[..., CheckResult]


@pytest.fixture
def run_body(tmp_path: Path) -> Callable[..., CheckResult]:
    """Runs the body of a check on an app, by default the small one; gives its result."""
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine: `course doctor` says what to do")

    def run(body: Body, app: Path = APP, patience: float = 10.0, **options: Any) -> CheckResult:
        check = Check("1.1", "What the test says", ("messenger/__init__.py",), body, since=1)
        evidence = tmp_path / "evidence"
        results = asyncio.run(run_checks([check], app, artefacts=evidence, patience=patience, **options))
        return results[0]

    return run
