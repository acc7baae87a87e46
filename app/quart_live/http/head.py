"""What the head of a page needs: the CSRF token, where the client's files are, and where its socket is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from quart import session as quart_session

from .. import addresses
from ..protocol import csrf
from . import client_files, development

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime


def csrf_meta_tag() -> Markup:
    """``<meta name="csrf-token">`` with a token for the session of this request."""
    return Markup('<meta name="csrf-token" content="{}">').format(csrf.issue(quart_session))


def import_map(runtime: Runtime, nonce: str | None = None) -> Markup:
    """The import map of the client, and in development the listener for changes.

    Args:
        runtime: the app's.
        nonce: the nonce that the page's Content-Security-Policy names, if it has one.
    """
    attribute = Markup(' nonce="{}"').format(nonce) if nonce else Markup("")
    written = client_files.import_map(socket_path(runtime), runtime.settings.client_dir, attribute)
    return written + development.script(attribute) if runtime.settings.reload else written


def socket_path(runtime: Runtime) -> str:
    """What the page's script gives to its ``LiveSocket``."""
    return addresses.root_path() + runtime.path
