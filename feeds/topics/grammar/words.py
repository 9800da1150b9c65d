"""Words and phrases of a query, as what they ask of an article."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, cast

from feeds.errors import QueryError
from feeds.topics import vietnamese
from feeds.topics.grammar import fields, foreign
from feeds.topics.grammar.cursor import Cursor, Scope
from feeds.topics.grammar.tokens import Token
from feeds.topics.language import primary
from feeds.topics.query import Field, Kind, Leaf, Node, Term, shared_leaf, shared_term
from feeds.topics.text import find_run_texts, find_runs, fold, split

MAX_PHRASE = 50
_MOST_ALTERNATIVES = 8
_NOT_PLAIN = frozenset(("and", "or", "not"))
_OPERATORS = frozenset(("AND", "OR", "NOT"))


class Spelling(NamedTuple):
    """What is known of the language of a query's words before they are read."""

    vietnamese: bool
    unaccented_vietnamese: bool
    """Typed on a foreign keyboard."""
    loose: bool
    """Typed so, and of two syllables or more: they match whatever their accents."""
    guessed: bool
    """Of no language that was declared, and every word could be such a syllable."""


def spelling(text: str, language: str | None) -> Spelling:
    """Return how words of this query are meant; `language` is the declared one."""
    declared = primary(language) == "vi"
    unaccented = declared and fold(text) == text.casefold()
    guessed = not language and _could_be_syllables(text)
    return Spelling(
        declared or vietnamese.shows(text) or "lang:vi" in text,
        unaccented,
        guessed or (unaccented and len(find_run_texts(text)) > 1),
        guessed,
    )


def _could_be_syllables(text: str) -> bool:
    """Are all words, two or more, Vietnamese syllables if they are any Vietnamese at all?"""
    count = 0
    for match in find_runs(text):  # most queries are done with at their first word
        if match[0] not in _OPERATORS:
            if not vietnamese.is_plain_syllable(match[0]):
                return False
            count += 1
    return count > 1


def read_word(cursor: Cursor, token: Token, scope: Scope, spelled: Spelling) -> Node:
    """Read a word, `prefix*` or `=Exact`."""
    written = token.text
    cursor.grow(1, token)
    if scope.field == "lang":
        return fields.language(cursor, written.strip("=*"), token)
    if written.isupper() or written[-1].isdigit():
        foreign.refuse_operator(cursor, token)
    if written.isalnum() and written.isascii() and not spelled.unaccented_vietnamese and written not in _NOT_PLAIN:
        kind: Kind = "word" if scope.field in ("author", "source", "url") else "stem"
        return _leaf(written, ((_term(kind, written.lower(), spelled.loose, scope),),), scope)
    exact, prefix = written.startswith("="), written.endswith("*")
    bare = written.strip("=*")
    _refuse_wildcard(cursor, bare, prefix, exact, token, token.start)
    kind = "exact" if exact else "stem"
    if not exact and (operator := foreign.like_operator(bare)):
        cursor.warnings.append(f"«{bare}» is read as a word; the operator is {operator}.")
    pieces, _ = split(bare)
    if not pieces:
        raise cursor.fail(f"«{written}» holds no letter or digit", token, "a word", cursor.without(token))
    loose = spelled.loose or len(pieces) > 1
    if spelled.unaccented_vietnamese and not exact and vietnamese.is_plain_syllable(bare):
        cursor.warnings.append(
            f"«{written}» is typed without accents and matches any: imprecise."
            " Put syllables that belong together in quotation marks."
            if spelled.loose
            else f"«{written}» is one syllable without accent: in Vietnamese articles it matches only itself."
        )
    return _leaf(written, _alternatives([(bare, prefix)], kind, loose, scope), scope)


