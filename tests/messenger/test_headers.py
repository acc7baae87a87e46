"""Every answer says who may frame it and whose scripts may run, and every page keeps to that."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright
from quart import Quart
from support.servers import serving
from support.visitors import Site, open_site

from course.lab.messenger.sign_in import PASSWORD
from course.lab.person.browser_choice import find_chromium
from messenger import security
from messenger.security import HEADERS, POLICY

EVERYWHERE = [
    ("GET", "/", 200),
    ("GET", "/sign-in", 200),
    ("GET", "/counter", 200),
    ("HEAD", "/", 200),
    ("OPTIONS", "/", 200),
    ("GET", "/profile", 302),
    ("GET", "/conversations/2", 302),
    ("GET", "/nowhere", 404),
    ("POST", "/", 405),
    ("GET", "/broken", 500),
    ("GET", "/static/app.js", 200),
    ("GET", "/static/offline.html", 200),
    ("GET", "/static/nowhere.js", 404),
    ("GET", "/live/client/phoenix.mjs", 200),
    ("GET", "/live/client/nowhere.mjs", 404),
    ("GET", "/live/websocket", 404),
    ("POST", "/sign-in", 422),
]


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    async with open_site(tmp_path, monkeypatch) as opened:
        yield opened


async def test_every_answer_has_the_headers(site: Site) -> None:
    @site.app.get("/broken")
    async def broken() -> str:
        raise ZeroDivisionError

    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    client: Any = site.app.test_client()
    nonces = set()
    for method, path, status in EVERYWHERE:
        answer = await client.open(path, method=method, headers={"Host": "localhost"})
        assert (path, answer.status_code) == (path, status)
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "frame-ancestors 'none'" in policy, (method, path)
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (method, path, name)
        [nonce] = re.findall(r"'nonce-([\w-]{20,})'", policy)
        nonces.add(nonce)
        html = (await answer.get_data()).decode(errors="replace")
        if 'type="importmap"' in html:
            assert f'<script type="importmap" nonce="{nonce}">' in html, path
    assert len(nonces) == len(EVERYWHERE), "each answer has a nonce of its own"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    choice = find_chromium()
    if choice is None:
        pytest.skip("no Chromium on this machine: `course doctor` says what to do")
    async with async_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(choice.executable), args=list(choice.args))
        opened = await launched
        yield opened
        await opened.close()


def complaints_of(page: Page) -> list[str]:
    """Return a list of the browser's complaints about policies, which grows from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if is_complaint(message.text) else None)
    return said


def is_complaint(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text or "violates" in text


async def test_pages_keep_to_the_policy_and_nobody_frames_them(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await browser.new_page(base_url=site.address)
    said = complaints_of(page)
    for path in ("/", "/register", "/nowhere", "/counter", "/static/offline.html", "/sign-in"):
        await page.goto(path)
    await page.get_by_label("Email").fill("alice@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Sign out").wait_for()
    for path in ("/", "/profile", "/profile/delete", "/conversations/2", "/conversations/new", "/search"):
        await page.goto(path)
        if path not in ("/profile", "/profile/delete"):
            await page.locator(".phx-connected").first.wait_for()
    await page.goto("/conversations/2")
    await page.locator("[data-phx-main].phx-connected").wait_for()
    await page.get_by_role("textbox", name="Message").fill("Under a policy.")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("log", name="Messages").get_by_text("Under a policy.").wait_for()
    await page.locator(".avatar").first.wait_for()
    hue = "getComputedStyle(document.querySelector('.avatar')).getPropertyValue('--hue')"
    assert await page.evaluate(hue), "the colour of an avatar is an inline style"
    assert said == []

    # The same browser, signed in, opens a page of another port that frames ours.
    framing = Quart("framing")
    framing.add_url_rule(
        "/<path:path>", view_func=lambda path: f'<iframe src="{site.address}/{path}"></iframe>'
    )
    async with serving(framing) as elsewhere:
        for path in ("/profile", "/conversations/2"):
            await page.goto(elsewhere.address + path)
            assert await page.frames[1].get_by_role("heading").count() == 0
            with monkeypatch.context() as without:
                without.setattr(security, "POLICY", [one for one in POLICY if "frame" not in one])
                await page.goto(elsewhere.address + path)
                assert await page.frames[1].get_by_role("heading").count() > 0, "else the test sees nothing"
