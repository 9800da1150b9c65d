"""Files and environment → settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_folder import SOURCE, problems, write

from bot.channels.signature import new_secret
from bot.settings import check_topics, load
from bot.settings.values import WrongValueError, read_duration, read_size

SECRET = new_secret()


def test_an_empty_folder_of_settings_has_defaults_that_fit_together(tmp_path: Path) -> None:
    settings = load(write(tmp_path), {})
    assert settings.site.public_url == "http://127.0.0.1:8000"
    assert settings.site.tag == "127.0.0.1,2026"
    assert settings.own_origins == ("http://127.0.0.1:8000",)
    assert settings.database_url == "sqlite:///var/tocsin.db"
    assert settings.polling.minimum_interval < settings.polling.default_interval < settings.polling.maximum_interval
    assert settings.delivery.attempts == tuple(sorted(settings.delivery.attempts))
    assert not settings.allow_private_networks
    assert settings.telegram_token is None
    assert settings.polling.user_agent == "Tocsin"


def test_everything_that_can_be_written_is_read(tmp_path: Path) -> None:
    settings = load(
        write(
            tmp_path,
            tocsin="""
                [site]
                title = "Watch"
                public_url = "https://news.example.org/watch/"
                tag = "example.org,2020-05"
                [server]
                port = 9000
                [polling]
                default_interval = "1h30m"
                minimum_interval = 90
                max_bytes = "2 MB"
                [delivery]
                attempts = ["5s", "1m", 3600]
                [retention]
                days = 0
            """,
            sources="""
                [[source]]
                slug = "page"
                url = "https://example.org/"
                kind = "page"
                language = "vi"
                time_zone = "Asia/Ho_Chi_Minh"
                interval = "10m"
                selector = "main a"
                options = { pattern = "x" }
                [[source]]
                slug = "off"
                url = "https://example.org/off"
                enabled = false
            """,
            channels=f"""
                [[telegram]]
                chat = -1001234567890
                thread = 17
                topics = ["maritime-security"]
                time_zone = "Asia/Ho_Chi_Minh"
                digest = "Weekly Mon 8:00"
                quiet = "22:00 - 7:00"
                [[telegram]]
                chat = "@channel"
                topics = ["*"]
                [[webhook]]
                slug = "system"
                url = "https://example.org/hook"
                secret = "{SECRET}"
                topics = ["*"]
            """,
        ),
        {},
    )
    assert settings.site.public_url == "https://news.example.org/watch"
    assert settings.site.tag == "example.org,2020-05"
    assert settings.polling.user_agent == "Tocsin (+https://news.example.org/watch)"
    assert (settings.polling.default_interval, settings.polling.minimum_interval) == (5400.0, 90.0)
    assert settings.polling.max_bytes == 2_000_000
    assert settings.delivery.attempts == (5.0, 60.0, 3600.0)
    [source] = settings.sources
    assert source.options == {"interval": 600.0, "selector": "main a", "pattern": "x"}
    assert (source.kind, source.language, source.time_zone) == ("page", "vi", "Asia/Ho_Chi_Minh")
    group, channel, webhook = settings.channels
    assert (group.address, group.digest, group.quiet) == ("-1001234567890/17", "weekly mon 08:00", "22:00-07:00")
    assert (channel.address, channel.topics) == ("@channel", ("maritime-security",))
    assert webhook.address == "system"
    assert webhook.options == {"url": "https://example.org/hook", "format": "standard", "secret": [SECRET]}


def test_the_environment_wins_over_the_files(tmp_path: Path) -> None:
    settings = load(
        write(tmp_path, tocsin='[site]\npublic_url = "https://old.example.org"\n[server]\nport = 9000\n'),
        {
            "PORT": "9100",
            "TOCSIN_HOST": "0.0.0.0",
            "TOCSIN_PUBLIC_URL": "https://new.example.org/",
            "DATABASE_URL": "postgresql://me@db/tocsin",
            "BROKER_URL": "redis://broker:6379/0",
            "TELEGRAM_BOT_TOKEN": "123456:AA-bb_cc",
            "TELEGRAM_API_URL": "http://127.0.0.1:9999",
            "TOCSIN_ADMIN_TOKEN": "a-long-admin-token",
            "TOCSIN_SECRET_KEY": "a-long-secret-key-",
            "TOCSIN_ALLOW_PRIVATE_NETWORKS": "yes",
        },
    )
    assert (settings.server.host, settings.server.port) == ("0.0.0.0", 9100)
    assert settings.site.public_url == "https://new.example.org"
    assert settings.database_url == "postgresql://me@db/tocsin"
    assert settings.broker_url == "redis://broker:6379/0"
    assert settings.telegram_token == "123456:AA-bb_cc"
    assert settings.telegram_api_url == "http://127.0.0.1:9999"
    assert settings.admin_token == "a-long-admin-token"
    assert settings.allow_private_networks


def test_a_variable_may_be_in_a_file_and_an_empty_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("123456:AAbb\n")
    settings = load(
        write(tmp_path), {"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "token"), "PORT": "", "BROKER_URL": " "}
    )
    assert settings.telegram_token == "123456:AAbb"
    assert settings.server.port == 8000
    assert settings.broker_url is None


@pytest.mark.parametrize(
    ("environment", "host", "url"),
    [
        ({}, "127.0.0.1", "http://127.0.0.1:8000/tour/"),
        ({"PORT": "9100"}, "0.0.0.0", "http://127.0.0.1:9100/tour/"),
        ({}, "::", "http://127.0.0.1:8000/tour/"),
        ({}, "::1", "http://[::1]:8000/tour/"),
        ({}, "192.168.1.5", "http://192.168.1.5:8000/tour/"),
        ({"TOCSIN_PUBLIC_URL": "https://news.example.org/watch"}, "0.0.0.0", "https://news.example.org/watch/tour/"),
    ],
)
def test_the_tour_is_fetched_from_this_program(
    tmp_path: Path, environment: dict[str, str], host: str, url: str
) -> None:
    folder = write(
        tmp_path,
        tocsin=f'[server]\nhost = "{host}"\n',
        sources='[[source]]\nslug = "tour"\nurl = "/tour/"\ninterval = "5s"\n',
    )
    settings = load(folder, environment)
    assert settings.sources[0].url == url
    assert settings.own_origins == ("/".join(url.split("/")[:3]),)


def test_without_the_tour_its_source_is_not_watched(tmp_path: Path) -> None:
    folder = write(
        tmp_path, tocsin="[site]\ntour = false", sources=SOURCE + '[[source]]\nslug = "tour"\nurl = "/tour/"\n'
    )
    assert [source.slug for source in load(folder, {}).sources] == ["example"]


def test_channels_are_optional_and_the_other_files_are_not(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "channels.toml").unlink()
    assert load(folder, {}).channels == ()
    for name in ("tocsin", "sources", "topics"):
        (folder / f"{name}.toml").unlink()
    assert [line.split(":")[0] for line in problems(folder)] == ["tocsin.toml", "sources.toml", "topics.toml"]
    assert "--config" in problems(folder / "nowhere")[0]


def test_a_secret_may_be_in_the_environment_or_in_a_file_it_names(tmp_path: Path) -> None:
    other = new_secret()
    (tmp_path / "secret").write_text(f"{SECRET}\n{other}\n")
    folder = write(
        tmp_path,
        channels='[[webhook]]\nslug = "a"\nurl = "https://example.org/"\nsecret_env = "HOOK"\ntopics = ["*"]\n',
    )
    assert load(folder, {"HOOK": SECRET}).channels[0].options["secret"] == [SECRET]
    both = load(folder, {"HOOK_FILE": str(tmp_path / "secret")}).channels[0].options["secret"]
    assert both == [SECRET, other]


def test_a_chat_needs_no_secret(tmp_path: Path) -> None:
    folder = write(
        tmp_path, channels='[[webhook]]\nslug = "a"\nurl = "https://example.org/"\nformat = "slack"\ntopics = ["*"]\n'
    )
    assert load(folder, {}).channels[0].options == {"url": "https://example.org/", "format": "slack"}


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    hidden = {
        "DATABASE_URL": "postgresql://me:hush-database@db/tocsin",
        "BROKER_URL": "redis://:hush-broker@host",
        "TOCSIN_ADMIN_TOKEN": "hush-admin-token-",
        "TOCSIN_SECRET_KEY": "hush-secret-key--",
        "TELEGRAM_BOT_TOKEN": "123456:hush-telegram",
        "HOOK": "whsec_aHVzaC13ZWJob29rLWh1c2gtd2ViaG9vaw==",
    }
    folder = write(
        tmp_path,
        channels='[[webhook]]\nslug = "a"\nurl = "https://example.org/hush"\nsecret_env = "HOOK"\ntopics = ["*"]\n',
    )
    settings = load(folder, hidden)
    assert "hush" not in repr(settings) + str(settings)
    assert "aHVzaC" not in repr(settings)


def test_no_wrong_secret_is_shown_either(tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": "mysql://hush",
        "BROKER_URL": "hush",
        "TOCSIN_ADMIN_TOKEN": "hush",
        "TOCSIN_SECRET_KEY": "hush hush hush hush",
        "TELEGRAM_BOT_TOKEN": "hush!",
        "HOOK": "whsec_hush!",
    }
    folder = write(
        tmp_path,
        channels="""
            [[webhook]]
            slug = "a"
            url = "hooks.example.org/hush"
            secret = "whsec_hush"
            topics = ["*"]
            [[webhook]]
            slug = "b"
            url = "https://example.org/"
            secret_env = "HOOK"
            topics = ["*"]
        """,
    )
    found = problems(folder, wrong)
    assert len(found) == 8
    assert not any("hush" in line for line in found)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90.0),
        ("15m", 900.0),
        ("1h30m", 5400.0),
        ("2d", 172800.0),
        ("1w", 604800.0),
        ("1.5h", 5400.0),
        ("1h 30m", 5400.0),
        (45, 45.0),
        (0.5, 0.5),
    ],
)
def test_durations(text: object, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "m", "-5m", "0s", "1h30", "5 parsecs", "999999w", True, None, -1, float("inf")]
)
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(WrongValueError):
        read_duration(text)


@pytest.mark.parametrize(("text", "size"), [("500 kB", 500_000), ("10MB", 10_000_000), ("1G", 10**9), (5000, 5000)])
def test_sizes(text: object, size: int) -> None:
    assert read_size(text) == size


def test_samples_that_a_query_gets_wrong_are_problems_at_their_lines(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        topics="""\
[[topic]]
slug = "maritime-security"
query = "patrol"
expect = [
  "A joint patrol at sea.",
  "Nothing of the kind.",
]
reject = ["Two patrols met.", "Art."]
""",
    )
    settings = load(folder, {})
    found = [str(problem).replace(f"{folder}/", "") for problem in check_topics(settings)]
    assert found == [
        "topics.toml:6: topic \"maritime-security\" does not match its sample 'Nothing of the kind.' "
        "(patrol: not in the article), "
        "change the query or the sample",
        "topics.toml:8: topic \"maritime-security\" matches its sample 'Two patrols met.', "
        "change the query or the sample",
    ]
