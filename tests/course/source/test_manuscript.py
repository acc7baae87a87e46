"""Reading chapter.md."""

from __future__ import annotations

import pytest

from course import CourseError
from course.source.manuscript import parse

FENCE = "`" * 3


def kinds(text: str) -> list[str]:
    return [block.kind for block in parse(text, "chapter.md")]


def test_prose_is_cut_at_headings_and_around_cells() -> None:
    text = f"# One\n\nwords\n\n## Two\n\nmore\n\n{FENCE}python\n1 + 1\n{FENCE}\n\nlast\n"
    blocks = parse(text, "chapter.md")
    assert [block.kind for block in blocks] == ["prose", "prose", "python", "prose"]
    assert [block.where for block in blocks] == [
        "chapter.md:1",
        "chapter.md:5",
        "chapter.md:9",
        "chapter.md:12",
    ]
    assert blocks[2].text == "1 + 1"


def test_headings_inside_fences_are_not_headings() -> None:
    assert kinds(f"a\n\n{FENCE}text\n## not one\n{FENCE}\n\nb\n") == ["prose"]


def test_other_languages_and_py_stay_in_the_prose() -> None:
    (block,) = parse(f"a\n\n{FENCE}py\nx = 1\n{FENCE}\n", "chapter.md")
    assert block.text == f"a\n\n{FENCE}py\nx = 1\n{FENCE}"


def test_a_longer_fence_holds_a_shorter_one() -> None:
    (block,) = parse(f"````text\n{FENCE}python\nx\n{FENCE}\n````\n", "chapter.md")
    assert block.kind == "prose"


def test_comments_are_dropped() -> None:
    assert parse("<!-- one -->\na\n<!-- two\nlines -->\nb\n", "chapter.md")[0].text == "a\nb"


def test_a_save_takes_options() -> None:
    (block,) = parse(f"{FENCE}{{save}} messenger/a.py\n:from: def a\n:folded:\n{FENCE}\n", "chapter.md")
    assert (block.path, block.options) == ("messenger/a.py", {"from": "def a", "folded": ""})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{FENCE}python\nx = 1\n", "never closed"),
        ("<!-- open\n", "never closed"),
        (f"{FENCE}{{sav}} messenger/a.py\n{FENCE}\n", "unknown directive {sav}"),
        (f"{FENCE}{{save}}\n{FENCE}\n", "takes 1 argument(s)"),
        (f"{FENCE}{{save}} messenger/a.py\n:form: x\n{FENCE}\n", "no option :form:"),
        (f"{FENCE}{{save}} messenger/a.py\n:from:\n{FENCE}\n", ":from: needs an anchor"),
        (f"{FENCE}{{save}} messenger/a.py\nx = 1\n{FENCE}\n", "holds options only"),
        (f"{FENCE}{{save}} ../a.py\n{FENCE}\n", "is not a file of the messenger"),
        (f"{FENCE}{{save}} messenger/../../a.py\n{FENCE}\n", "is not a file of the messenger"),
        (f"{FENCE}{{save}} /messenger/a.py\n{FENCE}\n", "is not a file of the messenger"),
        (f"{FENCE}{{exercise}} messenger/a.py\n{FENCE}\n", "takes 2 argument(s)"),
        (f"{FENCE}{{minutes}} ten\n{FENCE}\n", "is not a number of minutes"),
        (f"{FENCE}python {{fold}}\n{FENCE}\n", "unknown option {fold}"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, words: str) -> None:
    with pytest.raises(CourseError) as caught:
        parse("prose\n\n" + text, "chapter.md")
    assert words in caught.value.message
    assert caught.value.message.startswith("chapter.md:3: ")
