"""The chapters' demos, played to the end in real browsers.

The stage plays all of them every day; here the first and the last are played, the others by ``make matrix``.
"""

from __future__ import annotations

from typing import Any

import pytest

from course import Chapter, Course, Lab
from course.demo import play

COURSE = Course.here()

pytestmark = pytest.mark.timeout(300)


def case(chapter: Chapter) -> Any:
    """A chapter as a parameter; those in between are of the matrix."""
    is_of_every_day = chapter.number in (1, COURSE.last)
    return pytest.param(chapter, id=chapter.name, marks=() if is_of_every_day else pytest.mark.matrix)


@pytest.mark.parametrize("chapter", [case(chapter) for chapter in COURSE.chapters])
async def test_a_demo_plays_to_its_end(chapter: Chapter) -> None:
    async with await Lab.open(state=chapter.number) as lab:
        captions = await play(chapter, lab)
        assert len(captions) >= 2
        assert all(caption.strip() for caption in captions)
