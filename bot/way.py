"""One way to watch an address: what a preview shows, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Way:
    """A name in `feeds.sources.KINDS` (or "auto"), the address that is fetched, and what its kind needs.

    A source that is stored with these three is looked at tomorrow as it is today.
    """

    kind: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)


class SourcePreview(Protocol):
    """`bot.preview.preview_source` over one installation: its network, its topics."""

    def __call__(
        self, url: str, *, time_zone: str = "UTC", selector: str | None = None, way: Way | None = None
    ) -> Mapping[str, Any]:
        """Raises `feeds.errors.FeedsError` where there is nothing to watch."""
