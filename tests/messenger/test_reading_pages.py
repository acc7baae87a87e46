"""What a page that is read costs the database, and that no mark is lost with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from quart import Quart
from support.seeded_messenger import messenger_at, page_of, user_of
from support.statements import CHANGES, statements

from messenger import chat
from messenger.chat import marking
from quart_live import QuartLive

HIKE = 2
HERE = f"/conversations/{HIKE}"


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    # Nobody waits for the pause here: what is written is written because somebody asked.
    monkeypatch.setattr(marking, "PAUSE", 1000)
    async with messenger_at(tmp_path, monkeypatch) as app:
        yield app


async def newest() -> int:
    return (await chat.recent_messages(HIKE))[-1].id


async def test_who_has_read_nothing_new_costs_nothing(app: Quart) -> None:
    carol, to = await user_of("Carol"), await newest()
    async with await page_of(app, "Carol", HERE) as page:
        with statements("SELECT", *CHANGES) as seen:
            await page.hook("read", {"to": to})
            assert not seen
            await chat.marks.close()
            assert len(seen) == 1
            for up_to in (to, 1, 0, 10**6):
                await page.hook("read", {"to": up_to})
            await chat.marks.close()
            assert len(seen) == 1
        assert await chat.read_up_to(HIKE, carol.id) == to
        await page.rejoin()
        with statements("SELECT", *CHANGES) as seen:
            await page.hook("read", {"to": to})
            await chat.marks.close()
            assert not seen, "the new view has read how far the mark is"


async def test_who_writes_has_read_it(app: Quart) -> None:
    async with await page_of(app, "Carol", HERE) as page:
        sent = await page.hook("send", {"content": "I am there."})
        assert sent is not None
        with statements("SELECT", *CHANGES) as seen:
            await page.hook("read", {"to": sent["sent"]})
            await chat.marks.close()
            assert not seen


async def test_a_page_that_looks_away_counts_what_it_has_not_read_and_nothing_else(app: Quart) -> None:
    live: QuartLive = app.extensions["quart_live"]
    alice, to = await user_of("Alice"), await newest()
    async with await page_of(app, "Carol", HERE) as page:
        await page.hook("read", {"to": to})
        await page.hook("away", {})
        assert "(" not in str(page.title), "the mark was stored before it was counted"
        message = await chat.send_message(HIKE, alice.id, "Where are you?")
        await live.pubsub.broadcast(chat.conversation_topic(HIKE), message)
        await page.settle()
        assert str(page.title).startswith("(1)")


async def test_another_page_of_the_same_person_hears_of_it_after_it_is_stored(app: Quart) -> None:
    carol, to = await user_of("Carol"), await newest()
    async with await page_of(app, "Carol", HERE) as page, await page_of(app, "Carol", "/") as home:
        entry = f"#conversation-{HIKE}"
        assert "unread" in home.find(entry).text
        await page.hook("read", {"to": to})
        await home.settle()
        assert "unread" in home.find(entry).text
        await chat.marks.close()
        await home.settle()
        assert "unread" not in home.find(entry).text
        assert await chat.read_up_to(HIKE, carol.id) == to


async def test_a_page_that_is_left_takes_no_mark_with_it(app: Quart) -> None:
    carol, to = await user_of("Carol"), await newest()
    async with await page_of(app, "Carol", HERE) as page:
        await page.hook("read", {"to": to})
    async with await page_of(app, "Carol", "/") as home:
        # The list waits for this person's marks.
        assert "unread" not in home.find(f"#conversation-{HIKE}").text
    assert await chat.read_up_to(HIKE, carol.id) == to
