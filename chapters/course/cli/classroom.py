"""The commands for the classroom: stage, demo."""

from __future__ import annotations

import asyncio
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click

from course.demo import load_demo, play
from course.errors import CourseError
from course.learner.workspace import Workspace
from course.screen import say, screen
from course.source.model import Chapter, Course
from course.stage.names import DEFAULT_PORT, DOMAIN, LOOPBACK


@click.command()
@click.argument("what", metavar="[N|workspace]", required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def stage(what: str | None, port: int, no_browser: bool) -> None:
    """Show Alice and Bob side by side in your browser, with the wire and buttons for faults."""
    course = Course.here()
    name = what if what == "workspace" else str(_chapter(course, what).number)
    open_stage(course, name, port, not no_browser)


@click.command()
@click.argument("chapter", metavar="N")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--headless", is_flag=True, help="Play it without the stage, in browsers without a window.")
@click.option("--record", is_flag=True, help="Record it as a WebM and a GIF, in a browser without a window.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="The folder for the films.")
def demo(chapter: str, port: int, no_browser: bool, headless: bool, record: bool, into: Path | None) -> None:
    """Play chapter N's demo on the stage, one act per Enter; or record it as a film."""
    course = Course.here()
    found = course.chapter(chapter)
    load_demo(found)
    if record:
        _record(course, found, into or course.workspace / "demos")
    elif headless:
        asyncio.run(_play(found))
    else:
        open_stage(course, str(found.number), port, not no_browser)


def _chapter(course: Course, what: str | None) -> Chapter:
    return course.chapter(what if what is not None else _chapter_in_work(course))


def _chapter_in_work(course: Course) -> int:
    """Return the chapter that the learner has begun; before that the first one."""
    return min(max(Workspace(course).progress.chapter, 1), course.last)


def open_stage(course: Course, name: str, port: int, browse: bool) -> None:
    """Serve the stage until it is stopped; open a browser if ``browse``."""
    # The stage imports Quart and a server, which are slow.
    from course.stage.serve import serve_stage

    try:
        serve_stage(course, name, port, _on_ready(browse))
    except KeyboardInterrupt:
        say("The stage is closed.")


def _on_ready(browse: bool) -> Callable[[str], None]:
    def on_ready(address: str) -> None:
        door = address.replace(DOMAIN, LOOPBACK)
        console = screen()
        console.print(f"\n  The stage is at [bold cyan]{address}[/]")
        console.print(f"  [dim]If your browser does not find it, open {door}.[/]")
        console.print("  [dim]Ctrl-C closes it.[/]\n")
        if browse:
            # A browser that has to start first must not delay the stage.
            threading.Thread(target=_browse, args=(door,), daemon=True).start()

    return on_ready


def _browse(address: str) -> None:
    try:
        opened = webbrowser.open(address)
    except webbrowser.Error:
        opened = False
    if not opened:
        say("  No browser could be opened from here. Open the address yourself.")


def _record(course: Course, chapter: Chapter, into: Path) -> None:
    try:
        # Recording imports imageio-ffmpeg, which may not be installed.
        from course.stage.record import record as play_and_film
    except ModuleNotFoundError as problem:
        raise CourseError(f"Recording needs {problem.name}.", "`make setup` installs it.") from None
    console = screen()

    def on_act(number: int, caption: str) -> None:
        console.print(f"[bold cyan]{number}[/] {caption}")

    with console.status("Playing the demo, then encoding it …"):
        films = asyncio.run(play_and_film(course, chapter, into, on_act))
    for film in films:
        say(f"  {course.relative(film)}  {film.stat().st_size / 1e6:.1f} MB")
    if len(films) == 1:
        say("No video was written, because there is no ffmpeg: `pip install imageio-ffmpeg` installs one.")


async def _play(chapter: Chapter) -> None:
    # The Lab imports Playwright, which is slow.
    from course.lab.lab import Lab

    async def before_act(number: int, caption: str) -> None:
        screen().print(f"[bold cyan]{number}[/] {caption}")

    async with await Lab.open(state=chapter.number) as lab:
        await play(chapter, lab, before_act)
