"""What the commands need is in ``app``, ``chapters``, ``notebooks`` and ``static``, and nothing in ``tests``.

Everything runs from a copy that has no tests, in processes that find nothing else of this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course.lab import find_chromium
from course.source.model import Course
from course.source.states import fold
from course.state_folder import write_state

HERE = Course.here()
PARTS = ("app", "chapters", "notebooks", "static")
IGNORED = shutil.ignore_patterns("__pycache__", "data")

IMPORT_ALL = """
import pkgutil, importlib, course
for module in pkgutil.walk_packages(course.__path__, "course."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(course.__file__)
"""

COUNT = "from course.checks import load_checks; print(len(load_checks()))"

Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The repository without its tests, and without what Git and the caches know."""
    root = tmp_path_factory.mktemp("without") / "parley"
    for name in PARTS:
        shutil.copytree(HERE.root / name, root / name, ignore=IGNORED)
    shutil.copy(HERE.root / "pyproject.toml", root)
    return Course(root)


@pytest.fixture(scope="module")
def python(copy: Course) -> Python:
    """Runs Python on the copy's own packages; what it says, whatever the end."""
    paths = os.pathsep.join(str(copy.root / name) for name in ("app", "chapters"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=copy.root,
            env={**kept, "PYTHONPATH": paths, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_every_module_of_the_tool_can_be_imported(copy: Course, python: Python) -> None:
    done = python("-c", IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(copy.root), "it is the copy that was tried"


def test_all_checks_are_there(python: Python) -> None:
    from course.checks import load_checks

    assert python("-c", COUNT).stdout.strip() == str(len(load_checks(HERE)))


def test_the_gates_are_green(python: Python) -> None:
    done = python("-m", "course", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
@pytest.mark.parametrize(("state", "verdict"), [(0, "failed"), (1, "passed")])
def test_a_learner_checks_a_chapter(copy: Course, python: Python, state: int, verdict: str) -> None:
    assert python("-m", "course", "start", "1").returncode == 0
    if state:
        write_state(fold(copy, state), copy.workspace)
    done = python("-m", "course", "check", "1.2", "--json")
    told = json.loads(done.stdout)["checks"]
    assert [one["verdict"] for one in told] == [verdict], done.stdout + done.stderr
