"""Form data with nested names, as HTML forms and the LiveView client write it.

    >>> decode("user[name]=Jo&user[tags][]=a&user[tags][]=b&send=")
    {'user': {'name': 'Jo', 'tags': ['a', 'b']}, 'send': ''}
    >>> target_path("user[name]")
    ['user', 'name']

The rules are those of Plug.Conn.Query, which the client is made for: ``a[b]`` nests, ``a[]`` collects a
list, a plain name that comes again replaces the earlier value, a name that is not well formed is taken as
it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from ..errors import MalformedEventError

MAX_FIELDS = 10_000
MAX_DEPTH = 32


def decode(encoded: str, max_fields: int = MAX_FIELDS) -> dict[str, Any]:
    """Decode a URL-encoded string into nested dicts and lists.

    Args:
        encoded: the text that ``URLSearchParams`` of a browser writes, for example ``user%5Bname%5D=Jo``.
        max_fields: the number of fields that there may be.

    Raises:
        MalformedEventError: if there are more.
    """
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=max_fields)
    except ValueError as error:
        raise MalformedEventError("too many form fields") from error
    return nest(pairs)


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest flat ``(name, value)`` pairs by their names."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        _put(result, split_name(name), value)
    return result


def split_name(name: str) -> list[str]:
    """Split ``user[address][]`` into ``["user", "address", ""]``; leave a malformed name in one piece."""
    first, bracket, rest = name.partition("[")
    if not bracket or not first or not rest.endswith("]"):
        return [name]
    pieces = rest[:-1].split("][")
    if len(pieces) >= MAX_DEPTH or any("[" in piece or "]" in piece for piece in pieces):
        return [name]
    return [first, *pieces]


def target_path(name: str) -> list[str]:
    """Return the name of the changed input as a list: ``user[name]`` → ``["user", "name"]``."""
    return [piece for piece in split_name(name) if piece]


def _put(result: dict[str, Any], path: list[str], value: str) -> None:
    """Put ``value`` at the end of ``path``, making dicts and lists on the way."""
    container: Any = result
    for key, following in zip(path, [*path[1:], None], strict=True):
        new: Any = value if following is None else ([] if following == "" else {})
        if isinstance(container, list):
            container.append(new)
            container = new
        elif following is None or type(container.get(key)) is not type(new):
            container[key] = container = new
        else:
            container = container[key]
