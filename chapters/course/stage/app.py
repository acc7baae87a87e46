"""The web app of the stage: its page, the script for the frames, and help if a browser cannot find it."""

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
# The page gets one script, so that it runs before all others; readers get several files.
DRIVER = ("roles.js", "find.js", "pointer.js", "outline.js", "keys.js", "act.js", "talk.js")


def create_app(course: Course, port: int) -> tuple[Quart, Stage]:
    """Return the app and its stage.

    Args:
        course: the course with the chapters.
        port: the port of the app, which is a part of its addresses.
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
        """Answer requests to the stage's names only, because another name may be a DNS rebinding attack."""
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
    """Return the script for each page on the stage: its files in one function, so that no name leaks."""
    parts = [(HERE / "static" / "driver" / name).read_text(encoding="utf-8") for name in DRIVER]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
