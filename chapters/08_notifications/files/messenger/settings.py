"""The window *Members and settings* of a conversation, and the actions of its members there.

The content of the window is made when it is opened, and dropped when it is closed: see
static/hooks/dialog.js. While it is closed, the page holds no members, and no people to add.
"""

import logging
from typing import Any

from quart_live import LiveView

from . import chat
from .actions import ACTIONS, Action
from .announcing import announce
from .contacts import Contacts
from .errors import Invalid
from .members import Members
from .params import id_in, text_in

log = logging.getLogger(__name__)


class HasSettings(LiveView):
    """A view of one conversation, `here`, with windows that are filled when they are opened.

    Attributes:
        windows: the ids of these windows.
    """

    windows: tuple[str, ...] = ("settings",)

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Fill the windows that the page has open: it may have opened them before the connection was lost."""
        self.assign(filled=self.windows_in(self.connect_params), refusal="", note="")
        self.assign(members=Members(), contacts=Contacts(), stays=None)

    def windows_in(self, params: Any) -> tuple[str, ...]:
        """Return the windows that the browser asks for. Unknown names are skipped."""
        wanted = text_in(params, "windows").split()
        return tuple(window for window in self.windows if window in wanted)

    async def show_settings(self) -> None:
        """Read the content of the settings window if it is open, else drop it."""
        here, me = self.assigns.here, self.assigns.me
        if "settings" not in self.assigns.filled:
            self.assign(members=Members(), contacts=Contacts(), stays=None)
            return
        self.assign(members=await self.assigns.members.read(here.id))
        self.assign(stays=await chat.who_stays(here.id, me.id))
        if here.i_own:
            # All people who are not members can be added.
            others = await chat.member_ids(here.id)
            self.assign(contacts=await self.assigns.contacts.leave_out(others))

    async def change(self, event: str, params: Any) -> None:
        """Fill a window, search for people, or act on the conversation."""
        if event == "windows":
            self.assign(filled=self.windows_in(params))
            await self.show_settings()
        elif event == "find":
            self.assign(contacts=await self.assigns.contacts.search(text_in(params, "wanted")))
        elif event == "more-people":
            self.assign(contacts=await self.assigns.contacts.show_more())
        elif event == "find-members":
            await self.show_members(self.assigns.members.search(text_in(params, "wanted")))
        elif event == "more-members":
            await self.show_members(self.assigns.members.show_more())
        elif event == "retitle":
            self.assign(new_title=text_in(params, "title"))
        elif event in ACTIONS:
            await self.act(ACTIONS[event], params)

    async def show_members(self, members: Members) -> None:
        """Read these members and show them."""
        self.assign(members=await members.read(self.assigns.here.id))

    async def act(self, action: Action, params: Any) -> None:
        """Act on the conversation and broadcast the change, or show why it was refused."""
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
        if action.brings_somebody:
            await announce(self, here, [id_in(params, "id")])

    def go_home(self) -> None:
        """Go to the dashboard: this user is no longer a member."""
        self.put_flash("info", f"You are no longer in “{self.assigns.here.title}”.")
        self.redirect(to="/")
