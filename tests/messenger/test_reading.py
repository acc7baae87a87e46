"""What is unread: the marks of chapter 8, and what they count."""

import pytest
from sqlalchemy import text

from messenger import accounts, chat
from messenger.chat import Unread
from messenger.db import db

pytestmark = pytest.mark.usefixtures("database")


async def people(*names: str) -> list[accounts.User]:
    return [await accounts.create_user(name) for name in names]


async def test_what_others_have_written_is_unread_and_what_i_wrote_is_not() -> None:
    alice, bob = await people("Alice", "Bob")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    for writer in (alice, alice, bob, alice):
        await chat.send_message(talk.id, writer.id, "Bread?")
    assert await chat.unread_of(bob.id) == {talk.id: Unread(1)}
    assert await chat.unread_of(alice.id) == {}


async def test_a_conversation_is_new_until_it_is_opened_and_never_for_its_owner() -> None:
    alice, bob = await people("Alice", "Bob")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    assert await chat.unread_of(bob.id) == {talk.id: Unread(0, is_new=True)}
    assert await chat.unread_of(alice.id) == {}
    assert await chat.mark_read(talk.id, bob.id, 0)
    assert await chat.unread_of(bob.id) == {}


async def test_a_mark_moves_forward_only() -> None:
    alice, bob = await people("Alice", "Bob")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    first, second = [await chat.send_message(talk.id, alice.id, "Bread?") for _ in range(2)]
    assert await chat.mark_read(talk.id, bob.id, second.id)
    assert not await chat.mark_read(talk.id, bob.id, first.id)
    assert not await chat.mark_read(talk.id, bob.id, second.id)
    assert await chat.read_up_to(talk.id, bob.id) == second.id


async def test_nobody_catches_up_on_what_was_written_before_they_came() -> None:
    alice, carol = await people("Alice", "Carol")
    talk = await chat.create_conversation("Market", owner=alice)
    await chat.send_message(talk.id, alice.id, "An old story")
    await chat.invite(talk.id, alice.id, await can_sign_in(carol))
    assert await chat.unread_of(carol.id) == {talk.id: Unread(0, is_new=True)}
    await chat.send_message(talk.id, alice.id, "Welcome")
    assert await chat.unread_of(carol.id) == {talk.id: Unread(1, is_new=True)}


async def can_sign_in(user: accounts.User) -> int:
    await accounts.change_user(user.id, email=f"{user.id}@example.com", password="a long password")
    return user.id


async def test_each_conversation_is_counted_by_itself_and_strangers_have_no_mark() -> None:
    alice, bob, carol = await people("Alice", "Bob", "Carol")
    one = await chat.create_conversation("One", owner=alice, others=[bob])
    two = await chat.create_conversation("Two", owner=alice, others=[bob])
    for talk, number in ((one, 3), (two, 2)):
        await chat.mark_read(talk.id, bob.id, 0)
        for _ in range(number):
            await chat.send_message(talk.id, alice.id, "Bread?")
    assert await chat.unread_of(bob.id) == {one.id: Unread(3), two.id: Unread(2)}
    assert not await chat.mark_read(one.id, carol.id, 99)
    assert await chat.unread_of(carol.id) == {}


async def test_counting_reads_no_more_than_what_is_unread() -> None:
    """The index finds the messages after the mark. In a long conversation the others are not looked at."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("asks SQLite for its plan")
    query = """
        EXPLAIN QUERY PLAN
        SELECT m.conversation_id, count(c.id) FROM chat_conversation_members m
        LEFT JOIN chat_messages c ON c.conversation_id = m.conversation_id
          AND c.id > coalesce(m.last_read_id, 0) AND c.created_at >= m.created_at AND c.user_id != m.user_id
        WHERE m.user_id = 1 GROUP BY m.conversation_id, m.last_read_id, m.owner"""
    async with db.engine.connect() as connection:
        plan = " ".join(str(row[-1]) for row in await connection.execute(text(query)))
    assert "ix_chat_messages_conversation_id_id (conversation_id=? AND id>?)" in plan
