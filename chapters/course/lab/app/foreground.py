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
    """Where the database of an app lies: each of workspace, finished and state N has its own."""
    folder = {"workspace": DATA, "finished": "finished"}.get(name, f"chapter-{name}")
    return course.workspace / "data" / folder


def serve(course: Course, name: str, port: int, data: Path, on_ready: Callable[[int], None]) -> int:
    """Serve until Ctrl-C; return an exit code.

    ``name`` is ``workspace``, ``finished`` or a chapter's number.

    The database is prepared first. The server runs as a child that ends when this process does. Its log
    goes to standard error; ``on_ready`` is called with the port once requests are served.
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
    """Read what the child says until it ends."""
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
                    f"Port {port} was taken a moment ago.", "Try again, or give another --port."
                )
            on_ready(served)
        elif "failed" in said:
            failed = said["failed"]
            raise CourseError(
                f"The messenger does not start: {failed.get('type')}: {failed.get('message')}",
                "The lines above say where. `course diff` shows how your files differ from the chapter's.",
            )
    return child.wait()


def _stop(child: subprocess.Popen[str]) -> None:
    """Close the child's standard input, which ends it, and wait; a child that hangs is killed."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout=8)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
