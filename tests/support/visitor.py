"""A running site with its database, and a visitor who has a browser without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from browser import ADMIN_TOKEN, Clock, fill, new_database, served, services
from lxml import html as lxml_html

from feeds.database import Database


@dataclass
class Site:
    """A running site and what stands behind it."""

    base: str
    database: Database
    clock: Clock


class Visitor(requests.Session):
    """A browser without scripts: keeps cookies, follows redirects, fills in forms with their hidden fields."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site

    def see(self, path: str) -> lxml_html.HtmlElement:
        answer = self.get(self.site.base + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return lxml_html.document_fromstring(answer.text)

    def submit(self, page: lxml_html.HtmlElement, action: str, **fields: str | list[str]) -> requests.Response:
        """Send the form that leads to `action`, as the page has it, with these fields changed."""
        form = next(form for form in page.forms if form.get("action") == action)
        values: dict[str, str | list[str]] = {
            name: value for name, value in form.form_values() if isinstance(value, str)
        }
        return self.post(self.site.base + action, data={**values, **fields}, timeout=10)

    def undo(self, answer: requests.Response) -> requests.Response:
        """Press the button beside the notice."""
        page = lxml_html.document_fromstring(answer.text)
        return self.submit(page, page.cssselect(".notice form")[0].get("action"))

    def sign_in(self, token: str = ADMIN_TOKEN) -> requests.Response:
        return self.submit(self.see("/sign-in"), "/sign-in", token=token)


def text_of(answer: requests.Response) -> str:
    return " ".join(lxml_html.document_fromstring(answer.text).text_content().split())


@contextmanager
def running_site(directory: Path, **settings: str) -> Iterator[Site]:
    """With a little of everything in it."""
    clock = Clock()
    database = new_database(directory)
    fill(database, clock)
    with served(lambda base: services(database, clock, base, **settings)) as base:
        yield Site(base, database, clock)
    database.close()
