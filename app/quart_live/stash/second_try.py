"""The first render, when what was restored is what it stumbles over.

A value that makes its page fail would lock its user out, on every visit. So a first render that fails after
something was restored is tried once more without. What is kept stays where it is; perhaps the next version
of the app can use it.
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
    """Note a view that is rendered in this request."""
    if "live_visits" not in g:
        g.live_visits = []
    g.live_visits.append(mount_stash)


def is_second_try() -> bool:
    """Whether the first try of this request has failed."""
    return bool(g.get("live_without_stash", False))


async def with_second_try(render: Callable[[], Awaitable[T]]) -> T:
    """Render, and if that fails after something was restored, render without.

    Raises:
        Exception: what ``render`` raises without a stash, or the second time.
    """
    try:
        with AsExceptions(passes_cancelled=False):
            return await render()
    except HTTPException:
        raise
    except Exception:
        if not any(mount_stash.restored for mount_stash in g.get("live_visits", ())):
            raise
        log.exception("A page failed with what was kept for it; it is rendered without")
        g.live_without_stash, g.live_visits = True, []
        return await render()
