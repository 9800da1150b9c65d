"""Words of a text, and the forms in which two words are compared.

A *word* is a run of letters, digits and their marks. Joined runs ("counter-terrorism", "l’OTAN", "U.S.") are split by
`split`; its rules are those of the grammar page. Offsets are code points of the text as it was given, also where that
text is not in Unicode normal form C. What this module refuses to know: queries, articles, and where a sentence ends.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# Combining marks are not \w in Python's re, yet they are part of words (decomposed Vietnamese, Arabic, Hebrew, Indic
# scripts, Thai). Soft hyphen and zero-width characters may stand inside a word and mean nothing.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200b-\u200d\u2060\ufeff"
)
HYPHENS = "-\u2010\u2011"
APOSTROPHES = "'\u2019\u02bc\u2018\uff07"
CHARACTER = rf"[\w{MARKS}]"
RUN = rf"{CHARACTER}+(?:[.{APOSTROPHES}\{HYPHENS}]{CHARACTER}+)*"
"""What `split` takes: words with their joiners. The classes exclude each other, so matching is linear."""

find_runs = re.compile(RUN).finditer
find_run_texts = re.compile(RUN).findall

_PIECE = re.compile(rf"(?:(?!_){CHARACTER})+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# Scripts written without spaces: each character (with its marks) is a word, and a query of several is a phrase.
UNSPACED = re.compile(rf"[\u0e01-\u0eff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][{MARKS}]*")
_LONGEST_STEMMED = 60
_MOST_JOINED = 4

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t"}
)

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
"""Primary subtag (BCP 47) → Snowball's name."""


class Word(NamedTuple):
    """One word in the forms it is compared in; all in normal form C."""

    surface: str
    """As printed, for case- and accent-exact comparison."""
    lower: str
    """Case-folded, with the Vietnamese tone mark on the vowel of the older spelling (hòa, not hoà)."""
    folded: str
    """`lower` without accents."""


class Piece(NamedTuple):
    """A word with its place, in code points from the start of the run it was split from."""

    start: int
    end: int
    word: Word


def fold(text: str) -> str:
    """Return case-folded text without accents: "Bộ Công an" → "bo cong an"."""
    text = text.casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare.translate(_LETTERS_WITHOUT_DECOMPOSITION))


# hoà → hòa, khoẻ → khỏe, thuỳ → thùy: only at the end of a syllable, and not after q, where u belongs to the consonant.
_TONES = {"à": "ò", "á": "ó", "ả": "ỏ", "ã": "õ", "ạ": "ọ", "è": "ò", "é": "ó", "ẻ": "ỏ", "ẽ": "õ", "ẹ": "ọ",
          "ỳ": "ù", "ý": "ú", "ỷ": "ủ", "ỹ": "ũ", "ỵ": "ụ"}  # fmt: skip
_LATE_TONE = re.compile("(?<=[^\\Wq])(?:o([àáảãạèéẻẽẹ])|u([ỳýỷỹỵ]))$")
_BARE = {**dict.fromkeys("àáảãạ", "a"), **dict.fromkeys("èéẻẽẹ", "e"), **dict.fromkeys("ỳýỷỹỵ", "y")}
_EARLY_TONE_AFTER_Q = re.compile("^q([ùúủũụ])y$")
_Y_TONES = {"ù": "ỳ", "ú": "ý", "ủ": "ỷ", "ũ": "ỹ", "ụ": "ỵ"}


def place_tone(lower: str) -> str:
    """Return the syllable with its Vietnamese tone mark where the older spelling has it; both spellings are current."""

    def earlier(match: re.Match[str]) -> str:
        vowel = match[1] or match[2]
        return _TONES[vowel] + _BARE[vowel]

    if lower.isascii():
        return lower
    if late := _LATE_TONE.sub(earlier, lower):
        return _EARLY_TONE_AFTER_Q.sub(lambda match: "qu" + _Y_TONES[match[1]], late)
    return lower


_FINAL_I = re.compile("^(h|k|l|m|s|t|v|qu)([iìíỉĩị])$")
_I_TO_Y = dict(zip("iìíỉĩị", "yỳýỷỹỵ", strict=True))


def final_y(lower: str) -> str:
    """Return a Vietnamese syllable with y where i is as good a spelling: kĩ → kỹ, lí → lý, quí → quý."""
    return _FINAL_I.sub(lambda match: match[1] + _I_TO_Y[match[2]], lower)


def word(surface: str) -> Word:
    """Return one run of letters and digits in all its forms."""
    if surface.isascii():
        lower = surface.lower()
        return Word(surface, lower, lower)
    return _accented(surface) if len(surface) <= _LONGEST_STEMMED else _read_accented(surface)


@lru_cache(maxsize=1 << 12)
def _accented(surface: str) -> Word:
    return _read_accented(surface)


def _read_accented(surface: str) -> Word:
    surface = unicodedata.normalize("NFC", _INVISIBLE.sub("", surface))
    lower = place_tone(unicodedata.normalize("NFC", surface.casefold()))
    return Word(surface, lower, fold(lower))


