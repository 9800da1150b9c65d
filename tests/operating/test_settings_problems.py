"""For everything that an operator can get wrong: in which line it is, and what would be right."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings_folder import SOURCE, TOPIC, only_problem, problems, write

from bot.channels.signature import new_secret
from bot.settings import load
from bot.settings.declared import CHANNEL_KEYS, SOURCE_KEYS, TOPIC_KEYS
from bot.settings.environment import VARIABLES
from bot.settings.values import WrongValueError

SECRET = new_secret()
WEBHOOK = '[[webhook]]\nslug = "a"\nurl = "https://a.org"\ntopics = ["*"]\n'
CONSOLE = '[[console]]\ntopics = ["*"]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[site]\n\ntitel = "x"', '3: unknown setting "titel" in [site], did you mean "title"?'),
        ("[servr]\nport = 1", '1: unknown setting "servr", did you mean "server"?'),
        ("[server]\nport = 99999", "2: port: 99999 is not a whole number from 1 to 65535"),
        ('[site]\ntour = "maybe"', "2: tour: 'maybe' is neither true nor false"),
        ('[site]\npublic_url = "news.example.org"', "2: public_url: 'news.example.org' is not a web address"),
        ('[site]\npublic_url = "https://a.org/?q"', "2: public_url: 'https://a.org/?q' is more than a site's root"),
        ('[site]\nlanguage = "english"', "2: language: 'english' is not a language tag"),
        ('[site]\ntag = "example.org"', "2: tag: 'example.org' is not a host and a year"),
        ('[site]\ntitle = ""', "2: title: it is empty"),
        ("[site]\ntitle = 3", "2: title: 3 is not text"),
        ('[polling]\ndeadline = "5 years ago"', "2: deadline: '5 years ago' is not a duration"),
        ('[delivery]\ntimeout = "5m"', "2: timeout: '5m' is out of range, write 1s to 20s"),
        ('[polling]\nmax_bytes = "huge"', "2: max_bytes: 'huge' is not a size"),
        ('[polling]\n\nminimum_interval = "1h"', "1: default_interval does not lie between"),
        ("[delivery]\nattempts = []", "2: attempts: [] is not a list of durations"),
        ('[delivery]\nattempts = ["5s", "x"]', "2: attempts: 'x' is not a duration"),
        ('site = "x"', '1: "site" is not a table'),
        ("[site]\n= 1", "2: not TOML: invalid statement (column 1)"),
        ('[site]\n\ntitle = """', "3: not TOML: "),
        ("[site]\n[site]", "2: not TOML: cannot declare"),
    ],
)
def test_each_mistake_in_tocsin_toml_has_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert only_problem(write(tmp_path, tocsin=text)).startswith(f"tocsin.toml:{expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[source]]\nurl = "https://a.org"', '1: "slug" is missing, add slug = … (slug)'),
        ('[[source]]\nslug = "A b"\nurl = "https://a.org"', "2: slug: 'A b' cannot stand in an address"),
        ('[[source]]\nslug = "a"\nurl = "ftp://a.org"', "3: url: 'ftp://a.org' is not a web address"),
        ('[[source]]\nslug = "a"\nurl = "//a.org"', "3: url: '//a.org' is not a web address"),
        (SOURCE + 'kind = "fed"', "4: kind: 'fed' is not a kind of source, did you mean \"feed\"?"),
        (
            SOURCE + 'time_zone = "Asia/Ho_Chi_Min"',
            "4: time_zone: 'Asia/Ho_Chi_Min' is not a time zone, did you mean \"Asia/Ho_Chi_Minh\"?",
        ),
        (SOURCE + 'time_zone = "../../etc/passwd"', "4: time_zone: '../../etc/passwd' is not a time zone"),
        (SOURCE + 'time_zone = "Asia"', "4: time_zone: 'Asia' is not a time zone"),
        (SOURCE + 'interval = "5s"', "4: interval: it is shorter than polling.minimum_interval"),
        (
            SOURCE + '[[source]]\nslug = "example"\nurl = "https://b.org"',
            "5: slug: 'example' is already used in line 2",
        ),
        (
            SOURCE + '[[source]]\nslug = "b"\nurl = "https://example.org/news"',
            "6: url: 'https://example.org/news' is already used in line 3",
        ),
        ('[[sources]]\nslug = "a"', '1: unknown setting "sources", did you mean "source"?'),
        ('[source]\nslug = "a"', '1: "source" is not a list of tables, begin each with [[source]]'),
        (SOURCE + "options = 3", "4: options: 3 is not a table"),
    ],
)
def test_each_mistake_in_sources_toml_has_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert only_problem(write(tmp_path, sources=text)).startswith(f"sources.toml:{expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[telegram]]\nchat = "news"\ntopics = ["*"]', "2: chat: 'news' is not a Telegram chat"),
        ("[[console]]", '1: "topics" is missing'),
        (
            '[[console]]\ntopics = [\n  "maritime",\n]',
            "3: topics: 'maritime' is no topic of topics.toml, did you mean \"maritime-security\"?",
        ),
        (
            '[[console]]\ntopics = ["maritime-security", "*"]',
            "2: topics: '*' is no topic of topics.toml, write only [\"*\"]",
        ),
        (CONSOLE + 'digest = "daily 25:00"', "3: digest: 'daily 25:00' is not a digest"),
        (CONSOLE + 'quiet = "22:00-22:00"', "3: quiet: '22:00-22:00' are not quiet hours"),
        (CONSOLE * 2, "3: console: 'console' is declared twice"),
        (WEBHOOK, "1: a webhook of the standard format needs a secret"),
        (WEBHOOK + 'secret_env = "S"\nformat = "slak"', "6: format: 'slak' is not known here, did you mean \"slack\"?"),
        (WEBHOOK + 'secret_env = "NONE"', "5: secret_env: the variable NONE is not set"),
        (WEBHOOK + f'secret_env = "S"\nsecret = "{SECRET}"', "5: secret and secret_env are both set"),
        (WEBHOOK + 'secret_env = "whsec_aHVzaA=="', "5: secret_env: it is not the name of a variable, write"),
        ('[[webhok]]\nslug = "a"', '1: unknown setting "webhok", did you mean "webhook"?'),
    ],
)
def test_each_mistake_in_channels_toml_has_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert only_problem(write(tmp_path, channels=text), {"S": SECRET}).startswith(f"channels.toml:{expected}")


