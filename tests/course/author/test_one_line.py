"""The steps of CONTRIBUTING, on the real chapters: a changed line of chapter 3 reaches the finished app.

The lines are chosen from the chapters as they are: one that all later versions of its file still have,
and one that a later chapter has changed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course import Course
from course.author.gates import verify
from course.source.states import committed_app, fold

Run = Callable[..., tuple[int, str]]

HERE = Course.here()
CHAPTER = 3
DOCSTRING = re.compile(r'^ +"""[^"]{10,80}\."""$', re.MULTILINE)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The whole course in a repository of its own."""
    root = tmp_path / "parley"
    ignore = shutil.ignore_patterns("node_modules", "__pycache__", "course", "data")
    for name in ("chapters", "notebooks", "app", "static"):
        shutil.copytree(HERE.root / name, root / name, ignore=ignore)
    shutil.copy(HERE.root / "pyproject.toml", root)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "All"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    monkeypatch.setenv("PARLEY_ROOT", str(root))
    monkeypatch.delenv("PARLEY_WORKSPACE", raising=False)
    return Course.here()


def versions(course: Course) -> Iterator[tuple[str, str, list[str]]]:
    """Python files of chapter 3 that later chapters have too: path, text, and the later texts."""
    later = [chapter for chapter in course.chapters if chapter.number > CHAPTER]
    for file in sorted(course.chapter(CHAPTER).files_dir.rglob("*.py")):
        path = file.relative_to(course.chapter(CHAPTER).files_dir).as_posix()
        texts = [
            (chapter.files_dir / path).read_text(encoding="utf-8")
            for chapter in later
            if (chapter.files_dir / path).is_file()
        ]
        if texts and path in fold(course, course.last):
            yield path, file.read_text(encoding="utf-8"), texts


def edit(course: Course, path: str, line: str, new: str) -> None:
    """Change one line of chapter 3's file."""
    target = course.chapter(CHAPTER).files_dir / path
    text = target.read_text(encoding="utf-8")
    assert text.count(line) == 1
    target.write_text(text.replace(line, new), encoding="utf-8", newline="\n")


def is_green(course: Course) -> bool:
    """Whether all quick gates pass."""
    return not [finding for result in verify(course) for finding in result.findings]


def section_of_contributing() -> str:
    """Return the section of CONTRIBUTING about a line of chapter 3."""
    text = (HERE.root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split("## Change one line in chapter 3")[1].split("\n### ")[0]


def commands_of_contributing() -> list[list[str]]:
    """The commands of its steps, those left out that serve or test."""
    steps = section_of_contributing().split("5. Run the tests")[0]
    return [line.split()[1:] for line in re.findall(r"(?m)^ +course \w+$", steps)]


def test_contributing_names_the_steps_and_a_line_that_is_there() -> None:
    assert commands_of_contributing() == [["ripple"], ["weave"], ["verify"]]
    (path,) = re.findall(r"`(chapters/03\w+/files/\S+)`", section_of_contributing())
    (line,) = re.findall(r"```python\n(.*?)\n```", section_of_contributing(), re.DOTALL)
    assert (HERE.root / path).read_text(encoding="utf-8").count(f"\n{line}\n") == 1


def test_a_line_of_chapter_3_reaches_the_finished_app(copy: Course, run: Run) -> None:
    path, line = next(
        (path, line[0])
        for path, text, later in versions(copy)
        for line in DOCSTRING.finditer(text)
        if all(other.count(line[0]) == 1 for other in (text, *later))
    )
    new = line.replace('."""', ', as ever."""')
    edit(copy, path, line, new)
    assert not is_green(copy)

    for command in commands_of_contributing():
        code, said = run(*command)
        assert code == 0, said
        if command == ["ripple"]:
            assert said.endswith("Next: `course weave`.\n")

    assert new in committed_app(copy)[path].decode()
    assert all(new in fold(copy, number)[path].decode() for number in range(CHAPTER, copy.last + 1))
    assert run("ripple")[1] == "Nothing to carry.\n"


def test_a_clash_is_reported_once_with_chapter_and_file(copy: Course, run: Run) -> None:
    path, line = next(
        (path, line[0])
        for path, text, later in versions(copy)
        for line in DOCSTRING.finditer(text)
        if text.count(line[0]) == 1 and line[0] not in later[0]
    )
    edit(copy, path, line, line.replace('."""', ', as ever."""'))
    code, said = run("ripple")
    assert code == 1
    clash = re.findall(r"Chapter (\d+) changes the same lines, in 1 place of (\S+)\.\n", said)
    assert len(clash) == 1
    assert int(clash[0][0]) > CHAPTER
    assert clash[0][1].endswith(path)
    assert said.count(path) == 1
    assert "<<<<<<<" in (copy.root / clash[0][1]).read_text(encoding="utf-8")

    code, said = run("verify")
    assert code == 1
    assert said.count("a merge mark is left") == 1
    assert clash[0][1] in said
