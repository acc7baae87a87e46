"""``course lab``: JupyterLab on the learner's own copies of the notebooks."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from course.errors import CourseError
from course.model import Course
from course.serving import HOST
from course.workspace import Workspace

SETTINGS = Path(__file__).parent / "jupyter_settings"
"""Settings for JupyterLab: no questions about news, no look for updates; the course works offline."""

SECONDS_TO_START = 60


def lab_environment(token: str) -> dict[str, str]:
    """The environment JupyterLab runs in: the course's commands on the path of its terminals and kernels."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
    # The token goes by the environment, since everyone on the machine can read a command line.
    return {**os.environ, "PATH": path, "JUPYTER_TOKEN": token}


def lab_command(root: Path, notebook: str, port: int, browser: bool) -> list[str]:
    """The command that opens JupyterLab on ``notebook``, a path below ``root``."""
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.news_url=None",
        "--ServerApp.answer_yes=True",  # Ctrl-C means it
        "--log-level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Jupyter refuses root, whom one often is in a container. It serves this machine alone, with a token.
        command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


def open_lab(course: Course, port: int, browser: bool, on_ready: Callable[[str], None]) -> int:
    """Runs JupyterLab until Ctrl-C; ``on_ready`` gets the address once it answers. Returns an exit code."""
    workspace = Workspace(course)
    workspace.add_notebooks()
    chapter = course.all_chapters[0] if course.all_chapters else None
    if chapter is None or not (course.workspace / "notebooks" / chapter.notebook_name).is_file():
        raise CourseError("There are no notebooks yet.", "Run `course weave`.")
    notebook = f"notebooks/{chapter.notebook_name}"
    token = secrets.token_urlsafe(16)
    server = subprocess.Popen(
        lab_command(course.workspace, notebook, port, browser),
        env=lab_environment(token),
        cwd=course.workspace,
    )
    try:
        _wait_until_it_answers(server, port)
        on_ready(f"http://{HOST}:{port}/lab/tree/{notebook}?token={token}")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(server)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CourseError(
                "JupyterLab did not start; its own words are above.", "`course doctor` may know more."
            )
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/api", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise CourseError(
        f"JupyterLab did not answer within {SECONDS_TO_START} seconds.", "Try `course lab` again."
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
