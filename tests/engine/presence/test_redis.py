"""Presence between processes, with a real Redis: it converges, and survives lost nodes and a lost Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine.presence.presence_app import HEARTBEAT, TOPIC, make_presence_app
from support.clock import LoopClock
from support.listener import Listener, until
from support.redis_server import RedisServer, redis_server, running_redis
from support.server_process import ServerProcess, server_processes
from support.servers import browser

from quart_live import LiveViewTest, Presence, PresenceDiff, RedisPubSub
from quart_live.mailbox.mailbox import Mailbox
from quart_live.pubsub import HasMailbox

__all__ = ["redis_server", "running_redis"]

ROOT = Path(__file__).resolve().parents[3]


class Mortal(RedisPubSub):
    """The PubSub of a process that may die: whatever is still at work in it, nobody hears of it any more."""

    dead = False

    async def subscribe(self, topic: str, mailbox: Mailbox) -> None:
        if not self.dead:
            await super().subscribe(topic, mailbox)

    async def broadcast(self, topic: str, message: object) -> None:
        if not self.dead:
            await super().broadcast(topic, message)

    async def broadcast_from(self, sender: HasMailbox, topic: str, message: object) -> None:
        if not self.dead:
            await super().broadcast_from(sender, topic, message)


class Node:
    """A process with its presence and PubSub."""

    def __init__(self, redis: RedisServer, **options: Any) -> None:
        self.pubsub = Mortal(redis.url, retry=(0.01, 0.05))
        self.presence = Presence(self.pubsub, **{"heartbeat": HEARTBEAT, "down_after": 5} | options)

    async def track(self, key: str, **meta: Any) -> Listener:
        """Somebody comes."""
        who = Listener()
        await self.presence.track(who.mailbox, TOPIC, key, meta)
        return who

    def who(self) -> list[str]:
        """Return the keys that are present."""
        return list(self.presence.list(TOPIC))

    async def die(self) -> None:
        """End like a killed process: at once and without a word."""
        self.pubsub.dead = True
        await self.pubsub.close()


Make = Callable[..., Node]


@pytest.fixture
async def node(redis_server: RedisServer) -> AsyncIterator[Make]:
    """Makes nodes. Afterwards nothing of them is left."""
    before = asyncio.all_tasks()
    nodes: list[Node] = []

    def make(**options: Any) -> Node:
        nodes.append(Node(redis_server, **options))
        return nodes[-1]

    yield make
    for each in nodes:
        await each.presence.stop()
        await each.pubsub.close()
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"
    await until(lambda: redis_server.channels() == [])


def same(*nodes: Node) -> bool:
    """Whether all nodes show the same, order of keys and metas included."""
    shown = [[(key, entry["metas"]) for key, entry in each.presence.list(TOPIC).items()] for each in nodes]
    return all(each == shown[0] for each in shown)


async def test_all_nodes_show_the_same(node: Make) -> None:
    a, b = node(), node()
    ann, _ = await a.track("ann", mood="calm"), await b.track("bob")
    await b.track("ann", mood="glad")
    await until(lambda: same(a, b) and len(b.presence.get(TOPIC, "ann")) == 2)
    await a.presence.update(ann.mailbox, TOPIC, "ann", {"mood": "sad"})
    await until(lambda: same(a, b) and "sad" in str(b.presence.list(TOPIC)))
    await ann.mailbox.end("a test")
    await until(lambda: same(a, b) and "sad" not in str(b.presence.list(TOPIC)))
    assert a.who() == b.who() == ["ann", "bob"]


async def test_diffs_reach_the_views_of_other_nodes(node: Make) -> None:
    a, b = node(), node()
    watcher = Listener()
    await b.presence.start()
    await b.pubsub.subscribe(TOPIC, watcher.mailbox)
    ann = await a.track("ann")
    await watcher.until(lambda: watcher.got)
    await ann.mailbox.end("a test")
    await watcher.until(lambda: len(watcher.got) == 2)
    meta = watcher.got[0].joins["ann"]["metas"]
    assert watcher.got == [
        PresenceDiff(TOPIC, {"ann": {"metas": meta}}, {}),
        PresenceDiff(TOPIC, {}, {"ann": {"metas": meta}}),
    ]


async def test_a_new_node_gets_everything(node: Make) -> None:
    a, b = node(), node()
    for number in range(300):
        await (a, b)[number % 2].track(f"k{number:03}")
    late = node()
    await late.presence.start()
    await until(lambda: len(late.who()) == 300 and same(a, b, late))


async def test_a_node_that_says_good_bye_leaves_at_once(node: Make) -> None:
    """Without a single tick."""
    a, b = node(heartbeat=3600), node(heartbeat=3600)
    await a.track("ann")
    await b.track("bob")
    await until(lambda: a.who() == b.who() == ["ann", "bob"])
    await a.presence.stop()
    await until(lambda: b.who() == ["bob"])


async def test_each_node_looks_up_for_itself(node: Make) -> None:
    """Fetched values do not travel: they may be any object, and each process has its own."""
    asked: list[tuple[str, list[str]]] = []

    def fetch_at(place: str) -> Any:
        async def fetch(topic: str, presences: Any) -> Any:
            asked.append((place, list(presences)))
            return {key: {"user": (place, key, object())} for key in presences}

        return fetch

    a, b = node(fetch=fetch_at("a")), node(fetch=fetch_at("b"))
    watcher = Listener()
    await b.pubsub.subscribe(TOPIC, watcher.mailbox)
    ann = await a.track("ann")
    await b.track("bob")
    await until(lambda: a.who() == b.who() == ["ann", "bob"])
    for each, place in ((a, "a"), (b, "b")):
        users = [entry["user"][:2] for entry in each.presence.list(TOPIC).values()]
        assert users == [(place, "ann"), (place, "bob")]
    await ann.mailbox.end("a test")
    await watcher.until(lambda: any(diff.leaves for diff in watcher.got))
    (leave,) = [diff for diff in watcher.got if diff.leaves]
    assert leave.leaves["ann"]["user"][:2] == ("b", "ann")
    assert sorted(asked) == [("a", ["ann"]), ("a", ["bob"]), ("b", ["ann"]), ("b", ["bob"])]


async def test_a_node_that_dies_is_noticed(node: Make) -> None:
    a, b, c = node(), node(), node()
    watcher = Listener()
    await b.pubsub.subscribe(TOPIC, watcher.mailbox)
    for name, each in (("ann", a), ("bob", b), ("cy", c)):
        await each.track(name)
    await until(lambda: a.who() == b.who() == c.who() == ["ann", "bob", "cy"])
    await a.die()
    await until(lambda: b.who() == c.who() == ["bob", "cy"])
    await watcher.until(lambda: any(diff.leaves for diff in watcher.got))
    assert [list(diff.leaves) for diff in watcher.got if diff.leaves] == [["ann"]]


async def test_a_node_that_was_asleep_wakes_up_and_believes_nobody_dead(node: Make, clock: LoopClock) -> None:
    """Ticks are counted, not seconds: the sleeper's own have stood still as well."""
    a, b = node(), node(heartbeat=3600)
    watcher = Listener()
    await a.track("ann")
    await b.pubsub.subscribe(TOPIC, watcher.mailbox)
    await b.track("bob")
    await until(lambda: a.who() == b.who() == ["ann", "bob"])
    await until(lambda: a.who() == ["ann"])  # b has not ticked: a takes it for dead
    clock.advance(3600)
    await until(lambda: a.who() == ["ann", "bob"])
    assert not [diff for diff in watcher.got if diff.leaves]


