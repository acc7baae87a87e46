"""The dashboard: my conversations, and a form to begin another."""

import logging
from typing import Any
from uuid import UUID, uuid4

from . import accounts, chat
from .contacts import Contacts
from .errors import Invalid
from .new_conversation import form_key_in, form_with, ids_in, members_in, show_refusal, title_in
from .params import id_in, text_in
from .restoring import RestoresForm, restoring
from .signing_in import require_user
from .summaries import ShowsConversations

log = logging.getLogger(__name__)

CHANGED_MEANWHILE = "The members have changed meanwhile. Look at them, and press Create again."


class DashboardLive(ShowsConversations, RestoresForm):
    """The conversations of `me`, and a form with the members chosen for a new one."""

    on_mount = (require_user, restoring)

    key: UUID

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start with a form that has no other member than me."""
        me = self.assigns.me
        self.key = uuid4()
        self.assign(note="", contacts=await Contacts.find(besides=[me.id]))
        self.show_form([me])
        await self.show_conversations()

    def show_form(self, members: list[accounts.User], title: str = "") -> None:
        """Show the form with these members and this title."""
        form = form_with(members, title, self.key)
        self.assign(form=form, rows=list(zip(form.members, members, strict=True)))
        self.assign(members=members, member_ids=[user.id for user in members])

    async def handle_event(self, event: str, params: Any) -> None:
        """Handle an event of the form or of the search for people."""
        if event == "validate":
            self.show_form(self.assigns.members, title_in(params))
        elif event == "add":
            await self.add(id_in(params, "id"))
        elif event == "remove":
            self.remove(id_in(params, "id"))
        elif event == "create":
            await self.create(params)
        elif event == "find":
            self.assign(contacts=await self.assigns.contacts.search(text_in(params, "wanted")))
        elif event == "more-people":
            self.assign(contacts=await self.assigns.contacts.show_more())

    async def add(self, user_id: int) -> None:
        """Add a person to the form. Adding one again changes nothing."""
        members, found = self.assigns.members, await accounts.find_users([user_id])
        if user_id not in self.assigns.member_ids and found:
            self.show_form([*members, *found], self.assigns.form.title.data)
            self.assign(note=f"{found[0].nickname} is chosen.")

    def remove(self, user_id: int) -> None:
        """Remove a person from the form. I cannot be removed."""
        me, *others = self.assigns.members
        left = [user for user in others if user.id != user_id]
        self.show_form([me, *left], self.assigns.form.title.data)
        if len(left) < len(others):
            self.assign(note="Removed.")

    async def restore(self, fields: dict[str, Any]) -> None:
        """Show the members again that the browser showed last. Each id is looked up, as it may be forged."""
        me, ids = self.assigns.me, dict.fromkeys(ids_in(fields))
        people = {user.id: user for user in await accounts.find_users(ids)}
        others = [people[user_id] for user_id in ids if user_id in people and user_id != me.id]
        self.key = form_key_in(fields) or self.key
        self.show_form([me, *others], title_in(fields))

    async def create(self, params: Any) -> None:
        """Begin the conversation that the form describes, or show why it was refused."""
        me = self.assigns.me
        try:
            ids = [user.id for user in await members_in(params, me)]
            if set(ids) != set(self.assigns.member_ids):
                raise Invalid({"members": [CHANGED_MEANWHILE]})
            conversation = await chat.start_conversation(me, ids, title_in(params), self.key)
        except Invalid as refusal:
            log.info("User %s could not begin a conversation: %s", me.id, refusal)
            await self.show_again(title_in(params), refusal)
            return
        self.key = uuid4()
        self.show_form([me])
        self.assign(note=f"“{conversation.title}” has begun.")
        await self.show_conversations()

    async def show_again(self, title: str, refusal: Invalid) -> None:
        """Show the form as it was, with the errors beside its fields. Deleted accounts are left out."""
        there = {user.id for user in await accounts.find_users(self.assigns.member_ids)}
        self.show_form([user for user in self.assigns.members if user.id in there], title)
        show_refusal(self.assigns.form, refusal)

    async def handle_info(self, news: chat.News) -> None:
        """Update the list with news of a conversation."""
        await self.follow(news)
