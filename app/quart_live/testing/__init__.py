"""Testing live views without a browser: `LiveViewTest` and its parts."""

from .components import render_component
from .dom import Element, parse
from .errors import PageFailedError
from .merge import Tree
from .sending import ChosenFile, ExternalSending
from .socket import SocketClosedError, TestSocket
from .stash import BrowserStash
from .uploads import FileInput
from .view import JoinRefusedError, LiveViewTest, ViewCrashedError

__all__ = [
    "BrowserStash",
    "ChosenFile",
    "Element",
    "ExternalSending",
    "FileInput",
    "JoinRefusedError",
    "LiveViewTest",
    "PageFailedError",
    "SocketClosedError",
    "TestSocket",
    "Tree",
    "ViewCrashedError",
    "parse",
    "render_component",
]
