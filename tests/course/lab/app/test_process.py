"""The server as a child process: how it starts, what it tells, and that it never outlives its parent."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from quart import Quart

from course.lab import AppDidNotStart, Lab, LabError, NoMessenger
from course.lab.app.pipe import describe
from course.lab.app.process import AppError, ServerProcess
from course.lab.app.state import AppState, app_environment, find_state, prepare_database
from quart_live import LiveView, LiveViewTest, QuartLive
from quart_live.mailbox.faults import AppFault, for_thread
from quart_live.testing.errors import PageFailedError

APP = Path(__file__).parents[2] / "apps" / "lab"


def write_app(folder: Path, source: str) -> Path:
    package = folder / "messenger"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return folder


def gone(pids: list[int], seconds: float = 30) -> list[int]:
    """Wait until these processes are gone; the ones that are not."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process.pid for process in alive if process.status() != psutil.STATUS_ZOMBIE]


async def test_the_app_runs_with_its_state_first_on_the_path(tmp_path: Path) -> None:
    lab = Lab.for_state(find_state(APP), data=tmp_path)
    out, _ = await lab.python(
        "import messenger, os; print(messenger.__file__); print(os.environ['PARLEY_DATA'])"
    )
    assert out.split() == [str(APP / "messenger" / "__init__.py"), str(tmp_path)]
    await lab.close()


def test_the_environment_is_that_of_the_contract(tmp_path: Path) -> None:
    env = app_environment(find_state(APP), tmp_path)
    assert env["PYTHONPATH"].split(os.pathsep)[0] == str(APP)
    assert env["PARLEY_STATIC"] == str(APP / "static")
    assert env["PARLEY_DATABASE_URL"].endswith("/parley.db")
    assert len(env["PARLEY_SECRET_KEY"]) > 30
    again = app_environment(find_state(APP), tmp_path)
    assert again["PARLEY_SECRET_KEY"] == env["PARLEY_SECRET_KEY"], "sessions outlive a restart"


async def test_prints_and_tokens_of_the_app(tmp_path: Path) -> None:
    async with Lab.for_state(find_state(APP), data=tmp_path) as lab:
        await lab.start()
        assert "an app may print" in lab.log_text()
        assert lab.alive
        pid = lab.pid
        assert pid is not None
    assert gone([pid]) == []


async def test_an_app_that_raises_shows_its_own_lines(tmp_path: Path) -> None:
    folder = write_app(tmp_path, "def create_app():\n    return unknown_name\n")
    async with Lab.for_state(find_state(folder)) as lab:
        with pytest.raises(AppDidNotStart) as told:
            await lab.start()
    assert str(told.value).splitlines()[:4] == [
        "The app did not start:",
        "  messenger/__init__.py, line 2 in create_app:",
        "      return unknown_name",
        "  NameError: name 'unknown_name' is not defined",
    ]


async def test_a_syntax_error_shows_its_line(tmp_path: Path) -> None:
    folder = write_app(tmp_path, "def create_app(:\n    pass\n")
    async with Lab.for_state(find_state(folder)) as lab:
        with pytest.raises(AppDidNotStart, match=r"messenger/__init__.py, line 1:\n\s+def create_app\(:"):
            await lab.start()


async def test_no_messenger_is_told(tmp_path: Path) -> None:
    async with Lab.for_state(find_state(tmp_path)) as lab:
        with pytest.raises(NoMessenger, match="no messenger package yet"):
            await lab.start()


async def test_an_app_that_changes_starts_anew_with_the_next_page(tmp_path: Path, chromium: None) -> None:
    source = """
        from quart import Quart
        def create_app():
            app = Quart(__name__)
            @app.get("/")
            async def index(): return "<title>{0}</title><link rel=icon href='data:,'>{0}"
            return app
        """
    folder = write_app(tmp_path, source.format("before"))
    async with await Lab.open(folder, people=["Alice"]) as lab:
        alice = await lab.person("Alice")
        await alice.goto("/")
        assert await alice.page.title() == "before"
        pid = lab.pid
        await alice.goto("/")
        assert lab.pid == pid
        (folder / "messenger" / "__init__.py").write_text(textwrap.dedent(source.format("after, now")))
        await alice.goto("/")
        assert await alice.page.title() == "after, now"
        assert lab.pid != pid
        assert lab.raised == []


