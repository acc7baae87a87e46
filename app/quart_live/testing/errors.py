"""Errors of a page under test."""

from __future__ import annotations

from typing import Any


class JoinRefusedError(Exception):
    """The server answered the join with an error.

    Attributes:
        response: the ``response`` of the reply.
    """

    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__(f"the join was refused: {response}")
        self.response = response


class PageFailedError(Exception):
    """The server answered the page with a server error; the exception behind it, if any, is ``__cause__``.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, path: str, status: int, cause: BaseException | None) -> None:
        why = f"{type(cause).__name__}: {cause}" if cause is not None else "no exception; see its page_html"
        super().__init__(f"GET {path} was answered with {status}: {why}")
        self.status = status


class ViewCrashedError(Exception):
    """The view crashed; the server's log has the traceback.

    Call `OpenPage.rejoin` to join it again, as a browser would.
    """
