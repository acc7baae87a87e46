"""Steps of a check to enter the messenger: by signing in, or by address where there are no accounts yet."""

from __future__ import annotations

from typing import Any

from playwright.async_api import APIResponse, Locator

from course.checks.failures import CheckFailed
from course.checks.steps import Steps
from course.lab.messenger.sign_in import PAGE, PASSWORD, HiddenFields, sign_in_unseen
from course.lab.person.forged_frames import join_at, push_event
from course.lab.person.person import Person

# Before there were accounts, the address held the user's number: the place in this list.
SEEDED = ("User One", "User Two")


class EntrySteps(Steps):
    """The steps of a `CheckContext` to register, sign in and enter a conversation."""

    async def sign_in(self, person: Person, name: str) -> None:
        """Sign a person in as a seeded user, without opening the sign-in page.

        Args:
            person: the person whose browser is signed in.
            name: the nickname of a seeded user, such as ``Alice`` or ``User One``; or an email.

        Raises:
            CheckFailed: if the sign-in is refused.
        """
        self.done(f"{person.name} signed in as {name}")
        problem = await sign_in_unseen(person, name)
        if problem is not None:
            raise CheckFailed(f"{person.name} to get in by the form at {PAGE}", problem)

    async def fill_register(self, person: Person, what: str, **changed: str) -> dict[str, str]:
        """Fill in the registration page and send it; the password is that of the seeded people.

        Args:
            person: the person who registers, by default under their own name.
            what: the kind of form, for the report.
            **changed: other values for fields, by label.

        Returns:
            the text of each field, by label.

        Raises:
            CheckFailed: if there is no registration page.
        """
        await self.visit(person, "/register")
        self.done(f"{person.name} registered with {what}")
        name = person.name
        fields = {"Nickname": name, "Email": f"{name.lower()}@example.com", "Password": PASSWORD, **changed}
        fields.setdefault("Confirm password", fields["Password"])
        for label, text in fields.items():
            await person.textbox(label).fill(text)
        await person.button("Create account").click()
        return fields

    async def register(self, person: Person, **changed: str) -> None:
        """Register on the app's pages and sign in, until the nickname stands in the top bar.

        Raises:
            CheckFailed: if a page on the way is missing or refuses.
        """
        fields = await self.fill_register(person, "a good form", **changed)
        await self.expect_visible(person.heading("Sign in"))
        await person.textbox("Email").fill(fields["Email"])
        await person.textbox("Password").fill(fields["Password"])
        await person.button("Sign in").click()
        await self.expect_text(self.top_bar(person), fields["Nickname"], "the top bar")

    def top_bar(self, person: Person) -> Locator:
        """Return the bar above every page, which shows the signed-in user."""
        return person.page.get_by_role("banner")

    async def post_form(self, person: Person, path: str, **fields: str) -> APIResponse:
        """Post the form at ``path`` with its hidden fields, from outside the page; follow no redirect."""
        page = await person.get(path)
        hidden = HiddenFields.of(await page.text(), path.partition("?")[0])
        return await self.post_bare(person, path, **{**hidden, **fields})

    async def post_bare(self, person: Person, path: str, **fields: str) -> APIResponse:
        """Post form fields with this person's cookies, without the hidden fields of a page."""
        return await person.post(path, fields)

    async def enter(self, person: Person, name: str, conversation: int = 1) -> str:
        """Open a conversation as a seeded user. Return its address; see `address`.

        Raises:
            CheckFailed: if the sign-in is refused, or the page does not open.
        """
        path = await self.address(person, name, conversation)
        await self.visit(person, path)
        return path

    async def address(self, person: Person, name: str, conversation: int = 1) -> str:
        """Return the address of a conversation for a seeded user, in this state of the app.

        In a state with accounts, this person signs in first.

        Args:
            person: the person who opens it.
            name: the nickname of the user, such as ``User One``.
            conversation: the number of the conversation.

        Raises:
            CheckFailed: if the sign-in is refused.
        """
        if not self.has_accounts:
            return f"/conversations/{conversation}/users/{SEEDED.index(name) + 1}"
        await self.sign_in(person, name)
        return f"/conversations/{conversation}"

    async def join_at(self, person: Person, path: str) -> dict[str, Any]:
        """Join the view of this person's page at another address. Return the reply.

        See `course.lab.person.forged_frames`.
        """
        self.done(f"joined a view at {path[:40]}")
        return await join_at(person, path)

    async def push(self, person: Person, event: str, value: object) -> str:
        """Send an event on the socket of this person's page; see `course.lab.person.forged_frames`.

        Returns:
            the reply, as JSON. The page does not apply its diff, so reload the page before you look at it.

        Raises:
            CheckFailed: if the reply is not ``ok``.
        """
        self.done(f"{person.name}'s page was made to send {event}")
        status, answer = await push_event(person, event, value, self.patience)
        self.expect(status == "ok", expected=f"an answer to {event}", seen=f"{status} {answer}"[:80])
        return answer

    @property
    def has_accounts(self) -> bool:
        """Whether this state of the app has accounts: from chapter 4 on."""
        return (self.lab.state.folder / "messenger" / "signing_in.py").is_file()
