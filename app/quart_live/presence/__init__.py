"""Presence: who is here, in all processes, without anybody having to say good-bye.

    presence = Presence(live)

    class RoomLive(LiveView):
        inline_template = "{% for name in people %}<li>{{ name }}</li>{% endfor %}"

        async def mount(self, params, session):
            await self.subscribe("room:1")
            await presence.track(self, "room:1", session["user"], {"typing": False})
            self.assign(people=presence.list("room:1"))

        async def handle_event(self, event, params):
            await presence.update(self, "room:1", session["user"], {"typing": event == "typing"})

        def handle_info(self, message):
            if isinstance(message, PresenceDiff):
                self.assign(people=presence.list("room:1"))

An entry belongs to the view that tracks it and goes when the view ends: left, closed, crashed, the link cut,
the server shut down or killed. One person with several tabs has several entries under one key, which `list`
shows as one with several metas, as Phoenix does::

    {"ann": {"metas": [{"typing": False, "phx_ref": "1.x"}, {"typing": True, "phx_ref": "4.x"}]}}

Each change reaches the subscribers of the topic as a `PresenceDiff`. An update is a leave of the old meta and
a join of the new one, which names the old in ``phx_ref_prev``. In each process diffs and `list` agree: when a
diff arrives, the list has it already.

**What belongs to a key**, such as the user's name and picture, need not be in each meta. ``fetch`` looks it
up when a key joins, once in each process, and adds it to the entry of that key in `list` and the diffs::

    async def users(topic, presences):
        found = await accounts.users(presences)              # by name, for the keys that join now
        return {key: {"user": found[key]} for key in presences}

    presence = Presence(live, fetch=users)                   # {"ann": {"metas": […], "user": User(…)}}

It is called again when a key is updated, or joins with another tab. Its result stays in this process, so it
may hold any object; keys that it leaves out, or all of them if it fails, are shown with their metas alone.

**Between processes** (with `RedisPubSub`) every process knows all entries. Each is the only authority for its
own, numbers its changes and broadcasts them; one that finds a gap in the numbers asks for the whole state.
So lost, doubled and reordered messages do no lasting harm, and all lists become equal. A process that has not
been heard of for ``down_after`` ticks is taken for dead and its entries go; should it be heard of again, they
return. Ticks are counted, clocks are never compared: a process that was asleep does not wake up thinking that
all others have died. Nothing is stored in Redis.
"""

from __future__ import annotations

from .entries import PresenceDiff, Presences
from .tracker import Presence

__all__ = ["Presence", "PresenceDiff", "Presences"]
