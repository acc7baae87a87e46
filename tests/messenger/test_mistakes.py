"""What a learner reads who has made a typical mistake.

A chapter's ``checks/mistakes.toml`` holds them as data: an edit of one file of the chapter's state, the check
that must notice, and a name. The report is agreed on in ``golden/mistakes`` beside it, which
``PARLEY_UPDATE_GOLDEN=1`` writes anew. Read it as a learner would: does it lead to the line?
"""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.reports import agree, for_golden, golden_of
from support.sample import THIRDS

from course.checks.registry import load_checks
from course.checks.report import render_result
from course.checks.runner import run_checks
from course.lab import find_chromium
from course.source.model import Chapter, Course
from course.source.states import fold
from course.state_folder import write_state

COURSE = Course.here()
AT_LEAST = 3
# Before something is missed, much has to go well, also on a busy machine.
PATIENCE = 8.0

in_a_browser = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"
)


@dataclass(frozen=True)
class Mistake:
    """One entry of a ``mistakes.toml``.

    Attributes:
        chapter: whose state is edited.
        name: of the golden file.
        what: what is wrong, in a sentence.
        check: the check that must fail.
        file: the edited file.
        old: a text that it has once.
        new: what stands in its place.
        wire: whether the golden file holds the last frames. Where a timer ticks, or several people are
            told at once, they are others in each run.
    """

    chapter: int
    name: str
    what: str
    check: str
    file: str
    old: str
    new: str
    wire: bool = True

    def made_in(self, folder: Path) -> None:
        """Write the chapter's state with this mistake into a folder."""
        files = fold(COURSE, self.chapter)
        text = files[self.file].decode()
        times = text.count(self.old)
        assert times == 1, (
            f"{self.name}: {self.file} of state {self.chapter} has the text {times} times, not once"
        )
        files[self.file] = text.replace(self.old, self.new).encode()
        write_state(files, folder)


def mistakes_of(chapter: Chapter) -> list[Mistake]:
    """The typical mistakes of a chapter; none where it has no file of them yet."""
    path = chapter.checks_dir / "mistakes.toml"
    if not path.is_file():
        return []
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["mistake"]
    return [Mistake(chapter=chapter.number, **entry) for entry in entries]


WITH_MISTAKES = [chapter for chapter in COURSE.chapters if mistakes_of(chapter)]
ALL = [mistake for chapter in WITH_MISTAKES for mistake in mistakes_of(chapter)]


def is_of_every_day(mistake: Mistake) -> bool:
    """Whether it is of every day: one of each of the first chapters."""
    return mistake.chapter <= THIRDS and mistakes_of(COURSE.chapter(mistake.chapter))[0] == mistake


def case(mistake: Mistake) -> Any:
    """A mistake as a parameter; the ids keep those of a chapter in one process (see `conftest.group_of`)."""
    chapter = mistake.chapter
    grows = pytest.mark.grows(state=chapter, chapter=chapter, daily=is_of_every_day(mistake), together=True)
    return pytest.param(mistake, id=f"state{chapter}-{mistake.name}", marks=grows)


@in_a_browser
@pytest.mark.parametrize("mistake", [case(mistake) for mistake in ALL])
def test_a_mistake_is_noticed_and_told(mistake: Mistake, tmp_path: Path) -> None:
    mistake.made_in(tmp_path / "state")
    (result,) = asyncio.run(
        run_checks(mistake.check, tmp_path / "state", artefacts=tmp_path / "evidence", patience=PATIENCE)
    )
    assert result.verdict == "failed", "\n" + render_result(result)
    assert any(mistake.file in told for told in result.files), "the edited file is among those to look at"
    told = result if mistake.wire else replace(result, wire=("…",))
    agree(
        golden_of(mistake.chapter) / "mistakes" / f"{mistake.name}.txt",
        f"# {mistake.what}\n{for_golden(told, lines=True)}",
    )


# What starts again by itself looks right a moment later: the new view reads everything from the database.
CRASHES = [
    (
        ("1.a",),
        "messenger/counter_live.py",
        "self.assign(clicks=0, click=None)",
        "self.asign(clicks=0, click=None)",
        ("in handle_event:", "AttributeError: 'CounterLive' object has no attribute 'asign'"),
    ),
    (
        ("3.1", "3.5", "3.7", "3.9"),
        "messenger/conversation_live.py",
        "        if self.tail and message.id <= self.tail[-1].id:",
        "        if self.tail and message.id <= message.missing:",
        ("in handle_info:", "AttributeError: 'Posted' object has no attribute 'missing'"),
    ),
]


@in_a_browser
@pytest.mark.parametrize("crash", CRASHES, ids=["exercise", "every-message"])
def test_a_view_that_crashes_and_starts_again_is_red(crash: Any, tmp_path: Path) -> None:
    ids, file, old, new, (place, message) = crash
    chapter, _, part = ids[0].partition(".")
    files = fold(COURSE, int(chapter), part if part.isalpha() else None)
    text = files[file].decode()
    assert text.count(old) == 1
    files[file] = text.replace(old, new).encode()
    write_state(files, tmp_path / "state")
    checks = [check for check in load_checks() if check.id in ids]
    results = asyncio.run(
        run_checks(checks, tmp_path / "state", artefacts=tmp_path / "evidence", patience=PATIENCE)
    )
    assert [result.id for result in results] == list(ids)
    for result in results:
        assert result.verdict == "failed", render_result(result)
        assert result.raised[0].startswith(file), "the learner's own line comes first"
        assert result.raised[0].endswith(place)
        assert result.raised[-1].startswith(message)


@pytest.mark.parametrize("mistake", ALL, ids=lambda mistake: f"{mistake.chapter}-{mistake.name}")
def test_a_mistake_can_be_made(mistake: Mistake, tmp_path: Path) -> None:
    mistake.made_in(tmp_path)
    made = (tmp_path / mistake.file).read_bytes()
    assert made != fold(COURSE, mistake.chapter)[mistake.file]


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
def test_a_chapter_has_its_typical_mistakes(chapter: Chapter) -> None:
    known = mistakes_of(chapter)
    if not known:
        pytest.skip(f"{chapter.folder}/checks/mistakes.toml is not written yet")
    assert len(known) >= AT_LEAST
    assert len({mistake.name for mistake in known}) == len(known)
    assert all(mistake.check.startswith(f"{chapter.number}.") for mistake in known)


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.name)
def test_no_golden_report_is_left_over(chapter: Chapter) -> None:
    wanted = {f"mistakes/{mistake.name}.txt" for mistake in mistakes_of(chapter)}
    # Those of exercises are red in one of two cases only, and are agreed on nowhere.
    own = [check for check in load_checks() if check.chapter == chapter.number and not check.exercise]
    wanted |= {f"{check.id}.txt" for check in own}
    golden = golden_of(chapter.number)
    assert {path.relative_to(golden).as_posix() for path in golden.rglob("*.txt")} == wanted
