"""The chat context: conversations, their members, and their messages."""

from .conversations import (
    Summary,
    add_member,
    all_conversations,
    conversation_ids_of,
    conversations_of,
    create_conversation,
    find_conversation,
)
from .groups import LONGEST_TITLE, MOST_MEMBERS, TITLE_TOO_LONG, checked_members, start_conversation, title_of
from .members import Leaving, MembershipEnded, NotAMember, leave_all, leaving, leavings
from .messages import WINDOW, mark_seen, recent_messages, send_message
from .models import LONGEST_MESSAGE, Conversation, Member, Message, SeenMessage
from .places import Place, find_place, member_ids, members_page, who_stays
from .posted import Author, Posted
from .rights import (
    close_conversation,
    hand_over,
    invite,
    leave,
    remove_member,
    rename_conversation,
    reopen_conversation,
)
from .topics import Changed, News, conversation_topic

__all__ = [
    "LONGEST_MESSAGE",
    "LONGEST_TITLE",
    "MOST_MEMBERS",
    "TITLE_TOO_LONG",
    "WINDOW",
    "Author",
    "Changed",
    "Conversation",
    "Leaving",
    "Member",
    "MembershipEnded",
    "Message",
    "News",
    "NotAMember",
    "Place",
    "Posted",
    "SeenMessage",
    "Summary",
    "add_member",
    "all_conversations",
    "checked_members",
    "close_conversation",
    "conversation_ids_of",
    "conversation_topic",
    "conversations_of",
    "create_conversation",
    "find_conversation",
    "find_place",
    "hand_over",
    "invite",
    "leave",
    "leave_all",
    "leaving",
    "leavings",
    "mark_seen",
    "member_ids",
    "members_page",
    "recent_messages",
    "remove_member",
    "rename_conversation",
    "reopen_conversation",
    "send_message",
    "start_conversation",
    "title_of",
    "who_stays",
]
