"""List pages as official portals' software writes them, on which the finder failed when it first saw them."""
# ruff: noqa: E501 (markup is easier to compare on one line)

from collections.abc import Callable

from list_pages import ENGLISH, MENU, VIETNAMESE, ListPage, day, page, slug

HALL = "https://hall.test"


def one_script_for_all() -> ListPage:
    """SPIP: sections and articles differ in the query only."""
    titles = ENGLISH[:8]
    rows = "".join(
        f'<li class="item hentry"><h3 class="entry-title"><a href="spip.php?article{3310 - n}" rel="bookmark"><img src="a{n}.jpg" alt="">{title}</a></h3><p class="publication">Published <abbr title="{day(n)}">{day(n):%d/%m/%Y}</abbr>, by <a href="spip.php?auteur{1 + n % 2}">Press office</a></p></li>'
        for n, title in enumerate(titles)
    )
    sections = "".join(f'<li><a href="spip.php?rubrique{n}">Section of the prefecture {n}</a></li>' for n in range(9))
    body = f'<div class="nav"><ul>{sections}</ul></div><div class="content"><ul class="liste-items">{rows}</ul><p class="pagination"><a href="spip.php?rubrique12&amp;debut_articles=10">10</a></p></div>'
    links = [f"{HALL}/spip.php?article{3310 - n}" for n in range(8)]
    return page("one script", HALL + "/spip.php?rubrique12", body, links, titles)


def documents_with_files() -> ListPage:
    """Drupal: a table whose last column leads to the same document as files."""
    titles = [f"Decision on: {title}" for title in ENGLISH[:12]]
    rows = "".join(
        f'<tr><td>{120 - n}/2026</td><td class="views-field-field-date">{day(n):%d.%m.%Y}</td><td class="views-field views-field-title"><a href="/en/node/{4410 - n}">{title}</a></td><td><a href="/files/{120 - n}_2026.pdf"><img src="/pdf.png" alt=""> PDF</a> <a href="/files/{120 - n}_2026.odt">Scan</a></td></tr>'
        for n, title in enumerate(titles)
    )
    body = f'<header>{MENU}</header><main><h1>Legal documents</h1><table class="views-table"><thead><tr><th>Number</th><th><a href="/en/documents?order=date&amp;sort=asc">Date</a></th><th>Title</th><th>Files</th></tr></thead><tbody>{rows}</tbody></table></main>'
    links = [f"{HALL}/en/node/{4410 - n}" for n in range(12)]
    return page("documents with files", HALL + "/en/documents", body, links, titles)


def other_languages_beside() -> ListPage:
    titles = ENGLISH[:12]
    rows = [
        f'<li><strong>{day(n):%d %B %Y}</strong>: <a href="/statements/{slug(title)}">{title}</a> (<a href="/statements/{slug(title)}?lang=fr">Français</a>)</li>'
        for n, title in enumerate(titles)
    ]
    body = f'{MENU}<article><h1>Statements</h1><p>See the <a href="/archive/">archive</a>.</p><h3>October</h3><ul>{"".join(rows[:5])}</ul><h3>September</h3><ul>{"".join(rows[5:])}</ul></article>'
    links = [f"{HALL}/statements/{slug(title)}" for title in titles]
    return page("other languages beside", HALL + "/statements/", body, links, titles)


def rows_of_a_blog() -> ListPage:
    """Joomla: a leading article, then rows of two, the first row with a class more."""
    titles = ENGLISH[:7]

    def item(n: int) -> str:
        link = f"/index.php/media/{934 - n}-{slug(titles[n])}"
        return f'<div class="item" itemprop="blogPost"><h2><a href="{link}" itemprop="url">{titles[n]}</a></h2><dl class="article-info"><dd class="published"><time datetime="{day(n)}">{day(n):%d %B %Y}</time></dd></dl><p>The ministry wishes to inform the public of the following matter.</p><p class="readmore"><a class="btn" href="{link}">Read more ...</a></p></div>'

    rows = "".join(
        f'<div class="items-row cols-2{"" if row else " row-fluid"}">{item(2 * row + 1)}{item(2 * row + 2)}</div>'
        for row in range(3)
    )
    body = f'{MENU}<main id="content"><div class="blog"><div class="items-leading">{item(0)}</div>{rows}</div></main>'
    links = [f"{HALL}/index.php/media/{934 - n}-{slug(title)}" for n, title in enumerate(titles)]
    return page("rows of a blog", HALL + "/index.php/media", body, links, titles)


def cards_that_are_links() -> ListPage:
    titles = ENGLISH[4:14]
    cards = "".join(
        f'<a class="group flex flex-col" href="/press-releases/{slug(title)}/"><span class="text-xs uppercase">{day(n):%d %B %Y}</span><span class="text-lg">{title}</span><span class="text-sm">From the Press Office of the Department.</span></a>'
        for n, title in enumerate(titles)
    )
    foot = "".join(f'<a class="text-sm" href="/about/{n}/">Freedom of information {n}</a>' for n in range(4))
    body = f'<div class="flex">{MENU}<h1>Press releases</h1><div class="grid">{cards}</div><div class="mt-auto">{foot}</div></div>'
    links = [f"{HALL}/press-releases/{slug(title)}/" for title in titles]
    return page("cards that are links", HALL + "/press-releases/", body, links, titles)


