"""The error that a user of the course sees."""

from __future__ import annotations


class CourseError(Exception):
    """An error that the user can fix.

    ``message`` says what is wrong, ``advice`` says what to do; the command line and the notebook magics
    print both and no traceback (``course -v …`` shows it).
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(f"{message}\n{advice}" if advice else message)
        self.message = message
        self.advice = advice

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows instead of a traceback."""
        return str(self).splitlines()
