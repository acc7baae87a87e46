"""The people to choose from: some at first, more on request, or those that a search has found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import accounts
from .accounts import User

AT_FIRST = 12
MOST = 96


@dataclass(frozen=True)
class Contacts:
    """What **Find people** has found.

    Attributes:
        wanted: the letters that were typed.
        besides: ids of people who are not to be found.
        limit: how many are shown at most.
        people: who was found.
        more: whether there are others, beyond the limit.
    """

    wanted: str = ""
    besides: Collection[int] = ()
    limit: int = AT_FIRST
    people: Sequence[User] = ()
    more: bool = False

    @classmethod
    async def find(cls, besides: Collection[int], wanted: str = "", limit: int = AT_FIRST) -> "Contacts":
        """Search. We ask for one more than is shown: so we know whether there are others."""
        wanted = " ".join(wanted.split())
        found = await accounts.find_people(wanted, besides, limit + 1)
        return cls(wanted, besides, limit, found[:limit], len(found) > limit)

    async def search(self, wanted: str) -> "Contacts":
        """Search for other letters."""
        return await self.find(self.besides, wanted)

    async def show_more(self) -> "Contacts":
        """The same search, with twice as many people."""
        return await self.find(self.besides, self.wanted, min(self.limit * 2, MOST))

    async def leave_out(self, besides: Collection[int]) -> "Contacts":
        """The same search, with other people left out."""
        return await self.find(besides, self.wanted, self.limit)

    @property
    def full(self) -> bool:
        """Whether so many are shown that typing helps more than looking."""
        return self.limit >= MOST
