"""Kernels with the course's magics from their start, so that a cell run too early gets a helpful message.

Without this, IPython answers a ``%%save`` before the notebook's first cell with: cell magic not found, but
line magic ``%save`` exists. That is misleading.

The kernel keeps its usual name, ``python3``, so notebooks open everywhere. The difference is a small file of
settings in the virtual environment, which every kernel of that environment reads, in any editor.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

from course.files import write_whole

OURS = "# Written by the course: "

SETTINGS = f"""{OURS}its kernels know `%%save` and the like before the first cell has run.
c = get_config()
c.InteractiveShellApp.extensions = ["course.notebook.kernels"]
"""


def settings_file() -> Path | None:
    """Return the settings file of this virtual environment's kernels; None without a virtual environment."""
    if sys.prefix == sys.base_prefix:
        return None
    return Path(sys.prefix) / "etc" / "ipython" / "ipython_kernel_config.py"


def introduce() -> None:
    """Write the settings that load the course in this environment's kernels; never replace other settings."""
    path = settings_file()
    with contextlib.suppress(OSError):
        # Settings of an earlier version of the course may name a module that has moved.
        if path is not None and (not path.exists() or path.read_bytes().startswith(OURS.encode())):
            write_whole(path, SETTINGS.encode())


def load_ipython_extension(shell: Any) -> None:
    """Register the magics when a kernel starts; the notebook's first cell then loads ``course`` itself."""
    # The magics need IPython, which `introduce` does not import.
    from course.notebook.magics import register

    register(shell)


if __name__ == "__main__":
    introduce()
