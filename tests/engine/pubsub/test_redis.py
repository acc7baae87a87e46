"""PubSub between processes, with a real Redis: order, delivery, lost links, foreign bytes, nothing left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from support.listener import Listener, until
from support.redis_server import RedisServer, redis_server, running_redis

from quart_live import LiveViewError, RedisPubSub, message_type
from quart_live.pubsub import EncodeError, LinkEvent
from quart_live.pubsub.link import Link

__all__ = ["redis_server", "running_redis"]

Node = Callable[..., RedisPubSub]


@message_type("test.said")
@dataclass(frozen=True)
class Said:
    who: str
    text: str


@pytest.fixture
async def node(redis_server: RedisServer) -> AsyncIterator[Node]:
    """Makes nodes, each as a process would have one. Afterwards none of their tasks is left."""
    before = asyncio.all_tasks()
    nodes: list[RedisPubSub] = []

    def make(**options: Any) -> RedisPubSub:
        given: dict[str, Any] = {"timeout": 5.0, "retry": (0.01, 0.05), **options}
        nodes.append(RedisPubSub(redis_server.url, **given))
        return nodes[-1]

    yield make
    for each in nodes:
        await each.close()
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"
    if redis_server.running:
        await until(lambda: redis_server.channels() == [])


class Here:
    """The sender of a broadcast."""

    def __init__(self, listener: Listener) -> None:
        self.mailbox = listener.mailbox


async def listen(pubsub: RedisPubSub, *topics: str) -> Listener:
    listener = Listener()
    for topic in topics:
        await pubsub.subscribe(topic, listener.mailbox)
    return listener


# -- delivery ---


async def test_all_nodes_get_it_and_the_own_node_gets_the_object_itself(node: Node) -> None:
    a, b = node(), node()
    here, there, elsewhere = await listen(a, "t"), await listen(b, "t"), await listen(b, "u")
    message = Said("Ann", "Hello")
    await a.broadcast("t", message)
    await there.until(lambda: there.got)
    await here.until(lambda: here.got)
    assert there.got == [Said("Ann", "Hello")]
    assert there.got[0] is not message
    assert here.got[0] is message
    assert elsewhere.got == []


async def test_all_but_the_sender(node: Node) -> None:
    a, b = node(), node()
    sender, beside, there = await listen(a, "t"), await listen(a, "t"), await listen(b, "t")
    await a.broadcast_from(Here(sender), "t", 1)
    await a.broadcast("t", 2)
    await asyncio.gather(sender.until(lambda: 2 in sender.got), there.until(lambda: 2 in there.got))
    assert (sender.got, beside.got, there.got) == ([2], [1, 2], [1, 2])


async def test_broadcast_here_stays_here(node: Node) -> None:
    a, b = node(), node()
    here, there = await listen(a, "t"), await listen(b, "t")
    a.broadcast_here("t", object())
    await a.broadcast("t", "end")
    await there.until(lambda: "end" in there.got)
    await here.until(lambda: "end" in here.got)
    assert there.got == ["end"]
    assert len(here.got) == 2


async def test_one_order_for_everybody(node: Node) -> None:
    """Two nodes talk at the same time; all hear them in the same order, and each sender in its own."""
    nodes = [node(), node(), node()]
    listeners = [await listen(each, "t") for each in nodes for _ in range(2)]

    async def talk(which: int) -> None:
        for number in range(100):
            await nodes[which].broadcast("t", [which, number])

    await asyncio.gather(*(talk(which) for which in (0, 1, 0, 1, 2)))
    for listener in listeners:
        await listener.until(lambda listener=listener: len(listener.got) == 500)  # type: ignore[misc]
    assert all(listener.got == listeners[0].got for listener in listeners)
    assert [number for who, number in listeners[0].got if who == 2] == list(range(100))
    assert listeners[0].got != sorted(listeners[0].got), "nothing was interleaved: this proves no order"


async def test_what_is_sent_in_one_go_keeps_its_order(node: Node) -> None:
    a, b = node(), node()
    there = await listen(b, "t")
    await a.start()
    await asyncio.gather(*(a.broadcast("t", number) for number in range(1000)))
    await there.until(lambda: len(there.got) == 1000)
    assert there.got == list(range(1000))


async def test_prefixes_keep_apps_apart(node: Node) -> None:
    a, b = node(prefix="a:"), node(prefix="b:")
    here, there = await listen(a, "t"), await listen(b, "t")
    await a.broadcast("t", 1)
    await b.broadcast("t", 2)
    await here.until(lambda: here.got)
    await there.until(lambda: there.got)
    assert (here.got, there.got) == ([1], [2])


async def test_a_topic_is_subscribed_once_and_given_up_with_the_last(
    node: Node, redis_server: RedisServer
) -> None:
    a = node()
    one, two = await listen(a, "t"), await listen(a, "t")
    await a.subscribe("t", one.mailbox)

    assert redis_server.subscribers("quart_live:t") == 1
    await a.unsubscribe("t", one.mailbox)
    await a.unsubscribe("t", one.mailbox)
    await a.broadcast("t", 1)
    await two.until(lambda: two.got)
    assert one.got == []
    await a.unsubscribe_all(two.mailbox)
    await until(lambda: redis_server.subscribers("quart_live:t") == 0)
    assert a.topics() == {}
    assert a.under_way == 0
    assert a.mailboxes() == ()


async def test_what_is_under_way_to_nobody_is_forgotten(node: Node, redis_server: RedisServer) -> None:
    a = node()
    listener = await listen(a, "t")
    redis_server.freeze()
    sending = asyncio.ensure_future(a.broadcast("t", 1))
    await until(lambda: a.under_way)
    await a.unsubscribe_all(listener.mailbox)
    assert a.under_way == 0
    redis_server.thaw()
    await sending


async def test_given_up_and_wanted_again_at_once(node: Node) -> None:
    a, b = node(), node()
    listener = await listen(a, "t")
    for _ in range(20):
        await a.unsubscribe("t", listener.mailbox)
        await a.subscribe("t", listener.mailbox)
        await b.broadcast("t", "x")
    await listener.until(lambda: len(listener.got) == 20)


async def test_a_slow_subscriber_delays_nobody(node: Node) -> None:
    class Stuck(Listener):
        def handle_now(self, item: object) -> Any:
            return self.handle(item)

        async def handle(self, item: object) -> None:
            await asyncio.Event().wait()

    a = node()
    stuck, quick = Stuck(limit=5), await listen(a, "t")
    await a.subscribe("t", stuck.mailbox)
    for number in range(50):
        await a.broadcast("t", number)
    await quick.until(lambda: len(quick.got) == 50)
    assert len(stuck.mailbox) <= 5, "the mailbox is bounded"
    stuck.mailbox.close()
    stuck.mailbox.cancel()


async def test_what_cannot_travel_is_told_to_the_sender(node: Node) -> None:
    a = node()
    listener = await listen(a, "t")
    with pytest.raises(EncodeError, match="@message_type"):
        await a.broadcast("t", object())
    await a.broadcast("t", 1)
    await listener.until(lambda: listener.got)
    assert listener.got == [1]


# -- foreign bytes ---


@pytest.mark.parametrize("payload", ["x", "a:b:c", "a:1:{", "a:1:cos", "a:99999999999999999999:1"])
async def test_foreign_bytes_are_ignored(
    node: Node, redis_server: RedisServer, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    a = node()
    listener = await listen(a, "t")
    redis_server.ask("PUBLISH", "quart_live:t", payload)
    await a.broadcast("t", "mine")
    await listener.until(lambda: listener.got)
    assert listener.got == ["mine"]
    assert "Ignored a message on t" in caplog.text


async def test_only_who_knows_the_secret_is_heard(
    node: Node, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    a, b = node(secret="s"), node(secret=b"s")
    foreign, unsigned = node(secret="other"), node()
    listener = await listen(a, "t")
    await foreign.broadcast("t", 1)
    await unsigned.broadcast("t", 2)
    await b.broadcast("t", 3)
    await listener.until(lambda: listener.got)
    assert listener.got == [3]
    assert caplog.text.count("signature is wrong") == 2


# -- lost links ---


async def test_redis_is_not_there_yet(redis_server: RedisServer, node: Node) -> None:
    redis_server.kill()
    a, b = node(), node()
    here, there = await listen(a, "t"), await listen(b, "t")
    await a.broadcast("t", 1)
    await here.until(lambda: here.got)
    redis_server.start()
    await here.until(lambda: here.resyncs)
    await there.until(lambda: there.resyncs)
    await b.broadcast("t", 2)
    await here.until(lambda: 2 in here.got)
    await there.until(lambda: there.got)
    assert (here.got, there.got) == ([1, 2], [2])


async def test_link_lost_and_back(
    redis_server: RedisServer, node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    a, b = node(), node()
    events: list[LinkEvent] = []
    a.on_link(events.append)
    here, there, idle = await listen(a, "t", "u"), await listen(b, "t"), Listener()
    redis_server.kill()
    await until(lambda: not a.connected and not b.connected)
    await a.broadcast("t", "meanwhile")
    await here.until(lambda: here.got)
    assert there.got == []
    await until(lambda: events[-1].kind == "failed")
    redis_server.start()
    await here.until(lambda: here.resyncs)
    await there.until(lambda: there.resyncs)
    assert here.resyncs == [{"t", "u"}], "one message for all topics"
    await b.broadcast("t", "again")
    await here.until(lambda: "again" in here.got)
    await there.until(lambda: "again" in there.got)
    assert (here.got, there.got) == (["meanwhile", "again"], ["again"])
    assert idle.resyncs == []
    assert [event.kind for event in events][:2] == ["up", "lost"]
    assert events[-1].kind == "up"
    assert events[-1].attempts > 1
    assert isinstance(events[1].error, Exception)
    assert "Lost the link to Redis" in caplog.text
    assert "The link to Redis is up; 2 channels, 2 with gaps" in caplog.text


async def test_only_one_link_lost_the_others_are_told(redis_server: RedisServer, node: Node) -> None:
    """The link of ``a`` alone is cut. ``b`` has noticed nothing, but has missed what ``a`` said meanwhile."""
    a, b = node(), node()
    here, there = await listen(a, "t"), await listen(b, "t")
    lost = asyncio.Event()
    sending: list[asyncio.Future[None]] = []

    @a.on_link
    def meanwhile(event: LinkEvent) -> None:
        if event.kind == "lost":
            sending.append(asyncio.ensure_future(a.broadcast("t", "meanwhile")))
            lost.set()

    redis_server.cut_oldest()
    await lost.wait()
    await here.until(lambda: here.resyncs)
    await there.until(lambda: there.resyncs)
    assert here.got == ["meanwhile"]
    assert there.resyncs == [{"t"}]
    assert there.got == []


async def test_what_is_under_way_when_the_link_is_lost_is_delivered_here_once(
    redis_server: RedisServer, node: Node
) -> None:
    a = node(timeout=0.3, ping=3600)
    here = await listen(a, "t")
    await a.broadcast("t", "before")
    await here.until(lambda: here.got)
    redis_server.freeze()
    await asyncio.gather(*(a.broadcast("t", number) for number in range(5)))  # no answer, then given up
    assert not a.connected
    await here.until(lambda: len(here.got) == 6)
    redis_server.thaw()
    await here.until(lambda: here.resyncs)
    await a.broadcast("t", "after")
    await here.until(lambda: "after" in here.got)
    assert here.got == ["before", 0, 1, 2, 3, 4, "after"]


async def test_a_silent_link_is_found_out(redis_server: RedisServer, node: Node) -> None:
    a = node(timeout=0.2, ping=0.05)
    await listen(a, "t")
    redis_server.freeze()
    await until(lambda: not a.connected)
    redis_server.thaw()
    await until(lambda: a.connected)


async def test_a_quiet_link_stays_up(redis_server: RedisServer, node: Node) -> None:
    a = node(ping=0.01, timeout=0.5)
    events: list[LinkEvent] = []
    a.on_link(events.append)
    listener = await listen(a, "t")

    def pings() -> int:
        calls = redis_server.ask("INFO", "commandstats").partition(b"cmdstat_ping:calls=")[2]
        return int(calls.partition(b",")[0])

    before = pings()
    await until(lambda: pings() > before + 1)  # the second comes only if the first was answered
    await a.unsubscribe("t", listener.mailbox)  # without subscriptions a ping is answered differently
    before = pings()
    await until(lambda: pings() > before + 1)
    assert [event.kind for event in events] == ["up"]


async def test_a_failing_hook_harms_nobody(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    a = node()

    @a.on_link
    def hook(event: LinkEvent) -> None:
        raise RuntimeError("in the hook")

    listener = await listen(a, "t")
    await a.broadcast("t", 1)
    await listener.until(lambda: listener.got)
    assert "A hook of on_link failed" in caplog.text


async def test_closed_and_used_again(node: Node) -> None:
    a = node()
    first = await listen(a, "t")
    await a.unsubscribe_all(first.mailbox)
    await a.close()
    await a.close()
    assert not a.connected
    second = await listen(a, "t")
    await a.broadcast("t", 1)
    await second.until(lambda: second.got)


async def test_many_topics_survive_a_restart(redis_server: RedisServer, node: Node) -> None:
    a, b = node(), node()
    topics = [f"t{number}" for number in range(1200)]
    listener = Listener()
    await asyncio.gather(*(a.subscribe(topic, listener.mailbox) for topic in topics))
    redis_server.kill()
    await until(lambda: not a.connected)
    redis_server.start()
    await listener.until(lambda: listener.resyncs)
    assert listener.resyncs == [set(topics)]
    await b.broadcast("t1199", 1)
    await listener.until(lambda: listener.got)


async def test_subscribing_waits_for_redis(redis_server: RedisServer, node: Node) -> None:
    a, b, listener = node(), node(), Listener()
    await asyncio.gather(a.start(), b.start())
    redis_server.freeze()
    subscribing = [asyncio.ensure_future(a.subscribe("t", listener.mailbox)) for _ in range(2)]
    for _ in range(100):
        await asyncio.sleep(0)
    assert not any(each.done() for each in subscribing)
    subscribing[0].cancel()  # one who gives up does not take the other along
    redis_server.thaw()
    await subscribing[1]
    await b.broadcast("t", 1)
    await listener.until(lambda: listener.got)
    assert listener.resyncs == []


class Told:
    """A connection to Redis that answers as told, at once and without ever giving the event loop a turn."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.answer: Callable[[], Any] | None = None
        self.answers: asyncio.Queue[Any] = asyncio.Queue()

    async def connect(self) -> None: ...

    async def disconnect(self, nowait: bool = False) -> None: ...

    async def send_command(self, *command: Any, **options: Any) -> None:
        self.sent.append(command)

    async def read_response(self) -> Any:
        answer = self.answer if self.answer is not None else await self.answers.get()
        return answer() if callable(answer) else answer


