"""Results of checks as a notebook shows them; their text comes from `course.checks.report`."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable

from course.checks.report import AS_BEFORE, MARKS, CheckResult, Verdict, render_results, same_story, summary
from course.lab.person.pictures import side_by_side, small
from course.notebook.output import pixel_ratio
from course.source.model import Course

CELL = "text-align:left;vertical-align:top"
COLOURS: dict[Verdict, str] = {"passed": "#1a7f4b", "failed": "#c0392b", "error": "#b7791f"}


class Outcome:
    """Results as a notebook shows them.

    Attributes:
        results: one for each check.
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
        parts = []
        before: CheckResult | None = None
        shown = False
        for result in self.results:
            parts.append(_html_of(result, before))
            picture = "" if result.passed or same_story(result, before) else pictures(result)
            if picture:
                # Only the first is open: many pictures would hide the text.
                opened = "" if shown else " open"
                parts.append(f"<details{opened}><summary>what was seen</summary>{picture}</details>")
                shown = True
            before = result
        return f"<div>{''.join(parts)}<p><b>{html.escape(summary(self.results))}</b></p></div>"


def pictures(result: CheckResult) -> str:
    """Return the pages of all people at the end of a check, side by side, as HTML; empty without pictures."""
    folder = Course.here().root / result.artefacts
    shots = [
        (path.stem.replace("_", " ").capitalize(), path.read_bytes()) for path in sorted(folder.glob("*.png"))
    ]
    if not result.artefacts or not shots:
        return ""
    png, width = side_by_side(shots, pixel_ratio())
    names = " and ".join(name for name, _ in shots)
    data = base64.b64encode(small(png)).decode("ascii")
    return f'<img alt="What {html.escape(names)} saw" width="{width}" src="data:image/png;base64,{data}">'


def _html_of(result: CheckResult, before: CheckResult | None = None) -> str:
    mark = f'<b style="color:{COLOURS[result.verdict]}">{MARKS[result.verdict]} {result.id}</b>'
    head = f"<div>{mark} {html.escape(result.title)}</div>"
    if result.passed:
        return head
    if same_story(result, before):
        return f'{head}<div style="margin-left:24px;opacity:.7">{AS_BEFORE}</div>'
    name, said = f"{CELL};opacity:.7;white-space:nowrap", f"{CELL};white-space:pre-wrap"
    rows = "".join(
        f'<tr><td style="{name}">{html.escape(label)}</td><td style="{said}">{html.escape(text)}</td></tr>'
        for label, text in result.lines()
    )
    return f'{head}<table style="margin:4px 0 12px 24px">{rows}</table>'
