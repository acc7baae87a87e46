"""Checks of what is given to `quart_live.JS`, and the shape in which the client wants it.

Errors come up where the command is written, not later as a silent nothing in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import orjson

from ..errors import LiveViewError
from ..wellformed import dumps

Selector = str | Mapping[str, str]
Classes = str | Iterable[str]
Transition = Classes | tuple[Classes, Classes, Classes]


class Change(TypedDict, total=False):
    """How a change is made: the common arguments that `quart_live.JS` explains."""

    to: Selector | None
    transition: Transition | None
    time: int | None
    blocking: bool | None


WITHIN = ("inner", "closest")


def operation(kind: str, arguments: Mapping[str, Any]) -> bytes:
    """JSON of one operation: no ``None``, keys sorted at every depth, so that equal commands are equal bytes.

    The client recovers a form only if its ``phx-change`` is the same text as before, so order matters. It is
    the order in which the official server writes its maps.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return dumps([kind, given], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise LiveViewError(f"JS.{kind}: {error}; a command can carry what JSON can") from error


def change(command: str, how: Change) -> dict[str, Any]:
    """The arguments that all changes of what is seen have in common."""
    if unknown := how.keys() - Change.__annotations__.keys():
        raise TypeError(f"JS.{command}() got an unexpected keyword argument {min(unknown)!r}")
    return {
        "to": selector(command, how.get("to")),
        "transition": transition(command, how.get("transition")),
        "time": milliseconds(command, how.get("time")),
        "blocking": flag(command, "blocking", how.get("blocking")),
    }


def text(command: str, name: str, value: object) -> str:
    """``value``, which must be text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise LiveViewError(f"JS.{command}: {name} is a text that is not empty, but got {value!r}")
    return str(value)


def optional_text(command: str, name: str, value: object) -> str | None:
    """``value``, if it is given."""
    return None if value is None else text(command, name, value)


def selector(command: str, to: object) -> str | dict[str, str] | None:
    """The elements meant: a CSS selector, or one within or around the element itself."""
    if isinstance(to, Mapping):
        if len(to) == 1 and (where := next(iter(to))) in WITHIN:
            return {where: text(command, f"to[{where!r}]", to[where])}
        raise LiveViewError(
            f'JS.{command}: to is "#menu", {{"inner": …}} or {{"closest": …}}, but got {to!r}'
        )
    return optional_text(command, "to", to)


def target(value: object) -> str | int | None:
    """Who gets a pushed event: a CSS selector, a component's cid, or an object that has one."""
    cid = getattr(value, "cid", value)
    if isinstance(cid, int) and not isinstance(cid, bool):
        return int(cid)
    return optional_text("push", "target", value)


def mapping(command: str, name: str, value: object) -> dict[str, Any] | None:
    """``value``, which must be a mapping if it is given."""
    if value is None or isinstance(value, Mapping):
        return None if value is None else dict(value)
    raise LiveViewError(f"JS.{command}: {name} is a dict such as {{'id': 3}}, but got {value!r}")


def flag(command: str, name: str, value: object) -> bool | None:
    """``value``, which must be a boolean if it is given."""
    if value is None or isinstance(value, bool):
        return value
    raise LiveViewError(f"JS.{command}: {name} is True or False, but got {value!r}")


def milliseconds(command: str, value: object) -> int | None:
    """A duration; ``None`` leaves it to the client, which takes 200 ms."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise LiveViewError(f"JS.{command}: time is a number of milliseconds, but got {value!r}")


def names(command: str, what: str, value: object) -> list[str]:
    """``"a b"`` or ``["a", "b"]`` as a list."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        given = list(value)
        if all(isinstance(part, str) for part in given):
            return [name for part in given for name in part.split()]
    raise LiveViewError(f"JS.{command}: {what} is a text of names or a list of them, but got {value!r}")


def some_names(command: str, what: str, value: object) -> list[str]:
    """`names`, at least one."""
    found = names(command, what, value)
    if not found:
        raise LiveViewError(f"JS.{command}: {what} names nothing")
    return found


def transition(command: str, value: object, what: str = "transition") -> list[list[str]] | None:
    """Classes of a transition: those during it, or a tuple of those during it, at its start, at its end."""
    if value is None:
        return None
    if isinstance(value, tuple):
        if len(value) != 3:
            raise LiveViewError(
                f"JS.{command}: {what} is a text of classes, or a tuple of three "
                f"(during, at the start, at the end), but got {value!r}"
            )
        return [names(command, what, part) for part in value]
    return [names(command, what, value), [], []]


def attribute_value(command: str, value: object) -> str:
    """A value for an attribute, as text; booleans become ``true`` and ``false``, as ARIA wants them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise LiveViewError(f"JS.{command}: the value of an attribute is a text, but got {value!r}")
