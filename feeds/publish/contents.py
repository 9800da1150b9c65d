"""Which articles a feed holds, and what is told of each: its source, its topics, the words that matched, its copies.

Several sources or several topics, joined by "+", are a feed of what any of them holds. People's own queries are nobody
else's business: only public topics name an article, or have a feed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from feeds.model import Article, FeedItem, FeedSpec, Span, Topic
from feeds.publish.site import Site
from feeds.render import Archive, current_spec, page_spec, paginate
from feeds.store import articles, files, shelf, sources, stories, topics

PUBLIC_PATH = "/feeds/"

SHOWN = 50
"""Articles of a feed that is not archived: a story, the answers to a query. And as many older ones of an archived feed
as have changed."""

MOST_COMBINED = 20
"""Sources or topics in one feed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """One document of a feed, ready for the renderer. `changed` is the newest change of its articles (UTC)."""

    spec: FeedSpec
    items: tuple[FeedItem, ...]
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class Following:
    """What somebody follows, to be made a feed for them alone. `language` is a BCP 47 tag."""

    title: str
    language: str | None
    topics: tuple[Topic, ...]


def contents(connection: Connection, site: Site, feed: str, *, before: str | None = None) -> Contents | None:
    """The subscription document of a feed, or its archive page `before`.

    The feed is "all", "sources/SLUG", "topics/SLUG", "sources/SLUG+SLUG", "topics/SLUG+SLUG" or "stories/UID". None
    where there is no such feed or page. Stories are short and have no archive.
    """
    family, _, name = feed.partition("/")
    chosen: Sequence[Topic] = ()
    if family in ("sources", "topics") and "+" in name:
        return _combined(connection, site, feed, before)
    if feed == "all":
        spec = _spec(site, feed, site.title, site.description, site.language, home="/")
        ids = shelf.uids(connection)
    elif family == "sources" and (state := sources.state_by_slug(connection, name)) is not None:
        source = state.source
        title = source.title or source.slug
        spec = _spec(site, feed, title, source.description, source.language, home=f"/sources/{name}")
        ids = shelf.uids(connection, source=name)
    elif family == "topics" and (topic := public_topic(connection, name)) is not None:
        spec = _spec(site, feed, topic.title or name, topic.description, topic.language, home=f"/topics/{name}")
        ids = shelf.uids(connection, topic=name)
        chosen = [topic]
    elif family == "stories" and (first := articles.by_uid(connection, name)) is not None and not before:
        spec = _spec(site, feed, first.title, "", first.language, home=f"/articles/{name}")
        ids = shelf.uids(connection, story=first.story)
        newest = list(reversed(ids.values()))[:SHOWN]
        return _filled(connection, spec, articles.by_ids(connection, newest), ())
    else:
        return None
    return _paged(connection, spec, ids, before, chosen)


def _combined(connection: Connection, site: Site, feed: str, before: str | None) -> Contents | None:
    """What any of several sources, or any of several topics, holds: each article once."""
    family, _, name = feed.partition("/")
    names = name.split("+")
    if len(names) > MOST_COMBINED or len(set(names)) < len(names):
        return None
    chosen: list[Topic] = []
    titles: list[str] = []
    for one in names:
        if family == "topics":
            topic = public_topic(connection, one)
            if topic is None:
                return None
            chosen.append(topic)
            titles.append(topic.title or one)
        else:
            state = sources.state_by_slug(connection, one)
            if state is None:
                return None
            titles.append(state.source.title or one)
    spec = _spec(site, feed, " + ".join(titles), "", None, home=f"/{family}")
    ids = shelf.uids_of_any(connection, source_slugs=names if family == "sources" else (), topic_ids=_ids(chosen))
    return _paged(connection, spec, ids, before, chosen)


def _ids(chosen: Sequence[Topic]) -> list[int]:
    return [topic.id for topic in chosen if topic.id is not None]


def of_following(
    connection: Connection, site: Site, feed: str, following: Following, *, before: str | None = None
) -> Contents | None:
    """The feed of what somebody follows, their own queries among it; or its archive page `before`."""
    spec = _spec(site, feed, following.title, "", following.language, home="/follow")
    ids = shelf.uids_of_any(connection, topic_ids=_ids(following.topics))
    return _paged(connection, spec, ids, before, following.topics)


