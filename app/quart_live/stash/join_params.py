"""The stash in the params of a join: their member ``_stash``, which the browser sends along.

    {"tab": "…", "before": "…", "kept": {"reconnect/app:NotesLive/draft": "…"}, "skip": ["app:NotesLive"]}

It is not trusted: `ViewStash` opens the seals, and the tab's id leads only to values that this very session
has kept.
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
    """The params of a join that concern the stash.

    Attributes:
        tab: the tab's id.
        before: the id of the tab from which this one was duplicated.
        kept: the seals by scope and view, then by name.
        skipped: the views whose last join crashed with restored values, so that they start without.
        returning: whether the page has had this view before.
        fresh: whether the browser came by live navigation, so that a new visit begins.
    """

    tab: str | None = None
    before: str | None = None
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    returning: bool = False
    fresh: bool = False

    @classmethod
    def read(cls, params: Mapping[str, Any], *, navigated: bool) -> JoinParams:
        """Read the params of a join; malformed parts are ignored."""
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
        """Return the seals of one view in one scope, by name."""
        return self.kept.get(f"{scope}/{view}", {})

    def skips(self, view: str) -> bool:
        """Return whether ``view``, or the view around the component ``view``, starts without its stash."""
        return view.split(">")[0] in self.skipped


def _by_view(kept: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return the slots in groups, made only once: there may be many views, and a stranger's many slots."""
    groups: dict[str, dict[str, str]] = {}
    for key, seal in kept.items():
        group, slash, name = key.rpartition("/")
        if slash and isinstance(seal, str):
            groups.setdefault(group, {})[name] = seal
    return groups


def slot(scope: str, view: str, name: str) -> str:
    """Return the slot of a value, its key in the browser's storage."""
    return f"{scope}/{view}/{name}"


def view_key(name: str, element_id: str) -> str:
    """Return the key of a view: the class's name, and the element's id if the page gives it one.

    Args:
        name: the name of the class, from the `ViewRegistry`.
        element_id: the element's id. The random part that the engine gives to main views is left out, as it
            is another one after each page load.
    """
    own = _RANDOM_ID.sub("", element_id, count=1)
    key = f"{name}#{own}" if own else name
    # In a slot a slash ends the key, and `>` begins that of a component; a local class has one in its name.
    key = key.replace("%", "%25").replace("/", "%2F").replace(">", "%3E")
    if len(key) <= _LONGEST:
        return key
    return f"{key[:100]}~{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _tab(value: object) -> str | None:
    return value if isinstance(value, str) and _TAB.fullmatch(value) else None
