"""The API's JSON objects for sources as they are looked at, added and corrected."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.way import Way
from bot.web.api.ground import Shape
from bot.web.source_operations import MAXIMUM_PATTERNS, MAXIMUM_SELECTOR, SourceDraft
from feeds.model import Source

Url = Annotated[str, Field(max_length=2000)]
Title = Annotated[str, Field(max_length=200)]
Kind = Annotated[str, Field(max_length=32, description='"auto", "feed", "page" or "sitemap"')]
Tag = Annotated[str, Field(max_length=35, description="A language tag; empty: found out for each article")]
Zone = Annotated[str, Field(max_length=64, description="Where its dates are days; empty: UTC")]
Selector = Annotated[
    str, Field(max_length=MAXIMUM_SELECTOR, description="CSS or XPath of its list's links; it wins over all else")
]
Pattern = Annotated[
    str | Annotated[list[str], Field(max_length=MAXIMUM_PATTERNS)] | None,
    Field(description="`options.pattern` of one of a preview's candidates, whose `kind` and `url` go with it"),
]
Fields = Annotated[
    dict[str, str] | None,
    Field(description="`options.fields` of one of a preview's candidates, whose `kind` and `url` go with it"),
]


class SourceDraftShape(Shape):
    """A source as it is looked at or added."""

    url: Url
    title: Title = ""
    slug: Annotated[str, Field(max_length=100, description="Its name in addresses; empty: made of the title")] = ""
    kind: Kind = "auto"
    selector: Selector = ""
    pattern: Pattern = None
    fields: Fields = None
    language: Tag = ""
    time_zone: Zone = ""

    def entered(self) -> SourceDraft:
        """As an operator would have entered it."""
        given = {"pattern": self.pattern, "fields": self.fields}
        options = {name: value for name, value in given.items() if value}
        return SourceDraft(
            url=self.url,
            title=self.title,
            slug=self.slug,
            language=self.language,
            time_zone=self.time_zone,
            selector=self.selector,
            kind=self.kind,
            way=None if self.kind == "auto" else Way(self.kind, self.url, options),
        )


class SourceChangeShape(Shape):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    title: Title | None = None
    kind: Kind | None = None
    selector: Selector | None = None
    language: Tag | None = None
    time_zone: Zone | None = None

    def applied_to(self, source: Source) -> SourceDraft:
        """The source with these changes, as an operator would have entered it."""
        draft = SourceDraft.of(source)
        # Another kind than "page" has no use for the selector that was there.
        kept = draft.selector if self.kind in (None, "page") else ""
        return SourceDraft(
            url=draft.url if self.url is None else self.url,
            title=draft.title if self.title is None else self.title,
            kind=draft.kind if self.kind is None else self.kind,
            selector=kept if self.selector is None else self.selector,
            language=draft.language if self.language is None else self.language,
            time_zone=draft.time_zone if self.time_zone is None else self.time_zone,
        )


class PreviewItem(Shape):
    """One entry of the list. `published` is ISO 8601, with the offset it was found with."""

    url: str
    title: str
    published: str | None


class PreviewArticle(PreviewItem):
    """The first article that could be read."""

    author: str | None
    language: str | None
    image: str | None
    text: str


class PreviewTopic(Shape):
    """A topic that selects that article, and the words by which it does."""

    slug: str
    matched: list[str]


class CandidateOptions(Shape):
    """What is stored so that tomorrow's look does the same."""

    selector: str | None = None
    pattern: str | list[str] | None = None
    fields: dict[str, str] | None = None
    child: str | None = None


class Candidate(Shape):
    """One way to watch it."""

    kind: Literal["feed", "api", "page", "sitemap"]
    url: str
    confidence: float = Field(description="0 to 1")
    why: str
    options: CandidateOptions


class SourcePreviewShape(Shape):
    """How an address would be watched; `notes` say why. The candidate that is shown stands first."""

    kind: str
    confidence: float
    feed_url: str
    options: CandidateOptions
    candidates: list[Candidate]
    items: list[PreviewItem]
    article: PreviewArticle | None
    topics: list[PreviewTopic]
    notes: list[str]
