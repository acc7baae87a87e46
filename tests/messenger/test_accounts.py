"""The context accounts of chapter 4: credentials, sessions, attempts, leaving, and the migration."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from alembic import command
from sqlalchemy import Connection, func, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from support.seeded_messenger import user_of
from support.sessions import a_session

from messenger import accounts, chat
from messenger.accounts import attempts, credentials, passwords
from messenger.accounts.models import Attempt, User, UserSession
from messenger.accounts.turns import Place, Turns
from messenger.config import argon2_costs
from messenger.db import db
from messenger.errors import Invalid
from messenger.migrations import configuration, migrate
from messenger.seeds import PASSWORD, seed
from messenger.times import now

pytestmark = pytest.mark.usefixtures("database")

HERE = "192.0.2.1"
THERE = "192.0.2.2"


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hash takes a millisecond in most of these tests."""
    monkeypatch.setenv("PARLEY_ARGON2", "1,1024,1")
    passwords.hasher.cache_clear()
    yield
    passwords.hasher.cache_clear()


async def registered(nickname: str) -> User:
    user = await accounts.register(nickname, f"{nickname}@example.com", "a good long one")
    assert user is not None
    return user


# Credentials


async def test_nobody_sees_the_password_again() -> None:
    await accounts.register("Alice", "  Alice@Example.COM ", "a good long one")
    user = await user_of("Alice")
    assert user.email == "alice@example.com"
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")
    assert "a good long one" not in user.password_hash


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", " alice@EXAMPLE.com "])
async def test_an_email_is_taken_once_however_it_is_written(email: str) -> None:
    await accounts.register("Alice", "alice@example.com", "a good long one")
    assert await accounts.register("Somebody", email, "another good one") is None
    with pytest.raises(Invalid) as no:
        await accounts.change_user((await registered("Bob")).id, email=email)
    assert no.value.errors == {"email": ["This email is taken."]}
    assert await accounts.find_user_by_nickname("Somebody") is None
    assert await accounts.authenticate(email, "a good long one", HERE) is not None


@pytest.mark.parametrize("email", ["alice@example.com", "other@example.com"])
async def test_a_taken_nickname_is_told_whether_the_email_is_known_or_not(email: str) -> None:
    await accounts.register("Alice", "alice@example.com", "a good long one")
    with pytest.raises(Invalid) as refused:
        await accounts.register("Alice", email, "another good one")
    assert refused.value.errors == {"nickname": ["This nickname is taken."]}


async def test_registering_makes_a_hash_for_a_known_email_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    async def counted(password: str, place: object) -> str:
        made.append(password)
        return f"hash of {password}"

    monkeypatch.setattr(credentials, "hash_password", counted)
    for password in ("the first", "the second"):
        await accounts.register(f"Who chose {password}", "alice@example.com", password)
    assert made == ["the first", "the second"]


async def test_two_who_register_at_once_do_not_both_get_the_email() -> None:
    both = [accounts.register(name, "same@example.com", "a good long one") for name in ("Alice", "Bob")]
    outcome = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcome) == ["NoneType", "User"]


@pytest.mark.parametrize(
    "values",
    [{"email": "a@example.com"}, {"password_hash": "x"}, {"email": "A@example.com", "password_hash": "x"}],
)
async def test_the_database_itself_refuses_half_credentials_and_odd_emails(values: dict[str, str]) -> None:
    await accounts.create_user("Alice")
    with pytest.raises(Invalid):
        await db.write(lambda session: session.execute(update(User).values(values)))


async def test_authenticating() -> None:
    await accounts.register("Alice", "alice@example.com", "a good long one")
    user = await accounts.authenticate(" ALICE@example.com", "a good long one", HERE)
    assert user is not None
    assert user.nickname == "Alice"
    for email, password in (
        ("alice@example.com", "a good long on"),
        ("alice@example.com", "A good long one"),
        ("alice@example.com", ""),
        ("bob@example.com", "a good long one"),
        ("", ""),
        ("alice@example.com\0", "wrong"),
        ("x" * 10_000, "x" * 100_000),
    ):
        assert await accounts.authenticate(email, password, THERE) is None


