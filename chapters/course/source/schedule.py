"""The schedule: minutes and words of each section, summed by chapter and by day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from course.source.manuscript import parse
from course.source.model import Chapter, Course


@dataclass
class Section:
    """A ``##`` section: its minutes (0 when the manuscript gives none), words of prose, and speaker notes."""

    title: str
    minutes: int = 0
    words: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """A chapter with its sections, for teaching.

    Attributes:
        chapter: the chapter.
        all_sections: its sections; the first is the text before the first heading, with the chapter's title.
    """

    chapter: Chapter
    all_sections: tuple[Section, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that have a heading."""
        return self.all_sections[1:]

    @property
    def planned(self) -> int:
        """The minutes that ``course.toml`` gives to the chapter."""
        return self.chapter.minutes

    @property
    def minutes(self) -> int:
        """The minutes of all sections; those planned when no section has any."""
        return sum(section.minutes for section in self.all_sections) or self.planned

    @property
    def words(self) -> int:
        """The number of words of the whole chapter."""
        return sum(section.words for section in self.all_sections)


def lesson(course: Course, chapter: Chapter) -> Lesson:
    """Return a chapter with its minutes, words and notes."""
    return Lesson(chapter, tuple(sections(course, chapter)))


def days(lessons: Iterable[Lesson], most: int) -> list[list[Lesson]]:
    """Divide chapters among days, in order. A chapter that does not fit into the day begins the next one.

    Args:
        lessons: the chapters.
        most: minutes of a day; a longer chapter gets a day of its own.
    """
    plan: list[list[Lesson]] = []
    left = 0
    for one in lessons:
        if not plan or one.minutes > left:
            plan.append([])
            left = most
        plan[-1].append(one)
        left -= one.minutes
    return plan


def sections(course: Course, chapter: Chapter) -> list[Section]:
    """Return the sections of a chapter's manuscript."""
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
    """Count the words of prose, without code blocks, rules of tables and addresses of links."""
    without_code = re.sub(r"(?ms)^(`{3,}).*?^\1", "", prose)
    without_targets = re.sub(r"\]\([^)]*\)", "]", without_code)
    return len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", without_targets))
