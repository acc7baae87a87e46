"""What a codec raises."""

from __future__ import annotations

from ..errors import LiveViewError


class EncodeError(TypeError):
    """A value cannot be written. The text says what is in it, and what to do."""


class DecodeError(ValueError):
    """Data that nobody has written, or with a type that this process does not know."""


class NameTakenError(LiveViewError, ValueError):
    """Two classes are to be written under one name."""


class NotRegistrableError(LiveViewError, TypeError):
    """A decorator is above a class that is no dataclass and no enum."""
