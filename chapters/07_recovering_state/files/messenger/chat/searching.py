"""Searching messages by their words, in the conversations of a user."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..db import db
from ..text import LETTER, LONGEST_LETTER, folded, one_line, shortened
from ..times import now
from .models import Conversation, Member, Message

MOST_FOUND = 30
LONGEST_SEARCH = 100
# Lists show a part of a long message. It is searched for in steps, and not in all of them. In characters.
SHOWN = 300
STEP = 50
MOST_TRIED = 12

WHOSE = ("all", "mine", "others")


class Found(NamedTuple):
    """A message that was found, its conversation, and the part of it that a list shows."""

    message: Message
    conversation: Conversation
    part: str


@db.reads
def search_messages(
    session: Session, user_id: int, words: str, whose: str = "all", within: timedelta | None = None
) -> Sequence[Found]:
    """Return the newest messages that contain all of these words.

    Args:
        user_id: the user who searches, in the conversations of which they are a member.
        words: words or parts of words, in upper or lower case; nothing is found without any.
        whose: one of WHOSE: all messages, only mine, or only those of others.
        within: the greatest age of a message.
    """
    wanted = folded(words[:LONGEST_SEARCH]).split()
    if not wanted:
        return []
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Member, (Member.conversation_id == Conversation.id) & (Member.user_id == user_id))
        .where(*(Message.content_folded.contains(word, autoescape=True) for word in wanted))
        .order_by(Message.id.desc())
        .limit(MOST_FOUND)
        .options(joinedload(Message.author))
    )
    if whose != "all":
        mine = Message.user_id == user_id
        query = query.where(mine if whose == "mine" else ~mine)
    if within is not None:
        query = query.where(Message.created_at > now() - within)
    rows = session.execute(query)
    return [Found(message, here, part_with(message, wanted[0])) for message, here in rows]


def part_with(message: Message, word: str) -> str:
    """Return the text of a message, or of a long one the part around the folded word."""
    if len(message.content) <= SHOWN:
        return message.content
    line, known = one_line(message.content), message.content_folded
    # Folding changes lengths a little, so the place is near this one. The nearest pieces are tried first.
    near = known.find(word) * len(line) // len(known)
    pieces = sorted(range(0, len(line), STEP), key=lambda each: abs(each + STEP - near))[:MOST_TRIED]
    piece = next((each for each in pieces if word in folded(line[each : each + 3 * STEP])), 0)
    begin = piece - STEP
    if begin <= 0:
        return shortened(line, SHOWN)
    space = line.find(" ", begin, piece)
    return f"… {shortened(line[letter_from(line, begin) :] if space < 0 else line[space + 1 :], SHOWN)}"


def letter_from(line: str, place: int) -> int:
    """Return the position of the first letter that begins at `place` or after it."""
    letters = LETTER.finditer(line, max(place - LONGEST_LETTER, 0))
    return next((letter.start() for letter in letters if letter.start() >= place), place)
