"""What a person has not read: a number for each conversation, and their sum in the title of the page."""

from collections.abc import Mapping

from quart_live import LiveView

from . import chat

MOST_SHOWN = 99


class CountsUnread(LiveView):
    """A view with what `me` has not read in `unread`.

    Attributes:
        title: of the page, without the number.
        reading: the conversation whose messages are read as they come, so that it has none to count.
        counted: the newest message of all when the database was asked last.
    """

    title: str = ""
    reading: int = 0
    counted: int = 0

    async def count_unread(self) -> None:
        """Ask the database. It is right, whatever this page has missed."""
        unread = await chat.unread_of(self.assigns.me.id)
        # In this order: whatever was counted is not above that number.
        self.counted = await chat.newest_id()
        self.show_unread(unread)

    def show_unread(self, unread: Mapping[int, chat.Unread]) -> None:
        """Show these numbers."""
        unread = {number: one for number, one in unread.items() if number != self.reading}
        self.assign(unread=unread)
        self.show_title()

    def show_title(self) -> None:
        """Show the title, with how many messages wait."""
        waiting = sum(one.messages for one in self.assigns.get("unread", {}).values())
        self.assign(page_title=f"({shown(waiting)}) {self.title}" if waiting else self.title)

    async def count(self, message: chat.Posted, last: chat.Posted | None) -> None:
        """Count a message that has come.

        Args:
            message: which one.
            last: the newest message in its conversation before. What does not come after it has come twice,
                or in another order than it was stored. Then we do not guess; and neither when the database
                may have counted it already, before we heard of it.
        """
        if message.user_id == self.assigns.me.id or message.conversation_id == self.reading:
            return
        if message.id <= max(self.counted, last.id if last is not None else 0):
            await self.count_unread()
            return
        unread = dict(self.assigns.unread)
        before = unread.get(message.conversation_id, chat.Unread())
        unread[message.conversation_id] = before._replace(messages=before.messages + 1)
        self.show_unread(unread)


def shown(number: int) -> str:
    """The number as a badge has room for it."""
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number)
