"""`UploadWriter`: the base class of writers, which take the bytes of an upload in place of a temporary file.

    class BucketWriter(UploadWriter):
        def __init__(self, entry):
            self.key = f"avatars/{entry.uuid}{entry.extension}"

        async def init(self):
            self.upload = await bucket.begin(self.key)

        async def write_chunk(self, data):
            await self.upload.send(data)

        async def close(self, reason):
            await (self.upload.complete() if reason == "done" else self.upload.abort())

        def meta(self):
            return {"key": self.key}

    self.allow_upload("avatar", accept="image/*", writer=BucketWriter)

`LiveView.consume_uploaded_entries` then passes the result of ``meta`` to the consuming function, in place of
an `UploadedFile`. The files go through this server all the same; with ``external`` the browser sends them
elsewhere by itself.

Ported from ``Phoenix.LiveView.UploadWriter``; the state is the object itself, an error is an exception, and
``let_go`` is ours.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

DONE: Final = "done"
CANCEL: Final = "cancel"


class UploadWriter:
    """The writer of one file. Override `write_chunk`, and other methods as needed.

    All methods but `meta` may be ``async``; plain ones are run in a thread, as writing blocks. One of them
    runs at a time, in the order below. An exception in `init`, `write_chunk` or `close` with ``done`` ends
    the upload: the entry gets the error ``not_written``, or the text of an `UploadRefused`.
    """

    def init(self) -> Awaitable[None] | None:
        """Prepare for the file. Called before the browser may send the first chunk."""

    def write_chunk(self, data: bytes) -> Awaitable[None] | None:
        """Write the next bytes. The browser sends no more before this has returned.

        Raises:
            NotImplementedError: if it is not overridden.
        """
        raise NotImplementedError(f"{type(self).__name__} has no write_chunk; define the method")

    def close(self, reason: str | BaseException) -> Awaitable[None] | None:
        """Complete the file, or drop it. Called once, if `init` was called.

        Args:
            reason: ``"done"`` if all of the file has come; ``"cancel"`` if it was cancelled, was too large or
                did not come, or the view ended; or the exception that `init` or `write_chunk` has raised.
        """

    def let_go(self) -> Awaitable[None] | None:
        """Release the file, which was consumed, or never will be. Called last, after `close`."""

    def meta(self) -> Any:
        """Return the value for the consuming function. Called once the file is complete, not in a thread."""
        return {}
