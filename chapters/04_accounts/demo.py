"""Accounts: a newcomer, a closed door, a server that dies, and two tabs that close in the same moment."""

from collections.abc import AsyncIterator

from course import Lab

PEOPLE = ("Alice", "Dave")
HIKE = "/conversations/2"
SECRET = "a few good words"


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, dave = await lab.people(*PEOPLE)

    yield "Dave registers. He is signed in at once; the bar above says his name."
    await dave.goto("/register")
    await dave.textbox("Nickname").fill("Dave")
    await dave.textbox("Email").fill("dave@example.com")
    await dave.textbox("Password").fill(SECRET)
    await dave.textbox("Confirm password").fill(SECRET)
    await dave.button("Create account").click()
    await dave.button("Sign out").wait_for()

    yield "Alice wants to see her conversation. First she has to say who she is."
    await alice.goto(HIKE)
    await alice.textbox("Email").fill("alice@example.com")
    await alice.textbox("Password").fill("parley-demo")
    await alice.button("Sign in").click()
    await alice.log("Messages").wait_for()
    await alice.live()

    yield "She opens it in a second tab as well."
    tab = await alice.context.new_page()
    await tab.goto(alice.url + HIKE)
    await tab.locator("[data-phx-main].phx-connected").wait_for()

    yield "Dave tries the same address. He is no member, so for him nothing is there."
    await dave.goto(HIKE)
    await dave.heading("There is nothing here").wait_for()

    yield "The server is killed, and starts again. Nobody is signed out; Alice's page comes back by itself."
    await lab.kill()
    await lab.restart()
    await alice.textbox("Message").fill("Still here.")
    await alice.button("Send").click()
    await tab.get_by_role("log").get_by_text("Still here.").wait_for()

    yield "Alice signs out in the first tab. The second one leaves the conversation in the same moment."
    await alice.link("All conversations").click()
    await alice.button("Sign out").click()
    await alice.heading("Sign in").wait_for()
    await tab.get_by_role("heading", name="Sign in").wait_for()
