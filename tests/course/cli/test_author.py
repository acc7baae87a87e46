"""The commands of those who write the course: weave, ripple, absorb, schedule, demo."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.author.gates import verify
from course.author.weave import weave

Run = Callable[..., tuple[int, str]]
Agree = Callable[[str, str], None]
GREET = "messenger/greet.py"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def overlay_file(course: Course, number: int) -> Path:
    return course.chapter(number).files_dir / GREET


@pytest.fixture
def committed(small: Course) -> Course:
    """The small course as a git repository."""
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "All"],
    ):
        subprocess.run(["git", *words], cwd=small.root, check=True)
    return small


def test_weave_names_what_it_wrote(small: Course, run: Run) -> None:
    assert run("weave") == (0, "Everything was up to date.\n")
    edit(overlay_file(small, 2), "Goodbye", "Farewell")
    code, text = run("weave")
    assert code == 0
    assert text == (
        "  written app/messenger/greet.py\n  written notebooks/02_parting.ipynb\n2 files written.\n"
    )


def test_weave_is_red_when_a_chapter_does_not_fit(small: Course, run: Run) -> None:
    edit(small.chapter(1).manuscript, ":from: def greet\n", ":from: def gret\n")
    code, text = run("weave")
    assert code == 1
    assert "no line of messenger/greet.py begins with 'def gret'" in text


def test_ripple_carries_an_edit_forward(committed: Course, run: Run) -> None:
    edit(overlay_file(committed, 1), '"Hello"', '"Good morning"')
    code, text = run("ripple")
    assert code == 0
    assert text == "  carried  chapters/02_parting/files/messenger/greet.py\nNext: `course weave`.\n"
    second = overlay_file(committed, 2).read_text(encoding="utf-8")
    assert '"Good morning"' in second
    assert "def part(" in second
    assert run("ripple") == (0, "Nothing to carry.\n")
    weave(committed)
    assert not any(result.findings for result in verify(committed))


def test_ripple_stops_at_the_first_conflict(committed: Course, run: Run) -> None:
    style = "static/greet.css"
    later = committed.chapter(2).files_dir / style
    later.write_bytes((committed.chapter(1).files_dir / style).read_bytes())
    edit(committed.chapter(1).files_dir / style, "green", "teal")
    edit(overlay_file(committed, 1), '"""Greetings."""', '"""Salutations."""')
    code, text = run("ripple")
    assert code == 1
    assert b"green" in later.read_bytes()
    clash = "Chapter 2 changes the same lines, in 1 place of chapters/02_parting/files/messenger/greet.py."
    assert text.startswith(clash)
    assert text.count("greet.py") == 1
    mine = overlay_file(committed, 2)
    assert "<<<<<<< chapter 2" in mine.read_text(encoding="utf-8")
    assert any(result.findings for result in verify(committed))

    code, text = run("ripple")
    assert code == 1
    assert text.startswith("chapters/02_parting/files/messenger/greet.py still has the marks of a conflict.")

    fixed = re.sub(
        r"<<<<<<< .*?\n(.*?)\|\|\|\|\|\|\|.*?>>>>>>> .*?\n",
        r"\1",
        mine.read_text(encoding="utf-8"),
        flags=re.S,
    )
    mine.write_text(fixed, encoding="utf-8", newline="\n")
    code, text = run("ripple")
    assert (code, text) == (
        0,
        "  fixed    chapters/02_parting/files/messenger/greet.py  (by hand, earlier)\n"
        f"  carried  chapters/02_parting/files/{style}\nNext: `course weave`.\n",
    )
    assert mine.read_text(encoding="utf-8") == fixed
    assert b"teal" in later.read_bytes()


def undo(course: Course, folder: str) -> None:
    subprocess.run(["git", "checkout", "-q", folder], cwd=course.root, check=True)


def test_a_fixed_clash_is_met_again_when_asked_for(committed: Course, run: Run) -> None:
    edit(overlay_file(committed, 1), '"""Greetings."""', '"""Salutations."""')
    assert run("ripple")[0] == 1
    undo(committed, "chapters/02_parting")
    assert run("ripple")[0] == 0
    code, text = run("ripple", "--again")
    assert code == 1
    assert text.startswith("Chapter 2 changes the same lines")


def test_an_edit_that_was_undone_is_forgotten(committed: Course, run: Run) -> None:
    edit(overlay_file(committed, 1), '"""Greetings."""', '"""Salutations."""')
    assert run("ripple")[0] == 1
    undo(committed, "chapters")
    assert run("ripple") == (0, "Nothing to carry.\n")
    edit(overlay_file(committed, 1), '"""Greetings."""', '"""Salutations."""')
    assert run("ripple")[0] == 1


def test_absorb_takes_an_edit_of_the_app_back(small: Course, run: Run) -> None:
    edit(small.app_dir / GREET, "Goodbye", "Farewell")
    edit(small.static_dir / "greet.css", "green", "teal")
    code, text = run("absorb")
    assert code == 0
    assert "  absorbed chapters/02_parting/files/messenger/greet.py\n" in text
    assert "  absorbed chapters/01_greeting/files/static/greet.css\n" in text
    assert "Farewell" in overlay_file(small, 2).read_text(encoding="utf-8")
    assert not any(result.findings for result in verify(small))


def test_absorb_does_not_guess_where_a_new_file_belongs(small: Course, run: Run) -> None:
    (small.app_dir / "messenger" / "new.py").write_text("NEW = 1\n")
    code, text = run("absorb")
    assert code == 1
    assert "These files cannot be carried back into a chapter: messenger/new.py." in text
    assert (small.app_dir / "messenger" / "new.py").exists()


def test_schedule_sums_minutes_and_words(small: Course, run: Run, agree: Agree) -> None:
    code, text = run("schedule", "--notes")
    assert code == 0
    agree("schedule", text)


def test_schedule_shares_the_chapters_out_among_days(small: Course, run: Run) -> None:
    code, text = run("schedule", "--hours", "0.5")
    assert code == 0
    heads = re.findall(r"(?m)^(?:Day \d .*|\d\. .*)$", text)
    assert [head.split()[:2] for head in heads] == [
        ["Day", "1"],
        ["0.", "Welcome"],
        ["1.", "A"],
        ["Day", "2"],
        ["2.", "A"],
    ]
    assert "on 2 days of at most 0.5 hours" in text


def test_schedule_says_where_the_sections_give_another_sum(small: Course, run: Run) -> None:
    edit(small.chapters_dir / "course.toml", "minutes = 20", "minutes = 25")
    assert "The sections of chapter 1 give 20 minutes; chapters/course.toml says 25." in run("schedule")[1]


def test_help_names_every_command(run: Run) -> None:
    from course.cli import SECTIONS, cli

    code, text = run("--help")
    assert code == 0
    listed = [command.name or "" for commands in SECTIONS.values() for command in commands]
    assert sorted(listed) == sorted(cli.commands)
    assert all(f"\n  {name} " in text for name in listed)
    assert "..." not in text.partition("Options:")[2]


def test_an_unknown_command_is_refused_without_a_traceback(run: Run) -> None:
    code, text = run("strat")
    assert code == 2
    assert "No such command 'strat'" in text


async def test_a_demo_plays_its_acts_in_order(small: Course) -> None:
    from course.demo import play

    (small.chapter(1).path / "demo.py").write_text(
        "async def acts(lab):\n    yield 'One'\n    lab.append(1)\n    yield 'Two'\n    lab.append(2)\n"
    )
    seen: list[object] = []

    async def before_act(number: int, caption: str) -> None:
        seen.append((number, caption))

    assert await play(small.chapter(1), seen, before_act) == ["One", "Two"]
    assert seen == [(1, "One"), 1, (2, "Two"), 2]


def test_a_chapter_without_a_demo_says_so(small: Course, run: Run) -> None:
    code, text = run("demo", "2")
    assert code == 1
    assert "Chapter 2 has no demo." in text
