"""The `Link` field of an answer: what RFC 8288 says, and what strangers send."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from feeds.link_header import LONGEST, MOST_LINKS, links_of, related

BASE = "https://site.test/news/"


def test_a_hub_and_a_self_in_one_field() -> None:
    headers = {"Link": '<https://hub.test/>; rel="hub", <feed.xml>; rel=self'}
    assert related(headers, "hub", BASE) == "https://hub.test/"
    assert related(headers, "self", BASE) == "https://site.test/news/feed.xml"
    assert related(headers, "next", BASE) is None


def test_several_relations_types_titles_and_commas_in_quotes() -> None:
    headers = {
        "Link": '</f>; rel="alternate feed"; type="application/rss+xml"; title="News, and \\"more\\"", '
        '<https://site.test/wp-json/>; rel="https://api.w.org/"'
    }
    first, second = links_of(headers, BASE)
    assert (first.url, first.media_type) == ("https://site.test/f", "application/rss+xml")
    assert first.relations == {"alternate", "feed"}
    assert first.title == 'News, and "more"'
    assert second.relations == {"https://api.w.org/"}


def test_the_first_rel_counts_and_an_anchor_is_about_something_else() -> None:
    headers = {"Link": '</a>; rel=next; rel=prev, </b>; rel=hub; anchor="/other", </c>; rel=hub'}
    assert related(headers, "next", BASE) == "https://site.test/a"
    assert related(headers, "prev", BASE) is None
    assert related(headers, "hub", BASE) == "https://site.test/c"


def test_what_is_no_link_is_passed_over() -> None:
    headers = {"Link": 'rubbish, <javascript:alert(1)>; rel=hub, <<</x>; rel="next"; broken="'}
    assert related(headers, "hub", BASE) is None
    assert related(headers, "next", BASE) == "https://site.test/x"
    assert links_of({}, BASE) == []


@given(st.text(alphabet='<>;,="\\ relhubnext/:.a\t', max_size=400))
def test_any_field_gives_links_and_no_error(field: str) -> None:
    for link in links_of({"Link": field}, BASE):
        assert link.url.startswith(("http://", "https://"))


def test_a_long_field_costs_little() -> None:
    for piece in ("<a>;", "<", '<a>;x="\\', "<a>; rel=next, ", '<a>;a="', "<a>" + " ;" * 50):
        began = time.process_time()
        found = links_of({"Link": piece * LONGEST}, BASE)
        assert len(found) <= MOST_LINKS
        assert time.process_time() - began < 0.5
