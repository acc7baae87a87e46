"""Fan-out: a broadcast is rendered once, however many views get it.

When a message goes to five hundred views of a conversation, most of them show it in the same way, and
rendering and encoding it is most of the work. So the first view that has rendered it leaves the result with
the message, and the next ones use it. A view need not do anything for this::

    def handle_info(self, message):
        self.stream_insert("messages", message)

Every view still gets the message in its own mailbox, in order, and runs its own `handle_info`. Its diff is
then made in one of three ways:

1. Only the view's streams have changed, however many there are, and the values that their templates read are
   equal to those of another view: the whole diff of that view, as JSON, is used. It may delete items of
   streams, too. Other assigns may differ from view to view. They may also have been assigned, as long as the
   template does not read them or they print the same as before.
2. The view has other changes as well: its diff is its own, with the JSON of the shared items in it.
3. Nothing can be shared: the view renders.

Values are compared by the names that a template reads, known since it was compiled, and never by a guess
(``rendering/sharing.py``, ``rendering/keys.py``). Two rules are left to the programmer, the same as for all
rendering: a broadcast message and the objects in it are not changed any more, and a filter or property that
reads a clock or a language is marked volatile. An item that each view makes for itself is shared if it is a
tuple, named tuple or frozen dataclass made of such values and of parts of the message.

A body that reads the present user (``{{ me.id }}``) has as many variants as there are users. Put a boolean
into the item instead: ``mine`` has two.

Joins share items, too, for a moment: after a restart all browsers ask for the same page at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from typing import TYPE_CHECKING, Any

from ..protocol.frames import end_of_diff
from ..rendering.keys import Parts, parts_of
from ..rendering.seen import Seen
from ..rendering.tree import SharedRow

if TYPE_CHECKING:
    from ..mailbox.items import Envelope
    from ..rendering import Renderer

MAX_PAYLOADS = 1000
MAX_SEEN = 6

NOT_SHARED = frozenset({"c", "e", "r", "t"})
"""The parts of a diff that belong to one view: components, pushed events, a reply, the title."""


class Shares:
    """The diffs and items that views have rendered of one broadcast. It exists as long as its envelope.

    Args:
        message: the broadcast message.

    Attributes:
        parts: the ids of the message and of the objects in it, which count as frozen.
        payloads: the whole diffs, by their keys.
        rows: the rendered items of streams, by their keys.
        seen: some of the diffs, to compare with before a key is made. Those that many views share come to the
            front.
    """

    __slots__ = ("parts", "payloads", "rows", "seen")

    @classmethod
    def of(cls, envelope: Envelope) -> Shares | None:
        """Return the shares of an envelope; None for messages that only one view gets."""
        if envelope.shares is None and envelope.topic is not None:
            envelope.shares = cls(envelope.message)
        shares: Shares | None = envelope.shares
        return shares

    def __init__(self, message: object) -> None:
        self.parts: Parts = parts_of(message)
        self.payloads: dict[Hashable, Seen] = {}
        self.rows: dict[Hashable, SharedRow] = {}
        self.seen: list[Seen] = []

    def find(self, renderer: Renderer, assigns: Mapping[str, Any], changed: Set[str]) -> Seen | None:
        """Find a view's next diff among those that other views have made.

        Args:
            renderer: the view's renderer.
            assigns: the view's assigns.
            changed: the names that were assigned since the last render.

        Returns:
            The diff; without an end if no view has made it yet. None if it cannot be shared.
        """
        seen = self.seen
        found = renderer.find_seen(assigns, changed, seen)
        if found is False:
            return None
        if found is not True:
            if found is not seen[0]:
                place = seen.index(found)
                seen[place - 1], seen[place] = found, seen[place - 1]
            return found
        new = renderer.note_seen(assigns, self.parts)
        return self.payloads.get(new.key, new) if new is not None else None

    def keep(self, seen: Seen | None, diff: dict[str, Any]) -> bytes:
        """Encode a diff and, if it can be shared, keep it for other views.

        Args:
            seen: the diff that `find` has returned.
            diff: the diff as it was rendered.

        Returns:
            The end of its frame; see :func:`.frames.end_of_diff`.
        """
        text = end_of_diff(diff)
        if seen is not None and NOT_SHARED.isdisjoint(diff) and len(self.payloads) < MAX_PAYLOADS:
            seen.end = text
            self.payloads[seen.key] = seen
            if len(self.seen) < MAX_SEEN:
                self.seen.append(seen)
        return text
