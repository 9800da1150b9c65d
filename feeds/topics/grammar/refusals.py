"""What to say of characters that mean nothing where they stand: what was probably meant, and how that is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

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
_NO_EXPRESSION = "this is not a regular expression"
_NO_MORE_THAN = "words, phrases and operators"
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


class _Place(NamedTuple):
    """A character that means nothing, and the run without spaces that it stands in."""

    text: str
    character: str
    position: int
    start: int
    end: int

    @property
    def before(self) -> str:
        return self.text[: self.position]

    @property
    def after(self) -> str:
        return self.text[self.position + 1 :]

    @property
    def run(self) -> str:
        return self.text[self.start : self.end]

    def instead(self, run: str) -> str:
        """Return the query with something else in place of the run."""
        return f"{self.text[: self.start]}{run}{self.text[self.end :]}"


class _Meant(NamedTuple):
    """What to say where it is known what was meant."""

    message: str
    expected: str
    suggestion: str


def meaningless(text: str, character: str, position: int) -> QueryError:
    """Return the error for a character that no token begins with."""
    if character in QUOTES:
        return _open_quotation(text, position)
    if character == "=" and text[position + 1 : position + 2] in tuple(QUOTES):
        return _open_quotation(text, position, position + 1)
    if character == ":":
        return _unknown_field(text, position)
    place = _Place(text, character, position, *chunk(text, position))
    meant = next((meant for guess in _GUESSES if (meant := guess(place)) is not None), None)
    meant = meant or _Meant(f"«{character}» has no meaning in a query", _OPERAND, squeezed(place.before, place.after))
    return QueryError(
        meant.message, query=text, position=position, expected=meant.expected, suggestion=meant.suggestion
    )


def _wide(place: _Place) -> _Meant | None:
    plain = unicodedata.normalize("NFKC", place.character)
    if plain == place.character or not plain.isascii() or not plain.isprintable():
        return None
    return _Meant(f"«{place.character}» is a wide character", f"«{plain}»", narrow(place.text))


def _phrase(place: _Place) -> _Meant | None:
    """'single quotation marks'."""
    if place.character not in _APOSTROPHES:
        return None
    quoted = _QUOTED.sub(r'"\1"', place.text)
    suggestion = quoted if quoted != place.text else squeezed(place.before, place.after)
    return _Meant("phrases stand in double quotation marks", '"a phrase"', suggestion)


def _wildcard(place: _Place) -> _Meant | None:
    if place.character != "*":
        return None
    word = place.before[place.start :].rstrip(".")
    rest = place.text[place.position + 1 : place.end].strip("*")
    suggestion = place.instead(f"{word}*{rest}") if len(word) > 1 else squeezed(place.before, place.after)
    return _Meant("a wildcard stands at the end of a word, after two letters or more", "terror*", suggestion)


def _any_letter(place: _Place) -> _Meant | None:
    """poli?e, and flags of regular expressions: (?i)."""
    if place.character != "?":
        return None
    if _FLAGS.search(place.text):
        return _Meant(_NO_EXPRESSION, _NO_MORE_THAN, _FLAGS.sub(" ", place.text).strip())
    if not place.before[place.start :][-1:].isalnum():
        return None
    within = place.position + 1 < place.end
    suggestion = f"{place.before}*{place.text[place.end :]}" if within else squeezed(place.before, place.after)
    return _Meant("«?» is not a wildcard here; only * at the end of a word is", _OPERAND, suggestion)


def _several_words(place: _Place) -> _Meant | None:
    """police/drugs; AT&T; police; drugs."""
    if place.character in ";/\\&、" and place.start < place.position < place.end - 1:
        expected = "OR between alternatives, or quotation marks around a phrase"
        return _Meant(f"«{place.character}» joins no words here", expected, _taken_apart(place))
    if place.character in ";、":
        message = f"«{place.character}» has no meaning in a query"
        return _Meant(message, _OPERAND, f"{place.before} OR {place.after}")
    return None


def _taken_apart(place: _Place) -> str:
    """Return the query with words that a slash, semicolon or ampersand joined written as what they mean."""
    field, _, rest = place.run.rpartition(":")
    run = rest if field.lower() in FIELDS else place.run
    before = place.text[: place.end - len(run)]
    after = place.text[place.end :]
    if place.character == "&":
        return f'{before}"{run}"{after}'
    if re.match(r"(?:[\w-]+\.)+\w{2,}/", run):
        return f'{before}{"" if before.endswith(":") else "url:"}"{run}"{after}'
    return f"{before}({' OR '.join(filter(None, _JOINING.split(run)))}){after}"


def _expression(place: _Place) -> _Meant | None:
    """^police$ and the like."""
    if place.character not in "^$/\\{" or not _EXPRESSION.fullmatch(place.run):
        return None
    rest = squeezed(place.text[: place.start] + _SIGNS.sub(" ", place.run), place.text[place.end :])
    return _Meant(_NO_EXPRESSION, _NO_MORE_THAN, rest)


def _exclusion(place: _Place) -> _Meant | None:
    if place.character != "!" or not place.after[:1].strip():
        return None
    message = f"«{place.character}» has no meaning in a query"
    return _Meant(message, '-word, -"phrase" or -(group)', f"{place.before}-{place.after}")


def _tag(place: _Place) -> _Meant | None:
    """police[ti], as PubMed has it."""
    tag = re.match(r"(\w+)\]", place.after)
    if place.character != "[" or tag is None or place.position == place.start:
        return None
    field = _TAGS.get(tag[1].lower())
    word = place.before[place.start :]
    suggestion = f"{place.text[: place.start]}{field + ':' if field else ''}{word}{place.after[tag.end() :]}"
    return _Meant(f"«{place.character}» has no meaning in a query", _OPERAND, suggestion)


def _boost(place: _Place) -> _Meant | None:
    """police^2 and police~1, as Lucene has them."""
    if place.character not in "~^":
        return None
    message = f"«{place.character}» has no meaning here: words are stemmed, weights are written word:2 within any(…)"
    return _Meant(message, _OPERAND, squeezed(place.before, place.after.lstrip("0123456789.")))


def _sign(place: _Place) -> _Meant | None:
    rest = squeezed(place.before, place.after)
    match place.character:
        case "=":
            return _Meant("= stands directly before the word or phrase that it asks for exactly", "=Word", rest)
        case "@":
            return _Meant("@ stands directly before the name of a topic", "@maritime-security", rest)
    return None


_GUESSES: tuple[Callable[[_Place], _Meant | None], ...] = (
    _wide, _phrase, _wildcard, _any_letter, _several_words, _expression, _exclusion, _tag, _boost, _sign,
)  # fmt: skip
"""In this order; the first that knows is right."""


def narrow(text: str) -> str:
    """Return a text with wide punctuation ("（", "：") written as on other keyboards."""
    return "".join(
        one if one.isalnum() else " " if one.isspace() else unicodedata.normalize("NFKC", one) for one in text
    )


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
