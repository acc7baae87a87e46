"""The two npm packages that make up the client, served as they are, and the one module of our own.

They are installed by npm and never copied: `phoenix` (the socket) and `phoenix_live_view` (everything
else). An import map tells the page's own modules where they are, so no bundler is needed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from markupsafe import Markup
from quart import Response, abort, request, send_file

from ..protocol.client_version import installed_version

FILES = {
    "phoenix.mjs": "phoenix/priv/static/phoenix.mjs",
    "phoenix.mjs.map": "phoenix/priv/static/phoenix.mjs.map",
    "phoenix_live_view.esm.js": "phoenix_live_view/priv/static/phoenix_live_view.esm.js",
    "phoenix_live_view.esm.js.map": "phoenix_live_view/priv/static/phoenix_live_view.esm.js.map",
}
STASH_FILE = Path(__file__).parent.parent / "stash" / "stash.js"
_IMPORTS = {"phoenix": "phoenix.mjs", "phoenix_live_view": "phoenix_live_view.esm.js"}
_YEAR = 365 * 24 * 3600


def import_map(path: str, client_dir: Path, nonce: Markup) -> Markup:
    """The ``<script type="importmap">`` for the packages and our own module, served under ``path``.

    Args:
        path: where the client's files are.
        client_dir: where they are installed.
        nonce: an attribute for the element, or nothing.
    """
    imports = {}
    for package, name in _IMPORTS.items():
        version = installed_version(client_dir, package)
        imports[package] = f"{path}/client/{name}" + (f"?v={version}" if version else "")
    imports["quart_live/stash"] = f"{path}/client/stash.js?v={_fingerprint(STASH_FILE)}"
    written = json.dumps({"imports": imports}).replace("<", "\\u003c")
    return Markup('<script type="importmap"{}>{}</script>').format(nonce, Markup(written))


@cache
def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


async def serve(client_dir: Path, name: str) -> Response:
    """Answer the request for a client file.

    With a version in the address it may be kept for a year; without one it is checked each time.
    """
    relative = FILES.get(name)
    file = STASH_FILE if name == STASH_FILE.name else client_dir / relative if relative else None
    if file is None or not file.is_file():
        abort(404)
    mimetype = "application/json" if name.endswith(".map") else "text/javascript"
    response = await send_file(file, mimetype=mimetype, conditional=True)
    response.cache_control.public = True
    if "v" in request.args:
        response.cache_control.max_age = _YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response
