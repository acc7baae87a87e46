"""A conversation, as one of its members sees it."""

import logging
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from quart import abort

from . import chat
from .drafting import drafting
from .errors import Invalid, Unavailable
from .notifications import address_of, note_of_conversation, note_of_message, pusher
from .params import id_in, key_in, text_in
from .poll_component import PollComponent
from .reading import ReadsMessages, reading
from .runs import Entry, entries, entry
from .settings import HasSettings
from .toasts import ShowsToasts, toasting

log = logging.getLogger(__name__)

# The number of last messages that a view keeps. A message that is broadcast late belongs among them.
KEPT = 12

ELSEWHERE = "This was written for another conversation."


class ConversationLive(HasSettings, ReadsMessages, ShowsToasts):
    """The messages of a conversation, updated live, with a form to write and a window of settings."""

    on_mount = (drafting, reading, toasting)
    windows = ("settings", "poll")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the conversation that the address names, as the signed-in user."""
        me, number = self.assigns.me, params["conversation_id"]
        if self.connected:
            # First subscribe, then read: what happens in between arrives twice, but is never lost.
            await self.subscribe(chat.conversation_topic(number))
        here = await chat.find_place(me.id, number) or abort(404)
        self.here_id = self.reading = number
        if "line_at" in self.connect_params:
            self.line_at = id_in(self.connect_params, "line_at")
        self.assign(error="", longest=chat.LONGEST_MESSAGE)
        await self.show_place(here)
        await self.show_recent()
        await self.show_conversations()

    async def show_place(self, here: chat.Place) -> None:
        """Show the title and the members of the conversation, and whether it is open."""
        if here.title != self.title:
            self.title = here.title
            self.show_title()
            self.assign(new_title=here.title)
        self.assign(here=here)
        await self.show_settings()

    async def show_recent(self) -> None:
        """Read the newest messages, and show them instead of those on the page."""
        here, me = self.assigns.here, self.assigns.me
        messages = await chat.recent_messages(here.id)
        self.tail = tuple(messages[-KEPT:])
        up_to = self.marked = max(self.marked, await chat.read_up_to(here.id, me.id))
        placed = entries(messages, me.id, self.assigns.zone, read_up_to=up_to, line_at=self.line_at)
        self.line_at = next((one.message.id for one in placed if one.opens_unread), 0)
        self.stream("entries", placed, dom_id=element_id, reset=True)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        """Send a message that was typed, or handle an event of the settings window."""
        if event == "send":
            if text_in(params, "to") not in ("", self.place):
                return {"refused": ELSEWHERE}
            return await self.send(text_in(params, "content"), key_in(params, "key"))
        await self.change(event, params)
        return None

    @property
    def place(self) -> str:
        """The name of this user's outbox for this conversation."""
        return f"{self.assigns.me.mark}:{self.assigns.here.mark}"

    async def send(self, content: str, key: UUID | None) -> dict[str, Any] | None:
        """Store the message and broadcast it, or show why it was refused. Returns the outbox's answer."""
        here, me = self.assigns.here, self.assigns.me
        try:
            message = await chat.send_message(here.id, me.id, content, key)
        except Unavailable as unavailable:
            # If the message was stored after all, the same key finds it.
            self.assign(error="" if key else str(unavailable))
            return {"later": unavailable.seconds}
        except Invalid as invalid:
            log.info("User %s could not send: %s", me.id, invalid)
            # A message with a key stands in the outbox, with the reason beside it.
            self.assign(error="" if key else str(invalid))
            return {"refused": str(invalid)}
        except chat.NotAMember:
            self.go_home()
            return None
        self.assign(error="")
        self.marked = max(self.marked, message.id)
        # Also if it was stored before: the process that stored it may have ended before it told the others.
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)
        pusher.tell(note_of_message(message, here.title), here.id, besides=me.id, read_below=message.id)
        return {"sent": message.id}

    def handle_info(self, news: chat.News) -> Awaitable[None] | None:
        """Update the page with news of this or another conversation of the user.

        Nearly always it is a new message that is read at once. Then it needs no query, and so no task.
        """
        if isinstance(news, chat.Posted) and self.is_next(news):
            self.put_on_top(news)
            self.append(news)
            return None
        return self.take(news)

    def is_next(self, message: chat.Posted) -> bool:
        """Return whether a message is the newest here and is read at once."""
        here = message.conversation_id
        if here != self.reading or here not in self.listed:
            return False
        return message.id > self.listed[here].last_id and (not self.tail or message.id > self.tail[-1].id)

    async def take(self, news: chat.News) -> None:
        """Update the page with any news. This may need a query."""
        await self.follow(news)
        if news.conversation_id != self.assigns.here.id:
            self.mention(news)
        elif isinstance(news, chat.Posted):
            await self.show_message(news)
        elif isinstance(news, chat.Read):
            # Read on another page of mine. Only the numbers change, and that is done.
            return
        elif here := await chat.find_place(self.assigns.me.id, news.conversation_id):
            await self.show_place(here)
            self.send_update(PollComponent, id="poll")
        else:
            self.go_home()

    def mention(self, news: chat.News) -> None:
        """Show a toast for news of another conversation."""
        if isinstance(news, chat.Read):
            self.dismiss(address_of(news.conversation_id))
        item = self.listed.get(news.conversation_id)
        if item is None:
            return
        if isinstance(news, chat.Started):
            self.toast(note_of_conversation(item))
        elif isinstance(news, chat.Posted) and news.user_id != self.assigns.me.id:
            self.toast(note_of_message(news, item.title))

    async def show_message(self, message: chat.Posted) -> None:
        """Append a message to the log, or insert it if it is late."""
        if self.tail and message.id <= self.tail[-1].id:
            await self.show_late(message)
            return
        if self.away and not self.lined:
            # The first unread message: a line shows where to go on reading.
            self.lined = True
            await self.show_recent()
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
        placed = entry(message, previous, self.assigns.me.id, self.assigns.zone)
        if message.id == self.line_at:
            placed = placed._replace(opens_unread=True, continues=False)
        return placed


def element_id(placed: Entry) -> str:
    """Return the id of a message's element, by which the browser recognises it."""
    return f"message-{placed.message.id}"
