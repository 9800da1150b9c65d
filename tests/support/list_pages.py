"""List pages of many makes, built from made-up headlines: what the list finder is tuned on, and what it is held to.

Each maker returns a `ListPage`: its bytes, its address, and the addresses of the articles that a person would say are its
list, in order. `TUNED` were looked at while the finder was written; `HELD` were not.
"""
# ruff: noqa: E501 (markup is easier to compare on one line)

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ENGLISH = (
    "Coast guards agree on a shared radio channel for rescues",
    "Ministers sign memorandum on returning stolen art",
    "Joint patrol stops three boats without papers",
    "How a village school keeps its pupils away from gangs",
    "New laboratory shortens the wait for forensic results",
    "Customs officers find ivory in a load of timber",
    "Two hundred recruits begin their year at the academy",
    "Parliament debates the law on protecting witnesses",
    "Report: fewer road deaths for the third year running",
    "Bridge reopens after repairs that took eleven months",
    "Observers praise calm election day in the highlands",
    "Interpreters wanted for the regional conference in May",
    "Fire brigades compare notes after the long dry summer",
    "Museum shows letters from the first border survey",
    "Hackers fail in an attempt on the ferry booking system",
    "Hospital ship returns from its fourth voyage",
)
VIETNAMESE = (
    "Công an huyện giúp dân dọn bùn sau lũ",
    "Khai giảng khóa bồi dưỡng nghiệp vụ cho cán bộ trẻ",
    "Bắt giữ đối tượng vận chuyển pháo nổ qua biên giới",
    "Hội nghị bàn về bảo vệ dữ liệu cá nhân",
    "Trao tặng sổ tiết kiệm cho học sinh vượt khó",
    "Tuần tra chung trên tuyến biên giới phía Bắc",
    "Cảnh báo thủ đoạn lừa đảo qua điện thoại",
    "Ra mắt mô hình tổ dân phố an toàn",
    "Tiếp nhận thiết bị cứu hộ từ nước bạn",
    "Đội bóng công an tỉnh vào chung kết",
    "Phối hợp tìm kiếm ngư dân mất tích",
    "Triển lãm ảnh về người chiến sĩ áo xanh",
)
SUMMARY = "Officials said on the day that the work would go on in the coming months, and thanked all who had taken part in {}."
TOM_TAT = "Lãnh đạo đơn vị cho biết công việc sẽ được tiếp tục trong thời gian tới, đồng thời cảm ơn người dân đã tham gia {}."
FIRST_DAY = date(2026, 10, 19)


@dataclass(frozen=True)
class ListPage:
    name: str
    url: str
    html: bytes
    articles: Sequence[str]
    titles: Sequence[str]
    days: Sequence[date | None]


def slug(title: str) -> str:
    ascii_only = "".join(letter if letter.isascii() else "e" for letter in title.lower())
    return "-".join("".join(letter if letter.isalnum() else " " for letter in ascii_only).split())


def day(number: int) -> date:
    return FIRST_DAY - timedelta(days=3 * number)


def page(
    name: str,
    url: str,
    body: str,
    articles: Sequence[str],
    titles: Sequence[str],
    *,
    dated: bool = True,
    head: str = "",
    language: str = "en",
) -> ListPage:
    html = f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>List</title>{head}</head><body>{body}</body></html>'
    days = [day(number) if dated else None for number in range(len(articles))]
    return ListPage(name, url, html.encode(), articles, titles, days)


def menu(*names: str) -> str:
    return "<ul>" + "".join(f'<li><a href="/{slug(name)}">{name}</a></li>' for name in names) + "</ul>"


MENU = menu("Home", "About the ministry", "News and events", "Legal documents", "Citizen services", "Contact us")


def portal_of_2018() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"/international-relations/{slug(title)}-t{5800 - n}.html" for n, title in enumerate(titles)]
    rows = "".join(
        f'<div class="time">{day(n):%B, %d %Y}</div><h3><a href="{links[n]}">{title}</a></h3><p>{SUMMARY.format(n)}</p>'
        for n, title in enumerate(titles)
    )
    side = "".join(
        f'<li><a href="/social-affairs/{slug(t)}-t{4000 + n}.html">{t}</a></li>' for n, t in enumerate(ENGLISH[10:])
    )
    body = (
        '<div id="top">Ministry of Public Security Portal is under construction</div>'
        f'<div class="menu">{MENU}</div><div class="wrap"><div class="left">{rows}'
        '<div class="paging"><a href="?Page=99">&lt;</a><a href="?Page=100">100</a><a href="?Page=101">101</a></div></div>'
        f'<div class="right"><h4>Other news</h4><ul>{side}</ul></div></div><div class="foot">Hanoi</div>'
    )
    url = "http://portal.test/news-and-events.html?Page=100"
    return page("portal of 2018", url, body, ["http://portal.test" + link for link in links], titles)


