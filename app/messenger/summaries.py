"""The list of a user's conversations, which two views show, and its updates by news."""

from collections.abc import Collection, Iterable
from itertools import takewhile

from . import chat
from .listed import Listed, after, counted, listed
from .unread import NOTHING, CountsUnread

STREAM = "conversations"


class ShowsConversations(CountsUnread):
    """A view with the conversations of `me` in the stream `conversations`.

    Attributes:
        topics: the topics of conversations that it subscribes to.
        here_id: the conversation that the page shows, 0 for none.
        listed: the items on the page, by conversation. The last one is on top.
    """

    topics: frozenset[str] = frozenset()
    here_id: int = 0
    listed: dict[int, Listed]

    async def show_conversations(self) -> None:
        """Read the list, and subscribe to the topics of its conversations."""
        me = self.assigns.me
        if self.connected:
            # First subscribe, then read, as always. The ids are needed to subscribe.
            await self.subscribe(chat.user_topic(me.id))
            await self.listen_to(await chat.conversation_ids_of(me.id))
        await chat.marks.written(me.id)
        found, waiting = await chat.list_of(me.id)
        self.show_counted(waiting)
        self.arrange([self.counted(listed(summary, me, self.here_id)) for summary in found])

    async def listen_to(self, conversation_ids: list[int]) -> None:
        """Subscribe to the topics of these conversations, and unsubscribe from all others."""
        topics = frozenset(map(chat.conversation_topic, conversation_ids))
        for topic in self.topics - topics:
            await self.unsubscribe(topic)
        for topic in topics - self.topics:
            await self.subscribe(topic)
        self.topics = topics

    def counted(self, item: Listed) -> Listed:
        """Return the item with the number of messages that I have not read."""
        return counted(item, self.unread.get(item.id, NOTHING), self.assigns.me.id)

    def arrange(self, items: list[Listed]) -> None:
        """Show these conversations, the most recent first. Items already on the page are not sent again."""
        before: dict[int, Listed] = getattr(self, "listed", {})
        self.listed = {item.id: item for item in reversed(items)}
        if not before:
            self.stream(STREAM, items, dom_id=element_id)
            return
        stays = bottom(before, self.listed)
        for old in before.values():
            if old.id not in stays:
                self.stream_delete(STREAM, old)
        # From the top down: all items above are then in place already.
        for position, item in enumerate(items):
            if item.id not in stays or item != before[item.id]:
                self.stream_insert(STREAM, item, at=position)

    async def follow(self, news: chat.News) -> None:
        """Update the list with news of a conversation."""
        if isinstance(news, chat.Posted) and news.conversation_id in self.listed:
            await self.bring_up(news)
        elif isinstance(news, chat.Read):
            await self.count_unread()
            self.show_numbers()
        else:
            await self.show_conversations()

    async def bring_up(self, message: chat.Posted) -> None:
        """Count a message, and move its conversation to the top, with it as the last line."""
        is_late = message.id <= self.listed[message.conversation_id].last_id
        if await self.count(message) or is_late:
            self.show_numbers()
        if is_late:
            # Or it was broadcast twice. It may count, but it is not the last line.
            return
        self.put_on_top(message)

    def put_on_top(self, message: chat.Posted) -> None:
        """Move a conversation to the top, with its newest message as the last line.

        For users who have read everything else, the item is the same as for all others.
        """
        number = message.conversation_id
        newer = after(self.listed[number], message)
        if number in self.unread:
            newer = self.counted(newer)
        if next(reversed(self.listed)) != number:
            # An item of a stream does not move by itself.
            self.stream_delete(STREAM, self.listed.pop(number))
        self.listed[number] = newer
        self.stream_insert(STREAM, newer, at=0)

    def show_numbers(self) -> None:
        """Update the items whose number of unread messages has changed."""
        for position, item in enumerate(list(reversed(self.listed.values()))):
            if (now := self.counted(item)) != item:
                self.listed[item.id] = now
                self.stream_insert(STREAM, now, at=position)


def element_id(item: Listed) -> str:
    """Return the id of an item's element."""
    return f"conversation-{item.id}"


def bottom(before: Iterable[int], now: Collection[int]) -> set[int]:
    """Return the ids at the bottom whose order has not changed. Both lists begin at the bottom."""
    pairs = zip((number for number in before if number in now), now, strict=False)
    return {old for old, new in takewhile(lambda pair: pair[0] == pair[1], pairs)}
