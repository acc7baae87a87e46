"""The commands for servers and set-up: run, lab, doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course.errors import CourseError
from course.lab.app.foreground import DEFAULT_PORT, data_folder, serve
from course.learner.workspace import Workspace
from course.loopback import HOST, free_port, require_free
from course.notebook.jupyterlab import open_lab
from course.screen import say, screen
from course.setup import doctor as examination
from course.source.model import Course


@click.command()
@click.argument("what", metavar="[N|finished]", required=False)
@click.option("--finished", is_flag=True, help="Serve the finished messenger.")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="The folder with the database."
)
def run(what: str | None, finished: bool, port: int, data: Path | None) -> None:
    """Serve your own messenger, chapter N's, or the finished one, until Ctrl-C."""
    course = Course.here()
    if finished or what == "finished":
        name, title = "finished", "The finished messenger"
    elif what is None:
        name, title = "workspace", "Your messenger"
    else:
        chapter = course.chapter(what)
        name, title = str(chapter.number), f"The messenger after chapter {chapter.number}"
    require_free(port, "course run" if what is None else f"course run {what}")
    number = course.last if name == "finished" else _chapter_of(course, name)
    address = f"http://{HOST}:{port}"

    def on_ready(_port: int) -> None:
        console = screen()
        console.print(f"\n  {title} is at [bold cyan]{address}[/]")
        for page, words in pages(number):
            console.print(f"    [cyan]{address}{page}[/]  {words}")
        console.print("  [dim]Ctrl-C stops it.[/]\n")

    try:
        code = serve(course, name, port, data.resolve() if data else data_folder(course, name), on_ready)
    except KeyboardInterrupt:
        say("Stopped.")
        return
    if code:
        raise CourseError(f"The server ended by itself (exit code {code}).", "Its log is above.")


def _chapter_of(course: Course, name: str) -> int:
    return Workspace(course).progress.chapter if name == "workspace" else int(name)


def pages(chapter: int) -> list[tuple[str, str]]:
    """Return the addresses to open first in the messenger of a chapter, with a description of each."""
    if chapter <= 1:
        return [("/counter", "the counter")]
    if chapter <= 3:
        return [("/conversations/1/users/1", "as User One"), ("/conversations/1/users/2", "as User Two")]
    return [("/sign-in", "alice@example.com, password parley-demo"), ("/register", "an account of your own")]


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: the first free one from 8888 on.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def lab(port: int | None, no_browser: bool) -> None:
    """Open the course in JupyterLab, on the welcome notebook."""
    course = Course.here()
    if port is not None:
        require_free(port, "course lab")

    def on_ready(address: str) -> None:
        console = screen()
        console.print(f"\n  The course is open in JupyterLab at\n\n    [bold cyan]{address}[/]\n")
        console.print("  [dim]Ctrl-C stops it. Your notebooks are copies in workspace/notebooks.[/]\n")

    code = open_lab(course, port or free_port(8888), not no_browser, on_ready)
    if code:
        sys.exit(1)


@click.command()
def doctor() -> None:
    """Check this machine: show what is installed, what is missing, and what to do."""
    if not examination.run():
        sys.exit(1)
