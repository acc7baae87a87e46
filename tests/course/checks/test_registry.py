"""Declaring and choosing checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.checks import Check, load_checks, select
from course.errors import CourseError
from course.source.model import Course

SOURCE = """
from course.checks import check, since

@check("1.2", "Second", files=["messenger/b.py"])
@since(1)
async def second(c): ...

@check("1.a", "Exercise")
@since(1)
async def exercise(c): ...

@check("1.10", "Tenth", fresh=True)
@since(1, until=3)
async def tenth(c): ...
"""


LATER = """
from course.checks import check, since

@check("2.1", "Later")
@since(2)
async def later(c): ...
"""

CHAPTERS = """
[[chapter]]
folder = "01_one"
title = "One"
minutes = 1

[[chapter]]
folder = "02_two"
title = "Two"
minutes = 1
"""


def load(root: Path, first: str = SOURCE, second: str = LATER) -> tuple[Check, ...]:
    """Two chapters with a file of one name in each."""
    for folder, source in (("01_one", first), ("02_two", second)):
        checks = root / "chapters" / folder / "checks"
        checks.mkdir(parents=True, exist_ok=True)
        (checks / "things.py").write_text(source, encoding="utf-8")
    (root / "chapters" / "course.toml").write_text(CHAPTERS, encoding="utf-8")
    return load_checks(Course(root))


def test_checks_come_in_order_exercises_last(tmp_path: Path) -> None:
    assert [check.id for check in load(tmp_path)] == ["1.2", "1.10", "1.a", "2.1"]


def test_loading_again_sees_edits(tmp_path: Path) -> None:
    load(tmp_path)
    edited = load(tmp_path, SOURCE.replace('"Second"', '"Seconds"'))
    assert edited[0].title == "Seconds"
    assert len(edited) == 4


def test_files_of_a_chapter_share_what_they_need(tmp_path: Path) -> None:
    load(tmp_path)
    shared = tmp_path / "chapters" / "02_two" / "checks" / "steps.py"
    second = "from .steps import TITLE\n" + LATER.replace('"Later"', "TITLE")
    for title in ("Shared", "Changed since"):
        shared.write_text(f"TITLE = {title!r}", encoding="utf-8")
        assert load(tmp_path, second=second)[-1].title == title


def test_the_states_a_check_holds_on(tmp_path: Path) -> None:
    second, tenth, exercise, later = load(tmp_path)
    assert [second.holds_on(state) for state in range(4)] == [False, True, True, True]
    assert [tenth.holds_on(state) for state in range(4)] == [False, True, True, False]
    assert [later.holds_on(state) for state in range(4)] == [False, False, True, True]
    assert not any(exercise.holds_on(state) for state in range(4)), "nobody has solved it there"
    assert (second.files, tenth.fresh, exercise.exercise) == (("messenger/b.py",), True, "a")


def test_choosing(tmp_path: Path) -> None:
    checks = load(tmp_path)
    assert [check.id for check in select("1", checks)] == ["1.2", "1.10"]
    assert [check.id for check in select("01_first_live_view", checks)] == ["1.2", "1.10"]
    assert [check.id for check in select("1.2", checks)] == ["1.2"]
    assert [check.id for check in select("1.a", checks)] == ["1.a"]
    with pytest.raises(CourseError, match=r"no check 1\.7[\s\S]*1\.2, 1\.10, 1\.a"):
        select("1.7", checks)
    with pytest.raises(CourseError, match="no chapter '77'"):
        select("77", checks)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@check('1.2', 'No states')\nasync def one(c): ...", r"put @since\(1\) below @check"),
        ("@check('first', 'No id')\n@since(1)\nasync def one(c): ...", "'first' is not an id"),
        (
            "@check('1.1', 'A')\n@since(1)\nasync def a(c): ...\n" * 2,
            "two checks 1.1",
        ),
        (
            "@check('2.7', 'A')\n@since(2)\nasync def a(c): ...",
            "check 2.7 is in chapters/01_one/checks, the folder of another chapter",
        ),
    ],
)
def test_mistakes_are_told(tmp_path: Path, source: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        load(tmp_path, "from course.checks import check, since\n" + source)
