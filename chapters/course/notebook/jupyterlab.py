"""``course lab``: JupyterLab on the learner's own copies of the notebooks.

    python -m course.notebook.jupyterlab …

is JupyterLab as ``course lab`` starts it: a process that ends, with its kernels, when its standard input
does. So it goes when its parent dies, whatever of: Ctrl-C, SIGTERM, a closed terminal, ``kill -9``.
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
"""Settings for JupyterLab: no questions about news, no look for updates; the course works offline."""

SECONDS_TO_START = 60

# JupyterLab ends its kernels first, in good order.
SECONDS_TO_END = 15.0


def lab_environment(token: str) -> dict[str, str]:
    """The environment JupyterLab runs in: the course's commands on the path of its terminals and kernels."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
    # The token goes by the environment, since everyone on the machine can read a command line.
    return {**os.environ, "PATH": path, "JUPYTER_TOKEN": token}


def lab_command(root: Path, notebook: str, port: int, browser: bool) -> list[str]:
    """The command that opens JupyterLab on ``notebook``, a path below ``root``."""
    command = [
        *(sys.executable, "-m", "course.notebook.jupyterlab"),
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
    """Run JupyterLab until Ctrl-C; ``on_ready`` gets the address once it answers. Return an exit code."""
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
        # What the terminal sends is for us. We end it, by closing its standard input.
        **detached(),
    )
    _interrupt_at_the_end()
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
            with open_here(f"http://{HOST}:{port}/api", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise CourseError(
        f"JupyterLab did not answer within {SECONDS_TO_START} seconds.", "Try `course lab` again."
    )


def _interrupt_at_the_end() -> None:
    """Take SIGTERM, and the end of the terminal, for a Ctrl-C."""
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
    """In a thread: when standard input ends, end JupyterLab as SIGTERM does; at once if it takes too long."""
    sys.stdin.buffer.read()
    late = threading.Timer(SECONDS_TO_END, os._exit, (1,))
    late.daemon = True
    late.start()
    if os.name == "posix":
        # To the process, not to this thread: it wakes the loop that the first thread waits in.
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Run JupyterLab with the arguments of the command line, until standard input ends."""
    # Only the child needs it, and it is slow to import.
    from jupyterlab.labapp import main as run_jupyterlab  # type: ignore[import-untyped]

    threading.Thread(target=_end_with_input, name="course-lab-end", daemon=True).start()
    run_jupyterlab()


if __name__ == "__main__":
    main()
