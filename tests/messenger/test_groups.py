"""The contexts of chapter 5: who may begin a conversation, and who may do what to it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select
from support.sessions import a_session

from messenger import accounts, chat
from messenger.accounts import User
from messenger.chat import Conversation, Member, Message
from messenger.db import LARGEST_ID, Base
from messenger.errors import Invalid
from messenger.listed import after, listed

Act = Callable[[int, int], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("database")


async def people(*nicknames: str) -> list[User]:
    users = [
        User(nickname=name, email=f"{n}@example.com", password_hash="x") for n, name in enumerate(nicknames)
    ]
    async with a_session() as session:
        session.add_all(users)
    return users


async def trio() -> tuple[Conversation, User, User, User]:
    alice, bob, carol = await people("Alice", "Bob", "Carol")
    return await chat.start_conversation(alice, [alice.id, bob.id, carol.id]), alice, bob, carol


async def now(conversation: Conversation) -> Conversation:
    found = await chat.find_conversation(conversation.id)
    assert found is not None
    return found


async def owners(conversation: Conversation) -> list[str]:
    return [member.user.nickname for member in (await now(conversation)).members if member.owner]


def ids_in(conversation: Conversation) -> list[int]:
    return [member.user_id for member in conversation.members]


async def refused(asked: Awaitable[object]) -> str:
    with pytest.raises(Invalid) as refusal:
        await asked
    return str(refusal.value)


async def count(model: type[Base]) -> int:
    async with a_session() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


# Beginning


async def test_without_a_title_it_is_called_by_its_members() -> None:
    conversation, alice, bob, carol = await trio()
    assert conversation.title == "Alice, Bob, Carol"
    assert ids_in(await now(conversation)) == [alice.id, bob.id, carol.id]
    assert await owners(conversation) == ["Alice"]


async def test_many_names_are_cut_between_two_of_them() -> None:
    users = await people(*(f"Person number {number}" for number in range(20)))
    conversation = await chat.start_conversation(users[0], [user.id for user in users], " ")
    assert len(conversation.title) <= chat.LONGEST_TITLE
    assert conversation.title.startswith("Person number 0, Person number 1, ")
    assert conversation.title.endswith(" and 15 more")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("  Sunday \n  lunch\0", "Sunday lunch"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("👩\u200d👩\u200d👧 & Söhne", "👩\u200d👩\u200d👧 & Söhne"),
        ("\u200b\u2060", "Alice, Bob"),
        ("x" * 100, "x" * 100),
    ],
)
async def test_a_title_is_one_line_of_text(typed: str, title: str) -> None:
    alice, bob = await people("Alice", "Bob")
    conversation = await chat.start_conversation(alice, [alice.id, bob.id], typed)
    assert (await now(conversation)).title == title


async def test_who_cannot_be_members() -> None:
    alice, bob, gone = await people("Alice", "Bob", "Gone")
    await accounts.close_account(gone.id)
    for ids, reason in [
        ([alice.id], "Choose at least one other person."),
        ([alice.id, alice.id], "Choose each person only once."),
        ([alice.id, bob.id, bob.id], "Choose each person only once."),
        ([bob.id, gone.id], "You are always a member"),
        ([], "You are always a member"),
        ([alice.id, 999], "no account any more"),
        ([alice.id, gone.id], "no account any more"),
        ([alice.id, 0], "no account any more"),
        ([alice.id, -1], "no account any more"),
        ([alice.id, LARGEST_ID + 1], "no account any more"),
        ([alice.id, 10**30], "no account any more"),
        ([alice.id, *range(1000, 1100)], "100 members at most."),
        ([alice.id] * 10_000, "100 members at most."),
    ]:
        assert reason in await refused(chat.start_conversation(alice, ids))
    assert "100 characters" in await refused(chat.start_conversation(alice, [alice.id, bob.id], "x" * 101))
    assert (await count(Conversation), await count(Member)) == (0, 0)


async def test_two_who_begin_at_the_same_moment_do_not_mix() -> None:
    users = await people(*"ABCDEFGH")
    wanted = [[users[n], users[n - 1], users[n - 3]] for n in range(8)]
    begun = await asyncio.gather(
        *(
            chat.start_conversation(group[0], [user.id for user in group], group[0].nickname * 3)
            for group in wanted
        )
    )
    for conversation, group in zip(begun, wanted, strict=True):
        found = await now(conversation)
        assert found.title == group[0].nickname * 3
        assert sorted(ids_in(found)) == sorted(user.id for user in group)
        assert await owners(conversation) == [group[0].nickname]


# Rights

OWNERS_ACTS: dict[str, Act] = {
    "rename": lambda here, by: chat.rename_conversation(here, by, "Mine"),
    "close": chat.close_conversation,
    "reopen": chat.reopen_conversation,
    "invite": lambda here, by: chat.invite(here, by, 4),
    "remove": lambda here, by: chat.remove_member(here, by, 3),
    "hand over": lambda here, by: chat.hand_over(here, by, 2),
}


@pytest.mark.parametrize("act", OWNERS_ACTS.values(), ids=OWNERS_ACTS)
async def test_what_only_the_owner_may(act: Act) -> None:
    conversation, alice, bob, carol = await trio()
    await accounts.register("Dave", "dave@example.com", "a long password")
    assert "Only the owner" in await refused(act(conversation.id, bob.id))
    for stranger in (4, 999):
        with pytest.raises(chat.NotAMember):
            await act(conversation.id, stranger)
    with pytest.raises(chat.NotAMember):
        await act(999, alice.id)
    found = await now(conversation)
    assert (found.title, found.closed_at, ids_in(found)) == (
        "Alice, Bob, Carol", None, [alice.id, bob.id, carol.id]
    )  # fmt: skip
    assert await owners(conversation) == ["Alice"]
    await act(conversation.id, alice.id)


async def test_a_closed_conversation_is_read_only_until_it_is_opened_again() -> None:
    conversation, alice, bob, carol = await trio()
    await chat.send_message(conversation.id, bob.id, "Before")
    await chat.close_conversation(conversation.id, alice.id)
    for user in (alice, bob):
        assert "is closed" in await refused(chat.send_message(conversation.id, user.id, "After"))
    for name, act in OWNERS_ACTS.items():
        if name != "reopen":
            assert "is closed" in await refused(act(conversation.id, alice.id))
    await chat.leave(conversation.id, carol.id)
    await chat.reopen_conversation(conversation.id, alice.id)
    await chat.send_message(conversation.id, bob.id, "Again")
    assert [m.content for m in await chat.recent_messages(conversation.id)] == ["Before", "Again"]


async def test_titles_are_checked_when_renaming() -> None:
    conversation, alice, *_ = await trio()
    for title, reason in [
        ("", "Give the conversation a title."),
        ("\n \0", "Give"),
        ("x" * 101, "100 characters"),
    ]:
        assert reason in await refused(chat.rename_conversation(conversation.id, alice.id, title))
    await chat.rename_conversation(conversation.id, alice.id, " Boots ")
    assert (await now(conversation)).title == "Boots"


async def test_members_come_and_go_and_what_they_wrote_stays() -> None:
    conversation, alice, bob, carol = await trio()
    await chat.send_message(conversation.id, carol.id, "I was here")
    await chat.remove_member(conversation.id, alice.id, carol.id)
    with pytest.raises(chat.NotAMember):
        await chat.send_message(conversation.id, carol.id, "And here")
    [message] = await chat.recent_messages(conversation.id)
    assert (message.author.nickname, message.content) == ("Carol", "I was here")
    assert "not a member" in await refused(chat.remove_member(conversation.id, alice.id, carol.id))
    assert "yourself" in await refused(chat.remove_member(conversation.id, alice.id, alice.id))
    assert "not a member" in await refused(chat.hand_over(conversation.id, alice.id, carol.id))
    await chat.invite(conversation.id, alice.id, carol.id)
    assert "Already a member" in await refused(chat.invite(conversation.id, alice.id, bob.id))
    for nobody in (0, 999, 10**30):
        assert "no account any more" in await refused(chat.invite(conversation.id, alice.id, nobody))


async def test_a_hundred_members_at_most() -> None:
    alice, late, *others = await people(*(f"P{number}" for number in range(101)))
    conversation = await chat.start_conversation(alice, [alice.id, *(user.id for user in others)])
    assert len((await now(conversation)).members) == 100
    assert "100 members" in await refused(chat.invite(conversation.id, alice.id, late.id))


async def test_an_owner_who_leaves_is_followed_by_who_was_there_first() -> None:
    conversation, alice, bob, carol = await trio()
    await chat.hand_over(conversation.id, alice.id, carol.id)
    assert await owners(conversation) == ["Carol"]
    await chat.leave(conversation.id, carol.id)
    assert await owners(conversation) == ["Alice"]
    await chat.leave(conversation.id, bob.id)
    assert await owners(conversation) == ["Alice"]
    await chat.send_message(conversation.id, alice.id, "Hello?")
    with pytest.raises(chat.NotAMember):
        await chat.leave(conversation.id, bob.id)
    await chat.leave(conversation.id, alice.id)
    assert (await count(Conversation), await count(Member), await count(Message)) == (0, 0, 0)


async def test_ownership_goes_to_one_of_two_at_once() -> None:
    conversation, alice, bob, carol = await trio()
    handing = [chat.hand_over(conversation.id, alice.id, heir.id) for heir in (bob, carol)]
    outcomes = await asyncio.gather(*handing, return_exceptions=True)
    refusals = [str(outcome) for outcome in outcomes if outcome is not None]
    assert refusals == ["Only the owner can do this."]
    assert len(await owners(conversation)) == 1


async def test_who_is_taken_out_by_an_owner_who_hands_over_meanwhile() -> None:
    conversation, alice, bob, carol = await trio()
    await asyncio.gather(
        chat.hand_over(conversation.id, alice.id, bob.id),
        chat.remove_member(conversation.id, alice.id, carol.id),
        chat.leave(conversation.id, bob.id),
        return_exceptions=True,
    )
    found = await now(conversation)
    assert len(await owners(conversation)) == 1
    assert alice.id in ids_in(found)


@pytest.mark.parametrize("ending", ["close", "remove"])
async def test_no_message_gets_in_once_it_is_over(ending: str) -> None:
    conversation, alice, bob, _ = await trio()

    async def write(number: int) -> bool:
        try:
            await chat.send_message(conversation.id, bob.id, str(number))
        except (Invalid, chat.NotAMember):
            return False
        return True

    async def end() -> int:
        await asyncio.sleep(0.01)
        if ending == "close":
            await chat.close_conversation(conversation.id, alice.id)
        else:
            await chat.remove_member(conversation.id, alice.id, bob.id)
        return await count(Message)

    *written, then = await asyncio.gather(*(write(number) for number in range(30)), end())
    assert await count(Message) == then == sum(written)


# Finding people


async def test_people_are_found_by_some_letters() -> None:
    me, *_ = await people(
        "Zoë", "Bob", "bobby", "Rob", "Élodie", "élan", "ÖZGÜR", "100 %", "a_b", "A\\B", "İpek"
    )
    await accounts.create_user("Bob without an account")

    async def found(wanted: str, limit: int = 20) -> list[str]:
        return [user.nickname for user in await accounts.find_people(wanted, [me.id], limit)]

    assert await found("ob") == ["Bob", "bobby", "Rob"]
    assert await found("BOB") == ["Bob", "bobby"]
    assert await found("b", 2) == ["Bob", "bobby"]
    assert sorted(await found("él")) == ["Élodie", "élan"]
    assert await found("özgür") == ["ÖZGÜR"]
    assert await found("%") == ["100 %"]
    assert await found("_") == ["a_b"]
    assert await found("\\") == ["A\\B"]
    assert await found("zoë") == []
    assert await found("x" * 100_000) == []
    assert len(await found("")) == 10


async def test_users_are_found_by_ids_of_any_size() -> None:
    alice, bob = await people("Alice", "Bob")
    found = await accounts.find_users([bob.id, alice.id, alice.id, 0, -5, LARGEST_ID, LARGEST_ID + 1, 10**40])
    assert {user.id for user in found} == {alice.id, bob.id}
    assert await accounts.find_users([]) == []


# The list


async def test_the_list_shows_two_other_faces_however_many_there_are() -> None:
    alice, *others = await people(*(f"P{number}" for number in range(9)))
    many = await chat.start_conversation(alice, [alice.id, *(user.id for user in others)], "Many")
    await chat.create_conversation("Alone", owner=alice)
    alone, full = await chat.conversations_of(alice.id)
    assert [user.nickname for user in full.faces] == ["P1", "P2"]
    assert alone.faces == []
    item, own = listed(full, alice), listed(alone, alice)
    assert [face and face.nickname for face in (item.face, item.second_face)] == ["P1", "P2"]
    assert [face and face.nickname for face in (own.face, own.second_face)] == ["P0", None]
    message = await chat.send_message(many.id, alice.id, "Hello")
    newer = after(item, message)
    assert (newer.face, newer.second_face) == (item.face, item.second_face)
    assert sorted(await chat.conversation_ids_of(alice.id)) == sorted([many.id, alone.conversation.id])
