"""A query as a full-text index can narrow it: an expression that finds all that the query selects, and usually more.

Both expressions are for an index of title and body in words without accents, in lower case, as `text.fold` makes them
and as FTS5's unicode61 with `remove_diacritics 2` nearly does; words are not stemmed there, so stems become prefixes.
What they find is candidates: `evaluate` decides. Not foreseen: prefixes that a stemmer takes off (Arabic, Indonesian),
and of a hyphenated word's second part, where that has three letters or fewer, other endings than -s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from feeds.topics.language import is_little_word
from feeds.topics.query import MAIN, And, AtLeast, Leaf, Near, Node, Not, Or, Query, Term, Weighted
from feeds.topics.text import UNSPACED, fold, stem

_LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "no", "ro", "ru")
"""Languages whose stems begin as the word does."""
_IRREGULAR = {"die": ("dying",), "lie": ("lying",), "tie": ("tying",), "sky": ("skies",), "idl": ("idly",)}
"""English stems of words that begin otherwise."""
_WORDS = frozenset("aioy")
_SHORTEST_SPLIT = 4
_SHORTEST_BEGINNING = 4
_LONGEST_INITIALS = 6
_WIDEST = 2
_LONGEST_WORD = 60
"""Letters; each place at which a longer one could be hyphenated would have to be asked for, and be as long again."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words next to each other; the last is a prefix or not."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """All of these ("and"), any of these ("or"), or the only one in the title ("title")."""

    operator: str
    parts: tuple[_Words | _Group, ...]


_Narrow = _Words | _Group


def fts5_expression(query: Query) -> str | None:
    """Return an FTS5 MATCH expression for SQLite; None where the index cannot narrow the query."""
    narrowed = _narrow(query.root)
    if narrowed is None:
        return None
    # FTS5's words for an expression of one column.
    return _render(
        narrowed,
        {"and": " AND ", "or": " OR ", "title": "title : "},
        lambda each: f'"{" ".join(each.words)}"{"*" * each.prefix}',
    )


def tsquery_expressions(query: Query) -> tuple[str, ...] | None:
    """Return expressions for PostgreSQL's `to_tsquery('simple', …)`, any of which may find an article.

    None where the index cannot narrow the query. They are several where the query is an OR: its index asks the whole of
    an expression about each article, so that one of two hundred words takes ten times as long as the same in parts.
    """

    def words(each: _Words) -> str:
        text = " <-> ".join(f"'{word}'" for word in each.words) + (":*" if each.prefix else "")
        return f"({text})" if len(each.words) > 1 else text

    narrowed = _narrow(query.root)
    if narrowed is None:
        return None
    return tuple(_render(part, {"and": " & ", "or": " | ", "title": ""}, words) for part in _alternatives(narrowed))


def _alternatives(narrowed: _Narrow) -> Iterator[_Narrow]:
    """Yield the parts of which any will do; the ways of one word to be written stay together."""
    if isinstance(narrowed, _Group) and narrowed.operator == "or" and _is_of_groups(narrowed):
        for part in narrowed.parts:
            yield from _alternatives(part)
        return
    yield narrowed


def _is_of_groups(group: _Group) -> bool:
    return any(isinstance(part, _Group) for part in group.parts)


def _render(narrowed: _Narrow, operators: dict[str, str], words: Callable[[_Words], str]) -> str:
    if isinstance(narrowed, _Words):
        return words(narrowed)
    if narrowed.operator == "title":
        return f"{operators['title']}({_render(narrowed.parts[0], operators, words)})"
    return f"({operators[narrowed.operator].join(_render(part, operators, words) for part in narrowed.parts)})"


def _group(operator: str, parts: Iterable[_Narrow]) -> _Narrow:
    distinct = tuple(dict.fromkeys(parts))
    if operator == "and":
        distinct = tuple(part for part in distinct if not _is_wide(part)) or distinct
    return distinct[0] if len(distinct) == 1 else _Group(operator, distinct)


def _all(nodes: Iterable[Node]) -> _Narrow | None:
    parts = [narrowed for node in nodes if (narrowed := _narrow(node)) is not None]
    return _group("and", parts) if parts else None


def _any(nodes: Iterable[Node]) -> _Narrow | None:
    parts: list[_Narrow] = []
    for node in nodes:
        narrowed = _narrow(node)
        if narrowed is None:
            return None
        parts.append(narrowed)
    return _group("or", parts) if parts else None


def _narrow(node: Node) -> _Narrow | None:
    """Return what must be in the index for a part of a query to hold; None where that is unknown."""
    match node:
        case Leaf():
            return _narrow_leaf(node)
        case And(children):
            return _all(child for child in children if not isinstance(child, Not))
        case Or(children) | AtLeast(_, children):
            return _any(children)
        case Near():
            return _narrow(node.left) if node.negated else _all((node.left, node.right))
        case Weighted(_, items):
            return _any(child for weight, child in items if weight > 0)
        case _:
            return None


