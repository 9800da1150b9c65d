"""A found list as CSS selectors, so that tomorrow's look finds the same list and a person can read and correct it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import lxml.etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from feeds.sources.page.groups import Group
from feeds.sources.page.links import column_of, stable_classes


def patterns_of(group: Group, tree: HtmlElement) -> tuple[str, ...]:
    """One selector for each group that the list was joined from, best first; without repeats."""
    wanted = {link.url for link in group.links}
    found = [_pattern(part, tree, wanted) for part in group.joined or [group]]
    return tuple(dict.fromkeys(found))


def _pattern(group: Group, tree: HtmlElement, wanted: set[str]) -> str:
    """Child steps with the classes that all links of the group share; positions only where others would match too."""
    paths = [link.path for link in group.links]
    plain = " > ".join(["body", *(_step(column) for column in zip(*paths, strict=True))])
    if _matches(tree, plain) <= len(group.links) or _urls(tree, plain, group) <= wanted:
        return plain
    shared = 0
    while shared < len(paths[0]) - 1 and len({path[shared] for path in paths}) == 1:
        shared += 1
    steps = [
        _step(column) + (_position(column[0]) if depth < shared else "")
        for depth, column in enumerate(zip(*paths, strict=True))
    ]
    ordinals = {_position(path[-1]) for path in paths}
    found = " > ".join(["body", *steps])
    if len(ordinals) == 1 and not _urls(tree, found, group) <= wanted:
        return found + ordinals.pop()
    return found


def _step(column: Sequence[HtmlElement]) -> str:
    classes = set.intersection(*(stable_classes(step) for step in column))
    step = ".".join((column[0].tag, *sorted(classes)))
    columns = {column_of(cell) for cell in column} if column[0].tag == "td" else set()
    return f"{step}:nth-child({columns.pop()})" if len(columns) == 1 else step


def _position(step: HtmlElement) -> str:
    before = sum(1 for sibling in step.itersiblings(step.tag, preceding=True))
    return f":nth-of-type({before + 1})"


def _matches(tree: HtmlElement, selector: str) -> int:
    return len(select(tree, selector))


def _urls(tree: HtmlElement, selector: str, group: Group) -> set[str]:
    by_element = {link.element: link.url for links in group.others.values() for link in links}
    return {by_element[step] for step in select(tree, selector) if step in by_element}


def select(tree: HtmlElement, selector: str) -> list[HtmlElement | str]:
    """What a CSS or XPath selector finds. Raises `ValueError` where it is neither."""
    selector = selector.strip()
    try:
        if selector.startswith(("/", ".//", "./", "(", "id(")):
            found: Any = tree.xpath(selector)
            return found if isinstance(found, list) else []
        elements: Any = CSSSelector(selector)(tree)
        return list(elements)
    except (lxml.etree.LxmlError, SyntaxError, ValueError, KeyError) as error:
        raise ValueError(f"{selector!r} is neither CSS nor XPath: {error}") from error
