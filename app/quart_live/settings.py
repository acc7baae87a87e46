"""The engine's settings, read from the Quart app's config. All limits are on by default.

| config key | default | meaning |
|---|---|---|
| `LIVE_CLIENT_DIR` | `<static folder>/node_modules` | where `phoenix` and `phoenix_live_view` are installed; the environment variable `QUART_LIVE_CLIENT_DIR` overrides it |
| `LIVE_ALLOWED_ORIGINS` | `()` | further origins that may open a socket, such as `https://chat.example`; `"*"` allows all |
| `LIVE_SESSION_MAX_AGE` | 1209600 | seconds that a page's session token is good for (two weeks); after that the page loads itself anew |
| `LIVE_MAX_FRAME_BYTES` | 1048576 | longer events are not read, and their view is told (`handle_too_long`); a longer join is refused; other frames of this length close the socket (1009), as does the ASGI server above its own bound (`ws_max_size` of uvicorn) |
| `LIVE_MAX_MESSAGE_BYTES` | 4194304 | a message that is longer, unpacked and with all its frames, closes the socket (1009) before it is there; held by uvicorn with `--ws websockets-sansio`, elsewhere by the server's own bound |
| `LIVE_MAX_JSON_DEPTH` | 64 | deeper nested JSON in an event or a join is answered with an error, elsewhere it closes the socket (1007) |
| `LIVE_MAX_FORM_FIELDS` | 10000 | fields of one form event; more get an error reply |
| `LIVE_MAX_CHANNELS` | 100 | views that one socket may join |
| `LIVE_JOIN_RATE` | 20 | joins per second that one socket may go on making … |
| `LIVE_JOIN_BURST` | 200 | … after this many at once |
| `LIVE_EVENT_RATE` | 50 | events per second that one socket may go on sending … |
| `LIVE_EVENT_BURST` | 500 | … after this many at once; for more nothing is done, and the page is told (`socket/excess.py`) |
| `LIVE_FRAME_RATE` | 500 | frames per second, of whatever kind, that are read from one socket, each 4 kB of text counting as one … |
| `LIVE_FRAME_BURST` | 5000 | … after this many at once; then reading waits |
| `LIVE_MAX_SOCKETS_PER_ACCOUNT` | 1000 | sockets that one account may have open (`socket/budgets.py` says who is one) |
| `LIVE_MAX_SOCKETS_PER_ADDRESS` | 5000 | sockets from one address; a school is one address |
| `LIVE_MAX_CHANNELS_PER_ACCOUNT` | 5000 | views that one account may have joined |
| `LIVE_MAX_CHANNELS_PER_ADDRESS` | 25000 | views joined from one address |
| `LIVE_ACCOUNT_JOIN_RATE` | 100 | joins per second of one account … |
| `LIVE_ACCOUNT_JOIN_BURST` | 2000 | … after this many at once |
| `LIVE_ADDRESS_JOIN_RATE` | 500 | joins per second from one address … |
| `LIVE_ADDRESS_JOIN_BURST` | 10000 | … after this many at once |
| `LIVE_JOINS_PER_ACCOUNT` | 8 | joins of one account that are at work at the same time; the next ones wait for their turn |
| `LIVE_JOINS_PER_ADDRESS` | 64 | joins from one address that are at work at the same time |
| `LIVE_ACCOUNT_EVENT_RATE` | 200 | events per second of one account … |
| `LIVE_ACCOUNT_EVENT_BURST` | 2000 | … after this many at once |
| `LIVE_MAX_WAITING_BYTES` | 16777216 | bytes of events of one account that may wait for their views |
| `LIVE_MAX_UNFINISHED_BYTES` | 33554432 | bytes of messages that have not come completely, from one address; the longest are cut off |
| `LIVE_MESSAGE_TIMEOUT` | 30 | seconds that a message may take to come |
| `LIVE_JOIN_TIMEOUT` | 45 | seconds that a socket may be open without a view |
| `LIVE_MAILBOX_LIMIT` | 1000 | messages that may wait for one view; one more ends it, and its page joins afresh |
| `LIVE_IDLE_TIMEOUT` | 60 | seconds without a frame after which a socket is closed; the client's heartbeat comes every 30 |
| `LIVE_SEND_TIMEOUT` | 30 | seconds after which a browser that reads nothing is cut off |
| `LIVE_MAX_UNSENT_BYTES` | 4194304 | bytes that may wait for one browser; a single frame always may |
| `LIVE_UPLOAD_DIR` | the system's | existing folder for the temporary files of uploads |
| `LIVE_LEAVE_TIMEOUT` | 10 | seconds that a handler may go on after its view has been left |
| `LIVE_DRAIN_TIMEOUT` | 5 | seconds that handlers may go on when the server stops, before their sockets are closed |
| `LIVE_SHARE_RENDERING` | true | what one view has rendered of a broadcast serves the others that show the same (see `diffs/fanout.py`) |
| `LIVE_REDACT_LOGS` | true | tokens and cookies are taken out of what the ASGI server logs |
| `LIVE_RELOAD` | the app's `DEBUG` | changed templates and stylesheets are shown at once in open pages; for development only |
"""  # noqa: E501

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from quart import Quart