def _narrow_leaf(leaf: Leaf) -> _Narrow | None:
    if leaf.field not in MAIN:
        return None
    sequences = []
    for terms in leaf.alternatives:
        parts = [_narrow_term(term) for term in terms]
        # Not as a phrase: between two of our words the index may have one more (the s of a possessive).
        some = [part for part in parts if part is not None]
        if not some:
            return None
        sequences.append(_group("and", some))
    found = _group("or", sequences)
    return _Group("title", (found,)) if leaf.field == "title" else found


def _is_wide(part: _Narrow) -> bool:
    """Whether it asks for all words that begin with a letter or two: they take long to find, and stand everywhere."""
    if isinstance(part, _Words):
        return part.prefix and len(part.words) == 1 and len(part.words[0]) <= _WIDEST
    return part.operator == "or" and any(map(_is_wide, part.parts))


@lru_cache(maxsize=500)
def _narrow_term(term: Term) -> _Narrow | None:
    folded = fold(term.text)
    if not folded.isalnum() or UNSPACED.search(folded) or len(folded) > _LONGEST_WORD:
        return None
    ways: list[_Words]
    if term.kind == "stem":
        ways = _beginnings(term.text, folded)
        ways += _stem_taken_apart(folded, _stem_length(ways, folded))
    elif term.kind == "prefix":
        ways = [_Words((folded,), True), *_prefix_taken_apart(folded)]
    else:
        # Vietnamese i and y.
        ways = [_Words((each,), False) for each in (folded, *_other_spellings(folded))]
        ways += [_Words(halves, False) for each in list(ways) for halves in _halves(each.words[0])]
    if folded.isalpha() and 1 < len(folded) <= _LONGEST_INITIALS and term.kind != "prefix":
        ways.append(_Words(tuple(folded), False))
    return _group("or", ways)


def _beginnings(text: str, folded: str) -> list[_Words]:
    """Return how words of the same stem begin, whatever the language."""
    found = {folded}
    for language in _LANGUAGES:
        for stemmed in {fold(stem(text, language)), fold(stem(folded, language))}:
            beginning = _common(folded, stemmed)
            if len(beginning) < min(3, len(folded)):
                found.add(stemmed)
            else:
                # policy, policies; agree, agreeing; and a doubled consonant that went.
                found.add(re.sub("[iy]$", "", beginning) if len(beginning) > 3 else beginning)
    found.update(_other_spellings(folded))
    found.update(_IRREGULAR.get(stem(folded, "en"), ()))
    shortest = [one for one in found if not any(one != other and one.startswith(other) for other in found)]
    return [_Words((one,), True) for one in sorted(shortest)]


def _common(one: str, other: str) -> str:
    """Return how both begin."""
    length = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return one[: min(len(one), len(other)) if length is None else length]


_FINAL = re.compile("^(h|k|l|m|s|t|v|qu)([iy])$")


def _other_spellings(folded: str) -> list[str]:
    match = _FINAL.match(folded)
    return [match[1] + ("y" if match[2] == "i" else "i")] if match else []


def _stem_length(ways: Iterable[_Words], folded: str) -> int:
    """Return how long the shortest of these beginnings of a word is; that of all of it if there is none."""
    return min((len(way.words[0]) for way in ways if folded.startswith(way.words[0])), default=len(folded))


# "counter-terrorism" stands in the index as two words, and is also what "counterterrorism" asks for. A second half that
# is short, or only begun, is not looked for as a prefix: all words that begin so are most of the index.


def _stem_taken_apart(folded: str, length: int) -> Iterator[_Words]:
    """Yield a word as the two parts of a hyphenated one; its stem is so long."""
    for left, right in _halves(folded):
        if len(right) < _SHORTEST_BEGINNING:
            for other in (right, f"{right}s", right.removesuffix("s")) if len(right) > 1 else (right,):
                yield _Words((left, other), False)
        else:
            yield _Words((left, right[: max(length - len(left), _SHORTEST_BEGINNING)]), True)


def _prefix_taken_apart(folded: str) -> Iterator[_Words]:
    """Yield what a prefix begins of a hyphenated word; of its second part too, where that can be told by it."""
    for left, right in _halves(folded):
        if len(right) >= _SHORTEST_BEGINNING:
            yield _Words((left, right), True)
        elif len(left) > 1 and not is_little_word(left):
            yield _Words((left,), False)


def _halves(word: str) -> Iterator[tuple[str, str]]:
    if len(word) >= _SHORTEST_SPLIT:
        for at in range(1, len(word)):
            if at > 1 or word[0] not in _WORDS:
                yield word[:at], word[at:]
