"""A page on which messages are read: the browser says how far, and when nobody looks.

The page has an element with `phx-hook="Reading"`, see static/hooks/reading.js.
"""

from functools import partial
from typing import Any

from quart_live import CONTINUE, HALT

from . import chat
from .params import id_in
from .summaries import ShowsConversations


class ReadsMessages(ShowsConversations):
    """A view of one conversation, `here`, by somebody who may look elsewhere for a while.

    Attributes:
        tail: the last messages that are shown.
        marked: how far the mark is, as far as this page knows; -1 before it is opened for the first time.
        away: whether the page is in the background.
        lined: whether it has been shown since then what is new.
        line_at: the message with the line “New messages”, 0 for none; None until it is known.
    """

    tail: tuple[chat.Posted, ...] = ()
    marked: int = -1
    away: bool = False
    lined: bool = False
    line_at: int | None = None

    async def read(self, up_to: int) -> None:
        """Remember, soon, that the messages up to this one were read. What is no news costs nothing."""
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
        """The mark has moved: tell my other pages."""
        await self.broadcast_from(chat.user_topic(self.assigns.me.id), chat.Read(here))

    async def look_away(self) -> None:
        """From now on messages wait, here as everywhere else."""
        self.away, self.lined, self.reading, self.line_at = True, False, 0, None
        await self.count_unread()
        self.show_numbers()


async def reading(view: ReadsMessages, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """For `on_mount`: the view hears how far somebody has read."""
    view.attach_hook("reading", "handle_event", take)


async def take(view: ReadsMessages, event: str, params: Any) -> Any:
    """What the hook in the page says. All other events go their way."""
    if event == "read":
        await view.read(id_in(params, "to"))
    elif event == "away":
        await view.look_away()
    else:
        return CONTINUE
    return HALT
