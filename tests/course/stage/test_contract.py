"""What demos may use is the same in the Lab and on the stage. Most of this is proved by mypy alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from course import Chapter, Course
from course.demo import load_demo
from course.errors import CourseError
from course.lab import protocols
from course.lab.errors import PageNotLive
from course.lab.lab import Lab
from course.lab.link.proxy import Link
from course.lab.person.person import Person
from course.stage.actor import Actor
from course.stage.driver import Driver
from course.stage.errors import NotOnStage
from course.stage.locator import StagePage, told
from course.stage.run import Run
from course.stage.tap import Tap

COURSE = Course.here()


def the_lab_is_one(lab: Lab) -> protocols.Lab:
    return lab


def a_person_of_the_lab_is_one(person: Person) -> protocols.Person:
    return person


def a_run_is_one(run: Run) -> protocols.Lab:
    return run


def an_actor_is_one(actor: Actor) -> protocols.Person:
    return actor


def check_types(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(path)]
    return subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True, check=False)


def demos() -> list[Chapter]:
    return [chapter for chapter in COURSE.chapters if (chapter.path / "demo.py").is_file()]


@pytest.mark.parametrize("chapter", demos(), ids=lambda chapter: chapter.name)
def test_a_demo_asks_for_nothing_else(chapter: Chapter) -> None:
    done = check_types(chapter.path / "demo.py")
    assert done.returncode == 0, done.stdout


def test_a_demo_that_asks_for_more_is_told(tmp_path: Path) -> None:
    path = tmp_path / "demo.py"
    path.write_text(
        "from collections.abc import AsyncIterator\nfrom course.lab.protocols import Lab\n"
        "async def acts(lab: Lab) -> AsyncIterator[str]:\n"
        "    (alice,) = await lab.people('Alice')\n    yield 'x'\n    await alice.page.evaluate('1')\n"
    )
    assert 'has no attribute "evaluate"' in check_types(path).stdout


@pytest.mark.parametrize("chapter", demos(), ids=lambda chapter: chapter.name)
def test_a_demo_says_where_everybody_begins(chapter: Chapter) -> None:
    demo = load_demo(chapter)
    assert demo.captions
    assert all(demo.starts.get(name, "").startswith("/") for name in demo.people), demo.starts


async def test_what_only_playwright_can_do_is_said_at_once() -> None:
    page = StagePage(Driver("Alice", lambda message: None))
    with pytest.raises(NotOnStage, match=r"“evaluate”.*which Playwright knows and the stage does not"):
        await page.evaluate("1")
    with pytest.raises(NotOnStage, match="“drag_to”"):
        await page.get_by_text("x").drag_to(page)


def test_a_demo_that_needs_playwright_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo.py").write_text("from course import Lab\n")
    monkeypatch.setitem(sys.modules, "playwright", None)
    for name in (
        "course.lab.lab",
        "course.notebook.lab",
        "course.lab.person.person",
        "playwright.async_api",
        "course.lab.person.shared_browser",
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(CourseError, match=r"needs Playwright.*\n.*course\.lab\.protocols"):
        load_demo(Chapter(7, "07_x", "X", 1, tmp_path))


def test_patterns_travel_with_their_flags() -> None:
    assert told("Send") == "Send"
    assert told(re.compile("^send", re.I | re.S)) == {"pattern": "^send", "flags": "is"}


async def test_a_page_that_is_being_loaded_is_not_live_yet() -> None:
    driver = Driver("Alice", lambda message: None)
    actor = Actor("Alice", Link(0), Tap("Alice", lambda frame: None), driver, "/", "alice-1")
    driver.hear({"say": "page", "document": "1", "url": "/", "views": []})
    await actor.live()
    driver.hear({"say": "leaving", "document": "1"})
    with pytest.raises(PageNotLive):
        await actor.live(0.1)
    driver.hear({"say": "page", "document": "2", "url": "/", "views": []})
    await actor.live()
