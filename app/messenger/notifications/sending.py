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

# How long a push service keeps what it cannot deliver: a phone may be off over night.
KEPT_SECONDS = 86_400
# A signature is good for so long. More than a day is refused, and clocks differ.
SIGNED_SECONDS = 12 * 3600


async def send(http: ClientSession, device: Device, note: Note, settings: PushSettings) -> int:
    """Post a note; returns the status of the answer. Raises Invalid for an address that is not trusted.

    The library encrypts and signs. We post ourselves, because it would follow a push service that
    redirects us somewhere else.
    """
    check_endpoint(device.endpoint, settings.hosts)
    body, headers = await asyncio.to_thread(seal, device, note, settings)
    async with http.post(device.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status


def seal(device: Device, note: Note, settings: PushSettings) -> tuple[bytes, Mapping[str, str]]:
    """What to post: the note as only this browser can read it, and who says that we may."""
    info = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    body: bytes = WebPusher(info).encode(note.json.encode())["body"]
    parts = urlsplit(device.endpoint)
    audience, expires = f"{parts.scheme}://{parts.netloc}", int(time.time()) + SIGNED_SECONDS
    signed = settings.key.sign({"aud": audience, "exp": expires, "sub": settings.contact})
    headers = {"Content-Encoding": "aes128gcm", "TTL": str(KEPT_SECONDS), "Urgency": "high"}
    return body, headers | signed
