"""What operators do, the same from a page and through the API: webhooks, topics, tests, retries.

What cannot be done raises `WrongInputError`, which names the field and a translated sentence. Knows no request.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from bot import api_tokens, tuning
from bot.channels import signature
from bot.channels.chat_formats import FORMATS
from bot.errors import TocsinError
from bot.message import OWN_QUERY_PREFIX
from bot.model import Destination
from bot.store import deliveries, owing
from bot.store.api_tokens import ApiToken
from bot.subscription_list import unused_slug
from bot.subscriptions import Subscriptions, target_kind
from bot.tuning import Tuning
from bot.web.services import WebServices
from feeds import targets
from feeds.model import DESK, Topic
from feeds.store import shelf
from feeds.store import sources as source_store
from feeds.store import topics as topic_store
from feeds.topics.grammar.tokens import MAX_LENGTH
from feeds.topics.samples import Verdict, try_samples

WEBHOOK_FORMATS = ("standard", *FORMATS)
MAXIMUM_URL = 2000
MAXIMUM_TITLE = 200
MAXIMUM_QUERY = MAX_LENGTH
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
"""The form of a BCP 47 tag."""
MAXIMUM_SAMPLES = 20
"""Of each kind."""
MAXIMUM_SAMPLE = 2000
MAXIMUM_SLUG = 56
"""Telegram's deep links carry "topic_" and 58 characters more."""


class WrongInputError(TocsinError):
    """What was entered cannot be used. `field` is the form's or the JSON's name for it, `key` names a sentence."""

    def __init__(self, field: str, key: str, **values: object) -> None:
        super().__init__(f"{field}: {key}")
        self.field = field
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """A webhook as an operator enters it; `topics` are slugs."""

    url: str
    title: str = ""
    format: str = "standard"
    topics: tuple[str, ...] = ()
    language: str = "en"


