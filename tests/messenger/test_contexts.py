"""The contexts of chapter 2: each rule of the database is tried, and seen to refuse."""

import itertools

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, text
from sqlalchemy.exc import IntegrityError
from support.sessions import a_session

from messenger import accounts, chat
from messenger.chat import Conversation, Member, Message
from messenger.chat.drafts import Draft
from messenger.chat.polls import Choice, Question
from messenger.db import LARGEST_ID, Base, db
from messenger.errors import Invalid
from messenger.migrations import migrate
from messenger.seeds import seed

pytestmark = pytest.mark.usefixtures("database")


async def two_people() -> tuple[accounts.User, accounts.User]:
    return await accounts.create_user("Alice"), await accounts.create_user("Bob")


async def a_conversation() -> tuple[chat.Conversation, accounts.User, accounts.User]:
    alice, bob = await two_people()
    return await chat.create_conversation("Market", owner=alice, others=[bob]), alice, bob


async def store(record: Base) -> None:
    await db.write(lambda session: session.add(record))


# Rules, each tried


async def test_a_nickname_is_unique() -> None:
    await accounts.create_user("Alice")
    with pytest.raises(Invalid) as refused:
        await accounts.create_user("Alice")
    assert refused.value.errors == {"nickname": ["This nickname is taken."]}


