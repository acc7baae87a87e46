"""The list of a person's conversations, as two views show it, and how it follows the news."""

from . import chat
from .unread import CountsUnread


class ShowsConversations(CountsUnread):
    """A view with the conversations of `me` in `summaries`."""

    topics: frozenset[str] = frozenset()

    async def show_conversations(self) -> None:
        """Read the list, and hear of everything that happens in it from now on."""
        me = self.assigns.me
        if self.connected:
            # As ever: first subscribe, then read. To subscribe we have to know what there is.
            await self.subscribe(chat.user_topic(me.id))
            await self.listen_to(await chat.conversation_ids_of(me.id))
        self.assign(summaries=await chat.conversations_of(me.id))
        await self.count_unread()

    async def listen_to(self, conversation_ids: list[int]) -> None:
        """Subscribe to these conversations, and no longer to others."""
        topics = frozenset(map(chat.conversation_topic, conversation_ids))
        for topic in self.topics - topics:
            await self.unsubscribe(topic)
        for topic in topics - self.topics:
            await self.subscribe(topic)
        self.topics = topics

    async def follow(self, news: chat.News) -> None:
        """Bring the list up to date."""
        known = {summary.conversation.id: summary for summary in self.assigns.summaries}
        if isinstance(news, chat.Read):
            await self.count_unread()
        elif isinstance(news, chat.Posted) and news.conversation_id in known:
            await self.count(news, known[news.conversation_id].last_message)
            self.assign(summaries=chat.with_newest(self.assigns.summaries, news))
        else:
            await self.show_conversations()
