"""What to say of characters that mean nothing where they stand: what was probably meant, and how that is written."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from feeds.errors import QueryError

if TYPE_CHECKING:
    from feeds.topics.grammar.tokens import Token

FIELDS = ("title", "body", "source", "lang", "author", "url")
QUOTES = '"“”„‟«»＂'

_APOSTROPHES = "'‘’`´"
_QUOTED = re.compile(rf"(?<!\w)[{_APOSTROPHES}]([^{_APOSTROPHES}\"]+)[{_APOSTROPHES}](?!\w)")
_FLAGS = re.compile(r"\(\?[a-zA-Z:=!<]*\)?|\([a-zA-Z]\?\)")
_EXPRESSION = re.compile(r"/.+/\w*|[\^\\].+|.+\$|.*\{[\d,]+\}.*")
_JOINING = re.compile(r"[;/\\、]+")
_SIGNS = re.compile(r"^/|/\w*$|\\[a-zA-Z]|[\^$\\]|\{[\d,]+\}")
_RANGE = re.compile(r"(\d+)(?:\.\.+|…)(\d+)")
_OPERAND = 'a word, a "phrase", a parenthesis or an operator'
_MEANT = {
    **dict.fromkeys(("site", "inurl", "allinurl", "link", "http", "https", "domain", "related", "cache"), "url"),
    **dict.fromkeys(("intitle", "allintitle", "headline", "hlead", "subject", "ti", "tiêu đề"), "title"),
    **dict.fromkeys(("intext", "allintext", "text", "content", "nội dung"), "body"),
    **dict.fromkeys(("by", "byline", "from", "au", "tác giả"), "author"),
    **dict.fromkeys(("language", "la", "ngôn ngữ"), "lang"),
    **dict.fromkeys(("feed", "publication", "nguồn"), "source"),
    "địa chỉ": "url",
}
"""Fields of other search pages, and ours in Vietnamese."""
_IN_TWO_WORDS = re.compile("(?:tiêu đề|nội dung|tác giả|ngôn ngữ|địa chỉ)$", re.IGNORECASE)
_TAGS = {"ti": "title", "title": "title", "au": "author", "la": "lang"}
"""Fields that others write after the word: police[ti], police:ti."""


def meaningless(text: str, character: str, position: int) -> QueryError:
    """Return the error for a character that no token begins with."""
    start, end = chunk(text, position)
    before, after = text[:position], text[position + 1 :]
    message, expected = f"«{character}» has no meaning in a query", _OPERAND
    suggestion = squeezed(before, after)
    plain = unicodedata.normalize("NFKC", character)
    if character in QUOTES:
        return _open_quotation(text, position)
    if character == "=" and after[:1] in tuple(QUOTES):
        return _open_quotation(text, position, position + 1)
    if character == ":":
        return _unknown_field(text, position)
    if plain != character and plain.isascii() and plain.isprintable():
        message, expected = f"«{character}» is a wide character", f"«{plain}»"
        suggestion = narrow(text)
    elif character in _APOSTROPHES:
        message, expected = "phrases stand in double quotation marks", '"a phrase"'
        suggestion = _QUOTED.sub(r'"\1"', text) if _QUOTED.search(text) else suggestion
    elif character == "*":
        message, expected = "a wildcard stands at the end of a word, after two letters or more", "terror*"
        word = text[start:position].rstrip(".")
        suggestion = (
            f"{text[:start]}{word}*{text[position + 1 : end].strip('*')}{text[end:]}" if len(word) > 1 else suggestion
        )
    elif character in ";/\\&、" and start < position < end - 1:
        message = f"«{character}» joins no words here"
        expected = "OR between alternatives, or quotation marks around a phrase"
        suggestion = _joined_by(text, character, start, end)
    elif character in ";、":
        suggestion = f"{before} OR {after}"
    elif character == "?" and _FLAGS.search(text):
        message, expected = "this is not a regular expression", "words, phrases and operators"
        suggestion = _FLAGS.sub(" ", text).strip()
    elif character == "?" and position > start and text[position - 1].isalnum():
        message = "«?» is not a wildcard here; only * at the end of a word is"
        if text[position + 1 : end]:
            suggestion = f"{before}*{text[end:]}"
    elif character == "!" and text[position + 1 : position + 2].strip():
        message, expected = "«!» has no meaning in a query", '-word, -"phrase" or -(group)'
        suggestion = f"{before}-{after}"
    elif character == "[" and (tag := re.match(r"(\w+)\]", after)) and position > start:
        field = _TAGS.get(tag[1].lower())
        suggestion = f"{text[:start]}{field + ':' if field else ''}{text[start:position]}{after[tag.end() :]}"
    elif character in "^$/\\{" and _EXPRESSION.fullmatch(text[start:end]):
        message, expected = "this is not a regular expression", "words, phrases and operators"
        suggestion = squeezed(text[:start] + _SIGNS.sub(" ", text[start:end]), text[end:])
    elif character in "~^":
        message, suggestion = _no_boost(character), squeezed(before, after.lstrip("0123456789."))
    elif character == "=":
        message, expected = "= stands directly before the word or phrase that it asks for exactly", "=Word"
    elif character == "@":
        message, expected = "@ stands directly before the name of a topic", "@maritime-security"
    return QueryError(message, query=text, position=position, expected=expected, suggestion=suggestion)


def _no_boost(character: str) -> str:
    return f"«{character}» has no meaning here: words are stemmed, weights are written word:2 within any(…)"


def narrow(text: str) -> str:
    """Return a text with wide punctuation ("（", "：") written as on other keyboards."""
    return "".join(
        one if one.isalnum() else " " if one.isspace() else unicodedata.normalize("NFKC", one) for one in text
    )


def _joined_by(text: str, character: str, start: int, end: int) -> str:
    """Return the query with words that a slash, semicolon or ampersand joined written as what they mean."""
    field, _, rest = text[start:end].rpartition(":")
    run = rest if field.lower() in FIELDS else text[start:end]
    before = text[: end - len(run)]
    if character == "&":
        return f'{before}"{run}"{text[end:]}'
    if re.match(r"(?:[\w-]+\.)+\w{2,}/", run):
        return f'{before}{"" if before.endswith(":") else "url:"}"{run}"{text[end:]}'
    return f"{before}({' OR '.join(filter(None, _JOINING.split(run)))}){text[end:]}"


def _open_quotation(text: str, position: int, mark: int | None = None) -> QueryError:
    mark = position if mark is None else mark
    inside = text[mark + 1 :].strip().rstrip(_APOSTROPHES)
    if any(map(str.isalnum, inside)):
        suggestion = f'{text[:mark]}"{inside}"'
    else:
        # It closes what was never opened: the words directly before it.
        words = re.search(r"(?:[\w'’-]+\s+)*[\w'’-]+$", text[:position].rstrip())
        operators = ("AND", "OR", "NOT")
        tail = re.split(rf"\b(?:{'|'.join(operators)})\b\s*", words[0])[-1] if words else ""
        attached = tail and not text[position - 1].isspace()
        before = text[: position - len(tail)]
        suggestion = f'{before}"{tail}"' if attached else text[:position].rstrip()
    return QueryError(
        "this quotation mark is not closed",
        query=text,
        position=position,
        expected='a closing "',
        suggestion=suggestion,
    )


def _unknown_field(text: str, position: int) -> QueryError:
    """Return the error for a colon that follows no field."""
    start, end = chunk(text, position)
    known = re.match(rf"[-−]?(?i:{'|'.join(FIELDS)}):", text[start:position])
    if known:
        start += known.end()
    words = text[start:position].strip("=-−")
    two = _IN_TWO_WORDS.search(text[:position])
    if two:
        start, words = two.start(), two[0]
    after = text[position + 1 :]
    name = words.lower()
    sign = re.match(r"\s*([-+]?)(?=[\s,)]|\Z)", after)
    spaced_weight = re.match(r"\s+([-+]?\d)", after)
    if not name:
        message, suggestion = "«:» has no meaning in a query", squeezed(text[:position], after)
    elif "any(" in text[:position] and not known and name not in _MEANT and not sign:
        message, suggestion = "a weight is a number", f"{text[:position]}{text[end:]}"
    elif sign and name not in _MEANT:
        message = "nothing stands after this colon"
        weight = f":{after.lstrip()}" if spaced_weight and "any(" in text else after[sign.end() :]
        suggestion = f"{text[:position]}{weight}"
    else:
        message = f"there is no field «{name}»"
        suggestion = _with_field(text, start, position, end, name, known=bool(known))
    expected = ", ".join(f"{field}:" for field in FIELDS)
    return QueryError(message, query=text, position=position, expected=expected, suggestion=suggestion)


def _with_field(text: str, start: int, position: int, end: int, name: str, *, known: bool) -> str:
    """Return the query with a field of ours where `name` stands before a colon."""
    after = text[position + 1 :]
    if name in ("http", "https"):
        address = text[position + 1 : end].lstrip("/")
        if not known:
            return f'{text[:start]}url:"{address}"{text[end:]}'
        field = re.search(r"\w+:$", text[:start])
        return f'{text[: field.start() if field else start]}url:"{address}"{text[end:]}'
    if name in _MEANT and not known:
        return f"{text[:start]}{_MEANT[name]}:{after.lstrip()}"
    tag = _TAGS.get(text[position + 1 : end].lower())
    if tag and not known:
        return f"{text[:start]}{tag}:{text[start:position]}{text[end:]}"
    return f'{text[:start]}"{text[start:end]}"{text[end:]}'


def refuse_dots(text: str, start: int, end: int) -> None:
    """Raise QueryError for dots that join two words: a range on other search pages. Dots after a word end it."""
    from_, to = chunk(text, start)
    bounds = _RANGE.fullmatch(text, from_, to)
    if bounds:
        raise QueryError(
            "numbers have no ranges here",
            query=text,
            position=start,
            expected="the numbers themselves, with OR between them",
            suggestion=f"{text[: bounds.start()]}({bounds[1]} OR {bounds[2]}){text[bounds.end() :]}",
        )
    if text[start - 1 : start].strip("(") and re.match(rf"[\w=@({QUOTES}]", text[end : end + 1]):
        raise QueryError(
            f"«{text[start:end]}» joins no words here",
            query=text,
            position=start,
            expected="a space",
            suggestion=f"{text[:start]} {text[end:]}",
        )


def lonely_minus(text: str, start: int, end: int) -> QueryError:
    """Return the error for a minus before nothing."""
    return QueryError(
        "a minus stands directly before the word, phrase or parenthesis that it excludes",
        query=text,
        position=start,
        expected='-word, -"phrase" or -(group)',
        suggestion=squeezed(text[:start], text[end:]),
    )


def joined(text: str, token: Token, previous: Token) -> QueryError:
    """Return the error for two words or phrases without a space between them."""
    if previous.text.endswith("*") and token.kind == "word":
        before = text[: previous.end] if len(previous.text) > len("a*") else text[: previous.end - 1] + token.text
        return QueryError(
            "a wildcard stands only at the end of a word",
            query=text,
            position=previous.end - 1,
            expected="terror*",
            suggestion=before + text[token.end :],
        )
    name = previous.text.lower()
    if name == "any" and token.kind == "open":
        return QueryError(
            "any( begins with the sum to reach, a number above 0",
            query=text,
            position=token.end,
            expected="any(2, word:2 word)",
            suggestion=f"{text[: previous.start]}any(1, {text[token.end :].lstrip()}",
        )
    start, end = chunk(text, token.start)
    if token.kind == "reference" and previous.kind == "word":
        suggestion = f'{text[:start]}"{text[start:end]}"{text[end:]}'
    elif token.kind == "minus":
        suggestion = f"{text[: token.start]} {text[token.end :]}"
    elif (
        previous.kind == "word" and _MEANT.get(name, name) in FIELDS and (token.kind == "open" or token.text[:1] == "=")
    ):
        suggestion = f"{text[: previous.start]}{_MEANT.get(name, name)}:{text[token.start :].removeprefix('=')}"
    elif previous.kind == "phrase" and not any(map(str.isalnum, previous.text)):
        suggestion = re.sub(f"([{QUOTES}])[{QUOTES}]", r"\1", text)
    else:
        suggestion = f"{text[: token.start]} {text[token.start :]}"
    return QueryError(
        "a space is missing here", query=text, position=token.start, expected="a space", suggestion=suggestion
    )


def squeezed(before: str, after: str) -> str:
    """Return what is left where something was taken out."""
    return " ".join(f"{before} {after}".split())


def chunk(text: str, position: int) -> tuple[int, int]:
    """Return where the run without space, quotation mark or parenthesis around `position` starts and ends."""
    stop = f"{QUOTES}()"
    start = end = position
    while start and not text[start - 1].isspace() and text[start - 1] not in stop:
        start -= 1
    while end < len(text) and not text[end].isspace() and text[end] not in stop:
        end += 1
    return start, end
