"""A conversation, as one of its members sees it."""

import logging
from typing import Any

from quart import abort

from quart_live import LiveView

from . import chat
from .errors import Invalid
from .runs import Entry, entries, entry

log = logging.getLogger(__name__)

# The number of last messages that a view keeps. A message that is broadcast late belongs among them.
KEPT = 12


class ConversationLive(LiveView):
    """The messages of a conversation, updated live, and a form to write new ones."""

    tail: tuple[chat.Posted, ...] = ()

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the conversation that the address names, as the member that it names."""
        conversation = await chat.find_conversation(params["conversation_id"]) or abort(404)
        me = conversation.member(params["user_id"]) or abort(404)
        others = [member.user for member in conversation.members if member.user_id != me.id]
        self.assign(page_title=conversation.title, here=conversation, me=me, others=others, error="")
        self.assign(summaries=await chat.conversations_of(me.id))
        if self.connected:
            # First subscribe, then read: a message stored in between arrives twice, but is never lost.
            for summary in self.assigns.summaries:
                await self.subscribe(chat.conversation_topic(summary.conversation.id))
        await self.show_recent()

    async def show_recent(self) -> None:
        """Read the newest messages, and show them instead of those on the page."""
        messages = await chat.recent_messages(self.assigns.here.id)
        self.tail = tuple(messages[-KEPT:])
        self.stream("entries", entries(messages, self.assigns.me.id), dom_id=element_id, reset=True)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        """Send a message that was typed."""
        if event == "send":
            await self.send(params["content"])

    async def send(self, content: str) -> None:
        """Store the message and broadcast it, or show why it was refused."""
        here, me = self.assigns.here, self.assigns.me
        try:
            message = await chat.send_message(here.id, me.id, content)
        except Invalid as invalid:
            log.info("User %s could not send: %s", me.id, invalid)
            self.assign(error=str(invalid))
            return
        self.assign(error="")
        # The text in the composer belongs to the browser. It may be cleared only now.
        self.push_event("message-sent", {})
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)

    async def handle_info(self, message: chat.Posted) -> None:
        """Show a new message of one of the user's conversations. Its author may be this member."""
        self.assign(summaries=chat.with_newest(self.assigns.summaries, message))
        if message.conversation_id != self.assigns.here.id:
            return
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
