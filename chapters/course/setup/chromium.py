"""A Chromium that starts on this machine: found or installed.

    python -m course.setup.chromium

Tries, in this order: Playwright's own build, a browser that is already installed, and the system's package
manager. A browser counts only when it has really started. When none does, it prints what to do and exits 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

from course.lab.person.browser_choice import BrowserChoice, chromium_choices
from course.terminal import survive

ADVICE = """\
No Chromium could be started. The course can be read, but its notebooks need one. Any of these will do:
  - a network that lets Playwright download its own:  .venv/bin/playwright install --with-deps chromium
  - Google Chrome, Chromium or Microsoft Edge, installed as usual on this machine
  - Debian, Ubuntu:  sudo apt install chromium        Fedora:  sudo dnf install chromium
    macOS:  brew install --cask chromium              Windows:  winget install Google.Chrome
Then run the same command again. A browser in an unusual place:  set PARLEY_CHROMIUM to its path."""


def starts(choice: BrowserChoice) -> bool:
    """Return whether the browser really starts and renders a page within thirty seconds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            str(choice.executable),
            *choice.args,
            "--headless",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--dump-dom",
            "data:text/html,<p>parley</p>",
        ]
        try:
            result = subprocess.run(
                command, capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return b"parley" in result.stdout


def working() -> BrowserChoice | None:
    """Return the first browser of this machine that starts."""
    return next((choice for choice in chromium_choices() if starts(choice)), None)


def quietly(*command: str) -> bool:
    """Run an installer without a terminal. Return whether it succeeded."""
    try:
        result = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=900, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def as_root(*command: str) -> tuple[str, ...] | None:
    """Return the command with root's rights, or None when that would need a password."""
    if os.name == "nt" or not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo") and quietly("sudo", "-n", "true"):
        return ("sudo", "-n", *command)
    return None


def install_by_playwright() -> None:
    """Download Playwright's own build, and the system libraries that it lacks."""
    playwright = (sys.executable, "-m", "playwright")
    if not quietly(*playwright, "install", "chromium") or working():
        return
    with_rights = as_root(*playwright, "install-deps", "chromium")
    if with_rights:
        quietly(*with_rights)


def install_by_package_manager() -> None:
    """Install the system's Chromium, if that needs no password."""
    installers = (
        ("apt-get", ("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium")),
        ("dnf", ("dnf", "install", "-y", "-q", "chromium")),
        ("pacman", ("pacman", "-Sy", "--noconfirm", "chromium")),
        ("apk", ("apk", "add", "--quiet", "chromium")),
    )
    for program, *commands in installers:
        if not shutil.which(program):
            continue
        for command in commands:
            with_rights = as_root(*command)
            if with_rights is None or not quietly(*with_rights):
                break
        return


def ensure() -> BrowserChoice | None:
    """Find a browser that starts, or install one. Return None when every way failed."""
    own = next((choice for choice in chromium_choices() if choice.source == "playwright"), None)
    if own and starts(own):
        return own
    print("  downloading Playwright's Chromium …", flush=True)
    install_by_playwright()
    if choice := working():
        return choice
    print("  asking the package manager for Chromium …", flush=True)
    install_by_package_manager()
    return working()


def main() -> int:
    """Print the browser that the course will use, or advice. Return an exit code."""
    survive(sys.stdout)
    choice = ensure()
    if choice is None:
        print(ADVICE)
        return 1
    print(f"  using {choice.executable} ({choice.source})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
