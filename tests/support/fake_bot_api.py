"""A strict Telegram Bot API on 127.0.0.1: takes what the real one takes, and refuses what it refuses.

    with FakeBotApi() as api:
        anna = api.person(100, "Anna")
        api.url                            # what goes before "bot<token>/METHOD"
        api.say(anna, "/start")            # what she writes; `press` for her buttons
        api.wait_for(anna, 1)              # the first message the bot sent her, as soon as it is there
        anna.blocked = True                # from now on the bot gets 403

A chat's `messages` are the bot's own, as they stand now (edits applied). `api.calls` are all requests, refused ones
too. Faults are given by `api.fault(method, …)`, used up one by one. With `limits`, requests above Telegram's rates (one
a second in a chat, 20 a minute in a group, 30 a second in all, on `clock`) are answered 429 and counted in `floods`.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from fake_bot_text import RefusedError, formatted

TOKEN = "12345:AAFakeTokenFakeTokenFakeTokenFakeToken"
MAXIMUM_TEXT, MAXIMUM_CAPTION, MAXIMUM_CALLBACK_BYTES, MAXIMUM_BUTTONS = 4096, 1024, 64, 100


@dataclass
class Chat:
    """A chat, group or channel, and everything that can be wrong with it."""

    id: int
    type: str = "private"
    title: str = ""
    username: str | None = None
    is_forum: bool = False
    language: str | None = "en"
    messages: list[dict[str, Any]] = field(default_factory=list)
    administrators: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    """Of a forum: thread → "open", "closed" or "deleted"."""
    blocked: bool = False
    kicked: bool = False
    deactivated: bool = False
    may_write: bool = True
    moved_to: int | None = None

    def as_json(self) -> dict[str, Any]:
        names = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        shown: dict[str, Any] = {"id": self.id, "type": self.type, **names}
        if self.username:
            shown["username"] = self.username
        if self.is_forum:
            shown["is_forum"] = True
        return shown

    def as_user(self) -> dict[str, Any]:
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.title}
        return {**user, "language_code": self.language} if self.language else user

    def texts(self) -> list[str]:
        """What the bot's messages say, oldest first."""
        return [str(message.get("text", message.get("caption", ""))) for message in self.messages]


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `accept` it or not, then answer `status`, or nothing at all if it is 0."""

    status: int = 502
    accept: bool = False
    description: str = "Bad Gateway"
    retry_after: int = 0


@dataclass(frozen=True)
class Call:
    """One request as it arrived, with the status it was answered with."""

    method: str
    values: dict[str, Any]
    status: int


class FakeBotApi:
    """The server, and everything it remembers. Safe to be asked from the test's thread at any time."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: bool = False,
        clock: Callable[[], float] = time.monotonic,
        privacy: bool = True,
    ) -> None:
        self.token = token
        self.me = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Tocsin",
            "username": "tocsin_test_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": False,
        }
        self.chats: dict[int, Chat] = {}
        self.calls: list[Call] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.floods = 0
        self.webhook = ""
        self._limits, self._clock = limits, clock
        self._sent: dict[object, deque[float]] = {}
        self._faults: dict[str, deque[Fault]] = {}
        self._updates: list[dict[str, Any]] = []
        self._allowed: list[str] | None = None
        self._next = {"update": 1, "message": 1, "callback": 1}
        self._open_callbacks: set[str] = set()
        self._poller = 0
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> FakeBotApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The root of the API, as `TELEGRAM_API_URL` has it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What the test does

    def person(self, id: int, name: str = "Anna", *, language: str | None = "en") -> Chat:
        """Somebody who has started the bot."""
        return self._add(Chat(id, "private", name, language=language))

    def group(
        self, id: int, title: str = "Group", *, administrators: set[int] | None = None, forum: bool = False
    ) -> Chat:
        """A group or, with an id below -10**12, a supergroup, with the bot in it."""
        kind = "supergroup" if id < -(10**12) else "group"
        return self._add(Chat(id, kind, title, is_forum=forum, administrators=administrators or set()))

    def channel(self, id: int, title: str = "Channel", *, username: str | None = None) -> Chat:
        """A channel in which the bot may post."""
        return self._add(Chat(id, "channel", title, username=username))

    def _add(self, chat: Chat) -> Chat:
        with self._changed:
            self.chats[chat.id] = chat
        return chat

    def say(self, sender: Chat, text: str, *, to: Chat | None = None, thread: int | None = None) -> bool:
        """`sender` writes to the bot, or in the chat `to`. False: privacy mode keeps it from the bot."""
        chat = to or sender
        if chat.type in ("group", "supergroup") and not self.me["can_read_all_group_messages"]:
            command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
            if command is None or (command[1] and command[1][1:] != self.me["username"]):
                return False
        kind = "channel_post" if chat.type == "channel" else "message"
        message = self._message(chat, {"text": text})
        command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
        if command:
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        if chat.type == "channel":
            message["sender_chat"] = chat.as_json()
        else:
            message["from"] = sender.as_user()
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        self.update(kind, message)
        return True

    def press(self, sender: Chat, message: dict[str, Any], label: str) -> str:
        """`sender` presses the button whose text contains `label`; returns the callback's id, for `answer_to`."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row if label in button["text"]]
        assert len(buttons) == 1, f"{len(buttons)} buttons with {label!r} in {rows}"
        return self.press_data(sender, message, buttons[0]["callback_data"])

    def press_data(self, sender: Chat, message: dict[str, Any], data: str) -> str:
        """Like `press`, with the data itself, of whatever age or origin."""
        with self._changed:
            callback = f"callback-{self._take('callback')}"
            self._open_callbacks.add(callback)
        shown = {key: value for key, value in message.items() if not key.startswith("_")}
        query = {"id": callback, "from": sender.as_user(), "message": shown, "chat_instance": "1", "data": data}
        self.update("callback_query", query)
        return callback

    def member(self, chat: Chat, status: str, *, by: Chat, before: str = "left") -> None:
        """The bot's own membership of the chat changes."""
        old, new = ({"user": self.me, "status": one, **_MEMBER_FIELDS.get(one, {})} for one in (before, status))
        now = int(time.time())
        changed = {
            "chat": chat.as_json(),
            "from": by.as_user(),
            "date": now,
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.update("my_chat_member", changed)

    def migrate(self, group: Chat, to: Chat, *, by: Chat) -> None:
        """The group becomes a supergroup, and both tell it."""
        group.moved_to = to.id
        self.update("message", {**self._message(group, {"migrate_to_chat_id": to.id}), "from": by.as_user()})

    def update(self, kind: str, content: dict[str, Any]) -> None:
        """Any update at all."""
        with self._changed:
            self._updates.append({"update_id": self._take("update"), kind: content})
            self._changed.notify_all()

    def fault(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next requests of this method meet the fault."""
        with self._changed:
            self._faults.setdefault(method, deque()).extend([fault] * times)

    def wait_for(self, chat: Chat, count: int, seconds: float = 10) -> dict[str, Any]:
        """The chat's `count`-th message of the bot, once there are so many."""
        self.wait_until(lambda: len(chat.messages) >= count, seconds, lambda: f"only {chat.texts()}")
        return chat.messages[count - 1]

    def wait_until(
        self, condition: Callable[[], bool], seconds: float = 10, said: Callable[[], str] = lambda: "it did not happen"
    ) -> None:
        """Return as soon as the condition is true: by what the server has seen, or what the bot did after it."""
        deadline = time.monotonic() + seconds
        # Not under the lock: the condition may itself make the bot ask something.
        while not condition():
            assert time.monotonic() < deadline, said()
            with self._changed:
                self._changed.wait(0.02)

    def answer_to(self, callback: str, seconds: float = 10) -> dict[str, Any]:
        """What the bot answered to a pressed button."""
        self.wait_until(lambda: callback in self.answers, seconds)
        return self.answers[callback]

    def count(self, method: str) -> int:
        """How many requests of the method there were."""
        return sum(call.method == method for call in list(self.calls))

    # What the bot asks

    def handle(self, token: str, method: str, values: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        """One request: its status and body; (0, …) says nothing at all."""
        try:
            if token != self.token:
                raise (
                    RefusedError(401, "Unauthorized")
                    if re.fullmatch(r"\d+:[\w-]+", token)
                    else RefusedError(404, "Not Found")
                )
            status, answer = self._handle(method, values)
        except RefusedError as refused:
            status = refused.status
            answer = {"ok": False, "error_code": status, "description": refused.description}
            if refused.parameters:
                answer["parameters"] = refused.parameters
        with self._changed:
            self.calls.append(Call(method, values, status))
            self._changed.notify_all()
        return status, answer

    def _handle(self, method: str, values: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        with self._changed:
            faults = self._faults.get(method)
            fault = faults.popleft() if faults else None
        if fault is not None and not fault.accept:
            if fault.status == 0:
                self._stopped.wait(60)
                return 0, None
            waiting = {"retry_after": fault.retry_after} if fault.retry_after else {}
            raise RefusedError(fault.status, fault.description, **waiting)
        work = getattr(self, f"_on_{method.lower()}", None)
        if work is None:
            raise RefusedError(404, "Not Found")
        result = work(values)
        if fault is not None:
            with self._changed:
                self._changed.notify_all()
            if fault.status == 0:
                self._stopped.wait(60)
                return 0, None
            raise RefusedError(fault.status, fault.description)
        return 200, {"ok": True, "result": result}

    def _on_getme(self, _: dict[str, Any]) -> Any:
        return self.me

    def _on_getupdates(self, values: dict[str, Any]) -> Any:
        if self.webhook:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset, wait = int(values.get("offset", 0)), float(values.get("timeout", 0))
        with self._changed:
            self._poller += 1
            own = self._poller
            self._changed.notify_all()
            if values.get("allowed_updates") is not None:
                self._allowed = values["allowed_updates"]
            self._updates = [one for one in self._updates if one["update_id"] >= offset and self._is_allowed(one)]
            self._changed.wait_for(
                lambda: self._visible() or self._poller != own or self._stopped.is_set(), min(wait, 50)
            )
            if self._poller != own:
                raise RefusedError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            return self._visible()[: int(values.get("limit", 100))]

    def _is_allowed(self, update: dict[str, Any]) -> bool:
        kind = next(key for key in update if key != "update_id")
        return kind in self._allowed if self._allowed else kind not in ("chat_member", "message_reaction")

    def _visible(self) -> list[dict[str, Any]]:
        return [one for one in self._updates if self._is_allowed(one)]

    def _on_sendmessage(self, values: dict[str, Any]) -> Any:
        chat = self._reachable(values)
        content = self._content(values, "text", MAXIMUM_TEXT)
        return self._deliver(chat, content, values)

    def _on_sendphoto(self, values: dict[str, Any]) -> Any:
        chat = self._reachable(values)
        if not values.get("photo"):
            raise RefusedError(400, "Bad Request: there is no photo in the request")
        photo = [{"file_id": "photo", "file_unique_id": "photo", "width": 90, "height": 90}]
        content = self._content(values, "caption", MAXIMUM_CAPTION) if values.get("caption") else {}
        return self._deliver(chat, {"photo": photo, **content}, values)

    def _on_editmessagetext(self, values: dict[str, Any]) -> Any:
        message = self._own_message(values)
        content = self._content(values, "text", MAXIMUM_TEXT)
        return self._edit(message, {**content, "reply_markup": self._markup(values)})

    def _on_editmessagereplymarkup(self, values: dict[str, Any]) -> Any:
        message = self._own_message(values)
        kept = {key: message[key] for key in ("text", "entities") if key in message}
        return self._edit(message, {**kept, "reply_markup": self._markup(values)})

    def _on_deletemessage(self, values: dict[str, Any]) -> Any:
        message = self._own_message(values, "message to delete not found")
        self.chats[message["chat"]["id"]].messages.remove(message)
        return True

    def _on_answercallbackquery(self, values: dict[str, Any]) -> Any:
        callback = str(values.get("callback_query_id", ""))
        with self._changed:
            if callback not in self._open_callbacks:
                raise RefusedError(
                    400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
                )
            if len(values.get("text", "")) > 200:
                raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
            self._open_callbacks.remove(callback)
            self.answers[callback] = values
        return True

    def _on_setmycommands(self, values: dict[str, Any]) -> Any:
        commands = values.get("commands") or []
        if len(commands) > 100:
            raise RefusedError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for one in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", one.get("command", "")):
                raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(one.get("description", "")) <= 256:
                raise RefusedError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        scope = (values.get("scope") or {"type": "default"})["type"]
        self.commands[scope, values.get("language_code", "")] = commands
        return True

    def _on_getmycommands(self, values: dict[str, Any]) -> Any:
        scope = (values.get("scope") or {"type": "default"})["type"]
        return self.commands.get((scope, values.get("language_code", "")), [])

    def _on_setwebhook(self, values: dict[str, Any]) -> Any:
        url = values.get("url", "")
        if url and not url.startswith("https://"):
            raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", values.get("secret_token", "")):
            raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = url
        return True

    def _on_deletewebhook(self, values: dict[str, Any]) -> Any:
        self.webhook = ""
        if values.get("drop_pending_updates") in (True, "true"):
            with self._changed:
                self._updates.clear()
        return True

    def _on_getwebhookinfo(self, _: dict[str, Any]) -> Any:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self._updates)}

    def _on_getchat(self, values: dict[str, Any]) -> Any:
        return {
            **self._chat(values).as_json(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": _GIFTS,
        }

    def _on_getchatmember(self, values: dict[str, Any]) -> Any:
        chat, user = self._chat(values), int(values.get("user_id", 0))
        known = self.chats.get(user)
        if user != self.me["id"] and known is None:
            raise RefusedError(400, "Bad Request: PARTICIPANT_ID_INVALID")
        status = "administrator" if user in chat.administrators else "member"
        return {"user": known.as_user() if known else self.me, "status": status, **_MEMBER_FIELDS.get(status, {})}

    def _on_getchatadministrators(self, values: dict[str, Any]) -> Any:
        chat = self._chat(values)
        people = [self.chats[one].as_user() for one in chat.administrators if one in self.chats]
        return [{"user": one, "status": "administrator", **_MEMBER_FIELDS["administrator"]} for one in people]

    def _on_leavechat(self, values: dict[str, Any]) -> Any:
        self._chat(values).kicked = True
        return True

    def _on_sendchataction(self, values: dict[str, Any]) -> Any:
        self._reachable(values)
        return True

    def _on_close(self, _: dict[str, Any]) -> Any:
        return True

    _on_logout = _on_close

    # What it checks

    def _chat(self, values: dict[str, Any]) -> Chat:
        wanted = str(values.get("chat_id", ""))
        if not wanted:
            raise RefusedError(400, "Bad Request: chat_id is empty")
        for chat in list(self.chats.values()):
            if wanted == str(chat.id) or (chat.username and wanted.casefold() == f"@{chat.username}".casefold()):
                return chat
        raise RefusedError(400, "Bad Request: chat not found")

    def _reachable(self, values: dict[str, Any]) -> Chat:
        chat = self._chat(values)
        self._count(chat)
        if chat.moved_to is not None:
            raise RefusedError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to
            )
        if chat.deactivated:
            raise RefusedError(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat.kicked:
            raise RefusedError(403, f"Forbidden: bot was kicked from the {chat.type} chat")
        if not chat.may_write:
            need = (
                "need administrator rights in the channel chat"
                if chat.type == "channel"
                else ("not enough rights to send text messages to the chat")
            )
            raise RefusedError(400, f"Bad Request: {need}")
        thread = values.get("message_thread_id")
        if thread is not None:
            state = chat.topics.get(int(thread))
            if state is None:
                raise RefusedError(400, "Bad Request: message thread not found")
            if state != "open":
                raise RefusedError(400, f"Bad Request: TOPIC_{state.upper()}")
        return chat

    def _count(self, chat: Chat) -> None:
        """Sliding windows over the accepted requests, as strict as Telegram can be."""
        if not self._limits:
            return
        windows: list[tuple[object, int, float]] = [("all", 30, 1.0), (chat.id, 1, 1.0)]
        if chat.type != "private":
            windows.append((("minute", chat.id), 20, 60.0))
        now = self._clock()
        with self._changed:
            for key, most, seconds in windows:
                sent = self._sent.setdefault(key, deque())
                while sent and sent[0] <= now - seconds:
                    sent.popleft()
                if len(sent) >= most:
                    self.floods += 1
                    wait = max(1, int(sent[0] + seconds - now + 0.999))
                    raise RefusedError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
            for key, _, _ in windows:
                self._sent[key].append(now)

    def _content(self, values: dict[str, Any], name: str, maximum: int) -> dict[str, Any]:
        given = values.get("entities" if name == "text" else "caption_entities")
        text, entities = formatted(str(values.get(name, "")), values.get("parse_mode"), given)
        if not text:
            raise RefusedError(400, "Bad Request: message text is empty")
        if len(text) > maximum:
            raise RefusedError(400, f"Bad Request: {'message' if name == 'text' else 'message caption'} is too long")
        shown: dict[str, Any] = {name: text}
        if entities:
            shown["entities" if name == "text" else "caption_entities"] = entities
        return shown

    def _markup(self, values: dict[str, Any]) -> dict[str, Any] | None:
        markup: dict[str, Any] | None = values.get("reply_markup")
        if not markup or "inline_keyboard" not in markup:
            return None
        buttons = [button for row in markup["inline_keyboard"] for button in row]
        if len(buttons) > MAXIMUM_BUTTONS:
            raise RefusedError(400, "Bad Request: reply markup is too long")
        for button in buttons:
            if not button.get("text", "").strip():
                raise RefusedError(400, "Bad Request: inline keyboard button text must be non-empty")
            if len({"url", "callback_data", "copy_text", "web_app", "login_url", "pay"} & button.keys()) != 1:
                raise RefusedError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
            if not 1 <= len(button.get("callback_data", "x").encode()) <= MAXIMUM_CALLBACK_BYTES:
                raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
            if not re.match(r"(https?|tg)://\S+$", button.get("url", "tg://x")):
                raise RefusedError(400, "Bad Request: BUTTON_URL_INVALID")
            if not 1 <= len(button.get("copy_text", {"text": "x"})["text"]) <= 256:
                raise RefusedError(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
        return markup if buttons else None

    def _own_message(self, values: dict[str, Any], missing: str = "message to edit not found") -> dict[str, Any]:
        chat = self._reachable(values)
        wanted = int(values.get("message_id", 0))
        for message in chat.messages:
            if message["message_id"] == wanted:
                return message
        raise RefusedError(400, f"Bad Request: {missing}")

    def _edit(self, message: dict[str, Any], content: dict[str, Any]) -> Any:
        keys = ("text", "entities", "reply_markup")
        new = {key: value for key, value in content.items() if value is not None}
        if new == {key: message[key] for key in keys if key in message}:
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        with self._changed:
            for key in keys:
                message.pop(key, None)
            message |= {**new, "edit_date": int(time.time())}
        return message

    def _deliver(self, chat: Chat, content: dict[str, Any], values: dict[str, Any]) -> Any:
        markup = self._markup(values)
        message = self._message(chat, {**content, **({"reply_markup": markup} if markup else {})})
        message["from" if chat.type != "channel" else "sender_chat"] = (
            self.me if chat.type != "channel" else chat.as_json()
        )
        if values.get("message_thread_id") is not None:
            message |= {"message_thread_id": int(values["message_thread_id"]), "is_topic_message": True}
        if values.get("link_preview_options"):
            message["link_preview_options"] = values["link_preview_options"]
        with self._changed:
            chat.messages.append(message)
        return message

    def _message(self, chat: Chat, content: dict[str, Any]) -> dict[str, Any]:
        with self._changed:
            number = self._take("message")
        return {"message_id": number, "date": int(time.time()), "chat": chat.as_json(), **content}

    def _take(self, name: str) -> int:
        self._next[name] += 1
        return self._next[name] - 1


_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)
_RIGHTS = dict.fromkeys(
    [
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_post_messages",
    ],
    True,
)
_MEMBER_FIELDS: dict[str, dict[str, Any]] = {
    "administrator": {"can_be_edited": False, "is_anonymous": False, **_RIGHTS},
    "creator": {"is_anonymous": False},
    "kicked": {"until_date": 0},
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    api: FakeBotApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = re.fullmatch(r"/bot([^/]+)/([A-Za-z]+)", self.path.split("?")[0])
        if path is None:
            self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
            return
        status, answer = self.api.handle(path[1], path[2], _values(self.headers.get("Content-Type", ""), body))
        if status == 0:
            self.close_connection = True
            return
        self._answer(status, answer)

    do_GET = do_POST  # noqa: N815

    def _answer(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def _values(content_type: str, body: bytes) -> dict[str, Any]:
    """A form, multipart or JSON body as one mapping; parameters that are JSON are read."""
    if content_type.startswith("application/json"):
        given: dict[str, Any] = json.loads(body or b"{}")
    elif content_type.startswith("multipart/form-data"):
        whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
        given = {}
        for part in whole.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            given[name] = payload if part.get_filename() else payload.decode()
    else:
        given = dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in ("entities", "caption_entities", "reply_markup", "link_preview_options", "allowed_updates", "commands",
                 "scope", "reply_parameters"):  # fmt: skip
        if isinstance(given.get(name), str):
            try:
                given[name] = json.loads(given[name])
            except ValueError:
                given[name] = {}
    return given
