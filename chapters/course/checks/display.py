"""Results in colour, for the terminal and for notebooks; their words come from `course.checks.report`."""

from __future__ import annotations

import html
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from course.checks.report import LABEL, MARKS, CheckResult, Verdict, render_results, summary

STYLES: dict[Verdict, str] = {"passed": "green", "failed": "bold red", "error": "bold yellow"}
CELL = "text-align:left;vertical-align:top"
COLOURS: dict[Verdict, str] = {"passed": "#1a7f4b", "failed": "#c0392b", "error": "#b7791f"}


def print_result(result: CheckResult, console: Console) -> None:
    """Print one result; a single line when it passed."""
    head = Text(f"{MARKS[result.verdict]} ", style=STYLES[result.verdict])
    head.append(f"{result.id}  {result.title}", style="" if result.passed else "bold")
    if result.verdict == "error":
        head.append("  (the check could not be done)", style="yellow")
    console.print(head, soft_wrap=True)
    if result.passed:
        return
    for label, text in result.lines():
        line = Text(f"    {label:<{LABEL}} ", style="dim")
        line.append(text, style="red" if label == "your app" else "default")
        console.print(line, soft_wrap=True)


def print_results(results: Iterable[CheckResult], console: Console) -> None:
    """Print all results and the line that counts them."""
    known = list(results)
    for result in known:
        print_result(result, console)
    console.print()
    good = all(result.passed for result in known)
    console.print(Text(summary(known), style="bold green" if good else "bold"))


class Outcome:
    """Results as a notebook shows them.

    Attributes:
        results: one for each check.
        passed: whether all is well.
    """

    def __init__(self, results: Iterable[CheckResult]) -> None:
        self.results = list(results)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(result.passed for result in self.results)

    def __repr__(self) -> str:
        return render_results(self.results)

    def _repr_html_(self) -> str:
        parts = [_html_of(result) for result in self.results]
        return f"<div>{''.join(parts)}<p><b>{html.escape(summary(self.results))}</b></p></div>"


def _html_of(result: CheckResult) -> str:
    mark = f'<b style="color:{COLOURS[result.verdict]}">{MARKS[result.verdict]} {result.id}</b>'
    head = f"<div>{mark} {html.escape(result.title)}</div>"
    if result.passed:
        return head
    name, said = f"{CELL};opacity:.7;white-space:nowrap", f"{CELL};white-space:pre-wrap"
    rows = "".join(
        f'<tr><td style="{name}">{html.escape(label)}</td><td style="{said}">{html.escape(text)}</td></tr>'
        for label, text in result.lines()
    )
    return f'{head}<table style="margin:4px 0 12px 24px">{rows}</table>'
