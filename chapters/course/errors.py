"""The one error that a user of the course sees."""

from __future__ import annotations


class CourseError(Exception):
    """Something the user can put right.

    ``message`` says what is wrong, ``advice`` what to do about it; the command line and the notebook magics
    print both and no traceback (``course -v …`` shows it).
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(f"{message}\n{advice}" if advice else message)
        self.message = message
        self.advice = advice

    def _render_traceback_(self) -> list[str]:
        """IPython shows these lines instead of a traceback."""
        return str(self).splitlines()
