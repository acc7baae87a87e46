"""A clone may lie in a folder with any name, also one that means something in an address."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from course.lab.app.host import Host
from course.lab.app.state import AppState, app_environment, prepare_database
from course.source.model import Course
from course.source.states import fold
from course.state_folder import write_state

NAME = "why? #1 100%25 [x] it's ü & co"
SECOND = 2
TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table'"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a name that Windows does not allow")


@pytest.fixture
def state(tmp_path: Path) -> AppState:
    """The first state with a database, in such a folder."""
    folder = tmp_path / NAME
    write_state(fold(Course.here(), SECOND), folder)
    return AppState("a strange place", folder, folder / "static")


def outside(folder: Path) -> list[str]:
    """Return the files beside the folder, which should not be there."""
    return [path.name for path in folder.parent.iterdir() if path != folder]


async def test_the_tool_keeps_the_database_where_the_clone_is(state: AppState) -> None:
    data = state.folder / "data"
    data.mkdir()
    host = Host(state, data, state.folder / "server.log")
    await host.start()
    await host.stop()
    assert outside(state.folder) == []
    with closing(sqlite3.connect(data / "parley.db")) as database:
        assert database.execute(TABLES).fetchone()[0] >= 4


@pytest.mark.parametrize("named", [True, False], ids=["PARLEY_DATA", "nothing"])
def test_the_app_by_itself_does_so_too(state: AppState, named: bool) -> None:
    data = state.folder / "data"
    env = app_environment(state, data)
    del env["PARLEY_DATABASE_URL"]
    if not named:
        del env["PARLEY_DATA"]
    prepare_database(state, env, state.folder / "prepare.log")
    assert outside(state.folder) == []
    assert (data / "parley.db").is_file()


def test_the_course_works_there(tmp_path: Path) -> None:
    root = tmp_path / NAME
    small = Path(__file__).parent / "fixtures" / "small"
    shutil.copytree(small, root)
    for words, said in ((["weave"], "written"), (["start", "1"], "your workspace is empty"), (["list"], "1")):
        done = subprocess.run(
            [sys.executable, "-m", "course", *words],
            env={**os.environ, "PARLEY_ROOT": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and said in done.stdout, done.stdout + done.stderr
    assert outside(root) == []
