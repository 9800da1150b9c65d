"""Far too much of everything, and all of it too long: what pages must stand without falling apart."""

from __future__ import annotations

from datetime import timedelta

from browser import Clock

from bot.store import deliveries, owing
from bot.subscriptions import Subscriptions
from feeds.database import Database
from feeds.model import Article, Source, Topic
from feeds.store import articles, sources, topics

WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
LONG = (
    "Hội nghị Bộ trưởng các nước Đông Nam Á về phòng, chống tội phạm xuyên quốc gia lần thứ mười bảy bế mạc với tuyên "
    "bố chung dài nhất từ trước đến nay về hợp tác cảnh sát, biên phòng, hải quan và trao đổi thông tin"
)
LONG_SLUG = "a-slug-that-is-exactly-as-long-as-a-deep-link-can-carry"
ADDRESS = "https://a-rather-long-host-name.department-of-public-information.example.org/" + "path-segment/" * 9


def crowd(database: Database, clock: Clock) -> None:
    """A source, a topic, an article and a webhook of the longest kind; 40 topics, 25 sources, 25 chats."""
    subscriptions = Subscriptions(database, clock)
    now = clock()
    with database.write() as connection:
        source = sources.add(
            connection, Source(LONG_SLUG, ADDRESS + "news.html", LONG, kind="page", description=LONG), now
        )
        sources.record_look(
            connection, source, now, error_code="unreachable", error=f"{ADDRESS}: {WORD}", error_since=now
        )
        for number in range(25):
            sources.add(
                connection, Source(f"source-{number}", f"https://s{number}.example.org/", f"Office {number}"), now
            )
        long = topics.save_topic(
            connection, Topic(LONG_SLUG, f'"{WORD}" OR ' + "piracy OR " * 30 + "port", LONG, LONG), now
        )
        for number in range(40):
            topics.save_topic(connection, Topic(f"topic-{number}", f"word{number}", f"Topic number {number}"), now)
        article = Article(
            ADDRESS + WORD,
            title=f"{LONG} {WORD}",
            author=LONG,
            summary=f"{WORD} {LONG}",
            text=f"{WORD}\n\n{LONG}",
            html=f"<p>{WORD}</p><pre>{WORD}</pre><table><tr>{f'<td>{LONG}</td>' * 6}</tr></table><p>{LONG}</p>",
            language="vi",
            uid="e" * 32,
        )
        stored = articles.insert(connection, source, article, [], now, baseline=False)
        assert long.id is not None
        topics.save_matches(connection, [topics.StoredMatch(long.id, stored, (), 1.0)])
        data = {
            "article": {"title": article.title, "url": article.url},
            "source": {"slug": LONG_SLUG, "title": LONG},
            "topics": [{"slug": long.slug, "title": long.title, "matched": [WORD]}],
        }
        key = f"story:{stored}"
        alert = owing.add_alert(connection, "article.published", key, data, now, article_id=stored)
    hook = subscriptions.destination(
        "webhook", LONG_SLUG, title=LONG, options={"url": ADDRESS, "secret": ["whsec_" + "x" * 44]}
    )
    subscriptions.follow_topic(hook, long)
    for number in range(0, 40, 2):
        subscriptions.follow(hook, f"topic-{number}")
    for number in range(25):
        chat = subscriptions.destination("telegram", f"-100{number:010}", title=f"{LONG} {number}")
        subscriptions.set_quiet(chat, "22:00-07:00")
    with database.write() as connection:
        owing.owe(connection, alert, key, [owing.Owing(hook.id, [long.slug])], now)
        [owed] = deliveries.pending(connection, hook.id, now, 10)
        assert owed.id is not None
        told = f"503 {WORD}"
        deliveries.record(
            connection, [deliveries.Outcome(owed.id, "failed", False, 503, told, 30.0, now - timedelta(seconds=5))]
        )
