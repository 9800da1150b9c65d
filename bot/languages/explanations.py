"""What the query language says of an article that a query does not match, in the other languages.

As with its errors (`query_errors`), its English sentences are recognised and said anew; an unknown one stays English.
"""

from __future__ import annotations

import re
from functools import cache

from bot.languages.query_errors import patterns

_VIETNAMESE = {
    "found": "có",
    "not in the article": "không có trong bài",
    "not in the article, as wanted": "không có trong bài, đúng như yêu cầu",
    "not in the article; the nearest word is «{}»": "không có trong bài; từ gần nhất là «{}»",
    "the article has «{}», not exactly «{}»": "bài có «{}», không đúng hệt «{}»",
    "the article has «{}», with other accents than «{}»": "bài có «{}», khác dấu với «{}»",
    "the article has it": "bài có điều đó",
    "the article is in «{}»": "bài bằng tiếng «{}»",
    "the article is in «{}», not «{}»": "bài bằng tiếng «{}», không phải «{}»",
    "excludes the article: «{}» stands in the {}": "loại bài này: «{}» có trong phần {}",
    "the {} is «{}»": "{} là «{}»",
    "the article names no {}": "bài không ghi {}",
    "fails at {}: {}": "hỏng ở {}: {}",
    "nearest is {}: {}": "gần nhất là {}: {}",
    "none of its {} alternatives stands in the article": "không có lựa chọn nào trong {} lựa chọn có trong bài",
    "{} of {} places found": "tìm thấy {} trong số {} chỗ",
    "{} of {} reached ({})": "đạt {} trên {} ({})",
    "found at word {} of the {}, not in the first {} words of {}": (
        "có ở từ thứ {} của phần {}, không trong {} từ đầu của {}"
    ),
    "found at word {} of the {}, not in the {}": "có ở từ thứ {} của phần {}, không ở phần {}",
    "all its words are in the article; at most {} of {} follow each other": (
        "mọi từ đều có trong bài; nhiều nhất {} trong {} từ đứng liền nhau"
    ),
    "all its words are in the article, but not next to each other": (
        "mọi từ đều có trong bài, nhưng không đứng liền nhau"
    ),
    "{} of {} words are in the article; missing: {}": "{} trong {} từ có trong bài; thiếu: {}",
    "every {} has {} near it": "mọi {} đều có {} ở gần",
    "both are in the article, but not in one {}": "cả hai có trong bài, nhưng không cùng một {}",
    "both are in the article, but not in one {} in this order": (
        "cả hai có trong bài, nhưng không cùng một {} theo thứ tự này"
    ),
    "both are in the article, but not in one {}; at the nearest {} apart": (
        "cả hai có trong bài, nhưng không cùng một {}; gần nhất cách nhau {}"
    ),
    "both are in the article, but not in one {} in this order; at the nearest {} apart": (
        "cả hai có trong bài, nhưng không cùng một {} theo thứ tự này; gần nhất cách nhau {}"
    ),
    "only in the other order, {} words apart": "chỉ có theo thứ tự ngược lại, cách nhau {} từ",
    "never in one field in this order": "không bao giờ cùng một phần theo thứ tự này",
    "never in one field": "không bao giờ cùng một phần",
    "at the nearest {} words apart; at most {} are allowed": "gần nhất cách nhau {} từ; chỉ được nhiều nhất {}",
    "{}: {}": "{}: {}",
}
# Values that are words of ours.
_NAMES = {
    "title": "tiêu đề",
    "body": "nội dung",
    "author": "tác giả",
    "source": "nguồn",
    "url": "địa chỉ",
    "title and body": "tiêu đề và nội dung",
    "sentence": "câu",
    "paragraph": "đoạn",
    "an unknown language": "không rõ",
    "nothing found": "không tìm thấy gì",
}
_TRANSLATIONS = {"vi": (_VIETNAMESE, _NAMES)}
_LONGEST = 1000
_DEEPEST = 8


def explained_in(language: str, sentence: str, depth: int = _DEEPEST) -> str:
    """The sentence in that language, with the sentences inside it; or as it is."""
    if language not in _TRANSLATIONS or len(sentence) > _LONGEST or not depth:
        return sentence
    names = _TRANSLATIONS[language][1]
    for pattern, translated in _patterns(language):
        found = pattern.fullmatch(sentence)
        if found:
            values = [names.get(value, value) for value in found.groups()]
            if len(values) == 2 and pattern.pattern.endswith(r":\ (.*?)"):
                # "nearest is CLAUSE: SENTENCE"
                values[-1] = explained_in(language, values[-1], depth - 1)
            return translated.format(*values)
    return sentence


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    return patterns(_TRANSLATIONS[language][0])
