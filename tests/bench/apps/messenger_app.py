"""The finished messenger, as it is. Beside it, for this machine alone: how many statements the database got.

Counting costs time, so it begins when it is asked for the first time: GET /bench/statements.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine, event

from messenger import create_app

COUNTS = "/bench/statements"
statements: list[int] = []


def begin_counting() -> None:
    """Count what goes to any database from now on."""
    if not statements:
        statements.append(0)
        event.listen(Engine, "before_cursor_execute", is_statement)


def is_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    """Count it, unless it only begins or ends a transaction."""
    if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")):
        statements[0] += 1


class Counted:
    """The app, and beside it the path that tells the number."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != COUNTS:
            await self._app(scope, receive, send)
            return
        begin_counting()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(statements[0]).encode()})


app = Counted(create_app())