def portal_of_2026() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"/article/{slug(title)}-{1790000000 + n}" for n, title in enumerate(titles)]
    cards = "".join(
        f'<div class="card-news"><a href="{links[n]}" class="thumb"><img src="/i/{n}.jpg" alt=""></a><div class="info">'
        f'<a class="name" href="{links[n]}">{title}</a><span class="time">{day(n):%d/%m/%Y}</span><p>{SUMMARY.format(n)}</p></div></div>'
        for n, title in enumerate(titles)
    )
    side = "".join(
        f'<div class="item"><a href="/article/{slug(t)}-{box}-{1770000000 + n}">{t} ({box})</a><span class="time">0{box + 1}/0{n % 9 + 1}/2026</span></div>'
        for box in range(4)
        for n, t in enumerate(ENGLISH[5:15])
    )
    body = (
        f'<header><nav>{MENU}</nav></header><main class="container"><div class="row"><div class="col-8"><h1>News</h1>{cards}'
        '<ul class="pagination"><li><a href="/news.html?Page=2">2</a></li><li><a href="/news.html?Page=3">3</a></li></ul></div>'
        f'<div class="col-4"><div class="box">{side}</div></div></div></main><footer><a href="/rss">RSS</a></footer><script src="/x.js?v=8f1"></script>'
    )
    return page(
        "portal of 2026",
        "https://portal.test/news.html",
        body,
        ["https://portal.test" + link for link in links],
        titles,
    )


def wordpress_blog() -> ListPage:
    titles = ENGLISH[2:10]
    links = [f"https://blog.test/{day(n):%Y/%m/%d}/{slug(title)}/" for n, title in enumerate(titles)]
    posts = "".join(
        f'<article id="post-{900 - n}" class="post-{900 - n} post type-post status-publish format-standard hentry category-{["sea", "land", "air"][n % 3]}">'
        f'<header class="entry-header"><h2 class="entry-title"><a href="{links[n]}" rel="bookmark">{title}</a></h2><div class="entry-meta">Posted on '
        f'<a href="{links[n]}"><time class="entry-date" datetime="{day(n).isoformat()}T08:00:00+00:00">{day(n):%B %d, %Y}</time></a> by <span class="author"><a href="/author/ann/">Ann Lee</a></span></div></header>'
        f'<div class="entry-content"><p>{SUMMARY.format(n)} <a class="more-link" href="{links[n]}#more-{n}">Continue reading</a></p></div>'
        f'<footer class="entry-footer">Posted in <a href="/category/sea/" rel="category tag">Sea</a> | <a href="{links[n]}#respond">Leave a comment</a></footer></article>'
        for n, title in enumerate(titles)
    )
    recent = "".join(f'<li><a href="{links[n]}">{title}</a></li>' for n, title in enumerate(titles[:5]))
    archive = "".join(f'<li><a href="/2026/{month:02d}/">{month}/2026</a></li>' for month in range(1, 11))
    cloud = "".join(
        f'<a class="tag-cloud-link" href="/tag/{word}/">{word}</a> '
        for word in ["boats", "rain", "law", "school", "bridge", "radio"]
    )
    body = (
        f'<div id="page"><header class="site-header"><h1><a href="/">Border Notes</a></h1><nav>{MENU}</nav></header><div id="content"><div id="primary"><main>{posts}'
        '<nav class="navigation posts-navigation"><a href="/page/2/">Older posts</a></nav></main></div>'
        f'<aside class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul>{recent}</ul></section><section class="widget"><h2>Archives</h2><ul>{archive}</ul></section>'
        f'<div class="tagcloud">{cloud}</div></aside></div></div>'
    )
    return page("WordPress blog", "https://blog.test/", body, links, titles)


