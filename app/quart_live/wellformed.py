"""Well-formed text, without half characters (lone surrogates), which UTF-8 cannot encode.

JavaScript may cut text in the middle of an emoji, and writes the half as an escape, ``"\\ud83d"``. All text
from outside is made well-formed where it is read, and all text that goes out where it is written: each half
becomes U+FFFD, as browsers do it themselves in forms and addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

REPLACEMENT = "\ufffd"

_ESCAPE = re.compile(
    r"\\(?:u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def well_formed(text: str) -> str:
    """Return ``text`` with U+FFFD for each half character; two halves that belong together become one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def well_formed_json(text: str) -> str:
    """Return JSON text with U+FFFD for each half character, also where it is written as an escape."""
    return _ESCAPE.sub(lambda found: r"\ufffd" if found["half"] else found[0], well_formed(text))


def well_formed_value(value: Any) -> Any:
    """Return a value for JSON with U+FFFD for each half character in its texts, keys included."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {well_formed_value(key): well_formed_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [well_formed_value(item) for item in value]
    return value


def loads(text: str) -> Any:
    """Read JSON.

    Raises:
        orjson.JSONDecodeError: if it is not JSON.
    """
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return orjson.loads(well_formed_json(text))


def dumps(value: Any, default: Callable[[Any], Any] | None = None, option: int | None = None) -> bytes:
    """Write JSON; arguments as for `orjson.dumps`.

    Raises:
        orjson.JSONEncodeError: if JSON cannot hold a value in it.
    """
    try:
        return orjson.dumps(value, default, option)
    except orjson.JSONEncodeError:
        return orjson.dumps(well_formed_value(value), default, option)
