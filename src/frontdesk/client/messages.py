"""What the server calls events, made into the messages that pages and programs see.

Source:  webchat-service, section 5; chat-api-v2, sections 6 and 16."""

import copy
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Message = dict[str, Any]
PreProcessor = Callable[[Message], Message | None]

TYPING = ("TypingStarted", "TypingStopped")

_TYPES = {"Text": "Message"}
_PARTIES = {"Customer": "Client"}
_FILE_KEYS = ("file-id", "file-name", "file-size")
_SHOWN = ("index", "type", "text", "timestamp", "from", "userData", "fileDetails", "isTyping")
_ADDED = ("html", "bubble", "avatar", "custom", "content", "restoring")

log = logging.getLogger(__name__)


def index_of(event: Mapping[str, Any]) -> int | None:
    """The event's number; `None` for those that are no part of the transcript."""
    index = event.get("index")
    if isinstance(index, str) and index.isdecimal():
        return int(index)
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
) -> Message:
    """The message that `event` becomes, after each of `preprocessors` has had its way with it."""
    raw = _superset(event, is_bot=is_bot)
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
