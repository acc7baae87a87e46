"""The list of conversations: what a message costs, and that the page shows what the database says."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup
from quart import Quart
from support.seeded_messenger import messenger_at, page_of, user_of
from support.statements import statements

from messenger import chat
from messenger.chat import Conversation, Posted
from messenger.conversation_live import ConversationLive
from messenger.dashboard_live import DashboardLive
from messenger.listed import Listed
from messenger.runs import entry
from messenger.times import clock_or_day
from messenger.unread import KEPT
from quart_live.testing import LiveViewTest

LIST = "#conversation-list"
READERS = ("Carol", "User One", "User Two")


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    async with messenger_at(tmp_path, monkeypatch) as app:
        for name in READERS:
            reader = await user_of(name)
            for number in await chat.conversation_ids_of(reader.id):
                await chat.mark_read(number, reader.id, await chat.newest_id())
        yield app


async def begin(title: str, *names: str) -> Conversation:
    """A conversation that all its members have opened."""
    owner, *others = [await user_of(name) for name in names]
    conversation = await chat.create_conversation(title, owner=owner, others=others)
    for other in others:
        await chat.mark_read(conversation.id, other.id, 0)
    return conversation


async def everybody() -> Conversation:
    """A conversation whose first two members are not among the readers, so all of them see the same faces."""
    return await begin("Market", "Alice", "Bob", *READERS)


async def say(app: Quart, conversation: Conversation, name: str, text: str) -> Posted:
    """Store a message and announce it."""
    message = await chat.send_message(conversation.id, (await user_of(name)).id, text)
    await announce(app, message)
    return message


async def announce(app: Quart, message: Posted) -> None:
    pubsub = app.extensions["quart_live"].pubsub
    await pubsub.broadcast(chat.conversation_topic(message.conversation_id), message)


def diffs_since(page: LiveViewTest, frames: int) -> list[str]:
    """The diffs that have come since so many frames, as text: what stands before them is the page's own."""
    told = [text for way, text in page.socket.frames[frames:] if way == "<"]
    return [text.split('"diff",', 1)[1].removesuffix("]") for text in told if '"diff",' in text]


def entries(page: LiveViewTest) -> list[str]:
    """Return the text of each entry of the list, from the top down."""
    return [item.text for item in page.find(LIST).find_all("li")]


def titles(page: LiveViewTest) -> list[str]:
    return [item.text for item in page.find(LIST).find_all(".title")]


async def titles_of(name: str) -> list[str]:
    """The titles as the database has them."""
    return [summary.conversation.title for summary in await chat.conversations_of((await user_of(name)).id)]


def shown(page: LiveViewTest) -> list[Listed]:
    """The items as the view has them, from the top down."""
    view = page.view
    assert isinstance(view, DashboardLive | ConversationLive)
    return list(reversed(view.listed.values()))


@pytest.mark.parametrize("is_on_top", [True, False])
async def test_an_ordinary_message_is_the_same_bytes_for_all_and_asks_nothing(
    app: Quart, is_on_top: bool
) -> None:
    market = await everybody()
    path = f"/conversations/{market.id}"
    if not is_on_top:
        await begin("Above", "Alice", "Bob", *READERS)
    said: list[datetime] = []

    def noted(moment: datetime, zone: tzinfo | None = None) -> Markup:
        said.append(moment)
        return clock_or_day(moment, zone)

    app.add_template_filter(noted, "clock_or_day")
    async with await page_of(app, "User One", path) as one, await page_of(app, "User Two", path) as two:
        assert (titles(one)[0] == "Market") is is_on_top
        message = await chat.send_message(market.id, (await user_of("Alice")).id, "Bread?")
        frames = [len(page.socket.frames) for page in (one, two)]
        said.clear()
        with statements() as asked:
            await announce(app, message)
            await one.until(lambda: "Alice: Bread?" in entries(one)[0])
            await two.until(lambda: "Alice: Bread?" in entries(two)[0])
        assert asked == []
        assert len(said) == 1, "the entry was rendered for each page anew"
        [first], [second] = diffs_since(one, frames[0]), diffs_since(two, frames[1])
        assert first == second
        diff = json.loads(first)
        assert "t" not in diff, "a title that has not changed is sent again"
        assert len(diff) == len({LIST, "#messages"}), "something besides the two streams"
        assert "Alice: Bread?" in one.find(f"{LIST} [aria-current=page]").text, (
            "it forgets which page it is on"
        )
        # The view of either holds the very same item: it was made once.
        assert shown(one)[0] is shown(two)[0]


