"""How parents and children talk.

Relatives have mailboxes of their own and never touch each other's state: they hold a `ViewHandle`, which can
send. What is sent arrives in `handle_info`, in order, when the other has time.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..mailbox.mailbox import Envelope, Mailbox
from ..protocol.flash import Flash
from ..view.navigation import Patch


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


@dataclass(frozen=True, slots=True)
class PatchFromInside:
    """A message to the root view: a view inside has called `push_patch`.

    Attributes:
        patch: the address.
        flash: what the view has put into the flash, for the root view to show.
    """

    patch: Patch
    flash: Flash
