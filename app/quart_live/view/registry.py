"""View classes by the names that tokens give them."""

from __future__ import annotations

import importlib
from typing import Any

from .view import LiveView


class ViewRegistry:
    """View classes and the names that tokens give them."""

    def __init__(self) -> None:
        self._views: dict[str, type[LiveView]] = {}

    def name_of(self, view: type[LiveView]) -> str:
        """The name that tokens give to a view class."""
        name = f"{view.__module__}:{view.__qualname__}"
        self._views[name] = view
        return name

    def named(self, name: str) -> type[LiveView] | None:
        """The view class of a token, or of a class name that has a route.

        After a restart a page may come back whose view this process has not rendered yet; its class is
        imported then. The name is from a signed token or the app's own template, so nobody but the app can
        have chosen it.
        """
        if name in self._views:
            return self._views[name]
        module, colon, qualname = name.partition(":")
        if not colon:
            found_here = next((view for view in self._views.values() if view.__name__ == name), None)
            return found_here or _only_subclass(name)
        try:
            found: Any = importlib.import_module(module)
            for part in qualname.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError):
            return None
        return found if isinstance(found, type) and issubclass(found, LiveView) else None


def _only_subclass(name: str) -> type[LiveView] | None:
    """The imported view class with this name, if there is no other one."""
    found, waiting = set(), [LiveView]
    while waiting:
        for view in waiting.pop().__subclasses__():
            waiting.append(view)
            if view.__name__ == name:
                found.add(view)
    return found.pop() if len(found) == 1 else None
