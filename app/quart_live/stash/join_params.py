"""What the browser sends along with a join: the member ``_stash`` of its params.

    {"tab": "…", "before": "…", "kept": {"reconnect/app:NotesLive/draft": "…"}, "skip": ["app:NotesLive"]}

Nothing of it is believed: the seals are opened by `ViewStash`, and the tab's id only leads to what this
very session has kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PARAM = "_stash"
_TAB = re.compile(r"[A-Za-z0-9-]{16,64}")
_LONGEST = 200
_RANDOM_ID = re.compile(r"phx-[A-Za-z0-9_-]{12}")


@dataclass(frozen=True, slots=True)
class JoinParams:
    """What came with a join.

    Attributes:
        tab: the tab's id.
        before: id of the tab that this one was duplicated from.
        kept: names and seals, by scope and view.
        skipped: views whose last join crashed with what was restored, and who shall start without.
        returning: whether the page has had this view before.
        fresh: whether the browser came by live navigation, so that no earlier visit goes on.
    """

    tab: str | None = None
    before: str | None = None
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    returning: bool = False
    fresh: bool = False

    @classmethod
    def read(cls, params: Mapping[str, Any], *, navigated: bool) -> JoinParams:
        """Read the params of a join, whatever is in them."""
        given = params.get(PARAM)
        sent = given if isinstance(given, dict) else {}
        kept, skipped, mounts = sent.get("kept"), sent.get("skip"), params.get("_mounts")
        returning = isinstance(mounts, int) and mounts > 0
        return cls(
            tab=_tab(sent.get("tab")),
            before=_tab(sent.get("before")),
            kept=_by_view(kept) if isinstance(kept, dict) else {},
            skipped=frozenset(view for view in skipped if isinstance(view, str))
            if isinstance(skipped, list) else frozenset(),
            returning=returning,
            fresh=navigated and not returning,
        )  # fmt: skip

    def of(self, scope: str, view: str) -> Mapping[str, str]:
        """Names and seals of one view in one scope."""
        return self.kept.get(f"{scope}/{view}", {})

    def skips(self, view: str) -> bool:
        """Whether ``view``, or the view that the component ``view`` is in, shall start without."""
        return view.split(">")[0] in self.skipped


def _by_view(kept: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Slots in groups, made once: a page may have many views, and a stranger may send many slots."""
    groups: dict[str, dict[str, str]] = {}
    for key, seal in kept.items():
        group, slash, name = key.rpartition("/")
        if slash and isinstance(seal, str):
            groups.setdefault(group, {})[name] = seal
    return groups


def slot(scope: str, view: str, name: str) -> str:
    """Under what the browser keeps a value."""
    return f"{scope}/{view}/{name}"


def view_key(name: str, element_id: str) -> str:
    """Key of a view: its class, and which one if the page gives it an id of its own.

    Args:
        name: of the class, from the `ViewRegistry`.
        element_id: the random part that the engine gives to main views is left out: it is another one after
            each page load.
    """
    own = _RANDOM_ID.sub("", element_id, count=1)
    key = f"{name}#{own}" if own else name
    # A slash ends the key, and `>` begins the part of a component; a class in a function has one in its name.
    key = key.replace("%", "%25").replace("/", "%2F").replace(">", "%3E")
    if len(key) <= _LONGEST:
        return key
    return f"{key[:100]}~{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _tab(value: object) -> str | None:
    return value if isinstance(value, str) and _TAB.fullmatch(value) else None
