"""List pages as official portals' software writes them, on which the finder failed when it first saw them."""
# ruff: noqa: E501 (markup is easier to compare on one line)

from collections.abc import Callable

from list_pages import ENGLISH, MENU, SUMMARY, TOM_TAT, VIETNAMESE, ListPage, day, page, slug

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


def lines_of_each_year() -> ListPage:
    """By hand: a paragraph for each year, with short titles in the last one."""
    titles = [*ENGLISH[:8], "Frost", "Visitors", "The last of the apples", "First swallow"]
    links = [f"{HALL}/journal/{slug(title)}.html" for title in titles]
    years = "".join(
        f"<h3>{2024 - k}</h3><p>{''.join(f'In May &mdash; <a href={links[n]!r}>{titles[n]}</a><br>' for n in range(4 * k, 4 * k + 4))}</p>"
        for k in range(3)
    )
    body = f'<h1>Garden</h1><p><a href="/index.html">Home</a> | <a href="/plants.html">Plant list</a></p><h2>Journal</h2>{years}<hr><p>By hand</p>'
    return page("lines of each year", HALL + "/journal.html", body, links, titles, dated=False)


def related_in_some_cards() -> ListPage:
    """Now and then a card holds links to other articles: one, three, one."""
    titles, related = ENGLISH[:11], ENGLISH[11:16]
    links = [f"{HALL}/panorama/{slug(title)}-a-{7001 + n}" for n, title in enumerate(titles)]
    inside = {1: related[:1], 5: related[1:4], 9: related[4:]}
    lists = {
        n: "<ul>"
        + "".join(f'<li><a href="/politics/{slug(title)}-a-6001">{title}</a></li>' for title in some)
        + "</ul>"
        for n, some in inside.items()
    }
    cards = "".join(
        f'<div><article><h2><a href="{links[n]}">{title}</a></h2><p>{day(n):%d.%m.%Y}</p>{lists.get(n, "")}</article></div>'
        for n, title in enumerate(titles)
    )
    body = f"<header>{MENU}</header><main><section>{cards}</section></main>"
    return page("related in some cards", HALL + "/panorama/", body, links, titles)


def lead_under_a_link() -> ListPage:
    """Tailwind: the link lies over the lead story and repeats its heading for readers who hear the page."""
    titles = ENGLISH[:9]
    links = [f"{HALL}/economy/{slug(title)}.html" for title in titles]
    lead = f'<div class="grid"><div class="group relative"><a href="{links[0]}" class="absolute inset-0"><span class="sr-only">{titles[0]}</span></a><img src="/l.avif" alt=""><div class="p-6"><h2>{titles[0]}</h2><p>{day(0)}</p></div></div></div>'
    rest = "".join(
        f'<div class="flex"><h2><a href="{links[n]}">{titles[n]}</a></h2><p>{day(n)}</p></div>' for n in range(1, 9)
    )
    body = f'<nav>{MENU}</nav><main><h1>Economy</h1>{lead}<div class="mt-10 grid">{rest}</div></main>'
    return page("lead under a link", HALL + "/economy/", body, links, titles)


def leads_above_the_columns() -> ListPage:
    titles = ENGLISH[:11]
    links = [f"{HALL}/news/read/{slug(title)}" for title in titles]
    slides = "".join(
        f'<div class="slide"><a href="{links[n]}"><img src="/s{n}.jpg"><div class="caption"><h2>{titles[n]}</h2><small>{day(n)}</small></div></a></div>'
        for n in range(3)
    )
    rows = "".join(
        f'<div class="media"><a href="{links[n]}"><img src="/{n}.jpg"></a><div class="media-body"><h5><a href="{links[n]}">{titles[n]}</a></h5><small>{day(n)}</small><p>{SUMMARY.format(n)}</p></div></div>'
        for n in range(3, 11)
    )
    notices = "".join(
        f'<div class="notice"><h5><a href="/notices/{n}">{t}</a></h5></div>' for n, t in enumerate(ENGLISH[11:])
    )
    body = f'<nav>{MENU}</nav><div class="slides">{slides}</div><div class="container"><div class="col-8"><h3>News</h3>{rows}</div><div class="col-4"><h3>Notices</h3>{notices}</div></div>'
    return page("leads above the columns", HALL + "/", body, links, titles)


