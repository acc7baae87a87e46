"""The version of the official client: the one that the engine was tested with, and the one installed."""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path

log = logging.getLogger("quart_live.client")

VERSION_OF_CLIENT = "1.2.12"
"""The version of ``phoenix_live_view`` that the engine was built and tested with."""


@cache
def installed_version(client_dir: Path, package: str) -> str | None:
    """Return the version of an npm package in ``client_dir``, or ``None`` if it is not installed there."""
    try:
        return str(json.loads((client_dir / package / "package.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return None


@cache
def client_version(client_dir: Path) -> str:
    """Return the version to tell the client, which warns on its console unless it is its own."""
    installed = installed_version(client_dir, "phoenix_live_view")
    if installed is None:
        log.warning("phoenix_live_view is not installed in %s; run npm ci or set LIVE_CLIENT_DIR", client_dir)
        return VERSION_OF_CLIENT
    if installed != VERSION_OF_CLIENT:
        log.warning(
            "phoenix_live_view %s is installed; the engine was tested with %s", installed, VERSION_OF_CLIENT
        )
    return installed
