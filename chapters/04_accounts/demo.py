"""Accounts: a newcomer, a closed door, a borrowed laptop, a server that dies, and one sign-out for both."""

from collections.abc import AsyncIterator

from course.lab.protocols import Lab, Person

PEOPLE = ("Alice", "Dave")
STARTS = {"Alice": "/", "Dave": "/"}

HIKE = "/conversations/2"
SECRET = "a few good words"


async def sign_in_as_alice(person: Person) -> None:
    """Fill in the sign-in page that is open, and wait for the conversation behind it."""
    await person.textbox("Email").fill("alice@example.com")
    await person.textbox("Password").fill("parley-demo")
    await person.follow(person.button("Sign in"))
    await person.log("Messages").wait_for()


async def acts(lab: Lab) -> AsyncIterator[str]:
    """Play the demo; each caption comes before its act."""
    alice, dave = await lab.people(*PEOPLE)

    yield "Dave registers, and signs in. The bar above says his name."
    await dave.goto("/register")
    await dave.textbox("Nickname").fill("Dave")
    await dave.textbox("Email").fill("dave@example.com")
    await dave.textbox("Password").fill(SECRET)
    await dave.textbox("Confirm password").fill(SECRET)
    await dave.follow(dave.button("Create account"))
    await dave.textbox("Password").fill(SECRET)
    await dave.follow(dave.button("Sign in"))
    await dave.button("Sign out").wait_for()

    yield "Alice opens her conversation. First she has to say who she is, then she is led on."
    await alice.goto(HIKE)
    await sign_in_as_alice(alice)

    yield "Dave tries the same address. He is no member, so for him nothing is there."
    await dave.goto(HIKE)
    await dave.heading("There is nothing here").wait_for()

    yield "Dave signs out, and lends Alice his laptop. Now she is signed in twice."
    await dave.follow(dave.button("Sign out"))
    await dave.goto(HIKE)
    await sign_in_as_alice(dave)

    yield "The server is killed, and starts again. Nobody is signed out; both pages come back by themselves."
    await lab.kill()
    await lab.restart()
    await alice.textbox("Message").fill("Still here.")
    await alice.button("Send").click()
    await dave.log("Messages").get_by_text("Still here.").wait_for()

    yield "Alice signs out on her own machine. The page on Dave's laptop leaves in the same moment."
    await alice.follow(alice.link("All conversations"))
    await alice.follow(alice.button("Sign out"))
    await alice.heading("Sign in").wait_for()
    await dave.heading("Sign in").wait_for()
