"""Feed readers from Debian, run on a home of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SECONDS = 30


def run(folder: Path, *words: str) -> str:
    """What a program says that has `folder` for its home."""
    done = subprocess.run(
        words, env=_environment(folder), cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm"}
