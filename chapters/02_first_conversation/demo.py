"""A conversation that is kept: two people, a refusal, a killed server, and a window that is behind."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/conversations/1/users/1", "Bob": "/conversations/1/users/2"}


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice and Bob open their conversation, each as themselves."
    await alice.goto(STARTS["Alice"])
    await bob.goto(STARTS["Bob"])

    yield "Alice writes. Her message is stored, and on her page. Bob's page does not know yet."
    await alice.textbox("Message").fill("I will bring the big basket.")
    await alice.button("Send").click()
    await alice.log("Messages").get_by_text("big basket").wait_for()

    yield "Bob loads his page again. There it is."
    await bob.reload()
    await bob.log("Messages").get_by_text("big basket").wait_for()

    yield "Bob sends nothing at all. The database refuses, and the page says why."
    await bob.textbox("Message").fill("   ")
    await bob.button("Send").click()
    await bob.page.get_by_role("alert").get_by_text("Write something first.").wait_for()

    yield "Alice is half way through a sentence when the server is killed."
    await alice.textbox("Message").fill("See you at nine, and")
    await lab.kill()

    yield "The server starts again. The messages are there, and so is her half sentence."
    await lab.restart()
    await alice.log("Messages").get_by_text("big basket").wait_for()
