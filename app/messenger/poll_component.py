"""A poll: the questions of a conversation. What was chosen is held here, until it is voted for.

The parent of the `QuestionComponent`s. What a question shows as chosen comes from here alone.
"""

from typing import Any

from quart_live import LiveComponent

from . import chat
from .ballots import Ballot, as_text, ballot_in, only_offered
from .errors import Invalid
from .params import text_in
from .question_component import QuestionComponent


class PollComponent(LiveComponent):
    """All questions of one conversation, and a form to ask another."""

    async def mount(self) -> None:
        """Begin with nothing chosen."""
        self.assign(ballot={}, kept="{}", refusal="", note="")
        self.assign(asked="", choices="", not_asked="", was_asked="")

    async def update(self, assigns: dict[str, Any]) -> None:
        """A question says what was chosen in it. Else it is time to read: somebody has asked, or voted."""
        chosen = assigns.get("choose", {})
        if chosen:
            self.assign(note="")
        else:
            self.assign(**assigns)
            self.assign(questions=await chat.questions_in(self.assigns.here_id))
        self.choose(only_offered(self.assigns.ballot | chosen, self.assigns.questions))

    def choose(self, ballot: Ballot) -> None:
        """Hold these choices, and hand each one that is new down to its question."""
        for question_id in ballot.keys() | self.assigns.ballot.keys():
            chosen = ballot.get(question_id, 0)
            if chosen != self.assigns.ballot.get(question_id, 0):
                self.send_update(QuestionComponent, id=question_id, chosen=chosen)
        self.assign(ballot=ballot, kept=as_text(ballot))

    async def handle_event(self, event: str, params: Any) -> None:
        """Something was voted for or asked, or a browser hands back what was chosen before."""
        if event == "restore":
            self.choose(ballot_in(params, self.assigns.questions) | self.assigns.ballot)
        elif event == "vote":
            await self.vote()
        elif event == "ask":
            await self.ask(text_in(params, "question"), text_in(params, "choices"))

    async def vote(self) -> None:
        """Store the choices. From then on they are votes, and the ballot is empty."""
        if await self.do(chat.vote(self.assigns.here_id, self.assigns.me_id, self.assigns.ballot), "refusal"):
            self.choose({})
            self.assign(note="You have voted.")

    async def ask(self, content: str, choices: str) -> None:
        """Put one more question. What was typed stays until it is stored."""
        self.assign(asked=content, choices=choices)
        if await self.do(chat.ask(self.assigns.here_id, self.assigns.me_id, content, choices), "not_asked"):
            self.assign(asked="", choices="", was_asked="Asked.")
            self.push_event("saved:asking", {})

    async def do(self, asked: Any, reason: str) -> bool:
        """Ask the context, and tell everyone; or say why not, in the assign that `reason` names."""
        here_id = self.assigns.here_id
        self.assign(refusal="", note="", not_asked="", was_asked="")
        try:
            await asked
        except Invalid as invalid:
            self.assign(**{reason: str(invalid)})
            return False
        except chat.NotAMember:
            self.redirect(to="/")
            return False
        await self.pubsub.broadcast(chat.conversation_topic(here_id), chat.Changed(here_id))
        return True
