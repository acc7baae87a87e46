"""Frames that no page of ours would send, to the dashboard and to a conversation; without a browser."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from quart import Quart
from support.seeded_messenger import messenger_at, page_of, user_of

from messenger import accounts, chat

HIKE = "/conversations/2"
# On a quiet machine it takes 13 ms. Reading each of ten thousand rows would take half a second.
MOST_CPU_SECONDS = 0.2


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    async with messenger_at(tmp_path, monkeypatch) as app:
        yield app


async def id_of(nickname: str) -> int:
    return (await user_of(nickname)).id


def form(ids: Any, title: Any = "Kept") -> dict[str, Any]:
    return {"conversation": {"title": title, "members": [{"user_id": str(user_id)} for user_id in ids]}}


NO_FORMS = [
    None,
    [],
    [1, 2],
    "text",
    7,
    {},
    {"conversation": None},
    {"conversation": [1]},
    {"conversation": "x"},
]
NO_MEMBERS: list[Any] = [
    None, "1", 1, [], [1], ["x"], [[]], [{}], [{"user_id": None}], [{"user_id": True}], {"x": "y"},
    {"0": {"user_id": {"a": 1}}}, {"0": {"user_id": [1, 2]}}, {"-1": {"user_id": "1"}},
    {"٣": {"user_id": "1"}}, {"9" * 30: {"user_id": "1"}},
]  # fmt: skip


def who_takes_part(conversation: chat.Conversation) -> list[tuple[str, bool]]:
    """The members' names, and whether each is the owner."""
    return [(member.user.nickname, member.owner) for member in conversation.members]


async def test_whatever_is_sent_instead_of_a_form_stores_nothing_and_crashes_nothing(app: Quart) -> None:
    async with await page_of(app, "Alice", "/") as alice:
        await alice.click("button", "Bob")
        before = len(await chat.all_conversations())
        view = alice.view
        members = [{"conversation": {"title": "Kept", "members": members}} for members in NO_MEMBERS]
        titles = [form([3], title) for title in (None, 1, [], ["a"], {"a": "b"})]
        for params in [*NO_FORMS, *members, *titles]:
            for event in ("validate", "create"):
                await alice.hook(event, params)
            assert len(alice.find("#members").find_all("li")) == 2
        for event in ("add", "remove", "find", "more-people", "no such event"):
            for params in (
                None,
                [1],
                "x",
                {"id": None},
                {"id": -1},
                {"id": 10**30},
                {"id": True},
                {"id": "١"},
            ):
                await alice.hook(event, params)
        await alice.hook("find", {"wanted": "'" * 100_000})
        await alice.hook("find", {"wanted": "x\0y"})
        assert alice.view is view, "the view has crashed and was joined again"
        assert len(await chat.all_conversations()) == before


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        (["me", 999], "no account any more"),
        (["me", "Bob"], "cannot be read"),
        (["me", "9" * 5000], "cannot be read"),
        (["me", 2**70], "no account any more"),
        (["bob", 1], "always a member"),
        (["me", "bob", "bob"], "Choose each person only once."),
        (["me"], "at least one other"),
        (["me", 1], "have changed meanwhile"),
        (["me", "bob", 1], "have changed meanwhile"),
        (["me"] * 10_000, "100 members at most."),
    ],
)
async def test_members_that_cannot_be_are_refused_and_the_title_stays(
    app: Quart, ids: list[Any], reason: str
) -> None:
    async with await page_of(app, "Alice", "/") as alice:
        await alice.click("button", "Bob")
        before = len(await chat.all_conversations())
        known = {"me": await id_of("Alice"), "bob": await id_of("Bob")}
        await alice.hook("create", form([known.get(user_id, user_id) for user_id in ids]))
        assert reason in alice.find("#conversation_members-error").text
        assert alice.find("#conversation_title").get("value") == "Kept"
        assert len(await chat.all_conversations()) == before


async def test_ten_thousand_members_cost_no_more_than_a_hundred(app: Quart) -> None:
    async with await page_of(app, "Alice", "/") as alice:
        crowd = form([await id_of("Alice"), *range(1000, 11_000)])
        await alice.hook("create", form([1]))
        began = time.process_time()
        await alice.hook("create", crowd)
        assert time.process_time() - began < MOST_CPU_SECONDS
        assert "100 members at most." in alice.text


async def test_who_has_gone_meanwhile_is_taken_out_of_the_form(app: Quart) -> None:
    async with await page_of(app, "Alice", "/") as alice:
        for name in ("Bob", "Carol"):
            await alice.click("button", name)
        await accounts.close_account(await id_of("Bob"))
        await alice.submit("#new-conversation", {"conversation[title]": "Kept"})
        assert "Somebody you chose has no account any more." in alice.text
        assert alice.find("#members").text.replace(" ×", "") == "A Alice (me) C Carol"
        await alice.submit("#new-conversation", {"conversation[title]": "Kept"})
        assert "“Kept” has begun." in alice.text


