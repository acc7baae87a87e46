"""Entries of presence, and the lists and diffs that views get of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

Meta: TypeAlias = dict[str, Any]
Presences: TypeAlias = dict[str, dict[str, Any]]
"""By key: ``{"metas": […]}``, and the values added by ``fetch``. Shared by all callers: treat as frozen."""

METAS = "metas"
NOTHING: Mapping[str, Any] = MappingProxyType({})

REF = "phx_ref"
PREVIOUS_REF = "phx_ref_prev"


@dataclass(frozen=True, slots=True)
class Entry:
    """The presence of one view under one key. It never changes; an update is another entry.

    Attributes:
        node: the process that it belongs to.
        number: its number among the entries of that process.
        topic: the topic on which the key is present.
        key: the key, which identifies the person.
        meta: the data of the view about itself, with ``phx_ref``.
    """

    node: str
    number: int
    topic: str
    key: str
    meta: Meta

    def wire(self) -> list[Any]:
        """Return its form on the wire, without the node."""
        return [self.number, self.topic, self.key, self.meta]

    @classmethod
    def from_wire(cls, node: str, parts: list[Any]) -> Entry:
        """Make an entry from its form on the wire.

        Raises:
            ValueError: if it is no entry.
        """
        match parts:
            case [int(number), str(topic), str(key), dict(meta)]:
                return cls(node, number, topic, key, meta)
        raise ValueError("not an entry of presence")


def ref(node: str, number: int) -> str:
    """Return the reference that identifies an entry for good."""
    return f"{number}.{node}"


@dataclass(frozen=True, slots=True)
class PresenceDiff:
    """The change of a topic; arrives in `handle_info`.

    Attributes:
        topic: the topic.
        joins: the new metas by key.
        leaves: the metas that are gone, by key. A key in ``leaves`` may still have others.
    """

    topic: str
    joins: Presences
    leaves: Presences

    def apply_to(self, presences: Mapping[str, Mapping[str, Any]]) -> Presences:
        """Return ``presences`` with this change, for views with a list of their own. Twice is as once."""
        result = {key: {**entry, METAS: list(entry[METAS])} for key, entry in presences.items()}
        for changes, adds in ((self.leaves, False), (self.joins, True)):
            for key, entry in changes.items():
                before = result.get(key, {METAS: []})
                gone = {meta[REF] for meta in entry[METAS]}
                metas = [meta for meta in before[METAS] if meta[REF] not in gone]
                if adds:
                    metas = metas + entry[METAS]
                    before = {
                        **before,
                        **entry,
                    }  # a join has the newest values
                result[key] = {**before, METAS: metas}
                if not result[key][METAS]:
                    del result[key]
        return result


@dataclass(slots=True)
class Changes:
    """Entries that have joined and left, in no particular order."""

    joined: list[Entry]
    left: list[Entry]

    def by_topic(self) -> dict[str, tuple[list[Entry], list[Entry]]]:
        """Return the entries that have joined and left, by topic."""
        topics: dict[str, tuple[list[Entry], list[Entry]]] = {}
        for which, entries in enumerate((self.joined, self.left)):
            for entry in entries:
                topics.setdefault(entry.topic, ([], []))[which].append(entry)
        return topics


def by_key(entries: Iterable[Entry], extras: Mapping[str, Mapping[str, Any]] = NOTHING) -> Presences:
    """Return entries as views see them, in the same order in all processes: by key, then by age.

    Args:
        entries: the entries.
        extras: the values that ``fetch`` has added, by key.
    """
    result: Presences = {}
    for entry in sorted(entries, key=lambda each: (each.key, each.number, each.node)):
        if entry.key not in result:
            result[entry.key] = {**extras.get(entry.key, NOTHING), METAS: []}
        result[entry.key][METAS].append(entry.meta)
    return result


class Index:
    """All entries of all processes, by topic, and the fetched values of their keys."""

    def __init__(self) -> None:
        self._topics: dict[str, dict[str, Entry]] = {}
        self._lists: dict[str, Presences] = {}
        self._extras: dict[str, dict[str, Mapping[str, Any]]] = {}

    def change(
        self, changes: Changes, fetched: Mapping[str, Mapping[str, Mapping[str, Any]]] = NOTHING
    ) -> list[PresenceDiff]:
        """Apply changes.

        Args:
            changes: the changes.
            fetched: the fetched values of the keys that join, by topic.

        Returns:
            One diff for each topic concerned.
        """
        diffs = []
        for topic, (joined, left) in changes.by_topic().items():
            extras = self._extras.get(topic, {})
            leaves = by_key(left, extras)
            if found := fetched.get(topic):
                extras = self._extras.setdefault(topic, {})
                extras.update(found)
            diffs.append(PresenceDiff(topic, by_key(joined, extras), leaves))
        self._move(changes)
        for diff in diffs:
            self._forget_extras(diff)
        return diffs

    def _forget_extras(self, diff: PresenceDiff) -> None:
        extras = self._extras.get(diff.topic)
        if not extras or not diff.leaves:
            return
        present = {entry.key for entry in self._topics.get(diff.topic, {}).values()}
        for key in diff.leaves.keys() - present:
            extras.pop(key, None)
        if not extras:
            del self._extras[diff.topic]

    def _move(self, changes: Changes) -> None:
        for entry in changes.left:
            entries = self._topics.get(entry.topic, {})
            entries.pop(ref(entry.node, entry.number), None)
            if not entries:
                self._topics.pop(entry.topic, None)
            self._lists.pop(entry.topic, None)
        for entry in changes.joined:
            self._topics.setdefault(entry.topic, {})[ref(entry.node, entry.number)] = entry
            self._lists.pop(entry.topic, None)

    def list(self, topic: str) -> Presences:
        """Return the presences on ``topic``; the same object until they change."""
        if topic not in self._topics:
            return {}
        if topic not in self._lists:
            self._lists[topic] = by_key(self._topics[topic].values(), self._extras.get(topic, NOTHING))
        return self._lists[topic]

    def fetched(self) -> dict[str, int]:
        """Return the number of keys with fetched values, by topic."""
        return {topic: len(extras) for topic, extras in self._extras.items()}

    def topics(self) -> dict[str, int]:
        """Return the number of entries by topic."""
        return {topic: len(entries) for topic, entries in self._topics.items()}
