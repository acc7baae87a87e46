"""What a notification says. The same words come by two ways: from an open page, and as a push."""

import json
from dataclasses import asdict, dataclass

from ..chat import Conversation, Place, Posted
from ..listed import Line, Listed
from ..text import shortened

# A push service takes 4096 bytes, and encryption needs some of them.
LONGEST = 200
NEW = "You are in a new conversation."


@dataclass(frozen=True)
class Note:
    """A notification.

    Attributes:
        tag: its name. Of two with the same tag a browser shows one.
        title, body: what it says.
        url: where a click leads to.
    """

    tag: str
    title: str
    body: str
    url: str

    @property
    def json(self) -> str:
        """As the service worker reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def tag(record: Posted | Line | Conversation | Place | Listed) -> str:
    """The name of a notification about this record, in every browser and after every fault the same.

    The time is in it because ids begin anew with a new database, and browsers have a long memory.
    """
    kind = "message" if isinstance(record, Posted | Line) else "conversation"
    return f"{kind}-{record.id}-{record.created_at.timestamp():.0f}"


def note_of_message(message: Posted, title: str) -> Note:
    """A new message, in the conversation of this title."""
    body = shortened(f"{message.author.nickname}: {message.content}", LONGEST)
    return Note(tag(message), title, body, address_of(message.conversation_id))


def note_of_conversation(conversation: Conversation | Place | Listed) -> Note:
    """A conversation that somebody else has begun."""
    return Note(tag(conversation), conversation.title, NEW, address_of(conversation.id))


def address_of(conversation_id: int) -> str:
    """The page of a conversation."""
    return f"/conversations/{conversation_id}"
