"""The names under which news is published, and the news that is no message."""

from dataclasses import dataclass
from typing import TypeAlias

from .members import MembershipEnded
from .posted import Posted
from .reading import Read


@dataclass(frozen=True)
class Changed:
    """Something about a conversation has changed: its title, its members, whether it is closed.

    It does not say what. Who hears it reads the conversation again, and so nobody depends on the order in
    which two changes are announced.
    """

    conversation_id: int


@dataclass(frozen=True)
class Started:
    """News for all pages of one user: they are a member of one conversation more."""

    conversation_id: int


News: TypeAlias = Posted | Changed | MembershipEnded | Read | Started


def conversation_topic(conversation_id: int) -> str:
    """Where every new message of a conversation is announced, and every change to it."""
    return f"conversation:{conversation_id}"


def user_topic(user_id: int) -> str:
    """Where a user is told what concerns them alone: new conversations, and what they read on other pages."""
    return f"user_conversations:{user_id}"
