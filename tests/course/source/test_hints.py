"""Hints: how they are read, and that each check of the course has its three."""

from __future__ import annotations

import pytest

from course import Chapter, Course
from course.checks import load_checks
from course.source.hints import STEPS, hints_of, parse_hints

COURSE = Course.here()


def test_steps_go_on_in_indented_lines_and_blocks() -> None:
    hints = parse_hints(
        "# Hints\n\n## 1.2 Title\n1. one\n   more\n2. two\n\n   ```python\n   x\n   ```\n3. three\n"
    )
    assert hints["1.2"].title == "Title"
    assert hints["1.2"].steps == ("one\nmore", "two\n\n```python\nx\n```", "three")


def test_each_check_has_hints_and_each_hint_a_check() -> None:
    checks = {check.id for check in load_checks()}
    hinted = {check for chapter in COURSE.chapters for check in hints_of(chapter)}
    assert checks
    assert checks == hinted


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
def test_a_chapter_has_two_exercises_with_a_check_each(chapter: Chapter) -> None:
    checks = {check.id for check in load_checks()}
    assert len(chapter.exercises) >= 2
    for letter in chapter.exercises:
        assert f"{chapter.number}.{letter}" in checks


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
def test_there_are_three_steps(chapter: Chapter) -> None:
    for hints in hints_of(chapter).values():
        assert len(hints.steps) == STEPS
        assert all(hints.steps)