def government_table() -> ListPage:
    titles = ENGLISH[:15]
    links = [f"https://gov.test/press/detail.aspx?id={3300 - n}" for n in range(15)]
    rows = "".join(
        f'<tr class="{["odd", "even"][n % 2]}"><td>{n + 1}</td><td>{day(n):%d.%m.%Y}</td><td><a href="detail.aspx?id={3300 - n}">{title}</a></td><td><a href="/files/{3300 - n}.pdf">PDF</a></td></tr>'
        for n, title in enumerate(titles)
    )
    body = (
        f'<table width="100%"><tr><td colspan="2">{MENU}</td></tr><tr><td width="180">{menu("Minister", "Departments", "Budget", "Statistics", "Open data")}</td><td>'
        f'<h2>Press releases</h2><table class="grid"><tr><th>No</th><th><a href="?sort=date">Date</a></th><th><a href="?sort=title">Title</a></th><th>File</th></tr>{rows}</table>'
        '<div><a href="list.aspx?page=2">2</a> <a href="list.aspx?page=3">3</a></div></td></tr></table>'
    )
    return page("government table", "https://gov.test/press/list.aspx", body, links, titles)


def soup_of_divs() -> ListPage:
    titles = ENGLISH[:12]
    links = [f"https://soup.test/n/{slug(title)}" for title in titles]
    rows = "".join(
        f'<div><div><a href="/n/{slug(title)}">{title}</a></div><div>{day(n):%d %B %Y}</div><div>{SUMMARY.format(n)}</div></div>'
        for n, title in enumerate(titles)
    )
    side = "".join(f'<div><div><a href="/n/{slug(title)}-again">{title} again</a></div></div>' for title in ENGLISH)
    body = f"<div>{MENU}</div><div><div>{rows}</div><div>{side}</div></div><div>All rights reserved</div>"
    return page("soup of divs", "https://soup.test/n", body, links, titles)


def vietnamese_portal() -> ListPage:
    titles = VIETNAMESE[:10]
    links = [f"https://cong.test/bai-viet/{slug(title)}-{1760000000 + n}" for n, title in enumerate(titles)]
    lead = (
        f'<div class="lead-story"><a href="{links[0]}"><img src="/a.jpg"></a><h2><a href="{links[0]}">{titles[0]}</a></h2>'
        f'<span class="date">Thứ Hai, {day(0):%d/%m/%Y} | 08:30</span><p class="sapo">{TOM_TAT.format(0)}</p></div>'
    )
    rest = "".join(
        f'<li class="news-row"><a class="pic" href="{links[n]}"><img src="/{n}.jpg" alt="{titles[n]}"></a><h3><a href="{links[n]}">{titles[n]}</a></h3>'
        f'<span class="date">Thứ Tư, {day(n):%d/%m/%Y} | 08:30</span><p class="sapo">{TOM_TAT.format(n)}</p></li>'
        for n in range(1, 10)
    )
    read = "".join(
        f'<li><h3><a href="/bai-viet/{slug(t)}-{1750000000 + n}">{t} (cũ)</a></h3></li>'
        for n, t in enumerate(VIETNAMESE)
    )
    body = (
        f'<div class="header">{menu("Trang chủ", "Giới thiệu", "Tin tức", "Văn bản", "Liên hệ")}</div><div class="container"><div class="main-col"><h1>Tin hoạt động</h1>{lead}<ul class="list-news">{rest}</ul>'
        f'<div class="phan-trang"><a href="/chuyen-muc/tin-hoat-dong?page=2">Trang sau</a></div></div><div class="right-col"><div class="title-box">Đọc nhiều</div><ul>{read}</ul></div></div>'
    )
    return page("Vietnamese portal", "https://cong.test/chuyen-muc/tin-hoat-dong", body, links, titles, language="vi")


def headings_with_dates_beside() -> ListPage:
    titles = ENGLISH[4:14]
    links = [f"https://news.test/releases/{slug(title)}.html" for title in titles]
    rows = "".join(
        f'<h3><a href="{slug(title)}.html">{title}</a></h3><p class="when">{day(n):%b %d, %Y}</p><p>{SUMMARY.format(n)}</p><hr>'
        for n, title in enumerate(titles)
    )
    body = f"<header>{MENU}</header><section><h1>Releases</h1>{rows}</section><footer>{menu('Privacy', 'Imprint', 'Accessibility statement')}</footer>"
    return page("headings with dates beside", "https://news.test/releases/", body, links, titles)


