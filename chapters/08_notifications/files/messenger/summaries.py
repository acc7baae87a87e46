"""The list of a person's conversations, as two views show it, and how it follows the news."""

from collections.abc import Collection, Iterable
from itertools import takewhile

from . import chat
from .listed import Listed, after, counted, listed
from .unread import NOTHING, CountsUnread

STREAM = "conversations"


class ShowsConversations(CountsUnread):
    """A view with the conversations of `me` in the stream `conversations`.

    Attributes:
        topics: what it hears.
        here_id: the conversation that the page is about, 0 for none.
        listed: what the page shows, by conversation. The last of them is on top.
    """

    topics: frozenset[str] = frozenset()
    here_id: int = 0
    listed: dict[int, Listed]

    async def show_conversations(self) -> None:
        """Read the list, and hear of everything that happens in it from now on."""
        me = self.assigns.me
        if self.connected:
            # As ever: first subscribe, then read. To subscribe we have to know what there is.
            await self.subscribe(chat.user_topic(me.id))
            await self.listen_to(await chat.conversation_ids_of(me.id))
        await chat.marks.written(me.id)
        found, waiting = await chat.list_of(me.id)
        self.show_counted(waiting)
        self.arrange([self.counted(listed(summary, me, self.here_id)) for summary in found])

    async def listen_to(self, conversation_ids: list[int]) -> None:
        """Subscribe to these conversations, and no longer to others."""
        topics = frozenset(map(chat.conversation_topic, conversation_ids))
        for topic in self.topics - topics:
            await self.unsubscribe(topic)
        for topic in topics - self.topics:
            await self.subscribe(topic)
        self.topics = topics

    def counted(self, item: Listed) -> Listed:
        """The item with what I have not read."""
        return counted(item, self.unread.get(item.id, NOTHING), self.assigns.me.id)

    def arrange(self, items: list[Listed]) -> None:
        """Show these conversations, the most recent first. What is there already is not sent again."""
        before: dict[int, Listed] = getattr(self, "listed", {})
        self.listed = {item.id: item for item in reversed(items)}
        if not before:
            self.stream(STREAM, items, dom_id=element_id)
            return
        stays = bottom(before, self.listed)
        for old in before.values():
            if old.id not in stays:
                self.stream_delete(STREAM, old)
        # From the top down: each comes where it belongs, for all that stand above it are there.
        for position, item in enumerate(items):
            if item.id not in stays or item != before[item.id]:
                self.stream_insert(STREAM, item, at=position)

    async def follow(self, news: chat.News) -> None:
        """Bring the list up to date."""
        if isinstance(news, chat.Posted) and news.conversation_id in self.listed:
            await self.bring_up(news)
        elif isinstance(news, chat.Read):
            await self.count_unread()
            self.show_numbers()
        else:
            await self.show_conversations()

    async def bring_up(self, message: chat.Posted) -> None:
        """Count a message, and show it as the last line of its conversation, and that on top."""
        is_late = message.id <= self.listed[message.conversation_id].last_id
        if await self.count(message) or is_late:
            self.show_numbers()
        if is_late:
            # Or announced a second time. It may count, and is not the last line.
            return
        self.put_on_top(message)

    def put_on_top(self, message: chat.Posted) -> None:
        """Show a message, the newest of its conversation, as its last line, and the conversation on top.

        For whoever has read everything else, it is the same item as for all others.
        """
        number = message.conversation_id
        newer = after(self.listed[number], message)
        if number in self.unread:
            newer = self.counted(newer)
        if next(reversed(self.listed)) != number:
            # What is in a stream does not move by itself.
            self.stream_delete(STREAM, self.listed.pop(number))
        self.listed[number] = newer
        self.stream_insert(STREAM, newer, at=0)

    def show_numbers(self) -> None:
        """Show what is unread now, where it is not what the page shows."""
        for position, item in enumerate(list(reversed(self.listed.values()))):
            if (now := self.counted(item)) != item:
                self.listed[item.id] = now
                self.stream_insert(STREAM, now, at=position)


def element_id(item: Listed) -> str:
    """The id of an item's element."""
    return f"conversation-{item.id}"


def bottom(before: Iterable[int], now: Collection[int]) -> set[int]:
    """Those at the bottom that are in the same order as before, both given from the bottom up."""
    pairs = zip((number for number in before if number in now), now, strict=False)
    return {old for old, new in takewhile(lambda pair: pair[0] == pair[1], pairs)}
