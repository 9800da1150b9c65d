"""Renders a corpus of list pages by public generators and themes: what `benchmarks.lists` measures the finder on.

    python -m benchmarks.list_corpus FOLDER [--tools FOLDER] [--only NAME …]

The truth is exact, because the posts are ours: which ones a front page, an archive or a category shows follows from the
generator's own order and page length, and a post counts only where the page links to it. Each theme is rendered with an
English site and a Vietnamese one, with its own sidebars as they come. Nothing is downloaded here: `--tools` holds what
the package managers' ordinary clients installed there beforehand (`node_modules` with hexo, its renderers and themes;
`bin` with pelican, nikola, sphinx-build and mkdocs; `docusaurus` and `wordpress`, the latter with a database; jekyll
and php are the system's). What is not installed is named and left out.

The corpus is a folder with `pages.json`, a list of {"file", "url", "articles", "make", "half"}: `file` the page's name
in the folder, `articles` the addresses a person would say are its list, `make` the theme, `half` "tuning" or "held".
The halves go by theme: no theme is in both.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.list_makes import MAKES, SITE, linked
from benchmarks.list_posts import ENGLISH, VIETNAMESE, posts

TUNING = frozenset({
    "hexo-async", "hexo-fluid", "hexo-keep", "hexo-landscape", "hexo-next", "hexo-reimu", "hexo-stellar",
    "mkdocs-material", "nikola-base", "pelican-notmyidea", "sphinx-alabaster", "sphinx-sphinx_rtd_theme",
    "wordpress-twentytwentyone",
})  # fmt: skip
"""Makes whose pages were looked at while the finder was written; the others are what it is held to."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", type=Path, default=Path("tools"), help="where generators and themes are installed")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="generators, or generator-theme")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    everything = [(generator, theme) for generator, (_, themes) in MAKES.items() for theme in themes]
    index: list[dict[str, object]] = []
    for number, (generator, theme) in enumerate(everything):
        make = f"{generator}-{theme}"
        if options.only and not {generator, make} & set(options.only):
            continue
        for language, headlines in (("en", ENGLISH), ("vi", VIETNAMESE)):
            own = posts(headlines, language, datetime(2026, 10, 30, 9, tzinfo=UTC) - timedelta(days=number), seed=make)
            work = (options.folder / "work" / f"{make}-{language}").absolute()
            shutil.rmtree(work, ignore_errors=True)
            try:
                rendered = MAKES[generator][0](theme, language, own, work, options.tools.absolute())
            except (OSError, subprocess.SubprocessError, StopIteration) as error:
                said = getattr(error, "stderr", None) or str(error)
                print(f"{make} ({language}): not rendered: {said.strip().splitlines()[-1:]}")
                break
            for page in rendered:
                if not page.file.exists():
                    continue
                body, url = page.file.read_bytes(), SITE + page.path
                addresses = linked(body, url, own)
                articles = [addresses[slug] for slug in page.expected if slug in addresses]
                if len(articles) < 0.7 * len(page.expected) or len(articles) < 2:
                    print(f"{make} ({language}) {page.path}: {len(articles)} of {len(page.expected)} linked; left out")
                    continue
                name = f"{make}-{language}-{len(index)}.html"
                (options.folder / name).write_bytes(body)
                index.append({"file": name, "url": url, "articles": articles, "make": make,
                              "half": "tuning" if make in TUNING else "held"})  # fmt: skip
        print(f"{make}: {sum(1 for page in index if page['make'] == make)} pages", flush=True)
    (options.folder / "pages.json").write_text(json.dumps(index, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
