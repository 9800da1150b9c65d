"""Articles, and a query for each construct of the language: what selects them by which words, and what does not, why.

Among the words are letters beyond the BMP, decomposed Vietnamese, HTML entities and typographic apostrophes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

UNSAID = "Nothing else was said about it on that day, and nobody wanted more. " * 8


@dataclass(frozen=True)
class Story:
    """An article of the site."""

    title: str
    author: str
    language: str
    paragraphs: tuple[str, ...]


FISHING = Story("Fishing season opens", "Nobody", "en", ("Boats left in the morning, most came back by noon.",))
STORIES = {
    "drill": Story(
        "🚢 Navy drill off Đà Nẵng & Hải Phòng",
        "Lê Văn Tám",
        "en",
        (
            "🕊️ Delegates of ten countries met in Surabaya against violent extremism. The police of Việt Nam and of "
            "Indonesia asked for closer cooperation at sea & on land, and for a joint naval patrol.",
            f"Terrorism, they said, is no drill: <terror> feeds on fear. {UNSAID}",
            "At the end, an envoy from Geneva 🇨🇭 spoke of reconciliation. The US stayed silent, and told us so.",
        ),
    ),
    "talks": Story(
        unicodedata.normalize("NFD", "Hội nghị tại Hà Nội"),
        "Nguyễn Thị Bình",
        "vi",
        (
            unicodedata.normalize("NFD", "Các nước tăng cường hợp tác quốc tế 🤝 phòng, chống khủng bố tại Hà Nội."),
            "Hai bên gìn giữ hoà bình và trao đổi kinh nghiệm với nhau.",
        ),
    ),
    "accord": Story(
        "Un accord à Genève",
        "Élodie Bézier",
        "fr",
        (
            "La France renforce ses coopérations avec l’OTAN. La sécurité et la paix dans le monde sont en jeu.",
            "Le ministre des affaires étrangères a signé un accord sur l'eau.",
        ),
    ),
}
MATCHES: dict[str, tuple[str, str, list[str]]] = {
    # topic: its query, the article that it selects, the words of the article that make it do so
    "words": ("reconciliation cooperation", "drill", ["cooperation", "reconciliation"]),
    "stems": ("countries asking", "drill", ["countries", "asked"]),
    "phrase": ('"violent extremism"', "drill", ["violent extremism"]),
    "prefix": ("terror*", "drill", ["Terrorism", "terror"]),
    "prefix-phrase": ('"joint nav*"', "drill", ["joint naval"]),
    "near": ("closer NEAR/3 coop*", "drill", ["closer", "cooperation"]),
    "ordered": ("joint ONEAR/2 patrol", "drill", ["joint", "patrol"]),
    "not-near": ("drill NOT NEAR/1 naval", "drill", ["drill"]),
    "sentence": ("police NEAR/s cooperation", "drill", ["police", "cooperation"]),
    "paragraph": ("delegates NEAR/p patrol", "drill", ["Delegates", "patrol"]),
    "counted": ("atleast/3 (terror* extremism)", "drill", ["extremism", "Terrorism", "terror"]),
    "weighed": ("any(3, terror*:2 extremism:1.5 submarine:-2)", "drill", ["extremism", "Terrorism", "terror"]),
    "early": ("first/12 surabaya", "drill", ["Surabaya"]),
    "title": ("title:navy", "drill", ["Navy"]),
    "body": ("body:drill", "drill", ["drill"]),
    "author": ('author:"lê văn tám"', "drill", ["Lê Văn Tám"]),
    "source": ("source:wire title:drill", "drill", ["drill", "wire"]),
    "url": ("url:drill title:navy", "drill", ["Navy", "drill"]),
    "language": ("lang:en surabaya", "drill", ["Surabaya"]),
    "only-language": ("lang:fr", "accord", []),
    "exact": ("=US silent", "drill", ["US", "silent"]),
    "naming": ("@near @phrase", "drill", ["violent extremism", "closer", "cooperation"]),
    "alternatives": ("submarine OR geneva title:navy", "drill", ["Navy", "Geneva"]),
    "excluding": ("surabaya -football", "drill", ["Surabaya"]),
    "many": (
        "delegates countries police indonesia closer patrol fear envoy reconciliation", "drill",
        ["Delegates", "countries", "police", "Indonesia", "closer", "patrol", "fear", "envoy", "reconciliation"],
    ),
    "accents": ('"hợp tác quốc tế"', "talks", ["hợp tác quốc tế"]),
    "bare": ('"khung bo" "hoa binh"', "talks", ["khủng bố", "hoà bình"]),
    "syllable": ("title:nghị", "talks", ["nghị"]),
    "french": ("coopération sécurité", "accord", ["coopérations", "sécurité"]),
    "apostrophe": ("\"l'OTAN\" \"l'eau\"", "accord", ["l’OTAN", "l'eau"]),
}  # fmt: skip
SCORES = {"weighed": 3.5}
MISSES: dict[str, tuple[str, str, str, str]] = {
    # topic: its query; of «drill», the clause that fails, and how near it comes, in English and in Vietnamese
    "no-word": ("submarine", "submarine", "not in the article", "không có trong bài"),
    "no-spelling": (
        "surabayo police", "surabayo",
        "not in the article; the nearest word is «Surabaya»", "không có trong bài; từ gần nhất là «Surabaya»",
    ),
    "no-accent": (
        "pólice", "pólice",
        "the article has «police», with other accents than «pólice»", "bài có «police», khác dấu với «pólice»",
    ),
    "no-phrase": (
        '"extremism violent"', '"extremism violent"',
        "all its words are in the article, but not next to each other",
        "mọi từ đều có trong bài, nhưng không đứng liền nhau",
    ),
    "no-part": (
        '"violent cell"', '"violent cell"',
        "1 of 2 words are in the article; missing: cell", "1 trong 2 từ có trong bài; thiếu: cell",
    ),
    "no-prefix": (
        "extremisms*", "extremisms*",
        "not in the article; the nearest word is «extremism»", "không có trong bài; từ gần nhất là «extremism»",
    ),
    "no-near": (
        "delegates NEAR/3 police", "delegates NEAR/3 police",
        "at the nearest 11 words apart; at most 3 are allowed", "gần nhất cách nhau 11 từ; chỉ được nhiều nhất 3",
    ),
    "no-order": (
        "patrol ONEAR/3 joint", "patrol ONEAR/3 joint",
        "only in the other order, 2 words apart", "chỉ có theo thứ tự ngược lại, cách nhau 2 từ",
    ),
    "no-not-near": (
        "naval NOT NEAR/1 patrol", "naval NOT NEAR/1 patrol",
        "every naval has patrol near it", "mọi naval đều có patrol ở gần",
    ),
    "no-sentence": (
        "delegates NEAR/s patrol", "delegates NEAR/s patrol",
        "both are in the article, but not in one sentence; at the nearest 1 apart",
        "cả hai có trong bài, nhưng không cùng một câu; gần nhất cách nhau 1",
    ),
    "no-paragraph": (
        "delegates ONEAR/p geneva", "delegates ONEAR/p geneva",
        "both are in the article, but not in one paragraph in this order; at the nearest 2 apart",
        "cả hai có trong bài, nhưng không cùng một đoạn theo thứ tự này; gần nhất cách nhau 2",
    ),
    "no-count": (
        "atleast/4 (terror* extremism)", "atleast/4 (terror* extremism)",
        "3 of 4 places found", "tìm thấy 3 trong số 4 chỗ",
    ),
    "no-weight": (
        "any(4, terror*:2 extremism:1.5 ship:1)", "any(4, terror*:2 extremism:1.5 ship:1)",
        "3.5 of 4 reached (terror* +2, extremism +1.5)", "đạt 3.5 trên 4 (terror* +2, extremism +1.5)",
    ),
    "no-early": (
        "first/3 surabaya", "first/3 surabaya",
        "found at word 7 of the body, not in the first 3 words of title and body",
        "có ở từ thứ 7 của phần nội dung, không trong 3 từ đầu của tiêu đề và nội dung",
    ),
    "no-title": (
        "title:patrol", "title:patrol",
        "found at word 32 of the body, not in the title", "có ở từ thứ 32 của phần nội dung, không ở phần tiêu đề",
    ),
    "no-body": (
        "body:navy", "body:navy",
        "found at word 1 of the title, not in the body", "có ở từ thứ 1 của phần tiêu đề, không ở phần nội dung",
    ),
    "no-author": (
        "author:nobody title:navy", "author:nobody",
        "the author is «Lê Văn Tám»", "tác giả là «Lê Văn Tám»",
    ),
    "no-source": ("source:bbc", "source:bbc", "the source is «wire»", "nguồn là «wire»"),
    "no-url": ("url:talks lang:en", "url:talks", "the url is «ADDRESS»", "địa chỉ là «ADDRESS»"),
    "no-language": (
        "lang:vi navy", "lang:vi",
        "the article is in «en», not «vi»", "bài bằng tiếng «en», không phải «vi»",
    ),
    "no-exact": (
        '="Joint Naval"', '="Joint Naval"',
        "the article has «joint», not exactly «Joint»", "bài có «joint», không đúng hệt «Joint»",
    ),
    "no-topic": (
        "@no-near surabaya", "delegates NEAR/3 police",
        "at the nearest 11 words apart; at most 3 are allowed", "gần nhất cách nhau 11 từ; chỉ được nhiều nhất 3",
    ),
    "no-alternative": (
        "submarine OR frigate", "submarine OR frigate",
        "none of its 2 alternatives stands in the article", "không có lựa chọn nào trong 2 lựa chọn có trong bài",
    ),
    "no-exclusion": (
        "surabaya -(police NEAR/9 indonesia)", "-(police NEAR/9 indonesia)",
        "excludes the article: «police» stands in the body", "loại bài này: «police» có trong phần nội dung",
    ),
}  # fmt: skip