def definition_list() -> ListPage:
    titles = ENGLISH[:9]
    links = [f"https://un.test/en/press/2026/{slug(title)}" for title in titles]
    rows = "".join(
        f'<dt>{day(n):%d %b %Y}</dt><dd><a href="/en/press/2026/{slug(title)}">{title}</a><br>{SUMMARY.format(n)}</dd>'
        for n, title in enumerate(titles)
    )
    body = f'<div role="navigation">{MENU}</div><div id="content"><h1>Press</h1><dl>{rows}</dl></div><div id="footer">{menu("Jobs", "Procurement notices", "Site map")}</div>'
    return page("definition list", "https://un.test/en/press", body, links, titles)


def drupal_view() -> ListPage:
    titles = ENGLISH[1:13]
    links = [f"https://agency.test/newsroom/{slug(title)}" for title in titles]
    rows = "".join(
        f'<div class="views-row views-row-{n + 1} views-row-{["odd", "even"][n % 2]}{" views-row-first" if n == 0 else ""}"><div class="views-field views-field-created"><span class="field-content">{day(n):%a, %d/%m/%Y} - 10:{n:02d}</span></div>'
        f'<div class="views-field views-field-field-topic"><div class="field-content"><a href="/topics/borders">Borders and migration policy</a></div></div>'
        f'<div class="views-field views-field-title"><span class="field-content"><a href="/newsroom/{slug(title)}">{title}</a></span></div>'
        f'<div class="views-field views-field-body"><div class="field-content"><p>{SUMMARY.format(n)}</p></div></div>'
        f'<div class="views-field views-field-view-node"><span class="field-content"><a href="/newsroom/{slug(title)}">read more</a></span></div></div>'
        for n, title in enumerate(titles)
    )
    block = "".join(f'<li class="views-row"><a href="/events/{slug(t)}">{t} (event)</a></li>' for t in ENGLISH[8:13])
    body = (
        f'<div id="navbar">{MENU}</div><ol class="breadcrumb"><li><a href="/newsroom-home">Newsroom</a></li></ol><div class="region region-content"><div class="view view-news"><div class="view-content">{rows}</div>'
        f'<ul class="pager"><li><a href="/newsroom?page=1">next ›</a></li></ul></div></div><div class="region region-sidebar-second"><div class="block"><h2>Upcoming events</h2><ul>{block}</ul></div></div>'
    )
    return page("Drupal view", "https://agency.test/newsroom", body, links, titles)


def cards_that_are_links() -> ListPage:
    titles = ENGLISH[:12]
    links = [
        f"https://daily.test/{['world', 'asia', 'sea'][n % 3]}/{slug(title)}-a{88000 + n}"
        for n, title in enumerate(titles)
    ]
    cards = "".join(
        f'<div class="grid__cell"><a class="card" href="{links[n]}"><img src="/p/{n}.webp" alt=""><span class="label">{["World", "Asia", "Sea"][n % 3]}</span><h3 class="card__title">{title}</h3><p>{SUMMARY.format(n)}</p><time datetime="{day(n).isoformat()}">{day(n):%d %b}</time></a></div>'
        for n, title in enumerate(titles)
    )
    trend = "".join(
        f'<li><a href="https://daily.test/world/{slug(t)}-old-a{77000 + n}"><span>{n + 1}</span> {t} (old)</a></li>'
        for n, t in enumerate(ENGLISH[6:14])
    )
    body = (
        f'<header class="masthead">{MENU}</header><main><h1>Latest</h1><div class="grid">{cards}</div><button>Load more</button></main><section class="trending"><h2>Trending now</h2><ol>{trend}</ol></section>'
        '<footer><a href="https://social.test/daily">Follow us on Social</a><a href="/newsletter">Get the newsletter every morning</a></footer>'
    )
    return page("cards that are links", "https://daily.test/latest", body, links, titles)