class Heard:
    """The user of a link. It writes down what comes."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.events: list[str] = []

    def received(self, channel: str, data: bytes) -> None:
        self.messages.append((channel, data))

    def link_up(self, gaps: Iterable[str]) -> None: ...

    def link_lost(self, unsent: Iterable[str]) -> None: ...

    def link_event(self, event: LinkEvent) -> None:
        self.events.append(event.kind)


@pytest.fixture
async def linked(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Link, Told, Heard]]:
    """A link to no Redis, the connection on which it listens, and who hears what comes."""
    told, heard = Told(), Heard()
    connections = iter([told, Told()])
    monkeypatch.setattr(
        "quart_live.pubsub.link.connection_factory", lambda url, timeout: lambda: next(connections)
    )
    link = Link("redis://nowhere", heard, timeout=5, ping=3600, retry=(0.01, 0.05))
    yield link, told, heard
    await link.close()


async def test_a_flood_does_not_keep_the_event_loop(linked: tuple[Link, Told, Heard]) -> None:
    link, told, heard = linked
    await link.ready()
    told.answer = lambda: [b"message", b"t", b"x:1:1"]
    told.answers.put_nowait([b"message", b"t", b"x:1:0"])  # wakes it up
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(heard.messages) > 1, "the flood has not begun"
    await link.close()


async def test_only_the_answer_to_the_last_command_confirms(linked: tuple[Link, Told, Heard]) -> None:
    link, told, _ = linked
    await link.ready()
    first = asyncio.ensure_future(link.subscribe("t"))
    await asyncio.sleep(0)
    link.unsubscribe("t")
    again = asyncio.ensure_future(link.subscribe("t"))
    await until(lambda: [command for command, *_ in told.sent] == ["SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE"])
    await first  # nobody wanted it any more
    for kind in (b"subscribe", b"unsubscribe"):
        told.answers.put_nowait([kind, b"t", 1])
        await until(told.answers.empty)
        await asyncio.sleep(0)
        assert not link.hears("t")
        assert not again.done()
    told.answers.put_nowait([b"subscribe", b"t", 1])
    await again
    assert link.hears("t")


async def test_given_up_while_the_link_comes_up(linked: tuple[Link, Told, Heard]) -> None:
    link, told, heard = linked

    def confirmed() -> Any:
        link.unsubscribe("t")
        return [b"subscribe", b"t", 1]

    def the_last() -> Any:
        assert not link.up
        assert not link.hears("u"), "what is confirmed on a link that is not up yet does not count"
        return [b"subscribe", b"v", 3]

    for answer in (confirmed, [b"message", b"u", b"early"], [b"subscribe", b"u", 2], the_last):
        told.answers.put_nowait(answer)
    await asyncio.gather(*(link.subscribe(channel) for channel in "tuv"))
    assert heard.events == ["up"]
    assert heard.messages == [("u", b"early")]
    assert [channel for channel in "tuv" if link.hears(channel)] == ["u", "v"]
    await until(lambda: len(told.sent) == 2)
    assert told.sent == [("SUBSCRIBE", "t", "u", "v"), ("UNSUBSCRIBE", "t")]


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "redis.asyncio", None)
    with pytest.raises(LiveViewError, match=r"parley\[redis\]"):
        RedisPubSub("redis://localhost")
