"""Telling people that they are in a conversation."""

from collections.abc import Iterable

from quart_live import LiveView

from . import chat
from .notifications import note_of_conversation, pusher


async def announce(
    view: LiveView, conversation: chat.Conversation | chat.Place, user_ids: Iterable[int]
) -> None:
    """Tell these users, on all their pages, and the devices of those who have never opened it.

    Args:
        view: of whoever has brought them there, and who is not pushed to.
        conversation: which one.
        user_ids: who; they are members already.
    """
    for user_id in user_ids:
        await view.pubsub.broadcast(chat.user_topic(user_id), chat.Started(conversation.id))
    pusher.tell(note_of_conversation(conversation), conversation.id, besides=view.assigns.me.id)
