"""`on_mount` hooks: code that runs before `mount`, for all views of a live session or of a class.

    async def require_user(view, params, session, stage):
        if "user_id" not in session:
            view.put_flash("error", "Please sign in")
            view.redirect(to="/sign-in")
            return HALT
        view.assign_new("user", lambda: ...)

    members = LiveRouter("members", on_mount=[require_user])
    members.route("/rooms", RoomsLive)

A hook is a function, or a class or object with a method ``on_mount``; plain or ``async``. It is given the
view, the params and session that `mount` will get, and the *stage*: ``"default"``, or what the pair
``(hook, stage)`` in the list says, so that one class can guard several live sessions in several ways.

Hooks run in their order, those of the live session before those of the class, at the first render over
HTTP and again at every join: a check made only at one of them would leave the other way in open. One that
returns `HALT`, or has sent the user elsewhere, is the last; `mount` does not run. A nested or sticky view
has no live session: for it the hooks of its class (`LiveView.on_mount`) run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from ..errors import LiveViewError
from .state import HasState, state_of

CONTINUE: Final = "continue"
"""What a hook may return when all is well; returning nothing means the same."""

HALT: Final = "halt"
"""What a hook returns when `mount` shall not run. It must have sent the user elsewhere."""

DEFAULT_STAGE = "default"

MountHook: TypeAlias = Any
"""A function, or a class or object with ``on_mount``; or a pair of that and a stage."""


class HasMountHooks(Protocol):
    """A view class, as far as it names hooks."""

    on_mount: ClassVar[Sequence[MountHook]]


class MountHooks:
    """A list of hooks, checked when it is made.

    Args:
        hooks: as written in ``on_mount=[…]``.

    Raises:
        LiveViewError: for anything that is no hook.
    """

    def __init__(self, hooks: Sequence[MountHook] = ()) -> None:
        self._hooks = [_resolve(hook) for hook in hooks]

    async def run(self, view: HasState, params: Mapping[str, Any], session: Mapping[str, Any]) -> bool:
        """Run the hooks on a view that is about to be mounted. Returns whether to go on.

        Raises:
            LiveViewError: if a hook halts without sending the user anywhere, or returns something odd.
        """
        for hook, stage in self._hooks:
            result = hook(view, dict(params), dict(session), stage)
            if inspect.isawaitable(result):
                result = await result
            if result not in (None, CONTINUE, HALT):
                raise LiveViewError(
                    f"{_name(hook)} returned {result!r}; on_mount hooks return CONTINUE or HALT"
                )
            if state_of(view).navigation is not None:
                return False
            if result == HALT:
                raise LiveViewError(
                    f"{_name(hook)} halted the mount of {type(view).__name__}, so there is nothing to show; "
                    "call view.redirect or view.push_navigate first"
                )
        return True


_of_class: dict[type[HasMountHooks], tuple[Sequence[MountHook], MountHooks]] = {}


def hooks_of(view: type[HasMountHooks]) -> MountHooks:
    """The hooks of a view class."""
    known = _of_class.get(view)
    if known is None or known[0] is not view.on_mount:
        known = _of_class[view] = view.on_mount, MountHooks(view.on_mount)
    return known[1]


def _resolve(hook: MountHook) -> tuple[Callable[..., Any], str]:
    stage = DEFAULT_STAGE
    if isinstance(hook, tuple) and len(hook) == 2 and isinstance(hook[1], str):
        hook, stage = hook
    target = hook() if isinstance(hook, type) else hook
    function = getattr(target, "on_mount", target)
    if not callable(function):
        raise LiveViewError(
            f"{hook!r} is no on_mount hook; give a function, a class with on_mount, or a pair (hook, stage)"
        )
    return function, stage


def _name(hook: Callable[..., Any]) -> str:
    return getattr(hook, "__qualname__", repr(hook))
