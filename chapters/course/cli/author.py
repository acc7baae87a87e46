"""The commands for authors of the course: weave, verify, ripple, absorb, shots, site."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import click
from rich.text import Text

from course.author.gates import verify as run_gates
from course.author.ripple import absorb as take_back
from course.author.ripple import ripple as carry_on
from course.author.site import build
from course.author.weave import weave as write_all
from course.errors import CourseError
from course.screen import complain, count, say, screen
from course.source.model import Course

SHOWN = 6
"""The most findings of one gate that are printed."""


@click.command()
def weave() -> None:
    """Write the notebooks, app/messenger and static from the chapters."""
    changed, problems = write_all(Course.here())
    for path in changed:
        say(f"  written {path}")
    for problem in problems:
        complain(problem.message, problem.advice)
    if problems:
        sys.exit(1)
    say(f"{count(len(changed), 'file')} written." if changed else "Everything was up to date.", "green")


@click.command()
def verify() -> None:
    """Check quickly whether chapters, notebooks and app agree."""
    begun = time.perf_counter()
    results = run_gates(Course.here())
    console = screen()
    seen: set[str] = set()
    for result in results:
        mark = "[red]✗[/]" if result.findings else "[green]✓[/]"
        console.print(f"{mark} [bold]{result.name:<7}[/] {result.claim}")
        fresh = [finding for finding in result.findings if finding.message not in seen]
        seen.update(finding.message for finding in fresh)
        for finding in fresh[:SHOWN]:
            console.print(Text(f"    {finding.message}", style="red"))
            console.print(Text(f"    {finding.advice}", style="dim"))
        if len(fresh) > SHOWN:
            console.print(f"    … and {len(fresh) - SHOWN} more")
        elif result.findings and not fresh:
            console.print("    [dim]as above[/]")
        for note in result.notes[:SHOWN]:
            console.print(Text(f"    note: {note}", style="yellow"))
    console.print(f"[dim]{time.perf_counter() - begun:.2f} s[/]")
    if any(result.findings for result in results):
        sys.exit(1)


@click.command()
@click.option("--since", default="HEAD", show_default=True, help="The commit to compare with.")
@click.option("--again", is_flag=True, help="Merge again where you have fixed a conflict by hand.")
def ripple(since: str, again: bool) -> None:
    """Carry an edit of an early chapter into the later ones, up to the first conflict."""
    carried = carry_on(Course.here(), since, again)
    for step in carried:
        name = f"chapters/{step.chapter.folder}/files/{step.path}"
        if step.conflicts:
            raise CourseError(
                f"Chapter {step.chapter.number} changes the same lines, "
                f"in {count(step.conflicts, 'place')} of {name}.",
                "Fix what is between <<<<<<< and >>>>>>>, then run `course ripple` again.",
            )
        say(f"  fixed    {name}  (by hand, earlier)" if step.by_hand else f"  carried  {name}")
    say("Next: `course weave`." if carried else "Nothing to carry.", "green")


@click.command()
def absorb() -> None:
    """Carry edits of app/messenger and static back into the chapters that last wrote the files."""
    course = Course.here()
    carried, left = take_back(course)
    for step in carried:
        say(f"  absorbed chapters/{step.chapter.folder}/files/{step.path}")
    if left:
        raise CourseError(
            "These files cannot be carried back into a chapter: " + ", ".join(left) + ".",
            "Put a new file into a chapter's files/, a removed one into its `remove`. Nothing was woven.",
        )
    _, problems = write_all(course)
    for problem in problems:
        complain(problem.message, problem.advice)
    if problems:
        sys.exit(1)
    say("The notebooks are written again." if carried else "Nothing to absorb.", "green")


@click.command()
def shots() -> None:
    """Take the pictures of the finished messenger for the README and the welcome notebook."""
    # The camera imports Playwright, which is slow.
    from course.author.shots.camera import take_pictures

    course = Course.here()

    def on_picture(path: Path) -> None:
        say(f"  written {course.relative(path)}  {path.stat().st_size / 1024:.0f} kB")

    with screen().status("Playing the scene in the finished messenger …"):
        taken = asyncio.run(take_pictures(course, on_picture))
    changed, _ = write_all(course)
    for path in changed:
        say(f"  written {path}")
    say(
        f"{count(len(taken), 'picture')} of the app as it is now. Look at them before you commit.",
        "green",
    )


@click.command()
@click.argument("chapters", metavar="[N]...", nargs=-1)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Default: workspace/site.")
@click.option("--no-run", is_flag=True, help="Do not run the notebooks: pages without outputs, in seconds.")
def site(chapters: tuple[str, ...], out: Path | None, no_run: bool) -> None:
    """Write the course, or some chapters, as web pages with all outputs and pictures."""
    course = Course.here()
    chosen = tuple(course.chapter(chapter) for chapter in chapters)
    out = (out or course.workspace / "site").resolve()
    with screen().status("") as status:
        pages = build(course, out, chosen, not no_run, lambda step: status.update(f"{step} …"))
    say(f"{count(len(pages), 'page')} in {course.relative(out)}. Open {course.relative(pages[0])}.", "green")
