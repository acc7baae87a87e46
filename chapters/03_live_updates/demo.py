"""Live updates: one message, two pages; a tunnel; and a log that is whole again."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Person

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/conversations/1/users/1", "Bob": "/conversations/1/users/2"}


async def say(person: Person, text: str) -> None:
    """Send a message and wait until the sender's own page shows it."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice and Bob open the same conversation."
    await alice.goto(STARTS["Alice"])
    await bob.goto(STARTS["Bob"])

    yield "Alice writes. Bob has it at once, and nobody has loaded a page."
    await say(alice, "I will bring the big basket.")
    await bob.log("Messages").get_by_text("I will bring the big basket.").wait_for()

    yield "Bob's train enters a tunnel. Alice goes on writing."
    await lab.cut(bob)
    for text in ("Are you still there?", "The baker has no dark bread.", "I took the rye."):
        await say(alice, text)

    yield "He comes out at the other end, and has all three, once, in order."
    await lab.fix(bob)
    await bob.log("Messages").get_by_text("I took the rye.").wait_for()
