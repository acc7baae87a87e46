"""`Pipe`: the lines that a served app and its parent exchange, and the app's logging."""

from __future__ import annotations

import contextlib
import json
import linecache
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from quart_live import AppFault
from quart_live.rendering import MissingAssignError


class Pipe:
    """The machine-readable side of the process: messages out, requests in."""

    def __init__(self) -> None:
        # The app may print; its prints must go to the log, not between our lines.
        self._out: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._lock = threading.Lock()

    def say(self, **message: Any) -> None:
        """Write one line; do nothing if the parent is gone."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._out.write(json.dumps(message, default=str) + "\n")
            self._out.flush()

    def listen(self, on_request: Callable[[dict[str, Any]], None], on_end: Callable[[], None]) -> None:
        """Read requests in a thread: asyncio cannot read standard input on Windows."""

        def read() -> None:
            with contextlib.suppress(OSError, ValueError):
                for line in sys.stdin:
                    with contextlib.suppress(ValueError):
                        on_request(json.loads(line))
            on_end()

        threading.Thread(target=read, name="lab-requests", daemon=True).start()


def describe(error: BaseException) -> dict[str, Any]:
    """Return an exception as data: type, message, frames with their source lines, and the traceback."""
    text = "".join(traceback.format_exception(error))
    while isinstance(error, AppFault) and error.__cause__ is not None:
        error = error.__cause__  # the engine's wrapper has no line of the app
    frames = [
        {"file": frame.filename, "line": frame.lineno, "function": frame.name, "code": frame.line or ""}
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        code = (error.text or "").strip()
        frames.append({"file": error.filename, "line": error.lineno, "function": "", "code": code})
    if isinstance(error, MissingAssignError) and error.filename:
        # The template has not begun to run, so no frame of the traceback is in it.
        code = linecache.getline(error.filename, error.line)
        frames.append({"file": error.filename, "line": error.line, "function": "template", "code": code})
    return {"type": type(error).__name__, "message": str(error), "frames": frames, "text": text}


class ReportExceptions(logging.Handler):
    """A log handler that sends every logged exception to the parent."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(logging.WARNING)
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        """Send the exception of a log record, if it has one."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._pipe.say(raised={**describe(error), "logger": record.name})


class WithoutQueries(logging.Filter):
    """A log filter that removes the query of socket addresses, which has a token, and drops noise."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged."""
        if isinstance(record.args, tuple):
            record.args = tuple(a.split("?")[0] if isinstance(a, str) else a for a in record.args)
        return record.msg not in ("connection open", "connection closed")


def set_up_logging(pipe: Pipe) -> None:
    """Send all logging to standard error, and exceptions to the parent as well."""
    plain = logging.StreamHandler(sys.stderr)
    plain.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[plain, ReportExceptions(pipe)])
    logging.getLogger("uvicorn.error").addFilter(WithoutQueries())
    for name in ("asyncio", "aiosqlite", "hpack"):
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _log_of_thread
    sys.unraisablehook = _log_unraisable


def _log_of_thread(args: threading.ExceptHookArgs) -> None:
    """Log the exception that ended a thread, which Python would only print."""
    name = args.thread.name if args.thread is not None else "a thread"
    logging.getLogger("threading").error("%s has ended with an error", name, exc_info=args.exc_value)


def _log_unraisable(args: sys.UnraisableHookArgs) -> None:
    """Log an exception that cannot be caught, such as one in ``__del__``."""
    logging.getLogger("python").error(
        "%s %r", args.err_msg or "Exception ignored in", args.object, exc_info=args.exc_value
    )
