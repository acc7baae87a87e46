"""How a check gets a person into the messenger: signed in where there are accounts, by address before."""

from __future__ import annotations

from typing import Any

from playwright.async_api import APIResponse, Locator

from course.checks.failures import CheckFailed
from course.checks.steps import Steps
from course.lab.messenger.sign_in import PAGE, PASSWORD, HiddenFields, sign_in_unseen
from course.lab.person.forged_frames import join_at, push_event
from course.lab.person.person import Person

# Before there were accounts, the address said as whom: by this order.
SEEDED = ("User One", "User Two")


class EntrySteps(Steps):
    """The part of a `CheckContext` that knows how people prove who they are."""

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

    async def fill_register(self, person: Person, what: str, **changed: str) -> dict[str, str]:
        """Fill in the registration page and send it; the password is that of the seeded people.

        Args:
            person: who wants an account, by default under their own name.
            what: what is odd about it, for the report.
            **changed: fields that are filled in otherwise, by label.

        Returns:
            what was written, by label.
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
        """Make an account by the app's own pages, and sign in: its nickname then stands in the top bar."""
        fields = await self.fill_register(person, "a good form", **changed)
        await self.expect_visible(person.heading("Sign in"))
        await person.textbox("Email").fill(fields["Email"])
        await person.textbox("Password").fill(fields["Password"])
        await person.button("Sign in").click()
        await self.expect_text(self.top_bar(person), fields["Nickname"], "the top bar")

    def top_bar(self, person: Person) -> Locator:
        """The bar above every page, which knows who is there."""
        return person.page.get_by_role("banner")

    async def post_form(self, person: Person, path: str, **fields: str) -> APIResponse:
        """Send the form at ``path`` with its hidden fields, without looking at it; follows no redirect."""
        page = await person.get(path)
        hidden = HiddenFields.of(await page.text(), path.partition("?")[0])
        return await self.post_bare(person, path, **{**hidden, **fields})

    async def post_bare(self, person: Person, path: str, **fields: str) -> APIResponse:
        """Send form fields with this person's cookies, and nothing that a page would add."""
        form: dict[str, str | float | bool] = dict(fields)
        return await person.context.request.post(person.url + path, form=form, max_redirects=0)

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

    async def join_at(self, person: Person, path: str) -> dict[str, Any]:
        """Join the view of this person's page at another address; see `course.lab.person.forged_frames`."""
        self.done(f"joined a view at {path[:40]}")
        return await join_at(person, path)

    async def push(self, person: Person, event: str, value: object) -> str:
        """Send an event by hand on the socket of this person's page; see `course.lab.person.forged_frames`.

        Returns:
            the answer, as JSON. The page does not show what it says, so load that anew before you look at it.
        """
        self.done(f"{person.name}'s page was made to send {event}")
        status, answer = await push_event(person, event, value, self.patience)
        self.expect(status == "ok", expected=f"an answer to {event}", seen=f"{status} {answer}"[:80])
        return answer

    @property
    def has_accounts(self) -> bool:
        """Whether people sign in here: from chapter 4 on."""
        return (self.lab.state.folder / "messenger" / "signing_in.py").is_file()
