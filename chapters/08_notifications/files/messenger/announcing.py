"""Telling new members of a conversation."""

from collections.abc import Iterable

from quart_live import LiveView

from . import chat
from .notifications import note_of_conversation, pusher


async def announce(
    view: LiveView, conversation: chat.Conversation | chat.Place, user_ids: Iterable[int]
) -> None:
    """Tell new members of a conversation, on all their pages and on their devices.

    Args:
        view: the view of the user who added them, and who gets no push.
        conversation: the conversation.
        user_ids: the ids of the new members.
    """
    for user_id in user_ids:
        await view.pubsub.broadcast(chat.user_topic(user_id), chat.Started(conversation.id))
    pusher.tell(note_of_conversation(conversation), conversation.id, besides=view.assigns.me.id)
