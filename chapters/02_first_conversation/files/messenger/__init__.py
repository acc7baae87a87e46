"""Parley, a messenger whose pages live on the server."""

from quart import Quart

from quart_live import QuartLive

from .config import database_url, read_environment, static_folder
from .conversation_live import ConversationLive
from .counter_live import CounterLive
from .db import db
from .errors import Unavailable
from .pages import not_found, pages, unavailable
from .people import hue, initials
from .text import shortened
from .times import clock, clock_or_day, day_name


def create_app() -> Quart:
    """Build the app. The environment variables that it reads are listed in env.sample."""
    app = Quart(__name__, static_folder=static_folder(), static_url_path="/static")
    read_environment(app)

    db.connect(database_url())
    app.after_serving(db.disconnect)

    for template_filter in (clock, clock_or_day, day_name, hue, initials, shortened):
        app.add_template_filter(template_filter)
    app.register_blueprint(pages)
    app.register_error_handler(404, not_found)
    app.register_error_handler(Unavailable, unavailable)

    live = QuartLive(layout="layout.html")
    live.route("/counter", CounterLive)
    live.route("/conversations/<int:conversation_id>/users/<int:user_id>", ConversationLive)
    live.init_app(app)
    return app
