"""The names under which news is published, and the news that is no message."""

from dataclasses import dataclass
from typing import TypeAlias

from .members import MembershipEnded
from .posted import Posted


@dataclass(frozen=True)
class Changed:
    """Something about a conversation has changed: its title, its members, whether it is closed.

    It does not say what. Who hears it reads the conversation again, and so nobody depends on the order in
    which two changes are announced.
    """

    conversation_id: int


News: TypeAlias = Posted | Changed | MembershipEnded


def conversation_topic(conversation_id: int) -> str:
    """Where every new message of a conversation is announced, and every change to it."""
    return f"conversation:{conversation_id}"
