"""Presence converges, whatever happens: nodes come and die, messages are lost, doubled and reordered."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from quart_live.presence.entries import Changes, Entry, Index, Presences
from quart_live.presence.replication import Bye, Delta, Heartbeat, Message, Outgoing, Pull, Replication, State
from quart_live.pubsub.codec import CODEC

TOPICS = st.sampled_from(["room:1", "room:2"])
KEYS = st.sampled_from(["ann", "bob", "cy"])
METAS = st.dictionaries(st.sampled_from(["typing", "at"]), st.booleans(), max_size=2)
DOWN_AFTER = 3


class Node:
    """A process: its replication, the index that its views see, and a list made from the diffs alone."""

    def __init__(self, name: str) -> None:
        self.replication = Replication(name, DOWN_AFTER)
        self.index = Index()
        self.from_diffs: dict[str, Presences] = {}

    def change(self, changes: Changes) -> None:
        for diff in self.index.change(changes):
            self.from_diffs[diff.topic] = diff.apply_to(self.from_diffs.get(diff.topic, {}))
            again = diff.apply_to(self.from_diffs[diff.topic])
            assert normal(again) == normal(self.from_diffs[diff.topic]), "a diff applied twice is no other"


def normal(presences: Presences) -> Any:
    """Presences without the order of metas."""
    return {key: sorted(map(repr, entry["metas"])) for key, entry in presences.items()}


class Network(RuleBasedStateMachine):
    """Nodes, and messages on their way between them; hypothesis decides what happens to each."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, Node] = {}
        self.names = itertools.count(1)
        self.on_the_way: list[tuple[str, bytes]] = []

    # -- helpers ---

    def send(self, sender: str, messages: list[Outgoing]) -> None:
        for to, message in messages:
            for name in self.nodes if to is None else [to]:
                if name != sender:
                    self.on_the_way.append((name, CODEC.encode(message)))

    def deliver(self, number: int, *, keep: bool) -> None:
        name, data = self.on_the_way[number] if keep else self.on_the_way.pop(number)
        node = self.nodes.get(name)
        if node is not None:
            message: Message = CODEC.decode(data)
            before = {name: (replica, replica.clock) for name, replica in node.replication.others.items()}
            changes, answers = node.replication.receive(message)
            for replica, clock in before.values():
                assert replica.clock >= clock, "what was known has been forgotten"
            node.change(changes)
            self.send(name, answers)

    def pick(self, data: st.DataObject) -> tuple[str, Node]:
        name = data.draw(st.sampled_from(sorted(self.nodes)))
        return name, self.nodes[name]

    def pick_entry(self, data: st.DataObject) -> tuple[str, Node, Entry] | None:
        name, node = self.pick(data)
        entries = sorted(node.replication.own.entries.values(), key=lambda entry: entry.number)
        return (name, node, data.draw(st.sampled_from(entries))) if entries else None

    # -- what may happen ---

    @initialize()
    def three_nodes(self) -> None:
        for _ in range(3):
            self.start()
        self.everything_arrives()

    @rule()
    def start(self) -> None:
        if len(self.nodes) < 4:
            name = f"n{next(self.names)}"
            self.nodes[name] = Node(name)
            self.send(name, self.nodes[name].replication.heartbeat(ask=True))

    @rule(data=st.data(), topic=TOPICS, key=KEYS, meta=METAS, tell=st.booleans())
    def join(self, data: st.DataObject, topic: str, key: str, meta: Any, tell: bool) -> None:
        name, node = self.pick(data)
        node.change(Changes([node.replication.join(topic, key, meta)], []))
        self.tell(name, tell)

    @rule(data=st.data(), meta=METAS | st.none(), tell=st.booleans())
    def update_or_leave(self, data: st.DataObject, meta: Any, tell: bool) -> None:
        if (picked := self.pick_entry(data)) is None:
            return
        name, node, old = picked
        if meta is None:
            node.replication.leave(old)
            node.change(Changes([], [old]))
        else:
            node.change(Changes([node.replication.join(old.topic, old.key, meta, old)], [old]))
        self.tell(name, tell)

    def tell(self, name: str, now: bool) -> None:
        news = self.nodes[name].replication.news() if now else []
        self.send(name, news)

    @rule(data=st.data())
    def tick(self, data: st.DataObject) -> None:
        name, node = self.pick(data)
        node.change(node.replication.tick())
        self.send(name, node.replication.heartbeat())

    @precondition(lambda self: len(self.nodes) > 2)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        del self.nodes[self.pick(data)[0]]

    @precondition(lambda self: len(self.nodes) > 2)
    @rule(data=st.data())
    def take_leave(self, data: st.DataObject) -> None:
        name, node = self.pick(data)
        self.send(name, node.replication.bye())
        del self.nodes[name]

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data(), fate=st.sampled_from(["arrives", "arrives", "arrives", "is doubled", "is lost"]))
    def message(self, data: st.DataObject, fate: str) -> None:
        number = data.draw(st.integers(0, len(self.on_the_way) - 1))
        if fate == "is lost":
            self.on_the_way.pop(number)
        else:
            self.deliver(number, keep=fate == "is doubled")

    @precondition(lambda self: self.on_the_way)
    @rule()
    def everything_is_lost(self) -> None:
        self.on_the_way.clear()

    @precondition(lambda self: self.on_the_way)
    @rule()
    def everything_arrives(self) -> None:
        while self.on_the_way:
            self.deliver(0, keep=False)

    # -- what must hold ---

    @invariant()
    def diffs_and_lists_agree(self) -> None:
        for node in self.nodes.values():
            for topic in ("room:1", "room:2"):
                assert normal(node.from_diffs.get(topic, {})) == normal(node.index.list(topic))

    @invariant()
    def own_entries_are_right(self) -> None:
        for name, node in self.nodes.items():
            own = set(node.replication.own.entries)
            shown = {
                int(meta["phx_ref"].split(".")[0])
                for topic in node.index.topics()
                for entry in node.index.list(topic).values()
                for meta in entry["metas"]
                if meta["phx_ref"].endswith(f".{name}")
            }
            assert shown == own

    def teardown(self) -> None:
        """Once messages arrive again, a few ticks make all lists equal, and equal to the truth."""
        self.late = self.on_the_way
        self.on_the_way = []
        self.let_time_pass()
        self.everything_is_as_it_should_be()
        before = [node.index.list(topic) for node in self.nodes.values() for topic in ("room:1", "room:2")]
        self.let_time_pass()
        after = [node.index.list(topic) for node in self.nodes.values() for topic in ("room:1", "room:2")]
        assert all(one is two or one == two == {} for one, two in zip(before, after, strict=True)), "no rest"
        self.on_the_way = self.late  # what comes very late does no lasting harm either
        self.everything_arrives()
        self.let_time_pass()
        self.everything_is_as_it_should_be()

    def let_time_pass(self) -> None:
        for _ in range(DOWN_AFTER + 2):
            for name, node in self.nodes.items():
                node.change(node.replication.tick())
                self.send(name, node.replication.heartbeat())
            self.everything_arrives()

    def everything_is_as_it_should_be(self) -> None:
        for topic in ("room:1", "room:2"):
            truth = sorted(
                (entry.key, repr(entry.meta))
                for node in self.nodes.values()
                for entry in node.replication.own.entries.values()
                if entry.topic == topic
            )
            lists = [node.index.list(topic) for node in self.nodes.values()]
            assert all(each == lists[0] and list(each) == list(lists[0]) for each in lists)
            shown = [(key, repr(meta)) for key, entry in lists[0].items() for meta in entry["metas"]]
            assert sorted(shown) == truth
        for node in self.nodes.values():
            assert node.replication.others.keys() == self.nodes.keys() - {node.replication.node}


TestConvergence = Network.TestCase
TestConvergence.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_news_go_before_a_heartbeat_so_that_nobody_sees_a_gap() -> None:
    a, b = Replication("a", 1), Replication("b", 1)
    b.receive(State("a", 0, []))
    a.join("t", "ann", {})
    answers = [answer for _, message in a.heartbeat() for answer in b.receive(message)[1]]
    assert answers == []
    assert [entry.key for entry in b.others["a"].entries.values()] == ["ann"]


def test_who_has_taken_leave_does_not_come_back_with_a_late_message() -> None:
    a, b = Replication("a", 1), Replication("b", 1)
    a.join("t", "ann", {})
    b.receive(Heartbeat("a", 0))
    [_, (_, state)] = a.receive(Pull("b"))[1]
    assert [entry.key for entry in b.receive(state)[0].joined] == ["ann"]
    assert [entry.key for entry in b.receive(Bye("a"))[0].left] == ["ann"]
    assert b.receive(state)[0].joined == []
    assert b.others == {}


def test_who_came_and_went_between_two_messages_is_not_mentioned() -> None:
    a = Replication("a", 1)
    a.leave(a.join("t", "ann", {}))
    assert a.news() == [(None, Delta("a", 0, 2, [], []))]
    assert a.news() == []
