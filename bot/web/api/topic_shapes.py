"""The API's JSON objects for topics as they are stored, written and corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.web.api.ground import Shape
from bot.web.operations import MAXIMUM_QUERY, MAXIMUM_SAMPLE, MAXIMUM_SAMPLES, MAXIMUM_TITLE
from feeds.model import Topic
from feeds.topics.samples import Verdict

Text = Annotated[str, Field(min_length=1, max_length=MAXIMUM_QUERY)]
Title = Annotated[str, Field(max_length=MAXIMUM_TITLE, description="Its name for people; empty: its name in addresses")]
Description = Annotated[str, Field(max_length=500)]
Tag = Annotated[
    str | None, Field(max_length=35, description="The language of the query, as a tag; null: found out by itself")
]
Urgent = Annotated[bool, Field(description="Whether its alerts pass quiet hours and digests")]
Sample = Annotated[str, Field(min_length=1, max_length=MAXIMUM_SAMPLE)]
Samples = Annotated[list[Sample] | None, Field(max_length=MAXIMUM_SAMPLES)]


class TopicShape(Shape):
    """A stored query."""

    slug: str
    title: str
    description: str
    query: str
    language: str | None
    urgent: bool
    expect: list[str] | None = Field(description="Sample texts that it is to match; null: told to operators alone")
    reject: list[str] | None = Field(description="Sample texts that it is not to match; null: told to operators alone")
    owner: Literal["file", "desk"] = Field(description="Whether config/topics.toml keeps it, or this site")
    declared: bool = Field(description="Whether config/topics.toml has it, which is right at each start")
    matches: int

    @classmethod
    def of(cls, topic: Topic, matches: int, *, samples: bool) -> TopicShape:
        """From the store; `samples`: with its sample texts, which may come from anywhere."""
        fields = _fields(topic, matches)
        return cls(**(fields if samples else fields | {"expect": None, "reject": None}))


class BrokenSample(Shape):
    """A sample with which the query does not do what is wanted."""

    wanted: Literal["expect", "reject"]
    sample: str
    failed: list[str] = Field(description="Of one to expect: the clauses that do not hold, and what was found instead")


class SavedTopicShape(TopicShape):
    """A topic that was written just now."""

    broken: list[BrokenSample] = Field(description="The samples that its query gets wrong; it is saved all the same")

    @classmethod
    def saved(cls, topic: Topic, matches: int, verdicts: Iterable[Verdict]) -> SavedTopicShape:
        """From the store, with what became of its samples."""
        broken = [
            BrokenSample(
                wanted=one.wanted, sample=one.sample, failed=[f"{each.text}: {each.detail}" for each in one.failed]
            )
            for one in verdicts
            if not one.right
        ]
        return cls(**_fields(topic, matches), broken=broken)


def _fields(topic: Topic, matches: int) -> dict[str, Any]:
    return {
        "slug": topic.slug,
        "title": topic.title,
        "description": topic.description,
        "query": topic.query,
        "language": topic.language,
        "urgent": topic.urgent,
        "expect": list(topic.expect),
        "reject": list(topic.reject),
        "owner": "file" if topic.owner is None else "desk",
        "declared": topic.owner is None,
        "matches": matches,
    }


class TopicDraft(Shape):
    """A topic as it is written."""

    query: Text
    title: Title = ""
    description: Description = ""
    language: Tag = None
    urgent: Urgent = False
    expect: Samples = Field(None, description="Sample texts that it is to match; left out: those that are stored")
    reject: Samples = Field(None, description="Sample texts that it is not to match; left out: those that are stored")

    def entered(self, slug: str, known: Topic | None) -> Topic:
        """The topic; `known` is the one of that name, whose samples stay where none are given."""
        before = known or Topic(slug, "")
        return Topic(
            slug,
            self.query,
            self.title,
            self.description,
            self.language or None,
            urgent=self.urgent,
            expect=before.expect if self.expect is None else tuple(self.expect),
            reject=before.reject if self.reject is None else tuple(self.reject),
        )


class TopicChange(Shape):
    """What is to be different; what is left out stays."""

    query: Text | None = None
    title: Title | None = None
    description: Description | None = None
    language: Tag = None
    urgent: Urgent | None = None
    expect: Samples = Field(None, description="Sample texts that it is to match, in place of those that are stored")
    reject: Samples = Field(None, description="Sample texts that it is not to match, in place of those that are stored")

    def applied_to(self, topic: Topic) -> Topic:
        """The topic with these changes. `"language": null` is one: it is to be found out."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        changes = {name: value for name, value in given.items() if value is not None and name != "language"}
        for name in ("expect", "reject"):
            if name in changes:
                changes[name] = tuple(changes[name])
        if "language" in given:
            changes["language"] = given["language"] or None
        return replace(topic, **changes)
