"""What happens behind a scripted chat service: one chat at a time, its transcript, its files.

It knows the specification of Chat API v2, no code of ours. Its rules are in `tests/scenarios/README.md`."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

TIME_MS = 1_760_000_000_000
ALIAS = "1"
LIMITS = {
    "upload-max-files": "3",
    "upload-max-file-size": "2097152",
    "upload-max-total-size": "5242880",
    "upload-file-types": "png:txt",
    "upload-need-agent": "false",
    "download-attempts": "10",
    "delete-file": "odd",
    "used-upload-max-files": "0",
    "used-upload-max-total-size": "0",
    "used-download-attempts": "0",
}


class Desk:
    """One chat service without people: what they would do, a test does."""

    def __init__(self, parties: Mapping[str, Json] | None = None) -> None:
        self.parties: dict[str, Json] = dict(parties or {})
        self.user_data: Json = {}
        self.events: list[Json] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.identity: Json = {}
        self.idle_expires_s: int | None = None
        self.has_ended = False
        self._chats = 0
        self._next = 1

    def happens(self, *events: Mapping[str, Any]) -> None:
        """Each event joins the transcript, with the next number and time unless it brings its own."""
        for event in events:
            index = event.get("index", self._next)
            author = event.get("from", "system")
            if isinstance(author, str):
                author = self.parties.get(
                    author, {"nickname": author, "participantId": 9, "type": "External"}
                )
            self.events.append({"utcTime": TIME_MS + index * 1000, **event, "index": index, "from": author})
            self._next = max(self._next, index + 1)

    def hides(self, count: int) -> None:
        """Something happens that the visitor must not see: numbers are used up."""
        self._next += count

    def answer(self, operation: str, fields: Mapping[str, str], chat_id: str = "") -> tuple[int, Json]:
        """Status and body for one request."""
        if operation == "start":
            return 200, self._start(fields)
        proof = (chat_id, fields.get("secureKey"))
        is_known = proof == (self.identity.get("chatId"), self.identity.get("secureKey"))
        if not is_known or (self.has_ended and operation not in ("refresh", "disconnect")):
            return 200, gone()
        match operation:
            case "refresh":
                return 200, self.envelope(self._from(int(fields.get("transcriptPosition") or 0)))
            case "file/limits":
                notice = {"type": "Notice", "text": "file-client-cfg-get", "utcTime": TIME_MS, "from": {}}
                return 200, self.envelope([{**notice, "userData": LIMITS}])
            case _:
                self._append(operation, fields)
                return 200, self.envelope([])

    def envelope(self, events: list[Json]) -> Json:
        """The envelope of a good answer."""
        body: Json = {"statusCode": 0, "chatEnded": self.has_ended, "messages": events, **self.identity}
        if self.idle_expires_s is not None:
            body["idleTimerExpire"] = self.idle_expires_s
        return {**body, "nextPosition": self._next, "monitored": False}

    def upload(self, name: str, content: bytes) -> Json:
        """A file of the visitor arrives."""
        file_id = f"F{len(self.files) + 1}"
        self.files[file_id] = (name, content)
        data = {"file-id": file_id, "file-name": name, "file-size": str(len(content))}
        self.happens({"type": "FileUploaded", "from": "visitor", "text": name, "userData": data})
        return {**self.envelope([]), "userData": {"file-id": file_id}}

    def _start(self, fields: Mapping[str, str]) -> Json:
        self._chats += 1
        number = self._chats
        self.identity = {"chatId": f"CHAT{number}", "userId": f"USER{number}", "secureKey": f"KEY{number}"}
        self.identity["alias"] = ALIAS
        full_name = f"{fields.get('firstName', '')} {fields.get('lastName', '')}".strip()
        nickname = fields.get("nickname") or full_name
        self.parties["visitor"] = {"nickname": nickname, "participantId": 1, "type": "Client"}
        self.events, self.user_data, self.has_ended, self._next = [], _user_data(fields), False, 1
        self.happens({"type": "ParticipantJoined", "from": "visitor"})
        return self.envelope(list(self.events))

    def _append(self, operation: str, fields: Mapping[str, str]) -> None:
        match operation:
            case "send":
                self.happens({"type": "Message", "from": "visitor", "text": fields["message"]})
            case "customNotice":
                self.happens({"type": "CustomNotice", "from": "visitor", "text": fields.get("message", "")})
            case "pushUrl":
                self.happens({"type": "PushUrl", "from": "visitor", "text": fields["pushUrl"]})
            case "updateNickname":
                self.parties["visitor"] = {**self.parties["visitor"], "nickname": fields["nickname"]}
                self.happens({"type": "NicknameUpdated", "from": "visitor"})
            case "updateData":
                self.user_data |= _user_data(fields)
            case "disconnect" if not self.has_ended:
                self.happens({"type": "ParticipantLeft", "from": "visitor"})
                self.has_ended = True

    def _from(self, position: int) -> list[Json]:
        if position < 0:
            return self.events[position:]
        return [event for event in self.events if event["index"] >= position]


def gone() -> Json:
    """The answer to whoever has no session here."""
    error = {"code": 249, "advice": "Media server was not able to execute request. referenceId[1]"}
    return {"statusCode": 2, "chatEnded": True, "messages": [], "errors": [error]}


def _user_data(fields: Mapping[str, str]) -> Json:
    return {name[9:-1]: value for name, value in fields.items() if name.startswith("userData[")}
