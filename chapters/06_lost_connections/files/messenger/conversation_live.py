"""A conversation, as one of its members sees it."""

import logging
from typing import Any
from uuid import UUID

from quart import abort

from . import chat
from .actions import ACTIONS, Action
from .contacts import Contacts
from .errors import Invalid, Unavailable
from .params import key_in, text_in
from .runs import Entry, entries, entry
from .summaries import ShowsConversations

log = logging.getLogger(__name__)

ELSEWHERE = "This was written for another conversation."


class ConversationLive(ShowsConversations):
    """Shows a conversation as it grows, stores what this member writes, and lets its owner run it."""

    last: chat.Message | None = None

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """The address says which conversation. Who looks at it, the session has said."""
        me, number = self.assigns.me, params["conversation_id"]
        if self.connected:
            # First subscribe, then read: what happens in between arrives twice, but never not at all.
            await self.subscribe(chat.conversation_topic(number))
        conversation = await chat.find_conversation_of(me.id, number) or abort(404)
        self.here_id = number
        self.assign(error="", refusal="", note="", contacts=Contacts(), longest=chat.LONGEST_MESSAGE)
        await self.show_conversation(conversation)
        await self.show_recent()
        await self.show_conversations()

    async def show_conversation(self, conversation: chat.Conversation) -> None:
        """Show its title, its members, and whether it is open."""
        me, owner = self.assigns.me, conversation.owner
        if conversation.title != self.assigns.get("page_title"):
            self.assign(page_title=conversation.title, new_title=conversation.title)
        self.assign(here=conversation, others=conversation.others(me.id))
        self.assign(i_own=owner is not None and owner.id == me.id, leaving=chat.leaving(conversation, me.id))
        if self.assigns.i_own:
            # Everyone else can be added.
            self.assign(contacts=await self.assigns.contacts.leave_out(conversation.member_ids))

    async def show_recent(self) -> None:
        """Read the newest messages, and show them in place of what is there."""
        messages = await chat.recent_messages(self.assigns.here.id)
        self.last = messages[-1] if messages else None
        self.stream("entries", entries(messages, self.assigns.me.id), dom_id=element_id, reset=True)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        """Send what was typed, look for people, or do something to the conversation."""
        if event == "send":
            if text_in(params, "to") not in ("", self.place):
                return {"refused": ELSEWHERE}
            return await self.send(text_in(params, "content"), key_in(params, "key"))
        if event == "find":
            self.assign(contacts=await self.assigns.contacts.search(text_in(params, "wanted")))
        elif event == "more-people":
            self.assign(contacts=await self.assigns.contacts.show_more())
        elif event == "retitle":
            self.assign(new_title=text_in(params, "title"))
        elif event in ACTIONS:
            await self.act(ACTIONS[event], params)
        return None

    @property
    def place(self) -> str:
        """Who writes here, and where: what an outbox is for."""
        return f"{self.assigns.me.mark}:{self.assigns.here.mark}"

    async def send(self, content: str, key: UUID | None) -> dict[str, Any] | None:
        """Store the message and announce it, or say why not. The answer is for the outbox in the browser."""
        here, me = self.assigns.here, self.assigns.me
        try:
            message = await chat.send_message(here.id, me.id, content, key)
        except Unavailable as unavailable:
            self.assign(error="" if key else str(unavailable))
            return {"later": unavailable.seconds}
        except Invalid as invalid:
            log.info("User %s could not send: %s", me.id, invalid)
            # What has a key stands in the outbox, and the reason beside it.
            self.assign(error="" if key else str(invalid))
            return {"refused": str(invalid)}
        except chat.NotAMember:
            self.go_home()
            return None
        self.assign(error="")
        # Also when it was stored before: whoever stored it may have had no time left to tell the others.
        await self.pubsub.broadcast(chat.conversation_topic(here.id), message)
        return {"sent": message.id}

    async def act(self, action: Action, params: Any) -> None:
        """Do something to the conversation and announce it, or say why not."""
        here, me = self.assigns.here, self.assigns.me
        try:
            await action.do(here.id, me.id, params)
        except Invalid as invalid:
            log.warning("User %s was refused in conversation %s: %s", me.id, here.id, invalid)
            self.assign(refusal=str(invalid), note="")
            return
        except chat.NotAMember:
            self.go_home()
            return
        self.assign(refusal="", note=action.done)
        await self.pubsub.broadcast(chat.conversation_topic(here.id), chat.Changed(here.id))

    async def handle_info(self, news: chat.News) -> None:
        """Something has happened, here or in another conversation of mine."""
        await self.follow(news)
        if news.conversation_id != self.assigns.here.id:
            return
        if isinstance(news, chat.Message):
            await self.show_message(news)
        elif conversation := await chat.find_conversation_of(self.assigns.me.id, news.conversation_id):
            await self.show_conversation(conversation)
        else:
            self.go_home()

    def go_home(self) -> None:
        """This user is no member any more, so this page is not theirs to see."""
        self.put_flash("info", f"You are no longer in “{self.assigns.here.title}”.")
        self.redirect(to="/")

    async def show_message(self, message: chat.Message) -> None:
        """Put a message at the end of the log. It may be one's own."""
        if self.last is not None and message.id == self.last.id:
            # Announced a second time.
            return
        if self.last is not None and message.id < self.last.id:
            # Two were stored in one order and announced in the other. The database knows the right one.
            await self.show_recent()
            return
        self.stream_insert("entries", entry(message, self.last, self.assigns.me.id), limit=-chat.WINDOW)
        self.last = message


def element_id(placed: Entry) -> str:
    """The id of a message's element. The browser knows it by that."""
    return f"message-{placed.message.id}"
