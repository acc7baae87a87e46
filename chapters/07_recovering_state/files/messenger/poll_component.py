"""A poll: the questions of a conversation, and the ballot, until it is voted for.

The parent of the `QuestionComponent`s. Only it decides what a question shows as chosen.
"""

from typing import Any

from quart_live import LiveComponent

from . import chat
from .ballots import Ballot, as_text, ballot_in, only_offered
from .errors import Invalid
from .params import text_in
from .question_component import QuestionComponent


class PollComponent(LiveComponent):
    """The questions of one conversation, and a form to ask another one."""

    async def mount(self) -> None:
        """Start with an empty ballot and an empty form."""
        self.assign(ballot={}, kept="{}", refusal="", note="")
        self.assign(asked="", choices="", not_asked="", was_asked="")

    async def update(self, assigns: dict[str, Any]) -> None:
        """Add a choice to the ballot. Without one, read the questions: somebody has asked or voted."""
        chosen = assigns.get("choose", {})
        if chosen:
            self.assign(note="")
        else:
            self.assign(**assigns)
            self.assign(questions=await chat.questions_in(self.assigns.here_id))
        self.choose(only_offered(self.assigns.ballot | chosen, self.assigns.questions))

    def choose(self, ballot: Ballot) -> None:
        """Replace the ballot, and tell each question whose choice has changed."""
        for question_id in ballot.keys() | self.assigns.ballot.keys():
            chosen = ballot.get(question_id, 0)
            if chosen != self.assigns.ballot.get(question_id, 0):
                self.send_update(QuestionComponent, id=question_id, chosen=chosen)
        self.assign(ballot=ballot, kept=as_text(ballot))

    async def handle_event(self, event: str, params: Any) -> None:
        """Vote, ask a question, or restore the ballot that the browser has kept."""
        if event == "restore":
            self.choose(ballot_in(params, self.assigns.questions) | self.assigns.ballot)
        elif event == "vote":
            await self.vote()
        elif event == "ask":
            await self.ask(text_in(params, "question"), text_in(params, "choices"))

    async def vote(self) -> None:
        """Store the ballot as votes, and empty it."""
        if await self.do(chat.vote(self.assigns.here_id, self.assigns.me_id, self.assigns.ballot), "refusal"):
            self.choose({})
            self.assign(note="You have voted.")

    async def ask(self, content: str, choices: str) -> None:
        """Store one more question. What was typed stays in the form until it is stored."""
        self.assign(asked=content, choices=choices)
        if await self.do(chat.ask(self.assigns.here_id, self.assigns.me_id, content, choices), "not_asked"):
            self.assign(asked="", choices="", was_asked="Asked.")
            self.push_event("saved:asking", {})

    async def do(self, asked: Any, reason: str) -> bool:
        """Call the context and broadcast the change, or assign the refusal to the name in `reason`."""
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
