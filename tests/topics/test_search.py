"""A search finds exactly what the query language selects, on both databases, and keeps up with every change."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import Clock
from stored import store_articles, store_source

from feeds.database import Database
from feeds.errors import QueryError
from feeds.model import Article, Source
from feeds.store import articles, candidates, search
from feeds.store.query_preview import VERIFIED, preview, preview_query
from feeds.store.search_index import LETTERS, create_search_index, drop_search_index, plain, renew_search_index, take_in
from feeds.topics import evaluate, parse
from feeds.topics.preview import preview as plain_preview

TEXTS = (
    ("ASEAN members promote cooperation", "MPS - The conference was about violent extremism and counter-terrorism."),
    (
        "Policies on drugs",
        "The ministry's policy on drug trafficking; traffickers were arrested in the U.S. and the UK.",
    ),
    ("Hội nghị chống khủng bố", "Bộ Công an Việt Nam và Đảng bộ thảo luận về hợp tác quốc tế, hoà bình."),
    ("Hoi nghi", "Khong dau: chong khung bo, hop tac, dang bo."),
    ("Straßenverkehr in Österreich", "Die Polizei über größere Ämter und Łódź, Ærø, naïve façade."),
    ("Лекция о терроризме", "Российский ёж и война с террором, Европейский союз."),
    ("東京で会議", "東京の警察は協力を強化した。"),
    ("Η ασφάλεια", "Συνεργασία στην Αθήνα για την ασφάλεια."),
    ("Party at the art museum", "The art party was quiet. Nothing about security."),
    ("The coast guard", "Guards of the coast trained at sea; a ship, ships, shipping. 1e5 tons in 2026."),
    ("", "A text without a title on violent behaviour, and extremism elsewhere."),
    ("Dying skies", "She was lying idly. Agreeing, agreed; planned plans."),
)

QUERIES = (
    "policy", "terrorism", "counter-terrorism", "counterterrorism", '"violent extremism"', "violent extremism",
    '"chống khủng bố"', "chong khung bo", "Đảng", "dang", "hòa bình", "hoà", "art", "party", "US", "U.S.",
    "=US", "Straße*", "strassenverkehr", "österreich", "osterreich", "Łódź", "lodz", "ærø", "терроризм", "ёж",
    "еж", "російский", "российский", "東京", "警察", "ασφάλεια", "ασφαλεια", "coast NEAR/3 guard",
    "guard ONEAR/2 coast", "ship*", "traffick*", "title:policy", "body:policy", "title:security",
    "author:Giang", "lang:vi", "lang:en security", "source:ministry art", "cooperation OR drugs",
    "(cooperation OR drugs) -extremism", "any(2, violent:1 extremism:1 sea:2)", "die", "lie", "sky", "agree",
    "plan", "atleast/2 (ship ships)", "2026", "1e5", "first/3 coast", "nothingofthekind", "façade", "facade",
    "naïve", "ministry", "ministries", "ASEAN",
)  # fmt: skip


@pytest.fixture
def filled(database: Database, clock: Clock) -> Database:
    with database.write() as connection:
        create_search_index(connection)
    source = store_source(database, clock())
    fill(database, clock, source)
    return database


def fill(database: Database, clock: Clock, source: Source) -> list[int]:
    wanted = [
        Article(f"https://ministry.example/{number}", title, text=text) for number, (title, text) in enumerate(TEXTS)
    ]
    summary = Article(
        "https://ministry.example/summary", "Short", summary="Only a summary on submarines", author="Giang"
    )
    return store_articles(database, source, [*wanted, summary], clock())


def found(database: Database, text: str, limit: int = 100, before: int | None = None) -> list[str]:
    with database.read() as connection:
        hits = search.search(connection, parse(text), limit=limit, before=before).hits
    return [hit.article.url.rpartition("/")[2] for hit in hits]


@pytest.mark.parametrize("text", QUERIES)
def test_a_search_finds_what_the_query_selects(sqlite_filled: Database, text: str) -> None:
    assert_finds_all(sqlite_filled, text)


def test_a_search_finds_what_the_queries_select(filled: Database) -> None:
    for text in QUERIES:
        assert_finds_all(filled, text)


@pytest.fixture
def sqlite_filled(sqlite_database: Database, clock: Clock) -> Database:
    with sqlite_database.write() as connection:
        create_search_index(connection)
    fill(sqlite_database, clock, store_source(sqlite_database, clock()))
    return sqlite_database


def assert_finds_all(database: Database, text: str) -> None:
    query = parse(text)
    with database.read() as connection:
        everything = articles.newest(connection, limit=100)
        hits = search.search(connection, query, limit=100).hits
    matches = {one.id: evaluate(query, one) for one in everything}
    expected = [one.id for one in everything if matches[one.id] is not None]
    assert [hit.article.id for hit in hits] == expected, text
    assert [hit.match for hit in hits] == [matches[number] for number in expected]
    assert [hit.article for hit in hits] == [one for one in everything if one.id in expected], "articles are whole"


def test_the_index_narrows(filled: Database) -> None:
    """It would be of no use if it proposed everything."""
    with filled.read() as connection:
        assert len(candidates.candidates(connection, parse("counter-terrorism"), limit=100)) == 1
        assert len(candidates.candidates(connection, parse("khủng bố"), limit=100)) == 2
        assert candidates.candidates(connection, parse("nothingofthekind"), limit=100) == []


def test_the_newest_come_first_page_by_page(filled: Database) -> None:
    with filled.read() as connection:
        first = search.search(connection, parse("a OR the OR bo OR die"), limit=3).hits
        rest = search.search(connection, parse("a OR the OR bo OR die"), limit=100, before=first[-1].article.id).hits
    numbers = [hit.article.id or 0 for hit in (*first, *rest)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == len(set(numbers)) > 3


def test_a_changed_article_is_found_by_what_it_says_now(filled: Database, clock: Clock) -> None:
    with filled.write() as connection:
        (old,) = [one for one in articles.newest(connection, limit=100) if one.title == "The coast guard"]
        changed = Article(old.url, "The navy", text="Sailors trained.", source=old.source)
        articles.revise(connection, old.id or 0, changed, clock(), tell=False)
    assert found(filled, "navy sailors") == ["9"]
    assert found(filled, '"coast guard"') == []
    assert found(filled, "shipping") == []


def test_a_removed_article_is_not_found(filled: Database) -> None:
    with filled.write() as connection:
        connection.exec_driver_sql("DELETE FROM articles WHERE title = 'The coast guard'")
    with filled.read() as connection:
        assert candidates.candidates(connection, parse("shipping"), limit=10) == []
    if filled.is_sqlite:
        with filled.write() as connection:
            connection.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_what_waits_for_the_index_may_change_and_go(sqlite_database: Database, clock: Clock) -> None:
    """New articles are taken in many at once; the triggers leave alone what is not there yet."""
    source = store_source(sqlite_database, clock())
    kept = [Article(f"https://ministry.example/{name}", f"{name} ship") for name in ("changed", "removed", "łeft")]
    with sqlite_database.write() as connection:
        for article in kept:
            articles.insert(connection, source.id or 0, replace(article, uid=article.url), [], clock(), baseline=False)
        connection.exec_driver_sql("DELETE FROM articles WHERE title = 'removed ship'")
        connection.exec_driver_sql("UPDATE articles SET title = 'altered ship' WHERE title = 'changed ship'")
    with sqlite_database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM search WHERE search MATCH 'ship'").scalar() == 0
    assert found(sqlite_database, "ship") == ["łeft", "changed"], "what waits is asked itself"
    with sqlite_database.write() as connection:
        assert take_in(connection) == 2
        assert take_in(connection) == 0
    assert found(sqlite_database, "ship") == ["łeft", "changed"]
    assert found(sqlite_database, "altered") == ["changed"]
    assert found(sqlite_database, "left") == ["łeft"]
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_an_index_of_the_former_form_is_made_anew(sqlite_database: Database, clock: Clock) -> None:
    store_articles(
        sqlite_database, store_source(sqlite_database, clock()), [Article("https://a.example/", "ship")], clock()
    )
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("DROP TABLE search_position")
        renew_search_index(connection)
        renew_search_index(connection)
        assert connection.exec_driver_sql("SELECT indexed FROM search_position").scalars().all() == [1]
    assert len(found(sqlite_database, "ship")) == 1


def test_the_index_can_be_made_of_what_is_stored(database: Database, clock: Clock) -> None:
    with database.write() as connection:
        drop_search_index(connection)
    fill(database, clock, store_source(database, clock()))
    assert_finds_all(database, "counter-terrorism")  # without it, the articles are read
    with database.write() as connection:
        create_search_index(connection)
        create_search_index(connection)
    for text in ("counter-terrorism", "lodz", "submarine"):
        assert_finds_all(database, text)


@pytest.mark.parametrize(
    "text", ["x" * 3_000_000, "\ud7ff\U0001f693" * 150_000, "한국어 " * 200_000, "a'b\\c:d&e|f!g " * 50_000]
)
def test_no_text_is_too_long_or_too_strange_for_the_index(database: Database, clock: Clock, text: str) -> None:
    with database.write() as connection:
        create_search_index(connection)
    source = store_source(database, clock())
    store_articles(database, source, [Article("https://ministry.example/1", "Findable", text=text)], clock())
    with database.read() as connection:
        assert len(candidates.candidates(connection, parse("findable"), limit=10)) == 1


def test_many_different_words_are_not_too_many(database: Database, clock: Clock) -> None:
    """A tsvector holds a megabyte of different words; what is beyond is left out, and the article is stored."""
    with database.write() as connection:
        create_search_index(connection)
    source = store_source(database, clock())
    words = " ".join(f"{chr(0x20000 + number % 40_000)}{number:x}" for number in range(300_000))
    store_articles(database, source, [Article("https://ministry.example/1", "Findable", text=words)], clock())
    with database.read() as connection:
        assert len(candidates.candidates(connection, parse("findable"), limit=10)) == 1


@pytest.mark.parametrize(
    "text", ['a"b', "it's", 'x OR "y\'z"', "a-b-c-d-e-f", "NEAR", "AND*", "col:umn", "*", "^x", "x:*"]
)
def test_no_query_breaks_the_index(filled: Database, text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    with filled.read() as connection:
        search.search(connection, query, limit=5)


def test_a_query_of_many_clauses(filled: Database) -> None:
    assert_finds_all(filled, " OR ".join(f"word{number}" for number in range(400)) + " OR shipping")


def test_letters_are_folded_in_index_and_question_alike() -> None:
    assert plain("đảng Łódź größe") == "dảng Lódź grösse"
    assert all(len(letter) == 1 for letter in LETTERS)


# Preview


def test_a_preview_tells_what_a_query_would_have_brought(filled: Database, clock: Clock) -> None:
    with filled.read() as connection:
        tried = preview(connection, "terrorism OR drug OR nothingofthekind", None, clock())
    assert (tried.total, tried.hits, tried.exact, tried.estimate) == (13, 2, True, 2)
    assert [hit.article.url[-1] for hit in tried.samples] == ["1", "0"]
    assert all(hit.spans for hit in tried.samples)
    assert tried.dead == ("nothingofthekind",)
    assert tried.per_day == pytest.approx(2 / 30)


def test_a_preview_of_nothing(database: Database, clock: Clock) -> None:
    with database.write() as connection:
        create_search_index(connection)
    with database.read() as connection:
        tried = preview(connection, "terrorism", None, clock())
    assert (tried.total, tried.hits, tried.exact, tried.per_day, tried.samples) == (0, 0, True, 0.0, ())
    assert tried.dead == ("terrorism",)
    with database.read() as connection, pytest.raises(QueryError):
        preview(connection, "(terrorism", None, clock())


SPOKEN = (
    "patrol", "patrol NEAR/3 sea", '"patrol at sea"', "land OR patrol", "(patrol OR convoy) -storm", "title:convoy",
    "any(2, patrol:1 sea:1 storm:-1)", "convoy OR submarine", '"sea land" OR convoy', "storm (sea OR harbour)", "harb*",
)  # fmt: skip


@pytest.fixture
def ninety_days(database: Database, clock: Clock) -> Database:
    """1,350 articles of ninety days, some published long before they were found; the first third has no convoys."""
    chance = random.Random(5)
    with database.write() as connection:
        create_search_index(connection)
    source = store_source(database, clock())
    for day in range(90):
        found = clock() - timedelta(days=90 - day)
        many = []
        for number in range(15):
            words = chance.sample(("patrol", "at", "sea", "on", "land", "storm", "harbour", "calm"), 5)
            # Of fewer than a hundred different words PostgreSQL makes no figures for how words begin.
            words += [f"isle{day % 10 * 15 + number}"]
            words += ["convoy"] * (day > 30 and chance.random() < 0.1)
            title = "Convoy" if "convoy" in words and chance.random() < 0.5 else "News"
            published = found if chance.random() < 0.8 else found - timedelta(days=100)
            many.append(
                Article(f"https://ministry.example/{day}/{number}", title, published=published, text=" ".join(words))
            )
        store_articles(database, source, many, found)
    if not database.is_sqlite:
        # So that PostgreSQL knows how frequent words are, as it does by itself after a while.
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE articles")
    return database


LONG = (
    "patrol OR sea OR land", "convoy (patrol OR sea OR land)", "(patrol OR at OR on OR calm) convoy -storm", "ca* sea",
    "(convoy NEAR/3 (patrol OR sea)) OR isle7 OR (storm NEAR/2 (isle3 OR isle4))", "isle1 OR isle2 OR nothing*",
    "nothing OR (calm nowhere) OR (convoy isle12)", "any(3, patrol:2 convoy:2 storm:-1) (sea OR land)", "co*",
)  # fmt: skip


def test_a_search_by_a_long_query_goes_on_until_all_is_found(ninety_days: Database) -> None:
    with ninety_days.read() as connection:
        everything = articles.newest(connection, limit=2_000)
        for text in LONG:
            query = parse(text)
            found: list[int | None] = []
            older = None
            while True:
                seen = search.search(connection, query, limit=100, before=older)
                found += [hit.article.id for hit in seen.hits]
                older = seen.older
                if older is None:
                    break
            assert found == [one.id for one in everything if evaluate(query, one)], text


def test_a_search_of_many_candidates_says_where_to_go_on(ninety_days: Database) -> None:
    nobody = parse("author:nobody")
    with ninety_days.read() as connection:
        ids = candidates.newest(connection, limit=2_000)
        first = search.search(connection, nobody, limit=100)
        rest = search.search(connection, nobody, limit=100, before=first.older)
    assert first.hits == []
    assert first.older == ids[search.VERIFIED]
    assert (rest.hits, rest.older) == ([], None)


def three_errors(number: int, of: int, asked: float) -> float:
    """Three standard errors of an estimate of that number, where so many of all were asked."""
    return 1 + 3 * of * ((number / of) * (1 - number / of) / asked) ** 0.5


def test_a_preview_says_what_plain_evaluation_of_everything_says(ninety_days: Database, clock: Clock) -> None:
    with ninety_days.read() as connection:
        everything = articles.newest(connection, limit=2_000)
    month = clock() - timedelta(days=30)
    for text in SPOKEN:
        truth = plain_preview(parse(text), everything, 90)
        recent = sum(1 for one, _ in truth.hits if min(one.published or month, one.found or month) >= month)
        with ninety_days.read() as connection:
            tried = preview(connection, text, None, clock(), seconds=10)
            hurried = preview(connection, text, None, clock(), seconds=0)
        assert tried.total == len(everything) == 1350
        for found, asked in ((tried, VERIFIED), (hurried, 20)):
            if found.exact:
                assert (found.hits, found.estimate) == (len(truth.hits), len(truth.hits)), text
                assert found.per_day == pytest.approx(recent / 30), text
            assert abs(found.estimate - len(truth.hits)) <= three_errors(len(truth.hits), 1350, asked), text
            assert abs(found.per_day * 30 - recent) <= three_errors(recent, 450, asked / 2), text
            assert found.dead == truth.dead, text
        assert dict(tried.noisy) == pytest.approx(dict(truth.dominant), abs=0.15), text
        newest = [one.id for one, _ in truth.hits][:5]
        assert [hit.article.id for hit in tried.samples] == newest, text


def test_what_postgresql_expects_is_believed_only_where_it_can_be_true(ninety_days: Database, clock: Clock) -> None:
    patrol = parse("patrol OR sea")
    with ninety_days.read() as connection:
        expected = candidates.expected(connection, patrol)
    if ninety_days.is_sqlite:
        assert expected is None
        return
    assert expected is not None
    assert 0.7 * 1350 < expected < 1350
    with ninety_days.write() as connection:
        connection.exec_driver_sql("UPDATE articles SET text = 'calm' WHERE mod(id, 4) > 0")
    with ninety_days.read() as connection:
        assert (candidates.expected(connection, patrol) or 0) > 0.7 * 1350
        tried = preview_query(connection, patrol, clock(), seconds=10)
    assert 0 < tried.hits <= tried.estimate < 450


def test_a_preview_of_very_many_is_an_estimate(sqlite_database: Database, clock: Clock) -> None:
    with sqlite_database.write() as connection:
        create_search_index(connection)
    source = store_source(sqlite_database, clock())
    start = clock() - timedelta(days=60)
    for day in range(60):
        many = [
            Article(
                f"https://ministry.example/{day}/{number}",
                f"Patrol {number}",
                published=start + timedelta(days=day),
                text="A patrol at sea." if number % 4 else "A patrol on land.",
            )
            for number in range(20)
        ]
        store_articles(sqlite_database, source, many, start + timedelta(days=day))
    with sqlite_database.read() as connection:
        tried = preview(connection, "patrol NEAR/3 sea", None, clock(), seconds=10)
        hurried = preview(connection, "patrol NEAR/3 sea", None, clock(), seconds=0)
        noisy = preview(connection, "land OR patrol", None, clock(), seconds=10)
    assert tried.total == 1200
    assert not tried.exact
    assert tried.hits < tried.estimate
    assert tried.estimate == pytest.approx(900, rel=0.1)
    assert tried.per_day == pytest.approx(15, rel=0.2)
    assert tried.dead == ()
    assert hurried.hits <= 20
    assert hurried.estimate == pytest.approx(900, rel=0.35)
    assert noisy.noisy[0][0] == "patrol"