class Operations:
    """Over one installation. Safe to be shared by threads."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._database = services.database

    @property
    def subscriptions(self) -> Subscriptions:
        """Destinations and what they follow."""
        return self._services.subscriptions or Subscriptions(self._database, self._services.clock)

    # Webhooks

    def webhook(self, slug: str) -> Destination | None:
        """The webhook of that slug."""
        return self.subscriptions.find("webhook", slug)

    def add_webhook(self, draft: WebhookDraft) -> Destination:
        """Make it, with a fresh secret where its format is signed, and let it follow its topics."""
        url = checked_url(draft.url)
        if draft.format not in WEBHOOK_FORMATS:
            raise WrongInputError("format", "format", known=", ".join(WEBHOOK_FORMATS))
        topics = self._topics(draft.topics)
        if not topics:
            raise WrongInputError("topics", "no_topics")
        title = " ".join(draft.title.split())[:MAXIMUM_TITLE] or (urlsplit(url).hostname or "")
        options: dict[str, object] = {"url": url, "format": draft.format}
        if draft.format == "standard":
            options["secret"] = [signature.new_secret()]
        subscriptions = self.subscriptions
        taken = {one.address for one in subscriptions.all("webhook")}
        made = subscriptions.destination(
            "webhook", unused_slug(title, url, taken), title=title, language=draft.language, options=options
        )
        for topic in topics:
            subscriptions.follow_topic(made, topic)
        return made

    def rotate_secret(self, webhook: Destination) -> Destination:
        """A new secret first; the one before it still signs too, until the next rotation."""
        kept = webhook.options.get("secret") or []
        old = [kept] if isinstance(kept, str) else list(kept)
        options = {**webhook.options, "secret": [signature.new_secret(), *old[:1]]}
        return self.subscriptions.set_options(webhook, options)

    def follow_only(self, destination: Destination, slugs: Sequence[str]) -> None:
        """Make these the operator's topics that it follows."""
        wanted = {topic.slug: topic for topic in self._topics(slugs)}
        subscriptions = self.subscriptions
        for topic in subscriptions.following(destination):
            if topic.public and topic.slug not in wanted:
                subscriptions.unfollow(destination, topic.slug)
        for topic in wanted.values():
            subscriptions.follow_topic(destination, topic)

    def _topics(self, slugs: Sequence[str]) -> list[Topic]:
        offered = {topic.slug: topic for topic in self.subscriptions.topics()}
        unknown = [slug for slug in slugs if slug not in offered]
        if unknown:
            raise WrongInputError("topics", "unknown_topic", slug=unknown[0])
        return [offered[slug] for slug in dict.fromkeys(slugs)]

    # Tests and retries

    def send_test(self, destination: Destination) -> None:
        """Owe it a ping, due at once whatever it waits for."""
        self._owe_now(destination, "ping", {})

    def verify(self, destination: Destination) -> None:
        """Ask the endpoint to answer with a challenge."""
        self._owe_now(destination, "endpoint.verify", {"challenge": secrets.token_urlsafe(24)})

    def _owe_now(
        self, destination: Destination, kind: Literal["ping", "endpoint.verify"], data: dict[str, object]
    ) -> None:
        now = self._services.clock()
        key = f"{kind}:{secrets.token_hex(8)}"
        with self._database.write() as connection:
            alert = owing.add_alert(connection, kind, key, data, now)
            owing.owe(connection, alert, key, [owing.Owing(destination.id)], now)
            targets.due_at(connection, target_kind(destination.kind), destination.id, now)

    def retry(self, uids: Sequence[str]) -> int:
        """Owe failed deliveries once more; how many destinations were woken for it."""
        now = self._services.clock()
        with self._database.write() as connection:
            woken = deliveries.retry(connection, list(uids), now)
            for kind, destination in woken:
                targets.due_at(connection, target_kind(kind), destination, now)
        return len(woken)

    def retry_all(self, destination: Destination | None = None) -> int:
        """The same for everything that failed (at that destination), the newest 500."""
        only = None if destination is None else destination.id
        with self._database.read() as connection:
            failed = deliveries.listing(connection, state="failed", destination_id=only, limit=500)
        return self.retry([row.uid for row in failed]) if failed else 0

    # Sources

    def look_now(self, slug: str) -> bool:
        """Make the source due at once; False if there is no such, or it isn't watched."""
        with self._database.read() as connection:
            state = source_store.state_by_slug(connection, slug)
        if state is None or state.source.id is None or not state.active:
            return False
        if self._services.look_now is not None:
            self._services.look_now(state.source.id)
        else:
            with self._database.write() as connection:
                targets.due_at(connection, "source", state.source.id, self._services.clock())
        return True

    def watch(self, slug: str, *, active: bool) -> bool:
        """Watch it again, or no more; False if there is no such."""
        with self._database.write() as connection:
            state = source_store.state_by_slug(connection, slug)
            if state is None or state.source.id is None:
                return False
            if active:
                source_store.activate(connection, state.source.id, self._services.clock())
            else:
                source_store.deactivate(connection, state.source.id)
        return True

    # API tokens

    def add_token(self, name: str, scope: str) -> tuple[ApiToken, str]:
        """A new one, and its text, which is never known again."""
        known = {one: one for one in api_tokens.SCOPES}
        if scope not in known:
            raise WrongInputError("scope", "scope")
        try:
            checked = api_tokens.checked_name(name)
        except ValueError:
            raise WrongInputError("name", "token_name", limit=api_tokens.MAXIMUM_NAME) from None
        return api_tokens.ApiTokens(self._database, self._services.clock).add(checked, known[scope])

    # Topics

    def save_topic(self, topic: Topic) -> Topic:
        """Make the public topic of that slug live. Raises `QueryError` too.

        A new one is the desk's, and kept by the database. A declared one stays declared: its file is right again at
        the next start.
        """
        from feeds.store.queries import read_query

        self.check_topic(topic)
        with self._database.write() as connection:
            read_query(connection, topic.query, topic.language, slug=topic.slug)
            known = topic_store.topic_by_slug(connection, topic.slug)
            if known is not None and not known.public:
                raise WrongInputError("slug", "slug_taken")
            owner = DESK if known is None else known.owner
            now = self._services.clock()
            shelf.mark_stale(connection, [f"topics/{topic.slug}"], now)
            return topic_store.save_topic(connection, replace(topic, owner=owner), now)

    def check_topic(self, topic: Topic) -> None:
        """Raise `WrongInputError` for what cannot be a topic's, whatever its query says."""
        if not SLUG.fullmatch(topic.slug) or len(topic.slug) > MAXIMUM_SLUG:
            raise WrongInputError("slug", "slug", limit=MAXIMUM_SLUG)
        if not topic.query.strip():
            raise WrongInputError("query", "no_query")
        if topic.slug.startswith(OWN_QUERY_PREFIX):
            raise WrongInputError("slug", "slug_kept", prefix=OWN_QUERY_PREFIX)
        if len(topic.query) > MAXIMUM_QUERY:
            raise WrongInputError("query", "too_long", limit=MAXIMUM_QUERY)
        if topic.language is not None and not LANGUAGE_TAG.fullmatch(topic.language):
            raise WrongInputError("language", "language")
        for kind, samples in (("expect", topic.expect), ("reject", topic.reject)):
            if len(samples) > MAXIMUM_SAMPLES:
                raise WrongInputError(kind, "too_many_samples", limit=MAXIMUM_SAMPLES)
            if any(len(sample) > MAXIMUM_SAMPLE for sample in samples):
                raise WrongInputError(kind, "too_long", limit=MAXIMUM_SAMPLE)

    def try_samples(self, topic: Topic) -> tuple[Verdict, ...]:
        """What its query makes of its samples. Raises `QueryError`."""
        from feeds.store.queries import read_query

        if not (topic.expect or topic.reject):
            return ()
        with self._database.read() as connection:
            query = read_query(connection, topic.query, topic.language, slug=topic.slug)
        return tuple(try_samples(query, topic))

    def vote(self, slug: str, article: str, *, good: bool) -> bool:
        """The operators' 👍 or 👎 on an article (its uid) that the topic selected; False if it selected none such."""
        with self._database.write() as connection:
            topic = topic_store.topic_by_slug(connection, slug)
            if topic is None or not topic.public:
                return False
            return tuning.vote(connection, topic, article, tuning.OPERATORS, good, self._services.clock())

    def tuning(self, slug: str) -> Tuning | None:
        """What people's votes on a public topic suggest; None if there is no such topic."""
        with self._database.read() as connection:
            topic = topic_store.topic_by_slug(connection, slug)
            return tuning.tuning(connection, topic) if topic is not None and topic.public else None

    def improve_topic(self, slug: str, key: str) -> Topic | None:
        """Take up a suggestion, named as `tuning.key_of` does; None if the votes suggest something else by now.

        Raises `WrongInputError`: for a declared topic, which its file would restore.
        """
        found = self.tuning(slug)
        suggestion = tuning.chosen(found.suggestions, key) if found is not None else None
        if found is None or suggestion is None:
            return None
        if found.topic.owner is None:
            raise WrongInputError("topic", "declared_topic", slug=slug)
        return self.save_topic(replace(found.topic, query=suggestion.query.text))

    def remove_topic(self, slug: str) -> bool:
        """Match it no more; False if there is no such."""
        with self._database.write() as connection:
            known = topic_store.topic_by_slug(connection, slug)
            if known is None or not known.public:
                return False
            topic_store.remove_topic(connection, slug)
            shelf.mark_stale(connection, [f"topics/{slug}"], self._services.clock())
        return True

    def restore_topic(self, slug: str) -> bool:
        """Undo `remove_topic`; False if no such topic was removed.

        Those who follow it follow it again. It is asked of what came meanwhile, of which nobody is alerted. One that
        stands in no file any more is the desk's from now on.
        """
        with self._database.write() as connection:
            removed = topic_store.removed_topic(connection, slug)
            if removed is None:
                return False
            declared = any(topic.slug == slug for topic in self._services.settings.topics)
            back = replace(removed, owner=None if declared else DESK)
            now = self._services.clock()
            topic_store.save_topic(connection, back, now)
            shelf.mark_stale(connection, [f"topics/{slug}"], now)
        return True


def checked_url(text: str) -> str:
    """A whole http(s) address, trimmed. Whether it may be reached is found out by reaching for it."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or len(url) > MAXIMUM_URL or any(character.isspace() for character in url):
        raise WrongInputError("url", "url")
    return url
