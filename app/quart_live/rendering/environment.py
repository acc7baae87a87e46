"""The template environment of live views, and the templates it makes."""

from __future__ import annotations

import weakref
from collections.abc import MutableMapping
from typing import Any, cast

import jinja2

from .compiler import LiveCodeGenerator
from .linking import CANNOT_BE_LOADED
from .placing import live_component
from .purity import PurityEnvironment
from .template import LiveTemplate


def what_is_wrong(name: str, error: Exception) -> str:
    """Return the place and the reason of an error that keeps a template from being loaded."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.name or name}, line {error.lineno}: {error.message}"
    if isinstance(error, jinja2.TemplateNotFound):
        return f"{name}: there is no such template"
    return f"{name}: {error}"


def keyed(items: Any, key: str | int | None = None) -> Any:
    """Return `items` as they are: ``{% for m in messages|keyed("id") %}`` only names the entries' keys."""
    return items


class LiveEnvironment(PurityEnvironment):
    """A synchronous Jinja environment that compiles templates to trees.

    Takes the arguments of :class:`jinja2.Environment`; autoescape is on by default. See `PurityEnvironment`
    for declaring functions pure and filters volatile.

    Raises:
        ValueError: for ``enable_async=True``.
    """

    code_generator_class = LiveCodeGenerator
    template_class = LiveTemplate

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("autoescape", True)
        super().__init__(*args, **options)
        if self.is_async:
            raise ValueError("LiveEnvironment is synchronous: leave enable_async out.")
        self.filters["keyed"] = keyed
        self.globals["live_component"] = live_component

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> jinja2.Template:
        """Load a template; if its file was broken while the app runs, return it as it was before."""
        try:
            return super()._load_template(name, globals)
        except CANNOT_BE_LOADED:
            before = None if self.cache is None else self.cache.get((weakref.ref(self.loader), name))
            if before is None or not self.auto_reload:
                raise
            return before

    def get_live_template(self, name: str) -> LiveTemplate:
        """Load a template by name; compile it once, and again when its file changes.

        Raises:
            jinja2.TemplateNotFound: if there is no such template.
            jinja2.TemplateSyntaxError: if it cannot be compiled.
        """
        return cast(LiveTemplate, self.get_template(name))

    def live_from_string(self, source: str, name: str | None = None) -> LiveTemplate:
        """Compile a template from its source; `name` is used in messages and tracebacks.

        Raises:
            jinja2.TemplateSyntaxError: if it cannot be compiled.
        """
        code = self.compile(source, name=name, filename=f"<template of {name}>" if name else None)
        return LiveTemplate.from_code(self, code, self.make_globals(None), None)  # type: ignore[return-value]
