"""Servers on this machine: their ports, and requests to them that pass no proxy."""

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
    """Add this machine to ``no_proxy`` in an environment: by default our own, which our processes inherit.

    Browsers, npm, pip and aiohttp read it. An environment without a proxy is not changed.
    """
    env = os.environ if env is None else env
    if not any(name.lower().endswith("_proxy") and value for name, value in env.items()):
        return
    # Some programs read the one name, some the other; a user who has set only one means both.
    known = env.get("no_proxy") or env.get("NO_PROXY") or ""
    names = [name.strip() for name in known.split(",") if name.strip()]
    spared = ",".join([*names, *(name for name in HERE if name not in names)])
    env["no_proxy"] = env["NO_PROXY"] = spared


def open_here(address: str | urllib.request.Request, timeout: float) -> HTTPResponse:
    """Send a request to a server on this machine, without a proxy.

    Raises:
        URLError: if the server cannot be reached; an ``HTTPError`` for a status of 400 or more.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return cast(HTTPResponse, opener.open(address, timeout=timeout))


def require_free(port: int, command: str) -> None:
    """Make sure that a port is free; ``command`` is the command that the user typed, for the advice.

    Raises:
        CourseError: if the port cannot be used, for example because another program has it.
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
    """Return the first free port from ``first`` on.

    Raises:
        CourseError: if none of a hundred is free.
    """
    for port in range(first, first + 100):
        try:
            require_free(port, "")
        except CourseError:
            continue
        return port
    raise CourseError(f"There is no free port from {first} on.", "Stop a few servers.")
