"""The chapters' demos, played to the end in real browsers.

The stage plays them too. Of every day are the first; what a commit runs: see `support.sample`.
"""

from __future__ import annotations

from typing import Any

import pytest
from support.sample import THIRDS

from course import Chapter, Course, Lab
from course.demo import play

COURSE = Course.here()

pytestmark = pytest.mark.timeout(300)


def case(chapter: Chapter) -> Any:
    """A chapter as a parameter; the mark: see `support.sample`."""
    daily = chapter.number <= THIRDS
    grows = pytest.mark.grows(state=chapter.number, chapter=chapter.number, daily=daily, together=True)
    return pytest.param(chapter, id=chapter.name, marks=grows)


@pytest.mark.parametrize("chapter", [case(chapter) for chapter in COURSE.chapters])
async def test_a_demo_plays_to_its_end(chapter: Chapter) -> None:
    async with await Lab.open(state=chapter.number) as lab:
        captions = await play(chapter, lab)
        assert len(captions) >= 2
        assert all(caption.strip() for caption in captions)
