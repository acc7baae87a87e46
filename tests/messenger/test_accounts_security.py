"""Who may see a conversation, tried with frames that no client would send, against a real server.

Each test first does the same in an honest way, so that a refusal is about what was changed and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner
from quart_auth import QuartAuth
from sqlalchemy import delete, func, select, update
from support.seeded_messenger import user_of
from support.sessions import a_session
from support.visitors import KEY, Site, Visitor, open_site

from messenger import accounts, chat
from messenger.accounts.models import UserSession
from messenger.times import now
from quart_live.protocol.tokens import SessionClaims, Tokens
from quart_live.socket.sign_out import DISCONNECTED
from quart_live.testing.merge import Tree

HIKE = "/conversations/2"
WEEKS = 7 * 24 * 3600


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    async with open_site(tmp_path, monkeypatch) as opened:
        yield opened


async def messages_in(conversation_id: int) -> int:
    query = select(func.count()).where(chat.Message.conversation_id == conversation_id)
    async with a_session() as session:
        return await session.scalar(query) or 0


def is_refused(answer: Any) -> bool:
    return bool(answer["status"] == "error" and "rendered" not in answer["response"])


def is_not_found(answer: Any) -> bool:
    return is_refused(answer) and answer["response"].get("status") == 404


def is_sent_to_sign_in(answer: Any, path: str = HIKE) -> bool:
    return is_refused(answer) and answer["response"].get("redirect", {}).get("to") == f"/sign-in?next={path}"


# -- page tokens -------------------------------------------------------------------------------------------


async def test_the_honest_way(site: Site) -> None:
    alice = await site.member("Alice")
    page = await alice.page(HIKE)
    async with alice.socket(page.csrf) as wire:
        answer = await wire.join(page)
        assert answer["status"] == "ok"
        assert "Alice (you)" in str(answer) or "Alice" in str(answer)
        assert (await wire.say(page, "Honestly."))["status"] == "ok"
    assert await messages_in(2) == 5


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_forged_page_token(site: Site, part: int) -> None:
    alice = await site.member("Alice")
    page = await alice.page(HIKE)
    pieces = page.session.rsplit(".", 2)
    # Not the last letter: of that some bits mean nothing.
    middle = len(pieces[part]) // 2
    letter = "A" if pieces[part][middle] != "A" else "B"
    pieces[part] = pieces[part][:middle] + letter + pieces[part][middle + 1 :]
    async with alice.socket(page.csrf) as wire:
        assert is_refused(await wire.join(replace(page, session=".".join(pieces))))
        assert is_refused(await wire.join(replace(page, session="")))
        assert is_refused(await wire.join(page, session=None))


@pytest.mark.parametrize(
    ("key", "age", "good"), [(KEY, 0, True), ("another", 0, False), (KEY, 3 * WEEKS, False)]
)
async def test_a_page_token_made_elsewhere_or_too_old(site: Site, key: str, age: int, good: bool) -> None:
    alice = await site.member("Alice")
    page = await alice.page(HIKE)
    known = site.live.runtime.tokens.read_session(page.session)
    assert known is not None
    made = Tokens(lambda: [key], clock=lambda: time.time() - age)
    token = made.sign_session(SessionClaims(page.element_id, known.view, known.router))
    async with alice.socket(page.csrf) as wire:
        answer = await wire.join(replace(page, session=token))
        assert (answer["status"] == "ok") == good


async def test_a_page_token_for_another_element_or_another_view(site: Site) -> None:
    alice = await site.member("Alice")
    page, counter = await alice.page(HIKE), await alice.page("/counter")
    async with alice.socket(page.csrf) as wire:
        assert is_refused(await wire.join(replace(page, element_id="phx-of-my-own")))
        assert is_refused(await wire.join(replace(counter, path=HIKE)))
        assert (await wire.join(counter))["status"] == "ok"


async def test_somebody_elses_page_token_shows_nobody_elses_conversation(site: Site) -> None:
    """A page's token says what the page is. Who looks at it, the cookie of the socket says."""
    carol, bob, one = await site.member("Carol"), await site.member("Bob"), await site.member("User One")
    stolen = await carol.page(HIKE)
    for thief, welcome in ((bob, True), (one, False)):
        own = await thief.page("/counter")
        async with thief.socket(own.csrf) as wire:
            answer = await wire.join(stolen)
            assert (answer["status"] == "ok") == welcome
            if welcome:
                html = Tree(answer["response"]["rendered"]).html()
                assert "<bdi>Bob</bdi> (you)" in html
                assert "<bdi>Carol</bdi> (you)" not in html
            else:
                assert is_not_found(answer)


def flat(answer: Any) -> str:
    """The dynamics and statics of a reply, one after the other."""
    if isinstance(answer, dict):
        return "".join(flat(value) for value in answer.values())
    if isinstance(answer, list):
        return "".join(flat(value) for value in answer)
    return str(answer)


async def test_another_address_in_the_join(site: Site) -> None:
    one = await site.member("User One")
    page = await one.page("/conversations/1")
    async with one.socket(page.csrf) as wire:
        for path in (HIKE, "/conversations/999999", f"/conversations/{10**30}"):
            assert is_not_found(await wire.join(page, url=site.address + path))
        for path in ("/counter", "/profile", "/conversations/one", "/conversations/-1"):
            assert is_refused(await wire.join(page, url=site.address + path))
        assert is_refused(await wire.join(page, url=None))
        assert is_not_found(await wire.join(page, url=None, redirect=site.address + HIKE))


async def test_live_navigation_from_a_public_view(site: Site) -> None:
    visitor = site.visitor()
    page = await visitor.page("/counter")
    async with visitor.socket(page.csrf) as wire:
        answer = await wire.join(page, url=None, redirect=site.address + HIKE)
        assert answer == {"status": "error", "response": {"reason": "unauthorized"}}


# -- cookies -----------------------------------------------------------------------------------------------


async def test_a_cookie_without_the_token_of_its_page(site: Site) -> None:
    alice, bob = await site.member("Alice"), await site.member("Bob")
    page, others = await alice.page(HIKE), await bob.page(HIKE)
    for csrf in ("", "x" * len(page.csrf), others.csrf):
        async with alice.socket(csrf) as wire:
            assert is_refused(await wire.join(page))


async def test_a_page_token_without_a_session(site: Site) -> None:
    alice, visitor = await site.member("Alice"), site.visitor()
    stolen, own = await alice.page(HIKE), await visitor.page("/counter")
    async with visitor.socket(own.csrf) as wire:
        assert is_sent_to_sign_in(await wire.join(stolen))


class LongAgo(TimestampSigner):
    """A signer whose clock is behind."""

    def get_timestamp(self) -> int:
        return int(time.time()) - 70 * 24 * 3600


def signed(token: str, key: str = KEY, signer: type[TimestampSigner] = TimestampSigner) -> str:
    """A session token in a cookie, as quart-auth would make it."""
    serializer = QuartAuth.serializer_class(key, "quart auth salt")
    serializer.signer = signer
    return str(serializer.dumps(token))


async def cookie_works(site: Site, visitor: Visitor, cookie: str) -> tuple[bool, bool]:
    """Whether a cookie opens the conversation over HTTP, and on a socket."""
    alice = await site.member("Alice")
    page, own = await alice.page(HIKE), await visitor.page("/counter")
    async with visitor.socket(own.csrf, QUART_AUTH=cookie) as wire:
        answer = await wire.join(page)
    visitor.jar.clear()
    thief = site.visitor(Cookie=f"QUART_AUTH={cookie}")
    over_http = await thief.get(HIKE)
    assert over_http.status == 200 or over_http.location == f"/sign-in?next={HIKE}", over_http
    assert answer["status"] == "ok" or is_sent_to_sign_in(answer), answer
    return over_http.status == 200, answer["status"] == "ok"


async def test_cookies_that_prove_nothing(site: Site) -> None:
    token = await accounts.start_session((await user_of("Alice")).id)
    assert await cookie_works(site, site.visitor(), signed(token)) == (True, True)
    for cookie in (
        signed(token, key="another"),
        signed(token, signer=LongAgo),
        signed("a-token-of-my-own"),
        signed(str((await user_of("Alice")).id)),
        token,
        "x.y.z",
        "",
    ):
        assert await cookie_works(site, site.visitor(), cookie) == (False, False), cookie


