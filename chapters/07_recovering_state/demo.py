"""Recovering state: a draft, a wizard, a poll and a search, and what is left of them after each fault."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Person

PEOPLE = ("Alice", "Bob")
STARTS = {"Alice": "/", "Bob": "/"}


async def choose(person: Person, question: str, choice: str) -> None:
    """Pick a choice of a question in the poll, and press Choose."""
    group = person.page.get_by_role("group", name=question)
    await group.get_by_role("radio", name=choice).check()
    await group.get_by_role("button", name="Choose").click()
    await person.page.get_by_text("1 chosen, not voted yet.").wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, bob = await lab.people(*PEOPLE)

    yield "Alice and Bob are in the same conversation, each on a page of their own."
    await lab.sign_in(alice)
    await lab.sign_in(bob)
    for person in (alice, bob):
        await person.goto("/conversations/2")

    yield "Alice asks when they go. The question is on Bob's page as well."
    for person in (alice, bob):
        await person.button("Poll").click()
    await alice.textbox("Question").fill("Which day?")
    await alice.textbox("Choices, one in each line").fill("Saturday\nSunday")
    await alice.button("Ask").click()
    await bob.page.get_by_role("group", name="Which day?").wait_for()

    yield "Bob chooses Sunday, and does not vote yet. His choice is in his view alone."
    await choose(bob, "Which day?", "Sunday")

    yield "The server is killed, and started again. What he has chosen is still chosen."
    await lab.kill()
    await lab.restart()
    await bob.page.get_by_text("1 chosen, not voted yet.").wait_for()

    yield "Now he votes. That is in the database, and on Alice's page."
    await bob.button("Vote").click()
    await alice.page.get_by_role("group", name="Which day?").get_by_text("1", exact=True).wait_for()

    yield "Alice begins a conversation, step by step. In the middle of it her line is cut."
    await alice.goto("/conversations/new")
    await alice.page.get_by_role("checkbox", name="Bob").check()
    await alice.button("Next").click()
    await alice.textbox("What is it called?").fill("Sunday in the hills")
    await alice.button("Next").click()
    await alice.button("Begin").wait_for()
    await lab.cut(alice)

    yield "The line is back. She is at the same step, with all that she has entered."
    await lab.fix(alice)
    await alice.button("Begin").wait_for()
    await alice.button("Begin").click()
    await alice.heading("Sunday in the hills").wait_for()

    yield "Bob looks for the map. Words and tab stand in his address, so a refresh changes nothing."
    await bob.goto("/search?words=map&whose=others")
    await bob.page.get_by_role("list", name="Found").get_by_text("I bring the map.").wait_for()
    await lab.crash(bob)
    await bob.page.get_by_role("list", name="Found").get_by_text("I bring the map.").wait_for()