def rest_under_other_news() -> ListPage:
    """ASP.NET: the first stories with pictures, the rest as lines under "Các tin khác"; beside them what is read most."""
    titles = VIETNAMESE[:10]
    links = [f"{HALL}/tin-tuc/{60210 - n}/{slug(title)}.aspx" for n, title in enumerate(titles)]
    rows = "".join(
        f'<tr><td><table><tr><td><a href="{links[n]}"><img src="/{n}.jpg"></a></td><td><a class="TieuDe" href="{links[n]}">{titles[n]}</a> <span>({day(n):%d/%m/%Y})</span><div>{TOM_TAT.format(n)}</div></td></tr></table></td></tr>'
        for n in range(6)
    )
    rest = "".join(
        f'<tr><td>&bull; <a class="TinKhac" href="{links[n]}">{titles[n]}</a> <i>({day(n):%d/%m/%Y})</i></td></tr>'
        for n in range(6, 10)
    )
    most = "".join(
        f'<div><a class="Hot" href="/tin-tuc/{50100 + n}/{slug(t)}.aspx">{t} nhất</a></div>'
        for n, t in enumerate(VIETNAMESE[6:])
    )
    body = f'<table><tr><td>{MENU}</td><td><div class="head">TIN HOẠT ĐỘNG</div><table>{rows}</table><div class="head">CÁC TIN KHÁC</div><table>{rest}</table></td><td><div class="head">XEM NHIỀU</div>{most}</td></tr></table>'
    return page("rest under other news", HALL + "/tin-tuc.aspx", body, links, titles, language="vi")


def more_beside_comments() -> ListPage:
    """PHP-Nuke: the title is no link; "Read more", comments, print and a friend's address are."""
    titles = ENGLISH[:8]
    links = [f"{HALL}/modules.php?name=News&file=article&sid={2140 - n}" for n in range(8)]
    tables = "".join(
        f'<table><tr><td><table><tr><td><b>{title}</b></td></tr><tr><td>Posted on {day(n):%d %B %Y}<br>{SUMMARY.format(n)}<br>(<a href="{links[n]}"><b>Read More...</b></a> | <a href="{links[n]}&mode=thread">{n + 1} comments</a> | <a href="modules.php?name=News&file=print&sid={2140 - n}"><img src="/p.gif" alt="Printer Friendly"></a>)</td></tr></table></td></tr></table><br>'
        for n, title in enumerate(titles)
    )
    body = f"<table><tr><td>{MENU}</td><td>{tables}</td></tr></table>"
    return page("more beside comments", HALL + "/modules.php?name=News", body, links, titles)


def archive_under_dated_lines() -> ListPage:
    """Pasted from Word: the menu, the list and the way to the archive are paragraphs of one make."""
    titles = ENGLISH[:9]
    links = [f"{HALL}/fr/statements/s{n}.htm" for n in range(9)]
    lines = "".join(
        f'<p class="MsoNormal"><b>{day(n)}</b> : <a href="{links[n]}"><span>{title}</span></a></p><p class="MsoNormal">&nbsp;</p>'
        for n, title in enumerate(titles)
    )
    body = f'<div><p class="MsoNormal"><a href="index.htm"><span>Home</span></a> | <a href="links.htm"><span>Links</span></a></p>{lines}<p class="MsoNormal"><a href="archives2025.htm"><span>Statements of the year 2025</span></a></p></div>'
    return page("archive under dated lines", HALL + "/fr/news.htm", body, links, titles)


def tiles_of_four_makes() -> ListPage:
    """A wall of tiles: large, text, photo and quotation in turn, without a block around any two of one make."""
    titles = ENGLISH[:12]
    links = [f"{HALL}/news/{slug(title)}" for title in titles]
    insides = (
        '<a href="{0}"><img src="/p.jpg"></a><div class="tile__b"><h2><a href="{0}">{1}</a></h2><p>It goes on.</p></div>',
        '<h3><a href="{0}">{1}</a></h3>',
        '<a href="{0}"><img src="/p.jpg" alt=""><h3>{1}</h3></a>',
        '<blockquote><a href="{0}">{1}</a></blockquote>',
    )
    tiles = "".join(
        f'<article class="tile tile--{"ltpq"[n % 4]}">{insides[n % 4].format(links[n], title)}<time datetime="{day(n)}">{day(n)}</time></article>'
        for n, title in enumerate(titles)
    )
    body = f"<nav>{MENU}</nav><main><h1>News</h1><div>{tiles}</div></main>"
    return page("tiles of four makes", HALL + "/news", body, links, titles)


def short_japanese_titles() -> ListPage:
    titles = [
        "今日は寒かった",
        "新しい鍋を買う",
        "散歩と古本",
        "雨の日曜日",
        "猫が帰ってきた",
        "味噌を仕込む",
        "映画を二本",
        "友人の結婚式",
    ]
    links = [f"{HALL}/diary/202611{26 - n}.html" for n in range(8)]
    lines = "".join(f'<dt>11/{26 - n}</dt><dd><a href="{links[n]}">{title}</a></dd>' for n, title in enumerate(titles))
    months = " ".join(f'<a href="2025{month:02}.html">{month}月</a>' for month in range(1, 13))
    body = f'<h1>日記</h1><p><a href="/p.html">自己紹介</a> <a href="/l.html">リンク集</a></p><dl>{lines}</dl><h2>過去の日記</h2><p>{months}</p>'
    return page("short Japanese titles", HALL + "/diary/", body, links, titles, dated=False, language="ja")


