"""Ordinary pages: one request, one answer."""

from quart import Blueprint, render_template
from werkzeug.exceptions import HTTPException

from . import chat

pages = Blueprint("pages", __name__)


@pages.get("/")
async def index() -> str:
    """The landing page: every conversation, as each of its members."""
    return await render_template("index.html", conversations=await chat.all_conversations())


async def not_found(_error: HTTPException) -> tuple[str, int]:
    """What an address leads to when nothing is there."""
    return await render_template("not_found.html"), 404
