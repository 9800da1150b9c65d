"""By which code a feed was rendered, so that a new release's renderer finds the shelf it must fill anew.

Derived from the code itself: nobody has to remember to count a number up. A release that changes a comment renders once
more; what comes out is the same bytes, which keep their ETag and are told to nobody.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

_FEEDS = Path(__file__).parent.parent
_WRITERS = ("feedgen", "lxml")


@cache
def revision(root: Path = _FEEDS) -> str:
    """32 hex digits that change with whatever decides what a feed's bytes are: the modules, the libraries, Python.

    `root` is the folder of the package `feeds`. Raises OSError where its sources are not there.
    """
    modules = [root / "model.py", *sorted((root / "render").glob("*.py")), *sorted((root / "publish").glob("*.py"))]
    digest = hashlib.sha256(repr((sys.version_info[:2], [version(name) for name in _WRITERS])).encode())
    for module in modules:
        digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return digest.hexdigest()[:32]
