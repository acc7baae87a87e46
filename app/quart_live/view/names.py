"""Names that are derived from the name of a class."""

from __future__ import annotations

import re

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def default_template_name(view: type[object]) -> str:
    """Return the template name of a view class: ``CounterLive`` → ``counter_live.html``."""
    return _WORD_STARTS.sub("_", view.__name__).lower() + ".html"


def short_name(component: type[object]) -> str:
    """Return the short name of a component class: ``CounterComponent`` → ``counter``."""
    return _WORD_STARTS.sub("_", component.__name__.removesuffix("Component") or component.__name__).lower()
