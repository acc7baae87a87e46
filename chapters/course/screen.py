"""Printing for people, with colours and width in one place."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.text import Text


def screen(*, stderr: bool = False) -> Console:
    """Return a console on the present standard output (tests replace it)."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(message: str, style: str = "") -> None:
    """Print one line; commands in backquotes stand out."""
    console = screen()
    console.print(_with_commands(message, console), style=style or None)


def count(number: int, thing: str) -> str:
    """Return a number with its noun: ``1 file``, ``2 files``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def complain(message: str, advice: str = "") -> None:
    """Print an error in red, with advice below it."""
    console = screen(stderr=True)
    console.print(Text(message, style="red"))
    if advice:
        console.print(_with_commands(advice, console))


def _with_commands(message: str, console: Console) -> str:
    pieces = message.split("`")
    if len(pieces) % 2 == 0 or not console.is_terminal:
        return escape(message)
    return "".join(
        f"[bold cyan]{escape(piece)}[/]" if index % 2 else escape(piece) for index, piece in enumerate(pieces)
    )
