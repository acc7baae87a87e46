"""The camera: it plays the scene in a Lab, takes each page twice, and makes the pictures small."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import Literal

from course.author.shots.stamp import pictures_dir, taken_before, welcome, write_stamp
from course.errors import CourseError
from course.lab import Lab
from course.lab.person.person import Person
from course.lab.person.pictures import side_by_side, small
from course.source.model import Course

COVER = "messenger.png"
COVER_SCALE = 2.0

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

# A field with `autofocus` gets the focus when the page is first drawn: wait for that, then take it away.
AT_REST = """async () => {
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  document.activeElement?.blur();
}"""


async def take_pictures(course: Course, on_picture: Callable[[Path], None] = lambda path: None) -> list[Path]:
    """Play the scene and write its pictures, the cover and their stamp. Return the paths.

    Args:
        course: the course with the finished app and the scene.
        on_picture: called with each file at once.

    Raises:
        CourseError: if there is no scene.
        NoBrowser: if no Chromium starts.
    """
    module = load_scene(course)
    folder = pictures_dir(course)
    folder.mkdir(parents=True, exist_ok=True)
    taken: dict[str, bytes] = {}
    async with await Lab.open("finished") as lab:
        pages: AsyncIterator[tuple[str, Person]] = module.scene(lab)
        async for name, person in pages:
            for scheme in SCHEMES:
                taken[f"{name}-{scheme}"] = await picture(person, scheme)
            await person.page.emulate_media(color_scheme="light")
    cover, _ = side_by_side([(title, taken[name]) for title, name in module.COVER], COVER_SCALE)
    files = {f"{name}.png": png for name, png in taken.items()} | {COVER: cover}
    for old in set(taken_before(course)) - set(files):
        (folder / old).unlink(missing_ok=True)
    for name, png in files.items():
        (folder / name).write_bytes(small(png))
        on_picture(folder / name)
    write_stamp(course, (folder / name for name in files))
    return [folder / name for name in files]


async def picture(person: Person, scheme: Scheme) -> bytes:
    """Take a picture of a person's page in light or dark colours, fully loaded and without a caret."""
    await person.page.emulate_media(color_scheme=scheme)
    await person.page.evaluate(AT_REST)
    return await person.picture()


def load_scene(course: Course) -> ModuleType:
    """Import the welcome chapter's scene.

    Raises:
        CourseError: if it has none.
    """
    path = welcome(course) / "scene.py"
    spec = importlib.util.spec_from_file_location("parley_scene", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise CourseError(
            f"{course.relative(path)} is missing.", "It plays the scene of the pictures: restore it from git."
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
