"""`title:`, `body:`, `author:`, `source:`, `url:` and `lang:` before what they ask for, and `@topic`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from feeds.topics import vietnamese
from feeds.topics.grammar.cursor import ANYWHERE, Cursor, Scope
from feeds.topics.language import CODES
from feeds.topics.query import Field, Language, Node

if TYPE_CHECKING:
    from feeds.topics.grammar.tokens import Token

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_OPERANDS = ("word", "phrase", "open", "count", "any")


def read_field(cursor: Cursor, token: Token, scope: Scope) -> Node:
    """Read what a field stands before."""
    name = cast(Field, token.text[:-1].lower())
    following = cursor.next
    if scope.field:
        raise cursor.fail("a field cannot stand within another field", token, "a word", cursor.without(token, ""))
    if scope.first and name not in ("title", "body"):
        message = "first/n counts the words of title and body only"
        raise cursor.fail(message, token, "title: or body:", _without_first(cursor, token))
    if following.kind not in _OPERANDS:
        suggestion = cursor.without(token, "")
        if following.kind == "minus" or cursor.is_operator("NOT"):
            before, after = cursor.text[: token.start], cursor.text[following.end :].lstrip()
            suggestion = f"{before}-{token.text}{after}"
        raise cursor.fail(
            f"{token.text} needs a word or a phrase after it", token, f"{token.text}{_example(name)}", suggestion
        )
    cursor.deeper(token)
    node = cursor.factor(Scope(name, scope.first))
    cursor.depth -= 1
    return node


def _without_first(cursor: Cursor, token: Token) -> str:
    """Return the query without the `first/n` that stands before a field."""
    count = next(one for one in reversed(cursor.tokens[: cursor.at]) if one.text.lower().startswith("first/"))
    return f"{cursor.text[: count.start]}{cursor.text[count.end :].lstrip()}"


def _example(name: str) -> str:
    return "en" if name == "lang" else "word"


def language(cursor: Cursor, written: str, token: Token) -> Language:
    """Read the code of a language (BCP 47)."""
    code = written.lower().replace("_", "-")
    if not _LANGUAGE_CODE.fullmatch(code):
        known = CODES.get(code) or next((CODES[name] for name in CODES if code[2:] and name.startswith(code)), None)
        raise cursor.fail(
            f"«{written}» is not the code of a language",
            token,
            "two or three letters: en, vi, fr",
            cursor.without(token, known) if known else _without_language(cursor, token),
        )
    return Language(code)


def _without_language(cursor: Cursor, token: Token) -> str:
    before = re.sub(r"[-−]?(?i:lang):\s*$", "", cursor.text[: token.start])
    return " ".join(f"{before} {cursor.text[token.end :]}".split())


def read_topic(cursor: Cursor, token: Token, scope: Scope) -> Node:
    """Read the name of another topic."""
    slug = token.text[1:]
    if scope != ANYWHERE:
        message = "a topic's name cannot stand within a field or first/n"
        raise cursor.fail(message, token, "a word or a phrase", cursor.without(token, slug))
    query = cursor.topics.get(slug)
    if query is None:
        near = vietnamese.closest(slug, cursor.topics)
        raise cursor.fail(
            f"there is no topic «{slug}»",
            token,
            f"one of @{', @'.join(sorted(cursor.topics)[:10])}" if cursor.topics else "a topic that exists",
            cursor.without(token, f"@{near}" if near else slug),
        )
    cursor.grow(query.size, token)
    cursor.deeper(token, query.depth + 1)
    cursor.depth -= query.depth + 1
    cursor.references += [slug, *query.references]
    return query.root
