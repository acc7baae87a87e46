"""Unread messages: a number for each conversation, and their sum in the title of the page."""

from collections.abc import Mapping

from quart_live import LiveView

from . import chat

MOST_SHOWN = 99
# The number of messages of which a page knows that it has counted them. They may be broadcast twice, or late.
KEPT = 24
NOTHING = chat.Unread()


class CountsUnread(LiveView):
    """A view that counts what `me` has not read.

    Attributes:
        title: the title of the page, without the number.
        reading: the conversation whose messages are read as they come, so that they are not counted.
        unread: the unread messages by conversation; without those in which there are none.
        waiting: the number of all unread messages.
        counted_up_to: the id of the newest message when the database was last asked.
        counted_since: the ids of the last messages counted since then, in their order.
    """

    title: str = ""
    reading: int = 0
    unread: dict[int, chat.Unread]
    waiting: int = 0
    counted_up_to: int = 0
    counted_since: tuple[int, ...] = ()

    async def count_unread(self) -> None:
        """Count again in the database, which also knows what this page has missed."""
        await chat.marks.written(self.assigns.me.id)
        self.show_counted(await chat.counted_of(self.assigns.me.id))

    def show_counted(self, counted: chat.Counted) -> None:
        """Show the numbers that the database has counted."""
        self.counted_up_to, self.counted_since = counted.up_to, ()
        self.show_unread(counted.unread)

    def show_unread(self, unread: Mapping[int, chat.Unread]) -> None:
        """Replace the unread numbers with these."""
        self.unread = {number: one for number, one in unread.items() if number != self.reading}
        self.waiting = sum(one.messages for one in self.unread.values())
        self.show_title()

    def show_title(self) -> None:
        """Show the title of the page, with the number of unread messages."""
        self.assign(page_title=f"({shown(self.waiting)}) {self.title}" if self.waiting else self.title)

    async def count(self, message: chat.Posted) -> bool:
        """Count a new message, unless it is read at once or was counted before.

        If the database may have counted it already, the page does not guess: it asks again.

        Returns:
            whether the database was asked, so that other numbers may have changed too.
        """
        if message.conversation_id == self.reading or message.user_id == self.assigns.me.id:
            return False
        known = self.counted_since
        if message.id <= self.counted_up_to or (len(known) == KEPT and message.id < known[0]):
            await self.count_unread()
            return True
        if message.id in known:
            return False
        self.counted_since = tuple(sorted((*known, message.id)))[-KEPT:]
        before = self.unread.get(message.conversation_id, NOTHING)
        self.unread[message.conversation_id] = before._replace(messages=before.messages + 1)
        self.waiting += 1
        self.show_title()
        return False


def shown(number: int) -> str:
    """Return the number as a badge shows it, at most `99+`."""
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)
