"""The list of a person's conversations, as two views show it, and how it follows the news."""

from quart_live import LiveView

from . import chat


class ShowsConversations(LiveView):
    """A view with the conversations of `me` in `summaries`."""

    async def show_conversations(self) -> None:
        """Read the list, and hear of everything that happens in it from now on."""
        me = self.assigns.me
        if self.connected:
            # As ever: first subscribe, then read. To subscribe we have to know what there is.
            for conversation, _ in await chat.conversations_of(me.id):
                await self.subscribe(chat.conversation_topic(conversation.id))
        self.assign(summaries=await chat.conversations_of(me.id))

    async def follow(self, news: chat.News) -> None:
        """Bring the list up to date."""
        if isinstance(news, chat.Message):
            self.assign(summaries=chat.with_newest(self.assigns.summaries, news))
            return
        await self.show_conversations()
        if all(conversation.id != news.conversation_id for conversation, _ in self.assigns.summaries):
            await self.unsubscribe(chat.conversation_topic(news.conversation_id))
