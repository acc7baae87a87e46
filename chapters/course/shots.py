"""The pictures of the messenger in the welcome notebook and the README, taken from the app as it is.

course shots
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from course.lab import Lab
from course.lab.person import Person
from course.lab.pictures import side_by_side
from course.model import Course

WIDE = (1280, 800)
NARROW = (360, 800)
SCALE = 2.0
TITLE = "Sunday lunch"
TALK = (
    ("Alice", "Who is hungry on Sunday?"),
    ("Bob", "Me. I can bring the bread from the market."),
    ("Bob", "The dark one, if they still have it."),
    ("Alice", "Then I make the soup. One o'clock at my place?"),
    ("Bob", "One is fine."),
)


async def take_pictures(course: Course) -> list[Path]:
    """Let people use the finished messenger. Pictures of it: wide and narrow, by day and by night."""
    folder = course.chapters_dir / "00_welcome" / "pictures"
    folder.mkdir(exist_ok=True)
    paths = []
    async with await Lab.open("finished") as lab:
        lab.scale = SCALE
        async for name, shots in scenes(lab):
            path = folder / f"{name}.png"
            path.write_bytes(side_by_side(shots, SCALE)[0])
            paths.append(path)
    return paths


async def scenes(lab: Lab) -> AsyncIterator[tuple[str, list[tuple[str, bytes]]]]:
    """Each picture: its name, and what stands side by side in it."""
    alice = await arrive(lab, "Alice", "Alice at a desk", WIDE)
    bob = await arrive(lab, "Bob", "Bob at night", NARROW, dark=True)
    await choose(alice, "Bob", "Carol")
    await alice.textbox("Title (optional)").fill(TITLE)
    await alice.button("Create").click()
    await alice.link(re.compile(TITLE)).wait_for()
    await bob.reload()
    people = {"Alice": alice, "Bob": bob}
    for person in people.values():
        await person.follow(person.link(re.compile(TITLE)))
    for name, text in TALK:
        await say(people[name], text)
    for person in people.values():
        await person.reload()
    yield "messenger", [await shot(alice), await shot(bob)]

    carol = await arrive(lab, "Carol", "Carol at a desk, at night", WIDE, dark=True)
    phone = await arrive(lab, "Alice", "Alice on the way", NARROW)
    for person in (carol, phone):
        await choose(person, "Bob", "User One")
        await person.textbox("Title (optional)").fill("Market on Saturday")
        await person.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    yield "dashboard", [await shot(carol), await shot(phone)]


async def arrive(lab: Lab, name: str, caption: str, size: tuple[int, int], dark: bool = False) -> Person:
    """Somebody with a browser of this size, signed in."""
    person = await lab.person(caption, viewport=size, dark=dark)
    await lab.sign_in(person, name)
    return person


async def choose(person: Person, *names: str) -> None:
    """Choose members of a new conversation."""
    for name in names:
        await person.button(name).click()
        await person.button(f"Remove {name}").wait_for()


async def say(person: Person, text: str) -> None:
    """Write a message and wait until it is in the log."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


async def shot(person: Person) -> tuple[str, bytes]:
    """A caption, and the page as it looks now."""
    return person.name, await person.picture()
