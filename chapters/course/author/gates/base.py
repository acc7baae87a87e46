"""What a gate reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from course.errors import CourseError
from course.source.model import Course


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, naming chapter and file, and what to do about it."""

    message: str
    advice: str

    @classmethod
    def of(cls, error: CourseError) -> Finding:
        return cls(error.message, error.advice)


Gate = Callable[[Course], list[Finding]]


@dataclass(frozen=True)
class Result:
    """How one gate went: its name, what it claims, what it found, and remarks that are no fault."""

    name: str
    claim: str
    findings: list[Finding]
    notes: list[str] = field(default_factory=list)
