"""Takes out of an article's page what is not the article, before its body is looked for.

It changes the tree it is given. What it takes out: navigation, sidebars, "most read" and related links, players, search
forms with their date pickers, share buttons, captions of pictures.
"""

from __future__ import annotations

import re
from itertools import islice

import lxml.etree
from lxml.html import HtmlElement

from feeds.extract.byline import name_in
from feeds.layout import HEADINGS, is_aside, is_hidden
from feeds.markup import BREAKING, UNSEEN, one_line, text_of, words_of

LARGEST_SHARE = 0.4
"""An element with more of the page's text than this is not a sidebar, whatever it calls itself."""
LONGEST_CAPTION = 220
SHORT_CAPTION_WORDS = 14
MOST_CELLS = 12
LEAST_LOOSE = 40

_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:player|audio|tts|speech|text-?to-?speech|listen|datepicker|calendar|search(?:-?(?:box|form|bar))?|share|"
    r"sharing|addthis|comments?|disqus|newsletter|subscribe|print|toolbar|related|lien-?quan|tin-?khac|most-?(?:read|viewed)|"
    r"doc-?nhieu|xem-?nhieu|recommend(?:ed|ation)?s?|you-?may|see-?also|other-?news|read-?(?:more|next|also)|cookie|popup|modal|"
    r"breadcrumbs?|pagination|tags?|tag-?list|advert(?:isement)?|ads|banner|promo|social|under-?construction|rating|skip-?link)"
    r"(?:$|[\s_-])"
)
_FILED_UNDER = re.compile(r"(?:tag|category)-(?!list|cloud|links?|wrap|box|container|widget|section|area)")
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:(?:img|image|photo|pic|picture|figure|media|wp)?[_-]?caption(?:-?text)?|photocms_caption|pcaption|"
    r"chu-?thich|photo-?credit|image-?credit)(?:$|[\s_-])"
)
_CAPTION_TAGS = frozenset({"p", "div", "span", "em", "i", "small", "td", "tr", "center", "font", "strong", "h6", "li"})
_INVISIBLE = UNSEEN - {"script", "style", "noscript"}
_DEVICES = frozenset({"form", "audio", "video", "object", "input"})
_RELATED = re.compile(
    r"^[\W_]*(?:related|see also|read (?:more|also|next)|also read|more on this|other news|most read|most viewed|"
    r"xem thêm|đọc thêm|tin liên quan|tin khác|các tin khác|bài liên quan|đọc nhiều|tin cùng chuyên mục|"
    r"baca juga|lire aussi)",
    re.IGNORECASE,
)
_LOOSE_PARENTS = ("div", "section", "article", "main", "center", "td", "body", "blockquote")
_BLOCKS = frozenset({"p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "section", "article", "blockquote"})


def prune(tree: HtmlElement, headline: HtmlElement | None = None) -> None:
    """Removes all of it; the text that remains is in its order.

    What holds the article, by `headline` (the element that shows its title) or by its own word, is never removed,
    whatever it calls itself.
    """
    lengths = _text_lengths(tree)
    whole = max(1, lengths.get(tree, 0))
    kept = _holders_of_article(tree, headline)
    for element in list(tree.iter("*")):
        if element in kept or element.tag in ("html", "body", "main", "article") or element.getparent() is None:
            continue
        small = lengths.get(element, 0) <= LARGEST_SHARE * whole
        if element.tag in _INVISIBLE or (small and _is_furniture(element)):
            element.drop_tree()
        elif element.tag == "figcaption" or _CAPTION.search(words_of(element)):
            _drop_caption(element)
    _drop_lines_under_pictures(tree)
    _drop_related(tree)
    _open_layout_tables(tree)
    _wrap_loose_text(tree)


def _holders_of_article(tree: HtmlElement, headline: HtmlElement | None) -> set[HtmlElement]:
    found: set[HtmlElement] = set()
    bodies = [element for element in tree.iter("*") if (element.get("itemprop") or "").lower() == "articlebody"]
    for element in (headline, *bodies[:3]):
        if element is not None:
            found |= {element, *element.iterancestors()}
    return found


def _is_furniture(element: HtmlElement) -> bool:
    if element.tag in _DEVICES or _calls_itself_furniture(element) or is_hidden(element):
        return True
    return is_aside(element) and not _is_own_header(element)


def _calls_itself_furniture(element: HtmlElement) -> bool:
    words = words_of(element)
    if not _FURNITURE.search(words):
        return False
    # "tag-security" on a whole post is what it is filed under.
    return bool(_FURNITURE.search(" ".join(word for word in words.split() if not _FILED_UNDER.match(word))))


def _is_own_header(element: HtmlElement) -> bool:
    """The article's own head, with its title or lead."""
    return element.tag == "header" and (
        next(element.iter("h1"), None) is not None or next(element.iterancestors("article"), None) is not None
    )


def _text_lengths(tree: HtmlElement) -> dict[HtmlElement, int]:
    """Characters of text under each element, in one pass."""
    lengths: dict[HtmlElement, int] = {}
    for _, element in lxml.etree.iterwalk(tree, events=("end",)):
        own = 0 if element.tag in UNSEEN else len((element.text or "").strip())
        total = own + sum(lengths[child] + len((child.tail or "").strip()) for child in element)
        lengths[element] = total
    return lengths


def _drop_caption(element: HtmlElement) -> None:
    if next(element.iter("img"), None) is None:
        element.drop_tree()


def _drop_lines_under_pictures(tree: HtmlElement) -> None:
    for picture in list(tree.iter("img")):
        block = picture
        for _ in range(5):
            parent = block.getparent()
            if parent is None or parent.tag in ("body", "article", "main", "section", "tbody", "table"):
                break
            if text_of(parent):
                break
            block = parent
        parent = block.getparent()
        if parent is None:
            continue
        if _is_line_with_picture(parent, block):
            _keep_pictures_only(parent)
            continue
        below = block.getnext()
        if below is not None and below.tag == "br":
            below = below.getnext()
        if (
            below is not None
            and not (block.tail or "").strip()
            and below.tag in _CAPTION_TAGS
            and _reads_as_caption(below)
        ):
            below.drop_tree()


def _is_line_with_picture(parent: HtmlElement, block: HtmlElement) -> bool:
    """A paragraph, cell or figure that begins with the picture and has a caption's worth of text in it."""
    if parent.tag not in ("p", "figure", "td", "center", "em", "span") or (parent.text or "").strip():
        return False
    if any(child.tag in _BLOCKS for child in parent) or block.getprevious() is not None:
        return False
    text = text_of(parent)
    return 0 < len(text) <= LONGEST_CAPTION and (len(text.split()) <= 2 * SHORT_CAPTION_WORDS) and not name_in(text)


def _keep_pictures_only(parent: HtmlElement) -> None:
    for child in list(parent):
        child.tail = None
        if child.tag != "img" and next(child.iter("img"), None) is None:
            parent.remove(child)
        elif child.tag != "img":
            child.text = None


def _reads_as_caption(element: HtmlElement) -> bool:
    """Short, in one line, and set apart from prose: slanted, centred, small; or too short for prose."""
    text = text_of(element)
    if not text or len(text) > LONGEST_CAPTION or next(element.iter("img", "a", *HEADINGS), None) is not None:
        return False
    if name_in(text) or (element.getnext() is None and element.tag == "p" and len(text) > 120):
        return False
    style = ((element.get("style") or "") + " " + (element.get("align") or "")).lower()
    inner = " ".join((step.get("style") or "") for step in element.iter("*")).lower()
    slanted = one_line("".join(text_of(step) for step in element.iter("em", "i"))) == text
    apart = (
        slanted or "center" in style or "font-size" in inner or "italic" in inner or element.tag in ("small", "center")
    )
    return apart or element.tag in ("small", "center") or len(text.split()) <= SHORT_CAPTION_WORDS


def _drop_related(tree: HtmlElement) -> None:
    """Paragraphs, lists and headings that only lead to other articles."""
    for element in list(tree.iter("p", "ul", "ol", "div", *HEADINGS)):
        if element.getparent() is None or len(element) > 40:
            continue
        links = list(element.iter("a"))
        if not links and element.tag not in HEADINGS:
            continue
        text = text_of(element)
        if len(text) > 1_500:
            continue
        linked = sum(len(text_of(link)) for link in links)
        if element.tag in HEADINGS or len(text) < 40:
            if _RELATED.match(text) and len(text) < 60:
                _drop_with_list(element)
        elif linked >= 0.8 * len(text) and (len(links) >= 3 or _RELATED.match(text)):
            element.drop_tree()


def _open_layout_tables(tree: HtmlElement) -> None:
    """Tables that hold a page's columns and not data become plain blocks: a cell with prose or a table in it tells."""
    for table in list(tree.iter("table")):
        cells = list(islice(table.iter("td"), MOST_CELLS))
        if any(_holds_prose(cell) for cell in cells):
            for step in (table, *table.iter("tbody", "tr", "td", "center")):
                step.tag = "div"


def _holds_prose(cell: HtmlElement) -> bool:
    paragraphs = sum(1 for _ in islice(cell.iter("p"), 3))
    return paragraphs >= 2 or next(cell.iterdescendants("table"), None) is not None or len(text_of(cell, 900)) > 800


def _wrap_loose_text(tree: HtmlElement) -> None:
    """Prose that stands beside paragraphs without being in one, as on hand-made pages, is put into one of its own."""
    parents = {step.getparent() for step in tree.iter("p")}
    for parent in [step for step in tree.iter(*_LOOSE_PARENTS) if step in parents]:
        run: HtmlElement | None = None
        if len((parent.text or "").strip()) >= LEAST_LOOSE:
            run = parent.makeelement("p")
            run.text, parent.text = parent.text, None
            parent.insert(0, run)
        for child in list(parent):
            if child is run:
                continue
            if child.tag in BREAKING and child.tag != "br":
                run, tail = None, child.tail or ""
                if len(tail.strip()) >= LEAST_LOOSE:
                    run, child.tail = parent.makeelement("p"), None
                    run.text = tail
                    child.addnext(run)
            elif run is not None:
                run.append(child)


def _drop_with_list(element: HtmlElement) -> None:
    below = element.getnext()
    if below is not None and below.tag in ("ul", "ol", "div", "p") and next(below.iter("a"), None) is not None:
        linked = sum(len(text_of(link)) for link in below.iter("a"))
        if linked >= 0.6 * max(1, len(text_of(below))):
            below.drop_tree()
    element.drop_tree()
