"""One answer for all who ask the same before it has begun, and never an older one."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy.orm import Session

from messenger import accounts, chat
from messenger.db import db
from messenger.sharing import shared
from messenger.stores import SQLite

pytestmark = pytest.mark.usefixtures("database")


async def test_all_who_ask_at_once_get_the_same_and_it_is_asked_once() -> None:
    alice, bob = await accounts.create_user("Alice"), await accounts.create_user("Bob")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    await chat.send_message(talk.id, alice.id, "Bread?")
    answers = await asyncio.gather(*(chat.recent_messages(talk.id) for _ in range(50)))
    assert all(answer is answers[0] for answer in answers)
    assert [message.content for message in answers[0]] == ["Bread?"]
    other, few = await asyncio.gather(chat.recent_messages(99), chat.recent_messages(talk.id, limit=1))
    assert (len(other), len(few)) == (0, 1)


async def test_what_has_begun_is_not_shared() -> None:
    if not isinstance(db.store, SQLite):
        pytest.skip("it takes a thread to hold a read up")
    begun, go_on, times = threading.Event(), threading.Event(), []

    @shared
    @db.reads
    def number(_session: Session) -> int:
        times.append(1)
        answer = len(times)
        begun.set()
        go_on.wait(5)
        return answer

    first = asyncio.create_task(number())
    assert await asyncio.to_thread(begun.wait, 5)
    second, third = asyncio.create_task(number()), asyncio.create_task(number())
    await asyncio.sleep(0.05)
    go_on.set()
    assert await first == 1
    assert await second == await third == 2


async def test_who_goes_away_leaves_the_others_their_answer() -> None:
    first = asyncio.create_task(chat.recent_messages(1))
    second = asyncio.create_task(chat.recent_messages(1))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == []
