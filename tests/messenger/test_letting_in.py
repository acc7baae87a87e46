"""The door: who guesses is slowed down, whose door it is gets in, and nobody learns whose door it is.

Requests go to the app itself. Where one comes from is what a server would have put into its scope.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from quart import Quart, Response
from support.sessions import a_session

from course.lab.messenger.sign_in import PASSWORD, HiddenFields
from messenger import accounts, chat, create_app, known_browsers
from messenger.accounts import attempts, passwords, turns
from messenger.accounts.models import Attempt
from messenger.config import trusted_proxies
from messenger.migrations import migrate
from messenger.seeds import seed
from quart_live.testing import TestSocket

ALICE = "alice@example.com"
HERE, THERE, PROXY = "192.0.2.1", "192.0.2.2", "192.0.2.99"
FREE = attempts.for_an_account("").free
WRONG = "The email or the password is wrong."


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PARLEY_SECRET_KEY", "the key of these tests")
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{(tmp_path / 'door.db').as_posix()}")
    monkeypatch.setenv("PARLEY_ARGON2", "1,1024,1")
    monkeypatch.delenv("PARLEY_TRUSTED_PROXIES", raising=False)
    passwords.hasher.cache_clear()
    yield
    passwords.hasher.cache_clear()


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    app = create_app()
    async with app.test_app():
        await migrate()
        await seed()
        yield app


class Browser:
    """Cookies, and an address from which requests come."""

    def __init__(self, app: Quart, address: str = HERE) -> None:
        self.client, self.address = app.test_client(), address

    async def get(self, path: str) -> str:
        answer = await self._request("GET", path, {}, {})
        assert answer.status_code == 200, answer.status
        return str(await answer.get_data(as_text=True))

    async def submit(self, path: str, **fields: str) -> Response:
        return await self._submit(path, fields, {})

    async def _submit(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> Response:
        hidden = HiddenFields.of(await self.get(path), path)
        return await self._request("POST", path, {**hidden, **fields}, headers)

    async def sign_in(self, email: str = ALICE, password: str = PASSWORD, **headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await self._submit("/sign-in", {"email": email, "password": password}, given)).status_code

    async def sign_out(self) -> None:
        page = await self.get("/")
        hidden = HiddenFields.of(page, "/sign-out")
        assert (await self._request("POST", "/sign-out", hidden, {})).status_code == 302

    async def _request(
        self, method: str, path: str, form: dict[str, str], headers: dict[str, str]
    ) -> Response:
        scope = {"client": (self.address, 50000)}
        if method == "POST":
            answer = await self.client.post(path, headers=headers, form=form, scope_base=scope)
        else:
            answer = await self.client.get(path, headers=headers, scope_base=scope)
        assert isinstance(answer, Response)
        return answer


async def text(answer: Response) -> str:
    html = str(await answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def strangers_guess(app: Quart) -> None:
    """From many addresses, for a while: the right password has to wait for a minute."""
    for number in range(FREE):
        assert await Browser(app, f"198.51.100.{number}").sign_in(password=f"guess {number}") == 422
    await more_guesses(ALICE)
    assert await Browser(app, "198.51.100.9").sign_in() == 429


async def more_guesses(email: str) -> None:
    """As if strangers had gone on: the wait is at its longest, longer than any test takes."""
    async with a_session() as session:
        session.add_all([Attempt(key=attempts.for_an_account(email).key) for _ in range(FREE + 5)])


async def test_the_page_says_in_how_many_seconds_and_keeps_what_was_typed(app: Quart) -> None:
    await strangers_guess(app)
    answer = await Browser(app).submit("/sign-in", email=ALICE, password=PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    said = await text(answer)
    assert f"Too many attempts. Try again in {answer.headers['Retry-After']} second" in said
    assert f'value="{ALICE}"' in str(await answer.get_data(as_text=True))


async def test_the_owners_browser_is_not_shut_by_strangers(app: Quart) -> None:
    known = Browser(app)
    assert await known.sign_in() == 302
    await known.sign_out()
    await strangers_guess(app)
    assert await known.sign_in() == 302


async def test_nor_is_the_profile_of_who_is_signed_in(app: Quart) -> None:
    alice, phone = Browser(app), Browser(app, THERE)
    assert await alice.sign_in() == 302
    assert await phone.sign_in() == 302
    await strangers_guess(app)
    fields = {"nickname": "Alice", "email": ALICE, "password": "", "confirm": ""}
    assert (await alice.submit("/profile", **fields, current=PASSWORD)).status_code == 302
    for _ in range(FREE):
        assert (await alice.submit("/profile", **fields, current="wrong")).status_code == 422
    assert (await alice.submit("/profile", **fields, current=PASSWORD)).status_code == 429
    assert (await alice.submit("/profile/delete", current=PASSWORD)).status_code == 429
    assert (await phone.submit("/profile", **fields, current=PASSWORD)).status_code == 302


async def cookie_of(browser: Browser) -> str:
    answer = await browser.submit("/sign-in", email=ALICE, password=PASSWORD)
    given = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        given.load(header)
    one = given[known_browsers.COOKIE]
    assert one["httponly"]
    assert one["samesite"] == "Lax"
    assert int(one["max-age"]) == known_browsers.LASTS.total_seconds()
    return one.value


async def test_a_known_browser_is_known_to_its_account_and_its_password_alone(app: Quart) -> None:
    owner = Browser(app)
    cookie = await cookie_of(owner)
    await strangers_guess(app)
    for value, wanted in ((cookie, 302), (cookie[:-4], 429), ("", 429), ("{}", 429), ("x" * 4000, 429)):
        thief = Browser(app, THERE)
        thief.client.set_cookie("localhost", known_browsers.COOKIE, value)
        # It is no session: it opens nothing without the password.
        assert "Sign out" not in await thief.get("/")
        assert await thief.sign_in() == wanted, value
    bob = Browser(app, THERE)
    bob.client.set_cookie("localhost", known_browsers.COOKIE, cookie)
    await more_guesses("bob@example.com")
    assert await bob.sign_in("bob@example.com") == 429
    fields = {
        "nickname": "Alice",
        "email": ALICE,
        "password": "something better",
        "confirm": "something better",
    }
    assert (await owner.submit("/profile", **fields, current=PASSWORD)).status_code == 302
    old = Browser(app, THERE)
    old.client.set_cookie("localhost", known_browsers.COOKIE, cookie)
    assert await old.sign_in(password="something better") == 429
    await owner.sign_out()
    assert await owner.sign_in(password="something better") == 302, "it got a new one with the new password"


async def test_a_family_has_one_browser(app: Quart) -> None:
    shared = Browser(app)
    for email in (ALICE, "bob@example.com"):
        assert await shared.sign_in(email) == 302
        await shared.sign_out()
    await strangers_guess(app)
    assert await shared.sign_in() == 302


async def use_up(address: str) -> None:
    """All attempts that are free from an address."""
    budget = attempts.from_an_address(address)
    async with a_session() as session:
        session.add_all([Attempt(key=budget.key) for _ in range(budget.free)])


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        ("", THERE, HERE),
        ("0", THERE, HERE),
        ("1", THERE, THERE),
        ("1", f"{HERE}, {THERE}", THERE),
        ("1", "", HERE),
        ("2", f"203.0.113.1, {THERE}, {PROXY}", THERE),
        ("2", THERE, HERE),
    ],
)
async def test_whose_word_counts_for_an_address(
    monkeypatch: pytest.MonkeyPatch, proxies: str, forwarded: str, believed: str
) -> None:
    monkeypatch.setenv("PARLEY_TRUSTED_PROXIES", proxies)
    app = create_app()
    async with app.test_app():
        await migrate()
        await seed()
        headers = {"X_Forwarded_For": forwarded} if forwarded else {}
        assert await Browser(app).sign_in("x@example.com", "a guess", **headers) == 422
        await use_up(believed)
        assert await Browser(app).sign_in("y@example.com", "a guess", **headers) == 429


async def test_one_writes_on_where_something_is_missing(app: Quart) -> None:
    browser = Browser(app)
    here = BeautifulSoup(await browser.get("/sign-in"), "html.parser").select("[autofocus]")
    assert [field["name"] for field in here] == ["email"]
    again = await browser.submit("/sign-in", email=ALICE, password="a guess")
    here = BeautifulSoup(await again.get_data(as_text=True), "html.parser").select("[autofocus]")
    assert [field["name"] for field in here] == ["password"]
    # After registering the email stands there already.
    await register(browser, "Dora", "dora@example.com")
    here = BeautifulSoup(await browser.get("/sign-in"), "html.parser").select("[autofocus]")
    assert [field["name"] for field in here] == ["password"]


async def test_of_what_is_wrong_the_topmost_field_comes_first(app: Quart) -> None:
    browser = Browser(app)
    await browser.sign_in()
    again = await browser.submit("/profile", nickname="", email=ALICE, current="")
    page = BeautifulSoup(await again.get_data(as_text=True), "html.parser")
    assert len(page.select("[aria-invalid]")) == 2
    assert [field["name"] for field in page.select("[autofocus]")] == ["nickname"]


@pytest.mark.parametrize(("proxies", "believed"), [("", HERE), ("1", THERE)])
async def test_sockets_come_from_the_same_address_as_requests(
    monkeypatch: pytest.MonkeyPatch, proxies: str, believed: str
) -> None:
    monkeypatch.setenv("PARLEY_TRUSTED_PROXIES", proxies)
    app = create_app()
    live = app.extensions["quart_live"]
    async with app.test_app():
        socket = TestSocket(app, headers={"x-forwarded-for": THERE})
        socket.scope["client"] = (HERE, 50000)
        await socket.connect()
        assert [each.allowance.address.name for each in live.sockets] == [f"address {believed}"]
        await socket.close()


@pytest.mark.parametrize("number", ["one", "-1", "1.5", "127.0.0.1", "²"])
def test_a_number_of_proxies_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv("PARLEY_TRUSTED_PROXIES", number)
    with pytest.raises(RuntimeError, match="PARLEY_TRUSTED_PROXIES must be the number"):
        trusted_proxies()


async def register(browser: Browser, nickname: str, email: str) -> Response:
    secret = "a few good words"
    return await browser.submit("/register", nickname=nickname, email=email, password=secret, confirm=secret)


async def test_registering_says_the_same_for_a_known_and_a_new_email(app: Quart) -> None:
    seen = []
    for email in ("dave@example.com", ALICE):
        browser = Browser(app)
        answer = await register(browser, f"Dave of {email}", email)
        page = await browser.get("/sign-in")
        seen.append(
            (
                answer.status_code,
                answer.headers["Location"],
                sorted(answer.headers.keys()),
                re.sub(r'value="[^"]{20,}"|content="[^"]{40,}"|nonce="[^"]+"', "", page.replace(email, "…")),
            )
        )
        assert f'value="{email}"' in page
    assert seen[0] == seen[1]
    assert "If this email was new here" in seen[0][3]
    assert await Browser(app).sign_in("dave@example.com", "a few good words") == 302
    assert await Browser(app).sign_in() == 302, "her password is as it was"
    assert await Browser(app).sign_in(password="a few good words") == 422
    assert (await register(Browser(app), "Alice", ALICE)).status_code == 422, "a taken nickname is told"


async def test_a_form_of_megabytes_is_not_read(app: Quart) -> None:
    longest = {"content": "\N{GRINNING FACE}" * chat.drafts.LONGEST}
    assert (await app.test_client().post("/sign-in", form=longest)).status_code == 422
    flood = {"nickname": "a " * 500_000}
    for path in ("/register", "/sign-in"):
        assert (await app.test_client().post(path, form=flood)).status_code == 413


async def test_a_signed_in_user_cannot_try_email_after_email_either(app: Quart) -> None:
    alice = Browser(app)
    assert await alice.sign_in() == 302
    free = attempts.for_new_emails(0).free
    statuses = []
    for _ in range(free + 1):
        fields = {"nickname": "Alice", "email": "bob@example.com", "password": "", "confirm": ""}
        statuses.append((await alice.submit("/profile", **fields, current=PASSWORD)).status_code)
    assert statuses == [422] * free + [429]
    same = {"nickname": "Alice B.", "email": ALICE, "password": "", "confirm": ""}
    assert (await alice.submit("/profile", **same, current=PASSWORD)).status_code == 302


async def test_a_full_queue_is_told_with_words_and_what_was_typed_stays(
    app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object) -> str:
        raise accounts.TooBusy

    monkeypatch.setattr(passwords.turns, "run", full)
    for answer in (
        await Browser(app).submit("/sign-in", email=ALICE, password=PASSWORD),
        await register(Browser(app), "Dave", ALICE),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == str(turns.TooBusy.seconds)
        assert "The server is busy just now. Try again in 10 seconds." in await text(answer)
        assert f'value="{ALICE}"' in str(await answer.get_data(as_text=True))


COMMANDS = [
    path
    for path in (Path(__file__).parents[2]).glob("**/*")
    if path.name in ("env.sample", "README.md", "chapter.md")
    and not {"node_modules", ".venv", "workspace"} & set(path.parts)
]


def test_every_command_shown_for_the_messenger_leaves_that_header_to_the_app() -> None:
    shown = [
        line
        for path in COMMANDS
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"uvicorn .*messenger:create_app", line)
    ]
    assert len(shown) >= 3
    assert all("--no-proxy-headers" in line for line in shown), shown
