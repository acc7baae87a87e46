"""Parley, a messenger whose pages live on the server."""

from quart import Quart

from quart_live import QuartLive

from .by_hand import by_hand
from .config import read_environment, static_folder
from .counter_live import CounterLive
from .pages import pages


def create_app() -> Quart:
    """Build the app. It reads PARLEY_SECRET_KEY, and PARLEY_STATIC if set, from the environment."""
    app = Quart(__name__, static_folder=static_folder(), static_url_path="/static")
    read_environment(app)

    app.register_blueprint(pages)
    app.register_blueprint(by_hand)

    live = QuartLive(layout="layout.html")
    live.route("/counter", CounterLive)
    live.init_app(app)
    return app
