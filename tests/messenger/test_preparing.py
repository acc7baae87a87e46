"""Preparing a database: all of it or nothing, whenever it is killed, and whoever does it meanwhile."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course import Course
from course.source.states import fold
from course.state_folder import write_state

# Hundreds of processes, one after the other.
pytestmark = pytest.mark.timeout(900)

HERE = Path(__file__).parent
LAST = 8
WITH_TABLES = range(2, LAST + 1)

State = Callable[[int], Path]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The folder with the messenger as it is after a chapter."""

    @cache
    def folder(number: int) -> Path:
        path = tmp_path_factory.mktemp(f"state{number}")
        write_state(fold(Course.here(), number), path)
        return path

    return folder


def python(
    *arguments: str | Path, state: Path, database: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python where this state's package is found."""
    environment = os.environ | {"PYTHONPATH": str(state), "PARLEY_ARGON2": "1,8,1", "PARLEY_SECRET_KEY": "x"}
    if database is not None:
        environment["PARLEY_DATABASE_URL"] = f"sqlite:///{database}"
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def killed_and_together(state: Path, folder: Path, *old: Path) -> None:
    """Kill a preparation after each of its statements. Then let several prepare at once."""
    done = python(HERE / "killing.py", state, folder, *old, state=state)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    # Each table is a statement at least. With less, nothing was killed where it matters.
    assert found["killed"] > 10
    assert found["wrong"] == [], done.stderr[-3000:]
    assert set(found["together"]) == {0}, done.stderr[-3000:]


def prepared(state: Path, database: Path) -> Path:
    """A database as this state prepares it."""
    done = python("-m", "messenger.prepare", state=state, database=database)
    assert done.returncode == 0, done.stderr
    return database


def test_a_preparation_that_is_killed_leaves_all_or_nothing(state: State, tmp_path: Path) -> None:
    killed_and_together(state(LAST), tmp_path)


@pytest.mark.matrix
@pytest.mark.parametrize("number", [number for number in WITH_TABLES if number < LAST])
def test_so_it_is_in_each_chapter(number: int, state: State, tmp_path: Path) -> None:
    killed_and_together(state(number), tmp_path)


@pytest.mark.matrix
@pytest.mark.parametrize("number", [number for number in WITH_TABLES if number < LAST])
def test_an_upgrade_that_is_killed_leaves_all_or_nothing(number: int, state: State, tmp_path: Path) -> None:
    old = prepared(state(number), tmp_path / "old.db")
    if number + 1 in (4, 5, 6, 7):
        (tmp_path / "next").mkdir()
        killed_and_together(state(number + 1), tmp_path / "next", old)
    (tmp_path / "last").mkdir()
    killed_and_together(state(LAST), tmp_path / "last", old)


def test_tables_half_made_by_an_older_version_are_said_to_be_so(state: State, tmp_path: Path) -> None:
    database = prepared(state(LAST), tmp_path / "half.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0006'")
        connection.commit()
    done = python("-m", "messenger.prepare", state=state(LAST), database=database)
    assert done.returncode != 0
    assert "incomplete" in done.stderr
    assert "start again" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [2, LAST])
def test_no_id_is_given_twice(number: int, state: State, tmp_path: Path) -> None:
    database = prepared(state(number), tmp_path / "ids.db")
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    numbered = {name: sql for name, sql in tables if re.search(r"\bid INTEGER\b", sql)}
    assert len(numbered) >= 5
    assert [name for name, sql in numbered.items() if "AUTOINCREMENT" not in sql] == []
