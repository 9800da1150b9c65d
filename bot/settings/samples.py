"""A topic's own tests: the sample texts that its query must match, and those that it must not; and what is doubtful."""

from __future__ import annotations

from bot.errors import Problem
from bot.settings.documents import read_document
from bot.settings.model import Settings
from bot.settings.values import shown
from feeds.model import Article
from feeds.topics import evaluate, parse_all


def doubtful_queries(settings: Settings) -> list[Problem]:
    """What can be read in another way than it was meant, or matches imprecisely; each at the line of its query."""
    queries = parse_all({topic.slug: (topic.query, topic.language) for topic in settings.topics})
    document = read_document(settings.config_directory / "topics.toml")
    for path, table in document.array("topic"):
        for warning in queries[table["slug"]].warnings:
            document.complain((*path, "query"), f"note: {warning}")
    return document.problems


def check_topics(settings: Settings) -> list[Problem]:
    """The samples that their topic's query gets wrong, each at its line; none: all is well."""
    queries = parse_all({topic.slug: (topic.query, topic.language) for topic in settings.topics})
    document = read_document(settings.config_directory / "topics.toml")
    places = {table.get("slug"): path for path, table in document.array("topic")}
    for topic in settings.topics:
        for name, samples, wanted in (("expect", topic.expect, True), ("reject", topic.reject, False)):
            for number, sample in enumerate(samples):
                matched = evaluate(queries[topic.slug], Article(url="", text=sample, language=topic.language))
                if (matched is not None) is not wanted:
                    document.complain(
                        (*places.get(topic.slug, ("topic",)), name, number),
                        f'topic "{topic.slug}" {"does not match" if wanted else "matches"} its sample {shown(sample)}',
                        "change the query or the sample",
                    )
    return document.problems
