"""Parents and children, as they see each other.

Relatives have mailboxes of their own and never touch each other's state: they hold a `ViewHandle`, which can
send. What is sent arrives in `handle_info`, in order, when the other has time.
"""

from __future__ import annotations

from ..mailbox.items import Envelope
from ..mailbox.mailbox import Mailbox


class ViewHandle:
    """A view as its relatives see it.

    Attributes:
        id: its element id.
        topic: its channel's topic; empty during the first render.
    """

    __slots__ = ("_mailbox", "id", "topic")

    def __init__(self, id: str, topic: str = "", mailbox: Mailbox | None = None) -> None:
        self.id = id
        self.topic = topic
        self._mailbox = mailbox

    def __repr__(self) -> str:
        return f"<ViewHandle {self.id}>"

    def send(self, message: object) -> None:
        """Deliver ``message`` to its `handle_info`. Nothing in the first render, nor once it has ended."""
        if self._mailbox is not None:
            self._mailbox.post(Envelope(message))
