"""What alarms say was expected and seen, and what they advise (`feeds.alarms`), in the other languages.

As with a wrong query (`query_errors`), the English sentences are recognised and said anew, one by one; what is not
known, such as what a site itself said, stays as it is. What is wrong with a site (`site_errors`) is said anew, too.
`{}` stands for names, days and numbers.
"""

from __future__ import annotations

import re
from functools import cache

from bot.languages import known, site_errors
from bot.languages.query_errors import patterns

_VIETNAMESE = {
    # expected
    "an answer": "một câu trả lời",
    "an answer, as last on {}": "một câu trả lời, như lần cuối vào {}",
    "answers": "những câu trả lời",
    "answers, as last at {}": "những câu trả lời, như lần cuối lúc {}",
    "a valid certificate for this name": "một chứng chỉ hợp lệ cho tên này",
    "a public address": "một địa chỉ công khai",
    "leave to look": "được phép xem",
    "a feed (RSS, Atom or JSON Feed)": "một nguồn cấp (RSS, Atom hoặc JSON Feed)",
    "a page or feed of ordinary size": "một trang hoặc nguồn cấp có kích thước bình thường",
    "a list of articles": "một danh sách bài",
    "a list of about {} articles": "một danh sách khoảng {} bài",
    "about {} entries, dates on nearly all, most of them known": (
        "khoảng {} mục, hầu hết có ngày tháng và phần lớn đã biết"
    ),
    "about {} entries, dates on some, most of them known": "khoảng {} mục, một số có ngày tháng, phần lớn đã biết",
    "something new every {} minutes or so": "cứ khoảng {} phút lại có bài mới",
    "something new every {} hours or so": "cứ khoảng {} giờ lại có bài mới",
    "something new every {} days or so": "cứ khoảng {} ngày lại có bài mới",
    "the list at {}": "danh sách ở {}",
    "a certificate that is good for more than {} days": "một chứng chỉ còn hạn hơn {} ngày",
    "a list that reaches back to the look at {}": "một danh sách kéo dài đến lần xem lúc {}",
    "at least {} MB free": "còn trống ít nhất {} MB",
    # seen
    "less than {} MB free in {}": "còn trống chưa đến {} MB ở {}",
    "only newer entries on it at {}; the list names no older pages": (
        "lúc {} trên đó chỉ có các mục mới hơn; danh sách không dẫn đến trang cũ nào"
    ),
    "only newer entries on it at {}; its older pages show what its first one shows": (
        "lúc {} trên đó chỉ có các mục mới hơn; các trang cũ của nó giống hệt trang đầu"
    ),
    "only newer entries on it at {}; more than {} older pages are new": (
        "lúc {} trên đó chỉ có các mục mới hơn; hơn {} trang cũ đều mới"
    ),
    "only newer entries on it at {}; {}": "lúc {} trên đó chỉ có các mục mới hơn; {}",
    "a list without any entry": "một danh sách không có mục nào",
    "{} entries, {} with a date, {} known": "{} mục, {} có ngày tháng, {} đã biết",
    "nothing since {}, though the site answers as usual": "không có gì từ {}, dù trang vẫn trả lời như thường",
    "a permanent redirect to {}": "chuyển hướng vĩnh viễn đến {}",
    "a certificate that ends on {}": "một chứng chỉ hết hạn vào {}",
    "{} of {} sources cannot be reached since {}: probably this machine's network.": (
        "{} trong {} nguồn không liên lạc được từ {}: có lẽ do mạng của máy này."
    ),
    "One of them: {}": "Một trong số đó: {}",
    # advice
    "Open the address in a browser.": "Hãy mở địa chỉ trong trình duyệt.",
    "If the site has moved, change url in sources.toml.": "Nếu trang đã chuyển chỗ, hãy đổi url trong sources.toml.",
    "Looks go on by themselves, at pauses that grow to a day.": (
        "Việc xem vẫn tự tiếp tục, với khoảng nghỉ tăng dần đến một ngày."
    ),
    "Only the site can renew it; write to its webmaster.": (
        "Chỉ chủ trang mới gia hạn được; hãy viết cho quản trị trang."
    ),
    "Only the site can renew it; write to its webmaster if it does not.": (
        "Chỉ chủ trang mới gia hạn được; nếu không thấy gia hạn, hãy viết cho quản trị trang."
    ),
    "It is not read without: anybody could answer in its name.": (
        "Không có chứng chỉ thì không đọc: ai cũng có thể trả lời thay trang."
    ),
    "After that day the source is not read.": "Sau ngày đó nguồn sẽ không được đọc.",
    "If the site is meant to be in your own network, set TOCSIN_ALLOW_PRIVATE_NETWORKS; else distrust its name.": (
        "Nếu trang đúng là ở trong mạng của bạn, hãy đặt TOCSIN_ALLOW_PRIVATE_NETWORKS; nếu không, đừng tin tên này."
    ),
    "Watch a feed of the site in its place, or ask its owner; "
    "options = { ignore_robots = true } in sources.toml overrides it.": (
        "Hãy theo dõi một nguồn cấp của trang thay vào đó, hoặc hỏi chủ trang; "
        "options = {{ ignore_robots = true }} trong sources.toml bỏ qua điều cấm này."
    ),
    "Look rarer (interval in sources.toml), watch its feed, or ask the site to let this program in.": (
        "Hãy xem thưa hơn (interval trong sources.toml), theo dõi nguồn cấp của trang, hoặc xin trang cho chương trình "
        "này vào."
    ),
    "If the list is there, name its links with selector in sources.toml.": (
        "Nếu danh sách vẫn ở đó, hãy chỉ ra các liên kết bằng selector trong sources.toml."
    ),
    "Nothing was taken in as news.": "Không có gì bị nhận nhầm là tin.",
    "Look for the feed's new address with `tocsin preview`, and set url in sources.toml.": (
        "Hãy tìm địa chỉ mới của nguồn cấp bằng `tocsin preview`, rồi đặt url trong sources.toml."
    ),
    "`tocsin preview` shows what can be read there.": "`tocsin preview` cho thấy đọc được gì ở đó.",
    "Look there for what was published after {}.": "Hãy tìm ở đó những gì đã đăng sau {}.",
    "If it comes again, look more often (interval in sources.toml) or watch a list that reaches further back.": (
        "Nếu còn xảy ra, hãy xem thường xuyên hơn (interval trong sources.toml) hoặc theo dõi một danh sách dài hơn."
    ),
    "Watch a shorter list or feed of the site, or raise polling.max_bytes.": (
        "Hãy theo dõi một danh sách hay nguồn cấp ngắn hơn của trang, hoặc tăng polling.max_bytes."
    ),
    "If articles are missing, name their links with selector in sources.toml; "
    "a list that stays like this for a week is taken as the usual one.": (
        "Nếu thiếu bài, hãy chỉ ra các liên kết bằng selector trong sources.toml; danh sách giữ như vậy một tuần thì "
        "được coi là bình thường."
    ),
    "If it has news, its list has moved: `tocsin preview` shows what is read there.": (
        "Nếu trang có tin mới thì danh sách đã chuyển chỗ: `tocsin preview` cho thấy đọc được gì ở đó."
    ),
    "The new address is followed already.": "Địa chỉ mới đã được dùng.",
    "Set it as url in sources.toml, before the old one dies.": (
        "Hãy đặt nó làm url trong sources.toml trước khi địa chỉ cũ mất."
    ),
    "Check this machine's network, name resolution and firewall.": (
        "Hãy kiểm tra mạng, phân giải tên miền và tường lửa của máy này."
    ),
    "Make room there, or keep less (retention.days).": "Hãy dọn chỗ ở đó, hoặc giữ ít hơn (retention.days).",
    "When the disk is full, nothing can be stored, and no alert sent.": (
        "Khi ổ đĩa đầy, không lưu được gì và cũng không gửi được tin."
    ),
    "room for what is to be stored": "chỗ trống cho những gì cần lưu",
    "the database takes no more: {}": "cơ sở dữ liệu không nhận thêm: {}",
    "a database that takes writes": "một cơ sở dữ liệu nhận ghi",
    "it may only be read: {}": "chỉ đọc được: {}",
    "Lead DATABASE_URL to the server that takes writes, or mend the rights of the file.": (
        "Hãy trỏ DATABASE_URL đến máy chủ nhận ghi, hoặc sửa quyền của tệp."
    ),
    "Nothing is lost meanwhile: it is tried again and again.": (
        "Trong lúc đó không mất gì: việc ghi được thử lại liên tục."
    ),
    "Mend the endpoint, then resume it on {}, or with `tocsin webhooks resume {}`.": (
        "Hãy sửa điểm nhận, rồi cho tiếp tục ở {} hoặc bằng `tocsin webhooks resume {}`."
    ),
    "What it is owed is kept; what was given up can be sent again there.": (
        "Những gì còn phải gửi được giữ lại; những gì đã bỏ có thể gửi lại ở đó."
    ),
    "At the first answer all are looked at again.": "Ngay khi có câu trả lời đầu tiên, mọi nguồn được xem lại.",
}
_TRANSLATIONS = {"vi": _VIETNAMESE | site_errors.VIETNAMESE}

_BETWEEN_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z`])")


def said_in(language: str, text: str) -> str:
    """The text in that language, sentence by sentence; what is not known as it is."""
    return " ".join(
        sentence if translated is None else translated for sentence, translated in _sentences(language, text)
    )


def is_known(language: str, text: str) -> bool:
    """Whether all of the text can be said in that language."""
    return all(translated is not None for _, translated in _sentences(language, text))


def _sentences(language: str, text: str) -> list[tuple[str, str | None]]:
    """Each sentence and its translation; the text as a whole may be one of ours, too."""
    whole = _translated(language, text)
    if whole is not None:
        return [(text, whole)]
    return [(sentence, _translated(language, sentence)) for sentence in _BETWEEN_SENTENCES.split(text)]


def _translated(language: str, sentence: str) -> str | None:
    for pattern, translated in _patterns(known(language)):
        found = pattern.fullmatch(sentence)
        if found:
            return translated.format(*found.groups())
    return None


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    return patterns(_TRANSLATIONS.get(language, {}))
