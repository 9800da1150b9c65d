"""Sources as operators enter them, the same from a page and through the API: looked at, added, corrected.

What cannot be done raises `WrongInputError`, which names the field and a translated sentence. Knows no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from bot.subscription_list import unused_slug
from bot.way import Way
from bot.web.operations import (
    LANGUAGE_TAG,
    MAXIMUM_SLUG,
    MAXIMUM_TITLE,
    SLUG,
    WrongInputError,
    checked_url,
)
from bot.web.services import WebServices
from feeds.errors import EmptyList, FeedsError, ReadError
from feeds.model import Source
from feeds.sources import KINDS
from feeds.sources.api_fields import FIELDS
from feeds.store import shelf
from feeds.store import sources as store
from feeds.store.sources import SourceState

SOURCE_KINDS = ("auto", *KINDS)
MAXIMUM_SELECTOR = 1000
MAXIMUM_PATTERNS = 20
_READING_OPTIONS = ("selector", "pattern", "fields")
"""The options by which a list is found; all others are left as they are when a source is corrected."""


class LookError(WrongInputError):
    """A look at an address brought nothing to watch. `code` is the `FeedsError`'s, `reason` its sentence (English)."""

    def __init__(self, field: str, error: FeedsError) -> None:
        super().__init__(field, "preview", reason=str(error))
        self.code = error.code
        self.reason = str(error)


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source as an operator enters it. A `selector` wins over the `way`, which wins over the `kind`."""

    url: str = ""
    title: str = ""
    slug: str = ""
    language: str = ""
    time_zone: str = ""
    selector: str = ""
    kind: str = "auto"
    way: Way | None = None

    @classmethod
    def of(cls, source: Source) -> SourceDraft:
        """As somebody would have entered what is stored, its slug apart."""
        return cls(
            url=source.url,
            title=source.title,
            language=source.language or "",
            time_zone=source.time_zone,
            selector=str(source.options.get("selector") or ""),
            kind=source.kind,
        )


class SourceOperations:
    """Over one installation. Safe to be shared by threads."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._database = services.database

    def preview(self, draft: SourceDraft) -> Mapping[str, Any] | None:
        """How it would be watched, as `bot.preview` says it; None where that is not offered. Raises `LookError` too."""
        look = self._services.preview_source
        if look is None:
            return None
        url, zone, selector = checked_url(draft.url), _checked_zone(draft.time_zone), _checked_selector(draft.selector)
        way = None if draft.way is None or draft.way.kind == "auto" else _checked_way(draft.way)
        try:
            return look(url, time_zone=zone, selector=selector or None, way=way)
        except FeedsError as error:
            by_selector = selector and isinstance(error, ReadError) and error.code in _SELECTORS_FAULT
            raise LookError("selector" if by_selector else "url", error) from error

    def add(self, draft: SourceDraft) -> Source:
        """Watch it from now on."""
        with self._database.read() as connection:
            known = store.states(connection, only_active=False)
        taken = {state.source.slug for state in known}
        entered = _checked(draft, known)
        slug = draft.slug.strip()
        if slug and (not SLUG.fullmatch(slug) or len(slug) > MAXIMUM_SLUG):
            raise WrongInputError("slug", "slug", limit=MAXIMUM_SLUG)
        if slug in taken:
            raise WrongInputError("slug", "source_slug_taken", slug=slug)
        named = entered.title or (urlsplit(entered.url).hostname or entered.url)
        source = replace(entered, slug=slug or unused_slug(entered.title, entered.url, taken), title=named)
        if self._services.add_source is not None:
            self._services.add_source(source)
        else:
            with self._database.write() as connection:
                store.add(connection, source, self._services.clock())
        return source

    def change(self, slug: str, draft: SourceDraft) -> Source | None:
        """Correct a source; None if there is none of that slug. Its slug stays: feeds and readers hang on it.

        What finds its list is kept while address and kind stay the same. One of the operator's file is changed there.
        """
        with self._database.read() as connection:
            known = store.states(connection, only_active=False)
        state = next((one for one in known if one.source.slug == slug), None)
        if state is None or state.source.id is None:
            return None
        if state.declared:
            raise WrongInputError("url", "declared_source", slug=slug)
        old = state.source
        entered = _checked(draft, [one for one in known if one.source.id != old.id])
        options = dict(entered.options)
        if not options and (entered.kind, entered.url) == (old.kind, old.url):
            options = {name: old.options[name] for name in ("pattern", "fields") if name in old.options}
        others = {name: value for name, value in old.options.items() if name not in _READING_OPTIONS}
        changed = replace(
            entered,
            slug=slug,
            title=entered.title or old.title,
            description=old.description,
            options=others | options,
            id=old.id,
        )
        now = self._services.clock()
        with self._database.write() as connection:
            store.change(connection, state.source.id, changed, now)
            shelf.mark_stale(connection, ["all", f"sources/{slug}"], now)
        return changed


