"""The template environment of live views, and the templates it makes."""

from __future__ import annotations

import enum
import weakref
from collections.abc import Callable, MutableMapping
from types import NoneType
from typing import Any, TypeVar, cast

import jinja2

from .compiler import LiveCodeGenerator
from .linking import CANNOT_BE_LOADED
from .placing import live_component
from .template import LiveTemplate

F = TypeVar("F", bound=Callable[..., Any])

PURE_GLOBALS = frozenset(
    {"range", "dict", "url_for", "csrf_token", "_", "gettext", "ngettext", "pgettext", "npgettext"}
)
"""Global functions whose result depends on nothing but their arguments. Others are called at every render."""

_CONSTANT_TYPES = (str, bytes, int, float, complex, bool, NoneType, enum.Enum, frozenset)


def what_is_wrong(name: str, error: Exception) -> str:
    """Where and why a template cannot be loaded."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.name or name}, line {error.lineno}: {error.message}"
    if isinstance(error, jinja2.TemplateNotFound):
        return f"{name}: there is no such template"
    return f"{name}: {error}"


def pure(function: F) -> F:
    """Mark a global function as pure: called again only when a name in its arguments is assigned again."""
    function.live_pure = True  # type: ignore[attr-defined]
    return function


def volatile(function: F) -> F:
    """Mark a filter as volatile: applied again at every render, for example because it reads the clock."""
    function.live_volatile = True  # type: ignore[attr-defined]
    return function


def keyed(items: Any, key: str | int | None = None) -> Any:
    """Filter ``{% for m in messages|keyed("id") %}``: names the key of each entry; returns `items` itself."""
    return items


class LiveEnvironment(jinja2.Environment):
    """A synchronous Jinja environment that compiles templates to trees.

    Takes the arguments of :class:`jinja2.Environment`; autoescape is on unless said otherwise.

    Attributes:
        pure_globals: names of global functions that need not be called at every render; add your own.
        volatile_filters: names of filters that must be applied at every render; add your own.
    """

    code_generator_class = LiveCodeGenerator
    template_class = LiveTemplate

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("autoescape", True)
        super().__init__(*args, **options)
        if self.is_async:
            raise ValueError("LiveEnvironment is synchronous: leave enable_async out.")
        self.pure_globals: set[str] = set(PURE_GLOBALS)
        self.volatile_filters: set[str] = {"random"}
        self.filters["keyed"] = keyed
        self.globals["live_component"] = live_component

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> jinja2.Template:
        """Load a template. One whose file has been broken while the app runs is shown as it was before."""
        try:
            return super()._load_template(name, globals)
        except CANNOT_BE_LOADED:
            before = None if self.cache is None else self.cache.get((weakref.ref(self.loader), name))
            if before is None or not self.auto_reload:
                raise
            return before

    def get_live_template(self, name: str) -> LiveTemplate:
        """Load a template by name; compiled once, and again when its file changes.

        Raises:
            jinja2.TemplateNotFound: there is no such template.
        """
        return cast(LiveTemplate, self.get_template(name))

    def live_from_string(self, source: str, name: str | None = None) -> LiveTemplate:
        """Compile a template from its source; `name` is used in messages and tracebacks."""
        code = self.compile(source, name=name, filename=f"<template of {name}>" if name else None)
        return LiveTemplate.from_code(self, code, self.make_globals(None), None)  # type: ignore[return-value]

    def is_volatile_filter(self, name: Any) -> bool:
        """Whether a filter has to be applied at every render."""
        return name in self.volatile_filters or getattr(self.filters.get(name), "live_volatile", False)

    def is_volatile_global(self, name: str, value: Any) -> bool:
        """Whether a global has to be read or called at every render."""
        if name in self.pure_globals or isinstance(value, _CONSTANT_TYPES):
            return False
        return not getattr(value, "live_pure", False)
