"""Group conversations: three people are chosen, a title changes under their eyes, and one of them leaves."""

import re
from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Person

PEOPLE = ("Alice", "Bob", "Carol")
STARTS = {"Alice": "/", "Bob": "/", "Carol": "/"}

ALL_THREE = re.compile("Alice, Bob, Carol")


async def choose(person: Person, *names: str) -> None:
    """Click people in the list, and wait until each is a member."""
    for name in names:
        await person.button(name).click()
        await person.button(f"Remove {name}").wait_for()


async def say(person: Person, text: str) -> None:
    """Send a message and wait until the sender's own page shows it."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob, carol = await lab.people(*PEOPLE)

    yield "Alice, Bob and Carol sign in. Each sees their conversations, and a form for a new one."
    for person in (alice, bob, carol):
        await lab.sign_in(person)

    yield "Alice chooses Bob and Carol. The list of members lives on the server; the page mirrors it."
    await choose(alice, "Bob", "Carol")

    yield "She gives no title and presses Create. The conversation is called by its members."
    await alice.button("Create").click()
    await alice.link(ALL_THREE).wait_for()

    yield "All three open it, and Alice writes."
    for person in (bob, carol):
        await person.reload()
    for person in (alice, bob, carol):
        await person.follow(person.link(ALL_THREE))
    await say(alice, "Lunch on Sunday?")
    await carol.log("Messages").get_by_text("Lunch on Sunday?").wait_for()

    yield "Alice owns it, so she may rename it. Everyone sees the new title at once."
    await alice.button("Members and settings").click()
    await alice.textbox("Title").fill("Sunday lunch")
    await alice.button("Rename").click()
    await carol.heading("Sunday lunch").wait_for()

    yield "Carol leaves. Her page ends, and the others have one member less."
    await carol.button("Members and settings").click()
    await carol.text("Leave this conversation").click()
    await carol.button("Leave").click()
    await carol.text("You are no longer in “Sunday lunch”.").wait_for()
    await alice.button("Remove Carol").wait_for(state="detached")

    yield "Alice closes it. Bob can read what was said, and nobody can write."
    await alice.text("Close this conversation").click()
    await alice.button("Close conversation").click()
    await bob.text("nobody can write").wait_for()
