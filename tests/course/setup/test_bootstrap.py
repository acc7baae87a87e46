"""The set-up says what it is doing while it works."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from course.setup import bootstrap

# As pip writes; the last line comes only when somebody has been told of the first ones.
PIP = """
import sys, time
from pathlib import Path
print("Obtaining file:///somewhere")
print("Collecting quart==0.20.0 (from -c constraints.txt (line 7))")
print("  Using cached quart-0.20.0-py3-none-any.whl (77 kB)")
print("Collecting jinja2>=3 (from quart)", flush=True)
for _ in range(3000):
    if Path(sys.argv[1]).exists():
        break
    time.sleep(0.01)
else:
    sys.exit("nobody was told")
print("Installing collected packages: jinja2, quart")
sys.exit(int(sys.argv[2]))
"""


def test_each_package_is_told_as_soon_as_pip_comes_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        if "jinja2" in text:
            (tmp_path / "told").touch()

    monkeypatch.setattr(bootstrap, "say", say)
    command: list[str | Path] = [sys.executable, "-c", PIP, tmp_path / "told", "0"]
    bootstrap.run(command, "Installing", cwd=tmp_path, on_line=bootstrap.Progress())
    assert told == [
        "    1  quart==0.20.0",
        "    2  jinja2>=3",
        "  installing 2 packages; this is the longest step …",
    ]


def test_the_packages_are_installed_with_that_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[object]] = []

    def run(command: list[object], what: str, hint: str = "", on_line: object = None) -> None:
        ran.append([*command, on_line])

    monkeypatch.setattr(bootstrap, "run", run)
    assert bootstrap.install("test")
    assert "--quiet" not in ran[0]
    assert isinstance(ran[0][-1], bootstrap.Progress)
    assert "course.notebook.kernels" in ran[1], "the kernels of the environment know the course"


def test_a_step_that_fails_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "told").touch()
    with pytest.raises(bootstrap.SetupError) as stopped:
        bootstrap.run([sys.executable, "-c", PIP, tmp_path / "told", "3"], "Installing", hint="Try again.")
    first, *lines, last = str(stopped.value).splitlines()
    assert (first, lines[0], last) == ("Installing failed.", "Obtaining file:///somewhere", "Try again.")
