"""Which entries are new, over the looks of a site's life. `Site` keeps names as the real store does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.canonical import canonical_url, permanent_part
from feeds.identity import (
    Decider,
    Decision,
    Verdict,
    wanted_keys,
)
from feeds.model import Entry
from feeds.names import Key, article_uid, keys
from feeds.words import similar_titles, text_fingerprint

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Stored:
    id: int
    url: str
    title: str
    published: datetime | None
    uid: str


class Site:
    """What a source's looks leave behind."""

    def __init__(self) -> None:
        self.articles: dict[int, Stored] = {}
        self.names: dict[Key, int] = {}
        self.listed: list[int] = []
        self.last_look: datetime | None = None
        self.now = NOW

    def look(self, *entries: Entry) -> list[Decision]:
        known = {name: self.articles[self.names[name]] for name in wanted_keys(entries) if name in self.names}
        listed = [self.articles[number] for number in self.listed]
        decider = Decider(known, source_slug="mps", now=self.now, last_look=self.last_look, listed=listed)
        decisions = decider.decide(entries)
        self.listed = []
        for decision in decisions:
            number = decision.known_id
            entry = decision.entry
            if number is None:
                number = len(self.articles) + 1
                assert decision.uid not in {article.uid for article in self.articles.values()}
                self.articles[number] = Stored(number, entry.url, entry.title, entry.published, decision.uid)
            elif decision.verdict is Verdict.CHANGED:
                self.articles[number].title = entry.title
            self.listed.append(number)
            for name in decision.keys:
                assert self.names.setdefault(name, number) == number
        self.last_look = self.now
        self.now += HOUR
        return decisions

    def verdicts(self, *entries: Entry) -> list[str]:
        return [decision.verdict.value for decision in self.look(*entries)]


