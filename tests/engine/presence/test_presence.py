"""Presence of views within one process: tracked, shown, and gone on every way of leaving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from engine.presence.presence_app import PRESENCES, TOPIC, make_presence_app
from quart import Quart
from support.departures import WAYS, navigate
from support.leftovers import assert_nothing_left
from support.listener import Listener

from quart_live import LiveViewError, LiveViewTest, LocalPubSub, Presence, PresenceDiff, QuartLive
from quart_live.pubsub import EncodeError


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    """A fresh app; afterwards nothing of it is left."""
    before = asyncio.all_tasks()
    app = make_presence_app()
    live: QuartLive = app.extensions["quart_live"]
    yield app
    await live.shutdown()
    assert_nothing_left(live)
    assert PRESENCES.pop(live.pubsub).topics() == {}
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"


@pytest.fixture
def presence(app: Quart) -> Presence:
    """The app's presence."""
    return PRESENCES[app.extensions["quart_live"].pubsub]


def moods(presence: Presence, topic: str = TOPIC) -> dict[str, list[Any]]:
    return {key: [meta.get("mood") for meta in entry["metas"]] for key, entry in presence.list(topic).items()}


async def test_first_render_tracks_nobody(app: Quart, presence: Presence) -> None:
    await app.test_client().get("/?as=ann")
    assert presence.list(TOPIC) == {}


async def test_all_see_who_comes_and_goes(app: Quart, presence: Presence) -> None:
    async with LiveViewTest(app, "/?as=bob") as bob:
        await bob.until(lambda: "bob calm" in bob.text)
        async with LiveViewTest(app, "/?as=ann") as ann:
            await bob.until(lambda: "ann calm bob calm" in bob.text)
            await ann.until(lambda: "ann calm bob calm" in ann.text)
            await ann.click("button")
            await bob.until(lambda: "ann glad bob calm" in bob.text)
        await bob.until(lambda: "ann" not in bob.text)
        assert list(moods(presence)) == ["bob"]


async def test_two_tabs_are_one_person(app: Quart, presence: Presence) -> None:
    async with LiveViewTest(app, "/?as=ann") as one:
        async with LiveViewTest(app, "/?as=ann") as two:
            await two.click("button")
            await one.until(lambda: "ann calm glad" in one.text)
            assert moods(presence) == {"ann": ["calm", "glad"]}
            assert len(presence.get(TOPIC, "ann")) == 2
        await one.until(lambda: "glad" not in one.find("ul").text)
        assert moods(presence) == {"ann": ["calm"]}
    assert presence.list(TOPIC) == {}
    assert presence.get(TOPIC, "ann") == []


async def go_elsewhere(page: LiveViewTest) -> None:
    await page.navigate("/elsewhere")


OTHER_WAYS = {navigate: go_elsewhere}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_gone_on_every_way_of_leaving(app: Quart, presence: Presence, way: Any) -> None:
    page = LiveViewTest(app, "/?as=ann")
    await page.open()
    channel = page.channel
    assert list(presence.list(TOPIC)) == ["ann"]
    listener = Listener()
    await page.live.pubsub.subscribe(TOPIC, listener.mailbox)
    await OTHER_WAYS.get(way, way)(page)
    await channel.ended()
    if way.__name__ == "rejoin":
        assert len(presence.get(TOPIC, "ann")) == 1
    else:
        assert presence.list(TOPIC) == {}
    assert channel.mailbox not in presence.mailboxes()
    assert [list(diff.leaves) for diff in listener.got if diff.leaves] == [["ann"]]
    await page.close()
    await page.live.pubsub.unsubscribe_all(listener.mailbox)


async def test_diffs_say_what_has_changed(app: Quart, presence: Presence) -> None:
    async with LiveViewTest(app, "/") as page, LiveViewTest(app, "/?as=ann") as ann:
        await ann.click("button")
        await ann.push("untrack")
        await page.until(lambda: len(page.view.assigns.diffs) == 3)
        join, update, leave = page.view.assigns.diffs
        [first] = join.joins["ann"]["metas"]
        [second] = update.joins["ann"]["metas"]
        assert join == PresenceDiff(TOPIC, {"ann": {"metas": [first]}}, {})
        assert update == PresenceDiff(TOPIC, {"ann": {"metas": [second]}}, {"ann": {"metas": [first]}})
        assert leave == PresenceDiff(TOPIC, {}, {"ann": {"metas": [second]}})
        assert first == {"mood": "calm", "phx_ref": first["phx_ref"]}
        assert second == {"mood": "glad", "phx_ref": second["phx_ref"], "phx_ref_prev": first["phx_ref"]}
        assert first["phx_ref"] != second["phx_ref"]


async def test_the_list_is_one_object_until_it_changes() -> None:
    presence, one = Presence(LocalPubSub()), Listener()
    await presence.track(one.mailbox, "t", "ann")
    before = presence.list("t")
    assert presence.list("t") is before
    await presence.track(one.mailbox, "u", "ann")
    assert presence.list("t") is before
    await presence.track(one.mailbox, "t", "bob")
    assert list(presence.list("t")) == ["ann", "bob"]
    assert list(before) == ["ann"]
    await presence.stop()


