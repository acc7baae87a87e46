"""quart_live: server-driven live pages for Quart, spoken with the official Phoenix LiveView client.

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

The browser side is the npm packages ``phoenix`` and ``phoenix_live_view``, unchanged. Start reading at
`LiveView`, then `QuartLive`; below them are `Channel` (one joined view) and `LiveSocket` (one browser).
"""

from .assigns import Assigns
from .async_results import AsyncCancelled, AsyncResult
from .channel import Channel
from .client_files import VERSION_OF_CLIENT
from .components import LiveComponent
from .connection import ConnectInfo
from .errors import LiveViewError
from .extension import QuartLive
from .flash import Flash
from .form import to_form
from .hooks import CONTINUE, HALT
from .js import JS
from .links import live_navigate, live_patch, live_title
from .mailbox import Envelope
from .nested import ViewHandle
from .page_helpers import live_render
from .presence import Presence, PresenceDiff
from .pubsub import LocalPubSub, PubSub, RedisPubSub, message_type
from .router import LiveRouter
from .stash import Stash, StashStatus, stashable
from .testing import LiveViewTest
from .timers import Timer
from .uploads import Postpone, Upload, UploadedFile, UploadEntry, UploadRefused, UploadWriter
from .view import LiveView

__all__ = [
    "CONTINUE",
    "HALT",
    "JS",
    "VERSION_OF_CLIENT",
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
    "live_navigate",
    "live_patch",
    "live_render",
    "live_title",
    "message_type",
    "stashable",
    "to_form",
]
