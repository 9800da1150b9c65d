"""The words and keyboards of every answer: Telegram HTML in the reader's language. No database; sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from bot.chat.services import Found
from bot.clean import cut, one_line, web_address
from bot.entities import Button
from bot.errors import RequestError
from bot.languages import LANGUAGES, sentence
from bot.languages.query_errors import said_in
from bot.model import Destination
from bot.tuning import Tuning, key_of
from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store import query_preview
from feeds.store.query_preview import QueryPreview

TOPICS_PER_PAGE = 8
MAXIMUM_LINES = 20
MAXIMUM_ANSWER = 190
"""Of the words that pop up when a button is pressed; Telegram takes 200."""
_VALUE = 200
_LABEL = 48
_LINE = 150
_CLAUSES = 3
_WIDTH = 60
"""Characters of a wrong query that are shown around the mistake."""
_LONGEST_SUGGESTION = 1000
_ADDED = 700

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Telegram HTML, and the buttons below it."""

    html: str
    buttons: Rows = ()


def words(language: str, key: str, /, **values: object) -> str:
    """The sentence with its values cleaned, shortened and escaped."""
    safe = {
        name: value if isinstance(value, int) else escape(cut(one_line(value), _VALUE), quote=False)
        for name, value in values.items()
    }
    return sentence(language, key, **safe)


def say(language: str, key: str, buttons: Rows = (), /, **values: object) -> Reply:
    """One sentence."""
    return Reply(words(language, key, **values), buttons)


def popup(language: str, key: str, /, **values: object) -> str:
    """Plain words for a pressed button."""
    safe = {name: cut(one_line(value), 100) for name, value in values.items()}
    return cut(sentence(language, key, **safe), MAXIMUM_ANSWER)


def refusal(language: str, error: RequestError | QueryError) -> Reply:
    """Why it can't be done, and what would be right."""
    if isinstance(error, QueryError):
        lines = [words(language, "query_error", reason=said_in(language, str(error)))]
        lines.append(f"<pre>{escape(error.caret(_WIDTH), quote=False)}</pre>")
        lines.append(words(language, "query_expected", expected=said_in(language, error.expected)))
        if error.suggestion and len(error.suggestion) <= _LONGEST_SUGGESTION:
            command = escape(one_line(f"/follow {error.suggestion}"), quote=False)
            lines.append(sentence(language, "query_suggestion", suggestion=command))
        return Reply("\n".join(lines))
    values = dict(error.values)
    suggestion = values.pop("suggestion", "")
    html = words(language, error.key, **values)
    if suggestion:
        command = "/timezone" if error.key == "unknown_time_zone" else "/follow"
        html += "\n" + words(language, "did_you_mean", suggestion=f"{command} {suggestion}")
    return Reply(html)


def topics(language: str, offered: Sequence[Topic], followed: Collection[int], page: int, heading: str = "") -> Reply:
    """One page of what is offered, each topic a button that follows or unfollows it."""
    if not offered:
        return Reply("\n\n".join(part for part in (heading, words(language, "topics_none")) if part))
    pages = (len(offered) - 1) // TOPICS_PER_PAGE + 1
    page = min(max(page, 0), pages - 1)
    rows: list[tuple[Button, ...]] = []
    for topic in offered[page * TOPICS_PER_PAGE :][:TOPICS_PER_PAGE]:
        follows = topic.id in followed
        verb = "unfollow" if follows else "follow"
        rows.append((Button(_label(f"{'✅' if follows else '➕'} {_name(topic)}"), data=f"{verb}:{topic.id}:{page}"),))
    turning = []
    if page > 0:
        turning.append(Button(sentence(language, "button_newer"), data=f"topics:{page - 1}"))
    if page < pages - 1:
        turning.append(Button(sentence(language, "button_older"), data=f"topics:{page + 1}"))
    if turning:
        rows.append(tuple(turning))
    key = "topics" if pages == 1 else "topics_page"
    html = heading or words(language, key, page=page + 1, pages=pages)
    return Reply(html, tuple(rows))


