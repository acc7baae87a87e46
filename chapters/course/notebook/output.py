"""Pictures and tables as output of a cell."""

from __future__ import annotations

import sys
from typing import Any

Bundle = dict[str, Any]


class Picture:
    """A PNG with the width at which to show it; notebooks show it, others may save it.

    Attributes:
        png: the bytes of the picture.
        width: its width in CSS pixels.
        text: a text for places where no picture can be shown.
    """

    def __init__(self, png: bytes, width: int, text: str) -> None:
        self.png = png
        self.width = width
        self.text = text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Bundle, Bundle]:
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": {"width": self.width}}

    def __repr__(self) -> str:
        return self.text


def in_notebook() -> bool:
    """Return whether this process is a Jupyter kernel."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def pixel_ratio() -> float:
    """Return the device pixels for each CSS pixel of a picture: 2 in a notebook, for sharp screens."""
    return 2.0 if in_notebook() else 1.0


def show_or_return(thing: Any) -> Any:
    """Show a thing as output of the cell; outside of a notebook, return it."""
    if not in_notebook():
        return thing
    # A script does not need IPython, which is slow to import.
    from IPython.display import display

    display(thing)
    return None
