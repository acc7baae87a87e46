"""No secrets in logs: tokens and cookies are stripped from the log records of the ASGI server.

The engine itself logs topics, class names and reasons, never tokens, cookies or users' input. But an ASGI
server logs each socket's address, with the CSRF token and the connect params in its query, and at debug level
headers and frames as well. `RedactSecrets` is a `logging.Filter` on the loggers of those servers; it is
put there when the app is set up, unless ``LIVE_REDACT_LOGS`` is false. For a logger of your own::

    logging.getLogger("my.proxy").addFilter(RedactSecrets("/live"))
"""

from __future__ import annotations

import logging
import re
import string

LOGGERS = (
    *("uvicorn.access", "uvicorn.error", "uvicorn.asgi"),
    *("hypercorn.access", "hypercorn.error"),
    *("websockets", "websockets.server", "websockets.protocol"),
)
REDACTED = "[redacted]"
LONGEST = 20_000
"""The most characters of a message, or of one of its arguments, that are logged."""

# Strangers choose the text that is logged, so each pattern goes through it once: none is tried again from
# every letter of a run (`*+` gives nothing back).
_RUN = re.compile(r"[\w.-]{31,}+")
_OF_TOKENS = string.ascii_letters + string.digits + "-_."
_PARTS = (4, 5, 20)  # the smallest lengths of a signed token's parts
_NAMED = re.compile(r"""("?(?:_csrf_token|session|static|flash|token)"?\s*[=:]\s*+"?)[^"&\s,}]++""")
_HEADER = re.compile(
    r"(?i)\b((?:set-)?cookie|authorization|proxy-authorization)(['\"]?\s*[:,]\s*b?['\"]?)[^\r\n]++"
)


class RedactSecrets(logging.Filter):
    """A log filter that takes tokens, cookies and the query of live sockets out of records.

    Args:
        path: the path below which the live socket is, for example ``/live``.

    Attributes:
        path: that path.
    """

    def __init__(self, path: str = "/live") -> None:
        super().__init__()
        self.path = path
        self._query = re.compile(re.escape(path) + r"/websocket\?[^\s\"']*+")
        self._socket = f"{path}/websocket?{REDACTED}"

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place; return True, as every record is kept."""
        if isinstance(record.msg, str):
            record.msg = self.redact(record.msg)
        if isinstance(record.args, tuple):
            # One by one: uvicorn's formatter takes the arguments apart again.
            record.args = tuple(self._argument(argument) for argument in record.args)
        elif isinstance(record.args, dict):
            for name, value in record.args.items():
                if isinstance(value, str):
                    record.args[name] = self.redact(value)
        return True

    def redact(self, text: str) -> str:
        """Return ``text`` without its secrets, and without the characters that exceed `LONGEST`."""
        if len(text) > LONGEST:
            text = _shortened(text)
        text = self._query.sub(self._socket, text)
        text = _HEADER.sub(rf"\1\2{REDACTED}", text)
        return _RUN.sub(_without_tokens, _NAMED.sub(rf"\1{REDACTED}", text))

    def _argument(self, argument: object) -> object:
        if argument is None or isinstance(argument, int | float):
            return argument
        text = argument if isinstance(argument, str) else str(argument)
        clean = self.redact(text)
        return argument if clean == text else clean


def _shortened(text: str) -> str:
    """Return the beginning of a long text, up to the end of a word: half a token may be a secret too."""
    kept = text[:LONGEST].rstrip(_OF_TOKENS)
    return f"{kept}… [{len(text) - len(kept)} characters left out]"


def _without_tokens(run: re.Match[str]) -> str:
    """Return a run of letters and dots without each three parts that may be a signed token."""
    parts, kept = run[0].split("."), []
    place = 0
    while place < len(parts):
        three = parts[place : place + 3]
        if len(three) == 3 and all(len(part) >= least for part, least in zip(three, _PARTS, strict=True)):
            kept.append(REDACTED)
            place += 3
        else:
            kept.append(parts[place])
            place += 1
    return ".".join(kept)


def redact(path: str) -> None:
    """Put a filter on the loggers of the known ASGI servers, once."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, RedactSecrets) and known.path == path for known in logger.filters):
            logger.addFilter(RedactSecrets(path))
