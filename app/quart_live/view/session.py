"""The session of views: Quart's session, and the values that the app's ``on_connect`` hooks add."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import session as quart_session

from ..mailbox.faults import AsExceptions
from ..protocol import csrf

ConnectHook = Callable[[], Awaitable[Mapping[str, Any] | None]]
"""An ``on_connect`` function. It runs in a request or websocket context and returns more session values."""

_PRIVATE = (csrf.SESSION_KEY, "_flashes")


async def view_session(hooks: list[ConnectHook]) -> dict[str, Any]:
    """Return the session for mount: Quart's session with the values that the hooks add.

    It needs a request or websocket context.
    """
    session = {key: value for key, value in quart_session.items() if key not in _PRIVATE}
    with AsExceptions(passes_cancelled=False):
        for hook in hooks:
            session.update(await hook() or {})
    return session
