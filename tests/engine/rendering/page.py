"""A page for tests: a template, its assigns, and after every change a comparison with plain Jinja."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jinja2
import orjson

from quart_live.rendering import LiveEnvironment, Renderer
from quart_live.rendering.environment import keyed

EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]


class Page:
    """Render `source` and follow its changes.

    Args:
        source: the template.
        assigns: the first assigns.
        files: other templates, by name.
        globals: more globals for both environments.
        filters: more filters for both environments.
    """

    def __init__(
        self,
        source: str,
        assigns: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, str] | None = None,
        globals: Mapping[str, Any] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        loader = jinja2.DictLoader(dict(files or {}))
        self.environment = LiveEnvironment(loader=loader, extensions=EXTENSIONS)
        plain = jinja2.Environment(loader=loader, autoescape=True, extensions=EXTENSIONS)
        plain.filters["keyed"] = keyed
        for environment in (self.environment, plain):
            environment.globals.update(globals or {})
            environment.filters.update(filters or {})
        self._plain = plain.from_string(source)
        self.template = self.environment.live_from_string(source, "page.html")
        self.renderer = Renderer(self.template)
        self.assigns = dict(assigns or {})
        self.rendered = self._sent(self.renderer.join(self.assigns))
        self.messages = [self.rendered]
        self._compare()

    @property
    def html(self) -> str:
        """As the tree has it."""
        return self.renderer.current_html()

    def assign(self, **values: Any) -> Any:
        """Assign, render, compare with Jinja; returns the diff as the browser gets it."""
        self.assigns.update(values)
        return self.touch(*values)

    def touch(self, *names: str) -> Any:
        """Mark names as changed without assigning."""
        diff = self._sent(self.renderer.diff(self.assigns, set(names)))
        self.messages.append(diff)
        self._compare()
        return diff

    def _compare(self) -> None:
        assert self.html == self._plain.render(self.assigns)

    @staticmethod
    def _sent(message: Any) -> Any:
        return orjson.loads(orjson.dumps(message))


class Probe:
    """Counts how often it is printed."""

    def __init__(self, text: str = "probe") -> None:
        self.text = text
        self.count = 0

    def __str__(self) -> str:
        self.count += 1
        return self.text

    def seen(self) -> int:
        """Return how often it was read since the last call; plain Jinja reads it once per comparison, too."""
        count, self.count = self.count, 0
        return count
