"""What a person has not read: a number for each conversation, and their sum in the title of the page."""

from collections.abc import Mapping

from quart_live import LiveView

from . import chat

MOST_SHOWN = 99
# Of so many messages a page knows that it has counted them. They may be announced twice, or late.
KEPT = 24
NOTHING = chat.Unread()


class CountsUnread(LiveView):
    """A view that counts what `me` has not read.

    Attributes:
        title: of the page, without the number.
        reading: the conversation whose messages are read as they come, so that it has none to count.
        unread: what waits, by conversation. Those in which nothing does are left out.
        waiting: how many messages that are.
        counted_up_to: the newest message of all when the database was asked last.
        counted_since: the last messages that were counted since then, in the order of their ids.
    """

    title: str = ""
    reading: int = 0
    unread: dict[int, chat.Unread]
    waiting: int = 0
    counted_up_to: int = 0
    counted_since: tuple[int, ...] = ()

    async def count_unread(self) -> None:
        """Ask the database. It is right, whatever this page has missed."""
        await chat.marks.written(self.assigns.me.id)
        self.show_counted(await chat.counted_of(self.assigns.me.id))

    def show_counted(self, counted: chat.Counted) -> None:
        """Show what the database has counted."""
        self.counted_up_to, self.counted_since = counted.up_to, ()
        self.show_unread(counted.unread)

    def show_unread(self, unread: Mapping[int, chat.Unread]) -> None:
        """Take these numbers for what waits."""
        self.unread = {number: one for number, one in unread.items() if number != self.reading}
        self.waiting = sum(one.messages for one in self.unread.values())
        self.show_title()

    def show_title(self) -> None:
        """Show the title, with how many messages wait."""
        self.assign(page_title=f"({shown(self.waiting)}) {self.title}" if self.waiting else self.title)

    async def count(self, message: chat.Posted) -> bool:
        """Count a message that has come, unless it is read at once, or has come before.

        Where the database may have counted it before we heard of it, we do not guess, but ask again.

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
    """The number as a badge has room for it."""
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)
