"""What a cell shows: pictures and tables as outputs."""

from __future__ import annotations

import sys
from typing import Any

Bundle = dict[str, Any]


class Picture:
    """A PNG with the width at which to show it; notebooks show it, others may save it.

    Attributes:
        png: the bytes.
        width: in CSS pixels.
        text: what to say where no picture can be shown.
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
    """Whether this is a Jupyter kernel."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def pixel_ratio() -> float:
    """Device pixels for each CSS pixel of a picture: notebooks are often read on fine screens."""
    return 2.0 if in_notebook() else 1.0


def show_or_return(thing: Any) -> Any:
    """In a notebook show it now, wherever in the cell this is; elsewhere hand it to the caller."""
    if not in_notebook():
        return thing
    # A script has no need of IPython, and it is slow to import.
    from IPython.display import display

    display(thing)
    return None
