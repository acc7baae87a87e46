"""quart_live: server-driven live pages for Quart, with the official Phoenix LiveView client.

    from quart import Quart
    from quart_live import LiveView, QuartLive

    class CounterLive(LiveView):
        inline_template = '<button phx-click="more">{{ count }}</button>'

        async def mount(self, params, session):
            self.assign(count=0)

        async def handle_event(self, event, params):
            self.assign(count=self.assigns.count + 1)

    app = Quart(__name__)
    app.secret_key = "change me"
    QuartLive(app).route("/", CounterLive)

In the browser run the npm packages ``phoenix`` and ``phoenix_live_view``, unchanged. Start reading at
`LiveView`, then `QuartLive`; below them are `Channel` (one joined view) and `LiveSocket` (one browser).
"""

from .channel.channel import Channel
from .components import LiveComponent
from .errors import LiveViewError, MalformedEventError
from .extension.extension import QuartLive
from .form import to_form
from .http.page_helpers import live_render
from .js import JS
from .mailbox.faults import AppFault
from .mailbox.items import Envelope
from .mailbox.timers import Timer
from .nested import ViewHandle
from .presence import Presence, PresenceDiff
from .protocol import csrf
from .protocol.client_version import VERSION_OF_CLIENT
from .protocol.flash import Flash
from .protocol.form_data import decode as decode_form
from .pubsub import LocalPubSub, PubSub, RedisPubSub, message_type
from .router import LiveRouter
from .stash import Stash, StashStatus, stashable
from .testing import LiveViewTest
from .uploads import Postpone, Upload, UploadedFile, UploadEntry, UploadRefused, UploadWriter
from .view.assigns import Assigns
from .view.async_results import AsyncCancelled, AsyncResult
from .view.connect_info import ConnectInfo
from .view.live_links import live_navigate, live_patch, live_title
from .view.mount_hooks import CONTINUE, HALT
from .view.navigation import local as local_path
from .view.view import LiveView

__all__ = [
    "CONTINUE",
    "HALT",
    "JS",
    "VERSION_OF_CLIENT",
    "AppFault",
    "Assigns",
    "AsyncCancelled",
    "AsyncResult",
    "Channel",
    "ConnectInfo",
    "Envelope",
    "Flash",
    "LiveComponent",
    "LiveRouter",
    "LiveView",
    "LiveViewError",
    "LiveViewTest",
    "LocalPubSub",
    "MalformedEventError",
    "Postpone",
    "Presence",
    "PresenceDiff",
    "PubSub",
    "QuartLive",
    "RedisPubSub",
    "Stash",
    "StashStatus",
    "Timer",
    "Upload",
    "UploadEntry",
    "UploadRefused",
    "UploadWriter",
    "UploadedFile",
    "ViewHandle",
    "csrf",
    "decode_form",
    "live_navigate",
    "live_patch",
    "live_render",
    "live_title",
    "local_path",
    "message_type",
    "stashable",
    "to_form",
]
