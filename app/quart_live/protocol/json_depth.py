"""The bound on the depth of JSON from a browser."""

from __future__ import annotations

from typing import Any

MAX_JSON_DEPTH = 64
"""Arrays and objects within each other. The official client needs about ten."""


def is_too_deep(text: str, value: Any, limit: int = MAX_JSON_DEPTH) -> bool:
    """Return whether parsed JSON is nested deeper than ``limit``.

    Deep values are cheap to send and break recursive code: comparing, copying, printing.

    Args:
        text: the JSON; with few brackets there is no need to look at the value.
        value: the parsed value.
        limit: arrays and objects within each other.
    """
    if text.count("[") + text.count("{") <= limit:
        return False
    level = [value]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, list | dict)
        ]
        if not level:
            return False
    return True
