"""A PostgreSQL of the bench's own, in a temporary folder, where one is installed."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from servers import pin

# Where packages put the server, which is not always on the PATH.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
SECONDS_TO_START = 30
USER = "parley"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, or None."""
    for pattern in FOLDERS:
        for folder in sorted(Path("/").glob(pattern[1:]), reverse=True):
            if (folder / "initdb").exists():
                return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def why_not() -> str:
    """Why PostgreSQL is left out; empty when it is not."""
    if programs() is None:
        return "PostgreSQL is left out: it is not installed here (no initdb)."
    if importlib.util.find_spec("asyncpg") is None:
        return "PostgreSQL is left out: its driver is not installed (pip install asyncpg)."
    if os.name != "posix":
        return "PostgreSQL is left out: the bench starts one on Linux and macOS only."
    return ""


def unprivileged() -> str | None:
    """Whom to run it as. It refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Run one, with an empty database. Yields its address."""
    folder, user = programs(), unprivileged()
    assert folder is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        if user is not None:
            shutil.chown(home, user)
        data = f"{home}/data"
        made = [str(folder / "initdb"), "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8"]
        subprocess.run(made, user=user, cwd=home, stdout=subprocess.DEVNULL, check=True)
        options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with Path(home, "log").open("wb") as log:
            command = [str(folder / "postgres"), "-D", data, *options]
            child = subprocess.Popen(command, user=user, cwd=home, stdout=log, stderr=log)
        try:
            # The messenger has a core for itself; it shares one with the load.
            pin(psutil.Process(child.pid), 1)
            wait_for([folder / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], child)
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            # Quickly, without waiting for those who are connected.
            child.send_signal(signal.SIGINT)
            child.wait(30)


def wait_for(question: Sequence[str | Path], child: subprocess.Popen[bytes]) -> None:
    """Until it takes connections. Raises RuntimeError."""
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends and child.poll() is None:
        if subprocess.run(question, stdout=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start.")
