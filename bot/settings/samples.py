"""A topic's own tests: the sample texts that its query must match, and those that it must not; and what is doubtful."""

from __future__ import annotations

from bot.errors import Problem
from bot.settings.documents import read_document
from bot.settings.model import Settings
from bot.settings.values import shown
from feeds.model import Topic
from feeds.topics import parse_all
from feeds.topics.explain import shortened
from feeds.topics.samples import Verdict, try_samples

REMEDY = "change the query or the sample"


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
        for verdict in try_samples(queries[topic.slug], topic):
            if not verdict.right:
                place = (*places.get(topic.slug, ("topic",)), verdict.wanted, verdict.number)
                document.complain(place, said_of(topic, verdict), REMEDY)
    return document.problems


def said_of(topic: Topic, verdict: Verdict) -> str:
    """What is wrong with a sample, and how near it came."""
    if verdict.wanted == "reject":
        return f'topic "{topic.slug}" matches its sample {shown(verdict.sample)}'
    failed = "; also ".join(f"{shortened(one.text)}: {one.detail}" for one in verdict.failed[:3])
    return f'topic "{topic.slug}" does not match its sample {shown(verdict.sample)} ({failed})'
