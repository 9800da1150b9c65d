"""Ten more list pages, in the makes of common publishing systems; see `list_pages`. They were tried after it was tuned."""
# ruff: noqa: E501 (markup is easier to compare on one line)

from collections.abc import Callable

from list_pages import ENGLISH, SUMMARY, TOM_TAT, VIETNAMESE, ListPage, day, menu, page, slug

MENU = menu("Home", "About us", "News", "Publications", "Events", "Contact")


def page_builder_blog() -> ListPage:
    titles = ENGLISH[:9]
    links = [f"https://e.test/{slug(x)}/" for x in titles]
    rows = "".join(
        f'<article class="elementor-post elementor-grid-item post-{n} post type-post category-news"><div class="elementor-post__card"><a class="elementor-post__thumbnail__link" href="{links[n]}" tabindex="-1"><div class="elementor-post__thumbnail"><img src="/{n}.jpg" alt=""></div></a><div class="elementor-post__badge">News</div><div class="elementor-post__text"><h3 class="elementor-post__title"><a href="{links[n]}"> {x} </a></h3><div class="elementor-post__excerpt"><p>{SUMMARY.format(n)}</p></div><a class="elementor-post__read-more" href="{links[n]}">Read More »</a></div><div class="elementor-post__meta-data"><span class="elementor-post-date">{day(n):%B %-d, %Y}</span><span class="elementor-post-avatar">No Comments</span></div></div></article>'
        for n, x in enumerate(titles)
    )
    return page(
        "elementor",
        "https://e.test/news/",
        f'<div class="elementor elementor-location-header"><nav>{MENU}</nav></div><div class="elementor elementor-location-archive"><h1>News</h1><div class="elementor-posts-container">{rows}</div><nav class="elementor-pagination"><a href="/news/page/2/">2</a></nav></div><div class="elementor-location-footer">{MENU}</div>',
        links,
        titles,
    )


def police_newsroom() -> ListPage:
    titles = ENGLISH[:12]
    links = [f"https://i.test/en/News-and-Events/News/2026/{'-'.join(x.split())}" for x in titles]
    rows = "".join(
        f'<div class="newsletter__content news-item row"><div class="col-md-4"><a href="{links[n][14:]}" class="newsletter__image" style="background-image:url(/{n}.jpg)"></a></div><div class="col-md-8"><div class="newsletter__text"><span class="newsletter__date">{day(n):%d %B %Y}</span><h5 class="newsletter__title">{x}</h5><p>{SUMMARY.format(n)}</p><a class="more" href="{links[n][14:]}">Read more</a></div></div></div>'
        for n, x in enumerate(titles)
    )
    return page(
        "interpol-like",
        "https://i.test/en/News-and-Events/News",
        f'<div class="header__nav"><ul>{"".join(f"<li><a href=/en/Crimes/{slug(x)}>{x}</a></li>" for x in ["Counterfeit currency and documents", "Cultural heritage crime", "Drug trafficking", "Environmental crime", "Firearms trafficking and violence"])}</ul></div><div class="container">{rows}</div>',
        ["https://i.test" + link[14:] for link in links],
        titles,
    )


def listing_grid() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"https://asean.test/{slug(x)}/" for x in titles]
    rows = "".join(
        f'<div class="jet-listing-grid__item jet-listing-dynamic-post-{900 + n}" data-post-id="{900 + n}"><div class="elementor-widget"><div class="elementor-widget-container"><div class="jet-listing jet-listing-dynamic-field"><div class="inner">{day(n):%d %B %Y}</div></div></div></div><div class="elementor-widget"><h6 class="elementor-heading-title"><a href="{links[n]}">{x}</a></h6></div></div>'
        for n, x in enumerate(titles)
    )
    side = "".join(
        f'<div class="elementor-widget"><h6 class="elementor-heading-title"><a href="https://asean.test/our-communities/{slug(x)}/">{x} community</a></h6></div>'
        for x in ENGLISH[10:]
    )
    return page(
        "jet listing",
        "https://asean.test/category/news/",
        f'<header>{MENU}</header><div class="elementor-section"><div class="jet-listing-grid__items">{rows}</div></div><div class="elementor-section"><h2>Our communities</h2>{side}</div><footer>{MENU}</footer>',
        links,
        titles,
    )


def press_releases_of_a_council() -> ListPage:
    titles = ENGLISH[:10]
    links = [f"https://p.test/en/sc{15000 - n}.doc.htm" for n in range(10)]
    rows = "".join(
        f'<div class="views-row"><div class="node node--type-press"><div class="content"><div class="field field--name-field-symbol">SC/{15000 - n}</div><div class="field field--name-date"><time datetime="{day(n)}T12:00:00Z" class="datetime">{day(n):%d %B %Y}</time></div><div class="h4"><a href="/en/sc{15000 - n}.doc.htm"><span>{x}</span></a></div><div class="field--name-body">{SUMMARY.format(n)}</div></div></div></div>'
        for n, x in enumerate(titles)
    )
    return page(
        "un press",
        "https://p.test/en/content/security-council/press-release",
        f'<div class="region-nav">{MENU}</div><main><h1>Security Council press releases</h1><div class="view-content">{rows}</div><nav class="pager-nav"><a href="?page=1">Next page</a></nav></main><aside><h2>Latest</h2><ul><li><a href="/en/gasm9.doc.htm">Secretary-General appoints someone to something</a></li><li><a href="/en/ga10.doc.htm">Assembly adopts a text on something</a></li></ul></aside>',
        links,
        titles,
    )


def newsletter_archive() -> ListPage:
    titles = ENGLISH[:12]
    links = [f"https://s.test/p/{slug(x)}" for x in titles]
    rows = "".join(
        f'<div class="container-Qnseki"><div class="pencraft pc-display-flex"><div class="pencraft frontend-components-1"><a tabindex="0" href="{links[n]}" class="pencraft pc-reset color-pub" data-testid="post-preview-title">{x}</a><div class="pencraft"><a href="{links[n]}">{SUMMARY.format(n)[:70]}</a></div><div class="meta"><time datetime="{day(n)}T10:00:00Z">{day(n):%b %-d}</time> • <a href="https://s.test/@ann">Ann Lee</a></div></div><div class="like"><a href="{links[n]}/comments">12</a></div></div></div>'
        for n, x in enumerate(titles)
    )
    return page(
        "newsletter archive",
        "https://s.test/archive",
        f'<div class="topBar">{MENU}</div><div class="portable-archive-list">{rows}</div>',
        links,
        titles,
    )


def circulars_as_files() -> ListPage:
    titles = ENGLISH[:14]
    links = [f"https://u.test/docs/{slug(x)}.pdf" for x in titles]
    rows = "".join(
        f'<li>{day(n):%d/%m/%Y}: <a href="/docs/{slug(x)}.pdf">{x}</a> (PDF, {n + 1} MB)</li>'
        for n, x in enumerate(titles)
    )
    return page(
        "pdf list",
        "https://u.test/circulars.html",
        f'<div id="nav">{MENU}</div><div id="main"><h2>Circulars</h2><ul>{rows}</ul></div>',
        links,
        titles,
    )


def vietnamese_portal_of_rows() -> ListPage:
    titles = VIETNAMESE[:10]
    links = [f"https://v.test/tin-tuc-su-kien/{slug(x)}-d{22 - n}-t{900 - n}.html" for n, x in enumerate(titles)]
    rows = "".join(
        f'<div class="row item"><div class="col-xs-4"><a href="{links[n]}"><img class="img-responsive" src="/{n}.jpg" /></a></div><div class="col-xs-8"><a class="ArticleTitle" href="{links[n]}" title="{x}">{x[:24]}...</a> <span class="ArticleDate">({day(n):%d/%m/%Y %H:%M:%S})</span><div class="ArticleSapo">{TOM_TAT.format(n)}</div><div class="text-right"><a href="{links[n]}">Xem chi tiết</a></div></div></div>'
        for n, x in enumerate(titles)
    )
    side = "".join(
        f'<div class="row item"><div class="col-xs-12"><a class="ArticleTitle" href="https://v.test/thong-bao/{slug(x)}-d3-t{100 + n}.html">{x} (thông báo)</a></div></div>'
        for n, x in enumerate(VIETNAMESE)
    )
    return page(
        "VN portal table",
        "https://v.test/tin-tuc-su-kien.html",
        f'<form id="aspnetForm"><div id="header">{MENU}</div><div class="row"><div class="col-md-9"><div class="panel"><div class="panel-heading"><a href="/tin-tuc-su-kien.html">Tin tức sự kiện</a></div><div class="panel-body">{rows}</div></div></div><div class="col-md-3"><div class="panel"><div class="panel-heading">Thông báo</div><div class="panel-body">{side}</div></div></div></div></form>',
        links,
        titles,
        language="vi",
    )


