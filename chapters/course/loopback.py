"""Servers of this machine are asked directly, whatever proxy the environment names for all others."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import MutableMapping
from http.client import HTTPResponse
from typing import cast

HERE = ("localhost", "127.0.0.1", "::1", ".localhost")


def spare_loopback(env: MutableMapping[str, str] | None = None) -> None:
    """Except this machine from the proxies in an environment: our own, and so that of all we start.

    Browsers, npm, pip and aiohttp read it. Nothing is changed where no proxy is named.
    """
    env = os.environ if env is None else env
    if not any(name.lower().endswith("_proxy") and value for name, value in env.items()):
        return
    # Programs read the one or the other; whoever has set only one means both.
    known = env.get("no_proxy") or env.get("NO_PROXY") or ""
    names = [name.strip() for name in known.split(",") if name.strip()]
    spared = ",".join([*names, *(name for name in HERE if name not in names)])
    env["no_proxy"] = env["NO_PROXY"] = spared


def open_here(address: str | urllib.request.Request, timeout: float) -> HTTPResponse:
    """Ask a server of this machine, without any proxy; raises what `urllib.request.urlopen` does."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return cast(HTTPResponse, opener.open(address, timeout=timeout))
