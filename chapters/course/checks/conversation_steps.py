"""Steps of a check for conversations: begin one, enter it, send messages, choose members."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Locator, Page

from course.checks.entry_steps import EntrySteps
from course.checks.expectations import PATIENCE
from course.checks.scripts import FIRST_WORDS, conversation
from course.checks.words import listed
from course.lab.person.person import Person


class ConversationSteps(EntrySteps):
    """The steps of a `CheckContext` for conversations, from chapter 2 on."""

    async def begun(self, title: str, *names: str, words: str = "") -> int:
        """Store a conversation without a broadcast. Return its id.

        Args:
            title: the title of the conversation.
            *names: the nicknames of its members, the owner's first.
            words: the owner's first message; no message when left out.

        Raises:
            CheckFailed: if the app cannot store it.
        """
        self.done(f"“{title}” was begun, with {listed(names)}")
        number: int = await self.in_app(conversation(title, *names, words=words), "a new conversation")
        return number

    async def group(self, title: str, *names: str, clock: bool = False) -> list[Person]:
        """Begin a conversation with a first message, and open it for each member. Return the people.

        Args:
            title: the title of the conversation.
            *names: the nicknames of seeded users, the owner's first.
            clock: whether each page gets a clock that can be stopped; see `CheckContext.stop_clock`.

        Raises:
            CheckFailed: if the conversation cannot be stored, or its page does not open.
        """
        number = await self.begun(title, *names, words=FIRST_WORDS)
        people = await self.people(*names)
        for person in people:
            if clock:
                await person.page.clock.install()
            await self.enter(person, person.name, number)
        return people

    async def signed_in(self, name: str, path: str = "/", browser: str = "") -> Person:
        """Sign in as a seeded user and open a page. Return the person.

        Args:
            name: the nickname of the user.
            path: the address of the page.
            browser: the name of a further browser of this user, such as ``Alice's telephone``.

        Raises:
            CheckFailed: if the sign-in is refused, or the page does not open.
        """
        person = await self.person(browser or name)
        await self.sign_in(person, name)
        await self.visit(person, path)
        return person

    async def send(self, person: Person, text: str) -> None:
        """Write a message and click Send, without an expectation about the result."""
        await self.fill(person, "Message", text)
        await self.click(person, "Send")

    async def say(self, person: Person, text: str) -> None:
        """Send a message, and wait until it is in the sender's log.

        Raises:
            CheckFailed: if it does not appear there.
        """
        with self.steady(person):
            await self.send(person, text)
            await self.expect_text(person.log("Messages"), text, f"{person.name}'s log")

    async def choose(self, person: Person, *names: str) -> None:
        """Click people on the dashboard, and wait until each is chosen for a new conversation.

        Raises:
            CheckFailed: if one is not chosen.
        """
        for name in names:
            await self.click(person, name)
            await self.expect_visible(person.button(f"Remove {name}"))

    def entry(self, page: Page, title: str) -> Locator:
        """Return the entry of a conversation in the dashboard's list."""
        return page.get_by_role("listitem").get_by_role("link").filter(has_text=title)

    @contextmanager
    def steady(self, person: Person) -> Iterator[None]:
        """Wait with the usual patience inside the block, even in a check that has less."""
        before, self.patience = self.patience, max(self.patience, PATIENCE)
        person.page.set_default_timeout(self.patience * 1000)
        try:
            yield
        finally:
            self.patience = before
            person.page.set_default_timeout(before * 1000)
