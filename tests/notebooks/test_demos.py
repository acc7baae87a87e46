"""The chapters' demos, played to the end in real browsers."""

from __future__ import annotations

import pytest

from course import Chapter, Course, Lab
from course.demo import play

COURSE = Course.here()

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
async def test_a_demo_plays_to_its_end(chapter: Chapter) -> None:
    async with await Lab.open(state=chapter.number) as lab:
        captions = await play(chapter, lab)
        assert len(captions) >= 2
        assert all(caption.strip() for caption in captions)
