"""``course run``: the messenger on a port of your own; the workspace's, a chapter's, or the finished one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from course.errors import CourseError
from course.lab.app.process import detached
from course.lab.app.state import app_environment, find_state, prepare_database
from course.learner.workspace import DATA
from course.source.model import Course

DEFAULT_PORT = 8000


def data_folder(course: Course, name: str) -> Path:
    """Return the folder with an app's database: workspace, finished and each state have one of their own."""
    folder = {"workspace": DATA, "finished": "finished"}.get(name, f"chapter-{name}")
    return course.workspace / "data" / folder


def serve(course: Course, name: str, port: int, data: Path, on_ready: Callable[[int], None]) -> int:
    """Serve until Ctrl-C; return an exit code.

    The database is prepared first. The server runs as a child that ends when this process does. Its log
    goes to standard error.

    Args:
        course: the course.
        name: ``workspace``, ``finished`` or a chapter's number.
        port: the port.
        data: the folder with the database; made if it is missing.
        on_ready: called with the port once requests are served.

    Raises:
        NoMessenger: if the state has no app yet.
        AppDidNotStart: if the database could not be prepared.
        CourseError: if the port is taken, or the app raises while it starts.
    """
    state = find_state(name, course)
    try:
        state.require_app()
        data.mkdir(parents=True, exist_ok=True)
        environment = app_environment(state, data, course)
        with tempfile.TemporaryDirectory(prefix="parley-run-") as folder:
            prepare_database(state, environment, Path(folder) / "prepare.log")
        child = subprocess.Popen(
            [sys.executable, "-m", "course.lab.app.server", "--port", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=state.folder,
            env=environment,
            text=True,
            encoding="utf-8",
            **detached(),
        )
        try:
            return _follow(child, port, on_ready)
        finally:
            _stop(child)
    finally:
        state.close()


def _follow(child: subprocess.Popen[str], port: int, on_ready: Callable[[int], None]) -> int:
    """Read the child's messages until it ends; return its exit code."""
    assert child.stdout is not None
    for line in child.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if "ready" in said:
            served = int(said["ready"]["port"])
            if served != port:
                raise CourseError(
                    f"Another program has taken port {port} just now.", "Try again, or give another --port."
                )
            on_ready(served)
        elif "failed" in said:
            failed = said["failed"]
            raise CourseError(
                f"The messenger does not start: {failed.get('type')}: {failed.get('message')}",
                "The lines above show where. `course diff` shows how your files differ from the chapter's.",
            )
    return child.wait()


def _stop(child: subprocess.Popen[str]) -> None:
    """End the child by closing its standard input, and wait; kill a child that hangs."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout=8)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
