"""What the query language (`feeds.topics`) says of a wrong or doubtful query, in the other languages.

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
    "«{}» is a wide character": "«{}» là ký tự toàn chiều rộng",
    "= stands directly before the word or phrase that it asks for exactly": (
        "dấu = đứng ngay trước từ hoặc cụm từ cần khớp chính xác"
    ),
    "@ stands directly before the name of a topic": "@ đứng ngay trước tên một chủ đề",
    "nothing stands after this colon": "sau dấu hai chấm này không có gì",
    "a weight is a number": "trọng số phải là một số",
    "nothing is weighed here": "ở đây không có gì để tính trọng số",
    # What was expected instead.
    "a word or a phrase": "một từ hoặc cụm từ",
    "a word": "một từ",
    "a word after it": "một từ ở sau",
    "a word before it": "một từ ở trước",
    "a word or a phrase after it": "một từ hoặc cụm từ ở sau",
    "a word or a phrase before it": "một từ hoặc cụm từ ở trước",
    "a word before the exclusion": "một từ trước phần loại trừ",
    'a word, a "phrase" or (a OR b)': 'một từ, một "cụm từ" hoặc (a OR b)',
    'a word, a "phrase" or a parenthesis': 'một từ, một "cụm từ" hoặc dấu ngoặc',
    'a word, a "phrase", a parenthesis or an operator': 'một từ, một "cụm từ", dấu ngoặc hoặc toán tử',
    "words, phrases and operators": "từ, cụm từ và toán tử",
    '"a phrase"': '"một cụm từ"',
    "a space": "một dấu cách",
    'a closing "': 'dấu " đóng',
    "a closing )": "dấu ) đóng",
    "an opening ( before it": "dấu ( mở ở trước",
    "parentheses": "dấu ngoặc",
    "one of them": "một trong hai",
    "a smaller number": "một số nhỏ hơn",
    "a smaller query": "một truy vấn nhỏ hơn",
    "a flatter query": "một truy vấn ít lồng nhau hơn",
    "a shorter phrase": "một cụm từ ngắn hơn",
    "a shorter query, or several topics named with @": "truy vấn ngắn hơn, hoặc nhiều chủ đề gọi bằng @",
    "a shorter chain of names": "một chuỗi tên ngắn hơn",
    "a topic that exists": "một chủ đề có thật",
    "a topic that does not lead back here": "một chủ đề không dẫn ngược về đây",
    "one of @{}": "một trong các chủ đề @{}",
    "text without control characters": "văn bản không có ký tự điều khiển",
    "the numbers themselves, with OR between them": "chính các số đó, nối bằng OR",
    "title: or body:": "title: hoặc body:",
    "two or three letters: en, vi, fr": "hai hoặc ba chữ cái: en, vi, fr",
    "OR between alternatives, or just a space": "OR giữa các lựa chọn, hoặc chỉ một dấu cách",
    "OR between alternatives, or quotation marks around a phrase": (
        "OR giữa các lựa chọn, hoặc dấu ngoặc kép quanh một cụm từ"
    ),
    "OR between what is wanted; the exclusion before or after it": (
        "OR giữa những điều muốn tìm; phần loại trừ ở trước hoặc sau đó"
    ),
    # Warnings.
    "«{}» is read as a word; the operator is {}.": "«{}» được hiểu là một từ; toán tử là {}.",
    "Read as ({}): OR binds closer than a space. Parentheses make it plain.": (
        "Được hiểu là ({}): OR gắn chặt hơn dấu cách. Dùng dấu ngoặc để rõ ràng."
    ),
    "«{}» is typed without accents and matches any: imprecise."
    " Put syllables that belong together in quotation marks.": (
        "«{}» gõ không dấu nên khớp với mọi dấu: thiếu chính xác. Hãy đặt các âm tiết đi cùng nhau trong dấu ngoặc kép."
    ),
    "In Vietnamese articles these syllables match with any accents."
    " Put those that belong together in quotation marks.": (
        "Trong bài tiếng Việt các âm tiết này khớp với mọi dấu. Hãy đặt những âm tiết đi cùng nhau trong dấu ngoặc kép."
    ),
    "«{}» is one syllable without accent: in Vietnamese articles it matches only itself.": (
        "«{}» là một âm tiết không dấu: trong bài tiếng Việt nó chỉ khớp với chính nó."
    ),
    "{} is typed without accents: in Vietnamese articles it matches these syllables with any.": (
        "{} gõ không dấu: trong bài tiếng Việt nó khớp với các âm tiết này mang bất kỳ dấu nào."
    ),
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