def results_with_load_more() -> ListPage:
    titles = ENGLISH[3:15]
    links = [f"https://police.test/News-and-Events/News/2026/{slug(title)}" for title in titles]
    rows = "".join(
        f'<li class="result"><span class="result-date">{day(n):%d %B %Y}</span><a class="result-link" href="/News-and-Events/News/2026/{slug(title)}"><span class="result-title">{title}</span></a>'
        f'<div class="result-share"><a href="https://share.test/?u={n}">Share this on Social</a></div></li>'
        for n, title in enumerate(titles)
    )
    quick = menu(
        "Report a crime online now",
        "Find your local police office",
        "Wanted persons in the region",
        "Missing persons in the region",
        "Careers in the international police",
    )
    body = f'<div class="megamenu">{quick}{MENU}</div><form action="/search"><input name="q"></form><div class="layout"><div class="filter">{menu("Cybercrime and fraud", "Drugs and narcotics", "Terrorism and extremism", "Maritime crime cases")}</div><div class="results"><ul>{rows}</ul><a class="more" href="?offset=12">Load more</a></div></div>'
    return page("results with load more", "https://police.test/News-and-Events/News", body, links, titles)


def list_by_year() -> ListPage:
    titles = ENGLISH[:14]
    links = [f"https://think.test/essays/{slug(title)}/" for title in titles]
    years = [(2026, range(6)), (2025, range(6, 11)), (2024, range(11, 14))]
    body = "".join(
        f"<h2>{year}</h2><ul>"
        + "".join(f'<li><a href="/essays/{slug(titles[n])}/">{titles[n]}</a></li>' for n in numbers)
        + "</ul>"
        for year, numbers in years
    )
    body = f"<nav>{MENU}</nav><div class='wrapper'><h1>Essays</h1>{body}</div><footer><p>Written by hand. <a href='/colophon'>Colophon and licences of this site</a></p></footer>"
    return page("list by year", "https://think.test/essays/", body, links, titles, dated=False)


def read_more_links() -> ListPage:
    titles = ENGLISH[6:14]
    links = [f"https://ngo.test/?page_id=7&news={410 - n}" for n in range(8)]
    rows = "".join(
        f'<div class="teaser"><img src="/t{n}.png" alt="picture"><h3>{title}</h3><em>{day(n):%d-%m-%Y}</em><p>{SUMMARY.format(n)}</p><a class="button" href="?page_id=7&amp;news={410 - n}">Read more</a></div>'
        for n, title in enumerate(titles)
    )
    body = f'<div class="top-nav">{MENU}</div><div class="teasers">{rows}</div><div class="donate"><a href="/donate">Donate now and help us help</a></div>'
    return page("read more links", "https://ngo.test/?page_id=7", body, links, titles)


def joomla_category() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"https://asean.test/index.php/en/statements/{1200 - n}-{slug(title)}" for n, title in enumerate(titles)]
    rows = "".join(
        f'<tr class="cat-list-row{n % 2}"><td headers="th_title" class="list-title"><a href="/index.php/en/statements/{1200 - n}-{slug(title)}"> {title} </a></td><td class="list-date small">{day(n):%d %B %Y}</td><td class="list-hits"><span class="badge">Hits: {n * 31}</span></td></tr>'
        for n, title in enumerate(titles)
    )
    latest = "".join(
        f'<li><a href="/index.php/en/statements/{900 + n}-{slug(t)}-in-brief"><span>{t} in brief</span></a></li>'
        for n, t in enumerate(ENGLISH[10:])
    )
    body = f'<div class="nav-pills">{MENU}</div><div class="item-page"><div class="category-list"><form><table class="category"><thead><tr><th><a href="#">Title</a></th><th>Date</th></tr></thead><tbody>{rows}</tbody></table></form></div></div><div class="moduletable"><h3>Popular</h3><ul class="mostread">{latest}</ul></div>'
    return page("Joomla category", "https://asean.test/index.php/en/statements", body, links, titles)


def vietnamese_magazine() -> ListPage:
    titles = VIETNAMESE
    links = [f"https://bao.test/{slug(title)}-post{51000 + n}.html" for n, title in enumerate(titles)]

    def item(n: int, tag: str, kind: str) -> str:
        return f'<article class="story {kind}"><figure><a href="{links[n]}" title="{titles[n]}"><img data-src="/m/{n}.jpg" src="data:image/gif;base64,R0"></a></figure><{tag} class="story__heading"><a class="cms-link" href="{links[n]}">{titles[n]}</a></{tag}><div class="story__meta"><time>{day(n):%d/%m/%Y} 07:{n:02d}</time></div><div class="story__summary">{TOM_TAT.format(n)}</div></article>'

    top = item(0, "h2", "story--primary")
    rest = "".join(item(n, "h3", "story--list") for n in range(1, 12))
    fresh = "".join(
        f'<article class="story story--text"><h3 class="story__heading"><a class="cms-link" href="https://bao.test/{slug(t)}-moi-post{61000 + n}.html">{t} mới</a></h3></article>'
        for n, t in enumerate(VIETNAMESE)
    )
    body = f'<div class="site-header">{menu("Thời sự", "Pháp luật", "Thế giới", "Văn hóa")}</div><div class="site-content"><div class="content-wrap"><div class="primary">{top}<div class="box-content">{rest}</div><a class="control__loadmore" href="#">Xem thêm</a></div><div class="sidebar"><div class="box-heading">Tin mới</div>{fresh}</div></div></div>'
    return page("Vietnamese magazine", "https://bao.test/phap-luat", body, links, titles, language="vi")


