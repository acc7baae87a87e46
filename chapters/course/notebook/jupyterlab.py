"""``course lab``: JupyterLab on the learner's own copies of the notebooks.

    python -m course.notebook.jupyterlab …

is JupyterLab as ``course lab`` starts it: a process that ends, with its kernels, when its standard input
ends. So it ends with its parent, for any reason: Ctrl-C, SIGTERM, a closed terminal, ``kill -9``.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path

from course.errors import CourseError
from course.lab.app.process import detached
from course.learner.workspace import Workspace
from course.loopback import HOST, open_here
from course.notebook.kernels import introduce
from course.source.model import Course

SETTINGS = Path(__file__).parent / "jupyter_settings"
"""The folder with JupyterLab's settings: no question about news, no search for updates."""

SECONDS_TO_START = 60

# JupyterLab ends its kernels first.
SECONDS_TO_END = 15.0


def lab_environment(token: str) -> dict[str, str]:
    """Return the environment of JupyterLab: its terminals and kernels find the course's commands."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
    # The token is in the environment, because every user of the machine can read a command line.
    return {**os.environ, "PATH": path, "JUPYTER_TOKEN": token}


def lab_command(root: Path, notebook: str, port: int, browser: bool) -> list[str]:
    """Return the command that opens JupyterLab on ``notebook``, a path below ``root``."""
    command = [
        *(sys.executable, "-m", "course.notebook.jupyterlab"),
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.news_url=None",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        "--log-level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Jupyter refuses root, the usual user in a container. It serves this machine alone, with a token.
        command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


def open_lab(course: Course, port: int, browser: bool, on_ready: Callable[[str], None]) -> int:
    """Run JupyterLab until Ctrl-C; ``on_ready`` gets the address once it answers. Return an exit code.

    Raises:
        CourseError: if there are no notebooks, or JupyterLab does not start.
    """
    workspace = Workspace(course)
    workspace.add_notebooks()
    introduce()
    chapter = course.all_chapters[0] if course.all_chapters else None
    if chapter is None or not (course.workspace / "notebooks" / chapter.notebook_name).is_file():
        raise CourseError("There are no notebooks yet.", "Run `course weave`.")
    notebook = f"notebooks/{chapter.notebook_name}"
    token = secrets.token_urlsafe(16)
    server = subprocess.Popen(
        lab_command(course.workspace, notebook, port, browser),
        stdin=subprocess.PIPE,
        env=lab_environment(token),
        cwd=course.workspace,
        # Signals of the terminal are for us; we end JupyterLab by closing its standard input.
        **detached(),
    )
    _treat_signals_as_interrupt()
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
                "JupyterLab did not start; its output is above.", "Run `course doctor` to look for the cause."
            )
        try:
            with open_here(f"http://{HOST}:{port}/api", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise CourseError(
        f"JupyterLab did not answer within {SECONDS_TO_START} seconds.", "Try `course lab` again."
    )


def _treat_signals_as_interrupt() -> None:
    """Treat SIGTERM, and the end of the terminal, as Ctrl-C."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(timeout=SECONDS_TO_END + 2)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _end_with_input() -> None:
    """End JupyterLab by SIGTERM when standard input ends, by force if that takes too long; for a thread."""
    sys.stdin.buffer.read()
    late = threading.Timer(SECONDS_TO_END, os._exit, (1,))
    late.daemon = True
    late.start()
    if os.name == "posix":
        # Sent to the process, not to this thread: it wakes the loop of the main thread.
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Run JupyterLab with the arguments of the command line, until standard input ends."""
    # Only the child process needs it, and it is slow to import.
    from jupyterlab.labapp import main as run_jupyterlab  # type: ignore[import-untyped]

    threading.Thread(target=_end_with_input, name="course-lab-end", daemon=True).start()
    run_jupyterlab()


if __name__ == "__main__":
    main()