def asset_publisher() -> ListPage:
    titles = ENGLISH[:8]
    links = [f"https://l.test/web/guest/news/-/asset_publisher/abc/content/{slug(x)}" for x in titles]
    rows = "".join(
        f'<div class="asset-abstract"><div class="pull-right"><span class="visible-interaction"></span></div><h4 class="asset-title d-inline"><a href="{links[n]}"><span class="asset-anchor lfr-asset-anchor" id="{n}"></span> {x} </a></h4><div class="asset-content mb-3"><div class="asset-summary">{SUMMARY.format(n)} <a href="{links[n]}">Read More<span class="hide-accessible">About {x}</span> »</a></div></div><div class="asset-details"><span class="metadata-entry metadata-publish-date">{day(n):%d/%m/%y}</span></div></div>'
        for n, x in enumerate(titles)
    )
    return page(
        "liferay",
        "https://l.test/web/guest/news",
        f'<header id="banner"><div class="navbar">{MENU}</div></header><section id="content"><div class="portlet-body">{rows}</div></section><footer>{MENU}</footer>',
        links,
        titles,
    )


def short_titles() -> ListPage:
    titles = [
        "Rain",
        "Two boats",
        "The lamp",
        "Snow again",
        "Why I left",
        "On fences",
        "Bread",
        "Old maps",
        "The ferry",
        "Letters",
    ]
    links = [f"https://b.test/posts/{slug(x)}/" for x in titles]
    rows = "".join(
        f'<li class="post-item"><time datetime="{day(n)}">{day(n):%Y-%m-%d}</time><a class="post-link" href="/posts/{slug(x)}/">{x}</a></li>'
        for n, x in enumerate(titles)
    )
    return page(
        "short titles",
        "https://b.test/",
        f'<header><a href="/">Ann</a><nav><a href="/about/">About</a><a href="/tags/">Tags</a></nav></header><main><ul class="posts">{rows}</ul></main><footer><a href="https://git.test/ann">Git</a></footer>',
        links,
        titles,
    )


def front_of_zones() -> ListPage:
    titles = ENGLISH[:15]
    links = [
        f"https://h.test/{['politics', 'society', 'sport'][n // 5]}/{slug(x)}.{100000 + n}.html"
        for n, x in enumerate(titles)
    ]

    def it(n, cls):
        return f'<div class="{cls}"><a class="avatar" href="{links[n]}"><img src="/{n}.jpg"></a><a class="title" href="{links[n]}">{titles[n]}</a></div>'

    zones = "".join(
        f'<div class="zone zone-{k}"><div class="zone-head"><a href="/{s}">{s.title()}</a><a href="/{s}/world">World matters</a><a href="/{s}/home">Home matters</a></div><div class="zone-body">{it(5 * k, "big-item")}<div class="list">{"".join(it(n, "small-item") for n in range(5 * k + 1, 5 * k + 5))}</div></div></div>'
        for k, s in enumerate(["politics", "society", "sport"])
    )
    return page(
        "home of zones",
        "https://h.test/",
        f'<div class="topnav">{MENU}</div>{zones}<div class="foot">{MENU}</div>',
        links,
        titles,
        dated=False,
    )


LATER: tuple[Callable[[], ListPage], ...] = (
    page_builder_blog, police_newsroom, listing_grid, press_releases_of_a_council, newsletter_archive,
    circulars_as_files, vietnamese_portal_of_rows, asset_publisher, short_titles, front_of_zones,
)  # fmt: skip