def read_phrase(cursor: Cursor, token: Token, scope: Scope, spelled: Spelling) -> Node:
    """Read `"a phrase"` or `="A Phrase"`."""
    exact = token.text.startswith("=")
    content = token.text.removeprefix("=")[1:-1]
    cursor.grow(1, token)
    if scope.field == "lang":
        return fields.language(cursor, content.strip(), token)
    words = content.split()
    plain = content.isascii() and not exact and not spelled.vietnamese and all(map(str.isalnum, words))
    if plain and 0 < len(words) <= MAX_PHRASE:
        terms = [_term("word", each.lower(), len(words) > 1, scope) for each in words]
        return _leaf(f'"{content}"', (tuple(terms),), scope)
    runs = _runs(cursor, token, content, exact)
    if len(runs) > MAX_PHRASE:
        shorter = " ".join(run for run, _ in runs[:MAX_PHRASE])
        raise cursor.fail(
            f"a phrase has at most {MAX_PHRASE} words", token, "a shorter phrase", cursor.without(token, f'"{shorter}"')
        )
    kind: Kind = "exact" if exact else "word"
    count = sum(len(split(run)[0]) for run, _ in runs)
    if not count:
        raise cursor.fail("this phrase holds no word", token, '"a phrase"', cursor.without(token))
    accented = any(piece.word.lower != piece.word.folded for run, _ in runs for piece in split(run)[0])
    loose = count > 1 and not accented
    if loose and spelled.vietnamese and not exact and all(vietnamese.is_plain_syllable(run) for run, _ in runs):
        cursor.warnings.append(
            f"{token.text} is typed without accents: in Vietnamese articles it matches these syllables with any."
        )
    written = ("=" if exact else "") + f'"{content}"'
    return _leaf(written, _alternatives(runs, kind, loose, scope), scope)


def _runs(cursor: Cursor, token: Token, content: str, exact: bool) -> list[tuple[str, bool]]:
    """Return the words of a phrase, each with whether it is a prefix."""
    runs: list[tuple[str, bool]] = []
    offset = token.end - 1 - len(content)
    end = 0
    for match in find_runs(content):
        if (star := content.find("*", end, match.start())) >= 0:
            raise _lone_star(cursor, offset + star)
        end = match.end()
        prefix = content.startswith("*", end)
        _refuse_wildcard(cursor, match[0], prefix, exact, token, offset + match.start())
        runs.append((match[0], prefix))
        end += prefix
    if (star := content.find("*", end)) >= 0:
        raise _lone_star(cursor, offset + star)
    return runs


def _lone_star(cursor: Cursor, position: int) -> QueryError:
    text = cursor.text
    before, after = text[:position], text[position + 1 :]
    return QueryError(
        "a wildcard stands at the end of a word, after two letters or more",
        query=text,
        position=position,
        expected='"terror* attack"',
        suggestion=" ".join((before + (after.lstrip() if before.endswith('"') else after)).split()),
    )


def _refuse_wildcard(cursor: Cursor, bare: str, prefix: bool, exact: bool, token: Token, start: int) -> None:
    if not prefix:
        return
    if exact:
        raise cursor.fail(
            "= asks for the exact word, * for any ending: they exclude each other",
            token,
            "one of them",
            cursor.without(token, token.text.replace("*", "")),
        )
    last = split(bare)[0][-1:]
    if not last or len(last[0].word.folded) < 2:
        raise QueryError(
            "a wildcard needs two letters or more before it",
            query=cursor.text,
            position=start + len(bare),
            expected="terror*",
            suggestion=cursor.text[: start + len(bare)] + cursor.text[start + len(bare) + 1 :],
        )


def _alternatives(
    runs: Iterable[tuple[str, bool]], kind: Kind, loose: bool, scope: Scope
) -> tuple[tuple[Term, ...], ...]:
    """Return the sequences of terms that stand for these words: hyphenated ones also written together."""
    space = scope.field if scope.field in ("author", "source", "url") else ""
    if space and kind == "stem":
        kind = "word"
    found: list[tuple[Term, ...]] = [()]
    for run, prefix in runs:
        pieces, joined = split(run)
        choices = [tuple(piece.word for piece in pieces)]
        if joined is not None:
            choices.append((joined,))
        if len(found) * len(choices) > _MOST_ALTERNATIVES:
            choices = choices[:1]
        found = [
            before
            + tuple(
                shared_term(
                    "prefix" if prefix and position == len(choice) - 1 else kind,
                    each.surface if kind == "exact" else each.lower,
                    loose,
                    space,
                )
                for position, each in enumerate(choice)
            )
            for before in found
            for choice in choices
        ]
    return tuple(found)


def _term(kind: Kind, lower: str, loose: bool, scope: Scope) -> Term:
    space = scope.field if scope.field in ("author", "source", "url") else ""
    return shared_term(kind, lower, loose, space)


def _leaf(written: str, alternatives: tuple[tuple[Term, ...], ...], scope: Scope) -> Leaf:
    field = cast(Field, scope.field)
    return shared_leaf(f"{field}:{written}" if field else written, alternatives, field, scope.first)
