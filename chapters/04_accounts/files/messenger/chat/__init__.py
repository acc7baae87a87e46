"""The chat context: conversations, their members, and their messages."""

from .conversations import (
    Summary,
    add_member,
    all_conversations,
    conversations_of,
    create_conversation,
    find_conversation,
    find_conversation_of,
    with_newest,
)
from .members import Leaving, MembershipEnded, NotAMember, leave_all, leavings
from .messages import WINDOW, mark_seen, recent_messages, send_message
from .models import LONGEST_MESSAGE, Conversation, Member, Message, SeenMessage
from .posted import Author, Posted
from .topics import conversation_topic

__all__ = [
    "LONGEST_MESSAGE",
    "WINDOW",
    "Author",
    "Conversation",
    "Leaving",
    "Member",
    "MembershipEnded",
    "Message",
    "NotAMember",
    "Posted",
    "SeenMessage",
    "Summary",
    "add_member",
    "all_conversations",
    "conversation_topic",
    "conversations_of",
    "create_conversation",
    "find_conversation",
    "find_conversation_of",
    "leave_all",
    "leavings",
    "mark_seen",
    "recent_messages",
    "send_message",
    "with_newest",
]