@lru_cache(maxsize=1 << 13)
def _split_short(run: str) -> tuple[tuple[Piece, ...], Word | None]:
    return _split(run)


def split(run: str) -> tuple[tuple[Piece, ...], Word | None]:
    """Return the words of one run, and the word that its hyphenated parts make together, if any.

    - "counter-terrorism": counter, terrorism; together counterterrorism.
    - "ASEAN's": ASEAN (the possessive is dropped). "l'OTAN": l, OTAN. "don't": don, t.
    - "U.S": US, one word. "gov.vn": gov, vn.
    - Scripts without spaces: a word a character.
    """
    return _split_short(run) if len(run) <= _LONGEST_STEMMED else _split(run)


def _split(run: str) -> tuple[tuple[Piece, ...], Word | None]:
    if run.isascii() and run.isalnum():
        return (Piece(0, len(run), word(run)),), None
    parts: list[tuple[int, int, str]] = []
    for match in _PIECE.finditer(run):
        parts += _unspaced_parts(match.start(), match[0])
    if len(parts) > 1 and all(end - start == 1 for start, end, _ in parts) and "." in run and "-" not in run:
        letters = "".join(part for _, _, part in parts)
        if letters.isalpha() and UNSPACED.search(letters) is None:
            return (Piece(parts[0][0], parts[-1][1], word(letters)),), None
    if len(parts) > 1 and parts[-1][2] in ("s", "S") and run[parts[-1][0] - 1] in APOSTROPHES:
        parts.pop()
    pieces = [Piece(start, end, word(part)) for start, end, part in parts]
    pieces = [piece for piece in pieces if piece.word.lower]
    joined = None
    if 1 < len(pieces) <= _MOST_JOINED and all(
        len(run[before.end : after.start]) == 1 and run[before.end] in HYPHENS for before, after in pairwise(pieces)
    ):
        joined = word("".join(piece.word.surface for piece in pieces))
    return tuple(pieces), joined


def _unspaced_parts(offset: int, run: str) -> Iterator[tuple[int, int, str]]:
    """Cut a run at every character of a script without spaces."""
    end = 0
    for match in UNSPACED.finditer(run) if not run.isascii() else ():
        if match.start() > end:
            yield offset + end, offset + match.start(), run[end : match.start()]
        yield offset + match.start(), offset + match.end(), match[0]
        end = match.end()
    if end < len(run):
        yield offset + end, offset + len(run), run[end:]


def words(text: str) -> Iterator[Piece]:
    """Yield the words of a text in order, with their places in it (hyphenated words as their parts only)."""
    for match in find_runs(text):
        offset = match.start()
        for start, end, each in split(match[0])[0]:
            yield Piece(offset + start, offset + end, each)


_stem_lock = threading.Lock()


def new_stemmer(language: str) -> Callable[[str], str]:
    """Return what does as `stem` does for one language, remembers nothing, and is for one thread at a time."""
    import Stemmer

    if language == "vi":
        return final_y
    name = _SNOWBALL.get(language)
    if name is None or name not in Stemmer.algorithms():
        return str
    snowball: Callable[[str], str] = Stemmer.Stemmer(name, maxCacheSize=0).stemWord
    return lambda lower: snowball(lower) if len(lower) <= _LONGEST_STEMMED else lower


def new_stemmer_of_many(language: str) -> Callable[[list[str]], list[str]]:
    """Return what does as `new_stemmer` says for many words at once, each in half the time."""
    import Stemmer

    name = _SNOWBALL.get(language)
    one = new_stemmer(language)
    if name is None or name not in Stemmer.algorithms():
        return lambda words: list(map(one, words))
    snowball: Callable[[list[str]], list[str]] = Stemmer.Stemmer(name, maxCacheSize=0).stemWords

    def stem_all(words: list[str]) -> list[str]:
        if max(map(len, words), default=0) > _LONGEST_STEMMED:
            return list(map(one, words))
        return snowball(words)

    return stem_all


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Callable[[str], str] | None:
    """Return Snowball's stemmer for a primary subtag; None where there is none."""
    import Stemmer

    name = _SNOWBALL.get(language)
    if name is None or name not in Stemmer.algorithms():
        return None
    stemmer: Callable[[str], str] = Stemmer.Stemmer(name, maxCacheSize=0).stemWord
    return stemmer


@lru_cache(maxsize=1 << 15)
def stem(lower: str, language: str) -> str:
    """Return the stem of a case-folded word; `language` is a primary subtag, "" for none.

    Vietnamese words do not change; for them this settles the spelling of i and y. A Snowball stemmer holds state, hence
    the lock; the cache keeps it out of the way.
    """
    if language == "vi":
        return final_y(lower)
    stemmer = _stemmer(language)
    if stemmer is None or len(lower) > _LONGEST_STEMMED:
        return lower
    with _stem_lock:
        return stemmer(lower)
