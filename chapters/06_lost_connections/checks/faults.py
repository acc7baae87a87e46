"""Chapter 6: five faults. After each, the input must be as before; each fault proves that it happened."""

from __future__ import annotations

from functools import partial
from typing import Any

from course.checks import CheckContext, check, since
from course.lab.person.person import Person

CLIENT = "static/app.js"
RESTORE = "static/hooks/restore.js"
RESTORING = "messenger/restoring.py"
VIEW = "messenger/dashboard_live.py"
FORM = "messenger/new_conversation.py"
TEMPLATE = "messenger/templates/dashboard_live.html"
CONNECTION = "static/connection.js"

BROUGHT_BACK = [CLIENT, RESTORE, RESTORING, VIEW, FORM, TEMPLATE]
HIKE = 2
HEARTBEAT_MS = 10_000


# All input: the form's fields as the server would get them, and the members and buttons shown.
FORM_JS = """() => ({
  fields: [...new FormData(document.getElementById("new-conversation"))],
  members: [...document.querySelectorAll("#members li")].map(chip => chip.innerText.split("\\n")[1]),
  chosen: [...document.querySelectorAll("[aria-pressed=true]")].map(it => it.innerText.split("\\n")[1]),
  search: document.querySelector("[role=search] input").value,
  create: !document.querySelector("#new-conversation .primary").disabled,
  offline: document.querySelectorAll("[aria-disabled]").length,
})"""

WRITING_JS = """() => {
  const field = document.querySelector("textarea"), log = document.querySelector("[role=log]");
  return {
    text: field.value, caret: field.selectionStart, focus: field === document.activeElement,
    log: log.innerText,
  };
}"""


class Work:
    """Unfinished input of two people, with a record of their pages.

    Attributes:
        alice: a person who has chosen three others for a conversation, and written half its title.
        bob: a person who has written half a message, with the caret in the middle of it.
    """

    def __init__(self, c: CheckContext, alice: Person, bob: Person) -> None:
        self.c, self.alice, self.bob = c, alice, bob
        self.pages = ((alice, FORM_JS), (bob, WRITING_JS))
        self.loads = {alice.name: alice.loads, bob.name: bob.loads}
        self.marks = {alice.name: alice.mark(), bob.name: bob.mark()}
        self.before: list[dict[str, Any]] = []

    @classmethod
    async def begun(cls, c: CheckContext, clock: bool = False) -> Work:
        """Sign both in, enter their input, and record their pages."""
        alice, bob = await c.people("Alice", "Bob")
        for person in (alice, bob) if clock else ():
            await person.page.clock.install()
        await c.sign_in(alice, "Alice")
        await c.visit(alice, "/")
        await c.enter(bob, "Bob", HIKE)
        await c.choose(alice, "Bob", "Carol", "User One")
        await c.fill(alice, "Find people", "o")
        mark = alice.mark()
        await c.fill(alice, "Title (optional)", "Sunday in the")
        # After this event no other input is still to be sent.
        await c.expect_frame(alice, mark, lambda f: "validate" in f.meaning, "the title on the wire")
        await c.expect_gone(alice.button("Alice"))
        await c.fill(bob, "Message", "Shall I bring the big")
        for _ in range(3):
            await bob.page.keyboard.press("ArrowLeft")
        work = cls(c, alice, bob)
        work.before = await work.now()
        return work

    async def now(self) -> list[dict[str, Any]]:
        """Return what both pages show."""
        return [await person.page.evaluate(look) for person, look in self.pages]

    async def expect_as_before(self) -> None:
        """Expect that both views have joined again, without a page load, and that all input is as before."""
        c = self.c
        for person, _ in self.pages:
            mark = self.marks[person.name]
            await c.expect_frame(
                person, mark, lambda f: f.kind == "join", f"a new join of {person.name}'s view"
            )
        for (person, look), before in zip(self.pages, self.before, strict=True):
            await person.live()
            await self.expect_same(person, look, before)
        loads = {person.name: person.loads for person, _ in self.pages}
        c.expect(loads == self.loads, expected="pages that were not loaded again", seen=f"loads {loads}")

    async def expect_same(self, person: Person, look: str, before: dict[str, Any]) -> None:
        """Wait until a page shows the same as before."""

        async def same() -> bool:
            return bool(await person.page.evaluate(look) == before)

        async def different() -> str:
            now = await person.page.evaluate(look)
            return "; ".join(f"{key}: {now[key]}" for key in before if now[key] != before[key])

        await self.c.expect_soon(
            same, expected="what was chosen and typed, as it was", seen=different, whose=person
        )

    def expect_restored_once(self, times: int = 1) -> None:
        """Expect one event of the hook for each join, and none of the client's own recovery."""
        frames = self.alice.frames_since(self.marks[self.alice.name])
        asked = [frame.payload["event"] for frame in frames if frame.kind == "event"]
        found = {name: asked.count(name) for name in ("restore_state", "validate")}
        self.c.expect(
            found == {"restore_state": times, "validate": 0},
            expected=f"{times} × restore_state, and nothing else about this form",
            seen=", ".join(f"{count} × {name}" for name, count in found.items()),
        )


