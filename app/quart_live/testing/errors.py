"""What goes wrong with a page under test."""

from __future__ import annotations

from typing import Any


class JoinRefusedError(Exception):
    """The join was answered with an error, in ``response``."""

    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__(f"the join was refused: {response}")
        self.response = response


class ViewCrashedError(Exception):
    """The view crashed; the server's log has the traceback.

    `rejoin` does what a browser would do.
    """
