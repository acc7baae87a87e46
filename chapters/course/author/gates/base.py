"""The results of gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from course.errors import CourseError
from course.source.model import Course


@dataclass(frozen=True)
class Finding:
    """A fault that a gate found: a message that names chapter and file, and advice."""

    message: str
    advice: str

    @classmethod
    def of(cls, error: CourseError) -> Finding:
        """Make a finding of an error."""
        return cls(error.message, error.advice)


Gate = Callable[[Course], list[Finding]]


@dataclass(frozen=True)
class Result:
    """The result of a gate: its name, its claim, its findings, and remarks that are not faults."""

    name: str
    claim: str
    findings: list[Finding]
    notes: list[str] = field(default_factory=list)
