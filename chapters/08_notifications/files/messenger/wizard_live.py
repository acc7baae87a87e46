"""A new conversation, step by step: who, how it is called, and a last look."""

from typing import Any

from . import accounts, chat
from .announcing import announce
from .contacts import Contacts
from .errors import Invalid
from .params import id_in, text_in
from .restoring import RestoresForm, restoring

STEPS = ("people", "title", "look")
CHOOSE_SOMEBODY = "Choose somebody first."


class WizardLive(RestoresForm):
    """Shows one step at a time. What was said in the others stands in hidden inputs of the same form."""

    on_mount = (restoring,)

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Begin with the first step."""
        contacts = await Contacts.find(besides=[self.assigns.me.id])
        self.assign(page_title="New conversation", contacts=contacts, refusal="")
        self.assign(step=STEPS[0], chosen=[], chosen_ids=[], title="")

    async def handle_event(self, event: str, params: Any) -> None:
        """Something was filled in, or it is time for another step."""
        # A field sends its last change when it vanishes. By then the form may show another step.
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
        """Take what the form says, of whatever step. Who is not there is left out."""
        ids = dict.fromkeys(ids_in(params))
        people = {user.id: user for user in await accounts.find_users(ids)}
        chosen = [people[user_id] for user_id in ids if user_id in people and user_id != self.assigns.me.id]
        self.assign(chosen=chosen, chosen_ids=[user.id for user in chosen])
        self.assign(title=text_in(params, "title"), refusal="")

    async def recover(self, params: Any) -> None:
        """The view has begun anew, and the client hands its form back. That says the step, too."""
        await self.fill_in(params)
        step = text_in(params, "step")
        if step in STEPS and self.assigns.chosen:
            self.assign(step=step)

    async def restore(self, fields: dict[str, Any]) -> None:
        """The page itself was loaded again, and hands back what the one before it had kept."""
        await self.recover(fields)

    async def go_on(self) -> None:
        """Go to the next step, if this one is done. The last one begins the conversation."""
        if not self.assigns.chosen:
            self.assign(step=STEPS[0], refusal=CHOOSE_SOMEBODY)
        elif self.assigns.step == STEPS[-1]:
            await self.begin()
        else:
            self.go(1)

    def go(self, steps: int) -> None:
        """Go so many steps on, or back."""
        number = STEPS.index(self.assigns.step) + steps
        self.assign(step=STEPS[max(0, min(number, len(STEPS) - 1))], refusal="")

    async def begin(self) -> None:
        """Store the conversation and go there, or say why not."""
        me = self.assigns.me
        try:
            ids = [me.id, *self.assigns.chosen_ids]
            conversation = await chat.start_conversation(me, ids, self.assigns.title)
        except Invalid as refusal:
            self.assign(step="title" if "title" in refusal.errors else "people", refusal=str(refusal))
            return
        await announce(self, conversation, ids)
        self.redirect(to=f"/conversations/{conversation.id}")


def ids_in(params: Any) -> list[int]:
    """The ids of people that a form has sent."""
    sent = params.get("people") if isinstance(params, dict) else None
    rows = sent[: chat.MOST_MEMBERS] if isinstance(sent, list) else []
    return [id_in({"id": row}, "id") for row in rows]
