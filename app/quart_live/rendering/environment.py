"""The template environment of live views, and the templates it makes."""

from __future__ import annotations

import enum
import weakref
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Set
from contextlib import suppress
from functools import cached_property
from types import NoneType
from typing import Any, TypeVar, cast

import jinja2
from jinja2.runtime import Context

from .compiler import LiveCodeGenerator
from .dependencies import is_import_mark
from .errors import LiveTemplateError, MissingAssignError
from .placing import live_component
from .reading import ALWAYS
from .sharing import UNSHARED_NAMES, StreamPlan
from .tree import Node, Statics

F = TypeVar("F", bound=Callable[..., Any])

PURE_GLOBALS = frozenset(
    {"range", "dict", "url_for", "csrf_token", "_", "gettext", "ngettext", "pgettext", "npgettext"}
)
"""Global functions whose result depends on nothing but their arguments. Others are called at every render."""

_CONSTANT_TYPES = (str, bytes, int, float, complex, bool, NoneType, enum.Enum, frozenset)


CANNOT_BE_LOADED = (jinja2.TemplateError, LiveTemplateError, UnicodeError)
"""What goes wrong with a template before it is rendered."""


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


class LiveTemplate(jinja2.Template):
    """A compiled template that can also give its output as a tree. Made by :class:`LiveEnvironment`.

    Attributes:
        live_root: the compiled function ``(context, changed, previous tree or None) -> tree``.
        statics: the statics of the whole, its fingerprint.
        name_lines: the names the template reads from the context, with the first line that does.
        optional: the names among them it guards by ``is defined`` or ``default``.
        reads: every name in it, local ones too.
        inherits: whether it extends another template (then it is one dynamic).
        part_lines: for each statics (the whole, branches, loop bodies, macros) the line of each dynamic.
    """

    live_root: Callable[[Context, frozenset[str], Node | None], Node]
    statics: Statics
    name_lines: Mapping[str, int]
    optional: frozenset[str]
    reads: frozenset[str]
    inherits: bool
    part_lines: Mapping[Statics, tuple[int, ...]]
    _facts: Mapping[str, Any]
    _plans: Mapping[Statics, StreamPlan]

    @classmethod
    def _from_namespace(
        cls,
        environment: jinja2.Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
    ) -> LiveTemplate:
        template = cast(LiveTemplate, super()._from_namespace(environment, namespace, globals))
        facts = namespace["live_facts"]
        template.live_root = namespace["live_root"]
        template.statics = namespace["live_statics"]
        template.name_lines = facts["name_lines"]
        template.optional = frozenset(facts["optional"])
        template.reads = frozenset(facts["reads"])
        template.inherits = facts["inherits"]
        template.part_lines = namespace["live_lines"]
        template._facts = facts
        template._plans = {statics: StreamPlan(*plan) for statics, plan in namespace["live_plans"].items()}
        return template

    @cached_property
    def names(self) -> frozenset[str]:
        """The names the template reads that assigns or globals have to provide."""
        return frozenset(self.name_lines) - self.optional

    @cached_property
    def volatile_globals(self) -> frozenset[str]:
        """Names of globals whose value or result can change without an assign."""
        environment = cast(LiveEnvironment, self.environment)
        return frozenset(
            name
            for name in self.reads & self.globals.keys()
            if environment.is_volatile_global(name, self.globals[name])
        )

    @cached_property
    def is_volatile(self) -> bool:
        """Whether something in it, or in what it imports, can change without an assign."""
        return any(template._facts["always"] or template.volatile_globals for template in self._all())

    @cached_property
    def stream_plans(self) -> Mapping[Statics, StreamPlan]:
        """The loops over streams whose items views can share."""
        barred = {ALWAYS, *UNSHARED_NAMES, *self.volatile_globals}
        if self.is_volatile or any(not UNSHARED_NAMES.isdisjoint(other.reads) for other in self._imported()):
            barred.update(
                name for plan in self._plans.values() for name in plan.names if is_import_mark(name)
            )
        return {statics: plan for statics, plan in self._plans.items() if barred.isdisjoint(plan.names)}

    @cached_property
    def whole_plans(self) -> tuple[StreamPlan, ...]:
        """All loops over streams, if nothing else is evaluated when only streams have changed; else none."""
        if self.is_volatile or not self._facts["whole_streams"] or len(self.stream_plans) < len(self._plans):
            return ()
        return tuple(self._plans.values())

    def _all(self) -> Iterator[LiveTemplate]:
        """The template and those that it imports."""
        yield self
        yield from self._imported()

    def _imported(self) -> Iterator[LiveTemplate]:
        environment = cast(LiveEnvironment, self.environment)
        seen: set[str] = set()
        waiting: list[LiveTemplate] = [self]
        while waiting:
            for name in set(waiting.pop()._facts["imports"]) - seen:
                seen.add(name)
                with suppress(jinja2.TemplateNotFound):  # raised where it is used
                    template = environment.get_live_template(name)
                    waiting.append(template)
                    yield template

    def check_names(self, known: Set[str]) -> None:
        """Raise :class:`MissingAssignError` for the first name of the template that is not `known`."""
        if self.names <= known:
            return
        missing = [name for name in self.names - known if name not in self.globals]
        if missing:
            name = min(missing, key=lambda name: (self.name_lines[name], name))
            assigns = sorted(set(known) - self.globals.keys())
            raise MissingAssignError(name, self.name, self.name_lines[name], assigns, self.filename)


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
