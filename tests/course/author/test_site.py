"""The site: its pages, their links, search from the disk and under a sub-path, and nothing from elsewhere."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Request, expect

from course import Course
from course.author.site import build
from course.errors import CourseError
from course.lab import find_chromium
from course.lab.person.shared_browser import held_browser

Run = Callable[..., tuple[int, str]]

COURSE = Course.here()
PATIENCE = 60_000

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("furo") is None, reason="no Sphinx here: `make test` and `make site` install it"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All chapters, not run. Sphinx's warnings, of dead links for one, are errors."""
    out = tmp_path_factory.mktemp("site") / "pages"
    build(COURSE, out, run=False)
    return out


def references(page: Path) -> Iterator[tuple[str, str]]:
    """(element, address) of all that a page links to or loads."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for element in soup.find_all(True):
        for attribute in ("href", "src"):
            address = element.get(attribute)
            if isinstance(address, str) and not address.startswith("data:"):
                yield element.name, address


def ids_in(page: Path) -> set[str]:
    """All ids of a page's elements."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return {str(element["id"]) for element in soup.find_all(id=True)}


def test_every_chapter_has_a_page_and_all_links_lead_somewhere(site: Path) -> None:
    pages = {path.name: ids_in(path) for path in site.glob("*.html")}
    assert pages.keys() >= {
        "index.html",
        "search.html",
        *(f"{one.folder}.html" for one in COURSE.all_chapters),
    }
    met = set()
    for name in pages:
        for element, address in references(site / name):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                assert element == "a", f"{name} loads {address}"
                continue
            assert not parts.path.startswith("/"), f"{name}: {address} does not work under a sub-path"
            target = site / unquote(parts.path) if parts.path else site / name
            assert target.exists(), f"{name}: nothing is at {address}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in pages[target.name], f"{name}: nobody is called {address}"
            met.add(target.name)
    assert met >= {f"{chapter.folder}.html" for chapter in COURSE.all_chapters}


def test_a_link_between_chapters_is_one_between_pages(site: Path) -> None:
    third = COURSE.chapter(3)
    assert ("a", f"{COURSE.chapter(2).folder}.html") in set(references(site / f"{third.folder}.html"))


def test_cells_are_coloured_as_the_files_they_hold(site: Path) -> None:
    text = (site / f"{COURSE.chapter(1).folder}.html").read_text(encoding="utf-8")
    assert '<span class="nt">h1</span>' in text
    assert 'class="err"' not in text


def test_the_folders_of_the_machine_stay_unknown(site: Path) -> None:
    for page in site.glob("*.html"):
        assert str(COURSE.root) not in page.read_text(encoding="utf-8")


@pytest.fixture
def address_below(site: Path) -> Iterator[str]:
    """Return the address at which the site is served, two folders down."""
    top = site.parent / "served"
    shutil.copytree(site, top / "some" / "where")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(top))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/some/where"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
async def test_search_works_from_the_disk_and_under_a_sub_path(site: Path, address_below: str) -> None:
    wanted = f"{COURSE.chapter(3).folder}.html"
    strange: list[str] = []

    async def look(request: Request) -> None:
        if not request.url.startswith((site.as_uri(), address_below, "data:")):
            strange.append(request.url)

    async with held_browser() as browser:
        page = await browser.new_page()
        page.on("request", look)
        for where in (site.as_uri(), address_below):
            await page.goto(f"{where}/index.html")
            search = page.get_by_role("textbox", name="Search")
            await search.fill("subscribes")
            await search.press("Enter")
            found = page.locator(f'#search-results a[href*="{wanted}"]').first
            await expect(found).to_be_visible(timeout=PATIENCE)
            await found.click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("Live updates")
        await page.close()
    assert strange == []


def test_a_page_has_what_its_cells_gave(small: Course, tmp_path: Path) -> None:
    chapter = small.chapter(1)
    pages = build(small, tmp_path / "out", (chapter,))
    text = pages[1].read_text(encoding="utf-8")
    assert "messenger/greet.py is new" in text
    assert str(small.root) not in text
    assert not small.workspace.exists(), "the learner's own files are not touched"


def test_a_folder_of_something_else_is_left_alone(small: Course, run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Bob", encoding="utf-8")
    code, said = run("site", "1", "--no-run", "--out", str(tmp_path))
    assert code == 1
    assert "contains files that are not a site" in said
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "Dear Bob"


def test_without_sphinx_it_says_what_installs_it(
    small: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.author.site.website.NEEDED", ("no_such_sphinx",))
    with pytest.raises(CourseError, match="not installed") as told:
        build(small, tmp_path)
    assert "make site" in told.value.advice


@pytest.mark.matrix
@pytest.mark.timeout(3600)
def test_all_notebooks_become_pages_with_their_pictures(tmp_path: Path) -> None:
    pages = build(COURSE, tmp_path / "site")
    for page, chapter in zip(pages[1:], COURSE.all_chapters, strict=True):
        text = page.read_text(encoding="utf-8")
        assert str(tmp_path) not in text
        if chapter in COURSE.chapters:
            assert 'src="data:image/png' in text or any(
                kind == "img" and "_images" in address for kind, address in references(page)
            ), f"{page.name} shows no picture"
