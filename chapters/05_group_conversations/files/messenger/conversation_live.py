"""A conversation, as one of its members sees it."""

import logging
from typing import Any

from quart import abort

from . import chat
from .errors import Invalid
from .params import text_in
from .runs import Entry, entries, entry
from .settings import HasSettings
from .summaries import ShowsConversations

log = logging.getLogger(__name__)

# The number of last messages that a view keeps. A message that is broadcast late belongs among them.
KEPT = 12


class ConversationLive(HasSettings, ShowsConversations):
    """The messages of a conversation, updated live, with a form to write and a window of settings."""

    tail: tuple[chat.Posted, ...] = ()

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the conversation that the address names, as the signed-in user."""
        me, number = self.assigns.me, params["conversation_id"]
        if self.connected:
            # First subscribe, then read: what happens in between arrives twice, but is never lost.
            await self.subscribe(chat.conversation_topic(number))
        here = await chat.find_place(me.id, number) or abort(404)
        self.here_id = number
        self.assign(error="")
        await self.show_place(here)
        await self.show_recent()
        await self.show_conversations()

    async def show_place(self, here: chat.Place) -> None:
        """Show the title and the members of the conversation, and whether it is open."""
        if here.title != self.assigns.get("page_title"):
            self.assign(page_title=here.title, new_title=here.title)
        self.assign(here=here)
        await self.show_settings()

    async def show_recent(self) -> None:
        """Read the newest messages, and show them instead of those on the page."""
        messages = await chat.recent_messages(self.assigns.here.id)
        self.tail = tuple(messages[-KEPT:])
        self.stream("entries", entries(messages, self.assigns.me.id), dom_id=element_id, reset=True)

    async def handle_event(self, event: str, params: Any) -> None:
        """Send a message that was typed, or handle an event of the settings window."""
        if event == "send":
            await self.send(text_in(params, "content"))
        else:
            await self.change(event, params)

    async def send(self, content: str) -> None:
        """Store the message and broadcast it, or show why it was refused."""
        here, me = self.assigns.here, self.assigns.me
        try:
            message = await chat.send_message(here.id, me.id, content)
        except Invalid as invalid:
            log.info("User %s could not send: %s", me.id, invalid)
            self.assign(error=str(invalid))
            return
        except chat.NotAMember:
            self.go_home()
            return
        self.assign(error="")
        # The text in the composer belongs to the browser. It may be cleared only now.
        self.push_event("message-sent", {})
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)

    async def handle_info(self, news: chat.News) -> None:
        """Update the page with news of this or another conversation of the user."""
        await self.follow(news)
        if news.conversation_id != self.assigns.here.id:
            return
        if isinstance(news, chat.Posted):
            await self.show_message(news)
        elif here := await chat.find_place(self.assigns.me.id, news.conversation_id):
            await self.show_place(here)
        else:
            self.go_home()

    async def show_message(self, message: chat.Posted) -> None:
        """Append a message to the log, or insert it if it is late."""
        if self.tail and message.id <= self.tail[-1].id:
            await self.show_late(message)
            return
        self.append(message)

    async def show_late(self, message: chat.Posted) -> None:
        """Insert a late message at its place: messages may be broadcast in another order than stored."""
        if any(one.id == message.id for one in self.tail):
            # It was broadcast twice.
            return
        later = [one for one in self.tail if one.id > message.id]
        if len(later) == KEPT:
            # Older than all that we keep. Only the database knows its place.
            await self.show_recent()
            return
        for one in later:
            self.stream_delete("entries", self.entry(one, None))
        self.tail = self.tail[: -len(later)]
        for one in (message, *later):
            self.append(one)

    def append(self, message: chat.Posted) -> None:
        """Append a message to the log."""
        previous = self.tail[-1] if self.tail else None
        self.stream_insert("entries", self.entry(message, previous), limit=-chat.WINDOW)
        self.tail = (*self.tail, message)[-KEPT:]

    def entry(self, message: chat.Posted, previous: chat.Posted | None) -> Entry:
        """Return the message with its position after the previous one."""
        return entry(message, previous, self.assigns.me.id)


def element_id(placed: Entry) -> str:
    """Return the id of a message's element, by which the browser recognises it."""
    return f"message-{placed.message.id}"