def old_table_layout() -> ListPage:
    titles = ENGLISH[5:15]
    links = [f"http://old.test/news/{day(n):%Y%m%d}.htm" for n in range(10)]
    rows = "".join(
        f'<p><b>{day(n):%B %d, %Y}</b><br><a href="news/{day(n):%Y%m%d}.htm">{title}</a><br>{SUMMARY.format(n)}</p>'
        for n, title in enumerate(titles)
    )
    left = "<br>".join(
        f'<a href="{slug(name)}.htm">{name}</a>'
        for name in ("History of the office", "Organisation chart", "Laws and decrees", "Photo gallery", "Guest book")
    )
    body = f'<center><font size="5">Office of the Border Commissioner</font></center><table><tr><td valign="top">{left}</td><td>{rows}<p align="center"><a href="news2.htm">Older news</a></p></td></tr></table>'
    return page("old table layout", "http://old.test/news.htm", body, links, titles)


def front_of_a_newspaper() -> ListPage:
    titles = ENGLISH[:13]
    links = [f"https://paper.test/2026/10/{slug(title)}-{7000 + n}" for n, title in enumerate(titles)]

    def teaser(n: int, tag: str) -> str:
        return (
            f'<div class="teaser"><{tag}><a href="{links[n]}">{titles[n]}</a></{tag}><p>{SUMMARY.format(n)}</p></div>'
        )

    lead = f'<div class="lead"><a href="{links[0]}"><img src="/0.jpg" alt=""></a><h1><a href="{links[0]}">{titles[0]}</a></h1></div>'
    sections = "".join(
        f'<section><h2><a href="/{name.lower()}">{name}</a></h2>'
        + "".join(teaser(n, "h3") for n in numbers)
        + "</section>"
        for name, numbers in (("Region", range(1, 5)), ("World", range(5, 9)), ("Sea", range(9, 13)))
    )
    opinion = "".join(f'<li><a href="/video/{slug(t)}">Watch: {t}</a></li>' for t in ENGLISH[10:])
    body = f"<header>{MENU}</header><main>{lead}{sections}</main><aside><h2>Videos</h2><ul>{opinion}</ul></aside><footer>{MENU}</footer>"
    return page("front of a newspaper", "https://paper.test/", body, links, titles, dated=False)


def same_cards_in_the_sidebar() -> ListPage:
    titles = ENGLISH[:8]
    links = [f"https://twin.test/post/{slug(title)}" for title in titles]
    rows = "".join(
        f'<div class="post"><h4><a href="{links[n]}">{t}</a></h4><small>{day(n):%d/%m/%Y}</small><p>{SUMMARY.format(n)}</p></div>'
        for n, t in enumerate(titles)
    )
    twin = "".join(
        f'<div class="post"><h4><a href="https://twin.test/post/{slug(t)}-old">{t} before</a></h4><small>01/02/2021</small></div>'
        for t in ENGLISH[:12]
    )
    body = f'<div class="bar">{MENU}</div><div class="grid"><div class="a1">{rows}</div><div class="b2"><h3>You may also like</h3>{twin}</div></div>'
    return page("same cards in the sidebar", "https://twin.test/posts", body, links, titles)


def three_items_and_a_huge_menu() -> ListPage:
    titles = ENGLISH[:3]
    links = [f"https://court.test/rulings/{slug(title)}" for title in titles]
    rows = "".join(
        f'<article><h2><a href="{links[n]}">{t}</a></h2><p class="date">{day(n):%d %B %Y}</p><p>{SUMMARY.format(n)}</p></article>'
        for n, t in enumerate(titles)
    )
    mega = "".join(
        f"<div><strong>Group {group}</strong><ul>"
        + "".join(f'<li><a href="/services/{slug(t)}-{group}">{t} for group {group}</a></li>' for t in ENGLISH)
        + "</ul></div>"
        for group in range(4)
    )
    body = f'<div class="m">{mega}</div><div class="c">{rows}</div>'
    return page("three items and a huge menu", "https://court.test/rulings", body, links, titles)


