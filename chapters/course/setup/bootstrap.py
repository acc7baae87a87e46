"""Set up everything the course needs, with nothing but Python's standard library.

    python chapters/course/setup/bootstrap.py

Makes the virtual environment ``.venv``, installs the pinned Python packages, installs the client JavaScript
with the Node that comes from PyPI, and finds or installs a Chromium. Each step leaves its fingerprint in
``.venv/parley-setup.json`` and is skipped while that still fits, so a second run only compares hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
VENV_PYTHON = BIN / ("python" + EXE)
STAMP = VENV / "parley-setup.json"
OLDEST = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3.14")


class SetupError(Exception):
    """A failed step that only the user can fix; the text says how."""


def say(text: str) -> None:
    """Print a line at once, even into a pipe or on a terminal that cannot show every letter."""
    try:
        print(text, flush=True)
    except UnicodeEncodeError:
        print(text.replace("…", "...").encode("ascii", "replace").decode(), flush=True)


def find_python() -> str:
    """Return the path of an interpreter that is new enough: this one, or a ``python3.NN`` on the PATH.

    Raises:
        SetupError: if there is none.
    """
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in CANDIDATES:
        path = shutil.which(name)
        # A shim on the PATH may have no Python behind it, so we run it.
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    found = ".".join(str(part) for part in sys.version_info[:3])
    raise SetupError(
        f"Parley needs Python 3.11 or newer; this is {found}.\n"
        "Install a newer one from your package manager or python.org, then run:  make start PYTHON=python3.12"
    )


def run(
    command: Sequence[str | Path],
    what: str,
    cwd: Path = ROOT,
    hint: str = "",
    on_line: Callable[[str], None] = lambda line: None,
) -> None:
    """Run one command of the set-up; the end of its output is shown only when it fails.

    Args:
        command: the program and its arguments.
        what: the name of the step, for the error.
        cwd: the folder in which it runs.
        hint: what to do when it fails.
        on_line: called with each line of its output at once.

    Raises:
        SetupError: if it failed.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment(),
    )
    said: deque[str] = deque(maxlen=15)
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                said.append(line.rstrip())
                on_line(line.rstrip())
    if process.returncode:
        raise SetupError("\n".join([f"{what} failed.", *said, hint]).rstrip())


class Progress:
    """A progress report of pip, one line for each package, so that a build's log shows it as well."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, line: str) -> None:
        """Report the package of a line that pip has printed."""
        word, _, rest = line.strip().partition(" ")
        if word == "Collecting":
            self._number += 1
            # pip prints the packages that need it after the name.
            say(f"  {self._number:>3}  {rest.partition(' (from ')[0]}")
        elif line.startswith("Installing collected packages:"):
            say(f"  installing {line.count(',') + 1} packages; this is the longest step …")


def environment() -> dict[str, str]:
    """Return the environment with the virtual environment's programs first on the PATH."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "VIRTUAL_ENV": str(VENV),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def digest(*names: str) -> str:
    """Return a hash of the named files of the repository."""
    sha = hashlib.sha256()
    for name in names:
        # Line ends do not count, so that a checkout on Windows is not set up twice.
        sha.update(name.encode() + (ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    return sha.hexdigest()


def read_stamp() -> dict[str, str]:
    """Read the fingerprints of the steps that were done; empty when there are none."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def make_venv(python: str) -> None:
    """Make ``.venv`` unless it exists."""
    if VENV_PYTHON.exists():
        return
    say("Making the virtual environment .venv …")
    hint = "On Debian and Ubuntu, install the package that it needs:  sudo apt install python3-venv"
    run([python, "-m", "venv", VENV], "Making .venv", hint=hint)


def install_packages() -> bool:
    """Install the course and its pinned packages."""
    say("Installing the Python packages (some minutes the first time) …")
    return install("test,record")


def install_site() -> bool:
    """Install the packages that make the site."""
    say("Installing the packages that make the site …")
    return install("test,record,site")


def install(extras: str) -> bool:
    """Install the course with some of its extras."""
    hint = "Check the network, then run the same command again. Packages that are installed already are kept."
    pip: list[str | Path] = [VENV_PYTHON, "-m", "pip", "install", "--progress-bar", "off"]
    packages = ["--constraint", "constraints.txt", "--editable", f".[{extras}]"]
    run([*pip, *packages], "Installing the Python packages", hint=hint, on_line=Progress())
    run([VENV_PYTHON, "-m", "course.notebook.kernels"], "Preparing the notebooks' kernels")
    return True


def install_client() -> bool:
    """Install the pinned npm packages."""
    say("Installing the LiveView client (npm ci) …")
    npm = BIN / ("npm" + (".exe" if os.name == "nt" else ""))
    hint = "Check the network, then run the same command again."
    run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci", cwd=ROOT / "static", hint=hint)
    return True


def install_browser() -> bool:
    """Find or install a Chromium; False when there is none."""
    say("Looking for a Chromium …")
    command = [VENV_PYTHON, "-m", "course.setup.chromium"]
    result = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment(), check=False)
    # The course can be read without a browser, so a missing one is reported and tried again next time.
    return result.returncode == 0


def steps(site: bool) -> Iterator[tuple[str, str, bool, Callable[[], bool]]]:
    """Yield (name, fingerprint, whether it is there, action) for each step; ``site`` adds its packages."""
    pinned = digest("pyproject.toml", "constraints.txt") + str(ROOT)
    yield "packages", pinned, VENV_PYTHON.exists(), install_packages
    if site:
        yield "site", pinned, VENV_PYTHON.exists(), install_site
    client = ROOT / "static" / "node_modules" / "phoenix_live_view" / "package.json"
    yield "client", digest("static/package-lock.json"), client.exists(), install_client
    yield "browser", digest("constraints.txt"), True, install_browser


def set_up(site: bool = False) -> None:
    """Run the steps whose fingerprint changed; with ``site``, also install the packages that make the site.

    Raises:
        SetupError: if a step failed; its text says what to do.
    """
    python = find_python()
    stamp = read_stamp()
    make_venv(python)
    for name, fingerprint, present, action in steps(site):
        if present and stamp.get(name) == fingerprint:
            continue
        if action():
            stamp[name] = fingerprint
            STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def main() -> int:
    """Set up, and print what stopped it. Return an exit code."""
    parser = argparse.ArgumentParser(description="Set up everything the course needs.")
    parser.add_argument("--again", action="store_true", help="run every step, also those already done")
    parser.add_argument("--site", action="store_true", help="also install what makes the site")
    options = parser.parse_args()
    if options.again and STAMP.exists():
        STAMP.unlink()
    try:
        set_up(options.site)
    except SetupError as problem:
        say(f"\nSet-up stopped. {problem}")
        return 1
    except KeyboardInterrupt:
        say("\nSet-up stopped. Run the same command to go on from here.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