async def test_a_title_is_text_whatever_stands_in_it(app: Quart) -> None:
    async with await page_of(app, "Alice", "/") as alice:
        await alice.click("button", "Bob")
        title = '<script>alert(1)</script><img src=x onerror="alert(2)">'
        ids = [await id_of("Alice"), await id_of("Bob")]
        await alice.hook("create", form(ids, title))
        await alice.until(lambda: title in alice.find(".conversations").text)
        assert "<script" not in alice.html
        assert "<img" not in alice.html
        await alice.hook("create", form(ids, title))
        titles = [summary.conversation.title for summary in await chat.conversations_of(ids[0])]
        assert titles.count(title) == 1, "the same form sent twice has begun two conversations"


async def test_what_the_owner_may_is_refused_to_a_member_by_hand(app: Quart) -> None:
    before = await chat.find_conversation(2)
    assert before is not None
    async with await page_of(app, "Bob", HIKE) as bob:
        for event, params in [
            ("rename", {"title": "Mine"}),
            ("close", {}),
            ("reopen", {}),
            ("add", {"id": 1}),
            ("remove", {"id": await id_of("Alice")}),
            ("remove", {"id": await id_of("Bob")}),
            ("hand-over", {"id": await id_of("Bob")}),
        ]:
            await bob.hook(event, params)
            assert bob.find("#settings .error").text == "Only the owner can do this."
    after = await chat.find_conversation(2)
    assert after is not None
    for name in ("title", "closed_at"):
        assert getattr(after, name) == getattr(before, name)
    assert who_takes_part(after) == who_takes_part(before)
    assert [name for name, owner in who_takes_part(after) if owner] == ["Alice"]


async def test_events_of_a_conversation_take_any_parameters(app: Quart) -> None:
    async with await page_of(app, "Alice", HIKE) as alice:
        view = alice.view
        for event in (
            "rename",
            "retitle",
            "add",
            "remove",
            "hand-over",
            "find",
            "more-people",
            "send",
            "no such event",
        ):
            for params in (
                None,
                [1],
                "x",
                {"id": "x"},
                {"id": -1},
                {"title": 1},
                {"content": 1},
                {"title": "x\0" * 200},
            ):
                await alice.hook(event, params)
        assert alice.view is view, "the view has crashed and was joined again"


async def test_a_removed_members_socket_delivers_nothing_more(app: Quart) -> None:
    async with (
        await page_of(app, "Alice", HIKE) as alice,
        await page_of(app, "Carol", HIKE) as carol,
        await page_of(app, "Carol", "/") as home,
    ):
        assert "Saturday hike" in home.find(".conversations").text
        await alice.hook("remove", {"id": await id_of("Carol")})
        await carol.until(lambda: carol.redirected_to)
        await home.until(lambda: "Saturday hike" not in home.text)
        frames = len(carol.socket.frames)
        frames_home = len(home.socket.frames)
        await alice.submit("#composer", {"content": "Only us now"})
        await alice.settle()
        await carol.socket.heartbeat()
        await home.settle()
        told = [*carol.socket.frames[frames:], *home.socket.frames[frames_home:]]
        assert not [text for _, text in told if "Only us now" in text]
        assert f"conversation:{2}" in app.extensions["quart_live"].pubsub.topics()


async def test_a_forged_message_to_a_closed_conversation_is_refused_in_words(app: Quart) -> None:
    async with await page_of(app, "Alice", HIKE) as alice, await page_of(app, "Bob", HIKE) as bob:
        await alice.hook("close")
        await bob.until(lambda: "Closed since" in bob.text)
        messages = len(await chat.recent_messages(2))
        await bob.hook("send", {"content": "Still here"})
        assert "This conversation is closed" in bob.find("#composer-error").text
        assert len(await chat.recent_messages(2)) == messages


async def test_what_an_outbox_holds_for_one_conversation_is_delivered_to_no_other(app: Quart) -> None:
    async with await page_of(app, "Alice", HIKE) as alice:
        view, here = alice.view, "#outbox"
        mine = alice.find(here).get("data-name").removeprefix("outbox:")
        me, place = mine.split(":")
        # What else the tab keeps is for the same.
        assert alice.find("#composer-keeps").get("data-draft") == f"draft:{mine}"
        await alice.hook("windows", {"windows": "poll"})
        assert alice.find("#asking").get("data-backup") == f"question:{mine}"
        messages = len(await chat.recent_messages(2))
        # The same numbers, from another database: other people, perhaps.
        for other in (
            f"{me}:2-1700000000.000000",
            f"1-1700000000.000000:{place}",
            f"{await id_of('Alice')}:2",
        ):
            key = {"content": "For Bob's eyes only", "key": str(uuid4()), "to": other}
            assert await alice.hook("send", key) == {"refused": "This was written for another conversation."}
        assert len(await chat.recent_messages(2)) == messages
        sent = {"content": "For all", "key": str(uuid4()), "to": mine}
        assert "sent" in await alice.hook("send", sent)
        assert len(await chat.recent_messages(2)) == messages + 1
        assert alice.view is view