def entry(number: int, **changes: object) -> Entry:
    titles = [
        "Ministers sign accord on maritime rescue",
        "Police chiefs meet over cross-border fraud",
        "New visa rules from June",
    ]
    title = (
        titles[number] if number < len(titles) else f"Bulletin {number} of the harbour office tells of storm {number}"
    )
    plain = Entry(
        url=f"https://example.org/news/story-of-{'abcdefghijklmnopqrstuvwxyz'[number % 26] * 3}{number}",
        guid=f"tag:example.org,2026:{number}",
        title=title,
        summary=f"What happened in case {title} and what the ministry said about it.",
        published=NOW - number * HOUR,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_entries_are_new_once() -> None:
    site = Site()
    looks = [entry(0), entry(1), entry(2)]
    assert site.verdicts(*looks) == ["new"] * 3
    assert site.verdicts(*looks) == ["known"] * 3
    assert site.verdicts(entry(3), *looks[:2]) == ["new", "known", "known"]


def test_an_item_that_left_and_returned_is_known() -> None:
    site = Site()
    site.look(entry(0), entry(1))
    site.look(entry(1))
    assert site.verdicts(entry(0)) == ["known"]


def test_a_title_edit_is_a_change_once() -> None:
    site = Site()
    site.look(entry(0))
    edited = entry(0, title="Ministers sign historic accord on maritime rescue")
    assert site.verdicts(edited) == ["changed"]
    assert site.verdicts(edited) == ["known"]


def test_a_rewritten_title_is_a_change_where_guid_or_address_stay() -> None:
    for stays in ({"guid": None}, {"url": "https://example.org/other"}):
        site = Site()
        site.look(entry(0, **({"guid": None} if stays == {"guid": None} else {})))
        assert site.verdicts(entry(0, title="Something else altogether", **stays)) == ["changed"]


def test_an_edited_summary_is_a_change() -> None:
    site = Site()
    site.look(entry(0))
    assert site.verdicts(entry(0, summary="Correction: the accord was not signed.")) == ["changed"]


def test_counters_and_ages_in_the_summary_are_no_change() -> None:
    site = Site()
    site.look(entry(0, summary="Read 5 times, 3 comments, 12:40"))
    assert site.verdicts(entry(0, summary="Read 1730 times, 44 comments, 12:55")) == ["known"]


def test_a_reset_of_all_guids_is_no_news() -> None:
    site = Site()
    site.look(*(entry(number) for number in range(20)))
    assert set(site.verdicts(*(entry(number, guid=f"urn:uuid:{number}") for number in range(20)))) == {"known"}


def test_a_move_of_all_addresses_is_no_news() -> None:
    site = Site()
    site.look(*(entry(number) for number in range(20)))
    moved = [
        replace(entry(number), url=entry(number).url.replace("https://example", "http://www.example"))
        for number in range(20)
    ]
    assert set(site.verdicts(*moved)) == {"known"}
    elsewhere = [entry(number, guid=f"new:{number}", url=f"https://new.example.net/{number}/") for number in range(20)]
    assert set(site.verdicts(*elsewhere)) == {"known"}


def test_a_changed_slug_with_the_same_number_is_no_news() -> None:
    site = Site()
    site.look(entry(0, guid=None, url="https://example.org/article/ministers-sign-accord-1733391234"))
    edited = entry(
        0,
        guid=None,
        title="Ministers sign an accord on sea rescue",
        url="https://example.org/article/an-accord-1733391234",
    )
    assert site.verdicts(edited) == ["changed"]


def test_the_same_number_with_another_story_on_another_day_is_news() -> None:
    site = Site()
    site.look(entry(0, guid=None, url="https://example.org/a/ships-sold-10000"))
    other = entry(1, guid=None, url="https://example.org/a/cars-sold-10000", published=NOW - timedelta(days=9))
    assert site.verdicts(other) == ["new"]


def test_two_items_with_one_guid_are_two_articles() -> None:
    site = Site()
    assert site.verdicts(entry(0, guid="0"), entry(1, guid="0")) == ["new", "new"]
    assert site.verdicts(entry(0, guid="0"), entry(1, guid="0")) == ["known", "known"]
    assert site.verdicts(entry(2, guid="0"), entry(0, guid="0"), entry(1, guid="0")) == ["new", "known", "known"]


@pytest.mark.parametrize("later", [timedelta(days=3), timedelta(hours=2)])
def test_a_guid_that_is_used_again_later_is_another_article(later: timedelta) -> None:
    site = Site()
    site.look(entry(0, guid="latest"))
    other = entry(1, guid="latest", published=NOW + later)
    site.now += later
    assert site.verdicts(other) == ["new"]
    assert site.verdicts(other) == ["known"]


def test_an_item_that_keeps_only_its_guid_and_date_is_the_same() -> None:
    site = Site()
    site.look(entry(0))
    assert site.verdicts(entry(0, title="Quite other words", summary="", url="https://example.org/quite")) == [
        "changed"
    ]


def test_items_of_one_page_are_told_apart_by_their_guids() -> None:
    site = Site()
    page = "https://example.org/changes"
    notes = [entry(number, url=f"{page}#v{number}", guid=f"{page}#v{number}") for number in range(3)]
    assert site.verdicts(*notes) == ["new"] * 3
    assert site.verdicts(*notes) == ["known"] * 3
    assert len({article.uid for article in site.articles.values()}) == 3


@pytest.mark.parametrize("later", [timedelta(days=3), timedelta(hours=2)])
def test_a_page_that_carries_ever_new_items_under_one_address(later: timedelta) -> None:
    site = Site()
    for number in range(3):
        item = entry(number, url="https://example.org/live", published=NOW + later * number)
        assert site.verdicts(item) == ["new"]
        site.now += later


def test_a_list_that_links_twice_to_the_same_thing_has_it_once() -> None:
    site = Site()
    picture = entry(0, guid=None, title="", summary="", image="https://example.org/i.jpg")
    for look in ([picture, entry(0, guid=None)], [entry(0, guid=None), picture]):
        decisions = Site().look(*look)
        assert [decision.entry.title for decision in decisions] == [entry(0).title]
    assert site.verdicts(entry(0), entry(0, guid="category:2")) == ["new"]
    assert site.verdicts(entry(0, guid="category:2"), entry(0)) == ["known"]


def test_regular_issues_with_the_same_words_are_news_each_time() -> None:
    site = Site()
    for week in range(3):
        issue = Entry(
            url=f"https://example.org/rates/{'abc'[week]}",
            title="Exchange rates of the central bank",
            summary="The rates of the day",
            published=NOW + timedelta(days=7 * week),
        )
        site.now = NOW + timedelta(days=7 * week)
        assert site.verdicts(issue) == ["new"]


def test_short_titles_alone_are_no_names() -> None:
    releases = [Entry(url=f"https://example.org/{letter}", title="Press release", published=NOW) for letter in "abc"]
    site = Site()
    assert [site.verdicts(release) for release in releases] == [["new"]] * 3


def test_a_page_list_without_summaries_survives_a_move_by_title_and_day() -> None:
    site = Site()
    site.look(entry(0, guid=None, summary=""))
    assert site.verdicts(entry(0, guid=None, summary="", url="https://example.org/x/y")) == ["known"]


def test_an_undated_list_survives_a_redesign_and_a_single_title_is_new() -> None:
    undated = [entry(number, guid=None, summary="", published=None) for number in range(8)]
    moved = [replace(item, url=f"https://example.org/redesigned/{place}") for place, item in enumerate(undated)]
    site = Site()
    site.look(*undated)
    assert (
        site.verdicts(replace(moved[0], url="https://example.org/once-more"), *undated[1:]) == ["new"] + ["known"] * 7
    )
    assert site.verdicts(*moved[1:]) == ["known"] * 7


def test_a_backfill_is_silent_and_a_single_old_item_is_not() -> None:
    site = Site()
    site.look(entry(0))
    archive = [entry(number, published=NOW - timedelta(days=100 + number)) for number in range(3, 11)]
    decisions = site.look(entry(1), *archive, entry(0))
    assert [decision.silent for decision in decisions] == [False] + [True] * 8 + [False]
    assert [decision.verdict for decision in decisions[:9]] == [Verdict.NEW] * 9
    single = site.look(entry(11, published=NOW - timedelta(days=300)))
    assert [decision.silent for decision in single] == [False]


def test_an_old_item_that_moves_up_at_the_lists_end_is_silent() -> None:
    site = Site()
    rows = [entry(number, published=NOW - timedelta(days=number)) for number in range(8)]
    old = entry(11, published=NOW - timedelta(days=300))
    site.look(*rows)
    moved_up = site.look(*rows[:3], *rows[4:], old)
    assert [decision.silent for decision in moved_up] == [False] * 7 + [True]
    dated_back = site.look(entry(12, published=NOW - timedelta(days=200)), *rows)
    assert not any(decision.silent for decision in dated_back)


def test_an_edit_that_changes_title_and_address_is_one_article() -> None:
    site = Site()
    rows = [renamed(f"Minister opens the {word} conference", 3 * HOUR * n) for n, word in enumerate(PLACES)]
    site.look(*rows)
    edited = renamed("Minister closes the lake conference", 3 * HOUR)
    decisions = site.look(rows[0], edited, *rows[2:])
    assert [decision.verdict for decision in decisions] == [Verdict.KNOWN, Verdict.CHANGED] + [Verdict.KNOWN] * 3
    assert site.look(rows[0], edited, *rows[2:])[1].verdict is Verdict.KNOWN


@pytest.mark.parametrize(
    "other",
    [
        ("Minister closes the lake conference", 4 * HOUR),
        ("Customs find ivory in a load of timber", 3 * HOUR),
        ("Minister opens the 2nd lake conference", 3 * HOUR),
    ],
)
def test_another_article_in_the_place_of_one_that_is_gone_is_news(other: tuple[str, timedelta]) -> None:
    site = Site()
    rows = [renamed(f"Minister opens the {word} conference", 3 * HOUR * n) for n, word in enumerate(PLACES)]
    site.look(*rows)
    assert site.look(rows[0], renamed(*other), *rows[2:])[1].verdict is Verdict.NEW


def test_what_was_pushed_out_is_not_what_has_come() -> None:
    """A busy day of a list that prints days alone: the last one leaves as a similar one comes."""
    site = Site()
    day = NOW.replace(hour=0)
    titles = ["Minister receives the ambassador of Laos", *(f"Other news of the day {word}" for word in PLACES)]
    rows = [replace(renamed(title, HOUR), published=day) for title in reversed(titles)]
    site.look(*rows)
    new = replace(renamed("Minister receives the ambassador of Fiji", HOUR), published=day)
    assert site.look(new, *rows[:-1])[0].verdict is Verdict.NEW


PLACES = ("river", "lake", "coast", "mountain", "forest")


def renamed(title: str, ago: timedelta) -> Entry:
    """An entry whose address is made of its title alone."""
    return Entry(url=f"https://portal.example/news/{title.lower().replace(' ', '-')}", title=title, published=NOW - ago)


def test_what_came_out_while_the_site_was_down_is_news() -> None:
    site = Site()
    site.look(entry(0))
    site.now += timedelta(days=30)
    missed = [entry(number, published=NOW + timedelta(days=number)) for number in range(1, 20)]
    assert not any(decision.silent for decision in site.look(*missed))


def test_a_baseline_is_silent() -> None:
    decisions = Decider({}, source_slug="mps", now=NOW, baseline=True).decide([entry(0), entry(1)])
    assert [(decision.verdict, decision.silent) for decision in decisions] == [(Verdict.NEW, True)] * 2


def test_a_date_in_the_future_is_dropped() -> None:
    decision = Decider({}, source_slug="mps", now=NOW).decide([entry(0, published=NOW + timedelta(days=400))])[0]
    assert decision.entry.published is None


def test_many_items_at_one_address_are_decided_quickly() -> None:
    crowd = [Entry(url="https://example.org/", title=f"Item {'x' * (number % 50)} {number}") for number in range(5000)]
    assert len(Site().look(*crowd)) == 5000


def test_uids_are_stable() -> None:
    assert article_uid("mps", "http://www.example.org/a/?utm_source=x") == article_uid("mps", "https://example.org/a")
    assert article_uid("mps", "https://example.org/a") != article_uid("other", "https://example.org/a")
    assert len(article_uid("mps", "")) == 32


def test_titles_are_similar_after_an_edit_only() -> None:
    assert similar_titles("Ministers sign accord", "Ministers sign historic accord on rescue")
    assert similar_titles("Bộ Công an họp", "BỘ CÔNG AN họp báo")
    assert not similar_titles("Ministers sign accord", "New visa rules from June")


def test_fingerprints_forget_case_and_punctuation_and_keep_words() -> None:
    assert text_fingerprint("A “quoted” title", "Text, here.") == text_fingerprint("a quoted TITLE", "text here")
    assert text_fingerprint("5 killed", "x") != text_fingerprint("50 killed", "x")
    assert text_fingerprint("Title").startswith("t")


SAME = [
    ("http://example.org/a", "https://www.example.org/a/"),
    ("https://example.org:443/a", "http://EXAMPLE.org:80/a#top"),
    ("https://example.org/a?utm_source=x&id=5&fbclid=abc", "https://example.org/a?id=5"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/chuyên-mục", "https://example.org/chuy%c3%aan-m%E1%BB%A5c"),
    ("https://example.org/%7Euser/x", "https://example.org/~user/x"),
    ("https://example.org/a;jsessionid=0A1B2C?id=1", "https://example.org/a?id=1"),
    ("https://example.org/a?PHPSESSID=0123456789abcdef0123456789abcdef", "https://example.org/a"),
    ("https://example.org/a/./b/../c", "https://example.org/a/c"),
    ("https://example.org", "https://example.org/index.html"),
    ("https://bộ.vn/a", "https://xn--b-8xm.vn/a"),
    ("https://example.org/a?x=1&amp;y=2", "https://example.org/a?x=1&y=2"),
    ("https://example.org/a?_=1733391234567", "https://example.org/a"),
    ("https://user:pass@example.org/a", "https://example.org/a"),
]
DIFFERENT = [
    ("https://example.org/a", "https://example.org/b"),
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/?p=1", "https://example.org/?p=2"),
    ("https://example.org/a?page=2", "https://example.org/a"),
    ("https://example.org/a?s=short", "https://example.org/a"),
    ("https://example.org:8080/a", "https://example.org/a"),
    ("https://www.gov/a", "https://gov/a"),
    ("https://news.example.org/a", "https://example.org/a"),
    ("https://example.org/#!/a", "https://example.org/#!/b"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/?q=a%26b", "https://example.org/?q=a&b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_that_differ(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://example.org/article/asean-promotes-1733391234", "https://example.org/article/*-1733391234"),
        (
            "http://en.example.org/cooperation/asean-members-t5847.html",
            "https://en.example.org/cooperation/*-t5847.html",
        ),
        ("https://example.org/12345/asean-promotes", "https://example.org/12345/*"),
        ("https://example.org/news/12345-asean", "https://example.org/news/12345-*"),
        ("https://example.org/news/plan-2030", None),
        ("https://example.org/news/report-20190807", None),
        ("https://example.org/news/report-201908", None),
        ("https://example.org/20190807/report", None),
        ("https://example.org/news/1733391234", None),
        ("https://example.org/news/asean?id=1733391234", None),
        ("not a url-12345", None),
    ],
)
def test_the_part_of_an_address_that_a_new_slug_leaves(url: str, part: str | None) -> None:
    assert permanent_part(url) == part


@given(st.text(max_size=200))
def test_any_text_has_a_canonical_form_that_is_its_own(text: str) -> None:
    for url in (text, f"https://example.org/{text}", f"http://{text}/", f"https://example.org/?{text}"):
        once = canonical_url(url)
        assert canonical_url(once) == once
        permanent_part(url)
        keys(Entry(url=url, guid=text, title=text))


words = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "court", "port", "ship"]), min_size=1, max_size=6)
entries = st.builds(
    Entry,
    url=st.integers(0, 6).map(lambda number: f"https://example.org/{number}"),
    guid=st.one_of(st.none(), st.integers(0, 6).map(str)),
    title=words.map(" ".join),
    summary=words.map(" ".join),
    published=st.one_of(st.none(), st.integers(-40, 0).map(lambda days: NOW + timedelta(days=days))),
)


@given(st.lists(st.lists(entries, max_size=8), min_size=1, max_size=4))
def test_whatever_a_site_shows_a_second_look_finds_nothing_new(looks: Sequence[Sequence[Entry]]) -> None:
    """`Site.look` also asserts that no name and no uid is given to two articles."""
    site = Site()
    for look in looks:
        site.look(*look)
        assert Verdict.NEW not in {decision.verdict for decision in site.look(*look)}
    distinct = [entry(number) for number in range(12)]
    calm = Site()
    calm.look(*distinct)
    assert set(calm.verdicts(*distinct)) == {"known"}
