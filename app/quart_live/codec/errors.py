"""The errors of a codec."""

from __future__ import annotations

from ..errors import LiveViewError


class EncodeError(TypeError):
    """A value cannot be written. The text names the part that cannot, and says what to do."""


class DecodeError(ValueError):
    """Data cannot be read: it is malformed, or has a type that this process does not know."""


class NameTakenError(LiveViewError, ValueError):
    """Two classes are registered under one name."""


class NotRegistrableError(LiveViewError, TypeError):
    """The decorator is used on a class that is no dataclass and no enum."""
