"""What can go wrong between an operator's files and a follower's screen.

TocsinError
├── ConfigurationError   one or more `Problem`s in the operator's files or environment
├── DeliveryError        the other side did not take it (permanent, retry_after, moved_to, gone)
└── RequestError         what a person asked for cannot be done; its text is for that person
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TocsinError(Exception):
    """Root of the tree."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the configuration: where, what, and what would be right.

    `line` counts from 1; 0 means the whole file.
    """

    file: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f", {self.remedy}" if self.remedy else "")


class ConfigurationError(TocsinError):
    """All that is wrong with the configuration, not just the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class DeliveryError(TocsinError):
    """A delivery that did not arrive, and what follows from it.

    - `permanent`: this delivery will never be taken; give it up, and go on with the next.
    - `gone`: the destination itself is no more (blocked, left, 410); pause it, keep its subscriptions.
    - `retry_after`: seconds the other side asked us to wait.
    - `moved_to`: the destination's new address; use it from now on, and try again at once.
    - `status`: the other side's code, if there was an answer.
    None of them: try again later, with growing pauses.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        retry_after: float | None = None,
        moved_to: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.gone = gone
        self.retry_after = retry_after
        self.moved_to = moved_to
        self.status = status


class RequestError(TocsinError):
    """A person's request that cannot be carried out; `key` and `values` name a translated sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