async def test_who_has_no_credentials_cannot_sign_in() -> None:
    await accounts.create_user("From before")
    for password in ("", "None", "a good long one"):
        assert await accounts.authenticate("", password, HERE) is None


async def test_the_same_letters_in_another_encoding() -> None:
    await accounts.register("Zoë", "zoe@example.com", "Zoe\u0308s long secret")
    assert await accounts.authenticate("zoe@example.com", "Zo\u00ebs long secret", HERE) is not None


async def test_longer_than_the_limit_is_no_password_even_if_it_begins_like_one() -> None:
    longest = "x" * accounts.LONGEST
    await accounts.register("Alice", "alice@example.com", longest)
    assert await accounts.authenticate("alice@example.com", longest + "x", HERE) is None
    assert await accounts.authenticate("alice@example.com", longest, HERE) is not None


async def test_a_hash_is_made_anew_when_its_costs_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    await accounts.register("Alice", "alice@example.com", "a good long one")
    before = (await user_of("Alice")).password_hash
    assert await accounts.authenticate("alice@example.com", "a good long one", HERE)
    assert (await user_of("Alice")).password_hash == before
    monkeypatch.setenv("PARLEY_ARGON2", "2,2048,1")
    passwords.hasher.cache_clear()
    assert await accounts.authenticate("alice@example.com", "not this one", HERE) is None
    assert (await user_of("Alice")).password_hash == before
    assert await accounts.authenticate("alice@example.com", "a good long one", HERE)
    after = (await user_of("Alice")).password_hash
    assert after is not None
    assert "m=2048,t=2,p=1" in after
    assert await accounts.authenticate("alice@example.com", "a good long one", HERE)
    assert (await user_of("Alice")).password_hash == after


def test_costs_by_default_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_ARGON2")
    passwords.hasher.cache_clear()
    assert argon2_costs() is None
    assert passwords.hasher().memory_cost >= 64 * 1024
    assert passwords.hasher().time_cost >= 3


@pytest.mark.parametrize("costs", ["light", "1,1024", "1,2,3,4", "1,1024,x"])
def test_costs_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, costs: str) -> None:
    monkeypatch.setenv("PARLEY_ARGON2", costs)
    with pytest.raises(RuntimeError, match="PARLEY_ARGON2 must be three numbers"):
        argon2_costs()


async def test_hashing_leaves_the_event_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_ARGON2", "3,65536,1")
    passwords.hasher.cache_clear()
    hashing = asyncio.create_task(passwords.hash_password("a good long one"))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10


# Attempts


async def attempt(email: str, address: str = HERE, password: str = "wrong") -> str:
    try:
        found = await accounts.authenticate(email, password, address)
    except accounts.TooManyAttempts:
        return "too many"
    return "in" if found else "wrong"


async def turn_back(delta: timedelta) -> None:
    """Make all attempts older."""
    async with a_session() as session:
        for one in await session.scalars(select(Attempt)):
            one.at -= delta


async def count_attempts() -> int:
    async with a_session() as session:
        return await session.scalar(select(func.count()).select_from(Attempt)) or 0


RIGHT = "a good long one"
FREE = attempts.for_an_account("").free


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
async def test_after_five_guesses_there_is_a_wait_whether_the_account_exists_or_not(email: str) -> None:
    await accounts.register("Alice", "alice@example.com", RIGHT)
    assert [await attempt(email) for _ in range(FREE + 1)] == ["wrong"] * FREE + ["too many"]
    assert await attempt(email, THERE) == "too many", "another address does not help"
    assert await attempt(email.upper()) == "too many", "nor does another way of writing"


async def test_the_right_password_begins_afresh() -> None:
    await accounts.register("Alice", "alice@example.com", RIGHT)
    for _ in range(3):
        assert [await attempt("alice@example.com") for _ in range(4)] == ["wrong"] * 4
        assert await attempt("alice@example.com", password=RIGHT) == "in"


