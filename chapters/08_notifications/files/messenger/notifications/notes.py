"""The texts of notifications. They are the same from an open page and in a push."""

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
        tag: the name. Of two with the same tag a browser shows one.
        title, body: the texts.
        url: the address that a click opens.
    """

    tag: str
    title: str
    body: str
    url: str

    @property
    def json(self) -> str:
        """The JSON that the service worker reads."""
        return json.dumps(asdict(self), ensure_ascii=False)


def tag(record: Posted | Line | Conversation | Place | Listed) -> str:
    """Return the tag of a record's notification, the same in every browser and after every fault.

    It contains the time, because a new database begins with id 1 again, and browsers remember old tags.
    """
    kind = "message" if isinstance(record, Posted | Line) else "conversation"
    return f"{kind}-{record.id}-{record.created_at.timestamp():.0f}"


def note_of_message(message: Posted, title: str) -> Note:
    """Return the note for a new message in the conversation with this title."""
    body = shortened(f"{message.author.nickname}: {message.content}", LONGEST)
    return Note(tag(message), title, body, address_of(message.conversation_id))


def note_of_conversation(conversation: Conversation | Place | Listed) -> Note:
    """Return the note for a conversation that somebody else has begun."""
    return Note(tag(conversation), conversation.title, NEW, address_of(conversation.id))


def address_of(conversation_id: int) -> str:
    """Return the address of a conversation's page."""
    return f"/conversations/{conversation_id}"
