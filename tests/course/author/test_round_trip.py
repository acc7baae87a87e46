"""tangle(weave(files)) == files, for files of every kind of text; and IPython hands cells on as they are."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from course import Course
from course.author.weave import notebook, notebook_bytes
from course.source.manuscript import check_path
from course.source.states import fold
from course.source.tangling import body_of, load_notebook, sources, tangle

FENCE = "`" * 3

# Everything except what ends a line for Python's file reading, and half characters.
characters = st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])
line_texts = st.text(characters, max_size=12)
blank_lines = st.integers(0, 2)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[int]]:
    """A file's text, and the numbers of the lines at which its parts begin."""
    texts = draw(st.lists(st.tuples(line_texts, blank_lines), min_size=1, max_size=12))
    lines = []
    for number, (text, blanks) in enumerate(texts):
        # The number makes a line unique, so that it can be an anchor.
        lines.append("\n" * (blanks if number else 0) + f"<{number}>{text}|\n")
    joints = draw(st.sets(st.integers(1, max(len(texts) - 1, 1)), max_size=4))
    return "".join(lines), sorted(joint for joint in joints if joint < len(texts))


def write_course(root: Path, contents: dict[str, tuple[str, list[int]]]) -> Course:
    chapter = root / "chapters" / "01_any"
    chapter.mkdir(parents=True)
    (root / "chapters/course.toml").write_text('[[chapter]]\nfolder = "01_any"\ntitle = "Any"\nminutes = 1\n')
    manuscript = ["# Any", ""]
    for path, (text, joints) in contents.items():
        target = chapter / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
        for anchor in [None, *joints]:
            option = [] if anchor is None else [f":from: <{anchor}>"]
            manuscript += [f"{FENCE}{{save}} {path}", *option, FENCE, "", "Words.", ""]
    (chapter / "chapter.md").write_text("\n".join(manuscript), encoding="utf-8")
    return Course(root)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["messenger/a.txt", "messenger/b/c.css", "static/d.js"]), files(), min_size=1
    )
)
def test_cells_alone_rebuild_the_files(contents: dict[str, tuple[str, list[int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = write_course(Path(folder), contents)
        chapter = course.chapter(1)
        written = notebook_bytes(notebook(course, chapter))
        cells = sources(load_notebook(written, "any"))
        wanted = {path: text.encode() for path, (text, _) in contents.items()}
        assert fold(course, 1) == wanted
        assert tangle(cells, {}, chapter) == wanted
        assert tangle(list(reversed(cells)), {}, chapter) == wanted
        assert tangle([*cells, *cells], {}, chapter) == wanted


@settings(max_examples=60, deadline=None)
@given(files())
def test_ipython_gives_the_magic_what_the_file_has(content: tuple[str, list[int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = write_course(Path(folder), {"messenger/a.txt": content})
        cells = [s for s in sources(notebook(course, course.chapter(1))) if s.startswith("%%save")]
        bodies = []
        for cell in cells:
            call = ast.parse(TransformerManager().transform_cell(cell)).body[0]
            assert isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
            bodies.append(body_of(ast.literal_eval(call.value.args[2])))
        assert "".join(bodies) == content[0]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_path_leaves_the_workspace(path: str) -> None:
    from course import CourseError

    try:
        check_path(path, "here")
    except CourseError:
        return
    assert path.startswith(("messenger/", "static/"))
    assert ".." not in Path(path).parts
    assert "\\" not in path
