"""Reading what a browser has sent. Anybody can send anything, so nothing is taken for granted."""

from typing import Any
from uuid import UUID

from .db import LARGEST_ID

NOBODY = 0


def text_in(params: Any, name: str) -> str:
    """The text under this name; empty when there is none. PostgreSQL takes no text with a zero in it."""
    value = params.get(name) if isinstance(params, dict) else None
    return value.replace("\0", "") if isinstance(value, str) else ""


def id_in(params: Any, name: str) -> int:
    """The id under this name, written as text or as a number; 0, which nobody has, when there is none."""
    value = params.get(name) if isinstance(params, dict) else None
    text = str(value) if type(value) is int else text_in(params, name)
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return int(text) if plain and int(text) <= LARGEST_ID else NOBODY


def key_in(params: Any, name: str) -> UUID | None:
    """The key under this name, as `crypto.randomUUID` of a browser writes it; None when there is none."""
    try:
        return UUID(text_in(params, name))
    except ValueError:
        return None
