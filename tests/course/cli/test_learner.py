"""Gate 9, learner: what start, check, hint, diff, reset and merge do and say (golden output)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.checks import CheckResult
from course.learner.workspace import Workspace
from course.source.states import fold
from course.state_folder import write_state

Run = Callable[..., tuple[int, str]]
Agree = Callable[[str, str], None]
GREET = "messenger/greet.py"


@pytest.fixture
def workspace(small: Course) -> Workspace:
    return Workspace(small)


def write(workspace: Workspace, path: str, text: str) -> None:
    target = workspace.folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


def tracked(course: Course) -> dict[Path, bytes]:
    """Every file outside the workspace."""
    return {
        path: path.read_bytes()
        for path in course.root.rglob("*")
        if path.is_file() and course.workspace not in path.parents and "__pycache__" not in path.parts
    }


def test_a_learner_goes_through_a_chapter(
    small: Course, workspace: Workspace, run: Run, agree: Agree, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tracked(small)
    shown: list[str] = []

    def step(*words: str, code: int = 0, answer: str = "") -> None:
        ended, text = run(*words, answer=answer)
        shown.append(f"$ course {' '.join(words)}\n{text}")
        assert ended == code, text

    step()
    step("start", "1")
    step("check", code=1)
    step("hint", "1.1")
    step("hint", "1.1")
    write(workspace, GREET, fold(small, 1)[GREET].decode().replace("Hello", "Hullo"))
    write(workspace, "messenger/own.py", "OWN = 1\n")
    step()
    step("diff")
    step("diff", GREET)
    step("reset", "1", GREET, answer="n\n", code=1)
    step("reset", "1", GREET, answer="y\n")
    write_state(fold(small, 1), workspace.folder)
    step("diff")
    green = [CheckResult("1.1", "Alice is greeted", "passed")]
    monkeypatch.setattr("course.cli.checks.run_checks", lambda *_: green)
    step("check")
    step("start", "02_parting")
    step("list")
    agree("learner", "\n".join(shown))
    assert tracked(small) == before


def test_start_keeps_a_copy_of_own_work(small: Course, workspace: Workspace, run: Run) -> None:
    write(workspace, GREET, "MINE = 1\n")
    code, text = run("start", "2")
    assert code == 0
    assert workspace.files() == fold(small, 1)
    assert "workspace/.course/kept/001" in text
    assert (workspace.folder / ".course/kept/001" / GREET).read_text() == "MINE = 1\n"


def test_start_keeps_no_copy_of_what_the_course_wrote(small: Course, workspace: Workspace, run: Run) -> None:
    write_state(fold(small, 1), workspace.folder)
    run("start", "1")
    assert workspace.files() == {}
    assert not workspace.kept.folder.exists()


def test_start_gives_a_fresh_notebook_and_keeps_the_old_one(
    small: Course, workspace: Workspace, run: Run
) -> None:
    run("start", "1")
    notebook = small.workspace / "notebooks/01_greeting.ipynb"
    assert notebook.read_bytes() == (small.notebooks_dir / "01_greeting.ipynb").read_bytes()
    notebook.write_text("{}")
    run("start", "1")
    assert notebook.read_bytes() == (small.notebooks_dir / "01_greeting.ipynb").read_bytes()
    assert (workspace.folder / ".course/kept/001/notebooks/01_greeting.ipynb").read_text() == "{}"


def test_notebooks_follow_the_course_until_they_are_edited(small: Course, workspace: Workspace) -> None:
    def text(name: str) -> str:
        return (small.workspace / "notebooks" / name).read_text(encoding="utf-8")

    workspace.add_notebooks()
    for chapter in small.chapters:
        source = small.notebooks_dir / chapter.notebook_name
        # As Jupyter saves a notebook that was run.
        own = small.workspace / "notebooks" / chapter.notebook_name
        own.write_text(
            own.read_text(encoding="utf-8").replace('"outputs": []', '"outputs": [1]'), encoding="utf-8"
        )
        source.write_text(source.read_text(encoding="utf-8").replace("say", "shout"), encoding="utf-8")
    edited = small.workspace / "notebooks" / "02_parting.ipynb"
    edited.write_text(edited.read_text(encoding="utf-8").replace("goodbye", "farewell"), encoding="utf-8")
    workspace.add_notebooks()
    assert "Two people shout hello" in text("01_greeting.ipynb")
    assert "They also say farewell" in text("02_parting.ipynb")


def test_going_back_puts_the_database_aside(small: Course, workspace: Workspace, run: Run) -> None:
    run("start", "2")
    write(workspace, "data/workspace/parley.db", "rows")
    run("start", "2")
    assert (workspace.data / "workspace/parley.db").exists()
    run("start", "1")
    assert not (workspace.data / "workspace").exists()
    assert (workspace.data / "workspace.1/parley.db").read_text() == "rows"


def test_reset_of_the_whole_workspace(small: Course, workspace: Workspace, run: Run, agree: Agree) -> None:
    run("start", "2")
    write(workspace, GREET, "MINE = 1\n")
    assert run("reset", "2", answer="n\n")[0] == 1
    assert workspace.files()[GREET] == b"MINE = 1\n"
    code, text = run("reset", "2", "--yes")
    assert code == 0
    assert workspace.files() == fold(small, 1)
    agree("reset", text)


def test_reset_of_a_file_the_chapter_does_not_begin_with_removes_it(workspace: Workspace, run: Run) -> None:
    run("start", "1")
    write(workspace, GREET, "MINE = 1\n")
    assert run("reset", "1", "workspace/" + GREET, "-y")[0] == 0
    assert workspace.files() == {}
    assert run("reset", "1", GREET, "-y")[0] == 1


def test_reset_without_a_number_means_the_chapter_in_work(
    small: Course, workspace: Workspace, run: Run
) -> None:
    run("start", "2")
    write(workspace, GREET, "MINE = 1\n")
    write(workspace, "messenger/scratch.py", "MINE = 1\n")
    assert run("reset", GREET, "-y")[0] == 0
    assert workspace.files()["messenger/scratch.py"] == b"MINE = 1\n"
    assert workspace.files()[GREET] == fold(small, 1)[GREET]
    assert run("reset", "-y")[0] == 0
    assert workspace.files() == fold(small, 1)


def test_merge_brings_a_chapter_into_own_files(
    small: Course, workspace: Workspace, run: Run, agree: Agree
) -> None:
    run("start", "1")
    write_state(fold(small, 1), workspace.folder)
    write(workspace, GREET, fold(small, 1)[GREET].decode().replace('"Hello"', '"Good evening"'))
    write(workspace, "messenger/own.py", "OWN = 1\n")
    code, text = run("merge", "2")
    assert code == 0, text
    merged = workspace.files()
    assert b'"Good evening"' in merged[GREET]
    assert b"def part(" in merged[GREET]
    assert "messenger/scratch.py" not in merged
    assert merged["messenger/own.py"] == b"OWN = 1\n"
    agree("merge", text)


def test_merge_stops_at_a_conflict_and_keeps_a_copy(
    small: Course, workspace: Workspace, run: Run, agree: Agree
) -> None:
    run("start", "1")
    write_state(fold(small, 1), workspace.folder)
    own = fold(small, 1)[GREET].decode().replace('"""Greetings."""', '"""My greetings."""')
    write(workspace, GREET, own)
    write(workspace, "messenger/scratch.py", "MINE = 1\n")
    code, text = run("merge", "2")
    assert code == 1
    assert "<<<<<<< yours" in workspace.files()[GREET].decode()
    assert (workspace.folder / ".course/kept/001" / GREET).read_text(encoding="utf-8") == own
    agree("merge_conflict", text)


def test_merge_wants_the_chapter_before_to_be_built(small: Course, workspace: Workspace, run: Run) -> None:
    run("start", "1")
    write(workspace, "messenger/own.py", "OWN = 1\n")
    code, text = run("merge", "2")
    assert code == 1
    assert text.startswith(
        "Your workspace lacks files of chapter 1: messenger/__init__.py, messenger/greet.py, "
    )
    assert "`course merge 1` brings that chapter in first; " in text
    assert "`course start 2` begins chapter 2 with the course's files." in text
    assert workspace.files() == {"messenger/own.py": b"OWN = 1\n"}


def test_hints_come_one_by_one(small: Course, run: Run) -> None:
    shown = [run("hint", "1.a")[1] for _ in range(4)]
    assert ["hint 1" in text for text in shown] == [True] * 4
    assert ["hint 2" in text for text in shown] == [False, True, True, True]
    assert ["hint 3" in text for text in shown] == [False, False, True, True]
    assert "hint 3" in run("hint", "01_greeting.1", "--all")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["start", "9"], "There is no chapter '9'.\nThe chapters are 1, 2; see `course list`."),
        (["start", "0"], "The welcome chapter has no files to work on.\nBegin with `course start 1`."),
        (["check"], "You have not begun a chapter yet.\nBegin with `course start 1`."),
        (["diff"], "You have not begun a chapter yet.\nBegin with `course start 1`."),
        (
            ["merge", "2"],
            "Chapter 2 builds on chapter 1, and you have not begun a chapter.\n"
            "`course merge 1` brings in the next chapter; "
            "`course start 2` begins chapter 2 with the course's files.",
        ),
        (["hint", "1"], "'1' is not the number of a check.\nWrite for example `course hint 1.2`."),
        (["hint", "1.9"], "There are no hints for 1.9.\nChapter 1 has hints for: 1.1, 1.a."),
        (["check", "1.9"], "There is no check 1.9.\nChapter 1 has: 1.1."),
    ],
)
def test_mistakes_are_explained(small: Course, run: Run, words: list[str], message: str) -> None:
    code, text = run(*words)
    assert code == 1
    assert text.strip() == message


def test_no_traceback_unless_asked_for(small: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("course.cli.checks.run_checks", broken)
    code, text = run("check", "1")
    assert code == 1
    assert "Traceback" not in text
    assert "ZeroDivisionError: by zero" in text and "course -v" in text
    assert "Traceback" in run("-v", "check", "1")[1]


def test_the_current_folder_does_not_matter(
    small: Course, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("start", "1")[0] == 0
    assert (small.workspace / "notebooks/01_greeting.ipynb").is_file()
