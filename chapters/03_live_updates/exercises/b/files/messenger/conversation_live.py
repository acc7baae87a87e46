"""A conversation, as one of its members sees it."""

import logging
from typing import Any

from quart import abort

from quart_live import LiveView

from . import chat
from .errors import Invalid
from .runs import Entry, entries, entry

log = logging.getLogger(__name__)

# So many of the last messages a view keeps. One that is announced late belongs among them.
KEPT = 12


class ConversationLive(LiveView):
    """Shows a conversation as it grows, and stores what this member writes."""

    tail: tuple[chat.Posted, ...] = ()

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """The address says which conversation, and as whom."""
        conversation = await chat.find_conversation(params["conversation_id"]) or abort(404)
        me = conversation.member(params["user_id"]) or abort(404)
        others = [member.user for member in conversation.members if member.user_id != me.id]
        self.assign(
            page_title=conversation.title, here=conversation, me=me, others=others, error="", notice=""
        )
        if self.connected:
            # First subscribe, then read: a message that comes in between arrives twice, but never not at all.
            topic = chat.conversation_topic(conversation.id)
            await self.subscribe(topic)
            await self.broadcast_from(topic, f"{me.nickname} is here.")
        await self.show_recent()
        self.assign(summaries=await chat.conversations_of(me.id))

    async def show_recent(self) -> None:
        """Read the newest messages, and show them in place of what is there."""
        messages = await chat.recent_messages(self.assigns.here.id)
        self.tail = tuple(messages[-KEPT:])
        self.stream("entries", entries(messages, self.assigns.me.id), dom_id=element_id, reset=True)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        """Send what was typed."""
        if event == "send":
            await self.send(params["content"])

    async def send(self, content: str) -> None:
        """Store the message and announce it, or say why not."""
        here, me = self.assigns.here, self.assigns.me
        try:
            message = await chat.send_message(here.id, me.id, content)
        except Invalid as invalid:
            log.info("User %s could not send: %s", me.id, invalid)
            self.assign(error=str(invalid))
            return
        self.assign(error="")
        # The text in the composer belongs to the browser. Only now may it go.
        self.push_event("message-sent", {})
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)

    async def handle_info(self, message: chat.Posted | str) -> None:
        """Someone has come, or sent a message to this conversation. That may have been this member."""
        if isinstance(message, str):
            self.assign(notice=message)
            return
        if self.tail and message.id <= self.tail[-1].id:
            await self.show_late(message)
            return
        self.append(message)
        self.assign(summaries=chat.with_newest(self.assigns.summaries, message))

    async def show_late(self, message: chat.Posted) -> None:
        """Put a message where it belongs: two that were stored in one order may be announced in the other."""
        if any(one.id == message.id for one in self.tail):
            # Announced a second time.
            return
        later = [one for one in self.tail if one.id > message.id]
        if len(later) == KEPT:
            # Older than all that we keep. The database knows its place.
            await self.show_recent()
            return
        for one in later:
            self.stream_delete("entries", self.entry(one, None))
        self.tail = self.tail[: -len(later)]
        for one in (message, *later):
            self.append(one)

    def append(self, message: chat.Posted) -> None:
        """Put a message at the end of the log."""
        previous = self.tail[-1] if self.tail else None
        self.stream_insert("entries", self.entry(message, previous), limit=-chat.WINDOW)
        self.tail = (*self.tail, message)[-KEPT:]

    def entry(self, message: chat.Posted, previous: chat.Posted | None) -> Entry:
        """The message as it stands after the one before it."""
        return entry(message, previous, self.assigns.me.id)


def element_id(placed: Entry) -> str:
    """The id of a message's element. The browser knows it by that."""
    return f"message-{placed.message.id}"