def test_a_wrong_query_is_shown_with_a_caret_in_its_own_line(tmp_path: Path) -> None:
    text = '[[topic]]\nslug = "a"\nquery = """\n\npatrol AND\n  (Google\n"""\n'
    line = only_problem(write(tmp_path, topics=text))
    assert line.startswith("topics.toml:6: query: ")
    assert line.endswith("      (Google\n      ^")


def test_every_wrong_query_is_found_and_a_topic_may_name_another(tmp_path: Path) -> None:
    text = "".join(
        f'[[topic]]\nslug = "{slug}"\nquery = "{query}"\n'
        for slug, query in (("a", "(x"), ("b", "@a drill"), ("c", "@nothing"), ("d", "@b OR y"))
    )
    assert [line.split(": query")[0] for line in problems(write(tmp_path, topics=text))] == [
        "topics.toml:3",
        "topics.toml:9",
    ]
    fine = load(write(tmp_path, topics=text.replace("(x", "x").replace("@nothing", "z")), {})
    assert [topic.slug for topic in fine.topics] == ["a", "b", "c", "d"]


def test_the_names_of_peoples_own_queries_are_kept_for_them(tmp_path: Path) -> None:
    line = only_problem(write(tmp_path, topics='[[topic]]\nslug = "own-1f2e"\nquery = "patrol"\n'))
    assert line.startswith('topics.toml:2: slug: names that begin with "own-" are kept')


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    channels = '[[console]]\ntopics = ["maritime-security"]'
    assert len(problems(write(tmp_path, topics=TOPIC.replace("patrol", "(patrol"), channels=channels))) == 1
    assert len(problems(write(tmp_path, topics="[[topic]", channels=channels))) == 1


def test_all_problems_of_all_files_come_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        tocsin="[server]\nport = 0\nhots = 1\n",
        sources="[[source]]\n",
        topics="[[topic]]\n",
        channels="[[console]]\n",
    )
    places = [line.split(": ")[0] for line in problems(folder, {"PORT": "x"})]
    assert places == [
        "environment variable PORT",
        "tocsin.toml:2",
        "tocsin.toml:3",
        "sources.toml:1",
        "sources.toml:1",
        "topics.toml:1",
        "topics.toml:1",
        "channels.toml:1",
    ]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PORT": "80a"}, "environment variable PORT: '80a' is not a whole number from 1 to 65535"),
        ({"PORT": "1", "PORT_FILE": "x"}, "environment variable PORT: PORT and PORT_FILE are both set"),
        ({"PORT_FILE": "/nowhere"}, "environment variable PORT: PORT_FILE: '/nowhere' cannot be read"),
        ({"DATABASE_URL": "mysql://x"}, "environment variable DATABASE_URL: it names neither SQLite nor PostgreSQL"),
        ({"TOCSIN_ADMIN_TOKEN": "short"}, "environment variable TOCSIN_ADMIN_TOKEN: it is shorter than 16 characters"),
        ({"TOCSIN_ALLOW_PRIVATE_NETWORKS": "x"}, "environment variable TOCSIN_ALLOW_PRIVATE_NETWORKS: 'x' is neither"),
    ],
)
def test_each_mistake_in_the_environment_is_named(tmp_path: Path, environment: dict[str, str], expected: str) -> None:
    assert only_problem(write(tmp_path), environment).startswith(expected)


def test_a_file_that_is_not_text_is_a_problem_at_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "sources.toml").write_bytes(b"# one\n# two \xff\n")
    assert only_problem(folder) == "sources.toml:2: it is not UTF-8, save it as UTF-8"
    (folder / "sources.toml").unlink()
    (folder / "sources.toml").mkdir()
    assert "cannot be read" in only_problem(folder)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "tocsin.toml").write_bytes(b"\xef\xbb\xbf[site]\ntitle = 'x'\n")
    assert load(folder, {}).site.title == "x"


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(hostile)
def test_no_value_whatever_stops_a_reader(value: Any) -> None:
    for key in (*SOURCE_KEYS, *TOPIC_KEYS, *VARIABLES, *(key for keys in CHANNEL_KEYS.values() for key in keys)):
        with contextlib.suppress(WrongValueError):
            key.reader.read(value)


def test_nesting_without_end_is_a_problem_like_any_other(tmp_path: Path) -> None:
    assert only_problem(write(tmp_path, tocsin="x = " + "[" * 5000)).startswith("tocsin.toml")
