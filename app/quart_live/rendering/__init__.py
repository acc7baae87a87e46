"""Jinja templates as trees, and the diffs between them."""

from .environment import LiveEnvironment
from .errors import LiveTemplateError, LiveTemplateWarning, MissingAssignError
from .purity import pure, volatile
from .renderer import Renderer
from .streams import LiveStream, Streams
from .template import LiveTemplate

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