def aggregator() -> ListPage:
    titles = ENGLISH[:15]
    links = [f"https://site{n}.test/{slug(title)}" for n, title in enumerate(titles)]
    rows = "".join(
        f'<tr class="athing"><td class="title">{n + 1}.</td><td class="votes"><a href="vote?id={n}"><div></div></a></td><td class="title"><span class="titleline"><a href="{links[n]}">{t}</a> <span>(<a href="from?site=site{n}.test">site{n}.test</a>)</span></span></td></tr>'
        f'<tr><td colspan="2"></td><td class="subtext">{n + 3} points by <a href="user?id=u{n}">u{n}</a> <span class="age" title="{day(n).isoformat()}T10:00:00"><a href="item?id={n}">{n + 1} hours ago</a></span> | <a href="item?id={n}">{n * 3} comments</a></td></tr><tr class="spacer"></tr>'
        for n, t in enumerate(titles)
    )
    body = f'<center><table><tr><td><a href="newest">new</a> | <a href="front">past</a> | <a href="ask">ask</a></td></tr><tr><td><table>{rows}<tr><td><a href="?p=2">More</a></td></tr></table></td></tr></table></center>'
    return page("aggregator", "https://agg.test/news", body, links, titles, dated=False)


def broken_markup() -> ListPage:
    titles = ENGLISH[:9]
    links = [f"http://broken.test/show.php?id={n + 20}" for n in range(9)]
    rows = "".join(
        f"<LI><FONT color=red>{day(n):%d/%m/%y}<FONT><A HREF=show.php?id={n + 20}>{t}</A><P>{SUMMARY.format(n)}"
        for n, t in enumerate(titles)
    )
    body = f"<TABLE><TR><TD>{MENU}<TD><UL>{rows}</UL><TD><B>Links</B><BR><A HREF='http://other.test'>Other office of the region</A><BR><A HREF='http://more.test'>More offices of the region</A></TABLE>"
    return page("broken markup", "http://broken.test/news.php", body, links, titles)


def advertisements_between() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"https://mag.test/story/{slug(title)}" for title in titles]
    rows = ""
    for n, t in enumerate(titles):
        rows += f'<li class="entry"><a class="entry__image" href="{links[n]}"><img src="/{n}.png" alt="Photo"></a><div class="entry__body"><a class="entry__kicker" href="/region/asia">Asia</a><a class="entry__title" href="{links[n]}">{t}</a><span class="entry__by">By <a href="/people/mai-tran">Mai Tran</a></span><span class="entry__date">{day(n):%b %-d, %Y}</span></div></li>'
        if n % 3 == 2:
            rows += f'<li class="sponsored"><a href="https://ads.test/click?c={n}">Buy the best boots for the rainy season now</a></li>'
    picks = "".join(
        f'<div class="pick"><a class="pick__title" href="https://mag.test/story/{slug(t)}-pick">{t}: our pick</a></div>'
        for t in ENGLISH[8:14]
    )
    body = f'<nav>{MENU}</nav><div class="stream"><ul>{rows}</ul></div><div class="picks"><h3>Editors choose</h3>{picks}</div><footer>{MENU}</footer>'
    return page("advertisements between", "https://mag.test/stories", body, links, titles)


TUNED: tuple[Callable[[], ListPage], ...] = (
    portal_of_2018, portal_of_2026, wordpress_blog, government_table, soup_of_divs, vietnamese_portal,
    headings_with_dates_beside, definition_list,
)  # fmt: skip
HELD: tuple[Callable[[], ListPage], ...] = (
    drupal_view, cards_that_are_links, results_with_load_more, list_by_year, read_more_links, joomla_category,
    vietnamese_magazine, old_table_layout,
)  # fmt: skip
HARD: tuple[Callable[[], ListPage], ...] = (
    front_of_a_newspaper, same_cards_in_the_sidebar, three_items_and_a_huge_menu, aggregator, broken_markup,
    advertisements_between,
)  # fmt: skip
