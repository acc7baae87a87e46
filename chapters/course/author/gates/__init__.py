"""The gates: tests that chapters, notebooks and the finished app agree.

Each gate is a function from a course to its list of `Finding`; none means it passes. `verify` runs the
quick ones. The slow part of *sound* (types, JavaScript) is `course.author.gates.deep`; the gates that need
browsers or kernels are tests.
"""

from __future__ import annotations

from course.author.gates.base import Finding, Gate, Result
from course.author.gates.replay import replay
from course.author.gates.sound import sound
from course.author.gates.text import long_cells, shown, tangled, woven
from course.author.shots.stamp import stale
from course.source.model import Course

QUICK: tuple[tuple[str, str, Gate], ...] = (
    ("replay", "the chapters' files, folded, are app/messenger and static", replay),
    ("shown", "every file of every chapter is shown whole, in order, once", shown),
    ("weave", "the notebooks are what the chapters give, without outputs", woven),
    ("tangle", "a notebook's cells alone rebuild the chapter's state", tangled),
    ("sound", "everything parses, lints and is formatted; hints are complete", sound),
)

__all__ = ["QUICK", "Finding", "Result", "replay", "shown", "sound", "tangled", "verify", "woven"]


def verify(course: Course) -> list[Result]:
    """Run the quick gates. Return one result for each."""
    results = [Result(name, claim, gate(course)) for name, claim, gate in QUICK]
    results[1].notes.extend(long_cells(course))
    # Authors change the app many times a day, and take the pictures at the end. So old pictures are a remark
    # here, and a failing test in `make test`.
    results[0].notes.extend(stale(course))
    return results