def test_a_database_that_cannot_be_prepared_is_told(tmp_path: Path) -> None:
    write_app(tmp_path, "")
    (tmp_path / "messenger" / "prepare.py").write_text("raise SystemExit('no table will do')")
    state = AppState("here", tmp_path, tmp_path / "static")
    log = tmp_path / "log"
    with pytest.raises(AppDidNotStart, match="could not be prepared: no table will do"):
        prepare_database(state, app_environment(state, tmp_path), log)


def test_an_exception_while_preparing_shows_its_line(tmp_path: Path) -> None:
    write_app(tmp_path, "")
    (tmp_path / "messenger" / "prepare.py").write_text("\nunknown_name\n")
    state = AppState("here", tmp_path, tmp_path / "static")
    told = (
        r"could not be prepared: messenger/prepare.py, line 2: NameError: name 'unknown_name' is not defined"
    )
    with pytest.raises(AppDidNotStart, match=told):
        prepare_database(state, app_environment(state, tmp_path), tmp_path / "log")


def test_a_preparation_without_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.lab.app.state.SECONDS_TO_PREPARE", 1.0)
    write_app(tmp_path, "")
    (tmp_path / "messenger" / "prepare.py").write_text("while True: pass\n")
    state = AppState("here", tmp_path, tmp_path / "static")
    with pytest.raises(AppDidNotStart, match="not prepared within 1 seconds: something in messenger/"):
        prepare_database(state, app_environment(state, tmp_path), tmp_path / "log")


class ForgetfulLive(LiveView):
    template = "forgetful.html"


def test_an_exception_that_the_engine_has_wrapped_shows_the_apps_line(tmp_path: Path) -> None:
    package = tmp_path / "messenger"
    package.mkdir()
    (package / "ending.py").write_text("def leave():\n    raise SystemExit(3)\n")
    leave = runpy.run_path(str(package / "ending.py"))["leave"]
    with pytest.raises(AppFault) as wrapped:
        for_thread(leave)()
    lines = AppError.from_wire(describe(wrapped.value)).own_lines(tmp_path)
    assert lines == ["messenger/ending.py, line 2 in leave:", "    raise SystemExit(3)", "SystemExit: 3"]


def test_of_a_function_that_calls_itself_without_end_a_few_lines_are_shown(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("def again():\n    again()\n")
    again = runpy.run_path(str(tmp_path / "endless.py"))["again"]
    with pytest.raises(RecursionError) as endless:
        again()
    lines = AppError.from_wire(describe(endless.value)).own_lines(tmp_path)
    place = ["endless.py, line 2 in again:", "    again()"]
    assert lines[:6] == lines[7:13] == place * 3
    assert re.fullmatch(r"… \d+ more", lines[6])
    assert lines[13].startswith("RecursionError: ") and len(lines) == 14


async def test_a_name_that_is_not_assigned_shows_the_templates_line(tmp_path: Path) -> None:
    app = Quart("forgetful", root_path=str(tmp_path))
    app.secret_key = "for tests"
    QuartLive(app).route("/", ForgetfulLive)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "forgetful.html").write_text("<p>\n  {{ title }}\n</p>")
    with pytest.raises(PageFailedError) as failed:
        await LiveViewTest(app, "/").open()
    assert failed.value.__cause__ is not None
    lines = AppError.from_wire(describe(failed.value.__cause__)).own_lines(tmp_path)
    assert lines[:2] == ["templates/forgetful.html, line 2 in template:", "    {{ title }}"]


async def test_requests_get_answers_and_unknown_ones_too(tmp_path: Path) -> None:
    state = find_state(APP)
    env = app_environment(state, tmp_path)
    server = await ServerProcess.start(env, state.folder, tmp_path / "log", lambda error: None)
    assert (await server.ask("dance"))["ok"] is False
    assert (await server.ask("crash", topics=["lv:nobody"], reason="x")) == {
        "answer": 2,
        "ok": False,
        "views": [],
    }
    assert "problem" in await server.ask("crash")
    pid = server.pid
    await server.stop()
    assert gone([pid]) == []
    with pytest.raises(LabError, match="did not answer"):
        await server.ask("dance")


PARENT = """
import asyncio, sys
from pathlib import Path
from course.lab import Lab
import psutil

async def main():
    lab = await Lab.open(Path(sys.argv[1]))
    if sys.argv[2] == "browser":
        alice = await lab.person("Alice")
        await alice.goto("/two")
    else:
        await lab.start()
    print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.mark.parametrize("what", ["server", "browser"])
def test_a_killed_parent_leaves_no_orphans(what: str, chromium: None) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(APP), what], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) >= (3 if what == "browser" else 1)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(children) == []
