"""One question of a poll: a form of its own within the poll."""

from typing import Any

from quart_live import LiveComponent

from .params import id_in


class QuestionComponent(LiveComponent):
    """Holds what is picked and not chosen yet. What is chosen, the poll tells it."""

    async def mount(self) -> None:
        """Begin with nothing picked, and nothing chosen."""
        self.assign(picked=0, chosen=0)

    async def handle_event(self, event: str, params: Any) -> None:
        """Another answer was picked, or chosen. What is picked, the form itself says again after a fault."""
        choice_id = id_in(params, "choice")
        self.assign(picked=choice_id if self.assigns.question.offers(choice_id) else 0)
        if event == "choose":
            # Nothing is shown as chosen here before the poll says so.
            self.send_update("poll", id="poll", choose={self.id: choice_id})
