"""The four who write in the storm."""

from __future__ import annotations

from dataclasses import dataclass, field

from course.lab.person.person import Person


class StormError(AssertionError):
    """Something was lost, doubled, or in another order."""


@dataclass
class Writer:
    """One who writes.

    Attributes:
        person: who.
        sent: what was sent, in order.
        half: what stands half written in the field.
    """

    person: Person
    sent: list[str] = field(default_factory=list)
    half: str = ""

    async def begin(self) -> None:
        """Write half of the next message."""
        self.half = f"{self.person.name} {len(self.sent) + 1}, half wr"
        await self.person.textbox("Message").fill(self.half)

    async def send(self) -> None:
        """Write it to its end, send it, and begin the next one."""
        text = f"{self.half}itten no more"
        box = self.person.textbox("Message")
        await box.fill(text)
        await box.press("Enter")
        self.sent.append(text)
        await self.begin()

    async def look(self) -> None:
        """Check that half-written text is still there. Raises StormError."""
        found = await self.person.textbox("Message").input_value()
        if found != self.half:
            raise StormError(f"{self.person.name} had half written {self.half!r}; now there is {found!r}")

    async def shown(self) -> list[str]:
        """The messages that this page shows, those still on their way included."""
        return await self.person.log("Messages").get_by_role("paragraph").all_inner_texts()

    async def waiting(self) -> int:
        """Return the number of messages on their way. One that was refused is tried again."""
        for again in await self.person.button("Try again").all():
            await again.click()
        return await self.person.page.locator("#outbox > li").count()
