"""Restoring: the stashed values of a view are found, opened and migrated before it is mounted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..mailbox.faults import AsExceptions
from .codec import CODEC
from .declaration import BROWSER, Kept, Scope
from .join_params import JoinParams, slot
from .location import StashLocation
from .status import StashStatus

log = logging.getLogger("quart_live.stash")

STORE_SECONDS = 5
"""The seconds that a store may take before the view goes on without it."""


@dataclass(slots=True)
class Restored:
    """The result of restoring.

    Attributes:
        values: the values for the assigns.
        texts: the JSON text of each value as it is kept now.
        rewrite: the names that have to be written again: migrated, or copied from another tab.
        drop: the slots for the browser to delete.
        forget: the values for stores on the server to delete: declaration, owner and name.
        invalid: the scopes in which a value could not be used.
        statuses: the outcome for each scope.
    """

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)
    rewrite: set[str] = field(default_factory=set)
    drop: set[str] = field(default_factory=set)
    forget: list[tuple[Kept, str, str]] = field(default_factory=list)
    invalid: set[Scope] = field(default_factory=set)
    statuses: dict[Scope, StashStatus] = field(default_factory=dict)


Found = dict[int, dict[str, str]]  # by version: names and JSON texts


async def restore(location: StashLocation, params: JoinParams) -> Restored:
    """Restore the values of a view from the browser and the stores. Never raises an `Exception`."""
    done, found = Restored(), Found()
    for scope in sorted(location.stash.scopes):
        if params.skips(location.key):
            done.invalid.add(scope)
            continue
        _look_in_browser(location, params, scope, found, done)
        for store in location.stores(scope):
            await _look_in_store(location, params, scope, store, found, done)
    for version, texts in sorted(found.items()):
        _decode(location, version, texts, done)
    for scope in location.stash.scopes:
        done.statuses[scope] = _status(location, scope, params, done)
    return done


def _look_in_browser(
    location: StashLocation, params: JoinParams, scope: Scope, found: Found, done: Restored
) -> None:
    owner = location.identity.holder(scope)
    over = scope == "reconnect" and params.fresh
    for name, seal in params.of(scope, location.key).items():
        kept = location.declared(name, scope, BROWSER)
        if over or owner is None or kept is None or name not in location.stash.assigns:
            done.drop.add(slot(scope, location.key, name))
        if kept is not None and owner is not None and not over:
            _open(location, name, kept, owner, seal, found, done)


async def _look_in_store(
    location: StashLocation, params: JoinParams, scope: Scope, store: str, found: Found, done: Restored
) -> None:
    owner = location.identity.owner(scope)
    if owner is None:
        return
    seals, of = await _read(location, store, owner), owner
    if not seals and scope == "reconnect" and (before := location.identity.owner_before()) is not None:
        seals, of = await _read(location, store, before), before
    for name, seal in seals.items():
        kept = location.declared(name, scope, store)
        if kept is None:
            continue
        if scope == "reconnect" and params.fresh:
            done.forget.append((kept, of, name))
            continue
        _open(location, name, kept, of, seal, found, done)
        if of != owner:
            done.rewrite.add(name)


async def _read(location: StashLocation, store: str, owner: str) -> Mapping[str, str]:
    try:
        with AsExceptions():
            async with asyncio.timeout(STORE_SECONDS):
                return await location.stashes.store(store).read(owner, location.key)
    except Exception:
        log.exception(
            "The stash of %s could not be read from %r; the view starts without", location.key, store
        )
        return {}


def _open(
    location: StashLocation, name: str, kept: Kept, owner: str, seal: str, found: Found, done: Restored
) -> None:
    opened = location.open(name, kept, owner, seal)
    if opened is None:
        _reject(location, [name], done)
    else:
        version, text = opened
        found.setdefault(version, {})[name] = text


def _decode(location: StashLocation, version: int, texts: Mapping[str, str], done: Restored) -> None:
    """Decode the values of one version, and migrate them if it is not the present one."""
    stash, values = location.stash, dict[str, Any]()
    for name, text in texts.items():
        try:
            values[name] = CODEC.decode(text)
        except ValueError as error:
            log.info("The stashed value of %s of %s cannot be read: %s", name, location.key, error)
            _reject(location, [name], done)
    if version == stash.version:
        for name in stash.assigns.keys() & values.keys():
            done.values[name], done.texts[name] = values[name], texts[name]
        return
    if stash.migrate is None:
        log.info("%s starts without the values of version %d; it has no migration", location.key, version)
        _reject(location, values, done)
        return
    try:
        with AsExceptions():
            migrated = dict(stash.migrate(values, version))
    except Exception:
        log.exception(
            "The migration of %s from version %d failed; the view starts without", location.key, version
        )
        _reject(location, values, done)
        return
    for name in stash.assigns.keys() & migrated.keys() - done.values.keys():
        done.values[name] = migrated[name]
        done.rewrite.add(name)


def _reject(location: StashLocation, names: Iterable[str], done: Restored) -> None:
    for name in names:
        kept = location.stash.assigns.get(name)
        if kept is not None:
            done.invalid.add(kept.scope)
            if location.store_of(kept) == BROWSER:
                done.drop.add(slot(kept.scope, location.key, name))


def _status(location: StashLocation, scope: Scope, params: JoinParams, done: Restored) -> StashStatus:
    if scope in done.invalid:
        return StashStatus.INVALID
    if any(location.stash.assigns[name].scope == scope for name in done.values):
        return StashStatus.RECOVERED
    return StashStatus.NOT_FOUND if params.returning else StashStatus.NEW
