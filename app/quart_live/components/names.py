"""The registry of component classes by the names that templates use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

from ..errors import LiveViewError
from ..view.names import short_name
from .updates import TakesUpdates

if TYPE_CHECKING:
    from .component import LiveComponent

_CLASSES: WeakValueDictionary[str, type[LiveComponent]] = WeakValueDictionary()
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def register(component: type[LiveComponent]) -> None:
    """Register a class by its names. The same class defined again, by a reload, replaces the old one."""
    _CLASSES[f"{component.__module__}:{component.__qualname__}"] = component


def component_named(name: str, near: str = "") -> type[LiveComponent]:
    """Return the component class of a name in a template.

    Args:
        name: ``counter`` or ``CounterComponent``; ``package.module:CounterComponent`` if there are several.
        near: a module, whose components come first.

    Raises:
        LiveViewError: if there is none of that name, or more than one.
    """
    if (exact := _CLASSES.get(name)) is not None:
        return exact
    known = dict(_CLASSES)
    found = {full: kind for full, kind in known.items() if name in (short_name(kind), kind.__name__)}
    if len(found) > 1:
        found = {full: kind for full, kind in found.items() if kind.__module__ == near} or found
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        choice = " or ".join(repr(full) for full in sorted(found))
        raise LiveViewError(
            f"there are several components {name!r}: write {choice}, or pass the class itself"
        )
    names = ", ".join(sorted({short_name(component) for component in known.values()})) or "none"
    raise LiveViewError(
        f"there is no component {name!r}; known are: {names}. Has the module that defines it been imported?"
    )


def component_class(component: type[TakesUpdates] | str, near: str) -> type[LiveComponent]:
    """Return the component class that a template passes, as a class or by name.

    Raises:
        LiveViewError: if there is no such class, or it is no live component.
    """
    if isinstance(component, str):
        return component_named(component, near)
    if isinstance(component, type) and hasattr(component, "update_many"):
        return cast("type[LiveComponent]", component)
    raise LiveViewError(f"live_component needs a LiveComponent class or its name, not {component!r}")
