"""Every fault, seen in the page: a real server, a real browser."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable

import pytest

from course.lab import FaultDidNotHappen, Lab, LabError, PageNotLive, Person, faults
from course.lab.until import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def marks(person: Person, mark: int) -> list[str]:
    return [frame.kind for frame in person.frames_since(mark)]


async def classes(person: Person) -> list[set[str]]:
    return [set(view.classes) for view in await person.views()]


async def assert_works(person: Person, left: int) -> None:
    """The page is live again, and it is still the same document."""
    await person.button("Add left").click()
    await person.text(f"left {left}").wait_for()
    assert await person.page.evaluate("window.unloaded") is True
    assert person.loads == 1


async def until_true(look: Callable[[], bool], problem: str) -> None:
    """Wait for a state of the Lab's own, not of a page."""

    async def seen() -> bool:
        return look()

    await until(seen, bool, 5, lambda _: AssertionError(problem))


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_live_page_has_both_views_on_one_socket(lab: Lab, alice: Person) -> None:
    assert await classes(alice) == [{"phx-connected"}, {"phx-connected"}]
    assert alice.open_sockets == 1
    assert [frame.kind for frame in alice.frames].count("join") == 2
    await assert_works(alice, left=1)


async def test_a_page_that_is_being_loaded_is_not_live_yet(lab: Lab, alice: Person) -> None:
    await alice.page.evaluate("document.open(); document.write('<p>Some of it')")
    assert await alice.look() is None
    waiting = asyncio.ensure_future(alice.live())
    with pytest.raises(PageNotLive, match="has not become live"):
        await alice.live(0.2)
    assert not waiting.done()
    await alice.page.evaluate("document.close()")
    await waiting
    assert await alice.look() == []


async def test_kill_ends_the_process_and_restart_brings_the_page_back(lab: Lab, alice: Person) -> None:
    await assert_works(alice, left=1)
    pid, mark = lab.pid, alice.mark()
    assert pid is not None
    await lab.kill()
    assert not process_exists(pid)
    assert not lab.alive
    assert all("phx-client-error" in one for one in await classes(alice))
    assert "closed" in marks(alice, mark)
    with pytest.raises(LabError, match="no server to kill"):
        await lab.kill()
    mark = alice.mark()
    await lab.restart()
    assert lab.pid not in (None, pid)
    assert marks(alice, mark).count("join") == 2
    assert await classes(alice) == [{"phx-connected"}, {"phx-connected"}]
    await assert_works(alice, left=1)
    assert alice.console_problems == []
    assert any(message.during_fault for message in alice.console)


async def test_restart_of_a_running_server_is_a_kill_and_a_start(lab: Lab, alice: Person) -> None:
    pid, mark = lab.pid, alice.mark()
    await lab.restart()
    assert lab.pid not in (None, pid)
    assert marks(alice, mark).count("rendered") == 2


@pytest.mark.parametrize("reset", [True, False])
async def test_cut_closes_the_socket_and_keeps_it_closed(lab: Lab, alice: Person, reset: bool) -> None:
    closed, mark = alice.closed_sockets, alice.mark()
    await lab.cut(alice, reset=reset)
    assert alice.closed_sockets == closed + 1
    assert all("phx-client-error" in one for one in await classes(alice))
    answered, late, _ = await alice.probe(5)
    assert not answered and not late
    assert "rendered" not in marks(alice, mark)
    await lab.fix(alice)
    assert marks(alice, mark).count("rendered") == 2
    await assert_works(alice, left=1)
    assert alice.console_problems == []


async def test_a_page_says_whether_its_client_is_connecting(lab: Lab, alice: Person) -> None:
    assert not await alice.is_connecting()
    await lab.cut(alice)
    alice.network.hang()
    problem = AssertionError("it never tries, or for ever")
    await until(alice.is_connecting, bool, 20, lambda _: problem)
    assert alice.open_sockets == 0
    alice.network.cut()
    await until(alice.is_connecting, lambda tries: not tries, 20, lambda _: problem)
    await lab.fix(alice)
    assert alice.open_sockets == 1
    assert not await alice.is_connecting()
    await assert_works(alice, left=1)


async def test_refuse_closes_the_port_and_fix_opens_the_same_one(lab: Lab, alice: Person) -> None:
    port = alice.network.port
    await lab.refuse(alice)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    assert all("phx-client-error" in one for one in await classes(alice))
    await lab.fix(alice)
    assert alice.network.port == port
    await assert_works(alice, left=1)


async def test_hang_keeps_the_socket_and_moves_nothing(lab: Lab, alice: Person) -> None:
    closed, mark = alice.closed_sockets, alice.mark()
    await lab.hang(alice)
    moved = alice.network.received
    await alice.button("Add left").click()
    answered, late, _ = await alice.probe(0.3)
    assert not answered and late
    assert alice.network.received == moved
    assert marks(alice, mark) == ["event"]
    assert await classes(alice) == [{"phx-connected"}, {"phx-connected"}]
    await lab.fix(alice)
    await alice.text("left 1").wait_for()
    assert alice.closed_sockets == closed
    assert "join" not in marks(alice, mark)


