"""Signed tokens, which the page gives to the browser and the socket gets back.

Nothing that the browser sends back is believed unless we signed it. A *session token* names the view of an
element and holds the view's extra session; a *static token* carries the flash of the first render; both are
bound to the element's id, so a token cannot be moved to another element. *Flash* and *reload* tokens travel
in cookies. All have an age. They are signed, not encrypted: put no secrets into a view's session.

A token identifies the *page*, not the *user*: the HTTP session of the socket's handshake identifies the user,
and a token cannot replace it. So another person with a page's token gets the view as *they* may see it, plus
the session given to ``live_render(session=…)``; authorise in mount, by the session.

Keys are rotated as in Quart: put the old key into ``SECRET_KEY_FALLBACKS`` and the new one into
``SECRET_KEY``. Pages made with the old key go on until they are two weeks old or the key is taken out.

The alphabet (``A-Z a-z 0-9 - _ .``) is safe in attributes, cookies and URLs.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode
from quart import Quart

from ..errors import LiveViewError
from ..wellformed import well_formed_value

FLASH_MAX_AGE = 60
RELOAD_MAX_AGE = 60
UPLOAD_MAX_AGE = 3600


def secret_keys_of(app: Quart) -> list[str]:
    """Return the keys that an app signs with, the newest last.

    Raises:
        LiveViewError: if the app has no key.
    """
    key = app.secret_key
    if not key:
        raise LiveViewError("set app.secret_key (or SECRET_KEY): it signs what the pages carry")
    older = app.config.get("SECRET_KEY_FALLBACKS") or []
    return [str(old) for old in older] + [key if isinstance(key, str) else key.decode("latin-1")]


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """The content of a session token.

    Attributes:
        element_id: the DOM id of the view's element.
        view: the registered name of the view class.
        router: the name of the live router that mounted it, or ``None`` if a plain template did.
        session: the extra session given to ``live_render``.
        parent_id: the element id of the parent view, for a nested view.
    """

    element_id: str
    view: str
    router: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict)
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class UploadClaims:
    """The content of an upload token, which lets one file come to one view.

    Attributes:
        topic: the view's topic.
        upload_ref: the upload, as made by this mount.
        entry_ref: the client's number of the file.
        uuid: our own name for the file, as the client may give a number twice.
    """

    topic: str
    upload_ref: str
    entry_ref: str
    uuid: str


class Tokens:
    """The signer and reader of the engine's tokens.

    Args:
        keys: returns the app's secret keys, oldest first; the last one signs, all are accepted.
        session_max_age: seconds that a session token is good for.
        clock: returns seconds since 1970; for tests.
    """

    def __init__(
        self,
        keys: Callable[[], list[str]],
        session_max_age: int = 14 * 24 * 3600,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self.session_max_age = session_max_age
        self.clock = clock

    def sign_session(self, claims: SessionClaims) -> str:
        """Make the token for ``data-phx-session``."""
        body = [claims.element_id, claims.view, claims.router, dict(claims.session), claims.parent_id]
        return self._sign("session", body)

    def read_session(self, token: object) -> SessionClaims | None:
        """Read ``data-phx-session``; ``None`` if forged, damaged or too old."""
        body = self._read("session", token, self.session_max_age)
        return SessionClaims(*body) if isinstance(body, list) and len(body) == 5 else None

    def sign_static(self, element_id: str, flash: Mapping[str, str]) -> str:
        """Make the token for ``data-phx-static``."""
        return self._sign("static", [element_id, dict(flash)])

    def read_static(self, token: object) -> tuple[str, dict[str, str]] | None:
        """Read ``data-phx-static``: element id and flash; ``None`` if forged, damaged or too old."""
        body = self._read("static", token, self.session_max_age)
        return (body[0], body[1]) if isinstance(body, list) and len(body) == 2 else None

    def sign_flash(self, flash: Mapping[str, str]) -> str:
        """Make the token that carries a flash through a navigation."""
        return self._sign("flash", dict(flash))

    def read_flash(self, token: object) -> dict[str, str]:
        """Read a flash token; empty if it is not ours or older than a minute."""
        body = self._read("flash", token, FLASH_MAX_AGE)
        return body if isinstance(body, dict) else {}

    def sign_reload(self, status: int) -> str:
        """Make the token for the ``reload`` answer to a join."""
        return self._sign("reload", status)

    def read_reload(self, token: object) -> int | None:
        """Read the HTTP status for a page that is loaded anew; ``None`` if forged or older than a minute."""
        status = self._read("reload", token, RELOAD_MAX_AGE)
        return status if isinstance(status, int) and 400 <= status < 500 else None

    def claimed_age(self, token: object) -> float | None:
        """Return the seconds since the time at which a token claims to be made; ``None`` if it claims none.

        The claim is not verified: use it for the choice of words, never for access.
        """
        if not isinstance(token, str) or token.count(".") < 2:
            return None
        try:
            return self.clock() - int.from_bytes(base64_decode(token.rsplit(".", 2)[1]), "big")
        except (BadData, ValueError, OverflowError):
            return None

    def sign_upload(self, claims: UploadClaims) -> str:
        """Make the token with which the channel of one file is joined."""
        return self._sign("upload", [claims.topic, claims.upload_ref, claims.entry_ref, claims.uuid])

    def read_upload(self, token: object) -> UploadClaims | None:
        """Read an upload token; ``None`` if it is not ours or older than an hour."""
        body = self._read("upload", token, UPLOAD_MAX_AGE)
        return UploadClaims(*body) if isinstance(body, list) and len(body) == 4 else None

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._keys(),
            salt=f"quart_live.{purpose}",
            signer=ClockedSigner,
            signer_kwargs={"clock": self.clock},
        )

    def _sign(self, purpose: str, body: object) -> str:
        token = self._serializer(purpose).dumps(well_formed_value(body))
        return token if isinstance(token, str) else token.decode()

    def _read(self, purpose: str, token: object, max_age: int) -> Any:
        if not isinstance(token, str) or not token:
            return None
        try:
            body, made = self._serializer(purpose).loads(token, return_timestamp=True)
            # A token from the future is accepted: the clocks of two servers never agree fully.
            return body if self.clock() - made.timestamp() <= max_age else None
        except (BadData, ValueError, OverflowError, RecursionError, struct.error):  # absurd timestamps
            return None


class ClockedSigner(TimestampSigner):
    """A signer that reads the time from a clock that tests can set."""

    def __init__(self, *args: Any, clock: Callable[[], float] = time.time, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())
