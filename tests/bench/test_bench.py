"""That the bench works, with small cases, and that it would notice. Not a word about speed."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from support import reading_hook
from support.live_page import LivePage

HERE = Path(__file__).parent

# The bench's scripts are run where they lie, and find each other there.
sys.path += [str(HERE), str(HERE / "apps")]

import gathering  # noqa: E402
import member  # noqa: E402
import outcome  # noqa: E402
import profiling  # noqa: E402
import watching  # noqa: E402


def run(*arguments: str) -> str:
    """Return the output of `make bench` with these arguments."""
    done = subprocess.run(
        [sys.executable, HERE / "run.py", *arguments], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.matrix)])
def test_the_messengers_page_is_measured(database: str) -> None:
    said = run(
        *("--only", "messenger", "--members", "6", "--earlier", "5", "--database", database),
        *("--rates", "10", "--seconds", "0.5", "--profile", "messages"),
        *("--conversations", "3"),
    )
    if "is left out" in said:
        pytest.skip(said.splitlines()[1])
    pages, messages = (
        line.split("|") for line in said.splitlines() if line.startswith(("| SQLite", "| PostgreSQL"))
    )
    # All have got everything, and nothing went wrong.
    sent = re.fullmatch(r" 0 of ([\d,]+) ", messages[-3])
    assert sent is not None, said
    assert int(sent[1].replace(",", "")) >= (5 + 5 + 20) * 6
    assert messages[-2] == " none ", said
    # Every other column has a number that is not 0.
    for column in (*pages[4:-1], *messages[4:-3]):
        assert re.search(r"[1-9]", column), said
    assert "--- profile: messages ---" in said
    assert "conversation_live.py" in said


@pytest.fixture
def page() -> Page:
    return Page()


class Page:
    """A member whose socket leads nowhere, and what it has sent."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.conversation = gathering.Conversation(
            types.SimpleNamespace(host="127.0.0.1:9"),
            {"path": "/conversations/1", "cookies": ["a=b"]},
            member.Trouble(),
        )
        (self.member,) = self.conversation.members
        self.member.page = LivePage("127.0.0.1:9", "/conversations/1", "", "", "lv:phx-1")
        self.member.to = "1-1.5:1-2.5"
        self.member.viewer = self
        self.member.joined.set()
        self.conversation.there.append(self.member)

    def send(self, text: str) -> None:
        self.frames.append(json.loads(text))

    def comes(self, *frame: Any) -> None:
        """The server sends this."""
        self.member.on_frame(self, json.dumps(frame).encode(), gathering.perf_counter())


def test_reads_are_told_as_soon_as_the_hook_tells_them() -> None:
    hook = (HERE.parents[1] / "static" / "hooks" / "reading.js").read_text()
    assert f"const SOON = {reading_hook.SOON * 1000:.0f};" in hook
    assert f"const SELDOM = {reading_hook.SELDOM * 1000:.0f};" in hook


async def test_what_comes_at_once_is_read_at_once_and_then_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_hook, "SOON", 0.02)
    monkeypatch.setattr(reading_hook, "SELDOM", 0.3)
    told: list[tuple[int, float]] = []
    hook = reading_hook.ReadingHook(lambda newest: told.append((newest, gathering.perf_counter())))
    hook.begin()
    for number in range(1, 31):
        hook.look(number)
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    hook.look(30)
    await asyncio.sleep(0.1)
    assert told[0][0] < 30 == told[-1][0]
    assert all(later[1] - sooner[1] >= 0.29 for sooner, later in itertools.pairwise(told))


async def test_a_message_is_missing_until_its_bubble_has_come(page: Page) -> None:
    sent = page.conversation.say()
    page.comes("4", None, "lv:phx-1", "diff", {"0": {"0": "message-8", "1": member.TEXT.format(2)}})
    page.comes("4", None, "lv:phx-1", "diff", {"0": member.TEXT.format(1)[:120]})
    assert sent.missing == 1
    page.comes("4", None, "lv:phx-1", "diff", {"0": {"0": "message-9", "1": member.TEXT.format(1)}})
    page.comes("4", None, "lv:phx-1", "diff", {"0": {"0": "message-9", "1": member.TEXT.format(1)}})
    assert (sent.missing, len(sent.delays)) == (0, 1)


async def test_what_comes_too_late_is_missing(page: Page) -> None:
    sent = page.conversation.say(gathering.perf_counter() - gathering.PATIENCE)
    page.comes("4", None, "lv:phx-1", "diff", {"0": member.TEXT.format(1)})
    await page.conversation.wait_for(sent)
    assert page.conversation.missing == 1


