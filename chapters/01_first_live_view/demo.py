"""A counter that lives on the server: what it sends, what a crash takes, what a killed server takes."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/counter", "Bob": "/counter", "Carol": "/counter"}


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice and Bob open the same address. Each has a counter of their own."
    await alice.goto(STARTS["Alice"])
    await bob.goto(STARTS["Bob"])
    await bob.button("Increment").click()
    await bob.text("clicked 1 times").wait_for()
    for count in (1, 2, 3):
        # A click on a button that still waits for its answer is ignored, so we wait as a person does.
        await alice.button("Increment").click()
        await alice.text(f"clicked {count} times").wait_for()

    yield "Alice types her name. It travels as a form; the clock ticks, and the text stays."
    await alice.textbox("Name").fill("Alice")
    await alice.page.get_by_label("What arrived").get_by_text('"name": "Alice"').wait_for()

    yield "Bob's view raises an error. His counter starts again; Alice's goes on."
    await bob.button("Raise an error").click()
    await bob.text("clicked 0 times").wait_for()
    await alice.text("clicked 3 times").wait_for()

    yield "The server is killed. Both pages can still be read, and say that they wait."
    await lab.kill()

    yield "The server starts again. Both pages return by themselves. The counts are gone, the name is not."
    await lab.restart()
    await alice.text("clicked 0 times").wait_for()
