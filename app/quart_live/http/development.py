"""Development reload: save a file and see the change in the open pages.

On while the app's ``DEBUG`` is on (``quart run --debug``, ``app.run(debug=True)``) or ``LIVE_RELOAD`` is true;
off otherwise. What happens depends on the file:

| changed | open pages |
|---|---|
| template of a live view or component, or one that it includes | are rendered again *in place*: views keep their state, an ordinary diff goes out |
| stylesheet in the static folder | swap it, without a reload |
| script in the static folder; template of a layout or an ordinary page | load themselves anew |
| a template that cannot be compiled or rendered | stay as they are; the log has the error |
| Python | stay as they are: run the server with ``--reload``; its sockets close with 1012 and the pages come back |

The client has no frame for this, so stylesheets and reloads are pushed events, handled by a small module that
`live_import_map` adds to the page. Items of a stream that were sent before stay as they are until the next
join: the server has forgotten them.

Files are watched with ``watchfiles``, which is installed along with ``uvicorn[standard]``.
"""  # noqa: E501

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, Template
from markupsafe import Markup

from ..channel.channel import Channel, joined_of
from ..errors import LiveViewError
from ..mailbox.items import Turn
from ..rendering import LiveTemplateError
from ..rendering.environment import what_is_wrong
from ..rendering.linking import CANNOT_BE_LOADED

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from ..socket.open_sockets import OpenSockets

log = logging.getLogger("quart_live.development")

EVENT = "quart_live:changed"
SCRIPT = """\
addEventListener("phx:quart_live:changed", ({detail}) => {
  if (!detail.styles) return location.reload();
  for (const old of document.querySelectorAll("link[rel=stylesheet]")) {
    const address = new URL(old.href);
    const style = detail.styles.find(({name}) => address.pathname.endsWith("/" + name));
    if (!style || address.origin !== location.origin) continue;
    address.searchParams.set("v", style.digest);
    const fresh = old.cloneNode();
    fresh.href = address.href;
    fresh.onload = () => old.remove();
    old.after(fresh);
  }
});
"""


def script(nonce: Markup) -> Markup:
    """Return the listener as a script element, with the attribute ``nonce`` if it is not empty."""
    return Markup('<script type="module"{}>{}</script>').format(nonce, Markup(SCRIPT))


