"""The gates: green on a good course, red with chapter, file and advice when one character is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.author.gates import Finding, verify

Run = Callable[..., tuple[int, str]]
Agree = Callable[[str, str], None]


def findings(course: Course) -> dict[str, list[Finding]]:
    return {result.name: result.findings for result in verify(course) if result.findings}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_a_good_course_is_green(small: Course, run: Run, agree: Agree) -> None:
    assert findings(small) == {}
    code, text = run("verify")
    assert code == 0
    agree("verify_green", text)


def test_this_course_is_green() -> None:
    assert findings(Course.here()) == {}


@pytest.mark.parametrize(
    ("name", "path", "old", "new"),
    [
        ("app", "app/messenger/greet.py", "Hello", "Hallo"),
        ("static", "static/greet.css", "green", "greed"),
        ("overlay", "chapters/02_parting/files/messenger/greet.py", "Goodbye", "Good-bye"),
        ("earlier_overlay", "chapters/01_greeting/files/messenger/greet.py", "Hello", "Hallo"),
        ("cell", "notebooks/01_greeting.ipynb", "{WORD}, {name}", "{WORD}; {name}"),
        ("prose", "chapters/01_greeting/chapter.md", "Two people", "Two persons"),
        ("output", "notebooks/01_greeting.ipynb", '"outputs": []', '"outputs": [{"output_type": "stream"}]'),
        ("layout", "notebooks/01_greeting.ipynb", '"nbformat": 4', '"nbformat":  4'),
        ("not_shown", "chapters/01_greeting/chapter.md", "```{save} static/greet.css\n:folded:\n```\n", ""),
        ("shown_twice", "chapters/01_greeting/chapter.md", ":from: class Greeter", ":from: def greet"),
        ("removal", "chapters/02_parting/chapter.md", "```{remove} messenger/scratch.py\n```\n", ""),
        ("syntax", "chapters/01_greeting/files/messenger/greet.py", "def greet(name", "def greet(name)"),
        ("template", "chapters/01_greeting/files/messenger/templates/greet.html", "{% endif %}", ""),
        ("lint", "chapters/01_greeting/files/messenger/scratch.py", "TRIED", "import os\n\nTRIED"),
        ("format", "chapters/01_greeting/files/messenger/scratch.py", "TRIED =", "TRIED  ="),
        ("merge_mark", "chapters/01_greeting/files/static/greet.css", "p {", "<<<<<<< yours\np {"),
        ("experiment", "chapters/01_greeting/chapter.md", 'greet("Alice")', 'greet("Alice"'),
        ("hints", "chapters/01_greeting/hints.md", "2. Look for `upper`.\n", ""),
        ("solution", "chapters/01_greeting/exercises/a/files/messenger/greet.py", "class", "clas"),
    ],
)
def test_one_wrong_character_is_named(
    small: Course, run: Run, agree: Agree, name: str, path: str, old: str, new: str
) -> None:
    edit(small.root / path, old, new)
    code, text = run("verify")
    assert code == 1
    agree(f"verify_{name}", text)


def test_a_file_that_no_chapter_has_is_named(small: Course) -> None:
    (small.app_dir / "messenger" / "extra.py").write_text("")
    (red,) = findings(small)["replay"]
    assert red.message == "app/messenger/extra.py is generated, but no chapter has it."


def test_a_missing_file_is_named(small: Course) -> None:
    (small.app_dir / "messenger" / "greet.py").unlink()
    (red,) = findings(small)["replay"]
    assert "app/messenger/greet.py is missing; chapter 2 has it" in red.message


def test_a_missing_and_a_stray_notebook_are_named(small: Course) -> None:
    (small.notebooks_dir / "01_greeting.ipynb").rename(small.notebooks_dir / "09_greeting.ipynb")
    messages = [red.message for red in findings(small)["weave"]]
    assert messages == [
        "notebooks/01_greeting.ipynb is missing (chapter 1).",
        "notebooks/09_greeting.ipynb belongs to no chapter.",
    ]


def test_what_is_no_notebook_any_more_is_named(small: Course) -> None:
    (small.notebooks_dir / "01_greeting.ipynb").write_text("<<<<<<< HEAD\n")
    (red,) = findings(small)["weave"]
    assert red.message == "notebooks/01_greeting.ipynb is not a notebook any more."


def test_tangle_sees_cells_that_do_not_rebuild_a_file(small: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from course.author import weave

    honest = weave.save_source
    monkeypatch.setattr(weave, "save_source", lambda *args: honest(*args).replace("Goodbye", "Bye"))
    (red,) = findings(small)["tangle"]
    assert "02_parting.ipynb do not rebuild messenger/greet.py" in red.message


def test_a_removal_of_nothing_is_named(small: Course) -> None:
    edit(small.chapters_dir / "course.toml", "messenger/scratch.py", "messenger/scrap.py")
    course = Course(small.root)
    assert "chapter 2 removes messenger/scrap.py" in findings(course)["replay"][0].message


def test_long_cells_are_remarked_but_not_red(small: Course) -> None:
    lines = "".join(f"p.n{number} {{ color: red; }}\n" for number in range(26))
    (small.chapter(1).files_dir / "static/greet.css").write_text(lines, newline="\n")
    edit(small.chapter(1).manuscript, ":folded:\n", "")
    (notes,) = [result.notes for result in verify(small) if result.notes]
    assert notes == [
        "01_greeting.ipynb: `%%save static/greet.css 1/1` shows 26 lines; 25 are easier to read."
    ]
