"""Marks of many readers: collected, written together, and never lost."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from support.statements import CHANGES, statements

from messenger import accounts, chat
from messenger.chat import marking
from messenger.chat.marking import Marks
from messenger.chat.models import Member
from messenger.chat.reading import move_marks
from messenger.db import db
from messenger.migrations import migrate
from messenger.stores import SQLite

# The bench knows how to run a PostgreSQL; its scripts are run where they lie, and find each other there.
sys.path.append(str(Path(__file__).parents[1] / "bench"))

from postgres import postgres, why_not

READERS = 50

DEADLOCK = DBAPIError("UPDATE", {}, Exception("deadlock detected"))

WHERE = select(Member.user_id, Member.last_read_id)


@pytest.fixture
def other_server() -> Iterator[str]:
    """The address of a real PostgreSQL with an empty database."""
    if why := why_not():
        pytest.skip(why)
    with postgres() as url:
        yield url


@pytest.fixture
async def on_postgresql(other_server: str) -> AsyncIterator[None]:
    """The newest tables there, with nothing in them."""
    db.connect(other_server)
    await migrate()
    yield
    await db.disconnect()


async def crowd(readers: int = READERS) -> tuple[chat.Conversation, list[accounts.User]]:
    """A conversation of many, in which one message waits."""
    users = [accounts.User(nickname=f"Walker {number:03}") for number in range(readers)]
    await db.write(lambda session: session.add_all(users))
    talk = await chat.create_conversation("Walk", owner=users[0], others=users[1:])
    return talk, users


@pytest.mark.usefixtures("database")
async def test_marks_of_many_are_one_statement_and_each_whose_mark_has_moved_is_told() -> None:
    talk, users = await crowd()
    message = await chat.send_message(talk.id, users[0].id, "Ready?")
    marks, told = Marks(), []

    async def tell(user_id: int) -> None:
        assert await chat.read_up_to(talk.id, user_id) == message.id, "it is told after it is stored"
        told.append(user_id)

    with statements(*CHANGES) as seen:
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


async def anybody() -> None:
    """For those whose pages hear nothing."""


@pytest.mark.usefixtures("database")
async def test_marks_up_to_different_messages_are_one_statement_too() -> None:
    talk, users = await crowd()
    ids = [(await chat.send_message(talk.id, users[0].id, str(number))).id for number in range(10)]
    up_to = {user.id: ids[number % 10] for number, user in enumerate(users[1:])}
    up_to[-1] = ids[0]
    with statements(*CHANGES) as seen:
        moved = await move_marks(talk.id, up_to)
    assert len(seen) == 1
    assert sorted(moved) == [user.id for user in users[1:]]
    assert {id: await chat.read_up_to(talk.id, id) for id in moved} == {id: up_to[id] for id in moved}
    # Those who are further stay where they are, and are not named.
    again = await move_marks(talk.id, dict.fromkeys(moved, ids[4]))
    assert set(again) == {id for id in moved if up_to[id] < ids[4]}
    assert await move_marks(talk.id, {}) == []


@pytest.mark.usefixtures("on_postgresql")
async def test_two_who_mark_the_same_readers_in_opposite_orders_never_lock_each_other() -> None:
    talk, users = await crowd(200)
    readers = [user.id for user in users]
    for step in range(10, 410, 10):
        # Each has read further than the other in some rows.
        one = {id: step + number % 3 for number, id in enumerate(readers)}
        other = {id: step + 2 - number % 3 for number, id in reversed(list(enumerate(readers)))}
        # A third one holds them up, so that both are in the midst of it at once.
        async with db.engine.begin() as connection:
            await connection.execute(WHERE.where(Member.user_id == readers[100]).with_for_update())
            writers = [asyncio.create_task(move_marks(talk.id, up_to)) for up_to in (one, other)]
            await asyncio.sleep(0.02)
        both = await asyncio.gather(*writers)
        assert {*both[0], *both[1]} == {*readers}
        found = await db.read(lambda session: session.execute(WHERE).all())
        assert {tuple(row) for row in found} == {(id, max(one[id], other[id])) for id in readers}


async def slow(here: int, up_to: Mapping[int, int]) -> Sequence[int]:
    """Write, and stay at it for a while."""
    await asyncio.sleep(0.05)
    return await move_marks(here, up_to)


@pytest.mark.usefixtures("database")
async def test_one_batch_of_a_conversation_is_written_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    talk, users = await crowd()
    other = await chat.create_conversation("Elsewhere", owner=users[0], others=users[1:])
    writing: list[int] = []
    together: set[tuple[int, ...]] = set()

    async def watched(here: int, up_to: Mapping[int, int]) -> Sequence[int]:
        writing.append(here)
        together.add(tuple(sorted(writing)))
        try:
            return await slow(here, up_to)
        finally:
            writing.remove(here)

    monkeypatch.setattr(marking, "PAUSE", 0.01)
    monkeypatch.setattr(marking, "move_marks", watched)
    marks = Marks()
    for up_to in range(1, 21):
        for here in (talk.id, other.id):
            marks.add(here, users[up_to].id, up_to, anybody)
        await asyncio.sleep(0.02)
    await asyncio.wait_for(marks.close(), 10)
    # Two conversations do not wait for each other.
    assert tuple(sorted((talk.id, other.id))) in together
    assert all(len(set(here)) == len(here) for here in together)
    for up_to in range(1, 21):
        assert await chat.read_up_to(talk.id, users[up_to].id) == up_to


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("closing_down", [False, True])
async def test_a_write_that_fails_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, closing_down: bool
) -> None:
    talk, users = await crowd()
    message = await chat.send_message(talk.id, users[0].id, "Ready?")
    failures, moved = [DEADLOCK] * 2, asyncio.Event()

    async def failing(here: int, up_to: Mapping[int, int]) -> Sequence[int]:
        if failures:
            raise failures.pop()
        return await move_marks(here, up_to)

    async def tell() -> None:
        moved.set()

    monkeypatch.setattr(marking, "PAUSE", 1000 if closing_down else 0.01)
    monkeypatch.setattr(marking, "move_marks", failing)
    marks = Marks()
    marks.add(talk.id, users[1].id, message.id, tell)
    if closing_down:
        await asyncio.wait_for(marks.close(), 5)
    await asyncio.wait_for(moved.wait(), 5)
    assert await chat.read_up_to(talk.id, users[1].id) == message.id
    assert caplog.text.count(f"Marks in conversation {talk.id} could not be written") == 2
    assert "deadlock detected" in caplog.text


async def test_a_write_that_always_fails_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(here: int, up_to: Mapping[int, int]) -> Sequence[int]:
        raise DEADLOCK

    monkeypatch.setattr(marking, "PAUSE", 0.001)
    monkeypatch.setattr(marking, "move_marks", failing)
    marks = Marks()
    marks.add(1, 2, 3, nobody)
    await asyncio.sleep(0.3)
    assert caplog.text.count("could not be written") == marking.TRIES
    marks.add(1, 2, 3, nobody)
    await asyncio.wait_for(marks.close(), 5)
    assert caplog.text.count("could not be written") == 2 * marking.TRIES


@pytest.mark.usefixtures("database")
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


@pytest.mark.usefixtures("database")
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


@pytest.mark.usefixtures("database")
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
