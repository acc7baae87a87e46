"""Chapter 7: text that was written and not sent: drafts in the database, and a backup in the browser."""

from __future__ import annotations

from functools import partial

from playwright.async_api import Dialog

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

JOINING = "static/joining.js"
VIEW = "messenger/conversation_live.py"
TEMPLATE = "messenger/templates/conversation_live.html"
DRAFTING = "messenger/drafting.py"
DRAFTS = "messenger/chat/drafts.py"
DRAFT = "static/hooks/draft.js"
BACKUP = "static/hooks/backup.js"
POLL_TEMPLATE = "messenger/templates/poll_component.html"


@check(
    "7.7",
    "A draft waits on the other device, through a killed server, until it is sent",
    files=[DRAFTS, DRAFTING, DRAFT, VIEW, TEMPLATE],
)
@since(7)
async def drafts(c: CheckContext) -> None:
    number = await c.begun("From train to sofa", "Alice", "Bob", "Carol")
    path = f"/conversations/{number}"
    alice, bob = await c.signed_in("Alice", path), await c.signed_in("Bob", path)
    mark = alice.mark()
    await c.fill(alice, "Message", "I take the train at")
    await c.expect_frame(
        alice, mark, lambda f: '"draft"' in str(f.payload).replace("'", '"'), "an event with the draft"
    )

    async def stored() -> bool:
        kept = in_messenger(f"""
            me = await accounts.find_user_by_nickname("Alice")
            return await chat.draft_of({number}, me.id)
        """)
        return bool(await c.in_app(kept, "a draft in the database") == "I take the train at")

    await c.expect_soon(stored, expected="the draft in the database", seen="none")
    await c.expect_visible(alice.text("Draft kept"), "a mark that says so")
    await c.restart()
    phone = await c.signed_in("Alice", path, "Alice's telephone")
    await c.expect_value(phone.textbox("Message"), "I take the train at")
    await bob.reload()
    await c.expect_value(bob.textbox("Message"), "")
    await c.send(phone, "I take the train at nine.")
    await c.expect_text(bob.log("Messages"), "I take the train at nine.", "Bob's log")
    c.done("both of Alice's pages were opened again")
    for person in (phone, alice):
        await c.expect_soon(partial(empty_when_opened, person, path), expected="no draft", seen="a draft")


async def empty_when_opened(person: Person, path: str) -> bool:
    """Open the conversation again in the same tab. Return whether the composer is empty."""
    await person.goto(path)
    return await person.textbox("Message").input_value() == ""


# In one script: a busy machine would make a pause between the two.
TYPED_AND_REFRESHED_JS = """(field, text) => {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  location.reload();
}"""


@check("7.8", "A refresh in the middle of a word loses no letter", files=[DRAFTING, DRAFT, JOINING])
@since(7)
async def last_letters(c: CheckContext) -> None:
    number = await c.begun("Quick fingers", "Alice", "Bob", "Carol")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    c.done("Alice wrote “Typed and refr” and refreshed at once")
    mark = alice.mark()
    async with alice.page.expect_navigation():
        await alice.textbox("Message").evaluate(TYPED_AND_REFRESHED_JS, "Typed and refr")
    await alice.live()
    await c.expect_value(alice.textbox("Message"), "Typed and refr")
    frames = [frame for frame in alice.frames_since(mark) if frame.kind == "join"]
    told = frames[-1].payload.get("params", {}).get("draft")
    c.expect(told == "Typed and refr", expected="the draft in the join", seen=str(told))
    phone = await c.signed_in("Alice", f"/conversations/{number}", "Alice's telephone")
    await c.expect_value(phone.textbox("Message"), "Typed and refr")


@check(
    "7.10",
    "Unsaved work is kept when the line goes, offered when it is back, and leaving it shows a warning",
    files=[BACKUP, POLL_TEMPLATE],
)
@since(7)
async def backup(c: CheckContext) -> None:
    number = await c.begun("Unsaved", "Alice", "Bob", "Carol")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.click(alice, "Poll")
    await c.fill(alice, "Question", "Who brings the rope?")
    await c.fill(alice, "Choices, one in each line", "Alice\nBob")
    await alice.button("Ask").focus()
    await c.reconnect(alice)
    await c.expect_visible(alice.text("that was not asked."))
    await c.expect_value(alice.textbox("Question"), "")
    await c.click(alice, "Bring it back")
    await c.expect_value(alice.textbox("Question"), "Who brings the rope?")
    await c.expect_gone(alice.text("that was not asked."))
    warnings: list[str] = []

    async def stay_or_go(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        await dialog.accept()

    alice.page.on("dialog", stay_or_go)
    c.done("Alice refreshed")
    await alice.reload()
    c.expect(warnings == ["beforeunload"], expected="a warning before leaving", seen=f"{warnings or 'none'}")
    await c.click(alice, "Poll")
    await c.click(alice, "Bring it back")
    await c.expect_value(alice.textbox("Choices, one in each line"), "Alice\nBob")
    await c.click(alice, "Ask")
    await c.expect_visible(alice.page.get_by_role("group", name="Who brings the rope?"))
    c.done("Alice refreshed")
    await alice.reload()
    await c.click(alice, "Poll")
    await c.expect_visible(alice.page.get_by_role("group", name="Who brings the rope?"))
    await c.expect_gone(alice.text("that was not asked."))
    c.expect(len(warnings) == 1, expected="no warning when all is saved", seen="a warning")