@check("6.7", "The server is killed and restarted: nothing chosen or typed is lost", files=BROUGHT_BACK)
@since(6)
async def killed(c: CheckContext) -> None:
    work = await Work.begun(c)
    await c.restart()
    await work.expect_as_before()
    work.expect_restored_once()
    await c.click(work.alice, "Create")
    await c.expect_visible(
        work.alice.link("Sunday in the").or_(work.alice.text("“Sunday in the” has begun."))
    )


@check("6.8", "The line is cut: nothing chosen or typed is lost", files=BROUGHT_BACK)
@since(6)
async def cut(c: CheckContext) -> None:
    work = await Work.begun(c)
    c.done("both lines were cut, and fixed")
    for person in (work.alice, work.bob):
        await c.lab.cut(person)
    c.done("Alice went on writing")
    title = work.alice.textbox("Title (optional)")
    await title.press_sequentially(" hills")
    # The client sends a delayed change when the field loses the focus; over the cut line, nobody gets it.
    await title.blur()
    work.before[0]["fields"][-1][1] += " hills"
    for person in (work.alice, work.bob):
        await c.lab.fix(person)
    await work.expect_as_before()


@check(
    "6.9",
    "The line hangs: the page finds out by itself, and nothing chosen or typed is lost",
    files=[*BROUGHT_BACK, CONNECTION],
)
@since(6)
async def hung(c: CheckContext) -> None:
    work = await Work.begun(c, clock=True)
    both = (work.alice, work.bob)
    c.done("both lines hung")
    for person in both:
        await c.lab.hang(person)
        c.expect(person.open_sockets == 1, expected="a socket that is open", seen="a closed one")
    c.done("two heartbeats were due")
    for person in both:
        await c.expect_soon(
            partial(found_out, person), expected="a page that notices it", seen="one that does not"
        )
    c.done("both lines were fixed")
    for person in both:
        await c.lab.fix(person)
    await work.expect_as_before()
    work.expect_restored_once()


async def found_out(person: Person) -> bool:
    """Let a heartbeat's time pass. Return whether the page has noticed that the server does not answer."""
    await person.page.clock.fast_forward(HEARTBEAT_MS)
    views = await person.views()
    return bool(views) and all("phx-client-error" in view.classes for view in views)


@check("6.10", "A handler raises: nothing chosen or typed is lost", files=BROUGHT_BACK)
@since(6)
async def raising(c: CheckContext) -> None:
    work = await Work.begun(c)
    c.done("both views raised an error")
    for person in (work.alice, work.bob):
        await c.lab.crash(person)
    for person in (work.alice, work.bob):
        await person.live()
    await work.expect_as_before()
    work.expect_restored_once()
    sockets = [work.alice.open_sockets, work.bob.open_sockets]
    c.expect(sockets == [1, 1], expected="sockets that stayed open", seen=f"{sockets} open")


@check("6.11", "The server is restarted twice in a row: nothing chosen or typed is lost", files=BROUGHT_BACK)
@since(6)
async def twice(c: CheckContext) -> None:
    work = await Work.begun(c)
    for time in ("restarted", "restarted again at once"):
        c.done(f"the server was {time}")
        await c.lab.restart()
    await work.expect_as_before()
    work.expect_restored_once(times=2)
