"""`AppState`: the app to run: the learner's workspace, a chapter's state, the finished one, or any folder."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course.files import write_whole
from course.lab.app.process import detached
from course.lab.errors import AppDidNotStart, NoMessenger
from course.source.model import Course
from course.source.states import fold, own_files_in
from course.state_folder import write_state

StateName = str | int | Path

APP = "messenger:create_app"
SECRET_FILE = "secret-key"
PUSH_KEY_FILE = "push-key"
SECONDS_TO_PREPARE = 60.0


@dataclass(frozen=True)
class AppState:
    """A folder with a ``messenger`` package, and its static files.

    Attributes:
        name: the name in messages: ``your workspace``, ``state 2``, ``the finished app``.
        folder: the folder that goes first on ``PYTHONPATH``.
        static: the folder with css and js.
        temporary: the folder to remove afterwards, if it was made for this Lab.
        factory: ``module:function`` that makes the app.
    """

    name: str
    folder: Path
    static: Path
    temporary: tempfile.TemporaryDirectory[str] | None = None
    factory: str = APP

    @property
    def module_file(self) -> Path:
        """The file of the module with the factory."""
        path = self.folder.joinpath(*self.factory.partition(":")[0].split("."))
        return path / "__init__.py" if self.factory == APP else path.with_suffix(".py")

    @property
    def has_app(self) -> bool:
        """Whether there is a messenger to start."""
        return self.module_file.is_file()

    def require_app(self) -> None:
        """Make sure that there is a messenger to start.

        Raises:
            NoMessenger: if there is none.
        """
        if not self.has_app:
            raise NoMessenger(
                "The app has no messenger package yet.", "Run the notebook's %%save cells from the top."
            )

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return names, times and sizes of the state's files, to notice when a file changes."""
        found = []
        for top in (self.folder / "messenger", self.static):
            for path in own_files_in(top, ("node_modules",)):
                with contextlib.suppress(OSError):
                    info = path.stat()
                    found.append((str(path), info.st_mtime_ns, info.st_size))
        return tuple(found)

    def close(self) -> None:
        """Remove the folder that was made for this Lab."""
        if self.temporary is not None:
            self.temporary.cleanup()


def find_state(name: StateName, course: Course | None = None) -> AppState:
    """Return the state with this name: ``"workspace"``, a chapter such as ``2``, ``"finished"``, or a folder.

    ``"2.a"`` is state 2 with the solution of exercise a laid on top; state 0 is empty.
    """
    course = course or Course.here()
    if name == "workspace":
        return AppState("your workspace", course.workspace, course.workspace / "static")
    if name == "finished":
        return AppState("the finished app", course.app_dir, course.static_dir)
    if isinstance(name, Path):
        return AppState(str(name), name.resolve(), name.resolve() / "static")
    chapter, _, exercise = str(name).partition(".")
    number = 0 if chapter in ("0", "00") else course.chapter(chapter).number
    temporary = tempfile.TemporaryDirectory(prefix="parley-state-", ignore_cleanup_errors=True)
    folder = Path(temporary.name)
    write_state(fold(course, number, exercise or None), folder)
    return AppState(f"state {name}", folder, folder / "static", temporary)


def app_environment(state: AppState, data: Path, course: Course | None = None) -> dict[str, str]:
    """Return the environment of an app: its state first on the path, its data in a folder of its own."""
    # SQLAlchemy is slow to import, and most commands need no database.
    from sqlalchemy import URL

    course = course or Course.here()
    # A path may contain characters with a meaning in an address, such as a question mark.
    url = URL.create("sqlite+aiosqlite", database=(data / "parley.db").as_posix())
    paths = [state.folder, course.app_dir, course.chapters_dir]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(path) for path in paths),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "PARLEY_SECRET_KEY": _secret_of(data),
        "PARLEY_DATABASE_URL": url.render_as_string(),
        "PARLEY_STATIC": str(state.static),
        "PARLEY_DATA": str(data),
        # For Web Push, from chapter 8 on.
        "PARLEY_PUSH_KEY": _secret_of(data, PUSH_KEY_FILE),
        "PARLEY_PUSH_CONTACT": "mailto:you@example.com",
        "QUART_LIVE_CLIENT_DIR": str(course.static_dir / "node_modules"),
    }


def prepare_database(state: AppState, env: dict[str, str], log: Path) -> None:
    """Bring the database up to date, if this state has one. This takes a second or two; run it in a thread.

    Raises:
        AppDidNotStart: if the preparation failed, or did not end; the message has its last line.
    """
    if not (state.folder / "messenger" / "prepare.py").is_file():
        return
    try:
        with log.open("ab") as out:
            result = subprocess.run(
                [sys.executable, "-m", "messenger.prepare"],
                cwd=state.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=SECONDS_TO_PREPARE,
                **detached(),
            )
    except subprocess.TimeoutExpired:
        problem = f"The database was not prepared within {SECONDS_TO_PREPARE:.0f} seconds"
        raise AppDidNotStart(f"{problem}: something in messenger/ does not end.") from None
    if result.returncode:
        said = log.read_text(encoding="utf-8", errors="replace").strip() or "it printed nothing"
        problem = f"The database could not be prepared: {_where(said, state)}{said.splitlines()[-1]}"
        raise AppDidNotStart(problem, where_to_read(log))


def where_to_read(log: Path) -> str:
    """Return the advice to read a log; it names a copy that stays, because the Lab removes the log itself."""
    course = Course.here()
    copy = course.workspace / ".course" / "did_not_start.log"
    try:
        write_whole(copy, log.read_bytes())
    except OSError:
        return f"The whole log: {log}"
    return f"The whole log: {course.relative(copy)}"


def _where(traceback: str, state: AppState) -> str:
    """Return the last place in the state's own files that a traceback names, with a colon after it."""
    root = re.escape(str(state.folder.resolve()) + os.sep)
    found = re.findall(rf'File "{root}([^"]+)", line (\d+)', traceback)
    return f"{Path(found[-1][0]).as_posix()}, line {found[-1][1]}: " if found else ""


def ask_app(state: AppState, env: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the app's path and environment. It blocks, so call it in a thread."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=state.folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        **detached(),
    )


def forget_secret(data: Path) -> None:
    """Remove the signing key, so that the next start of the app makes a new one."""
    (data / SECRET_FILE).unlink(missing_ok=True)


def _secret_of(data: Path, name: str = SECRET_FILE) -> str:
    """Return a signing key that is kept with the data, so that sessions survive a restart."""
    file = data / name
    if not file.is_file():
        data.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
