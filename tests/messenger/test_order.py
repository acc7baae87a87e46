"""Messages are announced in the order in which they are stored; one that comes late finds its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from quart import Quart
from support.seeded_messenger import messenger_at, page_of, user_of
from support.statements import statements

from messenger import chat
from messenger.conversation_live import KEPT
from quart_live import QuartLive
from quart_live.testing import LiveViewTest
from quart_live.testing.dom import parse

HIKE = 2
HERE = f"/conversations/{HIKE}"


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    async with messenger_at(tmp_path, monkeypatch) as app:
        yield app


def shown(page: LiveViewTest) -> list[tuple[str, bool]]:
    """The texts in the log, and whether each goes on where the one before it ended."""
    rows = parse(page.html).find_all("#messages > li")
    return [(row.find(".bubble").text, "continues" in row.get("class").split()) for row in rows]


async def test_messages_of_one_conversation_are_announced_in_the_order_in_which_they_are_stored(
    app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    live: QuartLive = app.extensions["quart_live"]
    announced: list[int] = []
    broadcast = live.pubsub.broadcast

    async def note(topic: str, message: Any) -> None:
        if isinstance(message, chat.Posted):
            announced.append(message.id)
        await broadcast(topic, message)

    monkeypatch.setattr(live.pubsub, "broadcast", note)
    pages = [await page_of(app, name, HERE) for name in ("Alice", "Bob", "Carol") * 3]
    for page in pages:
        await page.open()
    for number in range(4):
        words = [{"content": f"{number}", "key": str(uuid4())} for _ in pages]
        await asyncio.gather(*(page.hook("send", one) for page, one in zip(pages, words, strict=True)))
    for page in pages:
        await page.close()
    assert len(announced) == 4 * len(pages)
    assert announced == sorted(announced)


async def test_a_message_that_comes_late_is_put_in_its_place_without_a_question(app: Quart) -> None:
    live: QuartLive = app.extensions["quart_live"]
    topic = chat.conversation_topic(HIKE)
    alice, bob = await user_of("Alice"), await user_of("Bob")
    async with await page_of(app, "Carol", HERE) as page:
        before = shown(page)
        one, two, three = [
            await chat.send_message(HIKE, user.id, words)
            for user, words in ((alice, "One"), (bob, "Two"), (alice, "Three"))
        ]
        with statements("SELECT") as asked:
            for message in (one, three, two, two, one, three):
                await live.pubsub.broadcast(topic, message)
            await page.settle()
        assert not asked
        assert shown(page)[len(before) :] == [("One", True), ("Two", False), ("Three", False)]
        # What it has overtaken went on where the one before it ended, and does no more.
        four, five, six = [
            await chat.send_message(HIKE, user.id, words)
            for user, words in ((bob, "Four"), (alice, "Five"), (bob, "Six"))
        ]
        for message in (four, six):
            await live.pubsub.broadcast(topic, message)
        await page.settle()
        assert shown(page)[-2:] == [("Four", False), ("Six", True)]
        await live.pubsub.broadcast(topic, five)
        await page.settle()
        assert shown(page)[-3:] == [("Four", False), ("Five", False), ("Six", False)]
        in_place = shown(page)
        await page.rejoin()
        assert shown(page) == in_place


async def test_a_message_that_comes_very_late_is_looked_up(app: Quart) -> None:
    live: QuartLive = app.extensions["quart_live"]
    topic = chat.conversation_topic(HIKE)
    alice = await user_of("Alice")
    async with await page_of(app, "Carol", HERE) as page:
        late, *others = [await chat.send_message(HIKE, alice.id, str(n)) for n in range(KEPT + 1)]
        for message in (*others, late):
            await live.pubsub.broadcast(topic, message)
        await page.settle()
        assert [words for words, _ in shown(page)[-KEPT - 1 :]] == [str(n) for n in range(KEPT + 1)]


async def test_a_message_that_was_read_before_it_is_announced_keeps_its_place(app: Quart) -> None:
    live: QuartLive = app.extensions["quart_live"]
    topic = chat.conversation_topic(HIKE)
    alice, bob = await user_of("Alice"), await user_of("Bob")
    async with await page_of(app, "Carol", HERE) as page:
        await page.hook("away", {})
        one, two = [await chat.send_message(HIKE, user.id, "Boots?") for user in (alice, bob)]
        # The first that waits: the log is read again, and the second is in it.
        await live.pubsub.broadcast(topic, one)
        await page.settle()
        read = shown(page)
        assert [words for words, _ in read[-2:]] == ["Boots?", "Boots?"]
        await page.hook("read", {"to": two.id})
        await live.pubsub.broadcast(topic, two)
        await page.settle()
        assert shown(page) == read
