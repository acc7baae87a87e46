"""The schedule: minutes and words of each section, summed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from course.manuscript import parse
from course.model import Chapter, Course


@dataclass
class Section:
    """A ``##`` section: its minutes (0 when the manuscript gives none), words of prose, and speaker notes."""

    title: str
    minutes: int = 0
    words: int = 0
    notes: list[str] = field(default_factory=list)


def sections(course: Course, chapter: Chapter) -> list[Section]:
    """The sections of a chapter's manuscript."""
    name = course.relative(chapter.manuscript)
    text = chapter.manuscript.read_text(encoding="utf-8") if chapter.manuscript.is_file() else ""
    found = [Section(chapter.title)]
    for block in parse(text, name):
        if block.kind == "prose":
            if block.text.startswith("## "):
                found.append(Section(block.text.splitlines()[0].removeprefix("## ").strip()))
            found[-1].words += count_words(block.text)
        elif block.kind == "minutes":
            found[-1].minutes += int(block.arguments[0])
            if block.text:
                found[-1].notes.append(block.text)
    return found


def count_words(prose: str) -> int:
    """Words a reader reads: without code blocks, tables' rules and links' addresses."""
    without_code = re.sub(r"(?ms)^(`{3,}).*?^\1", "", prose)
    without_targets = re.sub(r"\]\([^)]*\)", "]", without_code)
    return len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", without_targets))
