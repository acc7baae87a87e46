"""The part of a check that is about conversations: who is in one, and what they say there."""

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
    """What a `CheckContext` can do with conversations, from chapter 2 on."""

    async def begun(self, title: str, *names: str, words: str = "") -> int:
        """Store a conversation, which nobody is told of; returns its id.

        Args:
            title: of the conversation.
            *names: nicknames of its members, the owner's first.
            words: what its owner has said there; nothing when left out.
        """
        self.done(f"“{title}” was begun, with {listed(names)}")
        number: int = await self.in_app(conversation(title, *names, words=words), "a new conversation")
        return number

    async def group(self, title: str, *names: str, clock: bool = False) -> list[Person]:
        """People in a new conversation of theirs, which the first of them owns and has opened with a word.

        Args:
            title: of the conversation.
            *names: nicknames of seeded people, as whom they sign in.
            clock: give each page a clock that can be put forward; see `CheckContext.stop_clock`.
        """
        number = await self.begun(title, *names, words=FIRST_WORDS)
        people = await self.people(*names)
        for person in people:
            if clock:
                await person.page.clock.install()
            await self.enter(person, person.name, number)
        return people

    async def signed_in(self, name: str, path: str = "/", browser: str = "") -> Person:
        """A seeded person who has signed in, on a page.

        Args:
            name: nickname of the user.
            path: the page.
            browser: what to call a further browser of theirs, such as ``Alice's telephone``.
        """
        person = await self.person(browser or name)
        await self.sign_in(person, name)
        await self.visit(person, path)
        return person

    async def send(self, person: Person, text: str) -> None:
        """Write a message and press Send; whatever comes of it."""
        await self.fill(person, "Message", text)
        await self.click(person, "Send")

    async def say(self, person: Person, text: str) -> None:
        """Send a message, and wait until it is in the sender's log."""
        with self.steady(person):
            await self.send(person, text)
            await self.expect_text(person.log("Messages"), text, f"{person.name}'s log")

    async def choose(self, person: Person, *names: str) -> None:
        """Click people on the dashboard, and wait until each is chosen for a new conversation."""
        for name in names:
            await self.click(person, name)
            await self.expect_visible(person.button(f"Remove {name}"))

    def entry(self, page: Page, title: str) -> Locator:
        """A conversation in the list of the dashboard."""
        return page.get_by_role("listitem").get_by_role("link").filter(has_text=title)

    @contextmanager
    def steady(self, person: Person) -> Iterator[None]:
        """What earlier chapters have tried may take its time, also in a check that is about to fail."""
        before, self.patience = self.patience, max(self.patience, PATIENCE)
        person.page.set_default_timeout(self.patience * 1000)
        try:
            yield
        finally:
            self.patience = before
            person.page.set_default_timeout(before * 1000)
