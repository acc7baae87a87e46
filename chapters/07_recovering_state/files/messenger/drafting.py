"""A view in which somebody writes: what is not sent yet is kept in the database, and with it on every device.

    class ConversationLive(LiveView):
        on_mount = (drafting,)

The text is in `assigns.draft` when the page is first made. From then on it belongs to the browser, whose hook
`Draft` says what has become of it.
"""

from typing import Any

from quart import Blueprint, abort, request, session
from quart.typing import ResponseReturnValue
from quart_auth import login_required

from quart_live import CONTINUE, HALT, LiveView, csrf

from . import chat
from .errors import Unavailable
from .params import id_in, text_in
from .signing_in import current_user

EVENT = "draft"

draft_pages = Blueprint("draft_pages", __name__)


async def drafting(view: LiveView, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """For `on_mount`: the view has a draft, and keeps it."""
    me, here = view.assigns.me, id_in(params, "conversation_id")
    # What the tab has written down may be some letters newer than what it could tell the server.
    stashed = view.connect_params.get("draft")
    if isinstance(stashed, str):
        await keep(here, me.id, text_in({"draft": stashed}, "draft"))
    view.assign(draft=await chat.draft_of(here, me.id))

    async def keep_what_is_told(_view: LiveView, event: str, params: Any) -> Any:
        if event != EVENT:
            return CONTINUE
        return HALT, {"kept": await keep(here, me.id, text_in(params, "content"))}

    view.attach_hook("drafting", "handle_event", keep_what_is_told)


async def keep(conversation_id: int, user_id: int, content: str) -> bool:
    """Keep the text, if this user is still a member; if not, there is no page to show it in.

    Returns:
        whether it is kept.
    """
    try:
        await chat.keep_draft(conversation_id, user_id, content)
    except (chat.NotAMember, Unavailable):
        return False
    return True


@draft_pages.post("/conversations/<int:conversation_id>/draft")
@login_required
async def last_letters(conversation_id: int) -> ResponseReturnValue:
    """What a page could not tell its view any more. It is being left, and its browser sends this."""
    me, form = await current_user(), await request.form
    if me is None or not csrf.matches(session, form.get("_csrf_token")):
        abort(400)
    # A form that is posted ends its lines otherwise than a field does, and so with another text.
    content = text_in(dict(form), "content").replace("\r\n", "\n")
    kept = await keep(conversation_id, me.id, content)
    return ("", 204) if kept else abort(409)
