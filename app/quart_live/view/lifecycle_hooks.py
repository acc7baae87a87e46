"""`attach_hook`: code that runs before the handlers of a view, which need not know of it.

    async def with_tabs(view, params, session, stage):        # an on_mount hook, see `hooks`
        view.assign(tab="all")
        view.attach_hook("tabs", "handle_event", choose_tab)

    def choose_tab(view, event, params):
        if event == "choose-tab":
            view.assign(tab=params["tab"])
            return HALT

    rooms = LiveRouter("rooms", on_mount=[with_tabs])         # all its views have tabs

Hooks of a stage run before the view's own callback, in the order in which they were attached, and are given
the view and what the callback gets:

| stage | called as | when |
|---|---|---|
| ``handle_params`` | ``hook(view, params, uri)`` | after mount and at each patch, if the view has a route |
| ``handle_event`` | ``hook(view, event, params)`` | the user did something |
| ``handle_info`` | ``hook(view, message)`` | a message from PubSub, a timer or the view itself |
| ``handle_async`` | ``hook(view, name, result)`` | the end of what `start_async` has started |
| ``after_render`` | ``hook(view)`` | the template was rendered, before the diff is sent |

A hook may be ``async``. It returns nothing (or `CONTINUE`) to let the next one and the callback run, `HALT`
to be the last; in ``handle_event`` also ``(HALT, {…})``, to answer a hook's ``pushEvent``. A hook that has
sent the user elsewhere is the last, too. An exception ends the view, as in a handler.

Hooks of ``after_render`` are plain functions and decide nothing. They may `push_event`; the event travels
with the diff. Their assigns are shown by the next rendering; there is none for them alone.

A component may attach hooks to ``handle_event``, ``handle_async`` and ``after_render`` of its own; in the
first render over HTTP only ``handle_params`` and ``after_render`` have anything to do.

Ported from ``Phoenix.LiveView.attach_hook/4``. There a hook that redirects and continues is not the last.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final

from ..errors import LiveViewError
from .mount_hooks import CONTINUE, HALT
from .state import HasState, Hook, ViewState, state_of

OF_COMPONENTS: Final = frozenset({"handle_event", "handle_async", "after_render"})
OF_VIEWS: Final = OF_COMPONENTS | {"handle_params", "handle_info"}

_NOT_ASYNC = "cannot be async: nothing waits after rendering. Write a plain def"


class HookMethods(HasState):
    """The hook methods of views and components.

    Class attributes:
        hook_stages: the stages to which hooks can be attached.
    """

    hook_stages: ClassVar[frozenset[str]] = OF_COMPONENTS

    def attach_hook(self, name: str, stage: str, hook: Hook) -> None:
        """Run ``hook`` before the callback ``stage``, from the next time on.

        Args:
            name: the name for `detach_hook`, unique within the stage.
            stage: ``handle_params``, ``handle_event``, ``handle_info``, ``handle_async`` or ``after_render``.
            hook: the function; :mod:`.lifecycle_hooks` has its arguments and results.

        Raises:
            LiveViewError: if there is no such stage here, the name is taken, or the hook is no function, is
                ``async`` where it must not be, or would never run.
        """
        _check_stage(self, name, stage)
        state = self._quart_live
        if not callable(hook):
            raise LiveViewError(f"the hook {name!r} is no function but {hook!r}; give a function")
        if stage == "after_render" and inspect.iscoroutinefunction(hook):
            raise LiveViewError(f"the hook {name!r} {_NOT_ASYNC}")
        if name in state.hooks.get(stage, ()):
            raise LiveViewError(f"a hook {name!r} is attached to {stage} already; detach it first")
        if stage == "handle_params" and state.route is None:
            raise LiveViewError(
                f"the hook {name!r} would never run: {type(self).__name__} has no route here, "
                "so it gets no handle_params"
            )
        _set_hooks(state, stage, {**state.hooks.get(stage, {}), name: hook})

    def detach_hook(self, name: str, stage: str) -> None:
        """Detach a hook. Do nothing if there is no such hook.

        Raises:
            LiveViewError: if there is no such stage here.
        """
        _check_stage(self, name, stage)
        state = self._quart_live
        attached = state.hooks.get(stage, {})
        _set_hooks(state, stage, {known: hook for known, hook in attached.items() if known != name})


def _check_stage(target: HookMethods, name: str, stage: str) -> None:
    if stage not in target.hook_stages:
        stages = ", ".join(sorted(target.hook_stages))
        kind = type(target).__name__
        raise LiveViewError(f"{kind} has no stage {stage!r} for the hook {name!r}; give one of: {stages}")


def _set_hooks(state: ViewState, stage: str, hooks: Mapping[str, Hook]) -> None:
    kept = {known: attached for known, attached in state.hooks.items() if known != stage}
    state.hooks = {**kept, stage: hooks} if hooks else kept
    state.host.hooks_changed()


class Halted:
    """The result of hooks of which one was the last.

    Attributes:
        reply: the reply to the client's hook, if there is one.
    """

    __slots__ = ("reply",)

    def __init__(self, reply: dict[str, Any] | None = None) -> None:
        self.reply = reply


async def run_hooks(target: HasState, stage: str, *arguments: Any) -> Halted | None:
    """Run the hooks of a stage. Return `Halted` if the callback must not run.

    Raises:
        LiveViewError: if a hook returns anything that is not allowed.
    """
    for name, hook in state_of(target).hooks.get(stage, {}).items():
        verdict = hook(target, *arguments)
        if inspect.isawaitable(verdict):
            verdict = await verdict
        halted = _read(verdict, name, stage)
        if halted is not None:
            return halted
        if _navigates(target):
            return Halted()
    return None


def run_after_render(target: HasState) -> None:
    """Run the ``after_render`` hooks.

    Raises:
        LiveViewError: if a hook returns a coroutine, or navigates.
    """
    for name, hook in state_of(target).hooks.get("after_render", {}).items():
        verdict: object = hook(target)
        if inspect.iscoroutine(verdict):
            verdict.close()
            raise LiveViewError(f"the hook {name!r} {_NOT_ASYNC}")
        if _navigates(target):
            raise LiveViewError(
                f"the hook {name!r} cannot navigate: the diff is made already. Do it in a handler"
            )


async def with_hooks(target: HasState, stage: str, callback: Callable[..., Any], *arguments: Any) -> Any:
    """Run the hooks of a stage, then the callback. Return the reply of the callback or of a hook.

    Raises:
        LiveViewError: if a hook returns anything that is not allowed.
    """
    if stage in state_of(target).hooks:
        halted = await run_hooks(target, stage, *arguments)
        if halted is not None:
            return halted.reply
    result: Awaitable[Any] | None = callback(*arguments)
    return await result if result is not None else None


def _read(verdict: object, name: str, stage: str) -> Halted | None:
    if verdict in (None, CONTINUE):
        return None
    if verdict == HALT:
        return Halted()
    match verdict:
        case (str(halt), dict(reply)) if halt == HALT and stage == "handle_event":
            return Halted(reply)
    allowed = "CONTINUE, HALT or (HALT, {…})" if stage == "handle_event" else "CONTINUE or HALT"
    raise LiveViewError(f"the hook {name!r} on {stage} returned {verdict!r}; it may return {allowed}")


def _navigates(target: HasState) -> bool:
    return state_of(target).of_view.navigation is not None
