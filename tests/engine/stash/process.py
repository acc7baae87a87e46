"""A server process for a test that kills it: ``python -m engine.stash.process <port> [<store>]``.

The store's address is that of a database for SQLAlchemy, or of a Redis. It writes a line when it is ready.
"""

from __future__ import annotations

import os
import socket
import sys

import uvicorn
from engine.stash.pages import stash_app
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

from quart_live.stash import RedisStash, SQLAlchemyStash, StashStore


class Server(uvicorn.Server):
    """Tells when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def store_at(address: str) -> StashStore:
    """The store with this address."""
    return (
        RedisStash(Redis.from_url(address))
        if address.startswith("redis:")
        else SQLAlchemyStash(create_async_engine(address))
    )


if __name__ == "__main__":
    store = store_at(sys.argv[2]) if len(sys.argv) > 2 else None
    app = stash_app(store=store, LIVE_CLIENT_DIR=os.environ["STASH_CLIENT_DIR"])

    @app.before_serving
    async def create_table() -> None:
        if isinstance(store, SQLAlchemyStash):
            await store.create_table()

    config = uvicorn.Config(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="error",
    )
    Server(config).run()
