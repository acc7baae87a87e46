"""The pictures of the messenger in the welcome notebook and the README, taken from the app as it is.

course shots
"""

from __future__ import annotations

from pathlib import Path

from course.lab import Lab
from course.lab.person import Person
from course.lab.pictures import side_by_side
from course.model import Course

WIDE = (1040, 660)
NARROW = (360, 660)
SCALE = 2.0
ADDRESS = "/conversations/1"
USERS = {"Alice": "User One", "Bob": "User Two"}
TALK = (
    ("Alice", "I will bring the big basket."),
    ("Bob", "Good. Mine has lost its handle."),
    ("Alice", "Then we share. See you at nine, by the fountain?"),
)


def picture_path(course: Course) -> Path:
    """Where the picture of the finished messenger is kept."""
    return course.chapters_dir / "00_welcome" / "pictures" / "messenger.png"


async def say(person: Person, text: str) -> None:
    """Write a message and wait until it is in the log."""
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text).wait_for()


async def take_pictures(course: Course) -> Path:
    """Let two people talk in the finished messenger, and keep a picture of both pages."""
    async with await Lab.open("finished") as lab:
        lab.scale = SCALE
        alice = await lab.person("Alice", viewport=WIDE)
        bob = await lab.person("Bob", viewport=NARROW, dark=True)
        people = {"Alice": alice, "Bob": bob}
        for name, person in people.items():
            await lab.sign_in(person, USERS[name])
        for name, text in TALK:
            await people[name].goto(ADDRESS)
            await say(people[name], text)
        for person in people.values():
            await person.goto(ADDRESS)
        shots = [("User One, at a desk", await alice.picture()), ("User Two, at night", await bob.picture())]
    png, _ = side_by_side(shots, SCALE)
    path = picture_path(course)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(png)
    return path
