"""Purity: a pure function gives the same result as long as its arguments stay the same.

A function or filter that is not pure is called again at every render, whatever has been assigned.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from types import NoneType
from typing import Any, TypeVar

import jinja2

F = TypeVar("F", bound=Callable[..., Any])

PURE_GLOBALS = frozenset(
    {"range", "dict", "url_for", "csrf_token", "_", "gettext", "ngettext", "pgettext", "npgettext"}
)
"""Global functions whose result depends on nothing but their arguments. Others are called at every render."""

_CONSTANT_TYPES = (str, bytes, int, float, complex, bool, NoneType, enum.Enum, frozenset)


def pure(function: F) -> F:
    """Mark a global function as pure: called again only when a name in its arguments is assigned again."""
    function.live_pure = True  # type: ignore[attr-defined]
    return function


def volatile(function: F) -> F:
    """Mark a filter as volatile: applied again at every render, for example because it reads the clock."""
    function.live_volatile = True  # type: ignore[attr-defined]
    return function


class PurityEnvironment(jinja2.Environment):
    """An environment that tells pure functions from volatile ones; arguments as :class:`jinja2.Environment`.

    Attributes:
        pure_globals: names of global functions that need not be called at every render; add your own.
        volatile_filters: names of filters that must be applied at every render; add your own.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pure_globals: set[str] = set(PURE_GLOBALS)
        self.volatile_filters: set[str] = {"random"}

    def is_volatile_filter(self, name: Any) -> bool:
        """Return whether a filter has to be applied at every render."""
        return name in self.volatile_filters or getattr(self.filters.get(name), "live_volatile", False)

    def is_volatile_global(self, name: str, value: Any) -> bool:
        """Return whether a global has to be read or called at every render."""
        if name in self.pure_globals or isinstance(value, _CONSTANT_TYPES):
            return False
        return not getattr(value, "live_pure", False)