async def test_waits_grow_and_stay_short_and_who_is_refused_makes_them_no_longer() -> None:
    await accounts.register("Alice", "alice@example.com", RIGHT)
    for _ in range(FREE):
        await attempt("alice@example.com")
    for wait in (5, 10, 20, 40, 60, 60, 60):
        before = await count_attempts()
        words = f"^Too many attempts. Try again in {wait} seconds.$"
        for _ in range(3):
            with pytest.raises(accounts.TooManyAttempts, match=words) as no:
                await accounts.authenticate("alice@example.com", RIGHT, HERE)
        assert no.value.seconds == wait
        assert await count_attempts() == before
        await turn_back(timedelta(seconds=wait))
        assert await attempt("alice@example.com") == "wrong"
    await turn_back(timedelta(seconds=60))
    assert await attempt("alice@example.com", password=RIGHT) == "in"


async def test_a_clock_that_is_put_back_makes_nobody_wait_longer() -> None:
    for _ in range(FREE):
        await attempt("alice@example.com")
    await turn_back(-timedelta(hours=1))
    with pytest.raises(accounts.TooManyAttempts) as no:
        await accounts.authenticate("alice@example.com", "wrong", HERE)
    assert no.value.seconds == 5
    await turn_back(timedelta(seconds=5))
    assert await attempt("alice@example.com") == "wrong", "waits until the clock is where it was"


async def test_the_owners_browser_does_not_wait_for_strangers_and_has_its_own_limit() -> None:
    await accounts.register("Alice", "alice@example.com", RIGHT)
    for number in range(FREE):
        await attempt("alice@example.com", f"198.51.100.{number}")
    assert await attempt("alice@example.com", password=RIGHT) == "too many"
    assert await accounts.authenticate("alice@example.com", RIGHT, HERE, "her browser")
    assert await attempt("alice@example.com", password=RIGHT) == "too many", "strangers still wait"
    for _ in range(FREE):
        assert await accounts.authenticate("alice@example.com", "wrong", HERE, "her browser") is None
    with pytest.raises(accounts.TooManyAttempts):
        await accounts.authenticate("alice@example.com", RIGHT, HERE, "her browser")
    assert await accounts.authenticate("alice@example.com", RIGHT, HERE, "her other browser")


async def test_one_who_guesses_does_not_lock_out_a_class_behind_the_same_address() -> None:
    await accounts.register("Alice", "alice@example.com", RIGHT)
    for _ in range(500):
        await attempt("nobody@example.com")
    assert await attempt("alice@example.com", password=RIGHT) == "in"


async def test_guesses_at_many_accounts_from_one_address_wait_for_seconds() -> None:
    limit = attempts.from_an_address("").free
    outcome = [await attempt(f"{number}@example.com") for number in range(limit + 1)]
    assert outcome == ["wrong"] * limit + ["too many"]
    assert await attempt("other@example.com", THERE) == "wrong"
    for _ in range(5):
        with pytest.raises(accounts.TooManyAttempts) as no:
            await accounts.authenticate("other@example.com", "wrong", HERE)
        assert no.value.seconds <= 10
        await turn_back(timedelta(seconds=no.value.seconds))
        assert await attempt("other@example.com") == "wrong"
        await turn_back(timedelta(seconds=1))
        other = f"{no.value.seconds}@example.com"
        assert await attempt(other) in ("wrong", "too many")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1:50000", "192.0.2.1", True),
        ("[2001:db8:1:2::1]:50000", "2001:db8:1:2::9", True),
        ("192.0.2.1:50000", "192.0.2.2:50000", False),
        ("", "unix:", False),
    ],
)
def test_for_whom_an_address_stands(one: str, other: str, same: bool) -> None:
    assert (attempts.network(one) == attempts.network(other)) == same


async def test_a_hundred_guesses_at_once_are_no_more_than_five() -> None:
    outcome = await asyncio.gather(*(attempt("alice@example.com") for _ in range(40)))
    assert outcome.count("wrong") <= FREE
    assert outcome.count("too many") >= 40 - FREE


