"""The characters of a query, cut into tokens. Refuses what no query may hold; knows nothing of order or meaning."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from feeds.errors import QueryError
from feeds.topics.text import RUN

MAX_LENGTH = 20_000
"""Code points in one query."""

FIELDS = ("title", "body", "source", "lang", "author", "url")
QUOTES = '"“”„‟«»＂'


class Token(NamedTuple):
    """`kind` is a group name of the pattern below, or "end"; `start` and `end` are code points of the query."""

    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<plain>(?!any\b)[a-z0-9]+(?=[\s)]|\Z))
    | (?P<open>\() | (?P<close>\)) | (?P<comma>,) | (?P<bar>\|)
    | (?P<near>(?:NOT\s+)?(?i:O?NEAR)/\w*)
    | (?P<count>(?i:atleast|first)/\w*)
    | (?P<any>any\s?\((?=\s*[-\d.]))
    | (?P<and>AND|OR|NOT)(?![\w*:.'’-])
    | (?P<field>(?i:{"|".join(FIELDS)}):)
    | (?P<reference>@[\w-]+)
    | (?P<weight>:[-+]?\d+(?:\.\d+)?(?![\w.]))
    | (?P<phrase>=?[{QUOTES}][^{QUOTES}]*[{QUOTES}])
    | (?P<word>=?{RUN}\*?)
    | (?P<minus>[-−])
    | (?P<dot>[.…])
    | (?P<bad>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_FLAGS = re.compile(r"\(\?[a-zA-Z:=!<]*\)?|\([a-zA-Z]\?\)")
_RANGE = re.compile(r"(\d+)(?:\.\.\.?|…)(\d+)")
_MEANT = {
    **dict.fromkeys(("site", "inurl", "allinurl", "link", "http", "https", "domain"), "url"),
    **dict.fromkeys(("intitle", "allintitle", "headline", "subject"), "title"),
    **dict.fromkeys(("intext", "text", "content"), "body"),
    "by": "author",
    "language": "lang",
    "feed": "source",
}
"""Fields of other search pages."""
_OPERANDS = frozenset(("word", "phrase", "reference", "any", "count", "open", "field", "minus"))
_ENDINGS = frozenset(("word", "phrase", "reference", "close", "weight"))


def normal(text: str) -> str:
    """Return the query in normal form C, in which positions are counted.

    Raises QueryError for a query that is too long, empty, or holds characters that cannot be seen.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"the query has {len(text):,} characters; {MAX_LENGTH:,} are allowed",
            query=text,
            position=MAX_LENGTH,
            expected="a shorter query, or several topics named with @",
        )
    if hidden := _HIDDEN.search(text):
        raise QueryError(
            f"an invisible character (U+{ord(hidden[0]):04X}) cannot be part of a query",
            query=text,
            position=hidden.start(),
            expected="text without control characters",
            suggestion=" ".join(_HIDDEN.sub(" ", text).split()) or None,
        )
    if not text.strip():
        raise QueryError("the query is empty", query=text, position=0, expected="a word or a phrase")
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query in normal form, without spaces, and "end" after the last.

    Raises QueryError for a character that means nothing here, an open quotation mark, and two words without a space.
    """
    found: list[Token] = []
    space = Token("space", " ", 0, 0)
    previous = Token("start", "", 0, 0)
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "space":
            previous = space
            continue
        if kind == "plain":
            # The usual case has a rule of its own: whatever else a word may be, it is not that.
            kind = "word"
        token = Token(kind, match[0], *match.span())
        if kind == "bad":
            raise _unknown(text, token)
        if kind in _OPERANDS and previous.kind in _ENDINGS and kind != "minus":
            raise _joined(text, token, previous)
        if kind == "minus":
            if previous.kind in _ENDINGS:
                raise _joined(text, token, previous)
            if text[token.end : token.end + 1].strip() in ("", ")", "-", "−"):
                raise QueryError(
                    "a minus stands directly before the word, phrase or parenthesis that it excludes",
                    query=text,
                    position=token.start,
                    expected='-word, -"phrase" or -(group)',
                    suggestion=_squeezed(text[: token.start], text[token.end :]),
                )
        if kind == "dot" and (bounds := _RANGE.fullmatch(text, *_chunk(text, token.start))):
            raise QueryError(
                "numbers have no ranges here",
                query=text,
                position=token.start,
                expected="the numbers themselves, with OR between them",
                suggestion=f"{text[: bounds.start()]}({bounds[1]} OR {bounds[2]}){text[bounds.end() :]}",
            )
        previous = token
        if kind != "dot":
            found.append(token)
    found.append(Token("end", "", len(text), len(text)))
    return found


def _squeezed(before: str, after: str) -> str | None:
    return " ".join(f"{before} {after}".split()) or None


def _chunk(text: str, position: int) -> tuple[int, int]:
    """Return where the run without space, quotation mark or parenthesis around `position` starts and ends."""
    stop = f"{QUOTES}()"
    start = end = position
    while start and not text[start - 1].isspace() and text[start - 1] not in stop:
        start -= 1
    while end < len(text) and not text[end].isspace() and text[end] not in stop:
        end += 1
    return start, end


def _unknown(text: str, token: Token) -> QueryError:
    character, position = token.text, token.start
    start, end = _chunk(text, position)
    chunk = text[start:end]
    before, after = text[:position], text[token.end :]
    message = f"«{character}» has no meaning in a query"
    expected = 'a word, a "phrase", a parenthesis or an operator'
    suggestion = _squeezed(before, after)
    if character in QUOTES or (character == "=" and after[:1] in tuple(QUOTES)):
        message, expected, suggestion = "this quotation mark is not closed", 'a closing "', f'{text.rstrip()}"'
    elif character in "'‘’`´":
        message, expected = "phrases stand in double quotation marks", '"a phrase"'
        quoted = re.sub("['‘’`´]([^'‘’`´\"]+)['‘’`´]", r'"\1"', text)
        suggestion = quoted if quoted != text else suggestion
    elif character == "*":
        message = "a wildcard stands at the end of a word, after two letters or more"
        expected = "terror*"
        trailing = chunk[: position - start]
        suggestion = f"{text[: start + len(trailing)]}*{text[end:]}" if len(trailing) > 1 else suggestion
    elif character == ":" and chunk[: position - start].strip("=-−"):
        name = chunk[: position - start].strip("=-−").lower()
        meant = _MEANT.get(name)
        message, expected = f"there is no field «{name}»", ", ".join(f"{field}:" for field in FIELDS)
        if name in ("http", "https"):
            suggestion = f'{text[:start]}url:"{chunk.split("://", 1)[-1]}"{text[end:]}'
        elif meant:
            suggestion = f"{text[:start]}{meant}:{text[position + 1 :].lstrip()}"
        else:
            suggestion = f'{text[:start]}"{chunk}"{text[end:]}'
    elif character in ";/&" and 0 < position - start < len(chunk) - 1:
        message = f"«{character}» joins no words here"
        expected = "OR between alternatives, or quotation marks around a phrase"
        suggestion = f'{text[:start]}"{chunk}"{text[end:]}'
    elif character == "?" and _FLAGS.search(text):
        message, expected = "this is not a regular expression", "words, phrases and operators"
        suggestion = _FLAGS.sub(" ", text).strip() or None
    elif character == "?" and position > start and text[position - 1].isalnum():
        message = "«?» is not a wildcard here; only * at the end of a word is"
    elif character == "~" or character == "^":
        message = f"«{character}» has no meaning here: words are stemmed, weights are written word:2 within any(…)"
    return QueryError(message, query=text, position=position, expected=expected, suggestion=suggestion)


def _joined(text: str, token: Token, previous: Token) -> QueryError:
    if previous.text.endswith("*") and token.kind == "word":
        before = text[: previous.end] if len(previous.text) > len("a*") else text[: previous.end - 1] + token.text
        return QueryError(
            "a wildcard stands only at the end of a word",
            query=text,
            position=previous.end - 1,
            expected="terror*",
            suggestion=before + text[token.end :],
        )
    if previous.text.lower() == "any" and token.kind == "open":
        return QueryError(
            "any( begins with the sum to reach, a number above 0",
            query=text,
            position=token.end,
            expected="any(2, word:2 word)",
            suggestion=f"{text[: previous.start]}any(1, {text[token.end :].lstrip()}",
        )
    start, end = _chunk(text, token.start)
    if token.kind == "reference" and previous.kind == "word":
        suggestion = f'{text[:start]}"{text[start:end]}"{text[end:]}'
    elif token.kind == "minus":
        suggestion = f"{text[: token.start]} {text[token.end :]}"
    else:
        suggestion = f"{text[: token.start]} {text[token.start :]}"
    return QueryError(
        "a space is missing here", query=text, position=token.start, expected="a space", suggestion=suggestion
    )
