"""The rules of RFC 9309, with its own examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.robots import ALLOW_ALL, DISALLOW_ALL, parse_robots, robots_url, without_robots

US = "Tocsin/1.0 (+https://example.org/about)"


def allows(rules: str, path: str, agent: str = US) -> bool:
    return parse_robots(rules.encode()).allows(f"https://example.org{path}", agent)


def test_our_own_group_counts_in_place_of_everybodys() -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: TOCSIN\nDisallow: /private\n"
    assert allows(rules, "/news")
    assert not allows(rules, "/private/x")
    assert not allows(rules, "/news", "Other/1.0")


def test_groups_for_one_name_are_joined_and_share_lines() -> None:
    rules = "user-agent: a\nuser-agent: tocsin\ndisallow: /x\n\nuser-agent: tocsin\ndisallow: /y\n"
    assert not allows(rules, "/x")
    assert not allows(rules, "/y")
    assert not allows(rules, "/x", "a")
    assert allows(rules, "/y", "a")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/example/page/", True),
        ("/example/page/disallowed.gif", False),
        ("/example/allowed.gif", True),
        ("/example/other", True),
        ("/publications/", False),
        ("/publications/x.html", False),
        ("/elsewhere", True),
        ("/robots.txt", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    rules = """
        User-Agent: *
        Disallow: /example/page/disallowed.gif
        Allow: /example/page/
        Disallow: *.gif$
        Allow: /example/
        Disallow: /publications/
        Disallow: /robots
    """
    assert allows(rules, path) is allowed


def test_of_equally_long_rules_the_permission_wins() -> None:
    assert allows("user-agent: *\ndisallow: /page\nallow: /page", "/page")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fishheads", True),
        ("/*.php", "/folder/index.php?x=1", True),
        ("/*.php$", "/folder/index.php?x=1", False),
        ("/*.php$", "/a.php.php", True),
        ("/a*b*c", "/aXbYc/d", True),
        ("/a*b*c", "/acb", False),
        ("/$", "/", True),
        ("/$", "/x", False),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", True),
        ("/chuyên-mục", "/chuy%C3%AAn-m%E1%BB%A5c/x", True),
        ("/foo/%62%61%7A", "/foo/baz", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a%2fb", "/a/b", False),
        ("fish", "/fish", True),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert allows(f"user-agent: *\ndisallow: {pattern}", path) is not matches


def test_an_empty_rule_forbids_nothing() -> None:
    assert allows("user-agent: *\ndisallow:", "/x")


def test_comments_other_lines_and_line_ends_do_no_harm() -> None:
    rules = "\ufeff# hello\r\nUser-agent: * # all\r\nHost: x\r\nDisallow: /x # not here\rDisallow: /y\n<html>"
    assert not allows(rules, "/x")
    assert not allows(rules, "/y")
    assert allows(rules, "/z")


def test_crawl_delay_and_sitemaps() -> None:
    robots = parse_robots(
        b"Sitemap: https://example.org/news.xml\nuser-agent: *\ncrawl-delay: 2.5\n\n"
        b"user-agent: slow\ncrawl-delay: 9999\n"
    )
    assert robots.sitemaps == ("https://example.org/news.xml",)
    assert robots.crawl_delay(US) == 2.5
    assert robots.crawl_delay("slow") == 60
    assert ALLOW_ALL.crawl_delay(US) is None


@pytest.mark.parametrize(
    ("status", "robots"),
    [(404, ALLOW_ALL), (403, ALLOW_ALL), (429, DISALLOW_ALL), (503, DISALLOW_ALL), (None, DISALLOW_ALL)],
)
def test_without_a_file_the_status_says_what_holds(status: int | None, robots: object) -> None:
    assert without_robots(status) is robots
    assert ALLOW_ALL.allows("https://example.org/", US)
    assert not DISALLOW_ALL.allows("https://example.org/", US)


def test_where_it_stands() -> None:
    assert robots_url("https://user:pass@example.org:8080/a/b?c#d") == "https://example.org:8080/robots.txt"


def test_a_hostile_pattern_is_matched_at_once() -> None:
    rules = "user-agent: *\n" + f"disallow: /{'*a' * 2000}b$\n" * 50
    assert allows(rules, "/" + "a" * 4000)


@given(st.binary(max_size=400), st.text(max_size=60))
def test_any_file_can_be_read_and_asked(body: bytes, path: str) -> None:
    for rules in (body, b"user-agent: *\ndisallow:" + body):
        parse_robots(rules).allows(f"https://example.org/{path}", US)
