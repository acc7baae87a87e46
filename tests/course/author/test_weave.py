"""The notebooks that weave writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course import Course, CourseError
from course.author.weave import OTHER_PYTHON, notebook, notebook_bytes, weave
from course.source.tangling import sources


def woven(course: Course, number: int) -> dict[str, Any]:
    return notebook(course, course.chapter(number))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def ids(course: Course, number: int) -> list[str]:
    return [cell["id"] for cell in woven(course, number)["cells"]]


def test_jupyter_itself_would_write_the_same_bytes(small: Course) -> None:
    for path in small.notebooks_dir.glob("*.ipynb"):
        content = nbformat.read(path, as_version=4)
        nbformat.validate(content)
        assert (nbformat.writes(content) + "\n").encode() == path.read_bytes()


def test_weaving_again_changes_nothing(small: Course) -> None:
    assert weave(small) == ([], [])


def test_the_set_up_cell_comes_after_the_title(small: Course) -> None:
    cells = woven(small, 1)["cells"]
    assert "".join(cells[0]["source"]).startswith("# 1. A greeting")
    assert "".join(cells[1]["source"]) == (
        f"{OTHER_PYTHON}\n%load_ext course\n%chapter 1\nfrom course import Lab"
    )
    assert "".join(cells[2]["source"]).startswith("## Build it")


def test_welcome_has_no_chapter_and_carries_its_pictures(small: Course) -> None:
    cells = woven(small, 0)["cells"]
    assert sources({"cells": cells}) == [f"{OTHER_PYTHON}\n%load_ext course"]
    text = "".join(cells[0]["source"])
    assert "![a dot](data:image/svg+xml;base64," in text
    assert "![another](attachment:dot.png)" in text
    assert list(cells[0]["attachments"]["dot.png"]) == ["image/png"]


def test_save_cells_say_path_and_part(small: Course) -> None:
    heads = [source.split("\n")[0] for source in sources(woven(small, 1)) if source.startswith("%%save")]
    assert heads == [
        "%%save messenger/__init__.py 1/1",
        "%%save messenger/greet.py 1/3",
        "%%save messenger/greet.py 2/3",
        "%%save messenger/greet.py 3/3",
        "%%save messenger/templates/greet.html 1/1",
        "%%save static/greet.css 1/1",
        "%%save messenger/scratch.py 1/1",
    ]


def test_unchanged_parts_and_those_marked_are_folded(small: Course) -> None:
    def folded(number: int) -> list[str]:
        return [
            cell["source"][0].strip()
            for cell in woven(small, number)["cells"]
            if cell["metadata"].get("jupyter", {}).get("source_hidden")
        ]

    assert folded(1) == ["%%save static/greet.css 1/1"]
    assert folded(2) == ["%%save messenger/greet.py 2/4", "%%save messenger/greet.py 4/4"]
    edit(small.chapter(2).manuscript, ":from: def greet\n", ":from: def greet\n:open:\n")
    assert folded(2) == ["%%save messenger/greet.py 4/4"]


def test_an_experiment_that_raises_is_tagged(small: Course) -> None:
    (cell,) = [c for c in woven(small, 1)["cells"] if "".join(c["source"]) == "greet()"]
    assert cell["metadata"]["tags"] == ["raises-exception"]


def test_notes_and_minutes_stay_out(small: Course) -> None:
    text = notebook_bytes(woven(small, 1)).decode()
    assert "Ask who greets first" not in text
    assert "a note for authors" not in text


def test_an_edit_leaves_all_other_ids_alone(small: Course) -> None:
    before = ids(small, 1)
    edit(small.chapter(1).manuscript, "A page, and its colours.", "A page, with its colours.")
    edit(small.chapter(1).files_dir / "messenger/greet.py", '"Hello"', '"Good morning"')
    after = ids(small, 1)
    assert len(before) == len(set(before))
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_the_same_words_twice_have_two_ids(small: Course) -> None:
    edit(small.chapter(1).manuscript, "## See it\n", "## See it\n\n```python\n1\n```\n\n```python\n1\n```\n")
    found = ids(small, 1)
    assert len(found) == len(set(found))


def test_a_missing_picture_is_named(small: Course) -> None:
    edit(small.chapter(0).manuscript, "dot.svg", "spot.svg")
    with pytest.raises(CourseError, match=r"00_welcome/chapter.md:1: the picture spot.svg is not there"):
        woven(small, 0)


def test_one_bad_chapter_does_not_keep_the_others_from_being_woven(small: Course) -> None:
    edit(small.chapter(1).manuscript, "{save} messenger/scratch.py", "{save} messenger/scratch_.py")
    edit(small.chapter(2).manuscript, "They also say goodbye.", "They say goodbye.")
    changed, problems = weave(small)
    assert changed == ["notebooks/02_parting.ipynb"]
    assert len(problems) == 1


def test_files_that_leave_a_chapter_leave_the_app(small: Course) -> None:
    stray = small.app_dir / "messenger" / "old" / "stray.py"
    stray.parent.mkdir()
    stray.write_text("")
    (small.notebooks_dir / "09_old.ipynb").write_text("{}")
    (small.static_dir / "package.json").write_text("{}")
    changed, _ = weave(small)
    assert changed == ["app/messenger/old/stray.py", "notebooks/09_old.ipynb"]
    assert not stray.parent.exists()
    assert (small.static_dir / "package.json").exists()


def test_cells_hold_what_the_files_hold(small: Course) -> None:
    content = json.loads((small.notebooks_dir / "01_greeting.ipynb").read_text(encoding="utf-8"))
    (cell,) = [s for s in sources(content) if s.startswith("%%save messenger/greet.py 2/3")]
    assert (
        cell
        == '%%save messenger/greet.py 2/3\n\n\ndef greet(name: str) -> str:\n    return f"{WORD}, {name}."'
    )
