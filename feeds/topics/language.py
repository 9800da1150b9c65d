"""In which language is this text? Cheap guesses for articles that do not say; a declared language always wins.

Letters that only Vietnamese has decide first, then scripts, then the commonest little words. No dictionary is
consulted: the answer chooses a stemmer and answers `lang:`, it need not be perfect.
"""

from __future__ import annotations

import re
from functools import lru_cache

VIETNAMESE_LETTER = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơưă]", re.IGNORECASE)
_SCRIPTS = (
    (re.compile("[\u3041-\u30ff]"), "ja"),
    (re.compile("[\u4e00-\u9fff]"), "zh"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
    (re.compile("[\u0e01-\u0e7f]"), "th"),
    (re.compile("[\u0600-\u06ff]"), "ar"),
    (re.compile("[\u0590-\u05ff]"), "he"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
    (re.compile("[\u0370-\u03ff]"), "el"),
    (re.compile("[\u0900-\u097f]"), "hi"),
)
_LITTLE_WORDS = {
    "en": "the of and to in is was for that with on by as at from are be has have had were its this which an not will",
    "fr": "le la les des du et en une est dans pour que qui sur au aux par pas avec ce cette ses son leur ont été",
    "de": "der die das und ist von mit den dem ein eine nicht im auf für des sich auch wird bei als nach sind",
    "es": "el la los las de y en que un una por con para del se es al su lo como más pero sus este",
    "pt": "o os as de e em que um uma por com para do da no na dos das se é ao mais foi são não",
    "it": "il lo la gli le di e che un una per con del della dei nel alla è sono si da anche non più",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij maar naar wordt",
    "sv": "och att det som en på är av för med den till inte har de om ett var från vid kan",
    "id": "yang dan di dengan untuk dari pada dalam ini itu akan tidak telah oleh sebagai juga adalah para",
    "ms": "yang dan di dengan untuk dari pada dalam ini itu akan tidak telah oleh sebagai juga ialah daripada",
    "pl": "i w na z do nie się że jest to o po od za jak przez dla są ale jego został",
    "tr": "ve bir bu için ile olarak olan da de en daha çok gibi ise ancak sonra kadar oldu",
    "vi": "và của là có cho trong các được với không người này đã một những",
}
CODES = {
    name: code
    for code, names in {
        "ar": "arabic",
        "de": "german deutsch",
        "en": "english",
        "es": "spanish español",
        "fr": "french français",
        "id": "indonesian",
        "it": "italian",
        "ja": "japanese",
        "ko": "korean",
        "nl": "dutch",
        "pl": "polish",
        "pt": "portuguese português",
        "ru": "russian",
        "th": "thai",
        "tr": "turkish",
        "vi": "vietnamese",
        "zh": "chinese",
    }.items()
    for name in names.split()
}
"""What people write in place of a code."""
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _sentence in _LITTLE_WORDS.items():
    for _word in _sentence.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_SAMPLE = 2_000
_LATIN_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def primary(tag: str | None) -> str:
    """Return the primary subtag of a BCP 47 tag in lower case ("pt-BR" → "pt"), "" for none."""
    return re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]


def detect(text: str) -> str:
    """Return a primary subtag, "" where nothing speaks for any language."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        letters = sum(map(str.isalpha, sample)) or 1
        if len(VIETNAMESE_LETTER.findall(sample)) * 20 >= letters:
            return "vi"
        for script, language in _SCRIPTS:
            if len(script.findall(sample)) * 5 >= letters:
                return language
    counts: dict[str, int] = {}
    for word in _LATIN_WORD.findall(sample.lower()):
        for language in _LANGUAGES_OF.get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    if not counts:
        return "en" if sample.isascii() and sample.strip() else ""
    # The order of the table settles a tie.
    return max(_LITTLE_WORDS, key=lambda language: counts.get(language, 0))


def is_little_word(word: str) -> bool:
    """Is this one of the words that nearly every text of its language has?"""
    return word in _LANGUAGES_OF
