"""Which language a text is in: what the page declares, unless the words plainly say otherwise."""

from __future__ import annotations

import re

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")
_WORD = re.compile(r"[^\W\d_]+")
_VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_SCRIPTS = (
    ("th", "\u0e00", "\u0e7f"), ("ko", "\uac00", "\ud7a3"), ("ja", "\u3040", "\u30ff"), ("zh", "\u4e00", "\u9fff"),
    ("km", "\u1780", "\u17ff"), ("lo", "\u0e80", "\u0eff"), ("my", "\u1000", "\u109f"), ("ar", "\u0600", "\u06ff"),
    ("ru", "\u0400", "\u04ff"), ("he", "\u0590", "\u05ff"), ("el", "\u0370", "\u03ff"), ("hi", "\u0900", "\u097f"),
)  # fmt: skip
_COMMON = {
    "en": "the of and to in a is that for on with was by at from it as be this are has have not which were said",
    "fr": "le la les des et du une est dans que pour qui sur avec au par pas plus sont ont cette aux",
    "de": "der die das und den von zu mit dem ist des im für auf nicht eine ein sich auch wurde werden",
    "es": "el la los las del que en y por con para una un se es al como su más fue este",
    "pt": "o os da do das dos que em não uma um com para por mais foi ao como são na no",
    "it": "il di che la e per un della con del non una sono le alla gli nel è dei più",
    "nl": "de het een van en dat is op te zijn voor met niet aan er om ook bij door",
    "id": "yang dan di dengan untuk dari pada ini itu dalam akan tidak oleh adalah telah sebagai para juga",
    "ms": "yang dan di dengan untuk daripada pada ini itu dalam akan tidak oleh adalah telah sebagai kepada bagi",
    "vi": "và của các có là cho trong được với đã không những này một người về để từ khi ngày",
}
_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
LONGEST_SAMPLE = 4_000
_SHARE = 0.12


def language_of(declared: str | None, text: str) -> str | None:
    """A BCP 47 tag. Themes declare `en-US` on pages in any language: clear words of another one win."""
    tag = tag_of(declared)
    detected = detect(text)
    if detected and (tag is None or tag.split("-")[0] != detected):
        return tag if tag and {tag.split("-")[0], detected} == {"id", "ms"} else detected
    return tag


def tag_of(declared: str | None) -> str | None:
    """`en_US`, `EN-us`, `vi-VN ` as well-formed tags; None for anything else."""
    found = _TAG.match((declared or "").strip())
    if not found:
        return None
    language, script, region = found.groups()
    parts = [language.lower()] + ([script.title()] if script else []) + ([region.upper()] if region else [])
    return "-".join(parts)


def detect(text: str) -> str | None:
    """The language that the words plainly are in, or None: by script, by Vietnamese letters, by common words."""
    sample = text[:LONGEST_SAMPLE].lower()
    letters = sum(1 for character in sample if character.isalpha())
    if letters < 60:
        return None
    for language, first, last in _SCRIPTS:
        share = 0.15 if language == "ja" else 0.4
        if sum(1 for character in sample if first <= character <= last) > share * letters:
            return language
    if len(_VIETNAMESE.findall(sample)) > 0.1 * letters:
        return "vi"
    words = _WORD.findall(sample)
    counts = {language: sum(1 for word in words if word in common) for language, common in _COMMON_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    others = max(count for language, count in counts.items() if language != best)
    if counts[best] >= _SHARE * len(words) and (counts[best] >= 1.3 * others or {best} <= {"id", "ms"}):
        return best
    return None
