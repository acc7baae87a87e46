"""The names of a form's inputs, in one style: ``team[members][0][name]``, ``team[tags][]``.

It is Phoenix's style, the one that the client works with: to mark an input as not used yet it sends
``team[members][0][_unused_name]``, to say which input has changed it sends the name as it stands.
A name that begins with an underscore is not a field: ``_unused_name``, and for a list ``members`` in the same
place ``_sort_members[]`` (its rows in order), ``_drop_members[]`` and ``_move_members[]``.
"""

from __future__ import annotations

Path = tuple[str, ...]

UNUSED, SORT, DROP, MOVE = "_unused_", "_sort_", "_drop_", "_move_"
NEW = "new"
"""The entry in ``_sort_…[]`` for a row that the user adds."""


def bracketed(path: Path) -> str:
    """Join a path to the name of an input: ``("team", "members", "0")`` → ``team[members][0]``."""
    return path[0] + "".join(f"[{piece}]" for piece in path[1:])


def dashed(path: Path) -> str:
    """Join a path as WTForms does: ``("team", "members", "0")`` → ``team-members-0``."""
    return "-".join(path)


def underscored(path: Path) -> str:
    """Join a path to an element id: ``("team", "members", "0")`` → ``team_members_0``."""
    return "_".join(path)


def beside(path: Path, prefix: str) -> Path:
    """Return the path of a list's companion: ``("team", "_sort_members")``."""
    return (*path[:-1], prefix + path[-1])


def is_index(text: object) -> bool:
    """Return whether ``text`` is a row number. Python counts more characters as digits, without a limit."""
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 9
