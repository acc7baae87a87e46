"""The look of people in a page: initials and a colour."""

from .text import first_letter

HUES = 12


def initials(nickname: str) -> str:
    """Return `UO` for User One: the first letters of the first two words."""
    return "".join(first_letter(word) for word in nickname.split()[:2]).upper()


def hue(user_id: int) -> int:
    """Return one of twelve hues, always the same for the same user."""
    # Five steps around the circle for each user, so that neighbours look different.
    return user_id * 5 % HUES
