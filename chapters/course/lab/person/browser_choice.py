"""Find a Chromium on this machine, without starting anything.

The order: the path in ``PARLEY_CHROMIUM``, Playwright's own build, then browsers that are installed as usual.
Only the standard library is used here, so that set-up and ``course doctor`` can look before Playwright is
installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Each window has two pages of the browser's own, for an address bar that is not visible. Together they
# cost as much as the window.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")

# The features that Playwright disables. Chromium uses only the last list of several, which is ours, so ours
# repeats them.
OFF_FOR_PLAYWRIGHT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "msEdgeUpdateLaunchServicesPreferredVersion",
    "msForceBrowserSignIn",
)

# A browser of the course needs no connections of its own: no updates, accounts, HTTP/3, or first-run pages.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-features=" + ",".join((*OFF_FOR_PLAYWRIGHT, *UNSEEN)),
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
)

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
)

MAC_APPS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)

WINDOWS_APPS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)

# The paths of Playwright's builds below ``chromium-<revision>``; the names differ between its versions.
OWN_BUILDS = (
    "chrome-linux*/chrome",
    "chrome-win*/chrome.exe",
    "chrome-mac*/*.app/Contents/MacOS/*",
)


@dataclass(frozen=True)
class BrowserChoice:
    """A browser that can be started.

    Attributes:
        executable: the program.
        source: ``"PARLEY_CHROMIUM"``, ``"playwright"`` or ``"this machine"``.
        args: the arguments that it needs on this machine.
    """

    executable: Path
    source: str
    args: tuple[str, ...]


def find_chromium() -> BrowserChoice | None:
    """Return the Chromium that the course will use, or None if there is none."""
    return next(chromium_choices(), None)


def chromium_choices() -> Iterator[BrowserChoice]:
    """Yield every Chromium of this machine, the preferred one first, and start none."""
    seen: set[Path] = set()
    for source, path in _candidates():
        if path.is_file() and path not in seen:
            seen.add(path)
            yield BrowserChoice(path, source, browser_args())


def browser_args() -> tuple[str, ...]:
    """Return the arguments for every start; as root Chromium refuses to run inside its own sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return (*QUIET, "--no-sandbox") if is_root else QUIET


def _candidates() -> Iterator[tuple[str, Path]]:
    if chosen := os.environ.get("PARLEY_CHROMIUM"):
        yield "PARLEY_CHROMIUM", Path(chosen).expanduser()
    for path in _own_builds():
        yield "playwright", path
    for path in _installed():
        yield "this machine", path


def _own_builds() -> Iterator[Path]:
    """Yield Playwright's builds of the revision that the installed Playwright was made for."""
    revision = wanted_revision()
    if revision is None:
        return
    for name in OWN_BUILDS:
        yield from sorted((_playwright_cache() / f"chromium-{revision}").glob(name))


def wanted_revision() -> str | None:
    """Return the revision of Chromium that the installed Playwright needs; None without Playwright."""
    spec = importlib.util.find_spec("playwright")
    if spec is None or spec.origin is None:
        return None
    listing = Path(spec.origin).parent / "driver" / "package" / "browsers.json"
    try:
        browsers = json.loads(listing.read_text(encoding="utf-8"))["browsers"]
    except (OSError, ValueError, KeyError):
        return None
    return next((str(entry["revision"]) for entry in browsers if entry.get("name") == "chromium"), None)


def _playwright_cache() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "ms-playwright"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path.home() / ".cache" / "ms-playwright"


def _installed() -> Iterator[Path]:
    for program in PROGRAMS:
        if path := shutil.which(program):
            yield Path(path)
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (folder / app for app in MAC_APPS)
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if folder_name := os.environ.get(variable):
            yield from (Path(folder_name) / app for app in WINDOWS_APPS)