async def test_redis_restarts_and_all_converge(node: Make, redis_server: RedisServer) -> None:
    a, b, dead = node(), node(), node()
    ann, _ = await a.track("ann"), await b.track("bob")
    await dead.track("dead")
    await until(lambda: same(a, b, dead) and len(a.who()) == 3)
    redis_server.kill()
    await until(lambda: not a.pubsub.connected and not b.pubsub.connected)
    await ann.mailbox.end("a test")
    await a.track("cy")
    await b.track("dan")
    assert "ann" not in a.who()
    assert "dan" in b.who()
    await dead.die()
    redis_server.start()
    await until(lambda: a.who() == b.who() == ["bob", "cy", "dan"] and same(a, b))


async def test_one_node_cut_off_and_back(node: Make, redis_server: RedisServer) -> None:
    """Long ticks: only the word that messages were missed can bring them together again."""
    a, b = node(heartbeat=3600), node(heartbeat=3600)
    await a.track("ann")
    await b.track("bob")
    await until(lambda: a.who() == b.who() == ["ann", "bob"])
    redis_server.kill()
    await until(lambda: not a.pubsub.connected and not b.pubsub.connected)
    await a.track("cy")
    redis_server.start()
    await until(lambda: b.who() == ["ann", "bob", "cy"])


async def test_foreign_messages_do_no_harm(node: Make, caplog: pytest.LogCaptureFixture) -> None:
    from quart_live.presence.replication import Delta, State

    a, b = node(), node()
    await a.track("ann")
    broken = [State("x", 5, [["bad"]]), Delta("y", -1, 5, 3, []), State([], 1, [])]  # type: ignore[arg-type]
    for message in ("text", {"node": "x"}, *broken):
        await b.pubsub.broadcast("~presence:presence", message)
    await b.track("bob")
    await until(lambda: a.who() == b.who() == ["ann", "bob"])
    assert "Ignored a message about presences" in caplog.text


# -- real processes ---


@pytest.fixture
def process(redis_server: RedisServer) -> Iterator[Callable[[], ServerProcess]]:
    """Starts server processes and ends them."""
    with server_processes(redis_server) as start:
        yield start


async def test_two_real_processes_one_of_them_killed(
    process: Callable[[], ServerProcess], redis_server: RedisServer
) -> None:
    """A third process, this one, watches."""
    app = make_presence_app(RedisPubSub(redis_server.url, retry=(0.01, 0.05)), heartbeat=HEARTBEAT)
    one, two = process(), process()
    await asyncio.gather(one.ready(), two.ready())
    async with (
        LiveViewTest(app, "/?as=cy") as page,
        browser(one, "/?as=ann"),  # type: ignore[arg-type]
        browser(two, "/?as=bob"),  # type: ignore[arg-type]
        browser(two, "/?as=ann"),  # type: ignore[arg-type]
    ):
        await page.until(lambda: "ann calm calm bob calm cy calm" in page.text)
        two.process.kill()
        two.process.wait()
        await page.until(lambda: "ann calm cy calm" in page.text)
        one.process.terminate()
        await page.until(lambda: "ann" not in page.text)
    await page.live.shutdown()
    await until(lambda: redis_server.channels() == [])
