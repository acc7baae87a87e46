"""The service worker, at an address above all the pages that it serves."""

from quart import Blueprint, Response, current_app

notification_pages = Blueprint("notification_pages", __name__)


@notification_pages.get("/service-worker.js")
async def service_worker() -> Response:
    """Send the script. Browsers ask each time whether there is a new version."""
    script = await current_app.send_static_file("service-worker.js")
    script.headers["Cache-Control"] = "no-cache"
    return script
