"""English."""

TEXTS: dict[str, str] = {
    # Alerts: plain text.
    "alert_untitled": "(untitled)",
    "alert_updated": "Updated",
    "alert_also": "Also at: {names}",
    "alert_also_more": "Also at: {names} and {number} more",
    "alert_digest": "{number} new articles",
    "alert_digest_one": "1 new article",
    "alert_digest_part": "{number} new articles ({part} of {parts})",
    "alert_ping": "A test: alerts will arrive here.",
    "alert_operator": "For the operator",
    "alert_expected": "Expected",
    "alert_seen": "Seen",
    "alert_advice": "What to do",
    "alert_other": "A message of the kind “{type}”",
    "alert_unfollow": "Unfollow: {topic}",
    "alert_date": "{day} {month} {year}",
    "alert_months": "January February March April May June July August September October November December",
    # Chat: HTML.
    "welcome": (
        "<b>News alerts</b>\nI watch public sources and write to you when an article matches a topic you follow. "
        'Choose a topic below, or write your own query:\n<code>/follow "maritime security" AND patrol</code>\n\n'
        "/help shows everything."
    ),
    "welcome_group": (
        "<b>News alerts</b>\nThis chat can follow topics; its administrators choose them with /topics or /follow. "
        "/help shows everything."
    ),
    "welcome_back": "Welcome back. You follow {number} topics; /following shows them.",
    "welcome_back_one": "Welcome back. You follow 1 topic; /following shows it.",
    "channel_ready": (
        "Alerts can be posted here. Choose topics with /topics or /follow, written as a post in this channel."
    ),
    "topics": "<b>Topics</b>\nTap one to follow or unfollow it.",
    "topics_page": "<b>Topics</b> ({page} of {pages})\nTap one to follow or unfollow it.",
    "topics_none": (
        'No topics are offered here. Follow a query of your own:\n<code>/follow "maritime security"</code>'
    ),
    "followed": "You follow <b>{topic}</b> now. Its next article comes here.",
    "followed_before": "You follow <b>{topic}</b> already.",
    "unfollowed": "You don't follow <b>{topic}</b> any more.",
    "pressed_followed": "Following {topic}",
    "pressed_unfollowed": "Unfollowed {topic}",
    "following": "<b>You follow</b>",
    "following_none": "You follow nothing yet. /topics shows what there is.",
    "following_settings": ("Language: {language} · time zone: {time_zone} · digest: {digest} · quiet hours: {quiet}"),
    "following_muted": "Muted until {until}.",
    "tried": "It would have brought {month} in {days} days, about {day} a day; {in_all} stored articles match.",
    "tried_latest": "The latest: {title}",
    "tried_few": "Few of the {number} stored articles match it, or none.",
    "tried_none": "None of the {number} stored articles matches it.",
    "tried_dead": "In no stored article: <code>{clause}</code>",
    "tried_noisy": "Brings {share} % of it alone: <code>{clause}</code>",
    "voted_good": "Noted: you want such articles of {topic}",
    "voted_bad": "Noted: no such articles of {topic}, please",
    "tune": "<b>{topic}</b>: {ups} 👍, {downs} 👎.",
    "tune_suggestion": (
        "{place}. Wanted: {before} % → {after} % of what comes; {kept} % of what you want still comes. Add"
    ),
    "tune_none": "They suggest no better query yet.",
    "improved": "You follow <code>{topic}</code> now, in place of <code>{before}</code>.",
    "pressed_improved": "Done",
    "button_tune": "Improve: {topic}",
    "button_improve": "Take {place}",
    "choose_unfollow": "Tap what you don't want to follow any more.",
    "choose_language": "Which language?",
    "language_set": "I write English from now on.",
    "follow_how": (
        "Write what to follow after the command:\n<code>/follow SLUG</code>, a topic of /topics\n"
        '<code>/follow "maritime security" AND (patrol OR exercise)</code>, a query of your own'
    ),
    "muted": "Muted until {until}. /mute off ends it.",
    "mute_off": "Alerts come again.",
    "choose_mute": "For how long shall I be silent? (Or write <code>/mute 8h</code>, <code>/mute 2d</code>.)",
    "hour_1": "1 hour",
    "hour_8": "8 hours",
    "day_1": "1 day",
    "week_1": "1 week",
    "on": "on",
    "off": "off",
    "none": "none",
    "time_zone_is": (
        "Your time zone is <b>{time_zone}</b>; it is {time} there.\n"
        "Change it with <code>/timezone Hanoi</code> or <code>/timezone UTC+7</code>."
    ),
    "time_zone_set": "Your time zone is <b>{time_zone}</b> now; it is {time} there.",
    "quiet_is": (
        "Quiet hours: <b>{quiet}</b> ({time_zone}).\nChange them with <code>/quiet 22:00-07:00</code> or "
        "<code>/quiet off</code>."
    ),
    "quiet_set": "Nothing will come between <b>{quiet}</b> ({time_zone}); what is found then comes after.",
    "quiet_off": "No quiet hours: alerts come at any time.",
    "digest_is": (
        "Digest: <b>{digest}</b> ({time_zone}).\nChange it with <code>/digest daily 08:00</code>, "
        "<code>/digest weekly mon 08:00</code> or <code>/digest off</code>."
    ),
    "digest_set": "Articles are gathered and come together: <b>{digest}</b> ({time_zone}).",
    "digest_off": "No digest: each alert comes at once.",
    "search_how": "Write what to look for: <code>/search maritime patrol</code>",
    "search_results": "<b>Newest articles for</b> {query}",
    "search_none": "Nothing found for {query}.",
    "why_how": "Write the article's link after the command: <code>/why https://…</code>",
    "why": "<b>Why, or why not</b>",
    "health": "<b>The sources</b>",
    "health_ok": "ok",
    "health_waiting": "not looked at yet",
    "health_failing": "failing",
    "health_inactive": "not watched",
    "feeds": "<b>The same as feeds</b>, for a feed reader:",
    "feeds_private": (
        "<b>All of it as one feed</b>, under an address that nobody else knows; who has it can read along:\n"
        "<code>{url}</code>\nTo get another address: <code>/feeds new</code>"
    ),
    "feeds_private_new": (
        "<b>All of it as one feed</b>, under a new address; the old one leads nowhere any more:\n<code>{url}</code>"
    ),
    "private_feed_title": "What you follow",
    "help": "<b>What I understand</b>",
    "help_query": (
        'A query: words, <code>"exact phrases"</code>, <code>AND</code> <code>OR</code> <code>NOT</code>, parentheses.'
    ),
    "help_group": "In groups and channels only administrators change what is followed.",
    "command_start": "begin",
    "command_topics": "topics to follow",
    "command_follow": "follow a topic or a query of your own",
    "command_following": "what you follow, and your settings",
    "command_edit": "name, change and test a query of your own",
    "command_unfollow": "follow something no more",
    "command_digest": "alerts gathered: off, daily 08:00, weekly mon 08:00",
    "command_quiet": "quiet hours: 22:00-07:00 or off",
    "command_timezone": "your time zone",
    "command_language": "English or Tiếng Việt",
    "command_mute": "silence for a while",
    "command_search": "look for articles",
    "command_why": "why an article did or didn't alert you",
    "command_feeds": "the same as RSS and Atom",
    "command_health": "how the sources are (operators)",
    "command_help": "all commands",
    "button_undo": "Undo",
    "button_following": "What I follow",
    "button_topics": "Topics",
    "button_newer": "‹",
    "button_older": "›",
    "button_follow": "Follow {topic}",
    "unknown_text": (
        "I understand commands: /topics shows what you can follow, /help shows everything.\nTo follow a "
        "query: {example}"
    ),
    "unknown_command": "I don't know {command}. /help shows what I understand.",
    # Why an article did or did not alert: plain text.
    "why_not_stored": "No source has shown this address, so it is not stored.",
    "why_no_source": "No source on {host} is watched.",
    "why_that_site": "that site",
    "why_watched": "Its site is watched by {source} ({url}), {looked}{trouble}.",
    "why_looked": "last looked at {at}",
    "why_not_looked": "not looked at yet",
    "why_failing": "; failing since {at}: {error}",
    "why_found": "Found by {source} at {at}: {title}",
    "why_baseline": (
        "It was there already at the source's first look, or came late with an old date: such "
        "articles are shown in the feeds and alert nobody."
    ),
    "why_not_asked": "The topics have not been asked about it yet: a worker does so within seconds.",
    "why_asked": "The topics were asked at {at}.",
    "why_matches": "{topic} matches by: {words}.",
    "why_matches_wordless": "{topic} matches.",
    "why_no_match": "{topic} does not match: {failed}",
    "why_no_match_more": "{number} more do not match.",
    "why_others_match": "Matching, but not followed: {topics}.",
    "why_also": "; also ",
    "why_nothing_owed": "Nothing was owed to anybody.",
    "why_to": "To {name}: {outcome}{tries}{copy} [{id}].",
    "why_removed": "a removed destination",
    "why_copy": ", told by a copy of it from another source",
    "why_sent": "sent",
    "why_sent_at": "sent at {at}",
    "why_given_up": "given up: {error}",
    "why_not_sent": "not sent: {error}",
    "why_muted": "muted, or the destination is gone",
    "why_tries": " ({number} attempts)",
    "why_paused": "waiting, for it is paused since {at}: {reason}",
    "why_until": "waiting until {at}",
    "why_waiting": "waiting to be sent",
    "why_last_time": "; last time: {error}",
    "why_nothing_is_owed": "Nothing is owed to {name}.",
    "why_other_then": (
        "Nothing was owed to {name}: when the topics were asked, it did not follow any that "
        "matched, or the topic was another then."
    ),
    "why_not_followed": "Nothing was owed to {name}: it does not follow {topics}.",
    "why_nothing_followed_matches": "Nothing was owed to {name}: nothing that it follows matches.",
    # Refusals.
    "admins_only": "Only administrators of this chat can change what it follows.",
    "operators_only": "Only operators can ask this.",
    "went_wrong": "Something went wrong on my side; it has been noted. Please try again in a minute.",
    "button_old": "This button is too old; please ask again.",
    "declared_here": "What comes here is set in the operator's configuration; it can't be changed by chat.",
    "empty_query": "Write what to follow after the command.",
    "query_too_long": "The query is too long: at most {limit} characters.",
    "query_error": "I can't read this query: {reason}",
    "query_expected": "Expected: {expected}.",
    "query_suggestion": "Did you mean <code>{suggestion}</code>",
    "no_such_topic": (
        "There is no topic <b>{slug}</b>. /topics shows them. As a query, put it in quotes: <code>/follow "
        '"{slug}"</code>'
    ),
    "did_you_mean": "Did you mean <code>{suggestion}</code>?",
    "edit_none": "You follow no query of your own yet. <code>/follow QUERY</code> makes one.",
    "edit_list": "<b>Your own queries</b>",
    "edit_how": (
        "Write a number to see one, or what to change as well:\n"
        "<code>/edit 1 title Border patrols</code>\n"
        "<code>/edit 1 query patrol AND border</code>\n"
        "<code>/edit 1 urgent on</code>: at once, in quiet hours and before the digest too\n"
        "<code>/edit 1 language vi</code>, or off: found out by itself\n"
        "<code>/edit 1 expect A text that it must match</code>\n"
        "<code>/edit 1 reject A text that it must not match</code>; off takes them away"
    ),
    "edit_facts": "language: {language} · urgent: {urgent}",
    "edited": "Changed:",
    "edit_number": "There is no query {number} of your own; /edit lists them.",
    "edit_field": "“{field}” can't be changed; /edit says what can.",
    "edit_value": "Write the new {field} after it.",
    "edit_urgent": "Write on or off.",
    "title_too_long": "A title has at most {limit} characters.",
    "bad_language_tag": "This is not a language tag. One is, for example, vi.",
    "too_many_samples": "At most {limit} texts of each kind; <code>off</code> takes them away.",
    "sample_too_long": "A text has at most {limit} characters.",
    "sample_right_expect": "✓ matches: “{sample}”",
    "sample_right_reject": "✓ does not match: “{sample}”",
    "sample_wrong_expect": "⚠️ should match, and does not: “{sample}”",
    "sample_wrong_reject": "⚠️ should not match, and does: “{sample}”",
    "too_many_queries": "You have {limit} queries of your own already; unfollow one first.",
    "not_followed": "You don't follow <b>{topic}</b>.",
    "unknown_language": "I don't speak “{name}”; I know: {known}.",
    "unknown_time_zone": (
        "I don't know the time zone “{name}”. Write a city or an offset: <code>/timezone Hanoi</code>, "
        "<code>/timezone UTC+7</code>."
    ),
    "bad_digest": (
        "I can't read “{text}”. Write <code>off</code>, <code>daily 08:00</code> or <code>weekly mon 08:00</code>."
    ),
    "bad_quiet": "I can't read “{text}”. Write <code>22:00-07:00</code> or <code>off</code>.",
    "bad_mute": ("I can't read “{text}”. Write <code>8h</code>, <code>2d</code>, <code>1w</code> or <code>off</code>."),
    "destination_removed": "This chat was removed; /start brings it back.",
}
