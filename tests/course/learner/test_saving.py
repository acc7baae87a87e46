"""%%save and its companions: any order, nothing broken is written, nobody's lines are lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import Course, CourseError
from course.author.weave import notebook
from course.learner.saving import Saved, Saver
from course.learner.workspace import Workspace
from course.source.states import fold, overlay
from course.source.tangling import Save, parse_save_line, read_cell, sources

FIXTURE = Path(__file__).parents[1] / "fixtures" / "small"
GREET = "messenger/greet.py"


@pytest.fixture
def workspace(small: Course) -> Workspace:
    return Workspace(small)


def steps(course: Course, number: int) -> list[tuple[Save, str]]:
    found = [read_cell(source) for source in sources(notebook(course, course.chapter(number)))]
    return [(step.save, step.text) for step in found if step is not None and step.save is not None]


def greet_steps(course: Course, number: int) -> list[tuple[Save, str]]:
    return [(save, text) for save, text in steps(course, number) if save.path == GREET]


def run_all(workspace: Workspace, number: int) -> list[Saved]:
    saver = Saver(workspace, workspace.course.chapter(number))
    return [saver.save(save, text) for save, text in steps(workspace.course, number)]


# --- parts


def test_the_file_is_written_when_all_parts_are_there(workspace: Workspace) -> None:
    saver = Saver(workspace, workspace.course.chapter(1))
    (one, two, three) = greet_steps(workspace.course, 1)
    assert saver.save(*three).missing == (1, 2)
    assert saver.save(*one).missing == (2,)
    assert not (workspace.folder / GREET).exists()
    saved = saver.save(*two)
    assert saved.missing == ()
    assert (workspace.folder / GREET).read_bytes() == overlay(workspace.course.chapter(1))[GREET]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_order_with_any_repetition_gives_the_state(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = Course(FIXTURE, Path(folder))
        workspace = Workspace(course)
        for number in (1, 2):
            chapter = course.chapter(number)
            cells = steps(course, number)
            order = [
                *data.draw(st.lists(st.sampled_from(cells), max_size=8)),
                *data.draw(st.permutations(cells)),
            ]
            for save, text in order:
                # A new kernel for each cell: nothing may live in memory alone.
                Saver(workspace, chapter).save(save, text)
        Saver(workspace, chapter).remove("messenger/scratch.py")
        Saver(workspace, chapter).copy("static/wave.bin")
        assert workspace.files() == fold(course, 2)
        assert not workspace.kept.folder.exists()


def test_an_edited_cell_changes_its_part_alone(workspace: Workspace) -> None:
    run_all(workspace, 1)
    saver = Saver(workspace, workspace.course.chapter(1))
    _, (save, text), _ = greet_steps(workspace.course, 1)
    saved = saver.save(save, text.replace("{name}.", "{name}!"))
    assert saved.before is not None and saved.after is not None
    assert saved.after == saved.before.replace("{name}.", "{name}!")


def test_parts_of_another_cut_are_dropped(workspace: Workspace) -> None:
    saver = Saver(workspace, workspace.course.chapter(1))
    saver.save(Save("messenger/new.py", 1, 2), "a = 1\n")
    assert saver.save(Save("messenger/new.py", 3, 3), "c = 1\n").missing == (1, 2)


@pytest.mark.parametrize(
    "line", ["", "messenger/a.py", "messenger/a.py 0/2", "messenger/a.py 3/2", "../a.py 1/1"]
)
def test_a_save_line_that_says_something_else_is_refused(line: str) -> None:
    with pytest.raises(CourseError):
        parse_save_line(line)


# --- nothing broken is written


def test_a_syntax_error_names_the_line_of_the_cell_and_writes_nothing(workspace: Workspace) -> None:
    run_all(workspace, 1)
    before = (workspace.folder / GREET).read_bytes()
    saver = Saver(workspace, workspace.course.chapter(1))
    _, (save, text), _ = greet_steps(workspace.course, 1)
    with pytest.raises(CourseError) as caught:
        saver.save(save, text.replace('return f"', 'return (f"'))
    assert "messenger/greet.py is not written, line 5 of this cell has an error" in caught.value.message
    assert 'return (f"{WORD}' in caught.value.message
    assert (workspace.folder / GREET).read_bytes() == before
    assert saver.save(save, text).missing == ()


def test_a_syntax_error_is_seen_before_all_parts_are_there(workspace: Workspace) -> None:
    saver = Saver(workspace, workspace.course.chapter(1))
    (save, _), _, _ = greet_steps(workspace.course, 1)
    with pytest.raises(CourseError, match="line 2 of this cell"):
        saver.save(save, "WORD = = 1\n")
    assert workspace.parts.known(1, GREET, 3) == {}


def test_a_template_that_does_not_parse_is_not_written(workspace: Workspace) -> None:
    saver = Saver(workspace, workspace.course.chapter(1))
    with pytest.raises(CourseError, match=r"line 3 of this cell has an error: .*'for'"):
        saver.save(Save("messenger/templates/greet.html", 1, 1), "<ul>\n{% for a in b %}\n</ul>\n")
    assert workspace.files() == {}


# --- nobody's lines are lost


def test_lines_of_the_learners_own_are_kept(workspace: Workspace) -> None:
    run_all(workspace, 1)
    target = workspace.folder / GREET
    own = target.read_text(encoding="utf-8") + "\n\nOWN = 1\n"
    target.write_text(own, encoding="utf-8", newline="\n")
    saver = Saver(workspace, workspace.course.chapter(1))
    saved = saver.save(*greet_steps(workspace.course, 1)[0])
    assert saved.kept is not None
    assert saved.kept.read_text(encoding="utf-8") == own
    assert "OWN" not in target.read_text(encoding="utf-8")


def test_what_the_course_wrote_is_not_kept(workspace: Workspace) -> None:
    run_all(workspace, 1)
    assert all(saved.kept is None for saved in run_all(workspace, 2))


def test_removing_keeps_a_changed_file(workspace: Workspace) -> None:
    run_all(workspace, 1)
    (workspace.folder / "messenger/scratch.py").write_text("MINE = 1\n")
    saved = Saver(workspace, workspace.course.chapter(2)).remove("messenger/scratch.py")
    assert saved.after is None
    assert saved.kept is not None and saved.kept.read_text() == "MINE = 1\n"


# --- exercises


@pytest.fixture
def exercise(workspace: Workspace) -> tuple[Workspace, Saver, str]:
    run_all(workspace, 1)
    saver = Saver(workspace, workspace.course.chapter(1))
    return workspace, saver, saver.plan.starter("a", GREET)


def test_an_unedited_exercise_changes_nothing(exercise: tuple[Workspace, Saver, str]) -> None:
    workspace, saver, starter = exercise
    saved = saver.exercise("a", GREET, starter)
    assert saved.before == saved.after
    assert workspace.state() == 1


def test_an_edited_exercise_goes_into_its_place_again_and_again(
    exercise: tuple[Workspace, Saver, str],
) -> None:
    workspace, saver, starter = exercise
    saver.exercise("a", GREET, starter.replace("{name}.", "{name}?"))
    saver.exercise("a", GREET, starter.replace('{name}."', '{name}.".upper()'))
    assert workspace.files()[GREET] == fold(workspace.course, 1, "a")[GREET]
    saver.exercise("a", GREET, starter)
    assert workspace.state() == 1


def test_an_exercise_works_after_the_file_was_saved_anew(exercise: tuple[Workspace, Saver, str]) -> None:
    workspace, saver, starter = exercise
    saver.exercise("a", GREET, starter.replace("{name}.", "{name}?"))
    run_all(workspace, 1)
    saver.exercise("a", GREET, starter.replace('{name}."', '{name}.".upper()'))
    assert workspace.files()[GREET] == fold(workspace.course, 1, "a")[GREET]


def test_an_exercise_without_its_lines_says_so(exercise: tuple[Workspace, Saver, str]) -> None:
    workspace, saver, starter = exercise
    (workspace.folder / GREET).write_text("nothing = 1\n")
    with pytest.raises(CourseError, match=r"are not in your messenger/greet\.py"):
        saver.exercise("a", GREET, starter.replace("{name}.", "{name}?"))


def test_an_exercise_with_an_error_is_not_written(exercise: tuple[Workspace, Saver, str]) -> None:
    workspace, saver, starter = exercise
    with pytest.raises(CourseError, match=r"error in line 9"):
        saver.exercise("a", GREET, starter.replace("return", "return return"))
    assert workspace.state() == 1


def test_an_exercise_may_begin_a_new_file(small: Course) -> None:
    manuscript = small.chapter(1).manuscript
    starter = "```{exercise} b messenger/new.py\n# Say hello here.\n```\n"
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + "\n" + starter, encoding="utf-8")
    workspace = Workspace(small)
    saver = Saver(workspace, small.chapter(1))
    assert saver.exercise("b", "messenger/new.py", "# Say hello here.\n").after is None
    assert workspace.files() == {}
    saver.exercise("b", "messenger/new.py", "HELLO = 1\n")
    assert workspace.files() == {"messenger/new.py": b"HELLO = 1\n"}
