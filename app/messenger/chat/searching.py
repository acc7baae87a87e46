"""Finding messages by some of their words, in the conversations that somebody takes part in."""

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
# Of a long message a list shows a part. It looks for the place in steps, but not for long. In characters.
SHOWN = 300
STEP = 50
MOST_TRIED = 12

WHOSE = ("all", "mine", "others")


class Found(NamedTuple):
    """A message, where it was written, and the part of it that a list shows."""

    message: Message
    conversation: Conversation
    part: str


@db.reads
def search_messages(
    session: Session, user_id: int, words: str, whose: str = "all", within: timedelta | None = None
) -> Sequence[Found]:
    """The newest messages that have all of these words in them.

    Args:
        user_id: who searches; they find what is in conversations of theirs.
        words: some words, or parts of words, in whatever case; without any nothing is found.
        whose: one of WHOSE: only what they have written, or only what others have.
        within: how old it is at most.
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
    """The text, or if it is long, what stands around the place where the folded word is."""
    if len(message.content) <= SHOWN:
        return message.content
    line, known = one_line(message.content), message.content_folded
    # Folding changes lengths a little, so the place is near this one: the nearest pieces are looked at.
    near = known.find(word) * len(line) // len(known)
    pieces = sorted(range(0, len(line), STEP), key=lambda each: abs(each + STEP - near))[:MOST_TRIED]
    piece = next((each for each in pieces if word in folded(line[each : each + 3 * STEP])), 0)
    begin = piece - STEP
    if begin <= 0:
        return shortened(line, SHOWN)
    space = line.find(" ", begin, piece)
    return f"… {shortened(line[letter_from(line, begin) :] if space < 0 else line[space + 1 :], SHOWN)}"


def letter_from(line: str, place: int) -> int:
    """Where the first letter begins that does so at the place or after it."""
    letters = LETTER.finditer(line, max(place - LONGEST_LETTER, 0))
    return next((letter.start() for letter in letters if letter.start() >= place), place)
