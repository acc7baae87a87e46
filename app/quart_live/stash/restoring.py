"""Finding out what was kept of a view, before it is mounted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..mailbox.faults import AsExceptions
from .codec import CODEC
from .declaration import BROWSER, Kept, Scope
from .drawer import Drawer
from .sent import Sent, slot
from .status import StashStatus

log = logging.getLogger("quart_live.stash")

STORE_SECONDS = 5
"""How long a store may take before the view goes on without it."""


@dataclass(slots=True)
class Restored:
    """What was found.

    Attributes:
        values: for the assigns.
        texts: the JSON text of each value as it is kept now.
        rewrite: names that have to be kept anew: migrated, or copied from another tab.
        drop: slots that the browser shall delete.
        forget: what stores on the server shall delete: how it was kept, whose it was, its name.
        invalid: scopes in which something could not be used.
        statuses: what became of each scope.
    """

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)
    rewrite: set[str] = field(default_factory=set)
    drop: set[str] = field(default_factory=set)
    forget: list[tuple[Kept, str, str]] = field(default_factory=list)
    invalid: set[Scope] = field(default_factory=set)
    statuses: dict[Scope, StashStatus] = field(default_factory=dict)


Found = dict[int, dict[str, str]]  # by version: names and JSON texts


async def restore(drawer: Drawer, sent: Sent) -> Restored:
    """Look for what was kept in the browser and in the stores. Never raises an `Exception`."""
    done, found = Restored(), Found()
    for scope in sorted(drawer.stash.scopes):
        if sent.skips(drawer.key):
            done.invalid.add(scope)
            continue
        _look_in_browser(drawer, sent, scope, found, done)
        for store in drawer.stores(scope):
            await _look_in_store(drawer, sent, scope, store, found, done)
    for version, texts in sorted(found.items()):
        _take(drawer, version, texts, done)
    for scope in drawer.stash.scopes:
        done.statuses[scope] = _status(drawer, scope, sent, done)
    return done


def _look_in_browser(drawer: Drawer, sent: Sent, scope: Scope, found: Found, done: Restored) -> None:
    owner = drawer.identity.holder(scope)
    over = scope == "reconnect" and sent.fresh
    for name, seal in sent.of(scope, drawer.key).items():
        kept = drawer.declared(name, scope, BROWSER)
        if over or owner is None or kept is None or name not in drawer.stash.assigns:
            done.drop.add(slot(scope, drawer.key, name))
        if kept is not None and owner is not None and not over:
            _open(drawer, name, kept, owner, seal, found, done)


async def _look_in_store(
    drawer: Drawer, sent: Sent, scope: Scope, store: str, found: Found, done: Restored
) -> None:
    owner = drawer.identity.owner(scope)
    if owner is None:
        return
    seals, of = await _read(drawer, store, owner), owner
    if not seals and scope == "reconnect" and (before := drawer.identity.owner_before()) is not None:
        seals, of = await _read(drawer, store, before), before
    for name, seal in seals.items():
        kept = drawer.declared(name, scope, store)
        if kept is None:
            continue
        if scope == "reconnect" and sent.fresh:
            done.forget.append((kept, of, name))
            continue
        _open(drawer, name, kept, of, seal, found, done)
        if of != owner:
            done.rewrite.add(name)


async def _read(drawer: Drawer, store: str, owner: str) -> Mapping[str, str]:
    try:
        with AsExceptions():
            async with asyncio.timeout(STORE_SECONDS):
                return await drawer.stashes.store(store).read(owner, drawer.key)
    except Exception:
        log.exception("The stash of %s could not be read from %r; it starts without", drawer.key, store)
        return {}


def _open(drawer: Drawer, name: str, kept: Kept, owner: str, seal: str, found: Found, done: Restored) -> None:
    opened = drawer.open(name, kept, owner, seal)
    if opened is None:
        _reject(drawer, [name], done)
    else:
        version, text = opened
        found.setdefault(version, {})[name] = text


def _take(drawer: Drawer, version: int, texts: Mapping[str, str], done: Restored) -> None:
    """Decode, and migrate what another version has left."""
    stash, values = drawer.stash, dict[str, Any]()
    for name, text in texts.items():
        try:
            values[name] = CODEC.decode(text)
        except ValueError as error:
            log.info("What was kept of %s of %s cannot be read: %s", name, drawer.key, error)
            _reject(drawer, [name], done)
    if version == stash.version:
        for name in stash.assigns.keys() & values.keys():
            done.values[name], done.texts[name] = values[name], texts[name]
        return
    if stash.migrate is None:
        log.info("%s starts without what version %d has kept; it has no migration", drawer.key, version)
        _reject(drawer, values, done)
        return
    try:
        with AsExceptions():
            migrated = dict(stash.migrate(values, version))
    except Exception:
        log.exception("The migration of %s from version %d failed; it starts without", drawer.key, version)
        _reject(drawer, values, done)
        return
    for name in stash.assigns.keys() & migrated.keys() - done.values.keys():
        done.values[name] = migrated[name]
        done.rewrite.add(name)


def _reject(drawer: Drawer, names: Iterable[str], done: Restored) -> None:
    for name in names:
        kept = drawer.stash.assigns.get(name)
        if kept is not None:
            done.invalid.add(kept.scope)
            if drawer.store_of(kept) == BROWSER:
                done.drop.add(slot(kept.scope, drawer.key, name))


def _status(drawer: Drawer, scope: Scope, sent: Sent, done: Restored) -> StashStatus:
    if scope in done.invalid:
        return StashStatus.INVALID
    if any(drawer.stash.assigns[name].scope == scope for name in done.values):
        return StashStatus.RECOVERED
    return StashStatus.NOT_FOUND if sent.returning else StashStatus.NEW
