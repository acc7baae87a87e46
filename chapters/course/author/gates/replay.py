"""Gate 1, replay: the folded overlays equal ``app/messenger`` and ``static``, byte for byte."""

from __future__ import annotations

from course.author.gates.base import Finding
from course.errors import CourseError
from course.source.model import Chapter, Course
from course.source.states import Files, committed_app, fold, origin


def replay(course: Course) -> list[Finding]:
    """Compare the committed app with the fold of all chapters."""
    try:
        folded = fold(course, course.last)
    except CourseError as error:
        return [Finding.of(error)]
    committed = committed_app(course)
    return [
        _finding(course, path, folded, committed)
        for path in sorted({*folded, *committed})
        if folded.get(path) != committed.get(path)
    ]


def _finding(course: Course, path: str, folded: Files, committed: Files) -> Finding:
    name = f"app/{path}" if path.startswith("messenger/") else path
    chapter = origin(course, path)
    if chapter is None:
        return Finding(
            f"{name} is generated, but no chapter has it.",
            f"Remove it, or put it into a chapter as chapters/…/files/{path}; then run `course weave`.",
        )
    source = f"chapters/{chapter.folder}/files/{path}"
    if path not in committed:
        return Finding(
            f"{name} is missing; chapter {chapter.number} has it as {source}.", "Run `course weave`."
        )
    line = _first_difference(folded[path], committed[path])
    return Finding(
        f"{name} is generated: line {line} differs from {source} (chapter {chapter.number}).",
        _advice(chapter, source),
    )


def _advice(chapter: Chapter, source: str) -> str:
    return (
        f"Edit {source}, never the generated file, then run `course weave` "
        f"(or `course absorb` to carry an edit of the app back into chapter {chapter.number})."
    )


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = zip(one.split(b"\n"), other.split(b"\n"), strict=False)
    same = 0
    for left, right in pairs:
        if left != right:
            break
        same += 1
    return same + 1