_SELECTORS_FAULT = (ReadError.code, EmptyList.code)
"""What goes wrong where a selector cannot be read, or selects nothing."""


def _checked(draft: SourceDraft, others: Sequence[SourceState]) -> Source:
    """What it says, without slug; `others` are the sources whose address it may not have."""
    url, selector = checked_url(draft.url), _checked_selector(draft.selector)
    asked = _checked_way(Way(draft.kind or "auto", url))
    if selector:
        way = Way("page", url, {"selector": selector})
    elif draft.way is not None:
        way = _checked_way(draft.way)
    else:
        way = asked
    for state in others:
        if state.active and state.source.url in (url, way.url):
            raise WrongInputError("url", "watched_already", slug=state.source.slug)
    language = draft.language.strip()
    if language and not LANGUAGE_TAG.fullmatch(language):
        raise WrongInputError("language", "language")
    return Source(
        slug="",
        url=way.url,
        title=" ".join(draft.title.split())[:MAXIMUM_TITLE],
        kind=way.kind,
        language=language or None,
        time_zone=_checked_zone(draft.time_zone),
        options=dict(way.options),
    )


def _checked_way(way: Way) -> Way:
    if way.kind not in SOURCE_KINDS:
        raise WrongInputError("kind", "kind", known=", ".join(SOURCE_KINDS))
    options: dict[str, object] = {}
    pattern = way.options.get("pattern")
    if pattern:
        patterns = [pattern] if isinstance(pattern, str) else pattern
        good = isinstance(patterns, list) and len(patterns) <= MAXIMUM_PATTERNS
        if not good or not all(isinstance(one, str) and 0 < len(one) <= MAXIMUM_SELECTOR for one in patterns):
            raise WrongInputError("pattern", "pattern")
        options["pattern"] = pattern
    fields = way.options.get("fields")
    if fields:
        if not isinstance(fields, dict) or not fields.keys() <= set(FIELDS):
            raise WrongInputError("fields", "pattern")
        if not all(isinstance(path, str) and len(path) <= MAXIMUM_SELECTOR for path in fields.values()):
            raise WrongInputError("fields", "pattern")
        options["fields"] = fields
    selector = way.options.get("selector")
    if selector:
        options = {"selector": _checked_selector(str(selector))}
    return Way(way.kind, checked_url(way.url), options)


def _checked_selector(text: str) -> str:
    selector = text.strip()
    if len(selector) > MAXIMUM_SELECTOR:
        raise WrongInputError("selector", "too_long", limit=MAXIMUM_SELECTOR)
    return selector


def _checked_zone(name: str) -> str:
    zone = name.strip() or "UTC"
    if zone not in time_zones():
        raise WrongInputError("time_zone", "time_zone")
    return zone


@cache
def time_zones() -> frozenset[str]:
    """Every zone there is, by its IANA name."""
    return frozenset(available_timezones())
