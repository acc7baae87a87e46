"""One writer for a file of SQLite: in order, in one go, and to the end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from messenger import accounts, chat
from messenger.accounts import User
from messenger.db import db
from messenger.errors import Invalid, Unavailable
from messenger.stores import SQLite

pytestmark = pytest.mark.usefixtures("database")


async def people() -> int:
    return await db.read(lambda session: session.scalar(select(func.count(User.id)))) or 0


def sqlite() -> SQLite:
    if not isinstance(db.store, SQLite):
        pytest.skip("a server has no such queue")
    return db.store


async def test_writes_are_done_and_answered_in_the_order_in_which_they_were_asked_for() -> None:
    sqlite()
    answered: list[int] = []

    async def one(number: int) -> None:
        user = await accounts.create_user(f"Walker {number:03}")
        answered.append(user.id)

    await asyncio.gather(*(one(number) for number in range(100)))
    assert len(answered) == 100
    assert answered == sorted(answered)


async def test_one_thread_writes_however_many_are_waiting() -> None:
    sqlite()

    def name(_session: Session) -> str:
        time.sleep(0.001)  # so that others are waiting meanwhile
        return threading.current_thread().name

    assert len(set(await asyncio.gather(*(db.write(name) for _ in range(20))))) == 1


async def test_messages_of_one_conversation_are_answered_in_the_order_of_their_ids() -> None:
    """With PostgreSQL too, where many are stored at once: each takes the conversation for itself first."""
    alice = await accounts.create_user("Alice")
    talk = await chat.create_conversation("Market", owner=alice)
    answered: list[int] = []

    async def one(number: int) -> None:
        answered.append((await chat.send_message(talk.id, alice.id, str(number))).id)

    await asyncio.gather(*(one(number) for number in range(60)))
    assert len(answered) == 60
    assert answered == sorted(answered)


async def test_a_write_is_done_whole_although_nobody_waits_for_it() -> None:
    waiting = [asyncio.create_task(accounts.create_user(f"Walker {number}")) for number in range(20)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await db.disconnect()
    assert await people() == 20


async def test_what_reads_stores_nothing() -> None:
    def write(session: Session) -> None:
        session.add(User(nickname="Alice"))
        session.flush()

    await db.read(write)
    assert await people() == 0


async def test_a_part_of_an_act_is_stored_with_all_of_it_or_not_at_all() -> None:
    @db.writes
    def both(session: Session, first: str, second: str) -> None:
        accounts.create_user.within(session, first)
        accounts.create_user.within(session, second)

    with pytest.raises(Invalid, match="taken"):
        await both("Alice", "ALICE")
    assert await people() == 0
    await both("Alice", "Bob")
    assert await people() == 2


async def test_a_lock_of_another_process_is_waited_for_by_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite(), "patience", 0.5)
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = asyncio.get_running_loop().time()
        refused = await asyncio.gather(
            *(accounts.create_user(f"Walker {number}") for number in range(10)), return_exceptions=True
        )
        # Each has waited half a second, and not one after the other.
        assert asyncio.get_running_loop().time() - begun < 2.5
        assert all(isinstance(each, Unavailable) for each in refused)
        waiting = asyncio.create_task(accounts.create_user("Alice"))
        await asyncio.sleep(0.1)
        other.execute("ROLLBACK")
        assert (await waiting).nickname == "Alice"
