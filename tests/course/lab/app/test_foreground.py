"""`course run` and `course lab`, as processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from course import Course, CourseError
from course.loopback import free_port, open_here, require_free, spare_loopback

Run = Callable[..., tuple[int, str]]

APP = '''"""A messenger of one page."""

import os

from quart import Quart


def create_app() -> Quart:
    app = Quart(__name__)

    @app.get("/")
    async def index() -> str:
        return f"{__file__} {os.environ['PARLEY_DATA']} {os.environ['PARLEY_STATIC']}"

    return app
'''


@pytest.fixture
def port() -> int:
    return free_port(20_000 + os.getpid() % 20_000)


@contextlib.contextmanager
def started(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Runs a command until the block ends; gives the process and the address it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "course", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            found = re.search(r"http://127\.0\.0\.1:\d+\S*", line)
            if found:
                yield process, found[0]
                return
        pytest.fail(f"no address was printed:\n{said}")
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C; gives the exit code and what was printed after it."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    return process.returncode, said


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return str(response.read().decode())


def write_app(folder: Path) -> None:
    (folder / "messenger").mkdir(parents=True)
    (folder / "messenger" / "__init__.py").write_text(APP)


unix = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to a single process here")


@unix
def test_run_serves_the_workspace_until_ctrl_c(small: Course, port: int) -> None:
    write_app(small.workspace)
    with started("run", "--port", str(port)) as (process, address):
        page = get(address)
        assert str(small.workspace / "messenger") in page
        assert str(small.workspace / "data" / "workspace") in page
        assert str(small.workspace / "static") in page
        code, said = stop(process)
    assert code == 0
    assert said.endswith("Stopped.\n")
    assert "Finished server process" in said
    assert "Traceback" not in said
    require_free(port, "")


@unix
def test_the_server_ends_with_its_parent(small: Course, port: int) -> None:
    write_app(small.workspace)
    with started("run", "--port", str(port)) as (process, address):
        get(address)
        process.kill()
        assert process.stdout is not None
        process.stdout.read()  # ends when the child, which shares it, has ended
    with pytest.raises(urllib.error.URLError):
        get(address)


def test_run_finished_serves_the_folded_app(small: Course, port: int, tmp_path: Path) -> None:
    (small.app_dir / "messenger" / "__init__.py").write_text(APP)
    with started("run", "finished", "--port", str(port), "--data", str(tmp_path / "rows")) as (_, address):
        page = get(address)
        assert str(small.app_dir / "messenger") in page
        assert str(tmp_path / "rows") in page


def test_a_taken_port_is_explained(small: Course, run: Run) -> None:
    write_app(small.workspace)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        code, text = run("run", "--port", str(number))
    assert code == 1
    assert text.startswith(f"Port {number} cannot be used: ")
    assert f"`course run --port {number + 1}`" in text


def test_a_workspace_without_an_app_is_explained(small: Course, run: Run, port: int) -> None:
    code, text = run("run", "--port", str(port))
    assert code == 1
    assert "no messenger package" in text
    assert "Traceback" not in text


def test_an_app_that_does_not_start_is_explained(small: Course, run: Run, port: int) -> None:
    code, text = run("run", "1", "--port", str(port))
    assert code == 1
    assert "The messenger does not start: AttributeError: " in text


def test_a_free_port_is_found_behind_a_taken_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(CourseError):
            require_free(number, "course run")
        assert free_port(number) > number


def ask_lab(address: str, path: str, method: str = "GET") -> Any:
    """A request to JupyterLab's own API, with the token of an address."""
    place, _, token = address.partition("?token=")
    root = "/".join(place.split("/")[:3])
    request = urllib.request.Request(root + path, method=method, headers={"Authorization": f"token {token}"})
    with open_here(request, timeout=30) as response:
        return json.load(response)


def test_this_machine_is_spared_from_proxies() -> None:
    none: dict[str, str] = {"PATH": "/bin"}
    spare_loopback(none)
    assert none == {"PATH": "/bin"}
    some = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet, 127.0.0.1"}
    spare_loopback(some)
    spare_loopback(some)
    assert some["no_proxy"] == some["NO_PROXY"] == "intranet,127.0.0.1,localhost,::1,.localhost"
    assert some["HTTPS_PROXY"] == "http://proxy:3128", "npm and pip need it"


ENDS = {
    "terminated": signal.SIGTERM,
    "its terminal closed": getattr(signal, "SIGHUP", None),
    "killed": getattr(signal, "SIGKILL", None),
}


@unix
@pytest.mark.parametrize(
    "how", ["terminated", *(pytest.param(how, marks=pytest.mark.matrix) for how in list(ENDS)[1:])]
)
def test_lab_ends_with_its_kernels_however_it_ends(
    small: Course, port: int, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy for the world outside is not asked for what is here.
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with started("lab", "--no-browser", "--port", str(port)) as (process, address):
        kernel = ask_lab(address, "/api/kernels", "POST")
        assert [one["id"] for one in ask_lab(address, "/api/kernels")] == [kernel["id"]]
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2, "JupyterLab and a kernel"
        signal_sent = ENDS[how]
        assert signal_sent is not None
        process.send_signal(signal_sent)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert [one.pid for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


@unix
def test_lab_opens_the_learners_copy_of_the_welcome_notebook(small: Course, port: int) -> None:
    own = small.workspace / "notebooks" / "01_greeting.ipynb"
    own.parent.mkdir(parents=True)
    own.write_text("{}")
    with started("lab", "--no-browser", "--port", str(port)) as (process, address):
        assert address.startswith(f"http://127.0.0.1:{port}/lab/tree/notebooks/00_welcome.ipynb?token=")
        assert "jupyter-config-data" in get(address)
        with pytest.raises(urllib.error.HTTPError):
            get(f"http://127.0.0.1:{port}/api/contents")
        code, said = stop(process)
    assert code == 0, said
    assert own.read_text() == "{}"
    assert (small.workspace / "notebooks" / "00_welcome.ipynb").read_bytes() == (
        small.notebooks_dir / "00_welcome.ipynb"
    ).read_bytes()
    assert "token" not in " ".join(process.args if isinstance(process.args, list) else [])


def test_lab_without_notebooks_is_explained(small: Course, run: Run, port: int) -> None:
    for path in small.notebooks_dir.glob("*.ipynb"):
        path.unlink()
    code, text = run("lab", "--no-browser", "--port", str(port))
    assert code == 1
    assert "There are no notebooks yet." in text
