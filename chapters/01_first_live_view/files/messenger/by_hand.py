"""The idea by hand: a WebSocket, a page made of a string, and innerHTML. See what breaks."""

import asyncio

from quart import Blueprint, Quart, websocket

by_hand = Blueprint("by_hand", __name__)

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>By hand</title>
<style>body {{ font: 1rem/2 system-ui; margin: 2rem auto; max-width: 28rem; padding: 0 1rem }}</style>
<main id="view">{view}</main>
<script>
  const socket = new WebSocket(location.href.replace("http", "ws") + "/socket");
  socket.onmessage = (message) => (view.innerHTML = message.data);
</script>
"""


def render(clicks: int, ticks: int) -> str:
    """Return the HTML of the page's content, with these numbers."""
    return f"""
      <h1>Counter by hand</h1>
      <p>clicked {clicks} times</p>
      <p>ticked {ticks} times</p>
      <p><button onclick="socket.send('increment')">Increment</button></p>
      <p><label>Name <input name="name" autocomplete="off"></label></p>"""


@by_hand.get("/by-hand")
async def page() -> str:
    return PAGE.format(view=render(clicks=0, ticks=0))


@by_hand.websocket("/by-hand/socket")
async def socket() -> None:
    clicks, ticks = 0, 0
    while True:
        try:
            await asyncio.wait_for(websocket.receive(), timeout=2)
            clicks += 1
        except TimeoutError:
            ticks += 1
        await websocket.send(render(clicks, ticks))


def create_app() -> Quart:
    """Build an app with this page alone."""
    app = Quart(__name__)
    app.register_blueprint(by_hand)
    return app