async def test_attempts_tell_nothing_and_are_forgotten() -> None:
    await attempt("alice@example.com")
    async with a_session() as session:
        keys = (await session.scalars(select(Attempt.key))).all()
    assert len(keys) == 2
    assert all("alice" not in key and HERE not in key for key in keys)
    await turn_back(attempts.WHILE)
    await attempt("bob@example.com")
    assert await count_attempts() == 2


async def test_registering_is_for_a_class_and_not_for_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert attempts.for_registering(HERE).free >= 200
    few = replace(attempts.for_registering(HERE), free=3)
    monkeypatch.setattr(credentials, "for_registering", lambda address: replace(few, key=address))
    for number in range(3):
        assert (
            await accounts.register(f"Dave {number}", "dave@example.com", RIGHT, HERE) is None or not number
        )
    with pytest.raises(accounts.TooManyAttempts, match="Try again in 5 seconds"):
        await accounts.register("Eve", "eve@example.com", RIGHT, HERE)
    assert await accounts.register("Eve", "eve@example.com", RIGHT, THERE) is not None


async def test_who_finds_a_full_queue_has_not_made_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "turns", Turns(1, in_a_line=0))
    may_end = threading.Event()
    works = asyncio.create_task(passwords.turns.run(Place("sign in", THERE), partial(may_end.wait, 20)))
    await asyncio.sleep(0)
    with pytest.raises(accounts.TooBusy, match=r"^The server is busy just now. Try again in 10 seconds.$"):
        await accounts.authenticate("alice@example.com", RIGHT, HERE)
    with pytest.raises(accounts.TooBusy):
        await accounts.register("Alice", "alice@example.com", RIGHT, HERE)
    may_end.set()
    await works
    assert await count_attempts() == 0


# Sessions


async def test_a_session_by_its_token() -> None:
    alice = await registered("Alice")
    token, other = await accounts.start_session(alice.id), await accounts.start_session(alice.id)
    assert token != other
    found = await accounts.find_user_by_token(token)
    assert found is not None
    assert found.id == alice.id
    async with a_session() as session:
        digests = (await session.scalars(select(UserSession.token_digest))).all()
    assert token not in digests, "who reads the database cannot sign in with it"
    assert await accounts.find_user_by_token(digests[0]) is None
    for unknown in (None, "", "x", "\0", "x" * 10_000):
        assert await accounts.find_user_by_token(unknown) is None
    await accounts.end_session(token)
    assert await accounts.find_user_by_token(token) is None
    assert await accounts.find_user_by_token(other) is not None
    await accounts.end_sessions(alice.id)
    assert await accounts.find_user_by_token(other) is None


async def test_old_sessions_end_by_themselves_and_are_taken_away() -> None:
    alice = await registered("Alice")
    token = await accounts.start_session(alice.id)
    async with a_session() as session:
        await session.execute(update(UserSession).values(created_at=now() - accounts.LASTS))
    assert await accounts.find_user_by_token(token) is None
    await accounts.start_session(alice.id)
    async with a_session() as session:
        assert await session.scalar(select(func.count()).select_from(UserSession)) == 1


# Leaving


async def three() -> list[User]:
    names = ("Alice", "Bob", "Carol")
    return [await registered(name) for name in names]


async def test_a_closed_account_is_nobody_any_more() -> None:
    alice, bob, carol = await three()
    market = await chat.create_conversation("Market", owner=alice, others=[bob, carol])
    hike = await chat.create_conversation("Hike", owner=bob, others=[alice])
    notes = await chat.create_conversation("Notes", owner=alice)
    message = await chat.send_message(market.id, alice.id, "What I said")
    await chat.mark_seen(message.id, alice.id)
    token = await accounts.start_session(alice.id)
    told = [
        (one.conversation.title, one.heir and one.heir.user.nickname, one.ends)
        for one in await chat.leavings(alice.id)
    ]
    assert told == [("Market", "Bob", False), ("Hike", None, False), ("Notes", None, True)]

    await accounts.close_account(alice.id)
    news = await chat.leave_all(alice.id)

    assert [(one.conversation_id, one.user_id) for one in news] == [
        (number, alice.id) for number in (market.id, hike.id, notes.id)
    ]
    gone = await accounts.find_user(alice.id)
    assert gone is not None
    assert (gone.nickname, gone.email, gone.password_hash) == (f"Deleted account {alice.id}", None, None)
    assert await accounts.find_user_by_token(token) is None
    assert await attempt("alice@example.com", password="a good long one") == "wrong"
    assert await chat.find_conversation(notes.id) is None
    assert await chat.find_place(alice.id, market.id) is None
    found = await chat.find_conversation(market.id)
    assert found is not None
    assert [(member.user.nickname, member.owner) for member in found.members] == [
        ("Bob", True),
        ("Carol", False),
    ]
    [kept] = await chat.recent_messages(market.id)
    assert (kept.content, kept.author.nickname) == ("What I said", f"Deleted account {alice.id}")
    await accounts.register("Alice", "alice@example.com", "somebody else now")


