"""The actions of members on a conversation, by event, with the note that is shown afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from . import chat
from .params import id_in, text_in


class Action(NamedTuple):
    """An action of a member on a conversation.

    Attributes:
        do: calls the context with the conversation's id, my id, and the params of the event.
        done: the note that is shown afterwards.
    """

    do: Callable[[int, int, Any], Awaitable[None]]
    done: str = ""


ACTIONS = {
    "rename": Action(
        lambda here, me, params: chat.rename_conversation(here, me, text_in(params, "title")), "Renamed."
    ),
    "close": Action(lambda here, me, _: chat.close_conversation(here, me)),
    "reopen": Action(lambda here, me, _: chat.reopen_conversation(here, me), "Opened again."),
    "add": Action(lambda here, me, params: chat.invite(here, me, id_in(params, "id")), "Added."),
    "remove": Action(lambda here, me, params: chat.remove_member(here, me, id_in(params, "id")), "Removed."),
    "hand-over": Action(lambda here, me, params: chat.hand_over(here, me, id_in(params, "id")), "New owner."),
    "leave": Action(lambda here, me, _: chat.leave(here, me)),
}
