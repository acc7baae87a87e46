"""What is unread: the marks of chapter 8, and what they count."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text, update
from support.sessions import a_session

from messenger import accounts, chat
from messenger.chat import Message, Unread
from messenger.db import db
from messenger.times import now
from messenger.unread import CountsUnread

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


async def test_a_clock_that_is_put_back_hides_no_message() -> None:
    alice, bob, carol = await people("Alice", "Bob", "Carol")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    await chat.send_message(talk.id, alice.id, "An old story")
    await chat.add_member(talk.id, carol.id)
    message = await chat.send_message(talk.id, alice.id, "Bread?")
    hour_ago = now() - timedelta(hours=1)
    async with a_session() as session:
        here = update(Message).where(Message.id == message.id)
        await session.execute(here.values(created_at=hour_ago))
    assert await chat.unread_of(bob.id) == {talk.id: Unread(2, is_new=True)}
    assert await chat.unread_of(carol.id) == {talk.id: Unread(1, is_new=True)}


class Counting(CountsUnread):
    """Keeps what it shows, without a page."""

    def __init__(self, me: accounts.User) -> None:
        self.shown: dict[str, Any] = {"me": me}

    @property
    def assigns(self) -> Any:
        return SimpleNamespace(get=self.shown.get, **self.shown)

    def assign(self, **values: Any) -> None:
        self.shown.update(values)

    @property
    def messages(self) -> dict[int, int]:
        assert self.waiting == sum(one.messages for one in self.unread.values())
        return {number: one.messages for number, one in self.unread.items()}


async def test_a_message_that_is_stored_before_the_count_and_announced_after_it_counts_once() -> None:
    alice, bob = await people("Alice", "Bob")
    talk = await chat.create_conversation("Market", owner=alice, others=[bob])
    await chat.mark_read(talk.id, bob.id, 0)
    await chat.send_message(talk.id, alice.id, "Bread?")
    page = Counting(bob)
    await page.count_unread()
    late = await chat.send_message(talk.id, alice.id, "And cheese?")
    # On another page something else was read: the numbers are asked again, and hold the message already.
    await page.count_unread()
    assert page.messages == {talk.id: 2}
    await page.count(late)
    assert page.messages == {talk.id: 2}
    after = await chat.send_message(talk.id, alice.id, "And wine?")
    await page.count(after)
    await page.count(after)
    assert page.messages == {talk.id: 3}
    # It was read on the telephone, and is announced here after that.
    await chat.mark_read(talk.id, bob.id, after.id)
    await page.count_unread()
    await page.count(after)
    await page.count(await chat.send_message(talk.id, bob.id, "All of it"))
    assert page.messages == {}


async def test_more_than_fit_on_a_badge_are_shown_as_more() -> None:
    (bob,) = await people("Bob")
    page = Counting(bob)
    page.title = "Conversations"
    page.show_unread({1: Unread(60), 2: Unread(39)})
    assert page.shown["page_title"] == "(99) Conversations"
    page.show_unread({1: Unread(60), 2: Unread(40)})
    assert page.shown["page_title"] == "(99+) Conversations"


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
          AND c.id > coalesce(m.last_read_id, 0) AND c.id > m.came_after_id AND c.user_id != m.user_id
        WHERE m.user_id = 1 GROUP BY m.conversation_id, m.last_read_id, m.owner"""
    async with db.engine.connect() as connection:
        plan = " ".join(str(row[-1]) for row in await connection.execute(text(query)))
    assert "ix_chat_messages_conversation_id_id (conversation_id=? AND id>?)" in plan