def leads_with_lists_inside() -> ListPage:
    titles = VIETNAMESE[:12]
    links = [f"{HALL}/{'abc'[n // 4]}/{slug(title)}-{4400100 + n}.html" for n, title in enumerate(titles)]
    zones = "".join(
        f'<section class="zone"><h2><a href="/{"abc"[k]}">Chuyên đề</a></h2><div class="zone-lead"><a href="{links[4 * k]}"><img src="/{k}.jpg"></a><h3><a href="{links[4 * k]}">{titles[4 * k]}</a></h3><p>Sáng nay, các đơn vị chức năng đã triển khai nhiều biện pháp để bảo đảm an toàn.</p></div><ul>{"".join(f"<li><a href={links[n]!r}>{titles[n]}</a></li>" for n in range(4 * k + 1, 4 * k + 4))}</ul></section>'
        for k in range(3)
    )
    side = "".join(f'<li><a href="/a/{slug(t)}-{43001 + n}.html">{t} ngày</a></li>' for n, t in enumerate(titles[:4]))
    body = f'{MENU}<div class="left">{zones}</div><div class="right"><h4>Đọc nhiều</h4><ol>{side}</ol></div>'
    return page("leads with lists inside", HALL + "/", body, links, titles, dated=False, language="vi")


def only_more_in_another_language() -> ListPage:
    titles = ENGLISH[:9]
    cards = "".join(
        f'<app-item><mat-card><img src="/{n}.jpg"><span class="ttl">{title}</span><span class="dtm">{day(n):%d.%m.%Y %H:%M}</span><a mat-button href="/vest/{30100 - n}"><span>Повеќе</span></a></mat-card></app-item>'
        for n, title in enumerate(titles)
    )
    body = f'<app-root><nav>{MENU}</nav><div class="lista">{cards}</div></app-root>'
    links = [f"{HALL}/vest/{30100 - n}" for n in range(9)]
    return page("only more", HALL + "/vesti", body, links, titles)


def lines_between_sentences() -> ListPage:
    titles = ENGLISH[3:12]
    lines = "".join(
        f'<p>{day(n):%d/%m/%Y} - <a href="notices/{slug(title)}.html">{title}</a></p>' for n, title in enumerate(titles)
    )
    body = f'<div id="menu">{MENU}</div><div id="text"><h1>Notices</h1><p>Citizens abroad should read the <a href="advice.html">advice for travellers by land</a> first.</p>{lines}<p>Older notices are kept in the <a href="old.html">archive of the consulate</a>.</p></div>'
    links = [f"{HALL}/notices/{slug(title)}.html" for title in titles]
    return page("lines between sentences", HALL + "/notices.html", body, links, titles)


def arabic_cards() -> ListPage:
    """Day, month and year in elements of their own, and a second calendar beside them."""
    titles = [f"وزير الداخلية يستقبل سفير الدولة رقم {n}" for n in range(8)]
    months = {8: "أغسطس", 9: "سبتمبر", 10: "أكتوبر"}
    cards = "".join(
        f'<div class="col-md-4"><div class="news-box"><a href="/news/details/{90412 - n}?lang=ar"><img src="/{n}.jpg" alt="{title}"></a><div class="news-date"><span class="d">{day(n).day}</span><span class="m">{months[day(n).month]}</span><span class="y">{day(n).year}</span><span class="h">{6 + n} ذو الحجة 1447</span></div><div class="news-title"><a href="/news/details/{90412 - n}?lang=ar">{title}</a></div></div></div>'
        for n, title in enumerate(titles)
    )
    body = f'{MENU}<div class="container"><h2>الأخبار</h2><div class="row">{cards}</div></div>'
    links = [f"{HALL}/news/details/{90412 - n}?lang=ar" for n in range(8)]
    return page("arabic cards", HALL + "/news?lang=ar", body, links, titles, language="ar")


def pictures_like_headlines() -> ListPage:
    """Bitrix: the picture and the headline are links of one make; the picture comes first."""
    titles = ENGLISH[:9]
    rows = "".join(
        f'<p class="news-item"><a href="/press/detail.php?ID={18402 - n}"><img src="/{n}.jpg" alt=""></a><span class="news-date-time">{day(n):%d.%m.%Y}</span> <a href="/press/detail.php?ID={18402 - n}"><b>{title}</b></a><br>The press office told the details.</p>'
        for n, title in enumerate(titles)
    )
    body = f'<div class="left-column">{MENU}</div><div class="main-column"><h1>News</h1><div class="news-list">{rows}</div></div>'
    links = [f"{HALL}/press/detail.php?ID={18402 - n}" for n in range(9)]
    return page("pictures like headlines", HALL + "/press/", body, links, titles)


PORTALS: tuple[Callable[[], ListPage], ...] = (
    one_script_for_all, documents_with_files, other_languages_beside, rows_of_a_blog, cards_that_are_links,
    leads_with_lists_inside, only_more_in_another_language, lines_between_sentences, arabic_cards,
    pictures_like_headlines,
)  # fmt: skip
