"""The protocol by which processes agree on the presences. Pure: messages in and out, no clock, no network.

For each process (a *node*, by a random id that is new at each start) there is a *replica*: its entries, and
a number that grows with every change, its *clock*. Only the node itself changes its replica, so two replicas
of one node never conflict: the one with the greater clock is right. That makes the whole a join-semilattice,
and all that is left to do is to spread the greatest clock of each:

* a `Delta` takes a replica from one clock to a later one; a node that is not at the first ignores it;
* a `Heartbeat` tells the clock; a node that is behind sends a `Pull` to the sender and gets its `State`;
* a node that has just started, or may have missed something, sends a heartbeat that asks for answers;
* a `Bye` ends a node for good.

The next heartbeat makes up for a lost message; a doubled or late one has a clock that is known already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..pubsub import message_type
from .entries import PREVIOUS_REF, REF, Changes, Entry, Meta, ref

UNKNOWN = -1
DEPARTED_KEPT = 1000


@message_type("~presence.heartbeat")
@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life of ``node``, which is at ``clock``. With ``ask`` everybody answers with a heartbeat."""

    node: str
    clock: int
    ask: bool = False


@message_type("~presence.delta")
@dataclass(frozen=True, slots=True)
class Delta:
    """A change of ``node``'s entries, from clock ``base`` to ``clock``."""

    node: str
    base: int
    clock: int
    joins: list[Any]
    leaves: list[int]


@message_type("~presence.pull")
@dataclass(frozen=True, slots=True)
class Pull:
    """A request of ``node`` for the receiver's state."""

    node: str


@message_type("~presence.state")
@dataclass(frozen=True, slots=True)
class State:
    """All entries of ``node`` at ``clock``."""

    node: str
    clock: int
    entries: list[Any]


@message_type("~presence.bye")
@dataclass(frozen=True, slots=True)
class Bye:
    """The end of ``node``."""

    node: str


Message: TypeAlias = Heartbeat | Delta | Pull | State | Bye
Outgoing: TypeAlias = tuple[str | None, Message]
"""The node that a message is for, ``None`` for all, and the message."""


@dataclass(slots=True)
class Replica:
    """The known entries of a node.

    Attributes:
        clock: the clock of the node at which they were known.
        entries: the entries by number.
        silent: the ticks since the node was last heard of.
        asked: whether its state has been asked for since its last heartbeat.
    """

    clock: int = UNKNOWN
    entries: dict[int, Entry] = field(default_factory=dict)
    silent: int = 0
    asked: bool = False


class Replication:
    """One node's view of the entries of all nodes.

    Args:
        node: the node's id, never used before.
        down_after: the ticks of silence after which another node is taken for dead.
    """

    def __init__(self, node: str, down_after: int) -> None:
        self.node = node
        self.own = Replica(clock=0)
        self.others: dict[str, Replica] = {}
        self._down_after = down_after
        self._departed: dict[str, None] = {}
        self._next_number = 1
        self._sent = 0
        self._joins: dict[int, Entry] = {}
        self._leaves: list[int] = []

    # -- changes of this node ------------------------------------------------------------------------------

    def join(self, topic: str, key: str, meta: Meta, instead_of: Entry | None = None) -> Entry:
        """Add an entry of our own, perhaps in place of another."""
        number, self._next_number = self._next_number, self._next_number + 1
        extra = {REF: ref(self.node, number)}
        if instead_of is not None:
            self.leave(instead_of)
            extra[PREVIOUS_REF] = instead_of.meta[REF]
        entry = Entry(self.node, number, topic, key, {**meta, **extra})
        self.own.entries[number] = self._joins[number] = entry
        self.own.clock += 1
        return entry

    def leave(self, entry: Entry) -> None:
        """Remove an entry of our own."""
        del self.own.entries[entry.number]
        self.own.clock += 1
        if self._joins.pop(entry.number, None) is None:  # else no node knows it yet
            self._leaves.append(entry.number)

    def news(self) -> list[Outgoing]:
        """Return the delta of the changes since the last call, if there are any."""
        if self._sent == self.own.clock:
            return []
        delta = Delta(
            self.node, self._sent, self.own.clock, [e.wire() for e in self._joins.values()], self._leaves
        )
        self._sent, self._joins, self._leaves = self.own.clock, {}, []
        return [(None, delta)]

    # -- messages to others ---

    def heartbeat(self, to: str | None = None, *, ask: bool = False) -> list[Outgoing]:
        """Return our clock for others, with the news first, so that nobody sees a gap where there is none."""
        return [*self.news(), (to, Heartbeat(self.node, self.own.clock, ask))]

    def bye(self) -> list[Outgoing]:
        """Return the message that ends this node."""
        return [(None, Bye(self.node))]

    # -- messages from others ------------------------------------------------------------------------------

    def tick(self) -> Changes:
        """Count a tick, and forget the nodes that have been silent for too long."""
        changes = Changes([], [])
        for node, replica in tuple(self.others.items()):
            replica.silent += 1
            if replica.silent > self._down_after:
                changes.left += self.others.pop(node).entries.values()
        return changes

    def receive(self, message: Message) -> tuple[Changes, list[Outgoing]]:
        """Apply a message; return the changes, and the messages to send.

        Raises:
            ValueError: if an entry in it is malformed.
            TypeError: if a field is of another type.
        """
        none = Changes([], [])
        if message.node == self.node or message.node in self._departed:
            return none, []
        match message:
            case Pull():
                state = State(self.node, self.own.clock, [e.wire() for e in self.own.entries.values()])
                return none, [*self.news(), (message.node, state)]
            case Bye():
                return self._depart(message.node), []
        replica = self.others.setdefault(message.node, Replica())
        replica.silent = 0
        match message:
            case Heartbeat():
                replica.asked = False
                pull = self._pull(message.node) if message.clock > replica.clock else []
                return none, pull + (self.heartbeat(message.node) if message.ask else [])
            case Delta() if message.base == replica.clock:
                return self._apply(replica, message), []
            case Delta() if message.clock > replica.clock:
                return none, self._pull(message.node)
            case State() if message.clock > replica.clock:
                return self._replace(replica, message), []
        return none, []

    def _pull(self, node: str) -> list[Outgoing]:
        replica = self.others[node]
        if replica.asked:
            return []
        replica.asked = True
        return [(node, Pull(self.node))]

    def _apply(self, replica: Replica, delta: Delta) -> Changes:
        joined = [Entry.from_wire(delta.node, each) for each in delta.joins]
        left = [replica.entries.pop(number) for number in delta.leaves if number in replica.entries]
        replica.entries.update((entry.number, entry) for entry in joined)
        replica.clock = delta.clock
        return Changes(joined, left)

    def _replace(self, replica: Replica, state: State) -> Changes:
        before = replica.entries
        now = [Entry.from_wire(state.node, each) for each in state.entries]
        replica.entries = {entry.number: entry for entry in now}
        replica.clock, replica.asked = state.clock, False
        return Changes(
            [entry for entry in now if entry.number not in before],
            [entry for entry in before.values() if entry.number not in replica.entries],
        )

    def _depart(self, node: str) -> Changes:
        self._departed[node] = None
        if len(self._departed) > DEPARTED_KEPT:
            del self._departed[next(iter(self._departed))]
        gone = self.others.pop(node, None)
        return Changes([], list(gone.entries.values()) if gone is not None else [])
