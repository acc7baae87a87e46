"""What `Presence(fetch=…)` adds to lists and diffs, and how often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.listener import Listener

from quart_live import LocalPubSub, Presence, PresenceDiff
from quart_live.presence import Presences, fetching


class Users:
    """The app's database: answers when it is let, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.names = {"ann": "Ann", "bob": "Bob"}
        self.let = asyncio.Event()
        self.let.set()

    async def __call__(self, topic: str, presences: Any) -> dict[str, Any]:
        self.asked.append((topic, list(presences)))
        await self.let.wait()
        return {key: {"user": self.names[key]} for key in presences if key in self.names}


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def pubsub() -> LocalPubSub:
    return LocalPubSub()


@pytest.fixture
async def presence(users: Users, pubsub: LocalPubSub) -> AsyncIterator[Presence]:
    before = asyncio.all_tasks()
    presence = Presence(pubsub, fetch=users)
    yield presence
    await presence.stop()
    assert asyncio.all_tasks() <= before | {asyncio.current_task()}


@pytest.fixture
async def room(pubsub: LocalPubSub) -> Listener:
    """Hears what changes in the room."""
    listener = Listener()
    await pubsub.subscribe("room", listener.mailbox)
    return listener


def users_in(presences: Any) -> dict[str, Any]:
    return {key: entry.get("user") for key, entry in presences.items()}


async def test_list_and_diffs_have_what_was_fetched(presence: Presence, room: Listener, users: Users) -> None:
    one, two = Listener(), Listener()
    await presence.track(one.mailbox, "room", "ann", {"mood": "calm"})
    await presence.track(two.mailbox, "room", "bob")
    assert users_in(presence.list("room")) == {"ann": "Ann", "bob": "Bob"}
    (meta,) = presence.get("room", "ann")
    assert meta["mood"] == "calm"
    await one.mailbox.end("a test")
    await room.until(lambda: len(room.got) == 3)
    assert room.got[0] == PresenceDiff("room", {"ann": {"user": "Ann", "metas": [meta]}}, {})
    assert room.got[2] == PresenceDiff("room", {}, {"ann": {"user": "Ann", "metas": [meta]}})
    assert users_in(presence.list("room")) == {"bob": "Bob"}
    assert users.asked == [("room", ["ann"]), ("room", ["bob"])], "nobody is asked of those who leave"


async def test_track_returns_when_the_list_has_it(presence: Presence, room: Listener, users: Users) -> None:
    users.let.clear()
    one = Listener()
    tracking = asyncio.ensure_future(presence.track(one.mailbox, "room", "ann"))
    while not users.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert presence.list("room") == {} and not tracking.done() and room.got == []
    users.let.set()
    await tracking
    assert users_in(presence.list("room")) == {"ann": "Ann"}


async def test_who_comes_meanwhile_is_looked_up_together(
    presence: Presence, room: Listener, users: Users
) -> None:
    users.let.clear()
    users.names = {str(number): f"user {number}" for number in range(100)}
    people = {key: Listener() for key in users.names}
    async with asyncio.TaskGroup() as group:
        for key, person in people.items():
            group.create_task(presence.track(person.mailbox, "room", key))
        group.create_task(presence.track(people["0"].mailbox, "kitchen", "0"))
        while not users.asked:  # noqa: ASYNC110
            await asyncio.sleep(0)
        users.let.set()
    assert users_in(presence.list("room")) == users.names
    assert [(topic, len(keys)) for topic, keys in users.asked] == [("room", 100), ("kitchen", 1)]
    assert [list(diff.joins) for diff in room.got] == [[key] for key in users.names], "in their order"


