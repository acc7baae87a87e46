"""Gate 5, sound, for every state and every exercise's solution: types, and JavaScript that parses."""

from __future__ import annotations

from pathlib import Path

import pytest

from course import Course
from course.author.gates.deep import is_module, script_check, type_check
from course.source.states import Files, fold

COURSE = Course.here()
STATES = [
    (str(chapter.number), chapter.number, exercise)
    for chapter in COURSE.chapters
    for exercise in (None, *chapter.exercises)
]


def state(number: int, exercise: str | None) -> tuple[str, Files]:
    name = f"chapter {number}" + (f", exercise {exercise}" if exercise else "")
    return name, fold(COURSE, number, exercise)


@pytest.fixture(scope="module")
def parsed() -> set[bytes]:
    """Scripts that were found good in another state: most states have most of them."""
    return set()


@pytest.mark.parametrize(("number", "exercise"), [(number, exercise) for _, number, exercise in STATES])
def test_types(number: int, exercise: str | None) -> None:
    assert type_check(COURSE, *state(number, exercise)) == []


@pytest.mark.parametrize(("number", "exercise"), [(number, exercise) for _, number, exercise in STATES])
def test_scripts(number: int, exercise: str | None, parsed: set[bytes]) -> None:
    name, files = state(number, exercise)
    new = {path: content for path, content in files.items() if content not in parsed}
    assert script_check(COURSE, name, new) == []
    parsed.update(new.values())


def test_a_wrong_type_is_named() -> None:
    files = {"messenger/__init__.py": b"", "messenger/wrong.py": b'count: int = "one"\n'}
    (red,) = type_check(COURSE, "chapter 1", files)
    assert red.message.startswith(f"chapter 1: {Path('messenger/wrong.py')}:1: error: Incompatible types")


def test_types_are_those_of_the_state_and_not_of_the_finished_app() -> None:
    files = {
        "messenger/__init__.py": b"",
        "messenger/only_here.py": b"count: int = 1\n",
        "messenger/use.py": b"from messenger.only_here import count\n\nreveal: str = count\n",
    }
    (red,) = type_check(COURSE, "a state", files)
    assert "messenger/use.py:3" in red.message.replace("\\", "/")


def test_a_script_that_does_not_parse_is_named() -> None:
    files = {"static/a.js": b"export const a = 1;\nconst = 2;\n", "static/b.js": b"var fine = 1;\n"}
    (red,) = script_check(COURSE, "chapter 1", files)
    assert (
        red.message == "chapter 1: static/a.js:2: SyntaxError: Missing initializer in const declaration"
        or (red.message.startswith("chapter 1: static/a.js:2: SyntaxError"))
    )


def test_modules_are_told_from_scripts() -> None:
    assert is_module(b'import {Socket} from "phoenix";\n')
    assert not is_module(b'self.addEventListener("push", () => {});\n')
