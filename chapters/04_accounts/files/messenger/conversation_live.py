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
        """Show the conversation that the address names, as the signed-in user."""
        me, number = self.assigns.me, params["conversation_id"]
        if self.connected:
            # First subscribe, then read: what happens in between arrives twice, but is never lost.
            await self.subscribe(chat.conversation_topic(number))
        conversation = await chat.find_conversation_of(me.id, number) or abort(404)
        self.assign(page_title=conversation.title, here=conversation, error="")
        self.show_members(conversation)
        await self.show_recent()
        self.assign(summaries=await chat.conversations_of(me.id))

    def show_members(self, conversation: chat.Conversation) -> None:
        """Show the names of the other members below the title."""
        me = self.assigns.me
        self.assign(others=[member.user for member in conversation.members if member.user_id != me.id])

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
        except chat.NotAMember:
            self.go_home()
            return
        self.assign(error="")
        # The text in the composer belongs to the browser. It may be cleared only now.
        self.push_event("message-sent", {})
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)

    async def handle_info(self, news: chat.Posted | chat.MembershipEnded) -> None:
        """Show a new message, or the members after one has left."""
        if isinstance(news, chat.Posted):
            await self.show_message(news)
        elif news.user_id == self.assigns.me.id:
            self.go_home()
        elif conversation := await chat.find_conversation_of(self.assigns.me.id, news.conversation_id):
            self.show_members(conversation)

    def go_home(self) -> None:
        """Go to the dashboard: this user is no longer a member."""
        self.put_flash("info", f"You are no longer in “{self.assigns.here.title}”.")
        self.redirect(to="/")

    async def show_message(self, message: chat.Posted) -> None:
        """Append a message to the log, or insert it if it is late."""
        if self.tail and message.id <= self.tail[-1].id:
            await self.show_late(message)
            return
        self.append(message)
        self.assign(summaries=chat.with_newest(self.assigns.summaries, message))

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
