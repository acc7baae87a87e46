"""Cutting files into parts: contiguous, in order, and clear words when they are not."""

from __future__ import annotations

import pytest

from course import CourseError
from course.source.anchors import Cut, region, split

TEXT = """import os


class Greeter:
    @property
    def name(self):
        return "a"

    @property
    def title(self):
        return "b"


def greet():
    pass
"""


def cut(start: str | None = None, until: str | None = None) -> Cut:
    return Cut("chapter.md:7", start, until)


def test_parts_join_to_the_file_and_blank_lines_go_to_the_next_part() -> None:
    parts = split(TEXT, [cut(), cut("class Greeter"), cut("def greet")], "a.py")
    assert "".join(parts) == TEXT
    assert parts[0] == "import os\n"
    assert parts[1].startswith("\n\nclass Greeter")
    assert parts[2] == "\n\ndef greet():\n    pass\n"


def test_either_side_of_a_joint_may_say_where_it_is() -> None:
    by_from = split(TEXT, [cut(), cut("def greet")], "a.py")
    by_until = split(TEXT, [cut(until="def greet"), cut()], "a.py")
    assert by_from == by_until


def test_two_lines_in_a_row_find_what_one_cannot() -> None:
    parts = split(TEXT, [cut(), cut("@property >> def title"), cut("def greet")], "a.py")
    assert parts[1].lstrip("\n").startswith("    @property\n    def title")


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ([cut(), cut("@property")], "several lines of a.py: 5, 9"),
        ([cut(), cut("def missing")], "no line of a.py begins with 'def missing'"),
        ([cut("class Greeter")], "lines 1 to 1 of a.py are not shown before this part"),
        ([cut(), cut("def greet", "class Greeter")], "would show no lines"),
        ([cut(until="class Greeter")], "lines 2 to 15 of a.py are not shown"),
        (
            [cut(until="class Greeter"), cut("def greet")],
            "lines 2 to 11 of a.py are not shown before this part",
        ),
        ([cut(until="def greet"), cut("class Greeter")], "shown already"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(cuts: list[Cut], words: str) -> None:
    with pytest.raises(CourseError) as caught:
        split(TEXT, cuts, "a.py")
    assert words in caught.value.message
    assert caught.value.message.startswith("chapter.md:7: ")
    assert caught.value.advice


def test_an_empty_file_is_one_empty_part() -> None:
    assert split("", [cut()], "a.py") == [""]


def test_a_region_has_no_blank_lines_around_it() -> None:
    assert region(TEXT, cut("class Greeter", "def greet"), "a.py").endswith('return "b"\n')
