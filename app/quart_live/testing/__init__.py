"""Testing live views without a browser: `LiveViewTest` and what it is made of."""

from .components import render_component
from .dom import Element, parse
from .merge import Tree
from .socket import SocketClosedError, TestSocket
from .stash import BrowserStash
from .uploads import ChosenFile, FileInput
from .view import JoinRefusedError, LiveViewTest, ViewCrashedError

__all__ = [
    "BrowserStash",
    "ChosenFile",
    "Element",
    "FileInput",
    "JoinRefusedError",
    "LiveViewTest",
    "SocketClosedError",
    "TestSocket",
    "Tree",
    "ViewCrashedError",
    "parse",
    "render_component",
]