async def test_a_session_that_has_ended(site: Site) -> None:
    alice = await user_of("Alice")
    old, ended = await accounts.start_session(alice.id), await accounts.start_session(alice.id)
    async with a_session() as session:
        first = select(func.min(UserSession.id)).scalar_subquery()
        long_ago = now() - accounts.LASTS - timedelta(minutes=1)
        await session.execute(update(UserSession).where(UserSession.id == first).values(created_at=long_ago))
    await accounts.end_session(ended)
    assert await cookie_works(site, site.visitor(), signed(old)) == (False, False)
    assert await cookie_works(site, site.visitor(), signed(ended)) == (False, False)


async def test_nothing_gets_in_after_signing_out(site: Site) -> None:
    alice, phone = await site.member("Alice"), await site.member("Alice")
    page, other = await alice.page(HIKE), await phone.page(HIKE)
    copied = dict(alice.cookies)
    async with alice.socket(page.csrf) as wire, phone.socket(other.csrf) as second:
        assert (await wire.join(page))["status"] == "ok"
        assert (await second.join(other))["status"] == "ok"
        assert (await alice.submit("/sign-out", at="/profile")).location == "/sign-in"
        assert await wire.closed() == DISCONNECTED
        assert await second.closed() == DISCONNECTED
    async with alice.socket(page.csrf, **copied) as wire:
        assert is_sent_to_sign_in(await wire.join(page))
    async with phone.socket(other.csrf) as wire:
        assert is_sent_to_sign_in(await wire.join(other))
    assert (await phone.get(HIKE)).location == f"/sign-in?next={HIKE}"


async def test_a_view_joined_on_a_socket_of_before(site: Site) -> None:
    """The session is looked up at each mount, so that a socket which was not closed is of no use either."""
    alice = await site.member("Alice")
    page = await alice.page(HIKE)
    async with alice.socket(page.csrf) as wire:
        await accounts.end_sessions((await user_of("Alice")).id)
        assert is_sent_to_sign_in(await wire.join(page))


# -- membership --------------------------------------------------------------------------------------------


async def end_membership(nickname: str, conversation_id: int) -> accounts.User:
    user = await user_of(nickname)
    here = (chat.Member.conversation_id == conversation_id) & (chat.Member.user_id == user.id)
    async with a_session() as session:
        await session.execute(delete(chat.Member).where(here))
    return user


async def test_a_membership_that_ends_ends_the_open_view(site: Site) -> None:
    carol, bob = await site.member("Carol"), await site.member("Bob")
    page, bobs = await carol.page(HIKE), await bob.page(HIKE)
    async with carol.socket(page.csrf) as wire, bob.socket(bobs.csrf) as other:
        assert (await wire.join(page))["status"] == "ok"
        assert (await other.join(bobs))["status"] == "ok"
        user = await end_membership("Carol", 2)
        await site.live.pubsub.broadcast(chat.conversation_topic(2), chat.MembershipEnded(2, user.id))
        frame = await wire.receive()
        assert (frame[3], frame[4]["to"]) == ("redirect", "/")
        assert "Carol" not in flat(await other.receive())
        assert (await other.say(bobs, "Carol must not read this."))["status"] == "ok"
        answer = await wire.say(page, "Let me in!")
        assert answer["status"] == "error", "the view has ended"
        assert is_not_found(await wire.join(page))
    assert await messages_in(2) == 5


async def test_a_membership_that_ended_unheard(site: Site) -> None:
    """The news may be lost, as news may. Then the next attempt to write ends the view."""
    carol = await site.member("Carol")
    page = await carol.page(HIKE)
    async with carol.socket(page.csrf) as wire:
        assert (await wire.join(page))["status"] == "ok"
        await end_membership("Carol", 2)
        answer = await wire.say(page, "Am I still here?")
        assert answer["response"]["redirect"]["to"] == "/"
        assert is_not_found(await wire.join(page))
    assert await messages_in(2) == 4
    assert (await carol.get(HIKE)).status == 404


async def test_a_frame_for_somebody_elses_view(site: Site) -> None:
    alice, one = await site.member("Alice"), await site.member("User One")
    page, own = await alice.page(HIKE), await one.page("/conversations/1")
    async with alice.socket(page.csrf) as wire, one.socket(own.csrf) as thief:
        assert (await wire.join(page))["status"] == "ok"
        assert (await thief.join(own))["status"] == "ok"
        assert (await thief.say(page, "In her name"))["status"] == "error"
    assert await messages_in(2) == 4
