"""The doctor: a report of what this machine has and lacks, with advice.

    course doctor

Nothing is assumed: the browser is started, the client's version is read from disk.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.setup import chromium

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Finding:
    """One examined part of the machine.

    Attributes:
        what: its name, as a learner would call it.
        found: what was found.
        advice: what to do; empty when nothing is wrong.
        needed: whether the course does not run without it.
    """

    what: str
    found: str
    advice: str = ""
    needed: bool = True

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.advice


def python() -> Finding:
    """Examine the interpreter that runs the course."""
    found = f"{platform.python_version()} in {Path(sys.prefix).name}"
    expected = (ROOT / ".venv").resolve()
    if Path(sys.prefix).resolve() == expected:
        return Finding("Python", found)
    advice = "this is not the course's own environment: run `make start`, or call .venv/bin/course"
    return Finding("Python", found, advice, needed=False)


def packages() -> Finding:
    """Compare the installed packages with the pinned ones."""
    pins = dict(
        line.strip().split("==", 1)
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    )
    installed = {dist.metadata["Name"].lower(): dist.version for dist in metadata.distributions()}
    other = [name for name, version in pins.items() if installed.get(name.lower(), version) != version]
    if not other:
        return Finding("Python packages", f"{len(pins)} pinned, all as pinned")
    return Finding(
        "Python packages", f"not as pinned: {', '.join(other[:4])}", "run `make setup`", needed=False
    )


def client() -> Iterator[Finding]:
    """Examine the npm packages of the browser's side."""
    wanted = json.loads((ROOT / "static" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in wanted.items():
        manifest = ROOT / "static" / "node_modules" / name / "package.json"
        if not manifest.exists():
            yield Finding(f"npm {name}", "missing", "run `make setup`")
            continue
        found = json.loads(manifest.read_text(encoding="utf-8"))["version"]
        yield Finding(
            f"npm {name}", found, "" if found == version else f"{version} expected: run `make setup`"
        )


def node() -> Finding:
    """Examine the Node of the environment, which only the maintainers' tests need."""
    program = shutil.which(
        "node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    if not program:
        return Finding("Node", "missing", "run `make setup`", needed=False)
    version = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return Finding("Node", version or "does not start")


def browser() -> Finding:
    """Start a Chromium."""
    choice = chromium.working()
    if choice is None:
        return Finding("Chromium", "none that starts", chromium.ADVICE)
    return Finding("Chromium", f"{choice.executable} ({choice.source})")


def loopback() -> Finding:
    """Examine whether a server may listen on this machine's own address."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as problem:
        return Finding("Local server", str(problem), "allow programs to listen on 127.0.0.1")
    return Finding("Local server", "may listen on 127.0.0.1")


def workspace() -> Finding:
    """Examine whether the learner's folder can be written."""
    folder = ROOT / "workspace"
    try:
        folder.mkdir(exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as problem:
        return Finding("Workspace", str(problem), f"make the folder {folder.name}/ writable")
    return Finding("Workspace", "workspace/ can be written")


def examine() -> Iterator[Finding]:
    """Examine everything, the quick things first."""
    yield python()
    yield packages()
    yield node()
    yield from client()
    yield loopback()
    yield workspace()
    yield browser()


def run(console: Console | None = None) -> bool:
    """Print the findings as a table. Return whether the course can run."""
    console = console or Console()
    table = Table(box=None, pad_edge=False)
    for column in ("", "", ""):
        table.add_column(column)
    findings = list(examine())
    for finding in findings:
        mark = "[green]✓[/]" if finding.well else ("[red]✗[/]" if finding.needed else "[yellow]![/]")
        table.add_row(mark, finding.what, finding.found)
    console.print(table)
    for finding in findings:
        if not finding.well:
            console.print(f"\n[bold]{finding.what}[/]: {finding.advice}", highlight=False)
    lacking = [finding for finding in findings if finding.needed and not finding.well]
    console.print(
        "\nSome of what the course needs is missing. The lines above say what to do."
        if lacking
        else "\nThis machine is ready."
    )
    return not lacking
