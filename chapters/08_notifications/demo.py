"""Notifications: unread messages are shown on each page, and their number is right after every fault."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Locator, Person

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/", "Bob": "/"}

TITLE = "Cake on Saturday"


def entry(person: Person) -> Locator:
    """Return a locator of the conversation in this person's list."""
    return person.page.get_by_role("listitem").filter(has_text=TITLE)


async def say(person: Person, text: str) -> None:
    """Send a message and wait until the sender's own page shows it."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice and Bob look at their conversations."
    await lab.sign_in(alice)
    await lab.sign_in(bob)

    yield "Alice begins one with Bob. It appears in his list at once, marked as new. In hers it is not."
    await alice.button("Bob").click()
    await alice.button("Remove Bob").wait_for()
    await alice.textbox("Title (optional)").fill(TITLE)
    await alice.button("Create").click()
    await entry(alice).wait_for()
    await entry(bob).get_by_text("New", exact=True).wait_for()

    yield "She writes. Bob's list counts, and so does the title of his page."
    await alice.follow(alice.page.get_by_role("link").filter(has_text=TITLE))
    await say(alice, "Who brings the plates?")
    await entry(bob).get_by_text("1 unread").wait_for()

    yield "Bob's line is cut, and she writes again. When he is back, the number is right."
    await lab.cut(bob)
    await say(alice, "I have six of them.")
    await lab.fix(bob)
    await entry(bob).get_by_text("2 unread").wait_for()

    yield "The server is killed and started. The number is asked of the database, and right again."
    await lab.kill()
    await lab.restart()
    await entry(bob).get_by_text("2 unread").wait_for()

    yield "Bob reads another conversation. A message elsewhere is shown as a toast, in the corner."
    await bob.goto("/conversations/2")
    await say(alice, "And the baker closes at five.")
    await bob.page.get_by_role("status", name="Elsewhere").get_by_text("closes at five").wait_for()

    yield "He opens it. A line shows where to go on reading, and the badge is gone."
    await bob.follow(entry(bob).get_by_role("link"))
    await bob.page.get_by_role("separator").get_by_text("New messages").wait_for()
    await entry(bob).get_by_text("unread").wait_for(state="detached")
