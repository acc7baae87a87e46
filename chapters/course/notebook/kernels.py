"""The course's own kernels know its magics from their start, so that a cell run too early is told what to do.

Without this, IPython says of a ``%%save`` before the notebook's first cell: cell magic not found, but line
magic ``%save`` exists. That leads astray.

The kernel goes by its usual name, ``python3``, so notebooks open everywhere. What differs is a small file of
settings in the virtual environment, which every kernel of that environment reads, in whatever editor.
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
    """Where kernels of this virtual environment read settings; None outside of one, which is not ours."""
    if sys.prefix == sys.base_prefix:
        return None
    return Path(sys.prefix) / "etc" / "ipython" / "ipython_kernel_config.py"


def introduce() -> None:
    """Let the kernels of this environment know the course. Settings of somebody else's are left alone."""
    path = settings_file()
    with contextlib.suppress(OSError):
        # Those of an earlier version of the course may name a module that is elsewhere now.
        if path is not None and (not path.exists() or path.read_bytes().startswith(OURS.encode())):
            write_whole(path, SETTINGS.encode())


def load_ipython_extension(shell: Any) -> None:
    """As a kernel begins. The notebook's first cell loads ``course`` itself, and says which chapter it is."""
    # They need IPython, which whoever writes the settings does without.
    from course.notebook.magics import register

    register(shell)


if __name__ == "__main__":
    introduce()
