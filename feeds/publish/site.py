"""What every feed says of the installation it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """`base_url` is the root without a trailing slash; `tag` begins ids ("example.org,2026"); `hub` a path or URL."""

    base_url: str
    title: str = "Tocsin"
    tag: str = ""
    hub: str | None = "/hub"
    description: str = ""
    language: str | None = None
    icon: str | None = None

    @property
    def digest(self) -> str:
        """Changes when any feed would have to say something else."""
        return hashlib.sha256(repr(astuple(self)).encode("utf-8", "backslashreplace")).hexdigest()[:32]
