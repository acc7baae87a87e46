"""A server process for a test that kills it: ``python -m engine.stash.process <port>``.

It writes a line when it is ready.
"""

from __future__ import annotations

import os
import socket
import sys

import uvicorn
from engine.stash.pages import stash_app


class Server(uvicorn.Server):
    """Tells when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write("ready\n")
        sys.stdout.flush()


if __name__ == "__main__":
    app = stash_app(LIVE_CLIENT_DIR=os.environ["STASH_CLIENT_DIR"])
    config = uvicorn.Config(app, port=int(sys.argv[1]), ws="websockets-sansio", log_level="error")
    Server(config).run()
