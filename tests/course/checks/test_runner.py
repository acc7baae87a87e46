"""From the body of a check to its result: what passes, fails, and could not be done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from course.checks import Check, CheckContext, CheckResult
from course.checks.report import render_result
from course.checks.runner import run_checks
from course.lab import find_chromium
from course.lab.link.proxy import Link

Run = Callable[..., CheckResult]

# Long enough for what comes first also on a busy machine, for it ends in waiting in vain.
SHORT = 2.0


def test_a_check_that_passes(run_body: Run, tmp_path: Path) -> None:
    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Add left", times=2)
        await c.expect_text(alice.text(re.compile("left")), "left 2")
        await c.expect_tidy(alice)
        await c.expect_no_overflow(alice)

    result = run_body(body)
    assert result.passed
    assert result.done == ("Alice opened /two", "Alice clicked Add left twice")
    assert not (tmp_path / "evidence").exists()


def test_a_wrong_text(run_body: Run, tmp_path: Path) -> None:
    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Add left")
        await c.expect_text(alice.text(re.compile(r"left \d")), "left 2", "the counter")

    result = run_body(body, patience=SHORT)
    assert (result.verdict, result.expected, result.seen) == ("failed", "“left 2” in the counter", "“left 1”")
    assert result.wire[-2].endswith('click "add"')
    assert re.fullmatch(r'Alice ← reply \d+ B: part 0 becomes "1"', result.wire[-1])
    assert result.hint == "course hint 1.1"
    assert result.raised == ()
    names = {path.name for path in (tmp_path / "evidence" / "1.1").iterdir()}
    assert names == {
        "alice.png",
        "alice_frames.txt",
        "alice_console.txt",
        "report.txt",
        "report.json",
        "server.log",
    }


def test_a_button_that_is_not_there(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Add up")

    result = run_body(body, patience=SHORT)
    assert result.expected == "a button or link “Add up” that can be used"
    assert result.seen == "on the page: button “Add left”, button “Raise left”, button “Add right”"


def test_a_locator_of_playwright_that_waits_in_vain(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/plain")
        await alice.button("Add").click()

    result = run_body(body, patience=SHORT)
    assert (result.verdict, result.expected) == ("failed", "a button “Add” that can be used")
    assert result.seen == "on the page: heading “Plain”"


def test_a_page_that_is_not_there(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        await c.visit(await c.person("Alice"), "/nowhere")

    result = run_body(body)
    assert (result.expected, result.seen) == ("a page at /nowhere", "the server answers 404")


def test_the_apps_exception_explains_the_failure(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Raise left")
        await c.expect_soon(lambda: c.lab.raised, expected="an exception", seen="none")
        c.patience = 0.5  # for what will not come
        await c.expect_text(alice.text(re.compile("left")), "left 1")

    result = run_body(body)
    assert result.verdict == "failed"
    assert re.fullmatch(r"messenger/__init__.py, line \d+ in handle_event:", result.raised[0])
    assert result.raised[1:] == ('    raise KeyError("left raised")', "KeyError: 'left raised'")


def test_an_exception_on_purpose_explains_nothing(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        c.app_may_raise("left raised")
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Raise left")
        await c.expect_text(alice.text(re.compile("left")), "left 1")

    result = run_body(body, patience=SHORT)
    assert (result.verdict, result.raised) == ("failed", ())


UNSEEN = {
    "Raise left": ("messenger/__init__.py, line N in handle_event:", "KeyError: 'left raised'"),
    "Slow": ("messenger/__init__.py, line N in handle_info:", "KeyError: 'slow failed'"),
    "Task": ("messenger/__init__.py, line N in later:", "KeyError: 'task failed'"),
    "Thread": ("messenger/__init__.py, line N in beside:", "KeyError: 'thread failed'"),
    "End": ("ProcessEnded: the app's process ended by itself, code 3",) * 2,
    "Script": ("in Alice's browser:", "lost is not defined"),
    "Policy": ("in Alice's browser:", "Refused by the Content Security Policy"),
}


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_an_error_that_no_check_has_ordered_makes_it_red_whatever_the_page_shows(tmp_path: Path) -> None:
    def check(number: int, button: str) -> Check:
        async def body(c: CheckContext) -> None:
            alice = await c.person("Alice")
            await c.visit(alice, "/two" if button == "Raise left" else "/careless")
            await c.click(alice, button)

        return Check(f"1.{number}", button, (), body, since=1)

    async def quiet(c: CheckContext) -> None:
        await c.visit(await c.person("Alice"), "/careless")

    checks = [check(number, button) for number, button in enumerate(UNSEEN, 1)]
    checks.append(Check("1.9", "quiet", (), quiet, since=1))
    app = Path(__file__).parents[1] / "apps" / "lab"
    *results, last = asyncio.run(run_checks(checks, app, artefacts=tmp_path))
    for result, (place, message) in zip(results, UNSEEN.values(), strict=True):
        assert result.verdict == "failed", result.title
        assert re.sub(r"line \d+", "line N", result.raised[0]) == place
        assert message in result.raised[-1]
        assert result.expected == "no error besides those that the check causes"
        assert message in result.seen
        assert render_result(result).splitlines()[1].startswith("    your app   raised: ")
    assert last.passed, "what one check has raised is not held against the next one"


def test_an_error_that_the_check_orders_is_none(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        c.app_may_raise("left raised")
        c.app_may_raise("lost is not defined")
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.click(alice, "Raise left")
        await alice.page.evaluate("() => setTimeout(() => lost.now())")
        await c.crash(alice)

    assert run_body(body).passed


def test_a_fault_that_did_not_happen_is_an_error(run_body: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.lab.faults.SECONDS_TO_SEE", 0.3)
    monkeypatch.setattr(Link, "cut", lambda self, reset: None)

    async def body(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/two")
        await c.lab.cut(alice)

    result = run_body(body)
    assert result.verdict == "error"
    assert result.seen == "The fault “cut” was asked for, but Alice's page stays connected."


def test_a_mistake_in_the_check_is_an_error(run_body: Run) -> None:
    async def body(c: CheckContext) -> None:
        raise KeyError("typo")

    result = run_body(body)
    assert (result.verdict, result.seen) == ("error", "KeyError: 'typo'")


def test_an_app_that_does_not_start(run_body: Run, tmp_path: Path) -> None:
    package = tmp_path / "app" / "messenger"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import nothing_like_that\n", encoding="utf-8")

    async def body(c: CheckContext) -> None:
        raise AssertionError("never reached")

    result = run_body(body, tmp_path / "app")
    assert (result.verdict, result.expected) == ("failed", "an app that starts")
    assert result.raised[0] == "messenger/__init__.py, line 1:"
    assert result.raised[-1] == "ModuleNotFoundError: No module named 'nothing_like_that'"
    assert result.files == ("messenger/__init__.py differs in line 1",)


def test_no_app_at_all_needs_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.lab.person.shared_browser.find_chromium", lambda: None)

    async def body(c: CheckContext) -> None:
        raise AssertionError("never reached")

    check = Check("1.1", "x", ("messenger/__init__.py",), body, since=1)
    results = asyncio.run(run_checks([check], tmp_path, artefacts=tmp_path / "evidence"))
    assert results[0].seen.startswith("the app has no messenger package yet")
    assert results[0].files == ("messenger/__init__.py is missing",)


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_checks_share_a_server_but_no_people_and_survive_each_other(tmp_path: Path) -> None:
    pids: dict[str, int | None] = {}

    def check(number: str, *, kill: bool = False, fresh: bool = False) -> Check:
        async def body(c: CheckContext) -> None:
            alice = await c.person("Alice")
            c.expect(not alice.frames, expected="a new Alice", seen="one of before")
            await c.visit(alice, "/two")
            pids[number] = c.lab.pid
            if kill:
                await c.lab.kill()

        return Check(number, number, (), body, since=1, fresh=fresh)

    checks = [check("1.1"), check("1.2", fresh=True), check("1.3", kill=True), check("1.4")]
    app = Path(__file__).parents[1] / "apps" / "lab"
    told: list[str] = []
    results = asyncio.run(
        run_checks(checks, app, artefacts=tmp_path, on_result=lambda result: told.append(result.id))
    )
    assert [result.passed for result in results] == [True] * 4, results
    assert told == ["1.1", "1.2", "1.3", "1.4"]
    assert pids["1.1"] == pids["1.3"]
    assert len({pids["1.1"], pids["1.2"], pids["1.4"]}) == 3


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_lanes_run_side_by_side_and_keep_the_order_of_results(tmp_path: Path) -> None:
    together = asyncio.Barrier(2)

    async def body(c: CheckContext) -> None:
        await asyncio.wait_for(together.wait(), 60)

    checks = [Check(f"1.{number}", "x", (), body, since=1) for number in (1, 2)]
    app = Path(__file__).parents[1] / "apps" / "lab"
    results = asyncio.run(run_checks(checks, app, artefacts=tmp_path, lanes=2))
    assert [(result.id, result.passed) for result in results] == [("1.1", True), ("1.2", True)]