async def test_an_update_asks_again(presence: Presence, room: Listener, users: Users) -> None:
    one, two = Listener(), Listener()
    await presence.track(one.mailbox, "room", "ann")
    users.names["ann"] = "Anna"
    assert users_in(presence.list("room")) == {"ann": "Ann"}
    await presence.track(two.mailbox, "room", "ann")
    assert users_in(presence.list("room")) == {"ann": "Anna"} and len(presence.get("room", "ann")) == 2
    users.names["ann"] = "Annie"
    await presence.update(one.mailbox, "room", "ann", {"mood": "glad"})
    assert users_in(presence.list("room")) == {"ann": "Annie"}
    *_, update = room.got
    assert (users_in(update.leaves), users_in(update.joins)) == ({"ann": "Anna"}, {"ann": "Annie"})
    await one.mailbox.end("a test")
    await room.until(lambda: len(room.got) == 4)
    assert users_in(presence.list("room")) == {"ann": "Annie"}, "another tab is still there"


async def test_views_that_keep_a_list_of_their_own(presence: Presence, room: Listener, users: Users) -> None:
    one, two = Listener(), Listener()
    own: Presences = {}
    await presence.track(one.mailbox, "room", "ann")
    users.names["ann"] = "Anna"
    await presence.track(two.mailbox, "room", "ann")
    await presence.track(two.mailbox, "room", "bob")
    await presence.untrack(one.mailbox, "room")
    for diff in room.got:
        own = diff.apply_to(own)
        own = diff.apply_to(own)
    assert own == presence.list("room")
    assert users_in(own) == {"ann": "Anna", "bob": "Bob"}


async def fail(topic: str, presences: Any) -> dict[str, Any]:
    raise RuntimeError("no database")


async def hang(topic: str, presences: Any) -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError


ODD: list[Any] = [fail, hang, lambda topic, presences: None, lambda topic, presences: {"ann": 1}]


@pytest.mark.parametrize("fetch", ODD)
async def test_people_are_shown_even_if_it_fails(
    fetch: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.02)
    presence, one = Presence(LocalPubSub(), fetch=fetch), Listener()
    await presence.track(one.mailbox, "room", "ann")
    assert list(presence.list("room")) == ["ann"] and len(presence.get("room", "ann")) == 1
    assert "The fetch of presences on 'room' failed" in caplog.text
    await one.mailbox.end("a test")
    await presence.stop()


async def test_a_plain_function_metas_and_unknown_keys() -> None:
    def fetch(topic: str, presences: Any) -> dict[str, Any]:
        return {key: {**entry, "topic": topic} for key, entry in presences.items()} | {"eve": {"x": 1}}

    presence, one = Presence(LocalPubSub(), fetch=fetch), Listener()
    await presence.track(one.mailbox, "room", "ann")
    (meta,) = presence.get("room", "ann")
    assert presence.list("room") == {"ann": {"topic": "room", "metas": [meta]}}
    await presence.stop()


async def test_nothing_is_kept_of_those_who_have_left(presence: Presence, users: Users) -> None:
    people = [Listener() for _ in range(3)]
    for person, key in zip(people, ("ann", "bob", "ann"), strict=True):
        await presence.track(person.mailbox, "room", key)
    for person in people:
        await person.mailbox.end("a test")
    await presence.track(people[0].mailbox, "room", "late")  # its mailbox is closed: nothing
    last = Listener()
    await presence.track(last.mailbox, "other", "ann")  # told after all that came before
    assert presence.topics() == {"other": 1}
    assert presence.fetched() == {"other": 1}


async def test_gone_while_being_looked_up(presence: Presence, room: Listener, users: Users) -> None:
    users.let.clear()
    one = Listener()
    tracking = asyncio.ensure_future(presence.track(one.mailbox, "room", "ann"))
    while not users.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await one.mailbox.end("a test")
    users.let.set()
    await tracking
    await room.until(lambda: len(room.got) == 2)
    assert [(list(diff.joins), list(diff.leaves)) for diff in room.got] == [(["ann"], []), ([], ["ann"])]
    assert presence.list("room") == {}


async def test_stopped_while_looking_up(presence: Presence, users: Users) -> None:
    users.let.clear()
    one = Listener()
    tracking = asyncio.ensure_future(presence.track(one.mailbox, "room", "ann"))
    while not users.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await presence.stop()
    await tracking
    assert presence.list("room") == {}
