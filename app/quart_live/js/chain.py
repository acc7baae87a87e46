"""A chain of operations, and how it is written: what all commands have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import orjson
from markupsafe import Markup, escape

from ..errors import LiveViewError
from . import arguments as check
from .arguments import Change


class Chain:
    """Operations, already written as JSON; what was given may change afterwards, the command does not."""

    __slots__ = ("_json",)

    live_pure = True
    """To the template compiler: depends on nothing but its arguments."""

    live_immutable = True
    """To the template compiler: its methods change nothing; they give text or another chain."""

    def __init__(self) -> None:
        self._json = b""

    def __call__(self) -> Self:
        """The chain itself, so that ``JS().push(…)`` reads the same in templates, where ``JS`` is a chain."""
        return self

    def concat(self, other: Chain) -> Self:
        """These commands, then those of ``other``."""
        if not isinstance(other, Chain):
            raise LiveViewError(f"JS.concat: the other is a JS chain, but got {other!r}")
        return self._of(b",".join(part for part in (self._json, other._json) if part))

    # -- as text

    def to_json(self) -> str:
        """The commands as JSON, for `liveSocket.execJS`; the same bytes for the same commands, always."""
        return f"[{self._json.decode()}]"

    __str__ = to_json

    def __html__(self) -> Markup:
        """The commands as the value of an attribute."""
        return escape(self.to_json())

    def __iter__(self) -> Iterator[list[Any]]:
        """The operations, each a list ``[name, arguments]``."""
        return iter(orjson.loads(self.to_json()))

    def __len__(self) -> int:
        return len(orjson.loads(self.to_json()))

    def __bool__(self) -> bool:
        return bool(self._json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chain) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __repr__(self) -> str:
        return f"<JS {self.to_json()}>"

    # -- for the commands

    def _of(self, json: bytes) -> Self:
        chain = type(self)()
        chain._json = json
        return chain

    def _and(self, kind: str, **arguments: Any) -> Self:
        added = check.operation(kind, arguments)
        return self._of(self._json + b"," + added if self._json else added)

    def _change(self, kind: str, how: Change, **more: Any) -> Self:
        return self._and(kind, **check.change(kind, how), **more)
