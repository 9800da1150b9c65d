"""The public generators and themes that render pages for `benchmarks.list_corpus`; each maker returns its pages."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import html

from benchmarks.list_posts import Post

SITE = "https://blog.example.org"
ON_A_PAGE = 10
HEXO = (
    "anzhiyu", "async", "butterfly", "fluid", "icarus", "keep", "kratos-rebirth", "landscape", "nexmoe", "next",
    "redefine", "reimu", "solitude", "stellar",
)  # fmt: skip
HEXO_PERMALINKS = (":year/:month/:day/:title/", "posts/:title/", ":title.html", ":category/:title/", "p/:hash.html")
PELICAN = ("simple", "notmyidea")
NIKOLA = ("base", "bootblog4", "bootstrap4")
SPHINX = ("alabaster", "pydata_sphinx_theme", "sphinx_rtd_theme", "sphinx_book_theme")
MKDOCS = ("material",)
JEKYLL = ("minima",)
DOCUSAURUS = ("classic",)
WORDPRESS = ("twentytwentyone", "twentytwentytwo", "twentytwentythree")


@dataclass(frozen=True)
class Rendered:
    """A list page: its file, its path on the site, and the posts it should show, by slug."""

    file: Path
    path: str
    expected: Sequence[str]


def newest(own: Sequence[Post], count: int | None = ON_A_PAGE) -> list[str]:
    return [post.slug for post in sorted(own, key=lambda post: post.published, reverse=True)][:count]


def of_category(own: Sequence[Post], category: str, count: int | None = ON_A_PAGE) -> list[str]:
    return newest([post for post in own if post.category == category], count)


def category_of(file: Path, own: Sequence[Post]) -> str:
    """The category whose posts the page links to most completely."""
    there = linked(file.read_bytes(), SITE, own)

    def completeness(category: str) -> float:
        wanted = of_category(own, category)
        return sum(1 for slug in wanted if slug in there) / len(wanted)

    return max(sorted({post.category for post in own}), key=completeness)


def run(command: Sequence[str], folder: Path, **environment: str) -> None:
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=300, env={**os.environ, **environment}
    )


def by_hexo(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    if not (tools / "node_modules" / f"hexo-theme-{theme}").exists():
        raise FileNotFoundError(f"hexo-theme-{theme}")
    (work / "source" / "_posts").mkdir(parents=True)
    modules = work / "node_modules"  # links to files: some themes look for themselves by their real path
    shutil.copytree((tools / "node_modules").resolve(), modules, copy_function=os.link, symlinks=True)
    package = json.loads((tools / "package.json").read_text("utf-8")) | {"hexo": {"version": ""}}
    (work / "package.json").write_text(json.dumps(package), "utf-8")
    permalink = HEXO_PERMALINKS[int(hashlib.sha256(theme.encode()).hexdigest(), 16) % len(HEXO_PERMALINKS)]
    settings = {
        "title": "Harbour notes" if language == "en" else "Sổ tay bến cảng", "author": "Lan Vu", "language": language,
        "url": SITE, "permalink": permalink, "theme": theme, "per_page": ON_A_PAGE, "timezone": "UTC",
        "index_generator": {"path": "", "per_page": ON_A_PAGE, "order_by": "-date"},
        "pretty_urls": {"trailing_index": False},
        "archive_generator": {"per_page": 0, "yearly": True, "monthly": True},
        "category_generator": {"per_page": ON_A_PAGE}, "tag_generator": {"per_page": ON_A_PAGE},
    }  # fmt: skip
    (work / "_config.yml").write_text(json.dumps(settings, ensure_ascii=False), "utf-8")
    for post in own:
        description = post.paragraphs[0] if post.number % 3 == 0 else None
        head = {"title": post.title, "date": f"{post.published:%Y-%m-%d %H:%M:%S}", "tags": list(post.tags),
                "categories": [post.category], "description": description}  # fmt: skip
        lines = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items() if value)
        text = "\n\n".join(post.paragraphs[:1]) + "\n\n<!-- more -->\n\n" + "\n\n".join(post.paragraphs[1:])
        (work / "source" / "_posts" / f"{post.slug}.md").write_text(f"---\n{lines}\n---\n{text}\n", "utf-8")
    generate = ["node", str(modules / "hexo" / "bin" / "hexo"), "generate"]
    try:
        run(generate, work)
    except subprocess.CalledProcessError:  # some themes stop once, after they have written their default settings
        run(generate, work)
    shutil.rmtree(modules)
    public = work / "public"
    pages = [Rendered(public / "index.html", "/", newest(own)),
             Rendered(public / "archives" / "index.html", "/archives/", newest(own, None))]  # fmt: skip
    for file in sorted((public / "categories").glob("*/index.html"))[:1]:
        category = category_of(file, own)
        pages.append(Rendered(file, f"/categories/{file.parent.name}/", of_category(own, category)))
    return pages


def by_pelican(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    content = work / "content"
    content.mkdir(parents=True)
    for post in own:
        head = f"Title: {post.title}\nDate: {post.published:%Y-%m-%d %H:%M}\nCategory: {post.category}\n"
        head += f"Tags: {', '.join(post.tags)}\nSlug: {post.slug}\nAuthor: Lan Vu\n"
        (content / f"{post.slug}.md").write_text(head + "\n" + "\n\n".join(post.paragraphs) + "\n", "utf-8")
    settings = {"SITENAME": "Harbour notes", "SITEURL": SITE, "AUTHOR": "Lan Vu", "TIMEZONE": "UTC", "THEME": theme,
                "DEFAULT_PAGINATION": ON_A_PAGE, "DEFAULT_LANG": language,
                "LINKS": [("Port office", "https://port.example.net/")], "SUMMARY_MAX_LENGTH": 40}  # fmt: skip
    lines = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (work / "pelicanconf.py").write_text(lines, "utf-8")
    run([str(tools / "bin" / "pelican"), "content", "-o", "out", "-s", "pelicanconf.py"], work)
    out = work / "out"
    found = sorted((out / "category").glob("*.html"))[0]
    category = category_of(found, own)
    return [Rendered(out / "index.html", "/", newest(own)),
            Rendered(out / "archives.html", "/archives.html", newest(own, None)),
            Rendered(found, f"/category/{found.name}", of_category(own, category))]  # fmt: skip


def by_nikola(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    run(
        [str(tools / "bin" / "nikola"), "init", "-q", str(work / "site")], work.parent if work.exists() else _made(work)
    )
    site = work / "site"
    settings = (site / "conf.py").read_text("utf-8")
    settings += f'\nTHEME = "{theme}"\nSITE_URL = "{SITE}/"\nINDEX_DISPLAY_POST_COUNT = {ON_A_PAGE}\n'
    settings += f'DEFAULT_LANG = "{language}"\nTRANSLATIONS = {{"{language}": ""}}\nCREATE_FULL_ARCHIVES = True\n'
    settings += 'POSTS = (("posts/*.md", "posts", "post.tmpl"),)\nINDEX_TEASERS = True\nTIMEZONE = "UTC"\n'
    settings += f'NAVIGATION_LINKS = {{"{language}": (("/archive.html", "Archive"), ("/categories/", "Tags"))}}\n'
    (site / "conf.py").write_text(settings, "utf-8")
    (site / "posts").mkdir(exist_ok=True)
    for post in own:
        head = f"<!--\n.. title: {post.title}\n.. slug: {post.slug}\n.. date: {post.published:%Y-%m-%d %H:%M:%S} UTC\n"
        head += f".. tags: {', '.join(post.tags)}\n.. category: {post.category}\n-->\n\n"
        text = post.paragraphs[0] + "\n\n<!-- TEASER_END -->\n\n" + "\n\n".join(post.paragraphs[1:])
        (site / "posts" / f"{post.slug}.md").write_text(head + text + "\n", "utf-8")
    run([str(tools / "bin" / "nikola"), "build", "-q"], site)
    out = site / "output"
    pages = [Rendered(out / "index.html", "/", newest(own)),
             Rendered(out / "archiveall.html", "/archiveall.html", newest(own, None))]  # fmt: skip
    for folder in sorted((out / "categories").glob("cat_*"))[:1]:
        file = folder if folder.is_file() else folder / "index.html"
        pages.append(Rendered(file, f"/categories/{folder.name}", of_category(own, category_of(file, own), None)))
    return pages


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def by_sphinx(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    (work / "source" / "posts").mkdir(parents=True)
    settings = f'extensions = ["ablog"]\nhtml_theme = "{theme}"\nproject = "Harbour notes"\nlanguage = "{language}"\n'
    settings += f'blog_baseurl = "{SITE}"\nblog_title = "Harbour notes"\nblog_authors = {{"lan": ("Lan Vu", None)}}\n'
    settings += 'html_sidebars = {"**": ["ablog/postcard.html", "ablog/recentposts.html", "ablog/tagcloud.html", '
    settings += '"ablog/categories.html", "ablog/archives.html"]}\nhtml_baseurl = blog_baseurl\n'
    (work / "source" / "conf.py").write_text(settings, "utf-8")
    index = "Harbour notes\n=============\n\n.. postlist:: 10\n   :excerpts:\n\n"
    index += ".. toctree::\n   :hidden:\n   :glob:\n\n   posts/*\n"
    (work / "source" / "index.rst").write_text(index, "utf-8")
    for post in own:
        head = (
            f".. post:: {post.published:%b %d, %Y}\n   :tags: {', '.join(post.tags)}\n   :category: {post.category}\n"
        )
        head += "   :author: lan\n\n"
        text = f"{head}{post.title}\n{'=' * 2 * len(post.title)}\n\n" + "\n\n".join(post.paragraphs) + "\n"
        (work / "source" / "posts" / f"{post.slug}.rst").write_text(text, "utf-8")
    run([str(tools / "bin" / "sphinx-build"), "-q", "-b", "dirhtml", "source", "out"], work)
    out = work / "out"
    pages = [Rendered(out / "index.html", "/", newest(own)),
             Rendered(out / "blog" / "index.html", "/blog/", newest(own, None))]  # fmt: skip
    for file in sorted((out / "blog" / "category").glob("*/index.html"))[:1]:
        category = category_of(file, own)
        pages.append(Rendered(file, f"/blog/category/{file.parent.name}/", of_category(own, category, None)))
    return pages


def by_mkdocs(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    (work / "docs" / "blog" / "posts").mkdir(parents=True)
    (work / "docs" / "index.md").write_text("# Harbour notes\n\nWelcome.\n", "utf-8")
    (work / "docs" / "blog" / "index.md").write_text("# Blog\n", "utf-8")
    settings = {"site_name": "Harbour notes", "site_url": SITE + "/", "theme": {"name": theme, "language": language},
                "plugins": [{"blog": {"archive": True, "categories": True}}]}  # fmt: skip
    (work / "mkdocs.yml").write_text(json.dumps(settings), "utf-8")
    for post in own:
        head = f"---\ndate: {post.published:%Y-%m-%d}\ncategories:\n  - {post.category}\nslug: {post.slug}\n---\n"
        text = f"{head}# {post.title}\n\n{post.paragraphs[0]}\n\n<!-- more -->\n\n" + "\n\n".join(post.paragraphs[1:])
        (work / "docs" / "blog" / "posts" / f"{post.slug}.md").write_text(text + "\n", "utf-8")
    run([str(tools / "bin" / "mkdocs"), "build", "-q", "-d", "out"], work)
    out = work / "out" / "blog"
    pages = [Rendered(out / "index.html", "/blog/", newest(own))]
    years = sorted((out / "archive").glob("*/index.html"))
    if years:
        year = years[-1].parent.name
        of_year = [post for post in own if f"{post.published:%Y}" == year]
        pages.append(Rendered(years[-1], f"/blog/archive/{year}/", newest(of_year)))
    return pages


def by_jekyll(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    del tools
    (work / "_posts").mkdir(parents=True)
    settings = {"title": "Harbour notes", "theme": theme, "url": SITE, "permalink": "/:categories/:title.html",
                "lang": language, "show_excerpts": language == "en", "timezone": "UTC"}  # fmt: skip
    (work / "_config.yml").write_text(json.dumps(settings), "utf-8")
    (work / "index.md").write_text("---\nlayout: home\n---\n", "utf-8")
    for post in own:
        head = f"---\nlayout: post\ntitle: {json.dumps(post.title, ensure_ascii=False)}\n"
        head += f"date: {post.published:%Y-%m-%d %H:%M:%S} +0000\n---\n"
        file = work / "_posts" / f"{post.published:%Y-%m-%d}-{post.slug}.md"
        file.write_text(head + "\n\n".join(post.paragraphs) + "\n", "utf-8")
    run(["jekyll", "build", "-q"], work, LANG="C.UTF-8")
    return [Rendered(work / "_site" / "index.html", "/", newest(own, None))]


def by_docusaurus(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    if not (tools / "docusaurus" / "node_modules" / "@docusaurus").exists():
        raise FileNotFoundError("@docusaurus")
    (work / "blog").mkdir(parents=True)
    (work / "node_modules").symlink_to((tools / "docusaurus" / "node_modules").resolve())
    preset = {"docs": False, "blog": {"postsPerPage": ON_A_PAGE, "showReadingTime": True, "routeBasePath": "blog"}}
    settings = {"title": "Harbour notes", "url": SITE, "baseUrl": "/", "presets": [[theme, preset]],
                "i18n": {"defaultLocale": language, "locales": [language]}, "onBrokenLinks": "ignore",
                "themeConfig": {"navbar": {"title": "Notes", "items": [{"to": "/blog", "label": "Blog"}]}}}  # fmt: skip
    (work / "docusaurus.config.js").write_text(f"module.exports = {json.dumps(settings)};\n", "utf-8")
    (work / "package.json").write_text('{"name": "site", "private": true}', "utf-8")
    for post in own:
        head = f"---\ntitle: {json.dumps(post.title, ensure_ascii=False)}\nslug: {post.slug}\n"
        head += f"date: {post.published:%Y-%m-%d}\ntags: [{', '.join(post.tags)}]\nauthors: [{{name: Lan Vu}}]\n---\n\n"
        text = post.paragraphs[0] + "\n\n<!-- truncate -->\n\n" + "\n\n".join(post.paragraphs[1:]) + "\n"
        (work / "blog" / f"{post.published:%Y-%m-%d}-{post.slug}.md").write_text(head + text, "utf-8")
    run(["node", "node_modules/@docusaurus/core/bin/docusaurus.mjs", "build"], work, NODE_OPTIONS="--preserve-symlinks")
    out = work / "build" / "blog"
    pages = [Rendered(out / "index.html", "/blog", newest(own)),
             Rendered(out / "archive" / "index.html", "/blog/archive", newest(own, None))]  # fmt: skip
    tags = sorted((out / "tags").glob("*/index.html"))[:1]
    return pages + [Rendered(file, f"/blog/tags/{file.parent.name}", _of_tag(own, file)) for file in tags]


def _of_tag(own: Sequence[Post], file: Path) -> list[str]:
    """The tag whose posts the page links to most completely: its newest ones."""
    there = linked(file.read_bytes(), SITE, own)
    lists = [newest([post for post in own if tag in post.tags]) for tag in sorted({tag for p in own for tag in p.tags})]
    return max(lists, key=lambda slugs: sum(1 for slug in slugs if slug in there) / len(slugs))


def by_wordpress(theme: str, language: str, own: Sequence[Post], work: Path, tools: Path) -> list[Rendered]:
    site = (tools / "wordpress").resolve()
    if not (site / "wp-config.php").exists():
        raise FileNotFoundError("wordpress/wp-config.php")
    work.mkdir(parents=True)
    given = [{"title": post.title, "slug": post.slug, "category": post.category, "tags": list(post.tags),
              "date": f"{post.published:%Y-%m-%d %H:%M:%S}",
              "content": "".join(f"<p>{text}</p>\n" for text in post.paragraphs)} for post in own]  # fmt: skip
    (work / "posts.json").write_text(json.dumps(given), "utf-8")
    permalinks = "/%year%/%monthnum%/%day%/%postname%/" if language == "en" else "/%postname%/"
    script = str(Path(__file__).with_name("list_wordpress.php"))
    filled = subprocess.run(
        ["php", script, str(site), str(work / "posts.json"), permalinks, theme],
        capture_output=True,
        text=True,
        check=True,
    )
    category = json.loads(filled.stdout[filled.stdout.index("{") :])
    paths = {"/": newest(own), f"/category/{category['slug']}/": of_category(own, category["name"])}
    pages = []
    for number, (path, expected) in enumerate(paths.items()):
        render = "$_SERVER['HTTP_HOST'] = 'blog.example.org'; $_SERVER['REQUEST_URI'] = $argv[2];"
        render += "$_SERVER['REQUEST_METHOD'] = 'GET'; $_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';"
        render += "define('WP_USE_THEMES', true); require $argv[1] . '/wp-blog-header.php';"
        page = subprocess.run(["php", "-r", render, str(site), path], capture_output=True, check=True).stdout
        file = work / f"{number}.html"
        file.write_bytes(page.replace(b"http://blog.example.org", SITE.encode()))
        pages.append(Rendered(file, path, expected))
    return pages


MAKES: dict[str, tuple[Callable[[str, str, Sequence[Post], Path, Path], list[Rendered]], Sequence[str]]] = {
    "docusaurus": (by_docusaurus, DOCUSAURUS),
    "hexo": (by_hexo, HEXO),
    "jekyll": (by_jekyll, JEKYLL),
    "mkdocs": (by_mkdocs, MKDOCS),
    "nikola": (by_nikola, NIKOLA),
    "pelican": (by_pelican, PELICAN),
    "sphinx": (by_sphinx, SPHINX),
    "wordpress": (by_wordpress, WORDPRESS),
}


def linked(page: bytes, url: str, own: Sequence[Post]) -> dict[str, str]:
    """The address under which the page links to each post, by slug: the path ends in the slug or in a hash."""
    tree = html.document_fromstring(page or b"<html></html>")
    tree.make_links_absolute(url)
    by_title = sorted(((_words(post.title), post.slug) for post in own), key=lambda one: len(one[0]), reverse=True)
    found: dict[str, str] = {}
    for link in tree.iter("a"):
        address = (link.get("href") or "").split("#")[0]
        piece = re.sub(r"(?:/index)?\.html$", "", address).rstrip("/").rsplit("/", 1)[-1]
        words = _words(link.text_content())
        slug = next((post.slug for post in own if piece == post.slug or piece.endswith("-" + post.slug)), None)
        if "/p/" in address:  # addresses that say nothing: by the headline
            slug = next((slug for title, slug in by_title if title in words), None)
        if slug:
            found.setdefault(slug, address)
    return found


def _words(text: str) -> str:
    return f" {re.sub(r'[^0-9a-zà-ỹđ]+', ' ', text.lower()).strip()} "
