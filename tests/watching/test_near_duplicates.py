"""Copies of one text are found and believed, other texts are not; on articles of words as frequent as real ones."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.near_duplicates import BANDS, bands, containment, same_story, signature, similarity

Words = list[str]
_random = random.Random(7)
_VOCABULARY = ["".join(_random.choices("abcdefghijklmnopqrstuvwxyz", k=_random.randint(2, 9))) for _ in range(4000)]
_WEIGHTS = [1 / (rank + 10) for rank in range(4000)]
_PHRASES = [_random.choices(_VOCABULARY[:400], k=_random.randint(3, 8)) for _ in range(200)]


def article(length: int) -> Words:
    """Words by Zipf's law, one in ten places an agency's set phrase."""
    words: Words = []
    while len(words) < length:
        words += _random.choice(_PHRASES) if _random.random() < 0.1 else _random.choices(_VOCABULARY, _WEIGHTS)
    return words[:length]


ARTICLES = [article(_random.randint(150, 700)) for _ in range(200)]


def signed(words: Words) -> bytes:
    made = signature(" ".join(words))
    assert made is not None
    return made


@pytest.fixture(autouse=True)
def _same_articles_in_any_order_of_tests() -> None:
    _random.seed(11)


SIGNATURES = [signed(words) for words in ARTICLES]


def edited(words: Words, share: float) -> Words:
    return [_random.choice(_VOCABULARY) if _random.random() < share else word for word in words]


@pytest.mark.parametrize(
    "copy",
    [
        lambda words: article(40) + words,
        lambda words: article(40) + words[40:],
        lambda words: words[: len(words) // 2],
        lambda words: words[len(words) // 2 :],
        lambda words: article(25) + words[: len(words) * 6 // 10],
        lambda words: edited(words, 0.05),
    ],
    ids=["new lead", "other lead", "first half", "second half", "other lead and cut", "edited"],
)
def test_copies_are_found_and_believed(copy: Callable[[Words], Words]) -> None:
    found = 0
    for words, original in zip(ARTICLES, SIGNATURES, strict=True):
        other = signed(copy(words))
        found += bool(set(bands(original)) & set(bands(other))) and same_story(original, other)
    assert found >= 0.99 * len(ARTICLES)


def test_other_articles_in_the_same_words_are_no_copies_and_seldom_candidates() -> None:
    pairs = candidates = 0
    for place, one in enumerate(SIGNATURES):
        for other in SIGNATURES[:place]:
            pairs += 1
            candidates += bool(set(bands(one)) & set(bands(other)))
            assert not same_story(one, other)
    assert candidates < 0.03 * pairs


def test_a_short_copy_in_a_long_text_is_believed() -> None:
    pairs = [(signed(words), signed(words[: len(words) // 4])) for words in (article(600) for _ in range(60))]
    mean = sum(containment(whole, part) for whole, part in pairs) / len(pairs)
    assert 0.9 < mean <= 1
    assert sum(same_story(whole, part) for whole, part in pairs) >= 0.95 * len(pairs)


def test_boilerplate_does_not_join_two_articles_of_one_source() -> None:
    imprint = article(100)
    one, other = signed(article(110) + imprint), signed(article(110) + imprint)
    assert not same_story(one, other, same_source=True)
    assert same_story(one, one, same_source=True)


def test_vietnamese_copies_are_found() -> None:
    text = (
        "Sáng ngày 7/8, tại Hà Nội, Bộ trưởng Bộ Công an đã tiếp đoàn đại biểu cấp cao của tổ chức cảnh sát quốc tế. "
        "Hai bên trao đổi về hợp tác phòng chống tội phạm xuyên quốc gia, tội phạm mạng và buôn bán người trong "
        "Đông Nam Á, đồng thời thống nhất mở rộng các khoá đào tạo chung cho sĩ quan trẻ trong những năm tới."
    )
    other = (
        "Chiều cùng ngày, lãnh đạo Cục Cảnh sát giao thông họp báo về kế hoạch bảo đảm trật tự an toàn giao thông dịp "
        "nghỉ lễ, nhấn mạnh việc xử lý nghiêm các trường hợp vi phạm nồng độ cồn và tốc độ trên các tuyến "
        "cao tốc phía Nam."
    )
    one, copy, another = signature(text), signature(f"TTXVN đưa tin. {text}"), signature(other)
    assert one
    assert copy
    assert another
    assert same_story(one, copy)
    assert similarity(one, another) < 0.05


def test_short_texts_have_no_signature() -> None:
    assert signature("") is None
    assert signature("Delegates at the conference. By our correspondent.") is None


def test_a_signature_is_the_same_in_every_process() -> None:
    text = " ".join(ARTICLES[0])
    program = (
        "import sys; sys.path.insert(0, '.'); from feeds.near_duplicates import *; "
        "made = signature(sys.stdin.read()); print(made.hex()); print(*bands(made))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "5"},
    )
    assert done.stdout.split() == [SIGNATURES[0].hex(), *map(str, bands(SIGNATURES[0]))]


def test_stored_signatures_stay_valid() -> None:
    """These values are in people's databases: a change needs a migration."""
    made = signature(" ".join(f"word{number}" for number in range(40)))
    assert made is not None
    assert len(made) == 516
    assert made[:12].hex() == "25000000ade2250010958d05"
    assert bands(made)[0] == 1528832539444777289


@given(st.text(max_size=3000))
def test_any_text_is_its_own_copy(text: str) -> None:
    made = signature(text)
    if made is not None:
        assert similarity(made, made) == 1
        assert same_story(made, made)
        found = bands(made)
        assert len(found) == BANDS
        assert all(-(2**63) <= band < 2**63 for band in found)
