"""What the server calls events, made into the messages that pages and programs see.

Source:  webchat-service, section 5; chat-api-v2, sections 6 and 16."""

import copy
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Message = dict[str, Any]
PreProcessor = Callable[[Message], Message | None]

TYPING = ("TypingStarted", "TypingStopped")

_TYPES = {"Text": "Message"}
_PARTIES = {"Customer": "Client"}
_FILE_KEYS = ("file-id", "file-name", "file-size")
_SHOWN = ("index", "type", "text", "timestamp", "from", "userData", "fileDetails", "isTyping")
_ADDED = ("html", "bubble", "avatar", "custom", "content", "restoring")
_MEDIA = ("type", "mime", "name", "url")

log = logging.getLogger(__name__)


def index_of(event: Mapping[str, Any]) -> int | None:
    """The event's number; `None` for those that are no part of the transcript."""
    index = event.get("index")
    if isinstance(index, str) and index.replace("-", "").isdecimal():
        return int(index.replace("-", ""))  # Some are written as a time and a number.
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def type_of(event: Mapping[str, Any]) -> str:
    """The type of the message that `event` becomes."""
    type_ = str(event.get("type") or "")
    return _TYPES.get(type_, type_)


def author_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who `event` is from, as the server says it."""
    author = event.get("from")
    return author if isinstance(author, Mapping) else {}


def is_from_bot(event: Mapping[str, Any]) -> bool:
    """Whether `event` says that its author is a bot, whatever the author's type."""
    style = _at(event.get("eventAttributes"), "GCTI_SYSTEM", "party-info", "style")
    return style in ("BOT", '"BOT"') or author_of(event).get("type") == "Bot"


def text_of(event: Mapping[str, Any]) -> str:
    """The words of `event`; those of its structured content, if there are any, come first."""
    content = _at(event.get("eventAttributes"), "structured-content", "genesys-chat", "content")
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except ValueError:
            content = None
    structured = content.get("text") if isinstance(content, Mapping) else None
    text = structured if isinstance(structured, str) else event.get("text")
    return text if isinstance(text, str) else ""


def normalise(
    event: Mapping[str, Any],
    *,
    is_bot: bool = False,
    restoring: bool = False,
    preprocessors: Sequence[PreProcessor] = (),
    media_url: str | None = None,
) -> Message:
    """The message that `event` becomes, after each of `preprocessors` has had its way with it.

    Shape:   with `media_url`, `event` is one of version 3: its index stays text, its media become `content`.
    """
    raw = _superset(event, is_bot=is_bot)
    if media_url is not None:
        raw |= _of_version_3(event, media_url)
    if restoring:
        raw["restoring"] = True
    if preprocessors:
        raw = _preprocessed(raw, preprocessors)
    message: Message = {key: raw.get(key) for key in _SHOWN}
    message["from"] = {key: author_of(raw).get(key) for key in ("id", "type", "name")}
    message.update({key: raw[key] for key in _ADDED if key in raw})
    return {key: value for key, value in message.items() if value is not None}


def _preprocessed(raw: Message, preprocessors: Sequence[PreProcessor]) -> Message:
    before = copy.deepcopy(raw)
    for preprocess in preprocessors:
        try:
            changed = preprocess(raw)
        except Exception:
            log.exception("a preprocessor failed; the message stays as it was")
            continue
        if isinstance(changed, dict):
            raw = changed
    _reconcile(raw, before)
    return raw


def _superset(event: Mapping[str, Any], *, is_bot: bool) -> Message:
    """`event` under the server's names and under ours, for preprocessors made for either."""
    # Display hints are the page's to give: from the server they could smuggle in markup.
    raw: Message = {key: copy.deepcopy(value) for key, value in event.items() if key not in _ADDED}
    author = author_of(event)
    party = str(author.get("type") or "")
    type_ = type_of(event)
    raw["type"] = type_
    raw["text"] = text_of(event)
    raw["index"] = index_of(event)
    raw["timestamp"] = event.get("utcTime")
    raw["from"] = {
        **author,
        "id": author.get("participantId"),
        "name": author.get("nickname"),
        "type": "Bot" if is_bot else _PARTIES.get(party, party),
    }
    if type_ == "FileUploaded":
        raw["fileDetails"] = {key: value for key in _FILE_KEYS if (value := _at(event.get("userData"), key))}
    if type_ in TYPING:
        raw["isTyping"] = type_ == "TypingStarted"
    return raw


def _of_version_3(event: Mapping[str, Any], media_url: str) -> Message:
    """What is otherwise in an event of version 3."""
    members: Message = {"index": str(event.get("index")).replace("-", ""), "timestamp": _time_ms(event)}
    if type_of(event) == "PushUrl" and isinstance(event.get("url"), str):
        members["text"] = event["url"]
    if isinstance(event.get("content"), list):
        items = [item for item in event["content"] if isinstance(item, Mapping) and "url" in item]
        media = [{key: item[key] for key in _MEDIA if key in item} for item in items]
        members["content"] = [{**one, "url": _absolute(one["url"], media_url)} for one in media]
    author = author_of(event)
    if author.get("nickname") is None and author.get("firstName") is not None:
        party = str(author.get("type") or "")
        names = {"id": author.get("participantId"), "name": author["firstName"]}
        members["from"] = {**author, **names, "type": _PARTIES.get(party, party)}
    return members


def _absolute(url: object, media_url: str) -> str:
    """Where media lie: addresses within the service begin with a slash."""
    return media_url + str(url) if str(url).startswith("/") else str(url)


def _time_ms(event: Mapping[str, Any]) -> object:
    """When it was, which some servers write as ISO 8601."""
    at = event.get("utcTime")
    if not isinstance(at, str):
        return at
    try:
        return int(datetime.fromisoformat(at).timestamp() * 1000)
    except ValueError:
        return None


def _reconcile(raw: Message, before: Message) -> None:
    """What a preprocessor changed under the server's name counts, unless it changed ours."""
    if raw.get("timestamp") == before["timestamp"] and raw.get("utcTime") != before.get("utcTime"):
        raw["timestamp"] = raw.get("utcTime")
    author, was = raw.get("from"), before["from"]
    if not isinstance(author, dict):
        raw["from"] = was
        return
    for ours, theirs in (("name", "nickname"), ("id", "participantId")):
        if author.get(ours) == was.get(ours) and author.get(theirs) != was.get(theirs):
            author[ours] = author.get(theirs)


def _at(value: object, *path: str) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
