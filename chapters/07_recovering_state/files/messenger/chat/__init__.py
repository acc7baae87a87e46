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
from .drafts import draft_of, forget_draft, forget_drafts_of, keep_draft
from .groups import LONGEST_TITLE, MOST_MEMBERS, TITLE_TOO_LONG, checked_members, start_conversation
from .members import Leaving, MembershipEnded, NotAMember, leave_all, leaving, leavings
from .messages import WINDOW, mark_seen, recent_messages, send_message
from .models import LONGEST_MESSAGE, Conversation, Member, Message, SeenMessage
from .places import Place, find_place, member_ids, members_page, who_stays
from .polls import Question, ask, questions_in, vote
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
from .searching import LONGEST_SEARCH, WHOSE, Found, search_messages
from .topics import Changed, News, conversation_topic

__all__ = [
    "LONGEST_MESSAGE",
    "LONGEST_SEARCH",
    "LONGEST_TITLE",
    "MOST_MEMBERS",
    "TITLE_TOO_LONG",
    "WHOSE",
    "WINDOW",
    "Author",
    "Changed",
    "Conversation",
    "Found",
    "Leaving",
    "Member",
    "MembershipEnded",
    "Message",
    "News",
    "NotAMember",
    "Place",
    "Posted",
    "Question",
    "SeenMessage",
    "Summary",
    "add_member",
    "all_conversations",
    "ask",
    "checked_members",
    "close_conversation",
    "conversation_ids_of",
    "conversation_topic",
    "conversations_of",
    "create_conversation",
    "draft_of",
    "find_conversation",
    "find_place",
    "forget_draft",
    "forget_drafts_of",
    "hand_over",
    "invite",
    "keep_draft",
    "leave",
    "leave_all",
    "leaving",
    "leavings",
    "mark_seen",
    "member_ids",
    "members_page",
    "questions_in",
    "recent_messages",
    "remove_member",
    "rename_conversation",
    "reopen_conversation",
    "search_messages",
    "send_message",
    "start_conversation",
    "vote",
    "who_stays",
]
