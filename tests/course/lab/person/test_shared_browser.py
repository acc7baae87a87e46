"""Finding a Chromium, without one; and how one is started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest
from playwright.async_api import async_playwright

from course.lab import find_chromium
from course.lab.person import browser_choice
from course.lab.person.browser_choice import UNSEEN, browser_args, chromium_choices


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no browser at all."""
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA", "PARLEY_CHROMIUM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "own"))
    monkeypatch.setattr(browser_choice, "MAC_APPS", ())
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def own_build(root: Path, revision: str) -> Path:
    return program(root / "own" / f"chromium-{revision}" / "chrome-linux64" / "chrome")


def test_a_machine_without_one(bare: Path) -> None:
    assert find_chromium() is None


@pytest.mark.skipif(sys.platform == "win32", reason="programs have suffixes there")
def test_the_order_of_choices(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = program(bare / "bin" / "google-chrome")
    revision = browser_choice.wanted_revision()
    assert revision is not None
    own = own_build(bare, revision)
    own_build(bare, "1")
    assert [(choice.source, choice.executable) for choice in chromium_choices()] == [
        ("playwright", own),
        ("this machine", installed),
    ]
    mine = program(bare / "mine")
    monkeypatch.setenv("PARLEY_CHROMIUM", str(mine))
    choice = find_chromium()
    assert choice is not None
    assert (choice.source, choice.executable) == ("PARLEY_CHROMIUM", mine)


def test_a_chosen_browser_that_is_not_there_is_passed_over(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_CHROMIUM", str(bare / "nowhere"))
    assert find_chromium() is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root on Windows")
def test_root_needs_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in browser_args()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in browser_args()
    assert "--disable-background-networking" in browser_args()


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
async def test_what_playwright_switches_off_stays_off() -> None:
    """Of several lists Chromium takes the last one."""
    choice = find_chromium()
    assert choice is not None
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=choice.executable, args=[*choice.args])
        switched_off = [
            [word.split("=")[1].split(",") for word in line if word.startswith("--disable-features=")]
            for line in map(command_of, psutil.Process().children(recursive=True))
            if "--headless" in line and not any(word.startswith("--type=") for word in line)
        ]
        await started.close()
    assert switched_off, "no browser was found"
    for first, *_, last in switched_off:
        assert set(UNSEEN) <= set(last)
        assert set(first) <= set(last), "OFF_FOR_PLAYWRIGHT has to be brought up to date"


def command_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; empty when it has ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
