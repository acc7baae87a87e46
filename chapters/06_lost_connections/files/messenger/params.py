"""Reading the params of a browser. They may contain anything, so each value is checked."""

from typing import Any
from uuid import UUID

from .db import LARGEST_ID

NOBODY = 0


def text_in(params: Any, name: str) -> str:
    """Return the text under this name; empty if there is none. PostgreSQL refuses zero bytes."""
    value = params.get(name) if isinstance(params, dict) else None
    return value.replace("\0", "") if isinstance(value, str) else ""


def id_in(params: Any, name: str) -> int:
    """Return the id under this name, sent as text or as a number; 0, nobody's id, if there is none."""
    value = params.get(name) if isinstance(params, dict) else None
    text = str(value) if type(value) is int else text_in(params, name)
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return int(text) if plain and int(text) <= LARGEST_ID else NOBODY


def key_in(params: Any, name: str) -> UUID | None:
    """Return the key under this name, as a browser's `crypto.randomUUID` makes it; None if there is none."""
    try:
        return UUID(text_in(params, name))
    except ValueError:
        return None
