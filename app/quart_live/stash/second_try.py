"""The second try of a first render that has failed with restored values.

A value that makes its page fail would lock its user out, on every visit. So a first render that fails after
values were restored is tried once more without them. They stay in their store; perhaps the next version of
the app can use them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from quart import g
from werkzeug.exceptions import HTTPException

from ..mailbox.faults import AsExceptions

if TYPE_CHECKING:
    from .mount_stash import MountStash

log = logging.getLogger("quart_live.stash")

T = TypeVar("T")


def remember(mount_stash: MountStash) -> None:
    """Note the stash of a view that is rendered in this request."""
    if "live_visits" not in g:
        g.live_visits = []
    g.live_visits.append(mount_stash)


def is_second_try() -> bool:
    """Return whether the first try of this request has failed."""
    return bool(g.get("live_without_stash", False))


async def with_second_try(render: Callable[[], Awaitable[T]]) -> T:
    """Call ``render``, and if it fails after values were restored, call it again without them.

    Raises:
        Exception: the error of ``render`` without restored values, or of the second call.
        HTTPException: an HTTP error of the first call, for which there is no second try.
    """
    try:
        with AsExceptions(passes_cancelled=False):
            return await render()
    except HTTPException:
        raise
    except Exception:
        if not any(mount_stash.restored for mount_stash in g.get("live_visits", ())):
            raise
        log.exception("A page failed with its stashed values; it is rendered without them")
        g.live_without_stash, g.live_visits = True, []
        return await render()