class Reloader:
    """The watch over the files of an app, which shows changes in its open pages.

    Args:
        runtime: the app's runtime.
        sockets: the open sockets.
    """

    def __init__(self, runtime: Runtime, sockets: OpenSockets) -> None:
        self._runtime, self._sockets = runtime, sockets
        self._task: asyncio.Task[None] | None = None
        self._live_names: set[str] = set()
        self._ordinary_names: set[str] = set()
        self._broken: set[str] = set()
        self._held: set[str] = set()

    @property
    def running(self) -> bool:
        """Whether the files are watched."""
        return self._task is not None

    def start(self) -> None:
        """Start to watch the files, if the settings say so and they are not watched yet."""
        if self._task is None and self._runtime.settings.reload:
            self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Stop watching the files."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def changed(self, paths: Iterable[Path]) -> None:
        """Show changed files in the open pages."""
        paths = [path.resolve() for path in paths]
        names = [name for path in paths for name in self._below(path, self._template_folders())]
        assets = [name for path in paths for name in self._below(path, [self._static_folder()])]
        styles = [name for name in assets if name.endswith(".css")]
        before: dict[Any, Template] = {}
        if names:
            names += [name for name in self._held if name not in names]  # they may fit the changed ones now
            self._held.clear()
            self._note_names()
            self._note_broken(names)
            names = [name for name in names if name not in self._broken]
            cache = self._runtime.templates.environment.cache or {}
            before = {key: template for key, template in cache.items() if key[1] in names}
            self._forget_templates()
        scripts = [name for name in assets if name.endswith((".js", ".mjs"))]
        if scripts or any(not self._is_live(name) for name in names):
            self._push_to_pages({})
        elif names:
            for channel in joined_of(self._runtime.open_hosts):
                channel.mailbox.post(Turn(partial(self._replace, channel, before)))
        if assets:
            self._runtime.statics.forget()
        if styles:
            digest = self._runtime.statics.digest
            self._push_to_pages({"styles": [{"name": name, "digest": digest(name) or ""} for name in styles]})

    async def _watch(self) -> None:
        try:
            from watchfiles import awatch
        except ImportError:
            log.warning("LIVE_RELOAD needs watchfiles; install it: pip install 'uvicorn[standard]'")
            return
        wanted = [*self._template_folders(), self._static_folder()]
        folders = [folder for folder in wanted if folder.is_dir()]
        if not folders:
            return
        log.info("Watching %s for changes", ", ".join(map(str, folders)))
        async for changes in awatch(*folders, step=50, recursive=True):
            try:
                await self.changed([Path(path) for _, path in changes])
            except Exception:
                log.exception("A change of a file could not be shown in the open pages")

    def _template_folders(self) -> list[Path]:
        app = self._runtime.app
        parts = [app, *app.blueprints.values()]
        return [Path(part.root_path) / part.template_folder for part in parts if part.template_folder]

    def _static_folder(self) -> Path:
        app = self._runtime.app
        return Path(app.static_folder) if app.static_folder else Path(app.root_path) / "static"

    @staticmethod
    def _below(path: Path, folders: Iterable[Path]) -> list[str]:
        resolved = [folder.resolve() for folder in folders]
        inside = [folder for folder in resolved if path.is_relative_to(folder)]
        return [path.relative_to(folder).as_posix() for folder in inside if "node_modules" not in path.parts]

    def _is_live(self, name: str) -> bool:
        """Return whether only live views and components have rendered this template."""
        return name in self._live_names and name not in self._ordinary_names

    def _note_names(self) -> None:
        """Note the names of the templates that each environment has loaded so far, from Jinja's caches."""
        self._live_names |= {key[1] for key in self._runtime.templates.environment.cache or ()}
        self._ordinary_names |= {key[1] for key in self._runtime.app.jinja_env.cache or ()}

    def _forget_templates(self) -> None:
        for environment in (self._runtime.templates.environment, self._runtime.app.jinja_env):
            if environment.cache is not None:
                # A template that does not compile now is shown as it was.
                for key in [key for key in environment.cache if key[1] not in self._broken]:
                    del environment.cache[key]

    def _note_broken(self, names: Iterable[str]) -> None:
        """Compile templates before they are rendered, and log the errors of those that do not compile."""
        for name in names:
            try:
                for environment in self._used_by(name):
                    assert environment.loader is not None
                    source, filename, _ = environment.loader.get_source(environment, name)
                    environment.compile(source, name, filename)
            except CANNOT_BE_LOADED as error:
                self._broken.add(name)
                message = what_is_wrong(name, error).rstrip(".")
                log.error("%s. Open pages stay as they are", message)
            else:
                self._broken.discard(name)

    def _used_by(self, name: str) -> list[Environment]:
        ordinary: Environment = self._runtime.app.jinja_env
        live = [self._runtime.templates.environment] if name in self._live_names else []
        return [*live, ordinary] if name in self._ordinary_names or not live else [*live]

    def _replace(self, channel: Channel, before: dict[Any, Template]) -> None:
        view, rendering = channel.joined()
        try:
            rendering.replace()
        except Exception as error:  # a template can raise anything
            is_ours = isinstance(error, LiveTemplateError | LiveViewError)
            message = str(error).rstrip(".") if is_ours else f"{type(error).__name__}: {error}"
            name = type(view).__name__
            log.error("%s. Open pages of %s stay as they are", message, name, exc_info=not is_ours)
            self._hold(before)

    def _hold(self, before: dict[Any, Template]) -> None:
        """Put the earlier templates back, so that includes and components are still shown by them."""
        cache = self._runtime.templates.environment.cache
        if cache is not None:
            for key, template in before.items():
                template._uptodate = None  # else the newer file is read again
                cache[key] = template
                self._held.add(key[1])

    def _push_to_pages(self, detail: dict[str, object]) -> None:
        for socket in self._sockets:
            for channel in socket.channels.values():
                # A view that is still joining takes this after its join.
                channel.mailbox.post(Turn(partial(_push, channel, detail)))
                break  # pushed events belong to the whole page


def _push(channel: Channel, detail: dict[str, object]) -> None:
    view, _ = channel.joined()
    view.push_event(EVENT, detail)
