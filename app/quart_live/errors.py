"""Exceptions of the engine.

`LiveViewError` and its subclasses tell a *developer* that the engine was used in a way that cannot work; the
message says what to do. `JoinRefused` tells the *client* why its join was refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LiveViewError(Exception):
    """The engine was used in a way that cannot work. The message says what to do instead."""


class TemplateNameError(LiveViewError):
    """A live template reads a name that exists only during an HTTP request."""


class TooManyPatchesError(LiveViewError):
    """`handle_params` keeps answering a patch with another patch."""


class CrashRequested(Exception):  # noqa: N818 - it is raised inside a view on purpose, by `Channel.crash`
    """A crash on purpose: `Channel.crash` raises it inside a view's mailbox, to show a crash."""


class MailboxOverflowError(LiveViewError):
    """More messages wait for a view than its mailbox may hold."""


class MalformedFrameError(ValueError):
    """Bytes from the socket that are not a frame of the protocol. The socket is closed."""


class FrameTooBigError(MalformedFrameError):
    """A frame has more bytes than are allowed."""


class TooDeepError(MalformedFrameError):
    """The JSON of a frame is nested deeper than is allowed."""


class MalformedEventError(ValueError):
    """A well-formed frame whose payload makes no sense for its event. It gets an error reply."""


class JoinRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A join that ends with an error reply.

    Args:
        response: the reply's ``response``, for example ``{"reason": "stale"}``.
    """

    def __init__(self, response: Mapping[str, Any]) -> None:
        super().__init__(str(response.get("reason", "redirected")))
        self.response = response
