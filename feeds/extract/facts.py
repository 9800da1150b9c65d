"""What a page says about its article for machines: JSON-LD, Open Graph, meta elements, microdata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from feeds.markup import absolute, json_ld, one_line, types_of

_ARTICLE_TYPES = frozenset({
    "Article", "NewsArticle", "BlogPosting", "Report", "ReportageNewsArticle", "AnalysisNewsArticle", "TechArticle",
    "ScholarlyArticle", "OpinionNewsArticle", "LiveBlogPosting", "SocialMediaPosting", "GovernmentDocument",
})  # fmt: skip
_PAGE_TYPES = frozenset({"WebPage", "ItemPage"})
_PUBLISHED = (
    "article:published_time", "datepublished", "og:published_time", "pubdate", "publishdate", "publish-date",
    "publish_date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date", "dc.date.created",
    "parsely-pub-date",
    "sailthru.date", "citation_publication_date", "article.published", "published_at", "date",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_AUTHOR = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
)
_PUBLISHED_BY_ANY_NAME = re.compile(
    r"(?:publi|original|creat|issue|release)[a-z]*[-_.: ]?(?:date|time|on|at)\b"
    r"|(?:date|time)[-_.: ]?(?:of[-_.: ])?(?:publi|original|creat|issue|release)"
)


@dataclass(frozen=True)
class Facts:
    """Strings as the page gives them; nothing is parsed or believed yet. Earlier titles and dates are more reliable."""

    titles: tuple[str, ...] = ()
    page_title: str = ""
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    site_names: tuple[str, ...] = ()
    description: str = ""


def read_facts(tree: HtmlElement, url: str, base: str) -> Facts:
    """The facts of the page at `url`; where JSON-LD tells of several articles, of the one with this address."""
    metas = _metas(tree)
    nodes = list(json_ld(tree))
    article = _article_node(nodes, url)
    pages = [node for node in nodes if types_of(node) & _PAGE_TYPES]
    site_names = [_name(article.get("publisher")), *metas.get("og:site_name", ()), *metas.get("application-name", ())]
    site_names += [_name(node) for node in nodes if "WebSite" in types_of(node)]
    own_titles = [
        article.get("headline"),
        article.get("name"),
        *metas.get("og:title", ()),
        *metas.get("twitter:title", ()),
    ]
    own_titles += metas.get("dc.title", ())
    published = [article.get("datePublished"), *_first(metas, _PUBLISHED), article.get("dateCreated")]
    published += [node.get("datePublished") for node in pages]
    published += [text for name, texts in metas.items() if _PUBLISHED_BY_ANY_NAME.search(name) for text in texts]
    images = [_picture(article.get("image")), *metas.get("og:image", ()), *metas.get("twitter:image", ())]
    images += [_picture(article.get("thumbnailUrl"))]
    languages = [article.get("inLanguage"), tree.get("lang"), tree.get("xml:lang"), *metas.get("og:locale", ())]
    languages += [*metas.get("content-language", ()), *metas.get("dc.language", ())]
    image = next((image for image in _texts(images)), None)
    return Facts(
        titles=_texts(own_titles),
        page_title=one_line(tree.findtext(".//title") or ""),
        authors=_texts([*_names(article.get("author")), *_first(metas, _AUTHOR)]),
        published=_texts(published),
        modified=_texts([article.get("dateModified"), *_first(metas, _MODIFIED)]),
        image=absolute(image, base) if image else None,
        language=next(iter(_texts(languages)), None),
        site_names=_texts(site_names),
        description=next(
            iter(_texts([*metas.get("og:description", ()), article.get("description"), *metas.get("description", ())])),
            "",
        ),
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = meta.get("content")
        if name and content:
            found.setdefault(name.lower(), []).append(content[:2_000])
    return found


def _first(metas: Mapping[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from metas.get(name, ())


def _texts(values: list[Any]) -> tuple[str, ...]:
    """The strings among the values, on one line, once each."""
    lines = (one_line(value) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(line for line in lines if line))


def _article_node(nodes: list[Mapping[str, Any]], url: str) -> Mapping[str, Any]:
    articles = [node for node in nodes if types_of(node) & _ARTICLE_TYPES]
    path = urlsplit(url).path.rstrip("/")
    for node in articles:
        page = node.get("mainEntityOfPage")
        named = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, Mapping) else page]
        if any(isinstance(name, str) and path and path in name for name in named):
            return node
    return articles[0] if len(articles) == 1 or (articles and not _is_list(nodes)) else {}


def _is_list(nodes: list[Mapping[str, Any]]) -> bool:
    return any(types_of(node) & {"ItemList", "CollectionPage", "Blog"} for node in nodes)


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("name")
    return value if isinstance(value, str) else ""


def _names(value: Any) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [_name(one) for one in many]


def _picture(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("url") or value.get("contentUrl")
    return value if isinstance(value, str) else ""
