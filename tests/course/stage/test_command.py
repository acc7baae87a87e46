"""`course stage` from the outside: what it says when it cannot start, and that nothing stays behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from support.stage_command import StageCommand

from course import Course
from course.cli import classroom
from course.learner.workspace import Workspace

pytestmark = pytest.mark.timeout(120)

Run = Callable[..., tuple[int, str]]

unix = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to a single process here")


@pytest.fixture
def command() -> Iterator[StageCommand]:
    started = StageCommand("stage", "1")
    yield started
    started.close()


def get(port: int, host: str, path: str = "/") -> tuple[int, str]:
    """Ask the stage under a name; status and page."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def family(process: psutil.Process) -> tuple[list[psutil.Process], set[int]]:
    """A process's children, and the ports that all of them listen on."""
    children = process.children(recursive=True)
    ports = {
        connection.laddr.port
        for one in (process, *children)
        for connection in one.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    return children, ports


async def grown(command: StageCommand) -> tuple[list[psutil.Process], set[int]]:
    """Wait until the stage has its server and a link for each person."""
    process = psutil.Process(command.process.pid)
    while True:
        children, ports = family(process)
        if len(children) == 1 and len(ports) == 4:
            return children, ports


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@unix
async def test_ctrl_c_leaves_no_process_and_no_port(command: StageCommand) -> None:
    await command.ready()
    children, ports = await grown(command)
    code, said = command.interrupt()
    assert (code, said.splitlines()[-1]) == (0, "The stage is closed.")
    assert "Traceback" not in said
    assert not any(child.is_running() for child in children)
    assert all(free(port) for port in ports)


@unix
async def test_ctrl_c_while_it_starts_is_no_different(command: StageCommand) -> None:
    await command.ready()
    children = psutil.Process(command.process.pid).children(recursive=True)
    code, said = command.interrupt()
    assert code == 0, said
    assert "Traceback" not in said
    assert psutil.wait_procs(children, timeout=10)[1] == []


async def test_a_stage_that_is_killed_takes_its_server_along(command: StageCommand) -> None:
    await command.ready()
    children, ports = await grown(command)
    command.process.kill()
    command.process.wait()
    assert psutil.wait_procs(children, timeout=15)[1] == []
    assert all(free(port) for port in ports)


async def test_the_door_says_what_to_do_where_the_name_is_not_known(command: StageCommand) -> None:
    await command.ready()
    for host in ("127.0.0.1", "localhost"):
        status, page = get(command.port, host)
        assert status == 200
        assert f"http://parley.localhost:{command.port}" in page
        assert "127.0.0.1 parley.localhost alice.parley.localhost bob.parley.localhost" in page
    assert "Alice" not in get(command.port, "127.0.0.1")[1].split("<pre>")[0]
    assert get(command.port, "evil.example")[0] == 404
    assert get(command.port, "evil.example", "/driver.js")[0] == 404


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = run("stage", "1", "--port", str(port), "--no-browser")
    assert code == 1
    assert said == (
        f"Port {port} cannot be used: Address already in use.\n"
        f"Stop the program that has it, or take another: course stage --port {port + 1}.\n"
    ).replace("course stage", "`course stage").replace(f"{port + 1}.", f"{port + 1}`.")


@pytest.mark.parametrize("words", [("stage", "99"), ("demo", "99")])
def test_a_chapter_that_is_not_there(run: Run, words: tuple[str, ...]) -> None:
    code, said = run(*words, "--no-browser")
    assert code == 1
    assert said.startswith("There is no chapter '99'.\n")


def test_the_stage_does_not_need_playwright() -> None:
    """Every demo loads, and the stage's app is made, where Playwright cannot be imported."""
    code = (
        "import sys; sys.modules['playwright'] = None\n"
        "from course import Course\n"
        "from course.demo import load_demo\n"
        "from course.stage.serve import serve_stage\n"
        "from course.stage.app import create_app\n"
        "for chapter in Course.here().chapters:\n"
        "    if (chapter.path / 'demo.py').is_file(): load_demo(chapter)\n"
        "create_app(Course.here(), 1)\n"
        "print(sorted(n for n in sys.modules if n.startswith('playwright') and sys.modules[n]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_without_a_number_it_opens_the_chapter_in_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARLEY_WORKSPACE", str(tmp_path / "workspace"))
    opened: list[str] = []
    monkeypatch.setattr(classroom, "open_stage", lambda course, name, port, browse: opened.append(name))
    course = Course.here()
    CliRunner().invoke(classroom.stage, [], catch_exceptions=False)
    progress = Workspace(course).progress
    for chapter in (4, 99):
        progress.chapter = chapter
        CliRunner().invoke(classroom.stage, [], catch_exceptions=False)
    CliRunner().invoke(classroom.stage, ["2"], catch_exceptions=False)
    assert opened == ["1", "4", str(course.last), "2"]
