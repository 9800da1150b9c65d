"""The headlines of alarms in other languages than English, in which alarms are written (`feeds.alarms.CODES`)."""

from __future__ import annotations

from bot.languages import known

ENDPOINT_DISABLED = "endpoint-disabled"
"""Of a webhook that was paused; the other codes are those of `feeds.alarms`."""

_HEADLINES = {
    "vi": {
        "unreachable": "Không liên lạc được với trang",
        "certificate": "Chứng chỉ TLS của trang không hợp lệ",
        "certificate-expiring": "Chứng chỉ TLS của trang sắp hết hạn",
        "address-refused": "Địa chỉ dẫn vào một mạng riêng",
        "robots": "robots.txt cấm địa chỉ này",
        "bot-protection": "Lớp chặn robot trả lời thay cho trang",
        "empty-list": "Danh sách đã trở nên trống",
        "layout-changed": "Bố cục của danh sách đã thay đổi",
        "not-a-feed": "Địa chỉ feed không còn là feed",
        "unreadable": "Không đọc được những gì trang gửi",
        "too-large": "Trang gửi nhiều hơn mức một trang có thể có",
        "silent": "Nguồn im lặng lâu gấp ba nhịp thường lệ",
        "gap": "Có thể đã bỏ sót bài",
        "moved": "Nguồn đã chuyển địa chỉ",
        "network": "Nhiều nguồn không liên lạc được",
        "disk": "Ổ đĩa sắp đầy",
        "database": "Cơ sở dữ liệu không nhận ghi",
        ENDPOINT_DISABLED: "Một webhook đã bị tạm dừng",
    }
}
_OVER = {"vi": "Đã hết"}


def headline(language: str, code: object, *, over: bool) -> str | None:
    """The sentence in that language; None where the alarm's own, English one serves."""
    tag = known(language)
    text = _HEADLINES.get(tag, {}).get(code) if isinstance(code, str) else None
    if text is None:
        return None
    return f"{_OVER[tag]}: {text}." if over else f"{text}."
