"""Results of checks in colour for the terminal; their text comes from `course.checks.report`."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from course.checks.report import AS_BEFORE, LABEL, MARKS, CheckResult, Verdict, same_story, summary

STYLES: dict[Verdict, str] = {"passed": "green", "failed": "bold red", "error": "bold yellow"}


def print_result(result: CheckResult, console: Console, before: CheckResult | None = None) -> None:
    """Print one result: one line when it passed, two when it repeats the one before."""
    head = Text(f"{MARKS[result.verdict]} ", style=STYLES[result.verdict])
    head.append(f"{result.id}  {result.title}", style="" if result.passed else "bold")
    if result.verdict == "error":
        head.append("  (the check could not be done)", style="yellow")
    console.print(head, soft_wrap=True)
    if result.passed:
        return
    if same_story(result, before):
        console.print(Text(f"    {AS_BEFORE}", style="dim"))
        return
    for label, text in result.lines():
        line = Text(f"    {label:<{LABEL}} ", style="dim")
        line.append(text, style="red" if label == "your app" else "default")
        console.print(line, soft_wrap=True)


def print_results(results: Iterable[CheckResult], console: Console) -> None:
    """Print all results and a summary line."""
    known = list(results)
    for result, before in zip(known, [None, *known], strict=False):
        print_result(result, console, before)
    console.print()
    good = all(result.passed for result in known)
    console.print(Text(summary(known), style="bold green" if good else "bold"))
