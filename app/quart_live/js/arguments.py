"""Checks of the arguments of `quart_live.JS`, which return them in the shape that the client reads.

An error is raised where the command is written; in the browser a wrong command would silently do nothing.
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
    """The common arguments of a change, as `quart_live.JS` explains them."""

    to: Selector | None
    transition: Transition | None
    time: int | None
    blocking: bool | None


WITHIN = ("inner", "closest")


def operation(kind: str, arguments: Mapping[str, Any]) -> bytes:
    """Write one operation as JSON: without ``None``, keys sorted at every depth.

    Equal commands are equal bytes: the client recovers a form only if its ``phx-change`` is the same text as
    before. The order is the one in which the official server writes its maps.

    Raises:
        LiveViewError: if an argument is not JSON.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return dumps([kind, given], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise LiveViewError(f"JS.{kind}: {error}; pass only values that JSON can hold") from error


def change(command: str, how: Change) -> dict[str, Any]:
    """Return the arguments that all changes of the appearance have in common.

    Raises:
        LiveViewError: if the client could not use one of them.
        TypeError: if there is another one.
    """
    if unknown := how.keys() - Change.__annotations__.keys():
        raise TypeError(f"JS.{command}() got an unexpected keyword argument {min(unknown)!r}")
    return {
        "to": selector(command, how.get("to")),
        "transition": transition(command, how.get("transition")),
        "time": milliseconds(command, how.get("time")),
        "blocking": flag(command, "blocking", how.get("blocking")),
    }


def text(command: str, name: str, value: object) -> str:
    """Return ``value``, which must be text with something in it.

    Raises:
        LiveViewError: if it is not.
    """
    if not isinstance(value, str) or not value.strip():
        raise LiveViewError(f"JS.{command}: {name} must be a text that is not empty, but is {value!r}")
    return str(value)


def optional_text(command: str, name: str, value: object) -> str | None:
    """Return ``value``, which must be text with something in it if it is given.

    Raises:
        LiveViewError: if it is not.
    """
    return None if value is None else text(command, name, value)


def selector(command: str, to: object) -> str | dict[str, str] | None:
    """Return the elements to change: a CSS selector, or one within or around the element itself.

    Raises:
        LiveViewError: if it is none of these.
    """
    if isinstance(to, Mapping):
        if len(to) == 1 and (where := next(iter(to))) in WITHIN:
            return {where: text(command, f"to[{where!r}]", to[where])}
        raise LiveViewError(
            f'JS.{command}: to must be "#menu", {{"inner": …}} or {{"closest": …}}, but is {to!r}'
        )
    return optional_text(command, "to", to)


def target(value: object) -> str | int | None:
    """Return the receiver of a pushed event: a CSS selector, a component's cid, or the cid of an object.

    Raises:
        LiveViewError: if it is none of these.
    """
    cid = getattr(value, "cid", value)
    if isinstance(cid, int) and not isinstance(cid, bool):
        return int(cid)
    return optional_text("push", "target", value)


def mapping(command: str, name: str, value: object) -> dict[str, Any] | None:
    """Return ``value``, which must be a mapping if it is given.

    Raises:
        LiveViewError: if it is not.
    """
    if value is None or isinstance(value, Mapping):
        return None if value is None else dict(value)
    raise LiveViewError(f"JS.{command}: {name} must be a dict such as {{'id': 3}}, but is {value!r}")


def flag(command: str, name: str, value: object) -> bool | None:
    """Return ``value``, which must be a boolean if it is given.

    Raises:
        LiveViewError: if it is not.
    """
    if value is None or isinstance(value, bool):
        return value
    raise LiveViewError(f"JS.{command}: {name} must be True or False, but is {value!r}")


def milliseconds(command: str, value: object) -> int | None:
    """Return a duration; ``None`` leaves it to the client, which takes 200 ms.

    Raises:
        LiveViewError: if it is not a whole number, or negative.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise LiveViewError(f"JS.{command}: time must be a whole number of milliseconds, but is {value!r}")


def names(command: str, what: str, value: object) -> list[str]:
    """Return ``"a b"`` or ``["a", "b"]`` as a list.

    Raises:
        LiveViewError: if it is neither.
    """
    if isinstance(value, str):
        return value.split()
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        given = list(value)
        if all(isinstance(part, str) for part in given):
            return [name for part in given for name in part.split()]
    raise LiveViewError(f"JS.{command}: {what} must be a text of names or a list of them, but is {value!r}")


def some_names(command: str, what: str, value: object) -> list[str]:
    """Return `names`, at least one.

    Raises:
        LiveViewError: if there is none.
    """
    found = names(command, what, value)
    if not found:
        raise LiveViewError(f"JS.{command}: {what} is empty; name at least one")
    return found


def transition(command: str, value: object, what: str = "transition") -> list[list[str]] | None:
    """Return the classes of a transition: during it, at its start, at its end.

    Raises:
        LiveViewError: if they are neither classes nor a tuple of three.
    """
    if value is None:
        return None
    if isinstance(value, tuple):
        if len(value) != 3:
            raise LiveViewError(
                f"JS.{command}: {what} must be a text of classes, or a tuple of three "
                f"(during, at the start, at the end), but is {value!r}"
            )
        return [names(command, what, part) for part in value]
    return [names(command, what, value), [], []]


def attribute_value(command: str, value: object) -> str:
    """Return the value of an attribute as text; booleans become ``true`` and ``false``, as ARIA has them.

    Raises:
        LiveViewError: if it is neither text, number nor boolean.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise LiveViewError(f"JS.{command}: the value of an attribute must be a text, but is {value!r}")
