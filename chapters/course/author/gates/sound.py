"""Gate 5, sound, the quick part: files parse and lint, experiments compile, hints are complete."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from course.author.gates.base import Finding
from course.errors import CourseError
from course.source.hints import STEPS, hints_of
from course.source.manuscript import parse
from course.source.model import Chapter, Course
from course.source.states import overlay, solution
from course.source.syntax import problem_in

# A line of ruff about a file that it would format, in older and in newer versions.
_NOT_FORMATTED = re.compile(r"^(?:Would reformat: | *--> )(.+?)(?::\d+:\d+)?$", re.MULTILINE)


def sound(course: Course) -> list[Finding]:
    """Check the files themselves: syntax, lint, format, experiments and hints."""
    try:
        linting = _Ruff(course)
        findings = [finding for chapter in course.all_chapters for finding in _chapter(course, chapter)]
        return findings + linting.findings()
    except CourseError as error:
        return [Finding.of(error)]


def _chapter(course: Course, chapter: Chapter) -> Iterator[Finding]:
    yield from _files(f"chapters/{chapter.folder}/files", overlay(chapter), chapter)
    for letter in chapter.exercises:
        folder = f"chapters/{chapter.folder}/exercises/{letter}/files"
        yield from _files(folder, solution(chapter, letter), chapter)
    yield from _experiments(course, chapter)
    for check, hints in hints_of(chapter).items():
        if len(hints.steps) != STEPS:
            yield Finding(
                f"chapters/{chapter.folder}/hints.md: {check} has {len(hints.steps)} step(s).",
                f"Each check has {STEPS}, numbered 1. 2. 3.",
            )


def _files(folder: str, files: dict[str, bytes], chapter: Chapter) -> Iterator[Finding]:
    for path, content in files.items():
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            continue
        problem = problem_in(path, text)
        if problem:
            yield Finding(
                f"{folder}/{path}:{problem.line}: {problem.message} (chapter {chapter.number}).",
                "Fix that line.",
            )


def _experiments(course: Course, chapter: Chapter) -> Iterator[Finding]:
    if not chapter.manuscript.is_file():
        return
    name = course.relative(chapter.manuscript)
    try:
        blocks = parse(chapter.manuscript.read_text(encoding="utf-8"), name)
    except CourseError:
        return  # the gate `shown` reports it
    for block in blocks:
        if block.kind == "python" and not block.text.startswith("%%"):
            message = _syntax_error(block.text)
            if message:
                yield Finding(
                    f"{block.where}: this experiment has a syntax error: {message}.", "Fix it in chapter.md."
                )


def _syntax_error(source: str) -> str | None:
    """Return the syntax error of a cell's Python; IPython's own lines (``%``, ``!``) are passed over."""
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass" if line.lstrip()[:1] in ("%", "!") else line
        for line in source.splitlines()
    ]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile("\n".join(lines), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno}, {error.msg}"
    return None


class _Ruff:
    """A run of ruff over the overlays, started first and read last, so that it runs in parallel."""

    def __init__(self, course: Course) -> None:
        self._root = course.root
        self._folders = [
            str(folder)
            for chapter in course.chapters
            for folder in (chapter.files_dir, chapter.path / "exercises")
            if folder.is_dir()
        ]
        config = course.root / "pyproject.toml"
        self._options = ["--config", str(config)] if config.is_file() else []
        self._check = self._start("check", "--quiet", "--output-format=concise")
        self._format = self._start("format", "--check")

    def _start(self, *words: str) -> subprocess.Popen[str] | None:
        if not self._folders:
            return None
        return subprocess.Popen(
            [find_ruff(), *words, *self._options, *self._folders],
            cwd=self._root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def findings(self) -> list[Finding]:
        """Return one finding for each line of lint, and for each file that is not formatted.

        Raises:
            CourseError: if ruff does not run.
        """
        advice = "Fix it, or run `ruff check --fix` on the file; then `course weave`."
        # Syntax errors are reported already, with Python's message.
        findings = [
            Finding(line, advice) for line in self._lines(self._check) if "invalid-syntax" not in line
        ]
        said = "\n".join(self._lines(self._format))
        advice = "Run `ruff format` on it, then `course weave`."
        paths = sorted(set(_NOT_FORMATTED.findall(said)))
        findings += [Finding(f"{path} is not formatted.", advice) for path in paths]
        if self._format is not None and self._format.returncode == 1 and not paths:
            findings.append(Finding(f"ruff format failed: {said}", advice))
        return findings

    def _lines(self, run: subprocess.Popen[str] | None) -> list[str]:
        if run is None:
            return []
        output, _ = run.communicate()
        lines = [line.replace("\\", "/") for line in output.splitlines() if line.strip()]
        if run.returncode not in (0, 1, 2) or (run.returncode == 2 and not lines):
            raise CourseError(f"ruff ended with code {run.returncode}.", "Run `make setup`, then try again.")
        root = self._root.as_posix()
        return [line.replace(f"{root}/", "") for line in lines]


def find_ruff() -> str:
    """Return the path of this environment's ruff.

    Raises:
        CourseError: if it is not installed.
    """
    name = Path(sysconfig.get_path("scripts")) / "ruff"
    found = shutil.which(str(name)) or shutil.which("ruff")
    if found is None:
        raise CourseError("ruff is not installed here.", "Run `make setup`.")
    return found
