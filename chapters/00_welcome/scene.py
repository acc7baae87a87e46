"""What the pictures of the finished messenger show. `course shots` plays it and takes them.

`scene` is an asynchronous generator: at each ``yield``, of a name and a person, this person's page is taken,
in light and in dark colours. `COVER` names the two that stand together in the welcome notebook.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from course import Lab
from course.errors import CourseError
from course.lab.person.person import Person

WIDE = (1280, 720)
NARROW = (360, 720)
HIKE = "/conversations/2"
THERE_BEFORE = 4
"""How many messages the seed has put into the hike's conversation."""

TALK = (
    ("Bob", "Good morning! It has rained all night up here."),
    ("Alice", "And stopped at six. I looked out of the window on purpose."),
    ("Bob", "Then I bring the thermos, and the good tea."),
    ("Alice", "Two cups? Carol never has hers."),
    ("Carol", "I heard that."),
    ("Carol", "Three cups. See you at eight, by the big clock."),
)

COVER = (
    ("Alice, at her desk", "conversation-1280-light"),
    ("Bob, on his way", "conversation-360-dark"),
)

TO_THE_TOP_JS = "el => window.scrollBy(0, el.getBoundingClientRect().top - 24)"
SETTING = Path(__file__).with_name("setting.py")


async def scene(lab: Lab) -> AsyncIterator[tuple[str, Person]]:
    """Play the scene; what is yielded is to be taken now."""
    await lab.start()
    await in_app(lab, "begin()")
    lab.scale = 2.0
    alice = await lab.person("Alice", viewport=WIDE)
    bob = await lab.person("Bob", viewport=NARROW)
    carol = await lab.person("Carol")
    people = {person.name: person for person in (alice, bob, carol)}
    for person in people.values():
        await lab.sign_in(person)
        await person.goto(HIKE)
    for name, text in TALK:
        await say(people[name], text)
    await in_app(lab, f"set_clocks(before={THERE_BEFORE})")

    await alice.goto(HIKE)
    yield "conversation-1280", alice
    await bob.goto(HIKE)
    yield "conversation-360", bob
    await bob.goto("/")
    yield "conversations-360", bob

    for name in ("Carol", "Dora"):
        await bob.button(name).click()
        await bob.button(f"Remove {name}").wait_for()
    await bob.textbox("Title (optional)").fill("A boat for Sunday")
    await bob.heading("New conversation").evaluate(TO_THE_TOP_JS)
    yield "new-conversation-360", bob


async def say(person: Person, text: str) -> None:
    """Write a message and wait until it is in the log."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text).wait_for()


async def in_app(lab: Lab, call: str) -> None:
    """Run a function of `setting` with the app's database."""
    source = SETTING.read_text(encoding="utf-8")
    _, problem = await lab.python(f"{source}\n\nimport asyncio\n\nasyncio.run({call})\n")
    if problem:
        raise CourseError(
            f"The scene could not be set: {problem.strip().splitlines()[-1]}", f"See {SETTING}."
        )