def followed(language: str, topic: Topic, new: bool, tried: QueryPreview | None = None) -> Reply:
    """That it is followed now, or was already; and what it would have brought lately."""
    buttons = (
        (
            Button(sentence(language, "button_undo"), data=f"drop:{topic.id}"),
            Button(sentence(language, "button_following"), data="following"),
        ),
    )
    lines = [words(language, "followed" if new else "followed_before", topic=_name(topic))]
    if topic.public and topic.description:
        lines.append(f"<i>{shown(topic.description, 2 * _VALUE)}</i>")
    if tried is not None:
        lines += ["", *_tried(language, tried)]
    return Reply("\n".join(lines), buttons if new else buttons[0:0])


def _tried(language: str, tried: QueryPreview) -> list[str]:
    """What the query would have brought: how much, the latest, and which of its clauses do nothing or too much."""
    if not tried.estimate:
        lines = [words(language, "tried_none" if tried.exact else "tried_few", number=tried.total)]
    else:
        in_all = f"{'' if tried.exact else '≈ '}{tried.estimate}"
        month, day = round(tried.per_day * query_preview.DAYS), f"{tried.per_day:.1f}"
        lines = [words(language, "tried", in_all=in_all, month=month, day=day, days=query_preview.DAYS)]
        title, url = shown(tried.samples[0].article.title), web_address(tried.samples[0].article.url)
        latest = f'<a href="{escape(url)}">{title}</a>' if url and title else title
        lines.append(sentence(language, "tried_latest", title=latest))
    warnings = [cut(one_line(said_in(language, warning)), 2 * _VALUE) for warning in tried.warnings[:_CLAUSES]]
    lines += [f"⚠️ {escape(warning, quote=False)}" for warning in warnings]
    lines += [words(language, "tried_dead", clause=clause) for clause in tried.dead[:_CLAUSES]]
    lines += [
        words(language, "tried_noisy", clause=clause, share=round(100 * share))
        for clause, share in tried.noisy[:_CLAUSES]
    ]
    return lines


def unfollowed(language: str, topic: Topic) -> Reply:
    """That it isn't followed any more, with the way back."""
    return say(language, "unfollowed", (_undo(language, topic),), topic=_name(topic))


def following(
    language: str,
    topics: Sequence[Topic],
    destination: Destination | None,
    now: datetime,
    tunable: Collection[int] = (),
) -> Reply:
    """What is followed, and how it is told; for topics with enough votes, a button to what these suggest."""
    if not topics or destination is None:
        return say(language, "following_none", ((Button(sentence(language, "button_topics"), data="topics:0"),),))
    lines = [words(language, "following")]
    lines += [f"• {escape(cut(one_line(_name(topic)), _LINE), quote=False)}" for topic in topics[:MAXIMUM_LINES]]
    if len(topics) > MAXIMUM_LINES:
        lines.append(f"• … (+{len(topics) - MAXIMUM_LINES})")
    settings = words(
        language,
        "following_settings",
        language=LANGUAGES.get(destination.language, destination.language),
        time_zone=zone_name(destination.time_zone),
        digest=off(language, destination.digest),
        quiet=destination.quiet or sentence(language, "none"),
    )
    lines += ["", settings]
    if destination.muted_until is not None and destination.muted_until > now:
        lines.append(words(language, "following_muted", until=local(destination.muted_until, destination)))
    buttons = [
        (Button(_label(sentence(language, "button_tune", topic=_name(topic))), data=f"tune:{topic.id}"),)
        for topic in topics[:MAXIMUM_LINES]
        if topic.id in tunable
    ]
    return Reply("\n".join(lines), tuple(buttons))


def tuning(language: str, found: Tuning) -> Reply:
    """Changes that the votes suggest, each with what it would change; a button takes one up."""
    lines = [words(language, "tune", topic=_name(found.topic), ups=found.ups, downs=found.downs)]
    buttons = []
    for number, one in enumerate(found.suggestions, 1):
        shares = {
            "before": round(100 * one.before.precision),
            "after": round(100 * one.after.precision),
            "kept": round(100 * one.after.recall),
        }
        lines += ["", words(language, "tune_suggestion", place=number, **shares)]
        lines.append(f"<code>{escape(cut(one_line(one.added), _ADDED), quote=False)}</code>")
        label = sentence(language, "button_improve", place=number)
        buttons.append(Button(label, data=f"better:{found.topic.id}:{key_of(one)}"))
    if not found.suggestions:
        lines.append(words(language, "tune_none"))
    return Reply("\n".join(lines), (tuple(buttons),) if buttons else ())


