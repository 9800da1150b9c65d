"""Made-up posts for rendered list pages: headlines of two languages, long and short, with summaries, tags and dates."""

# ruff: noqa: E501 (a headline is easier to read on one line)

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ENGLISH = (
    "Why the night ferry is late again", "Rope", "Ten years of keeping a tide diary", "Notes from the pilots' meeting",
    "A second harbour master", "What the dredger found", "How to read a chart upside down", "On fog", "Hello again",
    "The lighthouse goes digital, and nobody is quite sure whether to be glad about it", "Three knots worth learning",
    "Minutes of the September assembly", "Crew wanted for the winter run", "A better way to stack crates", "Slow boats",
    "The price of diesel, 2019 to 2026", "Our radio channel changes on Monday", "What we learned from the spring storm",
    "Interview: the woman who repairs clocks at sea", "Small ports need small rules", "Paint", "Reading list for the dock",
    "Customs forms, explained once and for all", "New opening hours of the museum", "How containers changed the coast",
    "Two seals on the slipway", "The ice report", "Why we moved to a static site", "Guide to the fish market", "Farewell",
)  # fmt: skip
VIETNAMESE = (
    "Chuyến phà đêm lại chậm giờ", "Khai trương bến cảng mới ở phía Nam", "Sương mù", "Mười năm ghi nhật ký thủy triều",
    "Hướng dẫn đọc hải đồ cho người mới", "Cảnh báo gió mùa Đông Bắc trên vùng biển phía Bắc", "Chợ cá lúc bốn giờ sáng",
    "Phỏng vấn người thợ sửa đồng hồ trên tàu", "Ba nút dây nên học", "Biên bản cuộc họp tháng chín", "Xin chào",
    "Giá dầu và những chuyến tàu nhỏ", "Tuyển thuyền viên cho mùa đông", "Ngọn hải đăng chuyển sang điều khiển từ xa",
    "Vì sao cảng nhỏ cần quy định riêng", "Cứu hộ thành công sáu ngư dân gặp nạn", "Kênh liên lạc mới từ thứ Hai",
    "Bảo tàng đổi giờ mở cửa", "Những điều học được sau cơn bão", "Container đã thay đổi bờ biển ra sao", "Lời tạm biệt",
    "Tờ khai hải quan, giải thích một lần cho xong", "Hai con hải cẩu trên bến", "Sách hay cho người đi biển",
    "Xếp hàng hóa thế nào cho an toàn", "Báo cáo tình hình băng trên biển",
)  # fmt: skip
_SENTENCES = {
    "en": (
        "The harbour was quiet when the first boats came in.", "Nobody had expected the tide to turn so early in the year.",
        "We asked the pilots, and they gave three different answers.", "That is less of a contradiction than it seems.",
        "A list of all changes hangs beside the office door.", "The old rule was written for ships of another century.",
        "Most of the work is done before breakfast.", "It took two summers and a good deal of patience to find out.",
        "Anyone who has carried a crate up those steps knows why.", "The committee meets again in the second week of May.",
        "Figures for the whole coast are not kept in one place.", "There is a map of it in the reading room.",
    ),
    "vi": (
        "Bến cảng còn yên tĩnh khi những chiếc thuyền đầu tiên cập bờ.", "Không ai nghĩ con nước lại lên sớm đến vậy.",
        "Chúng tôi hỏi các hoa tiêu và nhận được ba câu trả lời khác nhau.", "Danh sách thay đổi được treo cạnh cửa văn phòng.",
        "Quy định cũ được viết cho những con tàu của thế kỷ trước.", "Phần lớn công việc xong trước bữa sáng.",
        "Phải mất hai mùa hè và rất nhiều kiên nhẫn mới tìm ra.", "Ban quản lý sẽ họp lại vào tuần thứ hai của tháng năm.",
        "Ai từng vác thùng hàng lên những bậc thang ấy đều hiểu.", "Trong phòng đọc có một tấm bản đồ về việc này.",
    ),
}  # fmt: skip
_CATEGORIES = {"en": ("News", "Essays", "Guides"), "vi": ("Tin tức", "Ghi chép", "Hướng dẫn")}
_TAGS = {
    "en": ("weather", "boats", "harbour", "history", "tools", "people"),
    "vi": ("thời tiết", "tàu thuyền", "bến cảng", "lịch sử", "dụng cụ", "con người"),
}


@dataclass(frozen=True)
class Post:
    number: int
    title: str
    slug: str
    published: datetime
    """UTC, which the generators are told."""
    category: str
    tags: Sequence[str]
    paragraphs: Sequence[str]


def posts(headlines: Sequence[str], language: str, latest: datetime, *, seed: str) -> list[Post]:
    """One post for each headline, newest first, some days apart; the same for the same seed."""
    chance = random.Random(f"{seed} {language}")
    made, moment = [], latest
    for number, title in enumerate(chance.sample(headlines, len(headlines))):
        paragraphs = [" ".join(chance.sample(_SENTENCES[language], chance.randint(2, 5))) for _ in range(4)]
        tags = chance.sample(_TAGS[language], 2)
        made.append(Post(number, title, slug(title), moment, chance.choice(_CATEGORIES[language]), tags, paragraphs))
        moment -= timedelta(days=chance.randint(3, 25), minutes=chance.randint(0, 600))
    return made


def slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.lower().replace("đ", "d"))
    words = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return "-".join(words.split())
