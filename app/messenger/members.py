"""The members who are shown: fifty at first, more on request, or the result of a search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import chat

PAGE = 50


@dataclass(frozen=True)
class Members:
    """The members that the page shows.

    Attributes:
        wanted: the letters that were typed.
        limit: the most members to show.
        shown: the members who were found.
        more: whether there are others, beyond the limit.
    """

    wanted: str = ""
    limit: int = PAGE
    shown: Sequence[chat.Member] = ()
    more: bool = False

    async def read(self, conversation_id: int) -> "Members":
        """Read the members again, with the same search."""
        found = await chat.members_page(conversation_id, self.wanted, self.limit + 1)
        return replace(self, shown=found[: self.limit], more=len(found) > self.limit)

    def search(self, wanted: str) -> "Members":
        """Return an empty search for other letters, to be read."""
        return Members(" ".join(wanted.split()))

    def show_more(self) -> "Members":
        """Return the same search with one page more, to be read."""
        return replace(self, limit=self.limit + PAGE)
