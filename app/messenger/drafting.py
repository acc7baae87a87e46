"""Drafts in a view: text that is not sent yet is stored in the database, for all devices of its author.

    class ConversationLive(LiveView):
        on_mount = (drafting,)

The text is in `assigns.draft` at the first render. From then on it belongs to the browser, whose hook `Draft`
sends its changes.
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
    """Load the draft of a view and keep it up to date. For `on_mount`."""
    me, here = view.assigns.me, id_in(params, "conversation_id")
    # The copy in the tab may be some letters newer than the draft in the database.
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
    """Store the draft of a member.

    Returns:
        whether it is stored; False if the user is not a member or the database cannot be reached.
    """
    try:
        await chat.keep_draft(conversation_id, user_id, content)
    except (chat.NotAMember, Unavailable):
        return False
    return True


@draft_pages.post("/conversations/<int:conversation_id>/draft")
@login_required
async def last_letters(conversation_id: int) -> ResponseReturnValue:
    """Store the last letters of a draft, which the browser posts when a page is left."""
    me, form = await current_user(), await request.form
    if me is None or not csrf.matches(session, form.get("_csrf_token")):
        abort(400)
    # A posted form ends its lines with \r\n, a field with \n: the texts would differ.
    content = text_in(dict(form), "content").replace("\r\n", "\n")
    kept = await keep(conversation_id, me.id, content)
    return ("", 204) if kept else abort(409)
