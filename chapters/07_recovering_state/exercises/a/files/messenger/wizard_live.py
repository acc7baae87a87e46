"""A new conversation, step by step: its members, its title, and a last look."""

from typing import Any

from . import accounts, chat
from .contacts import Contacts
from .errors import Invalid
from .params import id_in, text_in
from .restoring import RestoresForm, restoring

STEPS = ("people", "title", "look")
CHOOSE_SOMEBODY = "Choose somebody first."


class WizardLive(RestoresForm):
    """A wizard that shows one step at a time. Hidden inputs of its form hold the other steps."""

    on_mount = (restoring,)

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start with the first step."""
        contacts = await Contacts.find(besides=[self.assigns.me.id])
        self.assign(page_title="New conversation", contacts=contacts, refusal="")
        self.assign(step=STEPS[0], chosen=[], chosen_ids=[], title="")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the step that the address names, or the first one until somebody is chosen."""
        step = text_in(params, "step")
        self.assign(step=step if step in STEPS and self.assigns.chosen else STEPS[0])

    async def handle_event(self, event: str, params: Any) -> None:
        """Take a change of the form, or go to another step."""
        # A field sends its last change when it is removed. By then the form may show another step.
        is_of_this_step = text_in(params, "step") == self.assigns.step
        if event == "edit" and is_of_this_step:
            await self.fill_in(params)
        elif event == "recover":
            await self.recover(params)
        elif event == "more-people":
            self.assign(contacts=await self.assigns.contacts.show_more())
        elif event == "back":
            self.go(-1)
        elif event == "next" and is_of_this_step:
            await self.fill_in(params)
            await self.go_on()

    async def fill_in(self, params: Any) -> None:
        """Take the fields of the form, of whatever step. People without an account are left out."""
        ids = dict.fromkeys(ids_in(params))
        people = {user.id: user for user in await accounts.find_users(ids)}
        chosen = [people[user_id] for user_id in ids if user_id in people and user_id != self.assigns.me.id]
        self.assign(chosen=chosen, chosen_ids=[user.id for user in chosen])
        self.assign(title=text_in(params, "title"), refusal="")

    async def recover(self, params: Any) -> None:
        """Take the form that the client sends after a new mount, with its step."""
        await self.fill_in(params)
        step = text_in(params, "step")
        if step in STEPS and self.assigns.chosen:
            self.go_to(step, replace=True)

    async def restore(self, fields: dict[str, Any]) -> None:
        """Take the form that the browser has kept over a reload of the page."""
        await self.recover(fields)

    async def go_on(self) -> None:
        """Go to the next step if this one is complete. After the last one the conversation begins."""
        if not self.assigns.chosen:
            self.go_to(STEPS[0])
            self.assign(refusal=CHOOSE_SOMEBODY)
        elif self.assigns.step == STEPS[-1]:
            await self.begin()
        else:
            self.go(1)

    def go(self, steps: int) -> None:
        """Go this many steps forward, or back."""
        number = STEPS.index(self.assigns.step) + steps
        self.go_to(STEPS[max(0, min(number, len(STEPS) - 1))])

    def go_to(self, step: str, *, replace: bool = False) -> None:
        """Go to a step, and add an entry to the browser's history."""
        self.assign(refusal="")
        if step != self.assigns.step:
            self.push_patch(f"/conversations/new?step={step}", replace=replace)

    async def begin(self) -> None:
        """Store the conversation and go to its page, or show why it was refused."""
        me = self.assigns.me
        try:
            ids = [me.id, *self.assigns.chosen_ids]
            conversation = await chat.start_conversation(me, ids, self.assigns.title)
        except Invalid as refusal:
            self.go_to("title" if "title" in refusal.errors else "people")
            self.assign(refusal=str(refusal))
            return
        self.redirect(to=f"/conversations/{conversation.id}")


def ids_in(params: Any) -> list[int]:
    """Return the ids of people that the form has sent."""
    sent = params.get("people") if isinstance(params, dict) else None
    rows = sent[: chat.MOST_MEMBERS] if isinstance(sent, list) else []
    return [id_in({"id": row}, "id") for row in rows]
