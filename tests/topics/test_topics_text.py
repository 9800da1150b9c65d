"""Words and their forms, the guess at a language, sentences."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feeds.topics import evaluate, parse
from feeds.topics.document import Document, sentence_ends, tokenise
from feeds.topics.language import detect
from feeds.topics.text import fold, place_tone, split, stem, words


def lower(text):
    return [piece.word.lower for piece in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASEAN's members", ["asean", "members"]),
        ("ASEAN’s", ["asean"]),
        ("l’OTAN d'aujourd'hui", ["l", "otan", "d", "aujourd", "hui"]),
        ("counter-terrorism", ["counter", "terrorism"]),
        ("the U.S. and E.U.", ["the", "us", "and", "eu"]),
        ("en.bocongan.gov.vn", ["en", "bocongan", "gov", "vn"]),
        ("snake_case __x__", ["snake", "case", "x"]),
        ("1,000 2018-2025 3.5%", ["1", "000", "2018", "2025", "3", "5"]),
        ("反恐合作", ["反", "恐", "合", "作"]),
        ("G20峰会", ["g20", "峰", "会"]),
        ("Straße", ["strasse"]),
        ("co\u00adop\u200berate", ["cooperate"]),
        ("nai\u0308ve", ["naïve"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("— … !", []),
    ],
)
def test_words(text, expected):
    assert lower(text) == expected


def test_offsets_are_of_the_text_as_given():
    text = unicodedata.normalize("NFD", "chống khủng bố, hợp tác")
    assert [text[piece.start : piece.end] for piece in words(text)] == [
        unicodedata.normalize("NFD", word) for word in ("chống", "khủng", "bố", "hợp", "tác")
    ]
    match = evaluate(parse('"khủng bố"'), Article(url="", text=text))
    assert match is not None
    assert text[match.spans[0].start : match.spans[0].end] == unicodedata.normalize("NFD", "khủng bố")


def test_joined():
    assert split("counter-terrorism")[1].lower == "counterterrorism"
    assert split("l'OTAN")[1] is None
    assert split("a-b-c-d-e")[1] is None


@given(st.text())
def test_places_of_words_are_in_order_and_within_the_text(text):
    tokens = tokenise(text)
    edge = 0
    for start, end, word in zip(tokens.starts, tokens.ends, tokens.words, strict=True):
        assert edge <= start < end <= len(text)
        assert word.lower
        edge = end


@given(st.text(max_size=30))
def test_folding_is_final(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"), [("Bộ Công an", "bo cong an"), ("Đường", "duong"), ("Łódź", "lodz"), ("ÉCOLE", "ecole")]
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("late", "early"),
    [
        ("hoà", "hòa"),
        ("khoẻ", "khỏe"),
        ("thuỳ", "thùy"),
        ("quý", "quý"),
        ("qúy", "quý"),
        ("hoàn", "hoàn"),
        ("toá", "tóa"),
    ],
)
def test_vietnamese_tones(late, early):
    assert place_tone(late) == early


def test_stems():
    assert stem("terrorism", "en") == stem("terror", "en")
    assert stem("nationaux", "fr") == stem("nationales", "fr")
    assert stem("kĩ", "vi") == "kỹ"
    assert stem("terrorism", "") == "terrorism"
    assert stem("a" * 10_000, "en") == "a" * 10_000


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ministers of the two countries met in Hanoi", "en"),
        ("ASEAN members promote cooperation", "en"),
        ("Les ministres des deux pays se sont réunis à Hanoï pour la paix", "fr"),
        ("Bộ trưởng hai nước gặp nhau tại Hà Nội", "vi"),
        ("Die Minister der beiden Länder trafen sich in Hanoi und sprachen mit der Presse", "de"),
        ("Los ministros de los dos países se reunieron en la ciudad", "es"),
        ("反恐合作会议", "zh"),
        ("テロ対策の会議", "ja"),
        ("Министры двух стран", "ru"),
        ("", ""),
        ("12345 !!!", "en"),
    ],
)
def test_detection(text, language):
    assert detect(text) == language


def test_a_declared_language_wins():
    assert Document(Article(url="", text="The ministers of the two countries", language="vi-VN")).language == "vi"


def test_a_summary_stands_in_for_a_missing_text():
    match = evaluate(parse("body:terrorism"), Article(url="", summary="On terrorism"))
    assert match is not None
    assert match.spans[0].field == "summary"
    assert evaluate(parse("terrorism"), Article(url="", text="Other", summary="On terrorism")) is None


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", 3),
        ("Mr. Smith met Dr. Lee. They talked.", 2),
        ("It cost 3.5 billion. Nobody paid.", 2),
        ("The U.S. delegation left.", 1),
        ("Title line\nAnother line", 2),
        ("第一句。第二句。", 2),
        ("He said: “Stop.” She left.", 2),
    ],
)
def test_sentences(text, sentences):
    ends = [end for end in sentence_ends(text) if text[end:].strip()]
    assert len(ends) + 1 == sentences
