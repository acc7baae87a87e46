"""Parley, a messenger whose pages live on the server."""

from quart import Quart

from quart_live import LiveRouter, QuartLive
from quart_live.stash import SQLAlchemyStash, stash_table

from . import security, signing_in
from .account_pages import account_pages
from .config import believe_proxies, database_url, read_environment, static_folder
from .conversation_live import ConversationLive
from .counter_live import CounterLive
from .db import Base, db
from .drafting import draft_pages
from .errors import Unavailable
from .keeping_live import KeepingLive
from .lifecycle_live import LifecycleLive
from .pages import not_found, pages, unavailable
from .people import hue, initials
from .search_live import SearchLive
from .text import shortened
from .times import clock, clock_or_day, day_name
from .wizard_live import WizardLive
from .zones import in_their_zone

# The table of quart_live's stash for users. Its migration is 0005.
STASH = stash_table(Base.metadata)


def create_app() -> Quart:
    """Build the app. The environment variables that it reads are listed in env.sample."""
    app = Quart(__name__, static_folder=static_folder(), static_url_path="/static")
    read_environment(app)
    security.init_app(app)

    db.connect(database_url())
    app.after_serving(db.disconnect)

    for template_filter in (clock, clock_or_day, day_name, hue, initials, shortened):
        app.add_template_filter(template_filter)
    app.register_blueprint(pages)
    app.register_blueprint(account_pages)
    app.register_blueprint(draft_pages)
    app.register_error_handler(404, not_found)
    app.register_error_handler(Unavailable, unavailable)

    live = QuartLive(layout="layout.html")
    live.route("/counter", CounterLive)
    live.route("/lifecycle", LifecycleLive)
    members = LiveRouter("members", on_mount=[signing_in.require_user, in_their_zone])
    members.route("/conversations/<int:conversation_id>", ConversationLive)
    members.route("/conversations/<int:conversation_id>/keeping", KeepingLive)
    members.route("/conversations/new", WizardLive)
    members.route("/search", SearchLive)
    live.add_router(members)
    live.stash.add("database", SQLAlchemyStash(db.engine, STASH, read=db.read, write=db.write))
    live.init_app(app)
    signing_in.init_app(app, live)
    believe_proxies(app)
    return app
