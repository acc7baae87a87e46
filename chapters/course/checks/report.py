"""The result of a check, as data and as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["passed", "failed", "error"]

MARKS: dict[Verdict, str] = {"passed": "✓", "failed": "✗", "error": "!"}
LABEL = 10
AS_BEFORE = "for the same reason as the one above"


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        id: the id of the check.
        title: the title of the check.
        verdict: ``passed``; ``failed``, the app is not as the check expects; ``error``, the check itself
            could not run, so nothing is known about the app.
        done: the steps of the check, in order.
        expected: the expectation that was not met.
        seen: what was seen instead.
        wire: the last frames, one phrase each.
        files: the learner's files that differ from the chapter's, one phrase each.
        raised: the exception of the app that explains the failure, cut to the learner's own lines.
        hint: the command that gives a hint.
        artefacts: the folder with pictures, frames and the server's log; empty when there is none.
        seconds: its duration.
    """

    id: str
    title: str
    verdict: Verdict
    done: tuple[str, ...] = ()
    expected: str = ""
    seen: str = ""
    wire: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()
    hint: str = ""
    artefacts: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.verdict == "passed"

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data for other programs."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str]]:
        """Return the report of a failed check as (label, text); an empty label continues the text above."""
        told: list[tuple[str, str]] = []
        for number, line in enumerate(self.raised):
            told.append(("your app" if number == 0 else "", line if number else f"raised: {line}"))
        told.append(("done", ", ".join(self.done) or "nothing yet"))
        told.append(("expected", self.expected))
        told.append(("seen", self.seen))
        told.append(("wire", "; ".join(self.wire) or "nothing"))
        whose = "chapter" if self.id.split(".")[-1].isdecimal() else "solution"
        told.append(("your files", ", ".join(self.files) or f"equal to the {whose}'s"))
        told.append(("next", f"{self.hint} gives a hint"))
        if self.artefacts:
            told.append(("look at", f"{self.artefacts} (pictures, frames, server.log)"))
        return told


def same_story(result: CheckResult, before: CheckResult | None) -> bool:
    """Return whether a result repeats the one before: neither took a step, for the same reason."""
    if before is None or before.passed or result.passed or result.done or before.done:
        return False
    return (result.verdict, result.expected, result.seen) == (before.verdict, before.expected, before.seen)


def render_result(result: CheckResult, before: CheckResult | None = None) -> str:
    """Return one result as plain text: one line when it passed, two when it repeats the one before."""
    head = f"{MARKS[result.verdict]} {result.id}  {result.title}"
    if result.passed:
        return head
    if before is not None and same_story(result, before):
        return f"{head}\n    {AS_BEFORE}"
    if result.verdict == "error":
        head += "  (the check could not be done)"
    body = (f"    {label:<{LABEL}} {text}".rstrip() for label, text in result.lines())
    return "\n".join([head, *body])


def render_results(results: Iterable[CheckResult]) -> str:
    """Return all results as plain text, with a summary as the last line."""
    known = list(results)
    pairs = zip(known, [None, *known], strict=False)
    return "\n".join([*(render_result(one, before) for one, before in pairs), "", summary(known)])


def summary(results: Iterable[CheckResult]) -> str:
    """Return how many checks passed, failed, and could not run, as a sentence."""
    known = list(results)
    passed = sum(one.passed for one in known)
    if passed == len(known):
        return f"All {passed} checks passed." if passed != 1 else "The check passed."
    told = [f"{passed} of {len(known)} checks passed"]
    failed = sum(one.verdict == "failed" for one in known)
    errors = len(known) - passed - failed
    if failed:
        told.append(f"{failed} failed")
    if errors:
        told.append(f"{errors} could not be done")
    return ", ".join(told) + "."
