"""What members can do to a conversation besides writing: which event asks for it, and what is said then."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from . import chat
from .params import id_in, text_in


class Action(NamedTuple):
    """One of them.

    Attributes:
        do: asks the context; given the conversation's id, mine, and what the browser has sent.
        done: what to say when it is done.
        brings_somebody: whether a member comes whom nobody has told yet.
    """

    do: Callable[[int, int, Any], Awaitable[None]]
    done: str = ""
    brings_somebody: bool = False


ACTIONS = {
    "rename": Action(
        lambda here, me, params: chat.rename_conversation(here, me, text_in(params, "title")), "Renamed."
    ),
    "close": Action(lambda here, me, _: chat.close_conversation(here, me)),
    "reopen": Action(lambda here, me, _: chat.reopen_conversation(here, me), "Open again."),
    "add": Action(
        lambda here, me, params: chat.invite(here, me, id_in(params, "id")), "Added.", brings_somebody=True
    ),
    "remove": Action(lambda here, me, params: chat.remove_member(here, me, id_in(params, "id")), "Removed."),
    "hand-over": Action(lambda here, me, params: chat.hand_over(here, me, id_in(params, "id")), "Done."),
    "leave": Action(lambda here, me, _: chat.leave(here, me)),
}
