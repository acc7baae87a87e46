"""Lost connections: a tunnel while choosing, a killed server, a line that hangs, and nothing is lost."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Person

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/", "Bob": "/"}

# The dialog comes after fifteen seconds of real time.
MILLISECONDS = 25_000


async def choose(person: Person, *names: str) -> None:
    """Click people in the list, and wait until each is a member."""
    for name in names:
        await person.button(name).click()
        await person.button(f"Remove {name}").wait_for()


async def write(person: Person, text: str) -> None:
    """Write a message and send it, with or without a connection."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice is about to begin a conversation. Bob reads in another one."
    await lab.sign_in(alice)
    await lab.sign_in(bob)
    await bob.goto("/conversations/2")

    yield "She chooses Bob and Carol, and writes a title."
    await choose(alice, "Bob", "Carol")
    await alice.textbox("Title (optional)").fill("Sunday in the hills")

    yield "A tunnel. For two seconds nothing, then the bar; what needs the server says so."
    await lab.cut(alice)
    await alice.button("Create (offline)").wait_for()

    yield "Fifteen seconds. Now a dialog says it, and offers what can be done."
    await alice.page.get_by_role("dialog", name="Connection lost").wait_for(timeout=MILLISECONDS)

    yield "Out of the tunnel. Bar and dialog go, and Bob and Carol are still chosen."
    await lab.fix(alice)
    await alice.button("Remove Carol").wait_for()

    yield "Bob is in the middle of a sentence when the server is killed. He sends it all the same."
    await bob.textbox("Message").fill("I can bring")
    await lab.kill()
    await write(bob, "I can bring the rope.")

    yield "The server is back. His message gets its tick, and Alice's form is what it was."
    await lab.restart()
    await bob.log("Messages").get_by_text("Sending", exact=True).wait_for(state="detached")
    await alice.button("Remove Carol").wait_for()

    yield "Bob's line hangs: it is open, but nothing arrives. His message stays hollow."
    await lab.hang(bob)
    await write(bob, "And the map.")

    yield "It moves again. The message arrives, once."
    await lab.fix(bob)
    await bob.log("Messages").get_by_text("Sending", exact=True).wait_for(state="detached")