async def test_track_again_updates_and_untrack_takes_what_is_asked() -> None:
    presence, one, two = Presence(LocalPubSub()), Listener(), Listener()
    for key in ("ann", "bob"):
        for topic in ("t", "u"):
            await presence.track(one.mailbox, topic, key, {"mood": 1})
    await presence.track(one.mailbox, "t", "ann", {"mood": 2})
    assert moods(presence, "t") == {"ann": [2], "bob": [1]}
    await presence.untrack(two.mailbox, "t", "ann")
    await presence.untrack(one.mailbox, "t", "nobody")
    assert presence.topics() == {"t": 2, "u": 2}
    await presence.untrack(one.mailbox, "t", "ann")
    assert presence.topics() == {"t": 1, "u": 2}
    await presence.untrack(one.mailbox, "u")
    assert presence.topics() == {"t": 1}
    await presence.untrack(one.mailbox)
    assert presence.topics() == {}
    assert presence.mailboxes() == ()
    await presence.stop()


async def test_wrong_use_says_so() -> None:
    presence, one = Presence(LocalPubSub()), Listener()
    with pytest.raises(LiveViewError, match="call track first"):
        await presence.update(one.mailbox, "t", "ann", {})
    await presence.track(one.mailbox, "t", "ann")
    with pytest.raises(LiveViewError, match="'bob' is not tracked on 't'"):
        await presence.update(one.mailbox, "t", "bob", {})
    with pytest.raises(EncodeError, match="@message_type"):
        await presence.track(one.mailbox, "t", "cy", {"x": object()})
    with pytest.raises(EncodeError, match="@message_type"):
        await presence.update(one.mailbox, "t", "ann", {"x": object()})
    assert list(presence.list("t")) == ["ann"]
    await presence.stop()


async def test_meta_is_a_copy() -> None:
    presence, one = Presence(LocalPubSub()), Listener()
    meta = {"tags": ["a"]}
    await presence.track(one.mailbox, "t", "ann", meta)
    meta["tags"].append("b")
    assert presence.get("t", "ann")[0]["tags"] == ["a"]
    seen: list[dict[str, Any]] = []
    await presence.update(one.mailbox, "t", "ann", lambda old: seen.append(old) or old)  # type: ignore[func-returns-value]
    assert seen == [{"tags": ["a"]}]
    await presence.stop()


async def test_a_view_that_has_ended_tracks_nothing() -> None:
    presence, one = Presence(LocalPubSub()), Listener()
    await presence.track(one.mailbox, "t", "ann")
    await one.mailbox.end("a test")
    await presence.track(one.mailbox, "t", "ann")
    await presence.update(one.mailbox, "t", "ann", {})
    assert presence.topics() == {}
    await presence.stop()
    two = Listener()
    await two.mailbox.end("a test")
    await presence.track(two.mailbox, "t", "ann")
    assert presence.topics() == {}
    await presence.stop()


async def test_two_on_one_pubsub_agree_unless_their_names_differ() -> None:
    pubsub = LocalPubSub()
    a, b, other = Presence(pubsub), Presence(pubsub), Presence(pubsub, name="other")
    one, listener = Listener(), Listener()
    await pubsub.subscribe("t", listener.mailbox)
    await a.track(one.mailbox, "t", "ann", {"mood": "calm"})
    await b.start()
    await other.start()
    await listener.until(lambda: b.list("t"))
    assert a.list("t") == b.list("t")
    await a.stop()
    await listener.until(lambda: not b.list("t"))
    assert other.topics() == {}
    await b.stop()
    await other.stop()
    assert pubsub.topics() == {"t": 1}


async def test_started_twice_at_the_same_time_is_started_once() -> None:
    pubsub = LocalPubSub()
    presence, one = Presence(pubsub), Listener()
    await asyncio.gather(*(presence.track(one.mailbox, "t", f"k{number}") for number in range(5)))
    assert len(presence.list("t")) == 5
    assert sorted(pubsub.topics().values()) == [1, 1], "the common topic and that of the node"
    await presence.stop()
    await presence.stop()
    assert pubsub.topics() == {}


async def test_it_starts_and_stops_with_the_server(app: Quart, presence: Presence) -> None:
    live: QuartLive = app.extensions["quart_live"]
    async with app.test_app():
        pass  # Quart's own lifespan does not pass through us
    assert not presence.started
    events = iter(["startup", "shutdown"])
    seen: list[bool] = []

    async def receive() -> dict[str, str]:
        seen.append(presence.started)
        return {"type": f"lifespan.{next(events)}"}

    async def send(event: Any) -> None:
        pass

    await app.asgi_app({"type": "lifespan", "asgi": {}, "state": {}}, receive, send)  # type: ignore[arg-type]
    assert seen == [False, True]
    assert not presence.started
    assert live.pubsub.topics() == {}
