"""Prepares databases and is killed while it does so: after each single statement in turn.

    python killing.py app/ folder/ [old.db]

The first argument is the folder that holds the package `messenger`. With a database, each run starts from a
copy of it; otherwise from nothing. The last line is JSON: how many statements there were to be killed after,
after which of them the next start could not make the database whole, and how several processes ended that
prepared one database at the same time.

Everything is imported once, and each run is a fork of this process: so a hundred runs take some seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

LIMIT = 1000
AT_ONCE = 5
ROUNDS = 4
connect_to_sqlite = sqlite3.connect


def begin(database: Path, last: int = 0) -> int:
    """Prepare a database in a fork, to be killed after `last` statements. Returns the process id."""
    process = os.fork()
    if process == 0:
        prepare(database, last)
    return process


def end(process: int) -> int:
    """Wait for a process; returns its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def run(database: Path, last: int = 0) -> int:
    """The same, one after the other."""
    return end(begin(database, last))


def prepare(database: Path, last: int) -> None:
    """Prepare a database, and end the process: by itself, or by SIGKILL."""
    seen = 0

    def statement(_sql: str) -> None:
        nonlocal seen
        seen += 1
        if seen == last + 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(*args: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect_to_sqlite(*args, **named)
        if last:
            connection.set_trace_callback(statement)
        return connection

    os.environ["PARLEY_DATABASE_URL"] = f"sqlite:///{database}"
    # SQLAlchemy calls it by its other name.
    sqlite3.connect = sqlite3.dbapi2.connect = connect  # type: ignore[assignment]
    from messenger import prepare as preparing

    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            asyncio.run(preparing.prepare())
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def contents(database: Path) -> list[str]:
    """The tables, their columns, and the records, without what differs each time: times and hashes."""
    with closing(connect_to_sqlite(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        master = connection.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
        found = [str(row) for row in master]
        for table in [name for name, kind, _ in master if kind == "table"]:
            rows = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            steady = [i for i, name in enumerate(names) if not name.endswith(("_at", "_hash"))]
            found += [f"{table}: {[row[i] for i in steady]}" for row in rows]
    return found


def left_behind(database: Path) -> list[str]:
    """Return the messages that a killed process has stored; read a copy, so the file stays as it was left."""
    for end in ("", "-wal"):
        if (file := database.with_name(database.name + end)).exists():
            shutil.copyfile(file, database.with_name(f"copy.db{end}"))
    found = contents(database.with_name("copy.db"))
    for file in database.parent.glob("copy.db*"):
        file.unlink()
    return found


def main() -> None:
    """Kill a run after its first statement, another after its second, until one has nothing left to do."""
    state, folder, *old = map(Path, sys.argv[1:])
    sys.path.insert(0, str(state))
    import messenger.prepare  # noqa: F401  (what a fork finds loaded)

    def fresh(name: str) -> Path:
        if old:
            shutil.copyfile(old[0], folder / name)
        return folder / name

    wanted = fresh("whole.db")
    assert run(wanted) == 0
    whole = contents(wanted)
    killed, wrong, seen = 0, [], set()
    for last in range(1, LIMIT):
        database = fresh(f"killed-{last}.db")
        if run(database, last) == 0:
            break
        killed = last
        left = str(left_behind(database))
        # From the same tables and records the same comes. So each is started from once.
        if left not in seen and (run(database) != 0 or contents(database) != whole):
            wrong.append(last)
        seen.add(left)
    together = []
    for number in range(ROUNDS):
        database = fresh(f"together-{number}.db")
        together += [end(process) for process in [begin(database) for _ in range(AT_ONCE)]]
        assert contents(database) == whole
    print(json.dumps({"killed": killed, "wrong": wrong, "together": together}))


if __name__ == "__main__":
    main()
