"""Seals: nothing but what was sealed opens, only where it belongs, and only for its time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_live.stash.seal import Opened, Place, Seals

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NOW = 1_800_000_000.0
HERE = Place("session", "session:abc", "app:NotesLive", "draft")


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def seals(*keys: str, clock: Clock | None = None) -> Seals:
    return Seals(lambda: list(keys or ("key",)), clock or Clock())


texts = st.text().map(lambda text: f'"{text}"')


@given(texts, st.integers(0, 10**6), st.booleans())
def test_round_trip(text: str, version: int, encrypt: bool) -> None:
    seal = seals().seal(HERE, version, text, encrypt=encrypt)
    assert seals().open(HERE, seal, 60, encrypted=encrypt) == Opened(version, text)
    assert set(seal) <= set(ALPHABET + ".~")


@given(st.data(), texts, st.booleans())
def test_any_character_changed_is_invalid(data: st.DataObject, text: str, encrypt: bool) -> None:
    seal = seals().seal(HERE, 1, text, encrypt=encrypt)
    at = data.draw(st.integers(0, len(seal) - 1))
    other = data.draw(st.sampled_from(sorted(set(ALPHABET + ".~ =+/é\n\0") - {seal[at]})))
    for changed in (
        seal[:at] + other + seal[at + 1 :],
        seal[:at] + seal[at + 1 :],
        seal[:at] + other + seal[at:],
    ):
        if changed != seal:
            assert seals().open(HERE, changed, 60, encrypted=encrypt) is None


@pytest.mark.parametrize("encrypt", [False, True])
def test_every_single_bit_counts(encrypt: bool) -> None:
    seal = seals().seal(HERE, 1, '"draft"', encrypt=encrypt)
    for at, character in enumerate(seal):
        for bit in range(8):
            changed = seal[:at] + chr(ord(character) ^ (1 << bit)) + seal[at + 1 :]
            assert seals().open(HERE, changed, 60, encrypted=encrypt) is None, (at, bit)


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text()), st.text(alphabet=ALPHABET + ".~")))
def test_anything_else_is_invalid(seal: object) -> None:
    assert seals().open(HERE, seal, 60) is None
    assert seals().open(HERE, seal, 60, encrypted=True) is None


@pytest.mark.parametrize("encrypt", [False, True])
@pytest.mark.parametrize("member", ["scope", "owner", "view", "name"])
def test_bound_to_its_place(member: str, encrypt: bool) -> None:
    seal = seals().seal(HERE, 1, "1", encrypt=encrypt)
    assert seals().open(replace(HERE, **{member: "user"}), seal, 60, encrypted=encrypt) is None


def test_places_cannot_be_confused() -> None:
    first, second = Place("a", "b", "c", "d"), Place("a", 'b", "c', "d", "d")
    assert first.binding() != second.binding()


@pytest.mark.parametrize("encrypt", [False, True])
def test_age(encrypt: bool) -> None:
    clock = Clock()
    some = seals(clock=clock)
    seal = some.seal(HERE, 1, "1", encrypt=encrypt)
    clock.now = NOW + 59
    assert some.open(HERE, seal, 60, encrypted=encrypt) is not None
    clock.now = NOW + 62
    assert some.open(HERE, seal, 60, encrypted=encrypt) is None
    clock.now = NOW - 100  # the clock was put back: what somebody has written is not lost for that
    assert some.open(HERE, seal, 60, encrypted=encrypt) is not None


@pytest.mark.parametrize("encrypt", [False, True])
def test_keys(encrypt: bool) -> None:
    seal = seals("old").seal(HERE, 1, "1", encrypt=encrypt)
    assert seals("old", "new").open(HERE, seal, 60, encrypted=encrypt) is not None
    assert seals("new").open(HERE, seal, 60, encrypted=encrypt) is None


def test_signed_is_not_taken_for_encrypted_nor_the_other_way_round() -> None:
    assert seals().open(HERE, seals().seal(HERE, 1, "1"), 60, encrypted=True) is None
    assert seals().open(HERE, seals().seal(HERE, 1, "1", encrypt=True), 60) is None


def test_encrypted_shows_nothing() -> None:
    one, two = (seals().seal(HERE, 1, '"secret"', encrypt=True) for _ in range(2))
    assert one != two
    assert "secret" not in one


def test_long_texts_are_compressed() -> None:
    for encrypt in (False, True):
        assert len(seals().seal(HERE, 1, '"' + "a" * 10_000 + '"', encrypt=encrypt)) < 400
