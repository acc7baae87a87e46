"""Slow work beside a view: the page is there at once, and the result is shown when it is ready.

    class ProfileLive(LiveView):
        inline_template = '''
            {% if org.ok %}<h1>{{ org.result.name }}</h1>
            {% elif org.loading %}<p>Loading…</p>
            {% else %}<p>That did not work.</p>{% endif %}'''

        async def mount(self, params, session):
            self.assign_async("org", lambda: fetch_org(params["slug"]))

The work runs in a task of its own, so that the view goes on handling events. Its result takes its turn in the
view's mailbox like any other message, and is dropped if by then the view has gone, or the same name was
started again. An exception makes the result ``failed``, and is logged; the view lives on.

The first render over HTTP starts nothing: there the page shows its loading state. When the view ends, in
whatever way, its tasks are cancelled and waited for.

The programming model is that of Phoenix LiveView (``Phoenix.LiveView.assign_async/4``,
``Phoenix.LiveView.AsyncResult``); where Phoenix returns ``{:error, reason}``, raise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..errors import LiveViewError
from ..mailbox.async_tasks import AsyncCancelled, AsyncTasks, Work, discard
from .assigns import AssignState
from .lifecycle_hooks import with_hooks
from .state import HasState, state_of

Apply: TypeAlias = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class AsyncResult:
    """The state and the result of some slow work. Templates show the state by ``if``.

    While the work is done again, the old value stays: the result is ``ok`` and ``loading`` at once, so a
    template that tests ``ok`` first does not flicker. `LiveView.assign_async` with
    ``reset=True`` starts from nothing.

    Attributes:
        ok: whether there is a value, now or from an earlier time.
        loading: whether the work is under way.
        failed: the exception that the work ended with, else ``None``. Its text may tell more than a user
            should read; show words of your own.
        result: the value that the work has returned.
    """

    ok: bool = False
    loading: bool = False
    failed: BaseException | None = None
    result: Any = None

    def now_loading(self) -> AsyncResult:
        """Return a copy that is loading, with the value that is there."""
        return replace(self, loading=True, failed=None)

    def now_ok(self, result: Any) -> AsyncResult:
        """Return the state of work that has ended with ``result``."""
        return AsyncResult(ok=True, result=result)

    def now_failed(self, error: BaseException) -> AsyncResult:
        """Return a copy that has failed with ``error``; an earlier value stays."""
        return replace(self, loading=False, failed=error)


class AsyncMethods(HasState):
    """The methods for slow work, for views and components."""

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        """Handle the end of work that `start_async` has started.

        Args:
            name: the name given to `start_async`.
            result: ``ok`` with the value in ``result.result``, or with the exception in ``result.failed``
                (`AsyncCancelled` after `cancel_async`).

        Raises:
            LiveViewError: if it is not overridden, and no hook is attached to this stage.
        """
        if "handle_async" in self._quart_live.hooks:
            return
        kind = type(self).__name__
        raise LiveViewError(f"{kind} started {name!r} with start_async but has no handle_async method")

    def assign_async(
        self, names: str | Iterable[str], work: Work, *, reset: bool | Iterable[str] = False
    ) -> None:
        """Assign an `AsyncResult` that is loading now, and one with the result of ``work`` when it is done.

        Args:
            names: one assign, which gets the value that ``work`` returns; or several, which share one work
                that returns a dict with a value for each.
            work: a coroutine, a coroutine function without arguments, or a blocking function without
                arguments, which is run in a thread. Take what it needs from the assigns before you start it.
            reset: whether to forget the earlier values while loading: ``True``, or the names concerned.
        """
        several = () if isinstance(names, str) else tuple(names)
        keys = several or (str(names),)
        forget = set(keys) if reset is True else set(reset or ())
        assigns = self._quart_live.assigns
        _mark_loading(assigns, keys, forget)

        def apply(value: Any) -> None:
            _apply(assigns, dict.fromkeys(keys, value) if not several else _one_for_each(keys, value))

        def fail(error: BaseException) -> None:
            _fail(assigns, keys, error)

        _start(self, keys[0] if not several else keys, work, apply, fail)

    def stream_async(self, name: str, work: Work, *, reset: bool = False, **options: Any) -> None:
        """Fill the stream ``name`` with the items that ``work`` returns.

        The assign ``name`` is an `AsyncResult` with the state of the work; the items are in ``streams``.

        Args:
            name: the name of the stream and of the assign.
            work: as for `assign_async`; it returns an iterable of items.
            reset: whether to forget the earlier state now, and to delete the earlier items once the work is
                done.
            options: the options of `LiveView.stream`.
        """
        target: Any = self
        assigns = self._quart_live.assigns
        _mark_loading(assigns, (name,), {name} if reset else set())
        if name not in assigns.values.get("streams", ()):
            target.stream(name, [], **options)

        def apply(items: Any) -> None:
            target.stream(name, items, **options, **({"reset": True} if reset else {}))
            _apply(assigns, {name: True})

        _start(self, name, work, apply, lambda error: _fail(assigns, (name,), error))

    def start_async(self, name: str, work: Work) -> None:
        """Start ``work`` and pass its result to `handle_async`.

        Args:
            name: the name of the work. Starting the same name again drops the result of the earlier work,
                which is not interrupted.
            work: as for `assign_async`.
        """

        def tell(result: AsyncResult) -> Awaitable[None]:
            return with_hooks(self, "handle_async", self.handle_async, name, result)

        def apply(value: Any) -> Awaitable[None]:
            return tell(AsyncResult(ok=True, result=value))

        def fail(error: BaseException) -> Awaitable[None]:
            return tell(AsyncResult(failed=error))

        _start(self, name, work, apply, fail)

    def cancel_async(self, name: str | Iterable[str], reason: str = "cancelled") -> None:
        """Cancel the work with this name; do nothing if there is none.

        An assign of `assign_async` or `stream_async` becomes ``failed`` with `AsyncCancelled`; after
        `start_async`, `handle_async` gets such a result. A blocking function cannot be stopped in its thread;
        its result is dropped.

        Args:
            name: the name that the work was started with; several for an `assign_async` of several.
            reason: the text of the `AsyncCancelled`.
        """
        tasks = self._quart_live.host.tasks
        if tasks is not None:
            tasks.cancel(self, name if isinstance(name, str) else tuple(name), reason)


def _start(
    owner: AsyncMethods,
    key: str | tuple[str, ...],
    work: Work,
    apply: Callable[[Any], Awaitable[None] | None],
    fail: Callable[[BaseException], Awaitable[None] | None],
) -> None:
    host = state_of(owner).host
    if host.mailbox is None:
        discard(work)
        return
    if host.tasks is None:
        host.tasks = AsyncTasks(host.mailbox)
    host.tasks.start(owner, key, work, apply, fail)


def _mark_loading(assigns: AssignState, names: Iterable[str], forget: set[str]) -> None:
    for name in names:
        existing = _current(assigns, name) if name not in forget else AsyncResult()
        assigns.update({name: existing.now_loading()})


def _apply(assigns: AssignState, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        assigns.update({name: _current(assigns, name).now_ok(value)})


def _fail(assigns: AssignState, names: Iterable[str], error: BaseException) -> None:
    for name in names:
        assigns.update({name: _current(assigns, name).now_failed(error)})


def _current(assigns: AssignState, name: str) -> AsyncResult:
    existing = assigns.values.get(name)
    return existing if isinstance(existing, AsyncResult) else AsyncResult()


def _one_for_each(names: tuple[str, ...], value: Any) -> dict[str, Any]:
    missing = [name for name in names if not isinstance(value, Mapping) or name not in value]
    if missing:
        raise LiveViewError(
            f"the function of assign_async({list(names)!r}, …) returned a {type(value).__name__} without "
            f"{', '.join(missing)}; return a dict with a value for each name"
        )
    return {name: value[name] for name in names}


__all__ = ["AsyncCancelled", "AsyncMethods", "AsyncResult"]