async def test_an_entry_of_the_log_is_made_once_for_all_who_read_it_in_one_zone(app: Quart) -> None:
    market = await everybody()
    alice, bob = await user_of("Alice"), await user_of("Bob")
    first, second = [await chat.send_message(market.id, alice.id, text) for text in ("One", "Two")]
    lisbon = ZoneInfo("Europe/Lisbon")
    assert entry(second, first, bob.id, lisbon) is entry(second, first, bob.id + 1, lisbon)
    assert entry(second, first, alice.id, lisbon).mine
    assert not entry(second, first, bob.id, lisbon).mine
    # A day there ends later than in Lisbon.
    late = first._replace(created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    early = first._replace(created_at=datetime(2026, 3, 2, 0, 10, tzinfo=UTC))
    assert entry(early, late, bob.id, lisbon).opens_day
    assert not entry(early, late, bob.id, ZoneInfo("America/New_York")).opens_day


async def test_a_list_is_read_in_two_goes_however_many_are_in_it(app: Quart) -> None:
    for number in range(20):
        await begin(f"Talk {number}", "Alice", "Carol")
    async with await page_of(app, "Carol", "/") as carol:
        view = carol.view
        assert isinstance(view, DashboardLive)
        with statements() as asked:
            await view.show_conversations()
        # First what to subscribe to. After that the list, faces, what is unread, and how far that goes.
        assert [statement.split()[0] for statement in asked] == ["BEGIN", "SELECT", "BEGIN", *["SELECT"] * 4]


async def test_for_whoever_looks_elsewhere_one_item_and_the_title_change(app: Quart) -> None:
    market = await everybody()
    await begin("Other", "Alice", "Carol")
    async with await page_of(app, "Carol", "/") as carol:
        frames = len(carol.socket.frames)
        message = await chat.send_message(market.id, (await user_of("Bob")).id, "Bread?")
        with statements() as asked:
            await announce(app, message)
            await carol.until(lambda: carol.title == "(1) Conversations")
        assert asked == []
        [text] = diffs_since(carol, frames)
        assert "Market" in text
        assert "Other" not in text
        assert "Hike" not in text
        assert "1 unread" in entries(carol)[0]


async def test_what_comes_late_or_twice_changes_no_line_and_no_place(app: Quart) -> None:
    market = await everybody()
    other = await begin("Other", "Alice", "Carol")
    async with await page_of(app, "Carol", "/") as carol:
        alice = await user_of("Alice")
        first, second = [await chat.send_message(market.id, alice.id, text) for text in ("One", "Two")]
        await announce(app, second)
        await carol.until(lambda: "Alice: Two" in entries(carol)[0])
        await say(app, other, "Alice", "Above")
        await carol.until(lambda: "Alice: Above" in entries(carol)[0])
        with statements() as asked:
            for message in (first, second):
                await announce(app, message)
            await carol.settle()
        assert asked == []
        assert titles(carol)[:2] == ["Other", "Market"]
        assert "Alice: Two 2 unread" in entries(carol)[1]


async def test_what_comes_very_late_is_counted_by_the_database(app: Quart) -> None:
    market, alice = await everybody(), await user_of("Alice")
    async with await page_of(app, "Carol", "/") as carol:
        first, *others = [
            await chat.send_message(market.id, alice.id, f"Line {number}") for number in range(KEPT + 6)
        ]
        for message in others:
            await announce(app, message)
        await carol.settle()
        assert f"{KEPT + 5} unread" in entries(carol)[0]
        for message in (first, *others):
            await announce(app, message)
        await carol.settle()
        assert f"{KEPT + 6} unread" in entries(carol)[0]
        assert carol.title == f"({KEPT + 6}) Conversations"


async def test_the_page_shows_what_the_database_says_whatever_happens(app: Quart) -> None:
    """Messages, renamed and closed conversations, new ones, and being taken out, in any order."""
    random = Random(5)
    talks = [await begin(f"Talk {number}", "Alice", "Carol") for number in range(6)]
    alice, carol = await user_of("Alice"), await user_of("Carol")
    pubsub = app.extensions["quart_live"].pubsub
    async with await page_of(app, "Carol", "/") as page:
        for step in range(60):
            talk = random.choice(talks)
            what = random.choice(["say", "say", "say", "rename", "close", "begin", "remove"])
            if what == "say" and talk.closed_at is None:
                await say(app, talk, random.choice(["Alice", "Carol"]), f"Line {step}")
            elif what == "rename":
                await chat.rename_conversation(talk.id, alice.id, f"Renamed {step}")
                await pubsub.broadcast(chat.conversation_topic(talk.id), chat.Changed(talk.id))
            elif what == "begin":
                talks.append(talk := await begin(f"Begun {step}", "Alice", "Carol"))
                await pubsub.broadcast(chat.user_topic(carol.id), chat.Started(talk.id))
            elif what == "remove" and len(talks) > 3:
                talks.remove(talk)
                await chat.remove_member(talk.id, alice.id, carol.id)
                await pubsub.broadcast(chat.conversation_topic(talk.id), chat.Changed(talk.id))
            await page.settle()
            assert titles(page) == [item.title for item in shown(page)] == await titles_of("Carol"), (
                f"after step {step}: {what}"
            )


async def test_no_more_than_fifty_are_shown_and_the_oldest_makes_room(app: Quart) -> None:
    talks = [await begin(f"Talk {number:02}", "Alice", "Carol") for number in range(52)]
    carol = await user_of("Carol")
    pubsub = app.extensions["quart_live"].pubsub
    async with await page_of(app, "Carol", "/") as page:
        assert titles(page) == [f"Talk {number:02}" for number in range(51, 1, -1)]
        await say(app, talks[0], "Alice", "Still there?")
        await page.until(lambda: titles(page)[0] == "Talk 00")
        assert titles(page)[1:] == [f"Talk {number:02}" for number in range(51, 2, -1)]
        new = await begin("New", "Alice", "Carol")
        await pubsub.broadcast(chat.user_topic(carol.id), chat.Started(new.id))
        await page.until(lambda: titles(page)[0] == "New")
        assert len(titles(page)) == 50


async def test_a_page_that_is_left_and_looked_at_again_counts_right(app: Quart) -> None:
    market = await everybody()
    async with await page_of(app, "Carol", f"/conversations/{market.id}") as page:
        await page.hook("away", {})
        first = await say(app, market, "Alice", "One")
        await page.until(lambda: page.title == "(1) Market")
        second = await say(app, market, "Alice", "Two")
        await page.until(lambda: page.title == "(2) Market")
        assert "2 unread" in entries(page)[0]
        await page.hook("read", {"to": first.id})
        assert page.title == "Market"
        assert "unread" not in entries(page)[0]
        frames = len(page.socket.frames)
        await page.hook("read", {"to": second.id})
        [answer] = [json.loads(text) for way, text in page.socket.frames[frames:] if way == "<"]
        assert answer[4] == {"status": "ok", "response": {}}, "what was read at once is shown again"
