"""A chain of operations, written as JSON: the base of all commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import orjson
from markupsafe import Markup, escape

from ..errors import LiveViewError
from . import arguments as check
from .arguments import Change


class Chain:
    """Operations, already written as JSON: a later change of an argument does not change the command."""

    __slots__ = ("_json",)

    live_pure = True
    """For the template compiler: a call depends on nothing but its arguments."""

    live_immutable = True
    """For the template compiler: the methods change nothing; they return text or another chain."""

    def __init__(self) -> None:
        self._json = b""

    def __call__(self) -> Self:
        """Return the chain itself: ``JS().push(…)`` works in templates too, where ``JS`` is a chain."""
        return self

    def concat(self, other: Chain) -> Self:
        """Return these commands, then those of ``other``.

        Raises:
            LiveViewError: if ``other`` is no chain.
        """
        if not isinstance(other, Chain):
            raise LiveViewError(f"JS.concat: the other must be a JS chain, but is {other!r}")
        return self._of(b",".join(part for part in (self._json, other._json) if part))

    # -- as text

    def to_json(self) -> str:
        """Return the commands as JSON, for `liveSocket.execJS`; equal commands are equal bytes."""
        return f"[{self._json.decode()}]"

    __str__ = to_json

    def __html__(self) -> Markup:
        """Return the commands as the value of an attribute."""
        return escape(self.to_json())

    def __iter__(self) -> Iterator[list[Any]]:
        """Yield the operations, each a list ``[name, arguments]``."""
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
