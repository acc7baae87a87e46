"""How a check gets a person into the messenger: signed in where there are accounts, by address before."""

from __future__ import annotations

from course.checks.failures import CheckFailed
from course.lab.lab import Lab
from course.lab.person import Person
from course.lab.signing_in import PAGE, sign_in_unseen

# Before there were accounts, the address said as whom: by this order.
SEEDED = ("User One", "User Two")


class Entering:
    """The part of a `CheckContext` that knows how people prove who they are."""

    lab: Lab

    def done(self, what: str) -> None:
        """See `CheckContext.done`."""
        raise NotImplementedError

    async def visit(self, person: Person, path: str) -> None:
        """See `CheckContext.visit`."""
        raise NotImplementedError

    async def sign_in(self, person: Person, name: str) -> None:
        """Sign a person in as one of the seeded users, without looking at the pages on the way.

        Args:
            person: who sits in front of the browser.
            name: nickname of a seeded user, such as ``Alice`` or ``User One``; or an email.
        """
        self.done(f"{person.name} signed in as {name}")
        problem = await sign_in_unseen(person, name)
        if problem is not None:
            raise CheckFailed(f"{person.name} to get in by the form at {PAGE}", problem)

    async def enter(self, person: Person, name: str, conversation: int = 1) -> str:
        """Open a conversation as one of the seeded users; returns the address. See `address`."""
        path = await self.address(person, name, conversation)
        await self.visit(person, path)
        return path

    async def address(self, person: Person, name: str, conversation: int = 1) -> str:
        """Where a conversation is for one of the seeded users, in whatever way this state of the app has.

        Where people sign in, this person does so first.

        Args:
            person: who sits in front of the browser.
            name: nickname of the user, such as ``User One``.
            conversation: which one.
        """
        if not self.has_accounts:
            return f"/conversations/{conversation}/users/{SEEDED.index(name) + 1}"
        await self.sign_in(person, name)
        return f"/conversations/{conversation}"

    @property
    def has_accounts(self) -> bool:
        """Whether people sign in here: from chapter 4 on."""
        return (self.lab.state.folder / "messenger" / "signing_in.py").is_file()
