"""A page that shows who is here, for the tests of presence; also run as a server process of its own.

python -m engine.presence.presence_app <redis url> <port>
"""

from __future__ import annotations

import sys
from typing import Any

from quart import Quart

from quart_live import LiveView, Presence, PresenceDiff, PubSub, QuartLive, RedisPubSub

TOPIC = "room:1"
HEARTBEAT = 0.05


class RoomLive(LiveView):
    """Tracks whoever the address names; ``/?as=ann``."""

    inline_template = """
        <h1>{{ me }}</h1>
        <ul>{% for key, entry in people.items() %}
          <li>{{ key }} {{ entry.metas|map(attribute="mood")|join(" ") }}</li>{% endfor %}</ul>
        <button phx-click="mood" phx-value-mood="glad">Glad</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        await self.subscribe(TOPIC)
        if "as" in params:
            await presence_of(self).track(self, TOPIC, params["as"], {"mood": "calm"})
        self.assign(me=params.get("as", ""), people=presence_of(self).list(TOPIC), diffs=[])

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "mood":
                new = {"mood": params["mood"]}
                await presence_of(self).update(self, TOPIC, self.assigns.me, lambda old: old | new)
            case "untrack":
                await presence_of(self).untrack(self, TOPIC)
            case "crash":
                raise RuntimeError("crash")
            case "redirect":
                self.redirect(to="/elsewhere")

    def handle_info(self, message: Any) -> None:
        if message == "crash":
            raise RuntimeError("crash")
        if isinstance(message, PresenceDiff):
            self.assigns.diffs.append(message)
            self.assign(people=presence_of(self).list(TOPIC))


class ElsewhereLive(LiveView):
    """Somewhere to go."""

    inline_template = "<h1>elsewhere</h1>"


def presence_of(view: LiveView) -> Presence:
    """The app's presence; an app would have it in a module."""
    return PRESENCES[view.pubsub]


PRESENCES: dict[PubSub, Presence] = {}


def make_presence_app(pubsub: PubSub | None = None, **options: Any) -> Quart:
    """A fresh app."""
    app = Quart("presence_tests")
    app.secret_key = "for tests"
    live = QuartLive(app, pubsub=pubsub)
    live.route("/", RoomLive)
    live.route("/elsewhere", ElsewhereLive)
    PRESENCES[live.pubsub] = Presence(live, **options)
    return app


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(
        make_presence_app(RedisPubSub(sys.argv[1], retry=(0.01, 0.05)), heartbeat=HEARTBEAT),
        port=int(sys.argv[2]),
        log_level="warning",
        ws="websockets-sansio",
    )
