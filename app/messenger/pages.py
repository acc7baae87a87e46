"""Ordinary pages: one request, one answer."""

from quart import Blueprint, current_app, render_template, request
from quart.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from .dashboard_live import DashboardLive
from .errors import Unavailable
from .signing_in import current_user

pages = Blueprint("pages", __name__)


@pages.get("/")
async def index() -> str:
    """Show the landing page: the dashboard, or a welcome page for visitors."""
    if await current_user() is None:
        return await render_template("welcome.html")
    return await render_template("index.html", Dashboard=DashboardLive)


async def not_found(_error: HTTPException) -> tuple[str, int]:
    """Show the page for an address that leads to nothing, or to nothing that this user may see."""
    return await render_template("not_found.html"), 404


async def unavailable(error: Unavailable) -> ResponseReturnValue:
    """Show the page for a database that cannot be reached. It needs no data to be rendered."""
    template = current_app.jinja_env.get_template("unavailable.html")
    page = await template.render_async(reason=error, again=request.method == "GET", seconds=error.seconds)
    return page, 503, {"Retry-After": str(error.seconds), "Cache-Control": "no-store"}