async def test_a_message_is_sent_again_with_its_key_until_it_is_answered(page: Page) -> None:
    page.conversation.say()
    (first,) = page.frames
    assert first[:4] == ["", "1", "lv:phx-1", "event"]
    assert first[4]["value"]["to"] == "1-1.5:1-2.5"
    page.comes("4", "4", "lv:phx-1", "phx_error", {})
    page.member.join = lambda: None
    page.member.joined.clear()
    page.comes("4", "4", "lv:phx-1", "phx_reply", {"status": "ok", "response": {"rendered": {}}})
    assert page.frames == [first, first]
    answer = {"diff": {"r": {"sent": 9}}}
    page.comes("", "1", "lv:phx-1", "phx_reply", {"status": "ok", "response": answer})
    page.member.joined.clear()
    page.comes("4", "4", "lv:phx-1", "phx_reply", {"status": "ok", "response": {"rendered": {}}})
    assert page.frames == [first, first]
    assert page.member.trouble.crashes == 1


@pytest.mark.parametrize(("reply", "counted"), [({"later": 60}, "put_off"), ({"refused": "No."}, "refusals")])
async def test_what_is_not_taken_is_counted(page: Page, reply: dict[str, Any], counted: str) -> None:
    page.conversation.say()
    page.comes("", "1", "lv:phx-1", "phx_reply", {"status": "ok", "response": {"diff": {"r": reply}}})
    assert getattr(page.member.trouble, counted) == 1


async def test_statements_are_counted_whatever_engine_they_go_through(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    traced: list[str] = []

    @event.listens_for(engine.sync_engine, "connect")
    def trace(connection: Any, _record: object) -> None:
        connection.run_async(lambda driver: driver.set_trace_callback(traced.append))

    async def ask(wanted: Callable[[], str]) -> int:
        before = int(wanted())
        traced.clear()
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS a (b)"))
        async with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            await connection.execute(text("INSERT INTO a VALUES (1)"))
            await connection.execute(text("SELECT * FROM a"))
        return int(wanted()) - before

    await ask(lambda: "0")
    counted = await ask(watching.Statements().tell)
    await engine.dispose()
    assert counted == len([one for one in traced if not one.startswith(watching.NO_STATEMENTS)]) == 3


def test_aims_say_what_is_not_reached() -> None:
    good = outcome.Outcome(
        outcome.Case(200, 60), page_ms=8, dashboard_ms=6, reply_bytes=45_000, small_reply_bytes=45_000,
        back_seconds=2, kilobytes=90, open_rates={5: (10, 60)}, per_cpu_second={1: 30_000, 4: 30_000},
        bare_per_cpu_second=100_000, statements=3,
    )  # fmt: skip
    assert "FAIL" not in outcome.aims([good])
    bad = {
        "page_ms": 8.1, "dashboard_ms": 6.1, "reply_bytes": 45_001, "small_reply_bytes": 45_001,
        "back_seconds": 2.1, "kilobytes": 91, "open_rates": {5: (10, 61)}, "missing": 1, "crashes": 1,
        "refusals": 1, "put_off": 1, "locked": 1, "tracebacks": 1, "statements": 3.1,
        "per_cpu_second": {1: 29_000, 4: 30_000},
    }  # fmt: skip
    for name, value in bad.items():
        assert outcome.aims([replace(good, **{name: value})]).count("FAIL") == 1, name
    dearer = replace(good, case=outcome.Case(200, 10_000), page_ms=12, per_cpu_second={1: 10_000, 4: 10_000})
    said = outcome.aims([good, dearer])
    assert re.findall(r"FAIL: flat from 60 to 10000 messages, ([\w/-]+)", said) == ["page_ms", "u/CPU-s"]


def test_a_profile_leaves_out_who_waits(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_text(
        "main (uvicorn/main.py:1);send (a/messenger/chat.py:7);scan (b/text.py:3) 3\n"
        "main (uvicorn/main.py:1);send (a/messenger/chat.py:9) 1\n"
        "bootstrap (python3.11/threading.py:1);_worker (concurrent/futures/thread.py:81) 96\n"
    )
    own, under = profiling.top_of(raw).split("with all that it calls")
    assert re.findall(r"([\d.]+) %  (\w+)", own) == [("75.0", "scan"), ("25.0", "send")]
    assert re.findall(r"([\d.]+) %  (\w+)", under)[:2] == [("100.0", "send"), ("75.0", "scan")]
