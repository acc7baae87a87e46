"""Small files of the course: replaced whole when written, and counted as empty when broken."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(target)


def read_json(path: Path) -> dict[str, Any]:
    """Read the JSON object in ``path``; an empty one when the file is missing or broken."""
    if not path.is_file():  # to read a pipe might never end
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON object as `write_whole` does."""
    write_whole(path, (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
