"""Marks of many readers: collected, written together, and never lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import pytest
from sqlalchemy import Engine, event

from messenger import accounts, chat
from messenger.chat import marking
from messenger.chat.marking import Marks
from messenger.db import db
from messenger.stores import SQLite

pytestmark = pytest.mark.usefixtures("database")

READERS = 50


async def crowd() -> tuple[chat.Conversation, list[accounts.User]]:
    """A conversation of many, in which one message waits."""
    users = [accounts.User(nickname=f"Walker {number:02}") for number in range(READERS)]
    await db.write(lambda session: session.add_all(users))
    talk = await chat.create_conversation("Walk", owner=users[0], others=users[1:])
    return talk, users


@contextmanager
def updates() -> Iterator[list[str]]:
    """The statements that change something."""
    seen: list[str] = []

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("UPDATE", "INSERT")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", before)
    yield seen
    event.remove(Engine, "before_cursor_execute", before)


async def test_marks_of_many_are_one_statement_and_each_whose_mark_has_moved_is_told() -> None:
    talk, users = await crowd()
    message = await chat.send_message(talk.id, users[0].id, "Ready?")
    marks, told = Marks(), []

    async def tell(user_id: int) -> None:
        assert await chat.read_up_to(talk.id, user_id) == message.id, "it is told after it is stored"
        told.append(user_id)

    with updates() as seen:
        for user in users:
            marks.add(talk.id, user.id, message.id, partial(tell, user.id))
        await asyncio.sleep(0)
        assert not seen
        await asyncio.wait_for(marks.close(), 5)
        assert len(seen) == 1
    # The author has read it by writing it.
    assert sorted(told) == [user.id for user in users[1:]]


async def nobody() -> None:
    raise AssertionError("nothing has moved")


async def test_marks_move_forward_only_and_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "PAUSE", 0.01)
    talk, users = await crowd()
    ids = [(await chat.send_message(talk.id, users[0].id, text)).id for text in ("One", "Two", "Three")]
    reader, marks, moved = users[1].id, Marks(), asyncio.Event()

    async def tell() -> None:
        moved.set()

    marks.add(talk.id, reader, ids[1], tell)
    marks.add(talk.id, reader, ids[0], nobody)
    await asyncio.wait_for(moved.wait(), 5)
    assert await chat.read_up_to(talk.id, reader) == ids[1]
    marks.add(talk.id, reader, ids[0], nobody)
    await marks.written(reader)
    assert await chat.read_up_to(talk.id, reader) == ids[1]


async def test_who_counts_waits_for_their_own_marks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "PAUSE", 1000)
    talk, users = await crowd()
    message = await chat.send_message(talk.id, users[0].id, "Ready?")
    marks, one, other = Marks(), users[1].id, users[2].id

    async def tell() -> None:
        pass

    marks.add(talk.id, one, message.id, tell)
    await asyncio.wait_for(marks.written(other), 5)
    assert talk.id in await chat.unread_of(one)
    await asyncio.wait_for(marks.written(one), 5)
    assert await chat.unread_of(one) == {}


async def test_marks_wait_while_the_database_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(db.store, SQLite):
        pytest.skip("another process can lock a file of SQLite")
    monkeypatch.setattr(marking, "PAUSE", 0.01)
    monkeypatch.setattr(db.store, "patience", 0.01)
    talk, users = await crowd()
    message = await chat.send_message(talk.id, users[0].id, "Ready?")
    marks, moved = Marks(), asyncio.Event()

    async def tell() -> None:
        moved.set()

    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        marks.add(talk.id, users[1].id, message.id, tell)
        await marks.written(users[1].id)
        assert await chat.read_up_to(talk.id, users[1].id) == -1
    await asyncio.wait_for(moved.wait(), 10)
    assert await chat.read_up_to(talk.id, users[1].id) == message.id