@pytest.mark.parametrize("nickname", [None, "", "  "])
async def test_a_nickname_is_there(nickname: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        await accounts.create_user(nickname)  # type: ignore[arg-type]
    assert refused.value.errors == {"nickname": ["Choose a nickname."]}


async def test_a_text_has_an_end_in_the_database_too() -> None:
    conversation, alice, bob = await a_conversation()
    too_long = "This is too long: 10,000 characters at most."
    with pytest.raises(Invalid) as refused:
        await chat.send_message(conversation.id, alice.id, "🚂" * (chat.LONGEST_MESSAGE + 1))
    assert refused.value.errors == {"content": [too_long]}
    # Blanks around it do not count, and an emoji counts once.
    sent = await chat.send_message(conversation.id, alice.id, " " + "🚂" * chat.LONGEST_MESSAGE + "\n")
    assert len(sent.content) == chat.LONGEST_MESSAGE
    with pytest.raises(Invalid) as refused:
        await chat.create_conversation("x" * 201, owner=alice, others=[bob])
    assert refused.value.errors == {"title": ["200 characters at most."]}
    question = Question(conversation_id=conversation.id, user_id=alice.id, content="x" * 201)
    question.choices = [Choice(content="Yes"), Choice(content="No")]
    with pytest.raises(Invalid) as refused:
        await store(question)
    assert refused.value.errors == {"question": ["200 characters at most."]}
    question = Question(conversation_id=conversation.id, user_id=alice.id, content="Is it?")
    question.choices = [Choice(content="x" * 201), Choice(content="No")]
    with pytest.raises(Invalid) as refused:
        await store(question)
    assert refused.value.errors == {"choices": ["200 characters at most."]}
    with pytest.raises(Invalid):
        await store(Draft(conversation_id=conversation.id, user_id=alice.id, content="x" * 20_001))


@pytest.mark.parametrize("title", [None, "", "  "])
async def test_a_title_is_there(title: str | None) -> None:
    alice, bob = await two_people()
    with pytest.raises(Invalid) as refused:
        await chat.create_conversation(title, owner=alice, others=[bob])  # type: ignore[arg-type]
    assert refused.value.errors == {"title": ["Give the conversation a title."]}
    assert await chat.all_conversations() == []


async def test_one_membership_per_user_and_conversation() -> None:
    conversation, _, bob = await a_conversation()
    with pytest.raises(Invalid) as refused:
        await chat.add_member(conversation.id, bob.id)
    assert refused.value.errors == {"user_id": ["Already a member."]}


async def test_one_owner_per_conversation_but_many_members() -> None:
    conversation, _, _ = await a_conversation()
    carol, dave = await accounts.create_user("Carol"), await accounts.create_user("Dave")
    with pytest.raises(Invalid) as refused:
        await chat.add_member(conversation.id, carol.id, owner=True)
    assert refused.value.errors == {"owner": ["The conversation has an owner already."]}
    await chat.add_member(conversation.id, carol.id)
    await chat.add_member(conversation.id, dave.id)


async def test_a_conversation_and_its_members_are_stored_together_or_not_at_all() -> None:
    alice, bob = await two_people()
    with pytest.raises(Invalid):
        await chat.create_conversation("Market", owner=alice, others=[bob, bob])
    assert await chat.all_conversations() == []


async def test_a_message_is_seen_once_by_each() -> None:
    conversation, alice, bob = await a_conversation()
    message = await chat.send_message(conversation.id, alice.id, "Hello")
    seen = await chat.mark_seen(message.id, bob.id)
    assert seen.seen_at >= message.created_at
    with pytest.raises(Invalid) as refused:
        await chat.mark_seen(message.id, bob.id)
    assert refused.value.errors == {"message_id": ["Already seen."]}
    await chat.mark_seen(message.id, alice.id)


@pytest.mark.parametrize("content", ["", "   ", "\n\t "])
async def test_a_message_has_something_in_it(content: str) -> None:
    conversation, alice, _ = await a_conversation()
    with pytest.raises(Invalid) as refused:
        await chat.send_message(conversation.id, alice.id, content)
    assert refused.value.errors == {"content": ["Write something first."]}
    assert await chat.recent_messages(conversation.id) == []


@pytest.mark.parametrize(
    "orphan",
    [
        lambda conversation, user: Member(conversation_id=99, user_id=user),
        lambda conversation, user: Member(conversation_id=conversation, user_id=99),
        lambda conversation, user: Message(conversation_id=99, user_id=user, content="Hello"),
        lambda conversation, user: Message(conversation_id=conversation, user_id=99, content="Hello"),
        lambda conversation, user: chat.SeenMessage(message_id=99, user_id=user),
    ],
)
async def test_a_record_refers_to_what_exists(orphan) -> None:  # type: ignore[no-untyped-def]
    conversation, alice, _ = await a_conversation()
    with pytest.raises(Invalid) as refused:
        await store(orphan(conversation.id, alice.id))
    assert refused.value.errors == {"record": ["This refers to something that does not exist."]}


async def test_what_no_rule_explains_stays_an_error_of_the_program() -> None:
    conversation, alice, _ = await a_conversation()
    with pytest.raises(IntegrityError):
        await store(Message(conversation_id=conversation.id, user_id=alice.id, content=None))


async def test_deleting_a_conversation_takes_its_messages_along() -> None:
    conversation, alice, bob = await a_conversation()
    message = await chat.send_message(conversation.id, alice.id, "Hello")
    await chat.mark_seen(message.id, bob.id)
    async with a_session() as session:
        await session.execute(delete(Conversation).where(Conversation.id == conversation.id))
    async with a_session() as session:
        for table in ("chat_conversation_members", "chat_messages", "chat_seen_messages"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


# Reading


async def test_unknown_ids_find_nothing() -> None:
    conversation, alice, _ = await a_conversation()
    for unknown in (0, 99, LARGEST_ID + 1, 10**30):
        assert await chat.find_conversation(unknown) is None
        assert await accounts.find_user(unknown) is None
    found = await chat.find_conversation(conversation.id)
    assert found is not None
    assert found.member(99) is None
    assert found.member(10**30) is None
    assert (await accounts.find_user(alice.id)) is not None


async def test_a_conversation_comes_with_its_members() -> None:
    conversation, _alice, bob = await a_conversation()
    found = await chat.find_conversation(conversation.id)
    assert found is not None
    assert [(member.user.nickname, member.owner) for member in found.members] == [
        ("Alice", True),
        ("Bob", False),
    ]
    assert found.member(bob.id).nickname == "Bob"  # type: ignore[union-attr]


async def test_messages_keep_their_order_text_and_author() -> None:
    conversation, alice, bob = await a_conversation()
    texts = ["  first ", "<b>second</b>", "third\n\nline 👍"]
    for content, user in zip(texts, itertools.cycle([alice, bob]), strict=False):
        sent = await chat.send_message(conversation.id, user.id, content)
        assert sent.author.nickname == user.nickname
    messages = await chat.recent_messages(conversation.id)
    assert [message.content for message in messages] == ["first", "<b>second</b>", "third\n\nline 👍"]
    assert [message.author.nickname for message in messages] == ["Alice", "Bob", "Alice"]
    assert all(message.created_at.utcoffset() is not None for message in messages)


async def test_a_window_holds_the_newest_messages() -> None:
    conversation, alice, _ = await a_conversation()
    for number in range(7):
        await chat.send_message(conversation.id, alice.id, str(number))
    assert [m.content for m in await chat.recent_messages(conversation.id, limit=3)] == ["4", "5", "6"]


async def test_the_most_recent_conversation_comes_first() -> None:
    market, alice, bob = await a_conversation()
    hike = await chat.create_conversation("Hike", owner=bob, others=[alice])
    await chat.create_conversation("Not hers", owner=bob)
    assert [s.conversation.title for s in await chat.conversations_of(alice.id)] == ["Hike", "Market"]
    await chat.send_message(hike.id, bob.id, "Boots?")
    await chat.send_message(market.id, bob.id, "Tomatoes")
    summaries = await chat.conversations_of(alice.id)
    assert [s.conversation.title for s in summaries] == ["Market", "Hike"]
    assert summaries[0].last_message.content == "Tomatoes"  # type: ignore[union-attr]
    assert summaries[0].last_message.author.nickname == "Bob"  # type: ignore[union-attr]


async def test_the_id_of_a_conversation_that_has_ended_is_given_to_no_other() -> None:
    first, alice, bob = await a_conversation()
    await chat.send_message(first.id, alice.id, "For Bob's eyes only")
    await chat.leave(first.id, alice.id)
    await chat.leave(first.id, bob.id)
    assert await chat.find_conversation(first.id) is None
    other = await chat.create_conversation("Hike", owner=alice, others=[bob])
    message = await chat.send_message(other.id, bob.id, "Another conversation")
    assert (other.id, message.id) == (first.id + 1, 2)
    assert other.mark != first.mark


# Tables and seeds


async def test_models_and_migrations_agree() -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with db.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing() -> None:
    newest, _ = await migrate()
    assert newest is not None
    assert await migrate() == (newest, newest)


async def test_seeds_are_stored_once() -> None:
    assert await seed() is not None
    assert await seed() is None
    *_, conversation = await chat.all_conversations()
    assert conversation.title == "Modern Talking"
    assert [(m.user.nickname, m.owner) for m in conversation.members] == [
        ("User One", True),
        ("User Two", False),
    ]
    assert (conversation.id, *[m.user_id for m in conversation.members]) == (1, 1, 2)


async def test_an_interrupted_seeding_is_finished_by_the_next() -> None:
    await accounts.create_user("User One")
    assert await seed() is not None
