"""Jinja templates as trees, and the diffs between them."""

from .environment import LiveEnvironment, LiveTemplate, pure, volatile
from .errors import LiveTemplateError, LiveTemplateWarning, MissingAssignError
from .renderer import Renderer
from .streams import LiveStream, Streams

__all__ = [
    "LiveEnvironment",
    "LiveStream",
    "LiveTemplate",
    "LiveTemplateError",
    "LiveTemplateWarning",
    "MissingAssignError",
    "Renderer",
    "Streams",
    "pure",
    "volatile",
]
