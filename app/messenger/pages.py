"""Ordinary pages: one request, one answer."""

from quart import Blueprint, render_template
from werkzeug.exceptions import HTTPException

from . import chat
from .signing_in import current_user

pages = Blueprint("pages", __name__)


@pages.get("/")
async def index() -> str:
    """The landing page: one's own conversations; for visitors, what this is."""
    me = await current_user()
    if me is None:
        return await render_template("welcome.html")
    return await render_template("index.html", summaries=await chat.conversations_of(me.id))


async def not_found(_error: HTTPException) -> tuple[str, int]:
    """What an address leads to when nothing is there, or nothing for this user."""
    return await render_template("not_found.html"), 404
