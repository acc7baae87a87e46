"""The web app of the stage: its page, the script for the frames, and a door for lost browsers."""

from __future__ import annotations

import secrets
from pathlib import Path

from quart import Quart, Response, abort, render_template, request

from course.source.model import Course
from course.stage.broadcaster import Broadcaster
from course.stage.names import DOMAIN, LOOPBACK, NO_SUCH_HOST, hosts_line
from course.stage.stage import Stage
from course.stage.view import StageLive
from quart_live import LocalPubSub, QuartLive

HERE = Path(__file__).parent
DOORS = (LOOPBACK, "localhost")
# One script to the page, so that it is there before anything else runs; several files to the reader.
DRIVER = ("roles.js", "find.js", "pointer.js", "outline.js", "keys.js", "act.js", "talk.js")


def create_app(course: Course, port: int) -> tuple[Quart, Stage]:
    """The app and its stage.

    Args:
        course: whose chapters are played.
        port: where the app will be served; its addresses name it.
    """
    app = Quart("course.stage", root_path=str(HERE))
    app.secret_key = secrets.token_urlsafe(32)
    app.config["LIVE_CLIENT_DIR"] = course.static_dir / "node_modules"
    app.config["SESSION_COOKIE_NAME"] = "stage"
    pubsub = LocalPubSub()
    live = QuartLive(app, layout="layout.html", pubsub=pubsub)
    stage = Stage(course, Broadcaster(pubsub), f"http://{DOMAIN}:{port}")
    live.route("/", type("StageLive", (StageLive,), {"stage": stage}))

    @app.before_request
    async def only_by_our_names() -> str | None:
        """Another name for this machine would be somebody's trick."""
        host = request.host.rpartition(":")[0] or request.host
        if host in DOORS and request.path == "/":
            return await render_template(
                "door.html", stage=stage.origin, advice=NO_SUCH_HOST, line=hosts_line()
            )
        if host not in (DOMAIN, *DOORS):
            abort(404)
        return None

    @app.after_request
    async def not_in_a_frame(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    driver = driver_script()

    @app.get("/driver.js")
    async def driver_js() -> Response:
        return Response(driver, mimetype="text/javascript", headers={"Cache-Control": "no-store"})

    return app, stage


def driver_script() -> str:
    """The script that each page on the stage gets: its files in one function, so that no name leaks."""
    parts = [(HERE / "static" / "driver" / name).read_text(encoding="utf-8") for name in DRIVER]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