from .protocol.form_data import MAX_FIELDS
from .protocol.json_depth import MAX_JSON_DEPTH


def static_folder_of(app: Quart) -> Path:
    """Return the folder of the static files of ``app``."""
    return Path(app.static_folder) if app.static_folder else Path(app.root_path) / "static"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one app; see the table above for meaning and units."""

    client_dir: Path
    allowed_origins: Collection[str] = ()
    session_max_age: int = 14 * 24 * 3600
    max_frame_bytes: int = 1024 * 1024
    max_message_bytes: int = 4 * 1024 * 1024
    max_json_depth: int = MAX_JSON_DEPTH
    max_form_fields: int = MAX_FIELDS
    max_channels: int = 100
    join_rate: float = 20.0
    join_burst: float = 200.0
    event_rate: float = 50.0
    event_burst: float = 500.0
    frame_rate: float = 500.0
    frame_burst: float = 5000.0
    max_sockets_per_account: int = 1000
    max_sockets_per_address: int = 5000
    max_channels_per_account: int = 5000
    max_channels_per_address: int = 25_000
    account_join_rate: float = 100.0
    account_join_burst: float = 2000.0
    address_join_rate: float = 500.0
    address_join_burst: float = 10_000.0
    joins_per_account: int = 8
    joins_per_address: int = 64
    account_event_rate: float = 200.0
    account_event_burst: float = 2000.0
    max_waiting_bytes: int = 16 * 1024 * 1024
    max_unfinished_bytes: int = 32 * 1024 * 1024
    message_timeout: float = 30.0
    join_timeout: float = 45.0
    mailbox_limit: int = 1000
    idle_timeout: float = 60.0
    send_timeout: float = 30.0
    max_unsent_bytes: int = 4 * 1024 * 1024
    leave_timeout: float = 10.0
    upload_dir: Path | None = None
    drain_timeout: float = 5.0
    redact_logs: bool = True
    reload: bool = False

    @classmethod
    def of(cls, app: Quart) -> Settings:
        """Read the settings of ``app``."""
        get = app.config.get
        client_dir = (
            os.environ.get("QUART_LIVE_CLIENT_DIR")
            or get("LIVE_CLIENT_DIR")
            or static_folder_of(app) / "node_modules"
        )
        allowed = get("LIVE_ALLOWED_ORIGINS", ())
        own: dict[str, Any] = {
            field.name: type(field.default)(get(f"LIVE_{field.name.upper()}", field.default))
            for field in fields(cls)
            if isinstance(field.default, int | float)
        }
        # A single origin may be given as text, which must not be read as a collection of letters.
        own["allowed_origins"] = (allowed,) if isinstance(allowed, str) else tuple(allowed)
        own["reload"] = bool(get("LIVE_RELOAD", app.debug))
        own["upload_dir"] = Path(folder) if (folder := get("LIVE_UPLOAD_DIR")) else None
        return cls(client_dir=Path(client_dir), **own)