async def test_only_members_find_and_write() -> None:
    alice, bob, carol = await three()
    market = await chat.create_conversation("Market", owner=alice, others=[bob])
    assert await chat.find_place(bob.id, market.id) is not None
    for user_id, number in (
        (carol.id, market.id),
        (99, market.id),
        (bob.id, 99),
        (bob.id, 10**30),
        (10**30, 1),
    ):
        assert await chat.find_place(user_id, number) is None
    hike = await chat.create_conversation("Hike", owner=carol)
    for user_id, number in ((carol.id, market.id), (alice.id, hike.id)):
        with pytest.raises(chat.NotAMember):
            await chat.send_message(number, user_id, "Hello")
        assert await chat.recent_messages(number) == []


# Tables and seeds


async def back_to_chapter_3() -> None:
    def down(connection: Connection) -> None:
        command.downgrade(configuration(connection), "0001")

    async with db.engine.begin() as connection:
        await connection.run_sync(down)


async def columns_of_users() -> set[str]:
    async with db.engine.connect() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_columns("accounts_users"))
    return {str(column["name"]) for column in names}


async def test_the_migration_keeps_people_there_and_back() -> None:
    await seed()
    await back_to_chapter_3()
    assert not {"email", "password_hash"} & await columns_of_users()
    async with db.engine.connect() as connection:
        before = (await connection.execute(text("SELECT * FROM accounts_users ORDER BY id"))).all()
    assert [row.nickname for row in before] == ["User One", "User Two", "Alice", "Carol", "Bob"]
    await migrate()
    assert {"email", "password_hash"} <= await columns_of_users()
    async with db.engine.connect() as connection:
        after = (await connection.execute(text("SELECT * FROM accounts_users ORDER BY id"))).all()
    assert [tuple(row)[:4] for row in after] == [tuple(row)[:4] for row in before]
    with pytest.raises(Invalid):
        await accounts.create_user("   ")
    with pytest.raises(Invalid):
        await accounts.create_user("Alice")


async def test_seeded_people_of_chapter_3_get_their_credentials() -> None:
    """And what has happened since is left as it is."""
    one, two = await accounts.create_user("User One"), await accounts.create_user("User Two")
    other = await accounts.create_user("Grace")
    talk = await chat.create_conversation("Modern Talking", owner=one, others=[two])
    await chat.send_message(talk.id, two.id, "From before")
    assert await seed() is not None
    assert await seed() is None
    for email in (
        "one@example.com",
        "two@example.com",
        "alice@example.com",
        "bob@example.com",
        "carol@example.com",
    ):
        assert await attempt(email, password=PASSWORD) == "in"
    found = await accounts.find_user(other.id)
    assert found is not None
    assert found.email is None
    assert [message.content for message in await chat.recent_messages(talk.id)] == ["From before"]
    assert {one.title for one in await chat.all_conversations()} == {"Modern Talking", "Saturday hike"}


async def test_seeding_brings_nobody_back_who_has_left() -> None:
    await seed()
    alice = await user_of("Alice")
    await accounts.close_account(alice.id)
    await chat.leave_all(alice.id)
    assert await seed() is None
    assert await accounts.find_user_by_nickname("Alice") is None


async def test_an_unexplained_rule_stays_an_error_of_the_program() -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda session: session.add(UserSession(user_id=1, token_digest=None)))
