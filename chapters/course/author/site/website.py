"""Building the site: run the notebooks and give them to Sphinx, whose warnings are errors."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.author.site.execution import kernel_environment, run_notebook
from course.author.site.pages import write_index, write_page
from course.errors import CourseError
from course.source.model import Chapter, Course

NEEDED = ("sphinx", "myst_nb", "furo")

CONF = '''"""Made by `course site`."""

project = "Parley"
author = "the Parley authors"
extensions = ["myst_nb"]
html_theme = "furo"
html_title = "Parley"
html_static_path = ["_static"]
html_css_files = ["parley.css"]
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
# The notebooks have run already, in the kernels that the course itself prepares.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = []
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]
smartquotes = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def setup(app):
    from course.author.site.colours import NAME, CellLexer

    app.add_lexer(NAME, CellLexer)
'''

STYLE = """/* Frames and files are wide; prose is not. */
.content { width: 52em; }
.content p, .content section > ul, .content section > ol { max-width: 44em; }
.cell_input pre { font-size: 0.8rem; }
.cell_output img { background: #fff; }
.cell_output table { font-size: 0.85rem; }
.cell_output { overflow-x: auto; }
:root { --mystnb-source-border-color: rgba(128, 128, 128, 0.35); }
table.docutils { margin-left: 0; }
"""


def require_sphinx() -> None:
    """Make sure that the site's packages are installed.

    Raises:
        CourseError: if one is missing.
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise CourseError(
            "The packages that make the site are not installed.", "Run `make site`: it installs them first."
        )


def build(
    course: Course,
    out: Path,
    chapters: tuple[Chapter, ...] = (),
    run: bool = True,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Build the pages.

    Args:
        course: the course with the notebooks.
        out: the folder of the site; an old site in it is replaced once the pages are built.
        chapters: the chapters that get a page; all when empty.
        run: whether to run the notebooks first. Without it the pages have no outputs.
        on_step: called with the name of each step.

    Returns:
        the pages, the first one first.

    Raises:
        CourseError: if a package is missing, a cell did not run, or Sphinx reported a fault.
    """
    require_sphinx()
    chosen = chapters or course.all_chapters
    with tempfile.TemporaryDirectory(prefix="parley-site-") as name:
        work = Path(name).resolve()
        source = work / "source"
        (source / "_static").mkdir(parents=True)
        (source / "conf.py").write_text(CONF, encoding="utf-8")
        (source / "_static" / "parley.css").write_text(STYLE, encoding="utf-8")
        for chapter in chosen:
            on_step(f"{'running' if run else 'reading'} {chapter.notebook_name}")
            notebook = _ran(course, chapter, work) if run else _without_outputs(course, chapter)
            paths = {str(work / chapter.folder): "parley", str(course.root): "parley"}
            write_page(notebook, chapter, source, paths, chosen)
        write_index(course, chosen, source)
        on_step("making the pages")
        made = work / "made"
        _sphinx(source, made, work / "doctrees")
        _replace(out, made)
    return [out / "index.html", *(out / f"{chapter.folder}.html" for chapter in chosen)]


def _ran(course: Course, chapter: Chapter, work: Path) -> Any:
    """Return a notebook with its outputs; its workspace is empty at first."""
    home = work / chapter.folder
    here = home / "workspace" / "notebooks"
    here.mkdir(parents=True)
    (home / "jupyter").mkdir()
    return run_notebook(course, chapter, kernel_environment(home / "workspace", home / "jupyter"), here)


def _without_outputs(course: Course, chapter: Chapter) -> Any:
    import nbformat  # slow to import, and only this command needs it

    return nbformat.read(course.notebooks_dir / chapter.notebook_name, as_version=4)


def _sphinx(source: Path, out: Path, doctrees: Path) -> None:
    """Run Sphinx. A warning, such as a broken link, is an error."""
    words = ["-b", "html", "-q", "-E", "-W", "--keep-going", "-d", str(doctrees)]
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, str(source), str(out)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if ran.returncode:
        said = (ran.stderr or ran.stdout).replace(f"{source}/", "").strip()
        raise CourseError(f"Sphinx reported a fault.\n{said}", "Fix it in the chapter, then `course weave`.")


def _replace(out: Path, made: Path) -> None:
    """Replace the old pages by the new ones; a folder that holds anything else is left alone."""
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").is_file():
        raise CourseError(
            f"{out} contains files that are not a site.", "Choose another folder: `course site --out FOLDER`."
        )
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(made, out, ignore=shutil.ignore_patterns(".buildinfo", "objects.inv", "_sources"))
