"""The file types of an upload: extensions and media types, as in the ``accept`` attribute of HTML.

    >>> accept = Accept([".png", "image/*"])
    >>> accept.takes("cat.PNG", ""), accept.takes("cat", "image/webp"), accept.takes("cat.txt", "text/plain")
    (True, True, False)

Name and type come from the browser, so this keeps mistakes out, not attackers: a file's content may be
anything.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable

from ..errors import LiveViewError

ANY = "any"

_EXTENSION = re.compile(r"\.[^\s,./\\]+(?:\.[^\s,./\\]+)*")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)")
_KNOWN_TYPES = mimetypes.MimeTypes()  # Python's own table, the same on every server
_KNOWN_TYPES.add_type("image/webp", ".webp")


class Accept:
    """The file types of one upload.

    Args:
        types: extensions (``.png``), media types (``text/plain``), wildcards (``image/*``); one string may
            hold several, separated by commas. ``"any"`` accepts every file.

    Raises:
        LiveViewError: if there is none, or one is neither of these.
    """

    def __init__(self, types: str | Iterable[str]) -> None:
        listed = [types] if isinstance(types, str) else list(types)
        self.types: tuple[str, ...] = tuple(
            part.strip().lower() for text in listed for part in text.split(",") if part.strip()
        )
        if self.types == (ANY,):
            self.types = ()
        elif not self.types:
            raise LiveViewError('accept needs file types such as [".png", "image/*"], or "any"')
        for part in self.types:
            if not _EXTENSION.fullmatch(part) and not _MEDIA_TYPE.fullmatch(part):
                raise LiveViewError(
                    f"accept takes extensions ('.png'), media types ('text/plain', 'image/*') "
                    f"or just 'any', but not {part!r}"
                )

    def __str__(self) -> str:
        """Return the value of the HTML attribute; empty for any file."""
        return ",".join(self.types)

    def takes(self, name: str, media_type: str) -> bool:
        """Return whether a file of this name and type is accepted.

        Args:
            name: the file's name in the browser.
            media_type: the type that the browser sent; if it is empty, it is found by the extension.
        """
        name = name.lower()
        media_type = media_type.lower() or _KNOWN_TYPES.guess_type(name, strict=False)[0] or ""
        return not self.types or any(
            name.endswith(part) and len(name) > len(part)
            if part.startswith(".")
            else media_type.startswith(part[:-1])
            if part.endswith("/*")
            else media_type == part
            for part in self.types
        )
