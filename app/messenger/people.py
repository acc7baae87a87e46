"""How people look in a page, besides their name."""

from .text import first_letter

HUES = 12


def initials(nickname: str) -> str:
    """`UO` for User One: the first letters of the first two words."""
    return "".join(first_letter(word) for word in nickname.split()[:2]).upper()


def hue(user_id: int) -> int:
    """One of twelve colours, always the same for the same user."""
    # Five steps round the circle each time, so that neighbours look different.
    return user_id * 5 % HUES