async def test_deafen_lets_events_arrive_and_no_answer_come_back(lab: Lab, alice: Person) -> None:
    mark = alice.mark()
    await lab.deafen(alice)
    sent = alice.network.sent
    await alice.button("Add left").click()
    await until_true(lambda: alice.network.sent > sent, "nothing arrived")
    assert marks(alice, mark) == ["event"]
    # Whatever the server answers is held back, and ends with the line.
    await lab.cut(alice)
    assert "diff" not in marks(alice, mark) and "reply" not in marks(alice, mark)
    await lab.fix(alice)
    await assert_works(alice, left=1)


async def test_delay_is_seen_both_ways(lab: Lab, alice: Person) -> None:
    await lab.delay(alice, 0.2)
    _, _, seconds = await alice.probe(10)
    assert seconds >= 0.36
    await assert_works(alice, left=1)
    await lab.fix(alice)
    assert alice.network.mode == "pass"


async def test_crash_restarts_one_view_and_leaves_the_other(lab: Lab, alice: Person) -> None:
    await alice.button("Add left").click()
    await alice.button("Add right").click()
    await alice.text("right 1").wait_for()
    left, right = await alice.views()
    mark, raised = alice.mark(), len(lab.raised)
    await lab.crash(alice, view="LeftLive")
    marked, untouched = await classes(alice)
    assert "phx-server-error" in marked or "join" in marks(alice, mark)
    assert untouched == {"phx-connected"}
    await alice.live()
    await alice.text("left 0").wait_for()
    await alice.text("right 1").wait_for()
    joins = [frame for frame in alice.frames_since(mark) if frame.kind == "join"]
    assert [frame.topic for frame in joins] == [f"lv:{left.id}"]
    assert joins[0].meaning.startswith("join again")
    assert len(lab.raised) == raised, "what the Lab raised on purpose is not the app's fault"
    await lab.crash(alice, view=right.id)
    await alice.live()
    await alice.text("right 0").wait_for()


async def test_crash_says_which_views_there_are(lab: Lab, alice: Person) -> None:
    with pytest.raises(LabError, match=r"no view NobodyLive[\s\S]*LeftLive, RightLive"):
        await lab.crash(alice, view="NobodyLive")
    bob = await lab.person("Bob")
    await bob.goto("/plain")
    with pytest.raises(LabError, match="Bob's page has no live view"):
        await lab.crash(bob)
    await lab.dismiss(bob)


async def test_faults_of_one_person_leave_the_other_alone(lab: Lab, alice: Person) -> None:
    bob = await lab.person("Bob")
    await bob.goto("/two")
    mark = bob.mark()
    await lab.cut(alice)
    await bob.button("Add left").click()
    await bob.text("left 1").wait_for()
    assert marks(bob, mark) == ["event", "reply"]
    await lab.fix(alice)
    await lab.dismiss(bob)


async def test_pages_without_live_views_show_faults_too(lab: Lab) -> None:
    bob = await lab.person("Bob")
    await bob.goto("/plain")
    await lab.cut(bob)
    await lab.fix(bob)
    await bob.goto("/raw")
    await bob.text("hello").wait_for()
    assert [frame.meaning for frame in bob.frames if frame.kind == "text"] == [
        "hello",
        "12 characters of HTML",
    ]
    await lab.cut(bob)
    assert bob.frames[-1].kind == "closed"
    await lab.fix(bob)
    await lab.dismiss(bob)


async def test_a_fault_that_does_not_happen_is_told(
    lab: Lab, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "SECONDS_TO_SEE", 0.3)
    monkeypatch.setattr(type(alice.network), "cut", lambda self, reset: None)
    monkeypatch.setattr(type(alice.network), "hang", lambda self: None)
    monkeypatch.setattr(type(alice.network), "delay", lambda self, seconds: None)
    monkeypatch.setattr(type(alice.network), "refuse", lambda self: None)
    for fault in (lab.cut(alice), lab.hang(alice), lab.delay(alice, 1), lab.refuse(alice)):
        with pytest.raises(FaultDidNotHappen, match="was asked for, but Alice's page"):
            await fault
    await lab.fix(alice)


async def test_a_page_that_does_not_become_live_says_why(lab: Lab, alice: Person) -> None:
    await alice.page.route("**/phoenix_live_view*", lambda route: route.abort())
    await alice.page.goto(alice.url + "/two")
    with pytest.raises(PageNotLive, match=re.escape("Alice's page has not become live: phx-")):
        await alice.live(seconds=0.2)


async def test_exceptions_of_the_app_are_kept_with_their_own_lines(lab: Lab, alice: Person) -> None:
    known = len(lab.raised)
    response = await alice.page.goto(alice.url + "/boom")
    assert response is not None and response.status == 500
    await until_true(lambda: len(lab.raised) > known, "nothing was told")
    lines = lab.raised[-1].own_lines(lab.state.folder)
    assert lines[0].startswith("messenger/__init__.py, line ")
    assert lines[1:] == ["    return str(1 // 0)", "ZeroDivisionError: integer division or modulo by zero"]
