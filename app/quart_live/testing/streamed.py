"""The items of a stream in a browser, which neither the server nor the client's tree keeps.

Written from the client's treatment of the elements of a container with ``phx-update="stream"``
(``assets/js/phoenix_live_view/dom_patch.ts``). Positions count the stream's own items.
"""

from __future__ import annotations

from typing import Any


class Streamed:
    """The items of one stream as they stand in the page, by element id.

    Args:
        ref: the stream's name on the wire.
    """

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.items: dict[str, tuple[list[str], dict[str, Any]]] = {}

    def apply(self, changes: list[Any], statics: list[str], rows: list[dict[str, Any]]) -> None:
        """Apply the changes in a message.

        Args:
            changes: the message's ``stream``: ref, inserts, deletes, and for a reset a fourth value.
            statics: the statics around the dynamics of an item.
            rows: the dynamics of the inserted items.

        Raises:
            ValueError: if it announces another number of items than it has.
        """
        inserts = list(reversed(changes[1]))  # on the wire the newest comes first
        if len(inserts) != len(rows):
            raise ValueError(f"the stream {changes[0]!r} announces {len(inserts)} items but has {len(rows)}")
        gone = set(changes[2])
        if len(changes) > 3:
            gone |= set(self.items)
        was_there = gone & set(self.items)
        self.items = {dom_id: item for dom_id, item in self.items.items() if dom_id not in gone}
        for (dom_id, at, limit, update_only), row in zip(inserts, rows, strict=True):
            if dom_id in self.items:
                self.items[dom_id] = (statics, row)  # it stays where it is
            elif not update_only or dom_id in was_there:
                self._add(dom_id, (statics, row), at, limit)

    def _add(self, dom_id: str, item: tuple[list[str], dict[str, Any]], at: int, limit: int | None) -> None:
        items = list(self.items.items())
        items.insert(len(items) if at < 0 else at, (dom_id, item))
        if limit is not None:
            items = items[limit:] if limit < 0 else items[:limit]
        self.items = dict(items)
