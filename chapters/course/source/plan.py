"""The plan of a chapter's notebook: its overlay files, cut into the parts that ``{save}`` blocks show.

Making the plan is the *shown* gate: every overlay file is shown whole, in order, once; every removal is
announced.
"""

from __future__ import annotations

from dataclasses import dataclass

from course.errors import CourseError
from course.source.anchors import Cut, region, split
from course.source.manuscript import Block, parse
from course.source.model import Chapter, Course
from course.source.states import Files, fold, overlay, previous


@dataclass(frozen=True)
class Part:
    """Part ``number`` of ``total`` of a file.

    ``unchanged`` when the previous chapter's version has these lines.
    """

    path: str
    number: int
    total: int
    text: str
    unchanged: bool


@dataclass(frozen=True)
class Plan:
    """A chapter's blocks, the part of each ``{save}`` and the starter of each ``{exercise}``, by index."""

    blocks: list[Block]
    parts: dict[int, Part]
    starters: dict[int, str]

    def files(self) -> dict[str, list[str]]:
        """Return the texts of the parts of each file."""
        found: dict[str, list[str]] = {}
        for part in self.parts.values():
            found.setdefault(part.path, []).append(part.text)
        return found

    def starter(self, exercise: str, path: str) -> str:
        """Return the lines that an exercise's cell starts with.

        Raises:
            CourseError: if the chapter has no such exercise on this file.
        """
        for index, text in self.starters.items():
            if self.blocks[index].arguments == (exercise, path):
                return text
        raise CourseError(
            f"This chapter has no exercise {exercise} on {path}.", "Check the cell's first line."
        )


def read_plan(course: Course, chapter: Chapter) -> Plan:
    """Read a chapter's manuscript and files.

    Raises:
        CourseError: if they do not fit together; the message names the line.
    """
    name = course.relative(chapter.manuscript)
    if not chapter.manuscript.is_file():
        raise CourseError(f"{name} is missing.", "Every chapter of course.toml needs its prose.")
    blocks = parse(chapter.manuscript.read_text(encoding="utf-8"), name)
    files = overlay(chapter)
    _require_copies(blocks, files, chapter)
    _require_removals(blocks, chapter, name)
    return Plan(
        blocks,
        _parts(blocks, files, previous(course, chapter), chapter, name),
        _starters(blocks, fold(course, chapter.number)),
    )


def _parts(blocks: list[Block], files: Files, before: Files, chapter: Chapter, name: str) -> dict[int, Part]:
    shown: dict[str, list[int]] = {}
    for index, block in enumerate(blocks):
        if block.kind == "save":
            shown.setdefault(block.path, []).append(index)
    copied = {block.path for block in blocks if block.kind == "copy"}
    for path in files:
        if path not in shown and path not in copied:
            raise CourseError(
                f"{name}: {chapter.folder}/files/{path} is never shown.",
                f"Add a ```{{save}} {path} block, or take the file out of files/.",
            )
    parts: dict[int, Part] = {}
    for path, indexes in shown.items():
        if path not in files:
            raise CourseError(
                f"{blocks[indexes[0]].where}: {chapter.folder}/files/{path} does not exist.",
                "A {save} block shows a file of the chapter's own overlay; earlier files stay as they are.",
            )
        cuts = [
            Cut(blocks[i].where, blocks[i].options.get("from"), blocks[i].options.get("until"))
            for i in indexes
        ]
        texts = split(_text(files[path], f"{chapter.folder}/files/{path}"), cuts, path)
        old = before.get(path, b"").decode("utf-8", "replace")
        for number, (index, text) in enumerate(zip(indexes, texts, strict=True), start=1):
            parts[index] = Part(path, number, len(texts), text, _holds(old, text))
    return dict(sorted(parts.items()))


def _holds(old: str, text: str) -> bool:
    return bool(text.strip()) and f"\n{text}" in f"\n{old}"


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CourseError(f"{name} is not text.", "Use ```{copy} instead of ```{save}.") from error
    if "\r" in text:
        raise CourseError(f"{name} has carriage returns.", "Save it with LF line ends.")
    if text and (not text.endswith("\n") or text.endswith("\n\n") or not text.strip()):
        raise CourseError(f"{name} must end with exactly one newline.", "Correct its last line.")
    return text


def _require_copies(blocks: list[Block], files: Files, chapter: Chapter) -> None:
    for block in blocks:
        if block.kind == "copy" and block.path not in files:
            raise CourseError(
                f"{block.where}: {chapter.folder}/files/{block.path} does not exist.", "Correct the path."
            )


def _require_removals(blocks: list[Block], chapter: Chapter, name: str) -> None:
    announced = {block.path: block.where for block in blocks if block.kind == "remove"}
    for path in chapter.remove:
        if path not in announced:
            raise CourseError(
                f"{name}: course.toml takes {path} away, but the chapter has no block for it.",
                f"Add a ```{{remove}} {path} block.",
            )
    for path, where in announced.items():
        if path not in chapter.remove:
            raise CourseError(
                f"{where}: course.toml does not take {path} away in this chapter.",
                f'Add `remove = ["{path}"]` to the chapter in course.toml, or drop this block.',
            )


def _starters(blocks: list[Block], state: Files) -> dict[int, str]:
    starters: dict[int, str] = {}
    for index, block in enumerate(blocks):
        if block.kind != "exercise":
            continue
        exists = block.path in state
        if block.text and exists:
            raise CourseError(
                f"{block.where}: {block.path} exists already, so this exercise cannot bring a starter text.",
                "Say with `:from:` and `:until:` which of its lines are edited.",
            )
        if not block.text and not exists:
            raise CourseError(
                f"{block.where}: {block.path} does not exist after this chapter.",
                "Correct the path, or give a starter text for a new file.",
            )
        if block.text:
            starters[index] = block.text + "\n"
        else:
            cut = Cut(block.where, block.options.get("from"), block.options.get("until"))
            starters[index] = region(_text(state[block.path], block.path), cut, block.path)
    return starters
