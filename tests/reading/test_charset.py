"""Feeds and pages that say nothing of their charset and are no UTF-8: old portals of half the world."""

from unicodedata import normalize

import pytest

from feeds.charset import DEFAULT, guess
from feeds.extract import read_article
from feeds.model import Source
from feeds.sources import KINDS
from feeds.sources.feed import read_feed

HEADLINES = {
    "cp932": ("国際テロ対策に関する作業部会の開催", "査証手続のオンライン申請の開始", "海上保安に関する共同訓練"),
    "euc_jp": ("国際テロ対策に関する作業部会の開催", "査証手続のオンライン申請の開始", "在留邦人の安全に関する注意"),
    "cp949": ("여권 발급 수수료 변경 안내", "사이버 범죄 예방 수칙 발표", "해양경찰 합동훈련 실시 결과"),
    "gb18030": ("关于公布第三批行政许可事项的通知", "中老两国举行边境联合执法行动", "全国道路交通安全形势总体平稳"),
    "big5": ("全國道路交通安全形勢總體平穩", "警方破獲特大跨國電信詐騙案", "公安部召開會議部署夏季治安工作"),
    "cp1251": ("Делегация министерства посетила Ханой", "Открыт приём документов", "Итоги работы подведены"),
    "koi8_r": ("Делегация министерства посетила Ханой", "Открыт приём документов", "Итоги работы подведены"),
    "cp1256": ("ضبط شبكة لتزوير الوثائق", "إطلاق خدمة إصدار الجوازات", "اختتام التمرين المشترك لخفر السواحل"),
    "cp874": ("รัฐมนตรีเป็นประธานการประชุม", "ประกาศหลักเกณฑ์ใหม่การออกหนังสือเดินทาง", "กองเรือกลับถึงฝั่ง"),
    "cp1252": ("Arrêté portant interdiction de rassemblement", "Le préfet rencontre les maires", "Über die Lage"),
    # Windows-1258 writes most tones as characters of their own.
    "cp1258": ("Hô\u0323i nghi\u0323 sơ kê\u0301t", "Lâ\u0301y y\u0301 kiê\u0301n dư\u0323 tha\u0309o"),
}  # fmt: skip


@pytest.mark.parametrize("charset", HEADLINES)
def test_a_feed_and_a_page_that_name_no_charset(charset: str) -> None:
    titles = HEADLINES[charset]
    items = "".join(f"<item><title>{title}</title><link>/{n}</link></item>" for n, title in enumerate(titles))
    feed = f"<rss><channel><title>News</title>{items}</channel></rss>".encode(charset)
    assert [entry.title for entry in read_feed(feed, "https://old.test/rss")] == [
        normalize("NFC", one) for one in titles
    ]
    page = f"<html><body><h1>{titles[0]}</h1><p>{' '.join(titles)}</p></body></html>"
    assert read_article(page.encode(charset), "https://old.test/1").title == normalize("NFC", titles[0])


def test_what_a_header_names_is_believed() -> None:
    rows = "".join(
        f'<li><a href="/news/{n}-basin-aciklamasi">Şüpheliler için işlem başlatıldı: {n}</a></li>' for n in range(6)
    )
    body = f"<html><body><main><ul>{rows}</ul></main></body></html>".encode("cp1254")
    entries = KINDS["page"].read(body, "https://old.test/news", "text/html; charset=windows-1254", Source("s", "u"))
    assert entries[0].title == "Şüpheliler için işlem başlatıldı: 0"


def test_a_page_in_utf_8_with_a_few_wrong_bytes_stays_utf_8() -> None:
    body = f"<html><body><h1>Hội nghị sơ kết công tác</h1><p>{'Lấy ý kiến dự thảo ' * 20}".encode() + b"\xff</p>"
    assert read_article(body, "https://old.test/1").title == "Hội nghị sơ kết công tác"


def test_bytes_that_are_no_text_are_read_all_the_same() -> None:
    assert guess(bytes(range(128, 256)) * 5_000)
    assert guess(b"") == DEFAULT
    assert guess(b"<p>" * 1_000_000 + b"\xe9") == DEFAULT
