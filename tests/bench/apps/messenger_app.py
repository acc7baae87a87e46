"""The finished messenger, as it is. Beside it two paths for the bench, free until they are asked:

GET /bench/statements   how many statements the database has got since this was asked for the first time
GET /bench/profile      the first time: profile from now on; the second time: what has been found
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watching import Profile, Statements

from messenger import create_app


class Watched:
    """The app, and beside it the paths above.

    Args:
        app: the ASGI app.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._paths: dict[str, Callable[[], str]] = {
            "/bench/statements": Statements().tell,
            "/bench/profile": Profile().tell,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        tell = self._paths.get(scope["path"]) if scope["type"] == "http" else None
        if tell is None:
            await self._app(scope, receive, send)
            return
        body = tell().encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


app = Watched(create_app())
