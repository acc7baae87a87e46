"""PubSub: views subscribe to topics, anybody broadcasts to a topic.

    class RoomLive(LiveView):
        async def mount(self, params, session):
            await self.subscribe("room:1")
            self.assign(last="")

        async def handle_event(self, event, params):
            await self.pubsub.broadcast("room:1", params["text"])

        def handle_info(self, message):
            self.assign(last=message)

A broadcast puts one shared envelope into the mailboxes of all subscribers and returns; it does not wait for
any of them. A subscriber that falls behind fills its own mailbox, which is bounded, and disturbs nobody else.
Subscribing twice is the same as once. Messages are shared between receivers: treat them as frozen.

There are two adapters. `LocalPubSub`, the default, serves one process. `RedisPubSub` carries messages between
processes::

    live = QuartLive(app, pubsub=RedisPubSub("redis://localhost:6379/0"))

| | `LocalPubSub` | `RedisPubSub` |
|---|---|---|
| order within a topic | one, for all | one, for all subscribers of all processes: the order in which Redis took them |
| between topics, from one sender | as sent | as sent |
| delivery | exactly once | at most once to other processes, exactly once within the sender's own |
| messages | any object | plain values and registered types, see `quart_live.pubsub.codec` |
| link to Redis lost | – | own subscribers get what this process sends; the others' messages are missed |
| link back | – | views with topics that may have missed something get `LiveView.handle_resync` |

Names that begin with ``~`` belong to the engine.
"""  # noqa: E501

from __future__ import annotations

from .base import HasMailbox, PubSub
from .codec import DecodeError, EncodeError, MessageCodec, message_type
from .local import LocalPubSub
from .redis import LinkEvent, RedisPubSub
from .resync import JoinAgain, Resync, ResyncMethods

__all__ = [
    "DecodeError",
    "EncodeError",
    "HasMailbox",
    "JoinAgain",
    "LinkEvent",
    "LocalPubSub",
    "MessageCodec",
    "PubSub",
    "RedisPubSub",
    "Resync",
    "ResyncMethods",
    "message_type",
]