def improved(language: str, before: Topic, after: Topic) -> Reply:
    """That another query is followed in the first one's place, with the way back."""
    back = Button(sentence(language, "button_undo"), data=f"restore:{after.id}:{before.id}")
    # The same query was saved again: there is no way back from it.
    buttons = ((back,),) if before.id != after.id else ()
    return say(language, "improved", buttons, topic=after.query, before=before.query)


def to_unfollow(language: str, topics: Sequence[Topic], dropped: Topic | None = None) -> Reply:
    """What is followed, each with a button that ends it; above them the one that was just ended, with its undo."""
    rows = [_drop(topic) for topic in topics[:MAXIMUM_LINES]]
    lines = []
    if dropped is not None:
        lines.append(words(language, "unfollowed", topic=_name(dropped)))
        rows.insert(0, _undo(language, dropped))
    lines.append(words(language, "choose_unfollow" if topics else "following_none"))
    return Reply("\n".join(lines), tuple(rows))


def choose_language(language: str) -> Reply:
    """The languages as buttons."""
    return say(
        language, "choose_language", (tuple(Button(name, data=f"language:{tag}") for tag, name in LANGUAGES.items()),)
    )


def choose_mute(language: str) -> Reply:
    """Some durations as buttons."""
    offered = {"1h": "hour_1", "8h": "hour_8", "1d": "day_1", "1w": "week_1", "off": "off"}
    buttons = [Button(sentence(language, key), data=f"mute:{duration}") for duration, key in offered.items()]
    return say(language, "choose_mute", (tuple(buttons[:2]), tuple(buttons[2:])))


def found(html: str, lines: Sequence[Found], longest: int = _VALUE) -> Reply:
    """A heading and lines, links where there are addresses; as many as fit a message. `longest`: of a line's title."""
    whole, length = [html], len(html)
    for line in lines:
        title, url = shown(line.title, longest), web_address(line.url)
        one = f'• <a href="{escape(url)}">{title}</a>' if url else f"• {title}"
        if line.remark:
            one += f" — {shown(line.remark)}"
        length += len(title) + len(line.remark) + 10
        if len(whole) > MAXIMUM_LINES or length > 3500:
            break
        whole.append(one)
    return Reply("\n".join(whole))


def help_text(language: str, commands: Sequence[str], *, in_private: bool) -> Reply:
    """Every command that is offered, a line each."""
    lines = [words(language, "help")]
    lines += [f"/{command} — {escape(sentence(language, f'command_{command}'), quote=False)}" for command in commands]
    lines += ["", words(language, "help_query")]
    if not in_private:
        lines.append(words(language, "help_group"))
    return Reply("\n".join(lines))


def local(moment: datetime, destination: Destination) -> str:
    """A moment by the destination's clock."""
    return moment.astimezone(ZoneInfo(destination.time_zone)).strftime("%Y-%m-%d %H:%M")


def off(language: str, value: str) -> str:
    """A setting's value; "off" in the reader's language."""
    return sentence(language, "off") if value == "off" else value


def zone_name(name: str) -> str:
    """The zone as people know it: "Etc/GMT-7" is UTC+7."""
    if name.startswith("Etc/GMT") and len(name) > 7:
        return f"UTC{'+' if name[7] == '-' else '-'}{name[8:]}"
    return name.replace("_", " ")


def _drop(topic: Topic) -> tuple[Button, ...]:
    return (Button(_label(f"✖ {_name(topic)}"), data=f"drop:{topic.id}"),)


def _undo(language: str, topic: Topic) -> tuple[Button, ...]:
    return (Button(_label(f"↩ {sentence(language, 'button_undo')}: {_name(topic)}"), data=f"undo:{topic.id}"),)


def label(topic: Topic) -> str:
    """A topic's name, short enough for a button."""
    return cut(one_line(_name(topic)), _LABEL - 16)


def _name(topic: Topic) -> str:
    return topic.title or topic.slug


def _label(text: str) -> str:
    return cut(one_line(text), _LABEL)


def shown(text: str, longest: int = _VALUE) -> str:
    """Foreign text as HTML, on one line, not long."""
    return escape(cut(one_line(text), longest), quote=False)
