"""The browser's side of diffs, in Python: a tree that diffs are merged into, and its HTML.

Written from the wire format (``assets/js/phoenix_live_view/rendered.js`` is the client's own version) and
on purpose without sharing code with the engine's differ, so that no mistake can hide in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .streamed import Streamed

_CID = re.compile(r' data-phx-component="(\d+)"')
_OPENING = re.compile(r"\s*(?:<!--.*?-->\s*)*<[^\s/>]+", re.DOTALL)


class Tree:
    """The client's copy of one view's tree.

    Args:
        rendered: the ``rendered`` of the join reply.

    Attributes:
        events: all events that the server has pushed.
        title: the last page title.
        reply: the handler's reply in the last diff, if there was one.
    """

    def __init__(self, rendered: dict[str, Any]) -> None:
        self.events: list[tuple[str, Any]] = []
        self.title: str | None = None
        self.reply: Any = None
        self._root: dict[str, Any] = {}
        self._streams: dict[str, Streamed] = {}
        self._components: dict[int, dict[str, Any]] = {}
        self.merge(rendered, join=True)

    def merge(self, diff: dict[str, Any], *, join: bool = False) -> None:
        """Merge a diff, and take its events, title and reply.

        Raises:
            NotImplementedError: if a component shares its statics with another one.
        """
        parts = dict(diff)
        self.events += [(event[0], event[1]) for event in parts.pop("e", [])]
        self.title = parts.pop("t", self.title)
        self.reply = parts.pop("r", None)
        parts = _inlined(parts, parts.pop("p", {}))
        components = parts.pop("c", {})
        if "s" in parts:
            self._components = {}  # as the client does: its whole tree is replaced
        self._root = parts if join else _merged(self._root, parts)
        for key, change in components.items():
            if isinstance(change.get("s"), int):
                raise NotImplementedError("a tree in a test cannot merge statics that components share")
            self._components[int(key)] = _merged(self._components.get(int(key)), change)
        streams = self._take_streams(self._root)
        for component in self._components.values():
            streams.update(self._take_streams(component))
        self._streams = streams

    def html(self) -> str:
        """Return the HTML that the browser shows in the view's element.

        The element of a component has ``data-phx-component`` with its cid, as in the browser.

        Raises:
            LookupError: if a component was never sent.
            TypeError: if something in the tree is neither text nor a part.
            ValueError: if a component is not one element, or not marked as such.
        """
        return self._html(self._root)

    def component_html(self, cid: int) -> str:
        """Return the HTML of one component, as `html`."""
        return self._html(cid)

    def components(self) -> set[int]:
        """Return the cids of the components that the browser keeps, in the page or not."""
        return set(self._components)

    def shown_components(self) -> set[int]:
        """Return the cids of the components in the page."""
        return {int(cid) for cid in _CID.findall(self.html())} if self._components else set()

    def prune(self, cids: Iterable[int]) -> None:
        """Forget components that are gone, as the server has confirmed."""
        for cid in cids:
            self._components.pop(cid, None)

    def _html(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if type(value) is int:
            return self._component(value)
        if not isinstance(value, dict):
            raise TypeError(f"{value!r} is not allowed in a tree: send text as a string")
        statics: list[str] = value["s"]
        if "stream" in value:
            items = value["stream"].items.values()
            return "".join(self._filled(item_statics, row) for item_statics, row in items)
        if "k" in value:
            entries = value["k"]
            return "".join(self._filled(statics, entries[str(index)]) for index in range(entries["kc"]))
        return self._filled(statics, value)

    def _filled(self, statics: list[str], dynamics: dict[str, Any]) -> str:
        parts = [statics[0]]
        for index, static in enumerate(statics[1:]):
            parts += (self._html(dynamics[str(index)]), static)
        return "".join(parts)

    def _component(self, cid: int) -> str:
        component = self._components.get(cid)
        if component is None:
            raise LookupError(f"the page has the component {cid}, but nothing was sent for it")
        if component.get("r") != 1:
            raise ValueError(f"the component {cid} was sent without r: 1, so it gets no data-phx-component")
        html = self._html(component)
        opening = _OPENING.match(html)
        if opening is None:
            raise ValueError(f"the component {cid} does not begin with an element: {html!r}")
        end = opening.end()
        return f'{html[:end]} data-phx-component="{cid}"{html[end:]}'

    def _take_streams(self, value: Any) -> dict[str, Streamed]:
        """Move the items of streams out of the tree; return the streams that are still in the page."""
        found: dict[str, Streamed] = {}
        if not isinstance(value, dict):
            return found
        changes = value.get("stream")
        if isinstance(changes, list):
            streamed = value["stream"] = self._streams.get(changes[0]) or Streamed(changes[0])
            entries, value["k"] = value["k"], {"kc": 0}
            rows = [entries[str(index)] for index in range(entries["kc"])]
            streamed.apply(changes, value["s"], rows)
        if isinstance(value.get("stream"), Streamed):
            streamed = value["stream"]
            found[streamed.ref] = streamed
            for _, row in streamed.items.values():
                found.update(self._take_streams(row))
        for part in value.values():
            found.update(self._take_streams(part))
        return found


def _inlined(value: Any, shared: dict[str, list[str]]) -> Any:
    """Return a message with the statics that it shares in ``p`` at their places."""
    if not isinstance(value, dict):
        return (
            [value[0], _inlined(value[1], shared)] if isinstance(value, list) and _is_move(value) else value
        )
    result = {}
    for key, part in value.items():
        if key == "s" and isinstance(part, int):
            result[key] = shared[str(part)]
        elif key in ("s", "stream"):
            result[key] = part
        else:
            result[key] = _inlined(part, shared)
    return result


def _is_move(value: list[Any]) -> bool:
    return len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], dict)


def _merged(old: Any, new: Any) -> Any:
    if not isinstance(new, dict) or "s" in new or not isinstance(old, dict):
        return new
    result = dict(old)
    for key, value in new.items():
        if key == "k":
            result["k"] = _merged_entries(old.get("k", {}), value)
        else:
            result[key] = _merged(old.get(key), value)
    return result


def _merged_entries(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a loop; indexes in moves count the positions before this message."""
    result: dict[str, Any] = {"kc": new["kc"]}
    for index in (str(number) for number in range(new["kc"])):
        change = new.get(index)
        if change is None:
            result[index] = old[index]
        elif isinstance(change, int):
            result[index] = old[str(change)]
        elif isinstance(change, list):
            result[index] = _merged(old[str(change[0])], change[1])
        else:
            result[index] = _merged(old.get(index), change)
    return result
