"""The topics on which news is broadcast, and the news besides messages."""

from dataclasses import dataclass
from typing import TypeAlias

from .members import MembershipEnded
from .posted import Posted
from .reading import Read


@dataclass(frozen=True)
class Changed:
    """News for all members: the title, the members, or whether a conversation is closed has changed.

    It does not say which. Receivers read the conversation again, so that the order in which two changes are
    broadcast does not matter.
    """

    conversation_id: int


@dataclass(frozen=True)
class Started:
    """News for all pages of one user: they are a member of one more conversation."""

    conversation_id: int


News: TypeAlias = Posted | Changed | MembershipEnded | Read | Started


def conversation_topic(conversation_id: int) -> str:
    """Return the topic on which all messages of a conversation and all changes of it are broadcast."""
    return f"conversation:{conversation_id}"


def user_topic(user_id: int) -> str:
    """Return the topic of one user, for new conversations and for what was read on other pages."""
    return f"user_conversations:{user_id}"
