"""Static tracking: a page that stays open across a deploy learns that its scripts and styles are out of date.

    <link phx-track-static rel="stylesheet" href="{{ static_path('app.css') }}">

    class PageLive(LiveView):
        async def mount(self, params, session):
            self.assign(new_version=self.static_changed())

    {% if new_version %}<p role="status">There is a new version. <a href="">Reload</a></p>{% endif %}

`static_path` gives the address of a file in the app's static folder with a digest of its content,
``/static/app.css?v=5d41402abc4b``, so that browsers may keep it for long and still notice changes. With each
join the client sends the addresses of all tagged elements; `LiveView.static_changed` compares them with what
the files are now. Nothing is reloaded without being asked.

Where a build step has digested names already, put its ``cache_manifest.json`` (``{"app.css":
"app-5d41402a.css"}``, or Phoenix's ``{"latest": {…}}``) into the static folder; `static_path` then gives the
digested name, and paths are compared by their ends, as Phoenix does, whatever the query.

Source: ``static_changed?/1`` of Phoenix LiveView's ``lib/phoenix_live_view.ex``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

MANIFEST = "cache_manifest.json"
DIGEST_LENGTH = 12
MOST = 100
"""How many addresses of one page are looked at."""


class StaticFiles:
    """The files of an app's static folder and their digests.

    Args:
        folder: the static folder.
        url: the address of that folder, for example ``/static``.
        changing: look at the files again each time (development), not once per process.
    """

    def __init__(self, folder: Path, url: str, changing: bool = False) -> None:
        self._folder, self._url, self._changing = folder, url.rstrip("/"), changing
        self._digests: dict[str, tuple[int, str]] = {}
        self._manifest: Mapping[str, str] | None = None

    def path(self, name: str) -> str:
        """The address of ``name``, a path below the static folder, with its digest if the file exists."""
        name = name.lstrip("/")
        renamed = self.manifest.get(name)
        if renamed is not None:
            return f"{self._url}/{quote(renamed)}"
        digest = self.digest(name)
        return f"{self._url}/{quote(name)}" + (f"?v={digest}" if digest else "")

    def digest(self, name: str) -> str | None:
        """Digest of a file's content; ``None`` if there is no such file in the folder."""
        known = self._digests.get(name)
        if known is not None and not self._changing:
            return known[1]
        file = self._folder / name
        try:
            if not file.resolve().is_relative_to(self._folder.resolve()):
                return None
            stamp = file.stat().st_mtime_ns
            if known is None or known[0] != stamp:
                known = stamp, hashlib.sha256(file.read_bytes()).hexdigest()[:DIGEST_LENGTH]
        except (OSError, ValueError):
            return None
        self._digests[name] = known
        return known[1]

    def changed(self, addresses: Iterable[str]) -> bool:
        """Whether any of ``addresses``, which a page has loaded, is not what it would load now."""
        return not all(self._is_current(address) for address in addresses)

    @property
    def manifest(self) -> Mapping[str, str]:
        """Digested names by plain names, from the manifest file; empty without one."""
        if self._manifest is None or self._changing:
            self._manifest = self._read_manifest()
        return self._manifest

    def forget(self) -> None:
        """Look at all files again, for example after a deploy into a running process."""
        self._digests.clear()
        self._manifest = None

    def _is_current(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        path = unquote(parts.path)
        if any(path.endswith((f"/{name}", f"/{renamed}")) for name, renamed in self.manifest.items()):
            return True
        _, under, name = path.rpartition(f"{self._url}/") if self._url else ("", "/", path.lstrip("/"))
        digest = self.digest(name) if under else None
        if digest is None:
            return False
        return parse_qs(parts.query).get("v", [digest])[-1] == digest

    def _read_manifest(self) -> Mapping[str, str]:
        try:
            read = json.loads((self._folder / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        latest = read.get("latest", read) if isinstance(read, dict) else {}
        return {name: to for name, to in latest.items() if isinstance(to, str)}
