"""Text from people: names that look the same, text that shows nothing, searches, and where text is cut."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from unicodedata import normalize

import pytest
from alembic import command
from quart import Quart
from sqlalchemy import Connection, select, text
from support.sessions import a_session
from werkzeug.datastructures import MultiDict

from messenger import accounts, chat
from messenger.accounts.models import User
from messenger.chat import Author, Posted, polls
from messenger.chat.models import Message
from messenger.chat.polls import Choice, Question
from messenger.chat.searching import SHOWN, part_with
from messenger.contacts import Contacts
from messenger.db import Base, db
from messenger.errors import Invalid
from messenger.forms import ProfileForm, RegisterForm, SignInForm
from messenger.migrations import configuration
from messenger.notifications.notes import LONGEST, note_of_message
from messenger.people import initials
from messenger.seeds import EMAILS
from messenger.text import LETTER, can_be_seen, folded, one_line, shortened
from messenger.times import now

PASSWORD = "a good long one"
FAMILY = "👨‍👩‍👧"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
NOTHING = [
    "\u3164",
    "\u2800",
    "\ufffc",  # browsers show it with no width
    "\u034f",
    "\uffa0",
    "\u200b",
    "\u202e",
    "\ufe0f",
    "\u0301",
    "\U000e0061",
    "\x07",
]


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def quick(password: str, *_place: object) -> str:
        return f"hash of {password}"

    monkeypatch.setattr("messenger.accounts.credentials.hash_password", quick)


# -- who is who --------------------------------------------------------------------------------------------

SAME = [
    ("Alice", "ALICE"),
    ("José", normalize("NFD", "José")),
    ("Alice", "Ａｌｉｃｅ"),
    ("Alice", "Alice\u3164"),
    ("Alice", "Al\u200bice"),
    ("Alice", "Ali\u034fce"),
    ("Alice", "Alice \u2800"),
    ("Straße", "STRASSE"),
    ("İbrahim", "ibrahim"),
    ("ΝΙΚΟΣ", "Νικος"),
    ("Россия", "РОССИЯ"),
    ("❤️", "❤"),
]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("first", "second"), SAME)
async def test_a_second_account_that_looks_the_same_is_refused(first: str, second: str) -> None:
    await accounts.register(first, "first@example.com", PASSWORD)
    with pytest.raises(Invalid) as refused:
        await accounts.register(second, "second@example.com", PASSWORD)
    assert refused.value.errors == {"nickname": ["This nickname is taken."]}
    other = await accounts.register("Somebody", "second@example.com", PASSWORD)
    assert other is not None
    with pytest.raises(Invalid) as refused:
        await accounts.change_user(other.id, nickname=second)
    assert refused.value.errors == {"nickname": ["This nickname is taken."]}
    found = await accounts.find_user_by_nickname(second)
    assert found is not None
    assert found.nickname == first


@pytest.mark.usefixtures("database")
async def test_a_change_and_a_farewell_leave_the_folded_name_right() -> None:
    alice = await accounts.register("Alice", "alice@example.com", PASSWORD)
    assert alice is not None
    await accounts.change_user(alice.id, nickname="ÉLODIE")
    assert await accounts.find_user_by_nickname("élodie") is not None
    await accounts.register("Alice", "other@example.com", PASSWORD)
    await accounts.close_account(alice.id)
    await accounts.register("élodie", "third@example.com", PASSWORD)
    async with a_session() as session:
        names = (await session.execute(select(User.nickname, User.nickname_folded))).all()
    assert {name.casefold() for name, _ in names} == {name for _, name in names}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("typed", ["jürgen@example.com", "JÜRGEN@EXAMPLE.COM", "ｊürgen@example.com\u200b"])
async def test_an_email_is_one_however_it_is_typed(typed: str) -> None:
    await accounts.register("Jürgen", "Jürgen@example.com", PASSWORD)
    for spelling in (typed, normalize("NFD", typed)):
        found = await accounts.find_user_by_email(spelling)
        assert found is not None
        assert found.email == "jürgen@example.com"
        # The answer for an email that is known.
        assert await accounts.register("Another", spelling, PASSWORD) is None


@pytest.mark.parametrize(
    "nickname",
    [
        *("Anna", "Анна", "山田 太郎", "José", "O'Connor", "🦊", "🇩🇪 Fan", FAMILY, WALES, "👍🏽", "❤️ Eva"),
        *(
            "نگار",
            "می\u200cنا",
            "Анна Smith",
            "田中Taro",
            "नमिता",
            "각시",
            "Ναι",
            "Anne-Marie",
            "葛\U000e0100城",
        ),
        *EMAILS,
    ],
)
def test_real_names_are_welcome(nickname: str) -> None:
    assert accounts.reason_against(nickname) == ""


@pytest.mark.parametrize(
    ("nickname", "why"),
    [
        ("Аlice", "mixes letters"),
        ("Bοb", "mixes letters"),
        ("User Оne", "mixes letters"),
        ("\ua4eelice", "mixes letters"),  # Lisu
        ("Ali\u2ca5e", "mixes letters"),  # Coptic
        ("\u15e9lice", "mixes letters"),  # Canadian syllabics
        ("Al\ufffcice", "can be seen"),
        ("Deleted account 5", "only deleted accounts"),
        ("ＤＥＬＥＴＥＤ ａｃｃｏｕｎｔ", "only deleted accounts"),
        ("De\u200dleted account 3", "only deleted accounts"),
        ("Al\u202eice", "can be seen"),
        ("Alice\u3164", "can be seen"),
        ("Bob\U000e0041\U000e0042", "can be seen"),
        *((nothing, "can be seen") for nothing in NOTHING),
    ],
)
def test_names_that_deceive_are_not(nickname: str, why: str) -> None:
    assert why in accounts.reason_against(nickname)


# -- something to see --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("nothing", [*NOTHING, "".join(NOTHING), " \u3164\n\u200b "])
async def test_what_shows_nothing_is_nothing(nothing: str) -> None:
    """Not by way of a form, which has its own rules: this is what the tables hold against it."""
    alice, bob = await accounts.create_user("Alice"), await accounts.create_user("Bob")
    here = await chat.create_conversation("Market", owner=alice, others=[bob])
    attempts = {
        "nickname": accounts.create_user(nothing),
        "title": chat.create_conversation(nothing, owner=alice, others=[bob]),
        "content": chat.send_message(here.id, alice.id, nothing),
        "question": chat.ask(here.id, alice.id, nothing, "Yes\nNo"),
        "choices": chat.ask(here.id, alice.id, "When?", f"Yes\n{nothing}"),
    }
    for field, attempt in attempts.items():
        with pytest.raises(Invalid) as refused:
            await attempt
        assert list(refused.value.errors) == [field]
    with pytest.raises(Invalid, match=r"Each choice: .*characters at most"):
        await chat.ask(here.id, alice.id, "When?", f"Yes\n{'n' * 1000}")
    for change in (
        accounts.change_user(alice.id, nickname=nothing),
        chat.rename_conversation(here.id, alice.id, nothing),
    ):
        with pytest.raises(Invalid):
            await change
    choice = Choice(content=nothing)
    question = Question(conversation_id=here.id, user_id=alice.id, content="When?", choices=[choice])
    with pytest.raises(Invalid) as refused:
        await db.write(lambda session: session.add(question))
    assert list(refused.value.errors) == ["choices"]


@pytest.mark.usefixtures("database")
async def test_choices_that_look_the_same_are_one() -> None:
    alice, bob = await accounts.create_user("Alice"), await accounts.create_user("Bob")
    here = await chat.create_conversation("Market", owner=alice, others=[bob])
    await chat.ask(here.id, alice.id, "Where?", "Café\ncafe\u0301\nSTRASSE\nStraße\u200b")
    (question,) = await chat.questions_in(here.id)
    assert [choice.content for choice in question.choices] == ["Café", "STRASSE"]
    with pytest.raises(Invalid) as refused:
        await chat.ask(here.id, alice.id, "Where?", "Here\nHERE")
    assert refused.value.errors == {"choices": [polls.TWO_AT_LEAST]}


# -- searching ---------------------------------------------------------------------------------------------

FOUND = [
    ("Über den Fluss", ["über", "ÜBER", "u\u0308ber"]),
    ("РОССИЯ", ["россия", "Россия"]),
    ("ΑΘΗΝΑ, ΟΔΟΣ", ["αθηνα", "οδος", "οδοσ"]),
    ("Im cafe\u0301 um zehn", ["café", "CAFÉ", "cafe\u0301"]),
    ("In der Straße", ["STRASSE", "straße", "strasse"]),
    ("İbrahim kommt", ["ibrahim", "İBRAHİM"]),
    ("Ｗｉｄｅ", ["wide"]),
    ("soft\u00adhyphen", ["softhyphen"]),
    ("100% sure_thing \\ path", ["100%", "sure_", "\\"]),
]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("content", "words"), FOUND)
async def test_a_search_knows_every_alphabet(content: str, words: list[str]) -> None:
    alice, bob = await accounts.create_user("Alice"), await accounts.create_user("Bob")
    here = await chat.create_conversation("Market", owner=alice, others=[bob])
    message = await chat.send_message(here.id, alice.id, content)
    await chat.send_message(here.id, alice.id, "Something else")
    for wanted in words:
        found = await chat.search_messages(bob.id, wanted)
        assert [one.message.id for one in found] == [message.id], wanted
        assert found[0].message.content == content


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("One needle", "One needle"),
        ("needle " + "hay " * 400, "needle hay hay"),
        ("hay " * 400 + "needle", "hay needle"),
        ("hay\n" * 400 + "NEEDLE " + "hay " * 400, "hay NEEDLE hay"),
        ("草" * 1000 + "needle" + "草" * 1000, "草needle草"),
        ("x" + FAMILY * 300 + "needle", FAMILY + "needle"),
        ("ﬁne " * 400 + "needle", "ﬁne needle"),
        ("e\u0301 " * 400 + "needle", "e\u0301 needle"),
        ("n" + "\u200b" * 9000 + "eedle", "n\u200b"),
    ],
)
def test_of_a_long_message_a_search_shows_where_the_word_is(content: str, part: str) -> None:
    message = Message(content=content, content_folded=folded(content))
    shown, line = part_with(message, "needle"), one_line(content)
    assert part in shown and len(shown) <= SHOWN + len("… ")
    assert shown.startswith("… ") == (line.find(part) > 0)
    letters = {letter.group() for letter in LETTER.finditer(shown.strip("… "))}
    assert letters <= {letter.group() for letter in LETTER.finditer(line)}, "a letter is cut"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("wanted", ["%", "_", "\uff05", "\u200b", "  ", "zzz"])
async def test_a_search_has_no_wildcards(wanted: str) -> None:
    alice = await accounts.create_user("Alice")
    here = await chat.create_conversation("Market", owner=alice)
    await chat.send_message(here.id, alice.id, "Something else")
    assert await chat.search_messages(alice.id, wanted) == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("nickname", "wanted"),
    [
        ("İbrahim", "ibrahim"),
        ("Ibrahim", "İbrahim"),
        ("Straße", "STRASSE"),
        ("Élodie", "e\u0301lo"),
        ("Νίκος", "ΝΊΚΟΣ"),
    ],
)
async def test_people_are_found_however_they_are_typed(nickname: str, wanted: str) -> None:
    await accounts.register(nickname, "somebody@example.com", PASSWORD)
    await accounts.register("Another", "another@example.com", PASSWORD)
    found = await Contacts.find(besides=[], wanted=wanted)
    assert [user.nickname for user in found.people] == [nickname]
    assert not (await Contacts.find(besides=[], wanted="%")).people


@pytest.mark.usefixtures("database")
async def test_messages_from_before_are_found() -> None:
    """The migration of chapter 7 folds what is there already."""

    async def at(revision: str, action: Callable[..., None]) -> None:
        async with db.engine.begin() as connection:
            await connection.run_sync(lambda sync: action(configuration(sync), revision))

    def recreate(connection: Connection) -> None:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(configuration(connection), "0004")

    async with db.engine.begin() as connection:
        await connection.run_sync(recreate)
        for statement in (
            "INSERT INTO accounts_users (id, nickname, nickname_folded, created_at, updated_at) "
            "VALUES (1, :name, :folded, :t, :t)",
            "INSERT INTO chat_conversations (id, title, created_at, updated_at) VALUES (1, 'Market', :t, :t)",
            "INSERT INTO chat_conversation_members (conversation_id, user_id, owner, created_at, updated_at) "
            "VALUES (1, 1, true, :t, :t)",
            "INSERT INTO chat_messages (conversation_id, user_id, content, created_at, updated_at) "
            "VALUES (1, 1, 'РОССИЯ', :t, :t)",
        ):
            known = {"name": "Alice", "folded": "alice", "t": "2025-03-01 10:00:00.000000"}
            wanted = {name: value for name, value in known.items() if f":{name}" in statement}
            await connection.execute(text(statement), wanted)
    await at("head", command.upgrade)
    assert [one.message.content for one in await chat.search_messages(1, "россия")] == ["РОССИЯ"]


# -- where text is cut -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nickname", "letters"),
    [
        ("User One", "UO"),
        ("🇩🇪 Fan", "🇩🇪F"),
        ("🇩🇪🇫🇷", "🇩🇪"),
        (f"{FAMILY} Müller", f"{FAMILY}M"),
        ("👍🏽 ok", "👍🏽O"),
        ("각시 한", "각한"),
        (normalize("NFD", "각시"), normalize("NFD", "각")),
        ("क्षितिज नमिता", "क्षिन"),
        (normalize("NFD", "élodie"), normalize("NFD", "É")),
        (WALES, WALES),
    ],
)
def test_initials_cut_no_letter_in_half(nickname: str, letters: str) -> None:
    assert initials(nickname) == letters


@pytest.mark.parametrize("letter", ["🇩🇪", FAMILY, "👍🏽", "e\u0301", "क्षि", WALES])
def test_a_notification_cuts_no_letter_in_half(letter: str) -> None:
    for before in range(len(letter) + 1):
        content = "x" * before + letter * LONGEST
        message = Posted(1, 1, 1, content, now(), None, Author(1, "Alice"))
        body = note_of_message(message, "Market").body
        assert len(body) <= LONGEST
        shown = body.removeprefix("Alice: ").removesuffix("…").removeprefix("x" * before)
        assert shown == letter * (len(shown) // len(letter))
        assert len(body) > LONGEST - 1 - len(letter)


# -- how long it takes -------------------------------------------------------------------------------------


@pytest.fixture
async def request_context() -> AsyncIterator[None]:
    app = Quart(__name__)
    app.secret_key = "not secret"
    async with app.test_request_context("/"):
        yield


def grows_with_its_length(action: Callable[[str], object], hostile: Callable[[int], str], size: int) -> bool:
    """Whether twice as much takes two and a half times as long. A busy machine may spoil tries."""
    short, long = hostile(size), hostile(2 * size)
    for _ in range(8):
        times = []
        for typed in (short, short, long):
            begun = time.perf_counter()
            action(typed)
            times.append(time.perf_counter() - begun)
        # What grows with the square takes seconds here, so a few milliseconds say enough.
        if times[2] <= max(2.5 * min(times[:2]), 0.02):
            return True
    return False


HOSTILE: dict[str, Callable[[int], str]] = {
    "dots": lambda size: "a@" + "a." * (size // 2) + "@",
    "letters": lambda size: "a" * size,
    "ats": lambda size: "@" * size,
    "blanks": lambda size: "a" + " " * size + "a",
    "marks": lambda size: "a" + "\u0300\u0327" * (size // 2),
    "flags": lambda size: "\U0001f1e9" * size,
    "joiners": lambda size: "\u200d" * size,
    "black flags": lambda size: "\U0001f3f4\U000e0067" * (size // 2),
}


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("form", [RegisterForm, SignInForm, ProfileForm])
async def test_a_form_takes_no_longer_than_its_length(form: type[RegisterForm], kind: str) -> None:
    def fill_in(typed: str) -> None:
        sent = MultiDict(dict.fromkeys(("nickname", "email", "password", "confirm", "current"), typed))
        filled = form(sent)
        filled.validate()
        (reason,) = filled.email.errors
        assert "at most" in reason

    assert grows_with_its_length(fill_in, HOSTILE[kind], 40_000)


@pytest.mark.parametrize("kind", HOSTILE)
def test_folding_takes_no_longer_than_its_length(kind: str) -> None:
    for action in (folded, can_be_seen, one_line, accounts.reason_against, initials):
        assert grows_with_its_length(action, HOSTILE[kind], 60_000), action.__name__


def test_what_is_shortened_ends_with_a_whole_letter() -> None:
    flag, family = "🇫🇷", "👨‍👩‍👧‍👦"
    for letter in (flag, family, "क्षि"):
        for before in range(6):
            text = "a" * before + letter * 40
            short = shortened(text, 20)
            assert len(short) <= 20
            assert short.endswith("…")
            rest = short[before:-1]
            assert rest == letter * (len(rest) // len(letter)), (letter, before)
    assert shortened("short", 5) == "short"
    assert shortened("longer", 5) == "long…"
