"""What the query language (`feeds.topics`) says of a wrong query, in the other languages.

`feeds` speaks English and knows no readers; here its sentences are recognised and said anew. A sentence that is not
known stays English. `{}` stands for whatever the person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_VIETNAMESE = {
    "the query is empty": "truy vấn trống",
    "the query has {} characters; {} are allowed": "truy vấn có {} ký tự; chỉ được {}",
    "an invisible character ({}) cannot be part of a query": "ký tự vô hình ({}) không được có trong truy vấn",
    "there is no word to look for": "không có từ nào để tìm",
    "the query ends too early": "truy vấn kết thúc quá sớm",
    "this parenthesis is not closed": "dấu ngoặc này chưa đóng",
    "this parenthesis was never opened": "dấu ngoặc này chưa được mở",
    "nothing stands between these parentheses": "giữa hai dấu ngoặc này không có gì",
    "this quotation mark is not closed": "dấu ngoặc kép này chưa đóng",
    "this phrase holds no word": "cụm từ này không có từ nào",
    "phrases stand in double quotation marks": "cụm từ phải nằm trong dấu ngoặc kép",
    "a phrase has at most {} words": "một cụm từ có nhiều nhất {} từ",
    "{} is not an operator; {} is": "{} không phải là toán tử; {} mới đúng",
    "numbers have no ranges here": "ở đây số không có khoảng",
    "«{}» is not the code of a language": "«{}» không phải là mã ngôn ngữ",
    "a space is missing here": "ở đây thiếu dấu cách",
    "a comma joins no words": "dấu phẩy không nối các từ",
    "a minus stands directly before the word, phrase or parenthesis that it excludes": (
        "dấu trừ đứng ngay trước từ, cụm từ hoặc dấu ngoặc mà nó loại trừ"
    ),
    "AND and OR without parentheses can be read in two ways": "AND và OR không có dấu ngoặc có thể hiểu theo hai cách",
    "an exclusion cannot be one of several alternatives": "phần loại trừ không thể là một trong các lựa chọn của OR",
    "an exclusion cannot stand here": "phần loại trừ không thể đứng ở đây",
    "an exclusion needs something that is wanted beside it": "bên cạnh phần loại trừ cần có điều muốn tìm",
    "two exclusions in a row": "hai phần loại trừ liền nhau",
    "{} has nothing before it": "trước {} không có gì",
    "{} has nothing after it": "sau {} không có gì",
    "{} cannot stand here": "{} không thể đứng ở đây",
    "{} needs a word or a phrase after it": "sau {} cần một từ hoặc cụm từ",
    "{} needs a word, a phrase or a group after it": "sau {} cần một từ, cụm từ hoặc nhóm",
    "{} needs a distance": "{} cần một khoảng cách",
    "{}/ needs a number from 1 to {}, or s (sentence) or p (paragraph)": (
        "{}/ cần một số từ 1 đến {}, hoặc s (câu) hay p (đoạn)"
    ),
    "{}/ needs a number from 1 to {}": "{}/ cần một số từ 1 đến {}",
    "only words, phrases and alternatives of them can be near something": (
        "chỉ từ, cụm từ và các lựa chọn của chúng mới có thể ở gần nhau"
    ),
    "only words, phrases and alternatives of them can be counted": (
        "chỉ đếm được từ, cụm từ và các lựa chọn của chúng"
    ),
    "words of two fields are never near each other": "từ ở hai trường khác nhau không bao giờ ở gần nhau",
    "a field cannot stand within another field": "một trường không thể nằm trong trường khác",
    "there is no field «{}»": "không có trường «{}»",
    "a language is not counted": "không đếm được ngôn ngữ",
    "first/n counts the words of title and body only": "first/n chỉ đếm từ của title và body",
    "a wildcard needs two letters or more before it": "trước dấu * cần ít nhất hai chữ cái",
    "a wildcard stands at the end of a word, after two letters or more": (
        "dấu * đứng ở cuối từ, sau ít nhất hai chữ cái"
    ),
    "a wildcard stands only at the end of a word": "dấu * chỉ đứng ở cuối từ",
    "«?» is not a wildcard here; only * at the end of a word is": "«?» không thay cho chữ nào; chỉ có * ở cuối từ",
    "= asks for the exact word, * for any ending: they exclude each other": (
        "= tìm đúng từ đó, * tìm mọi đuôi từ: không dùng cùng lúc"
    ),
    "any( begins with the sum to reach, a number above 0": "any( bắt đầu bằng tổng cần đạt, một số lớn hơn 0",
    "a comma stands after the sum to reach": "sau tổng cần đạt phải có dấu phẩy",
    "weights stand only within any(…)": "trọng số chỉ đứng trong any(…)",
    "within any(…) things stand side by side; an exclusion has a negative weight": (
        "trong any(…) các mục đứng cạnh nhau; phần loại trừ có trọng số âm"
    ),
    "the weights never add up to {}": "các trọng số không bao giờ đạt tổng {}",
    "the query has more than {} words and phrases": "truy vấn có hơn {} từ và cụm từ",
    "the query is nested more than {} deep": "truy vấn lồng nhau sâu hơn {} tầng",
    "a topic's name cannot stand within a field or first/n": "tên chủ đề không thể nằm trong một trường hay first/n",
    "there is no topic «{}»": "không có chủ đề «{}»",
    "more than {} topics name one another": "hơn {} chủ đề gọi tên nhau",
    "the topics name each other in a circle: {}": "các chủ đề gọi tên nhau thành vòng: {}",
    "this is not a regular expression": "đây không phải biểu thức chính quy",
    "«{}» holds no letter or digit": "«{}» không có chữ cái hay chữ số nào",
    "«{}» has no meaning here: words are stemmed, weights are written word:2 within any(…)": (
        "«{}» không có nghĩa ở đây: từ được tìm theo gốc từ, trọng số viết là từ:2 trong any(…)"
    ),
    "«{}» has no meaning in a query": "«{}» không có nghĩa trong truy vấn",
    "«{}» joins no words here": "«{}» không nối các từ ở đây",
}
_TRANSLATIONS = {"vi": _VIETNAMESE}


def said_in(language: str, sentence: str) -> str:
    """The sentence in that language, or as it is."""
    for pattern, translated in _patterns(language):
        found = pattern.fullmatch(sentence)
        if found:
            return translated.format(*found.groups())
    return sentence


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    return patterns(_TRANSLATIONS.get(language, {}))


def patterns(table: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """Sentences with the most fixed words first: "{} cannot stand here" fits nearly everything."""
    longest = sorted(table.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return [
        (re.compile("(.*?)".join(re.escape(part) for part in english.split("{}")), re.DOTALL), translated)
        for english, translated in longest
    ]
