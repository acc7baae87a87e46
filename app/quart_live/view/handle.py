"""`ViewHandle`: a parent or a child, as a nested view and its parent see each other.

    for child in self.children.values():
        child.send(Refresh())

Relatives have mailboxes of their own and never touch each other's state: they hold a `ViewHandle`, which can
send. A message arrives in the other view's `handle_info`, in order, when that view has time.
"""

from __future__ import annotations

from ..mailbox.items import Envelope
from ..mailbox.mailbox import Mailbox


class ViewHandle:
    """A view as its relatives see it.

    Attributes:
        id: the view's element id.
        topic: the topic of the view's channel; empty during the first render.
    """

    __slots__ = ("_mailbox", "id", "topic")

    def __init__(self, id: str, topic: str = "", mailbox: Mailbox | None = None) -> None:
        self.id = id
        self.topic = topic
        self._mailbox = mailbox

    def __repr__(self) -> str:
        return f"<ViewHandle {self.id}>"

    def send(self, message: object) -> None:
        """Send ``message`` to the view's `handle_info`; do nothing in the first render, or after its end."""
        if self._mailbox is not None:
            self._mailbox.post(Envelope(message))
