"""What an app may import. These names stay, wherever in the engine the code behind them lies."""

from __future__ import annotations

import importlib

import pytest
from quart import Quart

import quart_live

TOP = """
    AppFault Assigns AsyncCancelled AsyncResult CONTINUE Channel ConnectInfo Envelope Flash HALT JS
    LiveComponent LiveRouter LiveView LiveViewError LiveViewTest LocalPubSub MalformedEventError Postpone
    Presence PresenceDiff PubSub QuartLive RedisPubSub Stash StashStatus Timer Upload UploadEntry
    UploadRefused UploadWriter UploadedFile VERSION_OF_CLIENT ViewHandle csrf decode_form live_navigate
    live_patch live_render live_title local_path message_type stashable to_form
"""

EXTENSION = """
    add_router app channels csrf_meta_tag disconnect init_app layout live_flash live_import_map live_render
    live_socket_path on_connect path pubsub route runtime services settings shutdown sockets startup stash
    static_path telemetry
"""

ROOMS = {
    "components": "LiveComponent",
    "form": "add_button drop_button field_error field_errors move_button row_inputs to_form to_params used",
    "js": "JS",
    "presence": "Presence PresenceDiff",
    "pubsub": "DecodeError EncodeError LocalPubSub PubSub RedisPubSub message_type",
    "rendering": "LiveEnvironment LiveTemplateError LiveTemplateWarning MissingAssignError pure volatile",
    "stash": """MemoryStash NotStashableError RedisStash SQLAlchemyStash Stash StashStatus StashStore
        reconnect register_type session stash_table stashable user""",
    "testing": """BrowserStash ChosenFile Element ExternalSending FileInput JoinRefusedError LiveViewTest
        PageFailedError SocketClosedError Tree ViewCrashedError parse render_component""",
    "uploads": "Postpone Upload UploadEntry UploadRefused UploadWriter UploadedFile",
}


def test_the_names_of_the_package() -> None:
    assert sorted(quart_live.__all__) == sorted(TOP.split())
    for name in quart_live.__all__:
        assert getattr(quart_live, name) is not None


def test_what_a_program_calls_on_the_extension() -> None:
    """What only the engine calls is on the `Runtime`, or private."""
    app = Quart(__name__)
    app.secret_key = "secret"
    live = quart_live.QuartLive(app)
    assert sorted(name for name in dir(live) if not name.startswith("_")) == EXTENSION.split()


@pytest.mark.parametrize("room", ROOMS)
def test_the_names_of_a_room(room: str) -> None:
    module = importlib.import_module(f"quart_live.{room}")
    missing = [name for name in ROOMS[room].split() if not hasattr(module, name)]
    assert not missing
    assert set(ROOMS[room].split()) <= set(module.__all__)
