"""A page on which messages are read: the browser tells how far, and when the page is in the background.

The page has an element with `phx-hook="Reading"`, see static/hooks/reading.js.
"""

from functools import partial
from typing import Any

from quart_live import CONTINUE, HALT

from . import chat
from .params import id_in
from .summaries import ShowsConversations


class ReadsMessages(ShowsConversations):
    """A view of one conversation, `here`, whose messages are read while the page is in the foreground.

    Attributes:
        tail: the last messages on the page.
        marked: the position of the mark, as far as this page knows; -1 before the first visit.
        away: whether the page is in the background.
        lined: whether the new messages have been marked by a line since then.
        line_at: the message with the line “New messages”, 0 for none; None until it is known.
    """

    tail: tuple[chat.Posted, ...] = ()
    marked: int = -1
    away: bool = False
    lined: bool = False
    line_at: int | None = None

    async def read(self, up_to: int) -> None:
        """Move the mark soon, to this message. A mark that has not moved costs nothing."""
        here, me = self.assigns.here, self.assigns.me
        self.away, self.reading = False, here.id
        newest = self.tail[-1].id if self.tail else 0
        if (up_to := min(up_to, newest)) > self.marked:
            self.marked = up_to
            chat.marks.add(here.id, me.id, up_to, partial(self.tell_others, here.id))
        if here.id in self.unread:
            self.show_unread(self.unread)
            self.show_numbers()

    async def tell_others(self, here: int) -> None:
        """Tell my other pages that the mark has moved."""
        await self.broadcast_from(chat.user_topic(self.assigns.me.id), chat.Read(here))

    async def look_away(self) -> None:
        """Count new messages of this conversation as unread from now on."""
        self.away, self.lined, self.reading, self.line_at = True, False, 0, None
        await self.count_unread()
        self.show_numbers()


async def reading(view: ReadsMessages, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """Let a view receive how far its user has read. For `on_mount`."""
    view.attach_hook("reading", "handle_event", take)


async def take(view: ReadsMessages, event: str, params: Any) -> Any:
    """Handle the events of the hook in the page, and pass all others on."""
    if event == "read":
        await view.read(id_in(params, "to"))
    elif event == "away":
        await view.look_away()
    else:
        return CONTINUE
    return HALT
