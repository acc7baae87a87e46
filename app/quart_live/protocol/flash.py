"""Flash: short messages for the user that survive one navigation.

    self.put_flash("info", "Saved")

A template reads ``flash``, a dict of kind → text: ``{% if flash.info %}<p role="status">{{ flash.info
}}</p>{% endif %}``. ``phx-click="lv:clear-flash"`` (with ``phx-value-key`` for one kind) closes it. A message
put just before a `push_patch`, `push_navigate` or `redirect` is shown on the page that the user comes to;
earlier ones are cleared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

COOKIE = "__phoenix_flash__"
"""The cookie in which the client hands a flash over to the next HTTP request."""


class Flash(Mapping[str, str]):
    """The flash messages of a view at one moment; a new object after each change.

    A kind that is not there has an empty text, so that templates need no test.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})

    def __getitem__(self, kind: str) -> str:
        return self._texts.get(kind, "")

    def __contains__(self, kind: object) -> bool:
        return kind in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        return f"Flash({self._texts!r})"

    def with_message(self, kind: str, text: str) -> Flash:
        """Return a copy with ``text`` as the message of ``kind``."""
        return Flash({**self._texts, kind: text})

    def without(self, kind: str | None = None) -> Flash:
        """Return a copy without ``kind``; by default an empty one."""
        if kind is None:
            return Flash()
        return Flash({key: text for key, text in self._texts.items() if key != kind})
