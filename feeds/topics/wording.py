"""Words and phrases of a query, as what they ask of an article. `parse` knows what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple, cast

from feeds.errors import QueryError
from feeds.topics import foreign, lex, vietnamese
from feeds.topics.language import CODES, primary
from feeds.topics.query import Field, Kind, Language, Leaf, Node, Term, shared_leaf, shared_term
from feeds.topics.text import find_run_texts, find_runs, fold, split

MAX_SIZE = 2_000
"""Words and phrases in one query, those of the topics it names included."""
MAX_PHRASE = 50
_MOST_ALTERNATIVES = 8
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_NOT_PLAIN = frozenset(("NEAR", "ONEAR", "and", "or", "not"))


class Scope(NamedTuple):
    """Where the words being read are to be looked for."""

    field: Field | Literal["lang"] = ""
    first: int = 0


class WordReader:
    """Reads the words of one query; gathers warnings, and counts."""

    def __init__(self, text: str, language: str | None) -> None:
        self.text = text
        self.language = language
        self.size = 0
        self.warnings: list[str] = []
        self.in_vietnamese = primary(language) == "vi" or vietnamese.shows(text) or "lang:vi" in text
        # A Vietnamese query typed on a foreign keyboard; two syllables or more match whatever their accents.
        self.unaccented_vietnamese = primary(language) == "vi" and fold(text) == text.casefold()
        self.loose_words = self.unaccented_vietnamese and len(find_run_texts(text)) > 1

    def fail(self, message: str, token: lex.Token, expected: str, suggestion: str | None = None) -> QueryError:
        return QueryError(message, query=self.text, position=token.start, expected=expected, suggestion=suggestion)

    def without(self, token: lex.Token, replacement: str = " ") -> str:
        """Return the query with one token replaced."""
        return " ".join(f"{self.text[: token.start]}{replacement}{self.text[token.end :]}".split())

    def grow(self, count: int, token: lex.Token) -> None:
        self.size += count
        if self.size > MAX_SIZE:
            raise self.fail(f"the query has more than {MAX_SIZE:,} words and phrases", token, "a smaller query")

    def word(self, token: lex.Token, scope: Scope) -> Node:
        written = token.text
        self.grow(1, token)
        if scope.field == "lang":
            return self.language_named(written.strip("=*"), token)
        if written[-1].isdigit() and (glued := foreign.GLUED.fullmatch(written)):
            ours = foreign.translated(glued[0])
            raise self.fail(f"{written} is not an operator; {ours} is", token, ours, self.without(token, ours))
        if written.isalnum() and written.isascii() and not self.unaccented_vietnamese and written not in _NOT_PLAIN:
            kind: Kind = "word" if scope.field in ("author", "source", "url") else "stem"
            return self.leaf(written, ((self.term(kind, written.lower(), self.loose_words, scope),),), scope)
        exact, prefix = written.startswith("="), written.endswith("*")
        bare = written.strip("=*")
        if bare in ("NEAR", "ONEAR") and not exact:
            raise self.fail(f"{bare} needs a distance", token, f"{bare}/5", self.without(token, f"{bare}/5"))
        self.refuse_wildcard(bare, prefix, exact, token, token.start)
        kind = "exact" if exact else "stem"
        if bare in ("and", "or", "not") and not exact:
            self.warnings.append(f"«{bare}» is read as a word; operators are written in capitals: {bare.upper()}.")
        pieces, _ = split(bare)
        if not pieces:
            raise self.fail(f"«{written}» holds no letter or digit", token, "a word")
        loose = self.loose_words or len(pieces) > 1
        if self.unaccented_vietnamese and not prefix and not exact and vietnamese.is_plain_syllable(bare):
            self.warnings.append(
                f"«{bare}» is typed without accents and matches any: imprecise."
                " Put syllables that belong together in quotation marks."
                if self.loose_words
                else f"«{bare}» is one syllable without accent: in Vietnamese articles it matches only itself."
            )
        return self.leaf(written, self.alternatives([(bare, prefix)], kind, loose, scope), scope)

    def phrase(self, token: lex.Token, scope: Scope) -> Node:
        exact = token.text.startswith("=")
        content = token.text.removeprefix("=")[1:-1]
        self.grow(1, token)
        if scope.field == "lang":
            return self.language_named(content.strip(), token)
        words = content.split()
        plain = content.isascii() and not exact and not self.in_vietnamese and all(map(str.isalnum, words))
        if plain and 0 < len(words) <= MAX_PHRASE:
            terms = [self.term("word", each.lower(), len(words) > 1, scope) for each in words]
            return self.leaf(f'"{content}"', (tuple(terms),), scope)
        runs: list[tuple[str, bool]] = []
        offset = token.end - 1 - len(content)
        end = 0
        for match in find_runs(content):
            if (star := content.find("*", end, match.start())) >= 0:
                raise self.lone_star(token, offset + star)
            end = match.end()
            prefix = content.startswith("*", end)
            self.refuse_wildcard(match[0], prefix, exact, token, offset + match.start())
            runs.append((match[0], prefix))
            end += prefix
        if (star := content.find("*", end)) >= 0:
            raise self.lone_star(token, offset + star)
        if len(runs) > MAX_PHRASE:
            raise self.fail(f"a phrase has at most {MAX_PHRASE} words", token, "a shorter phrase")
        kind: Kind = "exact" if exact else "word"
        count = sum(len(split(run)[0]) for run, _ in runs)
        if not count:
            raise self.fail("this phrase holds no word", token, '"a phrase"')
        accented = any(piece.word.lower != piece.word.folded for run, _ in runs for piece in split(run)[0])
        loose = count > 1 and not accented
        if loose and self.in_vietnamese and not exact and all(vietnamese.is_plain_syllable(run) for run, _ in runs):
            self.warnings.append(
                f"{token.text} is typed without accents: in Vietnamese articles it matches these syllables with any."
            )
        written = ("=" if exact else "") + f'"{content}"'
        return self.leaf(written, self.alternatives(runs, kind, loose, scope), scope)

    def language_named(self, written: str, token: lex.Token) -> Language:
        """Read the code of a language (BCP 47)."""
        code = written.lower().replace("_", "-")
        if not _LANGUAGE_CODE.fullmatch(code):
            known = CODES.get(code)
            raise self.fail(
                f"«{written}» is not the code of a language",
                token,
                "two or three letters: en, vi, fr",
                self.without(token, known) if known else None,
            )
        return Language(code)

    def lone_star(self, token: lex.Token, position: int) -> QueryError:
        return QueryError(
            "a wildcard stands at the end of a word, after two letters or more",
            query=self.text,
            position=position,
            expected='"terror* attack"',
            suggestion=" ".join(f"{self.text[:position]}{self.text[position + 1 :]}".split()),
        )

    def refuse_wildcard(self, bare: str, prefix: bool, exact: bool, token: lex.Token, start: int) -> None:
        if not prefix:
            return
        if exact:
            raise self.fail(
                "= asks for the exact word, * for any ending: they exclude each other",
                token,
                "one of them",
                self.without(token, token.text.replace("*", "")),
            )
        last = split(bare)[0][-1:]
        if not last or len(last[0].word.folded) < 2:
            raise QueryError(
                "a wildcard needs two letters or more before it",
                query=self.text,
                position=start + len(bare),
                expected="terror*",
                suggestion=self.text[: start + len(bare)] + self.text[start + len(bare) + 1 :],
            )

    def alternatives(
        self, runs: Iterable[tuple[str, bool]], kind: Kind, loose: bool, scope: Scope
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

    def term(self, kind: Kind, lower: str, loose: bool, scope: Scope) -> Term:
        space = scope.field if scope.field in ("author", "source", "url") else ""
        return shared_term(kind, lower, loose, space)

    def leaf(self, written: str, alternatives: tuple[tuple[Term, ...], ...], scope: Scope) -> Leaf:
        field = cast(Field, scope.field)
        return shared_leaf(f"{field}:{written}" if field else written, alternatives, field, scope.first)
