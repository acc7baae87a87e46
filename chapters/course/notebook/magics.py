"""The magics: ``%chapter N``, ``%%save``, ``%copy``, ``%remove`` and ``%%exercise``.

``%load_ext course`` registers them. ``%chapter N`` prepares the kernel: the learner's ``workspace/`` comes
first on the import path, the app's settings are in the environment, and an empty workspace becomes the
state that the chapter starts from. After a cell has written Python, the ``messenger`` modules are forgotten,
so the next import reads the new code.
"""

from __future__ import annotations

import html
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from course.errors import CourseError
from course.lab.app.state import app_environment, find_state
from course.learner.saving import Saved, Saver
from course.learner.workspace import DATA, Workspace
from course.source.differences import changed_lines, compare, in_html
from course.source.model import Chapter, Course
from course.source.states import previous
from course.source.tangling import body_of, parse_save_line
from course.state_folder import write_state

COURSE_FILE = "chapters/course.toml"


def register(shell: Any) -> None:
    """Add the magics to an IPython shell, and put the ``course`` command on its path."""
    shell.register_magics(CourseMagics(shell))
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((scripts, path))


@magics_class
class CourseMagics(Magics):
    """The magics of a notebook, with its chapter."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._saver: Saver | None = None

    @property
    def saver(self) -> Saver:
        """The writer of this notebook's cells.

        Raises:
            CourseError: if ``%chapter`` has not run yet.
        """
        if self._saver is None:
            raise CourseError(
                "This kernel does not know its chapter yet.", "Run the notebook's first code cell."
            )
        return self._saver

    @line_magic
    def chapter(self, line: str) -> None:
        """Set the notebook's chapter, and prepare kernel and workspace for it: ``%chapter 2``.

        Raises:
            CourseError: if there is no such chapter.
        """
        course = Course.here()
        chapter = course.chapter(line.strip())
        workspace = Workspace(course)
        self._saver = Saver(workspace, chapter)
        message, warning = settle(workspace, chapter)
        prepare_kernel(workspace)
        strange = misplaced(course, Path.cwd(), chapter)
        if strange:
            _show(strange, "warning")
        _show(message, "warning" if warning else "good")

    @cell_magic
    def save(self, line: str, cell: str) -> None:
        """Save this cell's lines as a part of the learner's file: ``%%save messenger/chat.py 2/3``.

        Raises:
            CourseError: if the line cannot be read, or the file would not parse.
        """
        save = parse_save_line(line)
        saved = self.saver.save(save, body_of(cell))
        if saved.missing:
            numbers = ", ".join(str(number) for number in saved.missing)
            _show(
                f"{saved.path}: part {save.number} of {save.total} is kept; still to run: {numbers}.",
                "waiting",
            )
        else:
            self._report(saved)

    @line_magic
    def copy(self, line: str) -> None:
        """Copy a file that is not text: ``%copy static/icon.png``.

        Raises:
            CourseError: if the chapter has no such file.
        """
        self._report(self.saver.copy(line.strip()))

    @line_magic
    def remove(self, line: str) -> None:
        """Remove a file that is no longer needed: ``%remove messenger/by_hand.py``.

        Raises:
            CourseError: if it is not a file of the messenger.
        """
        self._report(self.saver.remove(line.strip()))

    @cell_magic
    def exercise(self, line: str, cell: str) -> None:
        """Put an exercise's edited lines into the learner's file: ``%%exercise a messenger/chat.py``.

        Raises:
            CourseError: if the lines it starts from are not there, or the file would not parse.
        """
        words = line.split()
        if len(words) != 2:
            raise CourseError(
                "%%exercise needs a letter and a path.", "For example: %%exercise a messenger/chat.py"
            )
        saved = self.saver.exercise(words[0], words[1], body_of(cell))
        if saved.before == saved.after:
            _show(f"{saved.path}: nothing changed. Edit these lines, then run the cell again.", "waiting")
        else:
            self._report(saved)

    def _report(self, saved: Saved) -> None:
        forget_messenger()
        if saved.before == saved.after:
            text = "is already removed" if saved.after is None else "is unchanged"
            _show(f"{saved.path} {text}.", "good")
            return
        kept = ""
        if saved.kept is not None:
            kept = f" Your own version is kept in {self.saver.workspace.course.relative(saved.kept)}."
        if saved.after is None:
            _show(f"{saved.path} is removed.{kept}", "good")
        elif saved.before is None:
            _show(f"{saved.path} is new: {saved.extent}.{kept}", "good")
        elif saved.size is not None:
            _show(f"{saved.path} is saved: {saved.extent}.{kept}", "good")
        else:
            lines = changed_lines(saved.before, saved.after)
            added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
            title = f"{saved.path} is saved: +{added} −{removed}.{kept}"
            _show(title, "good", in_html(saved.before, saved.after), "\n".join(lines))


def settle(workspace: Workspace, chapter: Chapter) -> tuple[str, bool]:
    """Make an empty workspace the state that the chapter starts from; leave any other one alone.

    Return a message about the workspace, and whether it is a warning.
    """
    title = f"Chapter {chapter.number}, {chapter.title}."
    state = workspace.state()
    begins = previous(workspace.course, chapter)
    if not workspace.files():
        if workspace.progress.chapter != chapter.number:
            workspace.forget_parts()
        write_state(begins, workspace.folder)
        workspace.progress.chapter = chapter.number
        given = "now the end of the chapter before" if begins else "filled by the cells below"
        return f"{title} Your workspace was empty; it is {given}.", False
    if not compare(workspace.files(), begins):
        workspace.progress.chapter = chapter.number
        return f"{title} Your workspace is ready: the end of the chapter before.", False
    if state == chapter.number:
        workspace.progress.chapter = max(chapter.number, workspace.progress.chapter)
        return f"{title} Your workspace has all files of this chapter already.", False
    if workspace.progress.chapter == chapter.number:
        return f"{title} Your workspace is as you left it.", False
    holds = f"the end of chapter {state}" if state else "work of your own"
    return (
        f"{title} Your workspace holds {holds}, which is not where this chapter begins. "
        f"Run !course start {chapter.number} in a cell of its own (a copy of your files is kept), "
        "then this cell again.",
        True,
    )


def misplaced(course: Course, here: Path, chapter: Chapter) -> str:
    """Return a warning when a kernel runs in the wrong folder; empty when it does not."""
    here = here.resolve()
    if here == course.notebooks_dir:
        copy = course.relative(course.workspace / "notebooks" / chapter.notebook_name)
        return (
            "This is the course's own notebook. If you change it, it can no longer be updated. "
            f"Close it, and open your copy: {copy} (make start opens it)."
        )
    owner = next((folder for folder in (here, *here.parents) if (folder / COURSE_FILE).is_file()), None)
    if owner is not None and owner != course.root:
        return (
            f"This notebook lies in {owner}, but its kernel belongs to the course in {course.root}: "
            "cells would be saved there. Choose another kernel (Kernel → Change Kernel), "
            f"or run make start in {owner}."
        )
    return ""


def prepare_kernel(workspace: Workspace) -> None:
    """Put the workspace first on the import path, and the app's settings into the environment."""
    folder = str(workspace.folder)
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)
    data = workspace.data / DATA
    data.mkdir(parents=True, exist_ok=True)
    settings = app_environment(find_state("workspace", workspace.course), data, workspace.course)
    os.environ.update(
        {key: value for key, value in settings.items() if key.startswith(("PARLEY_", "QUART_LIVE_"))}
    )
    forget_messenger()


def forget_messenger() -> None:
    """Forget the imported ``messenger`` modules, so that the next import reads the present files."""
    for name in [name for name in sys.modules if name == "messenger" or name.startswith("messenger.")]:
        del sys.modules[name]


_MARKS = {"good": ("✓", "#2da44e"), "waiting": ("…", "#8c6d1f"), "warning": ("!", "#bc4c00")}


def _show(message: str, kind: str, details: str = "", plain: str = "") -> None:
    """Show one line with a mark, with details below it, as HTML and as plain text."""
    mark, colour = _MARKS[kind]
    markup = (
        f'<div style="font-size:13px"><span style="color:{colour};font-weight:600">{mark}</span> '
        f"{html.escape(message)}</div>{details}"
    )
    text = f"{mark} {message}" + (f"\n{plain}" if plain else "")
    display({"text/html": markup, "text/plain": text}, raw=True)
