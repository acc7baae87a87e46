"""The chat context: conversations, their members, and their messages."""

from .conversations import (
    Summary,
    add_member,
    all_conversations,
    conversations_of,
    create_conversation,
    find_conversation,
)
from .messages import mark_seen, recent_messages, send_message
from .models import LONGEST_MESSAGE, Conversation, Member, Message, SeenMessage
from .posted import Author, Posted

__all__ = [
    "LONGEST_MESSAGE",
    "Author",
    "Conversation",
    "Member",
    "Message",
    "Posted",
    "SeenMessage",
    "Summary",
    "add_member",
    "all_conversations",
    "conversations_of",
    "create_conversation",
    "find_conversation",
    "mark_seen",
    "recent_messages",
    "send_message",
]
