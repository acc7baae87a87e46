"""Ordinary pages: one request, one answer."""

from quart import Blueprint, render_template

from .counter_live import CounterLive

pages = Blueprint("pages", __name__)


@pages.get("/")
async def index() -> str:
    """Show the landing page, with two live counters in it."""
    return await render_template("index.html", Counter=CounterLive)
