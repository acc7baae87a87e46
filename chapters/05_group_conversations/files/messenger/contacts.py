"""The people to choose from: a few at first, more on request, or the result of a search."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import accounts
from .accounts import User

AT_FIRST = 12
MOST = 96


@dataclass(frozen=True)
class Contacts:
    """The result of **Find people**.

    Attributes:
        wanted: the letters that were typed.
        besides: ids of people to leave out.
        limit: the most people to show.
        people: the people who were found.
        more: whether there are others, beyond the limit.
    """

    wanted: str = ""
    besides: Collection[int] = ()
    limit: int = AT_FIRST
    people: Sequence[User] = ()
    more: bool = False

    @classmethod
    async def find(cls, besides: Collection[int], wanted: str = "", limit: int = AT_FIRST) -> "Contacts":
        """Search for people. One more than `limit` is read, to know whether there are others."""
        wanted = " ".join(wanted.split())
        found = await accounts.find_people(wanted, besides, limit + 1)
        return cls(wanted, besides, limit, found[:limit], len(found) > limit)

    async def search(self, wanted: str) -> "Contacts":
        """Search for other letters."""
        return await self.find(self.besides, wanted)

    async def show_more(self) -> "Contacts":
        """Search for the same letters, and show twice as many people."""
        return await self.find(self.besides, self.wanted, min(self.limit * 2, MOST))

    async def leave_out(self, besides: Collection[int]) -> "Contacts":
        """Search for the same letters, and leave other people out."""
        return await self.find(besides, self.wanted, self.limit)

    @property
    def full(self) -> bool:
        """Whether the list has its greatest length, so that typing helps more than scrolling."""
        return self.limit >= MOST
