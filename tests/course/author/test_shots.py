"""The pictures in the README and the welcome notebook show the app as it is, in light and dark colours."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from course import Course
from course.author.gates import verify
from course.author.shots import camera, stamp
from course.lab import find_chromium
from course.lab.person.pictures import small
from course.source.model import Chapter

COURSE = Course.here()
FOLDER = stamp.pictures_dir(COURSE)
README = (COURSE.root / "README.md").read_text(encoding="utf-8")

SCENE = """
COVER = (("One", "page-light"), ("Two", "page-dark"))

async def scene(lab):
    person = await lab.person("Alice", viewport=(320, 240))
    await person.page.set_content(
        "<meta name='color-scheme' content='light dark'><input autofocus><p style='color: teal'>Page"
    )
    yield "page", person
"""


def test_the_pictures_show_the_app_as_it_is() -> None:
    assert stamp.stale(COURSE) == []


def test_the_readme_shows_pictures_that_are_there_each_in_both_colours() -> None:
    shown = re.findall(r'(?:src|srcset)="([^"]+\.png)"', README)
    assert shown
    assert all((COURSE.root / path).is_file() for path in shown)
    light = {path for path in shown if path.endswith("-light.png")}
    dark = {path for path in shown if path.endswith("-dark.png")}
    assert light | dark == set(shown)
    assert {path.replace("-light.", "-dark.") for path in light} == dark
    assert "conversation-1280" in README and "conversation-360" in README
    images = re.findall(r"<img [^>]*>", README)
    assert all(re.search(r'alt="[^"]{10,}"', image) for image in images)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*-[0-9]*.png")), ids=lambda path: path.stem)
def test_a_picture_is_as_wide_as_its_name_says_and_small(path: Path) -> None:
    width = int(re.findall(r"\d+", path.stem)[-1])
    with Image.open(path) as image:
        assert image.width == 2 * width
    assert path.stat().st_size < 150_000


def test_fewer_colours_change_none_by_much() -> None:
    hues = Image.linear_gradient("L").resize((300, 200))
    picture = Image.merge("RGB", [hues, hues.transpose(Image.Transpose.ROTATE_90).resize((300, 200)), hues])
    picture.paste((0, 128, 128), (0, 0, 20, 20))  # few pixels, far from all others
    out = io.BytesIO()
    picture.save(out, "PNG")
    shrunk = Image.open(io.BytesIO(small(out.getvalue()))).convert("RGB")
    assert len(shrunk.getcolors() or ()) > 100
    red, green, blue = ImageChops.difference(picture, shrunk).split()
    assert max(max(band.tobytes()) for band in (red, green, blue)) < 40


@pytest.fixture
def with_scene(small: Course) -> Course:
    """The small course with a scene."""
    (stamp.welcome(small) / "scene.py").write_text(SCENE, encoding="utf-8")
    return small


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_shots_take_every_page_twice_and_stay_true_until_the_app_changes(with_scene: Course) -> None:
    assert stamp.stale(with_scene) == [
        "chapters/00_welcome/pictures/pictures.json is missing. Run `course shots`."
    ]
    folder = stamp.pictures_dir(with_scene)
    (folder / "of-yesterday.png").write_bytes(b"")
    stamp.write_stamp(with_scene, [folder / "of-yesterday.png"])
    seen: list[Path] = []
    taken = asyncio.run(camera.take_pictures(with_scene, seen.append))
    assert taken == seen == [folder / name for name in ("page-light.png", "page-dark.png", "messenger.png")]
    assert {path.name for path in folder.glob("*.png")} == {"dot.png", *(path.name for path in taken)}
    light, dark = (Image.open(path).convert("RGB") for path in taken[:2])
    assert light.size == dark.size == (320, 240)
    assert light.getpixel((1, 239)) != dark.getpixel((1, 239))
    first = [path.read_bytes() for path in taken]
    assert stamp.stale(with_scene) == []

    asyncio.run(camera.take_pictures(with_scene))
    assert [path.read_bytes() for path in taken] == first

    app = with_scene.app_dir / "messenger" / "greet.py"
    app.write_text(app.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert stamp.stale(with_scene) == ["The pictures are older than the app. Run `course shots`."]
    notes = [note for result in verify(with_scene) for note in result.notes]
    assert notes == ["The pictures are older than the app. Run `course shots`."]


def test_a_picture_that_was_touched_or_lost_is_named(with_scene: Course) -> None:
    folder = stamp.pictures_dir(with_scene)
    for name in ("one.png", "two.png"):
        (folder / name).write_bytes(name.encode())
    stamp.write_stamp(with_scene, [folder / "one.png", folder / "two.png"])
    assert stamp.stale(with_scene) == []
    (folder / "one.png").write_bytes(b"other")
    (folder / "two.png").unlink()
    touched, lost = stamp.stale(with_scene)
    assert touched.startswith("chapters/00_welcome/pictures/one.png is not the picture that was taken.")
    assert lost.startswith("The picture chapters/00_welcome/pictures/two.png is missing.")


def test_the_scene_and_line_ends(with_scene: Course) -> None:
    before = stamp.state_hash(with_scene)
    scene = stamp.welcome(with_scene) / "scene.py"
    scene.write_bytes(SCENE.replace("\n", "\r\n").encode())
    assert stamp.state_hash(with_scene) == before
    scene.write_text(SCENE.replace("teal", "navy"), encoding="utf-8")
    assert stamp.state_hash(with_scene) != before


def test_a_course_without_a_scene_has_no_pictures_to_be_stale(small: Course) -> None:
    welcome: Chapter = small.chapter(0)
    assert not (welcome.path / "scene.py").exists()
    assert stamp.stale(small) == []
