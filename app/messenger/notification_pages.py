"""The service worker, at an address above all pages it is to work for."""

from quart import Blueprint, Response, current_app

notification_pages = Blueprint("notification_pages", __name__)


@notification_pages.get("/service-worker.js")
async def service_worker() -> Response:
    """The script. Browsers ask each time whether there is a new version."""
    script = await current_app.send_static_file("service-worker.js")
    script.headers["Cache-Control"] = "no-cache"
    return script
