"""The floor: what one socket sends is sent to all, by an ASGI app of its own."""

from __future__ import annotations

from typing import Any

sends: dict[int, Any] = {}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Serve one socket, or the lifespan."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"bare"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    sends[id(send)] = send
    try:
        while (event := await receive())["type"] == "websocket.receive":
            message = {"type": "websocket.send", "text": event["text"]}
            for each in list(sends.values()):
                await each(message)
    finally:
        del sends[id(send)]


async def lifespan(receive: Any, send: Any) -> None:
    """Start and stop."""
    while (event := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{event['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
