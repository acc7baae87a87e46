"""The engine's README, for the tests that run its examples."""

from __future__ import annotations

import re
from pathlib import Path

import quart_live

README = Path(quart_live.__file__).parent / "README.md"


def blocks() -> list[str]:
    """Return the Python blocks of the README, in order."""
    return re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