def rest_by_its_numbers() -> ListPage:
    """Joomla K2: the rest of the list without dates; the numbers in the addresses go on."""
    titles = VIETNAMESE[:12]
    links = [
        f"{HALL}/index.php?option=com_content&view=article&id={7000 - n}:{slug(title)}&catid=12"
        for n, title in enumerate(titles)
    ]
    items = "".join(
        f'<div class="item"><h3 class="itemTitle"><a href="{links[n]}">{titles[n]}</a></h3><p>{TOM_TAT.format(n)}</p></div>'
        for n in range(7)
    )
    rest = "".join(f'<li><a href="{links[n]}">{titles[n]}</a></li>' for n in range(7, 12))
    most = "".join(
        f'<li><a href="{HALL}/index.php?option=com_content&view=article&id={7100 + n}:{slug(t)}&catid=12">{t} nhất</a></li>'
        for n, t in enumerate(VIETNAMESE[:4])
    )
    body = f'{MENU}<div class="list">{items}</div><div class="links"><h4>Các tin khác...</h4><ul>{rest}</ul></div><div class="box"><h4>Các tin khác</h4><ul>{most}</ul></div>'
    return page("rest by its numbers", HALL + "/", body, links, titles, dated=False, language="vi")


def notices_on_top_of_a_board() -> ListPage:
    """A Korean board: the first rows stay on top and have a class more; one script shows every article."""
    titles = ENGLISH[:11]
    links = [f"{HALL}/press/pressView.jsp?pSeq={21400 - n}&pCurrentPage=1" for n in range(11)]
    rows = "".join(
        f'<tr{" class=notice" if n < 3 else ""}><td>{900 - n}</td><td class="subject"><a href="{links[n]}">{title}</a></td><td><a href="/download?f={n}.hwp"><img src="/hwp.gif" alt="File"></a></td><td>{day(n):%Y.%m.%d}.</td></tr>'
        for n, title in enumerate(titles)
    )
    body = f'{MENU}<div id="contents"><table><thead><tr><th>No.</th><th>Title</th><th>File</th><th>Day</th></tr></thead><tbody>{rows}</tbody></table></div>'
    return page("notices on top", HALL + "/press/pressList.jsp", body, links, titles)


def slider_of_pictures() -> ListPage:
    """The newest stories are pictures with their headlines as alternative text; dots with figures lead to them too."""
    titles = ENGLISH[:14]
    links = [f"{HALL}/home-news/{slug(title)}-{1700900 - n}" for n, title in enumerate(titles)]
    slides = "".join(
        f'<a class="slide" href="{links[n]}"><img src="/m{n}.jpg" alt="{titles[n]}"></a>' for n in range(6)
    )
    dots = "".join(f'<a class="dot" href="{links[n]}">{n + 1}</a>' for n in range(6))
    cards = "".join(
        f'<div class="col-4"><a class="card-box" href="{links[n]}"><figure><img src="/c{n}.jpg"></figure><strong class="card-title">{titles[n]}</strong></a></div>'
        for n in range(6, 14)
    )
    body = f'<header>{MENU}</header><main><div class="row"><div class="slides">{slides}</div><div class="dots">{dots}</div></div><h1>Home news</h1><div class="row">{cards}</div></main>'
    return page("slider of pictures", HALL + "/home-news", body, links, titles, dated=False)


def sponsored_among_the_cards() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"{HALL}/local/{slug(title)}-{4400 + n}" for n, title in enumerate(titles)]
    cards = "".join(
        f'<li><article><h2><a href="{links[n]}">{title}</a></h2><p>{day(n):%d.%m.%Y}</p></article></li>{"<li><article><h2><a href=https://ads.test/click?id=77 rel=sponsored>Stair lifts at a reduced price for pensioners in your county</a></h2></article></li>" if n == 4 else ""}'
        for n, title in enumerate(titles)
    )
    body = f"<header>{MENU}</header><main><h1>Local</h1><ul>{cards}</ul></main>"
    return page("sponsored", HALL + "/local/", body, links, titles)


PORTALS: tuple[Callable[[], ListPage], ...] = (
    one_script_for_all, documents_with_files, other_languages_beside, rows_of_a_blog, cards_that_are_links,
    leads_with_lists_inside, only_more_in_another_language, lines_between_sentences, arabic_cards,
    pictures_like_headlines, lines_of_each_year, related_in_some_cards, lead_under_a_link, leads_above_the_columns,
    rest_under_other_news, more_beside_comments, archive_under_dated_lines, tiles_of_four_makes,
    short_japanese_titles, rest_by_its_numbers, notices_on_top_of_a_board, slider_of_pictures,
    sponsored_among_the_cards,
)  # fmt: skip
