"""One question of a poll: a form of its own within the poll."""

from typing import Any

from quart_live import LiveComponent

from .params import id_in


class QuestionComponent(LiveComponent):
    """A question with the choice that is picked in its form. The chosen one is given by the poll."""

    async def mount(self) -> None:
        """Start with nothing picked and nothing chosen."""
        self.assign(picked=0, chosen=0)

    async def handle_event(self, event: str, params: Any) -> None:
        """Pick a choice, or choose it. After a reconnect the form sends its pick again."""
        choice_id = id_in(params, "choice")
        self.assign(picked=choice_id if self.assigns.question.offers(choice_id) else 0)
        if event == "choose":
            # Only the poll decides what is shown as chosen.
            self.send_update("poll", id="poll", choose={self.id: choice_id})
