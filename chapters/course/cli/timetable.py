"""The command for planning a class: schedule."""

from __future__ import annotations

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from course.screen import say, screen
from course.source.model import Course
from course.source.schedule import Lesson, days, lesson

HOURS = 6.0


@click.command()
@click.argument("chapter", metavar="[N]", required=False)
@click.option("--notes", is_flag=True, help="Print the speaker notes as well.")
@click.option(
    "--hours",
    type=click.FloatRange(0.5, 24),
    default=HOURS,
    show_default=True,
    help="Hours of teaching in a day, without breaks.",
)
def schedule(chapter: str | None, notes: bool, hours: float) -> None:
    """Show minutes and words, section by section, summed by chapter and by day."""
    course = Course.here()
    chosen = (course.chapter(chapter),) if chapter else course.all_chapters
    lessons = [lesson(course, one) for one in chosen]
    plan = days(lessons, round(hours * 60))
    for number, day in enumerate(plan, start=1):
        if len(plan) > 1:
            screen().print(f"\n[bold]Day {number}[/]  [dim]{in_words(sum(one.minutes for one in day))}[/]\n")
        _print_day(day, notes)
    for one in lessons:
        if one.planned != one.minutes:
            say(
                f"The sections of chapter {one.chapter.number} give {one.minutes} minutes; "
                f"chapters/course.toml says {one.planned}.",
                "yellow",
            )
    total = in_words(sum(one.minutes for one in lessons))
    say(f"{total} together" + (f", on {len(plan)} days of at most {hours:g} hours" if len(plan) > 1 else ""))


def _print_day(day: list[Lesson], notes: bool) -> None:
    """Print a day as one table; with notes, print them below each section."""
    begins = 0
    table = _table()
    for one in day:
        _row(table, f"[bold]{one.chapter.number}. {one.chapter.title}[/]", begins, one.minutes, one.words)
        ends = begins + one.minutes
        begins += one.all_sections[0].minutes
        for section in one.sections:
            _row(
                table,
                f"   {section.title}",
                begins if section.minutes else None,
                section.minutes,
                section.words,
            )
            begins += section.minutes
            if notes and section.notes:
                screen().print(table)
                for note in section.notes:
                    screen().print(
                        Padding(Text(note, style="italic"), (0, 6)), no_wrap=False, soft_wrap=False
                    )
                table = _table(head=False)
        begins = ends
    screen().print(table)


def _table(head: bool = True) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=head)
    table.add_column("section", width=44)
    for name in ("begins", "minutes", "words"):
        table.add_column(name, justify="right", width=7)
    return table


def _row(table: Table, title: str, begins: int | None, minutes: int, words: int) -> None:
    clock = "" if begins is None else f"{begins // 60}:{begins % 60:02}"
    table.add_row(title, clock, str(minutes or ""), str(words))


def in_words(minutes: int) -> str:
    """Return minutes in words: ``75`` → ``1 h 15 min``."""
    return f"{minutes // 60} h {minutes % 60} min"
