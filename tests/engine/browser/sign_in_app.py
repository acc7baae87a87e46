"""An app in which people sign in, and are signed out everywhere."""

from __future__ import annotations

from typing import Any

from quart import Quart, redirect, session

from quart_live import LiveView, PubSub, QuartLive

REVOKED: set[str] = set()
"""Whose next mount is sent to sign in."""


class CountLive(LiveView):
    inline_template = '<h1>{{ count }}</h1><button phx-click="more">More</button><p>{{ user }}</p>'

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if session.get("user") in REVOKED:
            self.redirect(to="/sign-in")
        self.assign(count=0, user=session.get("user", "nobody"))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(count=self.assigns.count + 1)
        return None


def app(pubsub: PubSub | None = None) -> Quart:
    app = Quart("security_tests")
    app.secret_key = "for tests"
    live = QuartLive(app, pubsub=pubsub)
    live.route("/", CountLive)

    @app.get("/sign-in")
    async def form() -> str:
        return '<link rel="icon" href="data:,"><h1>Sign in</h1>'

    @app.get("/sign-in/<user>")
    async def sign_in(user: str) -> Any:
        session.clear()
        session.update(user=user, live_socket_id=f"users_socket:{user}")
        return redirect("/")

    return app