def _paged(
    connection: Connection, spec: FeedSpec, ids: dict[str, int], before: str | None, chosen: Sequence[Topic]
) -> Contents | None:
    archive: Archive = paginate(list(ids))
    if before is None:
        spec, shown = current_spec(spec, archive), archive.current
    else:
        page = archive.page(before)
        if page is None:
            return None
        spec, shown = page_spec(spec, page), page.uids
    told = articles.by_ids(connection, [ids[uid] for uid in shown])
    if before is None and archive.pages:
        told += _changed_later(connection, told, ids.values())
    return _filled(connection, spec, told, chosen)


def _changed_later(connection: Connection, shown: Sequence[Article], ids: Collection[int]) -> list[Article]:
    """Those of `ids` that changed since the oldest of `shown` was found: nobody reads an archive page a second time."""
    oldest = min((one.found for one in shown if one.found is not None), default=None)
    if oldest is None:
        return []
    missing = set(ids) - {one.id for one in shown}
    changed = [one for one in articles.revised_since(connection, oldest) if one in missing]
    return articles.by_ids(connection, sorted(changed[:SHOWN], reverse=True))


def of_hits(
    connection: Connection, site: Site, path: str, title: str, hits: Sequence[tuple[Article, Sequence[Span]]]
) -> Contents:
    """A feed of articles that a query found, each with the spans that made it match.

    `path` is public, without extension, perhaps with a query. Such a feed changes without anybody being told, and has
    no hub.
    """
    spec = FeedSpec(path=path, title=title, base_url=site.base_url, tag=site.tag, icon=site.icon)
    filled = _filled(connection, spec, [article for article, _ in hits], ())
    items = [replace(item, spans=tuple(spans)) for item, (_, spans) in zip(filled.items, hits, strict=True)]
    return replace(filled, items=tuple(items))


def public_topic(connection: Connection, slug: str) -> Topic | None:
    """The public topic of that slug."""
    found = topics.topic_by_slug(connection, slug)
    return found if found is not None and found.public else None


def _spec(site: Site, feed: str, title: str, description: str, language: str | None, *, home: str) -> FeedSpec:
    return FeedSpec(
        path=PUBLIC_PATH + feed,
        title=title if feed == "all" else f"{title} · {site.title}",
        base_url=site.base_url,
        tag=site.tag,
        home=home,
        description=description,
        language=language,
        hub=site.hub,
        icon=site.icon,
    )


def _filled(connection: Connection, spec: FeedSpec, shown: Sequence[Article], chosen: Sequence[Topic]) -> Contents:
    """The articles with what is told of them; `chosen` are the topics for whose sake they stand in this feed."""
    known = {slug: sources.state_by_slug(connection, slug) for slug in {one.source for one in shown}}
    ids = [one.id for one in shown if one.id is not None]
    matched = topics.matches_of(connection, ids)
    told = {one.id: one for one in (*topics.active_topics(connection), *chosen)}
    reasons = {one.id for one in chosen}
    measured = files.measured_of(connection, shown)
    copies = stories.copies(connection, {one.story for one in shown if one.story})
    items = []
    for article in shown:
        own = matched.get(article.id or 0, [])
        state = known[article.source]
        items.append(
            FeedItem(
                article=article,
                source_title=(state.source.title if state else "") or article.source,
                source_url=state.source.url if state else "",
                topics=tuple(told[one.topic_id] for one in own if one.topic_id in told),
                spans=_in_order(span for one in own if one.topic_id in reasons for span in one.spans),
                also=tuple(one for one in copies.get(article.story or 0, []) if one.id != article.id),
                measured=tuple(measured[url] for url in files.to_measure(article) if url in measured),
            )
        )
    changed = max((time for one in shown for time in (one.found, one.updated) if time is not None), default=None)
    return Contents(spec if spec.is_archive else replace(spec, updated=changed), tuple(items), changed)


def _in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """As they stand in the article, each once: several topics may select it by the same words."""
    return tuple(sorted(set(spans), key=lambda one: (one.field != "title", one.field, one.start, one.end, one.clause)))
