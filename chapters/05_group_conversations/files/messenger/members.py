"""The members who are shown: fifty at first, more on request, or those that a search has found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import chat

PAGE = 50


@dataclass(frozen=True)
class Members:
    """What is shown of those who take part in a conversation.

    Attributes:
        wanted: the letters that were typed.
        limit: how many are shown at most.
        shown: who.
        more: whether there are others, beyond the limit.
    """

    wanted: str = ""
    limit: int = PAGE
    shown: Sequence[chat.Member] = ()
    more: bool = False

    async def read(self, conversation_id: int) -> "Members":
        """The same search in the database as it is now."""
        found = await chat.members_page(conversation_id, self.wanted, self.limit + 1)
        return replace(self, shown=found[: self.limit], more=len(found) > self.limit)

    def search(self, wanted: str) -> "Members":
        """Other letters, to be read."""
        return Members(" ".join(wanted.split()))

    def show_more(self) -> "Members":
        """The same letters and one page more, to be read."""
        return replace(self, limit=self.limit + PAGE)
