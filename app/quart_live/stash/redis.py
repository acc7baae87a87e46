"""The stash in Redis, for several server processes. Needs the package ``redis``.

    from redis.asyncio import Redis
    live.stash.add("redis", RedisStash(Redis.from_url("redis://localhost")))

Each owner has one hash, whose fields are the values of all views. The hash expires with the longest-lived
value in it; every value has its own age inside its seal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis


class RedisStash:
    """A store in Redis.

    Args:
        client: a ``redis.asyncio.Redis``, which the app itself closes.
        prefix: the prefix of all keys.
    """

    def __init__(self, client: Redis, prefix: str = "live_stash:") -> None:
        self._client: Any = client  # its methods are typed for sync and async use at once
        self._prefix = prefix

    async def read(self, owner: str, view: str) -> dict[str, str]:
        """Return the seals by name; see `StashStore.read`."""
        found = {}
        for field, seal in (await self._client.hgetall(self._prefix + owner)).items():
            of_view, name = json.loads(field)
            if of_view == view:
                found[name] = seal.decode() if isinstance(seal, bytes) else seal
        return found

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """Write and delete seals; see `StashStore.write`."""
        key = self._prefix + owner
        kept = {_field(view, name): seal for name, seal in changes.items() if seal is not None}
        gone = [_field(view, name) for name, seal in changes.items() if seal is None]
        left = await self._client.ttl(key)
        async with self._client.pipeline(transaction=True) as pipeline:
            if gone:
                pipeline.hdel(key, *gone)
            if kept:
                pipeline.hset(key, mapping=kept)
                pipeline.expire(key, max(math.ceil(max_age), left))
            await pipeline.execute()

    async def forget(self, owner: str) -> None:
        """Delete all seals of ``owner``; see `StashStore.forget`."""
        await self._client.delete(self._prefix + owner)


def _field(view: str, name: str) -> str:
    return json.dumps([view, name])
