"""From an entry of a list or feed to the whole article: its page is fetched, unless the feed has it all.

It knows nothing of the store: `get` brings a page, and what comes back is a value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from feeds import near_duplicates
from feeds.confined import confined
from feeds.errors import FeedsError
from feeds.extract import clean_text, read_article, sanitise
from feeds.fetch import Response
from feeds.markup import charset_of
from feeds.model import Article, Entry, Source
from feeds.sources.fragments import plain

FULL_TEXT = 800
"""Characters of text from which on a feed's own content is taken to be the whole article."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole article; the other addresses it was found under; and what makes it comparable with others.

    `fetched`: its page was asked for, whatever came of it.
    """

    article: Article
    fetched: bool = False
    other_urls: tuple[str, ...] = ()
    signature: bytes | None = None
    bands: tuple[int, ...] = ()

    def tells_the_same(self, other: bytes) -> bool:
        """Whether an article of this signature tells the same in nearly the same words."""
        return self.signature is not None and near_duplicates.same_story(self.signature, other)


def complete(
    entry: Entry,
    source: Source,
    get: Callable[[str], Response],
    *,
    patient: bool = True,
    comparable: bool = True,
) -> Completion:
    """The article that the entry announces.

    `patient`: raise FetchError or ReadError if its page cannot be read now, to be tried again; otherwise what the entry
    itself says is taken. `comparable`: with a signature, which costs more than all the rest of an entry with its text.
    """
    html = sanitise(entry.html, entry.url) if entry.html else ""
    text = plain(html).replace("\n", "\n\n") if html else ""
    if len(entry.summary) > len(text):  # many feeds put the whole article into what should describe it
        text, html = entry.summary, ""
    other_urls: tuple[str, ...] = ()
    fetched = len(text) < FULL_TEXT
    if not fetched:
        article = _from_entry(entry, source, text, html)
    else:
        try:
            response = get(entry.url)
            article = confined(
                read_article,
                response.body,
                response.url,
                time_zone=source.time_zone,
                entry=entry,
                charset=charset_of(response.content_type),
            )
            other_urls = (response.url,)
            article = replace(
                article,
                url=entry.url,
                source=source.slug,
                guid=entry.guid,
                title=article.title or entry.title or entry.url,
                summary=entry.summary or article.summary,
                language=article.language or entry.language or source.language,
                categories=entry.categories or article.categories,
                enclosures=entry.enclosures,
            )
            if len(article.text) < len(text):
                article = replace(article, text=text, html=html)
        except FeedsError:
            if patient:
                raise
            article = _from_entry(entry, source, text, html)
    return _comparable(article, fetched, other_urls) if comparable else Completion(article, fetched, other_urls)


def _from_entry(entry: Entry, source: Source, text: str, html: str) -> Article:
    return Article(
        url=entry.url,
        title=clean_text(entry.title) or entry.title or entry.url,
        author=entry.author,
        published=entry.published,
        updated=entry.updated,
        language=entry.language or source.language,
        image=entry.image,
        text=text or clean_text(entry.summary),
        html=html,
        summary=entry.summary,
        guid=entry.guid,
        categories=entry.categories,
        enclosures=entry.enclosures,
        source=source.slug,
    )


def _comparable(article: Article, fetched: bool, other_urls: tuple[str, ...]) -> Completion:
    signature = near_duplicates.signature(article.text)
    if signature is None:
        return Completion(article, fetched, other_urls)
    return Completion(article, fetched, other_urls, signature, near_duplicates.bands(signature))
