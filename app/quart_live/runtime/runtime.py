"""`Runtime`: the record of one app, with all that the engine needs of it.

A `QuartLive` may serve several apps, as a factory and its tests make them. Each app has a record of its own;
the engine takes this record, or those of its fields that it uses, and never the `QuartLive`.

Objects of higher floors are not in it: the open sockets are in ``socket/open_sockets.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..mailbox.dispatcher import Dispatcher
from ..protocol.client_version import client_version
from ..protocol.tokens import Tokens, secret_keys_of
from ..router import LiveRoutes
from ..settings import Settings, static_folder_of
from ..view.open_hosts import OpenHosts
from ..view.registry import ViewRegistry
from ..view.static_tracking import StaticFiles
from .recently import Recently
from .templates import TemplateLibrary

if TYPE_CHECKING:
    from quart import Quart

    from ..pubsub import PubSub
    from ..stash import Stashes
    from ..telemetry import Telemetry
    from ..view.host import Host
    from ..view.session import ConnectHook


class Runtime:
    """The record of one app.

    Args:
        app: the app.
        path: the address under which the socket and the client files are.
        layout: the template of the page around a view that names none.
        connect_hooks: the ``on_connect`` hooks.
        telemetry: the telemetry.
        pubsub: the PubSub.
        stash: the stash as it was declared; the app gets one of its own.

    Attributes:
        views: the view classes by their names in tokens.
        routes: the live routes.
        templates: the templates of views and components.
        tokens: the signer and reader of the tokens of pages.
        statics: the files that pages may track.
        stash: the app's stash.
        dispatcher: the dispatcher, which runs the mailboxes.
        open_hosts: the channels that have not ended.
        told_to_reload: the pages that were told to reload within the last minute.
        stopping: whether the server is about to stop, so that new sockets and joins are refused.
    """

    def __init__(
        self,
        app: Quart,
        *,
        path: str,
        layout: str | None,
        connect_hooks: list[ConnectHook],
        telemetry: Telemetry,
        pubsub: PubSub,
        stash: Stashes,
    ) -> None:
        self.app, self.path, self.layout = app, path, layout
        self.connect_hooks, self.telemetry, self.pubsub = connect_hooks, telemetry, pubsub
        self.views = ViewRegistry()
        self.routes = LiveRoutes(app)
        self.templates = TemplateLibrary(app)
        self.tokens = Tokens(self._secret_keys)
        self.statics = StaticFiles(static_folder_of(app), app.static_url_path or "/static", app.debug)
        self.stash = stash.of_app(self._secret_keys, self.views, connect_hooks)
        self.dispatcher = Dispatcher()
        self.open_hosts = OpenHosts()
        self.told_to_reload = Recently()
        self.stopping = False
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings, read from the app's config at first use."""
        if self._settings is None:
            self._settings = Settings.of(self.app)
            self.tokens.session_max_age = self._settings.session_max_age
        return self._settings

    @property
    def client_version(self) -> str:
        """The version of the installed client."""
        return client_version(self.settings.client_dir)

    def equip(self, host: Host, root_path: str) -> None:
        """Give a host the app's services.

        Args:
            host: the host.
            root_path: the prefix under which the app is mounted, as the request or the socket has it.
        """
        host.telemetry, host.statics, host.pubsub = self.telemetry, self.statics, self.pubsub
        host.root_path = root_path

    def _secret_keys(self) -> list[str]:
        return secret_keys_of(self.app)
