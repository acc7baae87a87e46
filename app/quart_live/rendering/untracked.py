"""The parts of a template that cannot be tracked, in sentences that explain why a page is rendered so often.

Every compiled template logs them once, at level DEBUG, to the logger ``quart_live.rendering``. A part that
cannot be tracked is right all the same; it is evaluated, or sent, more often than it has to be.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TypeAlias

from jinja2 import nodes

logger = logging.getLogger("quart_live.rendering")

Reason: TypeAlias = "tuple[int, str]"
"""A line of the template, and the reason there, as a sentence without its full stop."""

AT_EVERY_RENDER = "so it is evaluated at every render"


class Untracked:
    """The reasons collected while a template is compiled."""

    def __init__(self) -> None:
        self._reasons: dict[Reason, None] = {}

    def note(self, node: nodes.Node, reason: str) -> None:
        """Note why a part is evaluated, or sent, more often than it has to be.

        Args:
            node: the part.
            reason: a sentence without its end.
        """
        self._reasons.setdefault((node.lineno, reason))

    def reasons(self) -> list[Reason]:
        """Return all reasons, by lines."""
        return sorted(self._reasons)


def tell(name: str | None, reasons: Iterable[Reason]) -> None:
    """Log the reasons of a template at level DEBUG."""
    if logger.isEnabledFor(logging.DEBUG):
        for line, reason in reasons:
            logger.debug("%s, line %d: %s.", name or "A template", line, reason)
