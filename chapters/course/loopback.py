"""Servers of this machine: their ports, and how to ask them directly, whatever proxy is named for others."""

from __future__ import annotations

import os
import socket
import sys
import urllib.request
from collections.abc import MutableMapping
from http.client import HTTPResponse
from typing import cast

from course.errors import CourseError

HOST = "127.0.0.1"
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


def require_free(port: int, command: str) -> None:
    """Make sure that a port can be had; ``command`` is what the user typed.

    Raises:
        CourseError: another program has it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            # As the server does: a port that a server left a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CourseError(
                f"Port {port} cannot be used: {error.strerror if isinstance(error, OSError) else error}.",
                f"Stop the program that has it, or take another: `{command} --port {port + 1}`.",
            ) from error


def free_port(first: int) -> int:
    """The first free port from ``first`` on."""
    for port in range(first, first + 100):
        try:
            require_free(port, "")
        except CourseError:
            continue
        return port
    raise CourseError(f"There is no free port from {first} on.", "Stop a few servers.")
