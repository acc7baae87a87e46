"""One push: encrypted for one browser, signed by us, posted to its push service."""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import ClientSession
from pywebpush import WebPusher

from .endpoints import check_endpoint
from .models import Device
from .notes import Note
from .settings import PushSettings

# How long a push service keeps what it cannot deliver: a phone may be off overnight.
KEPT_SECONDS = 86_400
# How long a signature is valid. Push services refuse more than a day, and clocks differ.
SIGNED_SECONDS = 12 * 3600


async def send(http: ClientSession, device: Device, note: Note, settings: PushSettings) -> int:
    """Post a note and return the status of the answer.

    The library encrypts and signs. We post ourselves: it would follow a redirect to another address.

    Raises:
        Invalid: the address is not trusted.
    """
    check_endpoint(device.endpoint, settings.hosts)
    body, headers = await asyncio.to_thread(seal, device, note, settings)
    async with http.post(device.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status


def seal(device: Device, note: Note, settings: PushSettings) -> tuple[bytes, Mapping[str, str]]:
    """Return the body, which only this browser can read, and the headers, which prove our right to push."""
    info = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    body: bytes = WebPusher(info).encode(note.json.encode())["body"]
    parts = urlsplit(device.endpoint)
    audience, expires = f"{parts.scheme}://{parts.netloc}", int(time.time()) + SIGNED_SECONDS
    signed = settings.key.sign({"aud": audience, "exp": expires, "sub": settings.contact})
    headers = {"Content-Encoding": "aes128gcm", "TTL": str(KEPT_SECONDS), "Urgency": "high"}
    return body, headers | signed
